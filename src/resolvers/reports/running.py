"""Running a report: the sums of its groups, and every column computed from them, exactly (M1, M2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Context, Decimal, Inexact, localcontext
from types import NoneType
from typing import Any

from sightline.authz.expr import TRUE, Expr
from sightline.authz.reports.catalogue import Catalogue
from sightline.authz.reports.columns import Aggregation
from sightline.authz.reports.series import Exact, Series
from sightline.db.reports.queries import Groups, Period, SumsQuery
from sightline.db.reports.statements import GROUPS, SALT, groups_from
from sightline.db.snapshot import Snapshot
from sightline.resolvers.reports.desk import OpenLens
from sightline.resolvers.reports.plans import ReportPlan, is_money, sums_of
from sightline.resolvers.reports.requests import MOST_GROUPS
from sightline.resolvers.reports.small_groups import left_out_too_small, too_small, unfiltered, withheld

Values = Mapping[str, Exact | None]
_MICROSECOND = timedelta(microseconds=1)
_EXACT = Context(prec=1_000, traps=[Inexact])
"""More digits than any sum has: nothing is rounded."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a report: the values it stands for, and its columns. `currency` is that of its amounts."""

    key: tuple[object, ...]
    values: Values
    currency: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """All rows of a report, unordered, and its totals. Not `complete` where there are more rows than are taken.

    Something is `withheld` where rows, or totals, are over too few conversions to be shown.
    """

    lines: tuple[Line, ...]
    totals: Line
    complete: bool
    withheld: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A plan in its lens, over a snapshot."""

    lens: OpenLens
    snapshot: Snapshot

    async def outcome(self, plan: ReportPlan) -> Outcome:
        """The rows and totals of a plan."""
        groups = await self._groups(plan.query, plan.period)
        complete = len(groups) <= MOST_GROUPS
        groups = groups if complete else groups.only(range(MOST_GROUPS))
        total = await self._whole(plan, groups if complete else None)
        totals = self._total_of(plan, total, currencies_of(plan, groups if complete else None))
        if not plan.sizes:
            return Outcome(self._lines(plan, groups), totals, complete)
        if await self._leaves_out_too_few(plan, total):
            return Outcome((), _nothing_of(totals), complete, withheld=True)
        hidden = withheld(plan.sizes, groups, plan.least)
        lines = self._lines(plan, groups.only([at for at in range(len(groups)) if at not in hidden]))
        if too_small(plan.sizes, total, plan.least):
            return Outcome(lines, _nothing_of(totals), complete, withheld=True)
        return Outcome(lines, totals, complete, withheld=bool(hidden))

    async def streamed(
        self, plan: ReportPlan, *, size: int, salt: str
    ) -> AsyncIterator[tuple[int, tuple[Line, ...], frozenset[str]]]:
        """All rows of a plan, so many at a time: how many there are in all, these, and the currencies of these."""
        query = replace(plan.query, limit=None)
        statement = self.lens.reads.streamed(self.lens.visibility, query)
        if statement is None:
            return
        values = {**self.lens.binds, **query.values(plan.period), SALT: salt}
        async for records in self.snapshot.stream(statement, values, size=size):
            groups = groups_from(query, records)
            lines = await asyncio.to_thread(self._lines, plan, groups)
            yield records[0][GROUPS], lines, currencies_of(plan, groups)

    async def total(self, plan: ReportPlan, currencies: frozenset[str]) -> Line:
        """The totals of a plan whose groups were not kept; `currencies` are those they had."""
        whole = replace(plan.query, group_by=(), limit=None)
        total = _whole_of(whole, await self._groups(whole, plan.period))
        return self._total_of(plan, total, currencies)

    async def programs(self, plan: ReportPlan, coverage: Expr) -> int:
        """How many programs a column is computed over that is visible on some only (RC5)."""
        statement = self.lens.reads.programs(self.lens.visibility, plan.query, coverage)
        if statement is None:
            return 0
        rows = await self.snapshot.fetch(statement, {**self.lens.binds, **plan.query.values(plan.period)})
        return int(rows[0]["programs"])

    async def _groups(self, query: SumsQuery, period: Period) -> Groups:
        statement = self.lens.reads.groups(self.lens.visibility, query)
        if statement is None:
            return Groups.none_of(query)
        records = await self.snapshot.fetch(statement, {**self.lens.binds, **query.values(period)})
        return groups_from(query, records)

    async def _leaves_out_too_few(self, plan: ReportPlan, total: Groups) -> bool:
        everything = unfiltered(plan.query, plan.sizes)
        if everything is None:
            return False
        found = _whole_of(everything, await self._groups(everything, plan.period))
        return left_out_too_small(plan.sizes, total, found, plan.least)

    async def _whole(self, plan: ReportPlan, groups: Groups | None) -> Groups:
        """All groups as one; where some are not given, as the database has it."""
        whole = replace(plan.query, group_by=(), limit=None)
        if groups:
            unknown = any(NoneType in set(map(type, values)) for each, values in groups.sums.items() if not each.median)
            if not plan.query.group_by:
                return groups
            if plan.adds_up and not unknown:
                return _added(groups)
        return _whole_of(whole, await self._groups(whole, plan.period))

    def _total_of(self, plan: ReportPlan, total: Groups, currencies: frozenset[str]) -> Line:
        """The line of a total. `currencies` are those of the groups, where they are known and each has its own."""
        values = {key: value for key, (value,) in self._columns(plan, total).items()}
        if plan.currency is not None:
            return Line((), values, plan.currency)
        if len(currencies) == 1:
            return Line((), values, next(iter(currencies)))
        mixed = {key: None if is_money(self.lens.columns, key) else value for key, value in values.items()}
        return Line((), mixed, None)

    def _lines(self, plan: ReportPlan, groups: Groups) -> tuple[Line, ...]:
        columns = self._columns(plan, groups)
        rows = list(zip(*columns.values(), strict=True)) if columns else [()] * len(groups)
        currencies = _own_currencies(plan, groups)
        return tuple(
            Line(key, dict(zip(columns, row, strict=True)), currency)
            for key, row, currency in zip(groups.keys, rows, currencies, strict=True)
        )

    def _columns(self, plan: ReportPlan, groups: Groups) -> dict[str, list[Exact | None]]:
        """Every column that is computed, in all groups; null in a group that has no program of its coverage."""
        found: dict[str, list[Exact | None]] = {}
        for coverage in dict.fromkeys(plan.coverage[key] for key in plan.computed):
            keys = [key for key in plan.computed if plan.coverage[key] == coverage]
            sums = _series_of(self.lens.columns, keys, coverage, groups)
            values = self.lens.columns.values(keys, sums, number=Series.constant(len(groups)))
            found |= {key: series.values for key, series in values.items() if series is not None}
        return found


def _series_of(columns: Catalogue, keys: Sequence[str], coverage: Expr, groups: Groups) -> dict[str, Series]:
    """The sums that columns of one coverage are computed from, by what formulas call them.

    A median goes by the key of its column.
    """
    wanted = {
        key if columns.columns[key].aggregation is Aggregation.MEDIAN else each.measure: each
        for key in keys
        for each in sums_of(columns, key, coverage)
    }
    found = {name: Series.of(_numbers(groups.sums[each])) for name, each in wanted.items()}
    if coverage == TRUE:
        return found
    lacking = [covered is False for covered in groups.covered[coverage]]
    return {name: series.without(lacking) for name, series in found.items()}


def _nothing_of(line: Line) -> Line:
    return replace(line, values=dict.fromkeys(line.values))


def _numbers(sums: Sequence[Any]) -> Iterable[int | Decimal | None]:
    """Sums as numbers, lengths of time as seconds."""
    if timedelta not in set(map(type, sums)):
        return sums
    return [Decimal(each // _MICROSECOND).scaleb(-6, _EXACT) if isinstance(each, timedelta) else each for each in sums]


def _own_currencies(plan: ReportPlan, groups: Groups) -> Iterable[str | None]:
    """The currency of each group's amounts."""
    if plan.currency is not None or not plan.query.group_by:
        return [plan.currency] * len(groups)
    at = plan.query.group_by.index("currency")
    return [None if key[at] is None else str(key[at]) for key in groups.keys]


def currencies_of(plan: ReportPlan, groups: Groups | None) -> frozenset[str]:
    """The currencies of groups that have their own; none where all amounts are in one, or groups are not known."""
    if plan.currency is not None or groups is None:
        return frozenset()
    at = plan.query.group_by.index("currency")
    return frozenset(str(key[at]) for key in groups.keys if key[at] is not None)


def _added(groups: Groups) -> Groups:
    with localcontext(_EXACT):
        sums = {each: _sum_of(values) for each, values in groups.sums.items()}
    covered = {each: _any(values) for each, values in groups.covered.items()}
    return Groups.one(sums, covered)


def _sum_of(values: Iterable[Any]) -> Any:
    """Numbers or lengths of time, added exactly; none, and those that are 0, come to 0."""
    some = [value for value in values if value]
    return sum(some[1:], start=some[0]) if some else 0


def _whole_of(query: SumsQuery, groups: Groups) -> Groups:
    """The one group of a query that does not group; nothing is said of one that no fact answers."""
    return groups or Groups.one(dict.fromkeys(query.sums), dict.fromkeys(query.coverages))


def _any(values: Iterable[bool | None]) -> bool | None:
    """Whether some is true; None where nothing is known of any, as `bool_or` has it."""
    known = [value for value in values if value is not None]
    return any(known) if known else None
