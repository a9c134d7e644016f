"""Running a report: the sums of its groups, and every column computed from them, exactly (M1, M2)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Context, Decimal, Inexact, localcontext
from types import NoneType
from typing import Any

from sightline.authz.expr import TRUE, Expr
from sightline.authz.reports.catalogue import Catalogue
from sightline.authz.reports.series import Series
from sightline.db.reports.queries import Groups, Period, Sum, SumsQuery
from sightline.db.reports.statements import GROUPS, SALT, groups_from
from sightline.db.snapshot import Snapshot
from sightline.resolvers.reports.desk import OpenLens
from sightline.resolvers.reports.plans import ReportPlan, is_money, sums_of
from sightline.resolvers.reports.requests import MOST_GROUPS
from sightline.resolvers.reports.small_groups import left_out_too_small, too_small, unfiltered, withheld

_MICROSECOND = timedelta(microseconds=1)
_EXACT = Context(prec=1_000, traps=[Inexact])
"""More digits than any sum has: nothing is rounded."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a report, unordered, column by column. A column is computed when it is first asked for.

    So a report computes all rows only of what chooses and orders them, everything else of the page, and what several
    columns of one coverage are made of once.
    """

    columns: Catalogue
    plan: ReportPlan
    groups: Groups
    _known: dict[Expr, dict[str, Series | None]] = field(default_factory=dict)
    _rounded: dict[tuple[str, int], Sequence[Decimal | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.groups)

    @property
    def keys(self) -> Sequence[tuple[object, ...]]:
        """The values that each row stands for, one of each dimension."""
        return self.groups.keys

    def column(self, key: str) -> Series:
        """A computed column of the plan, in all rows; null in one that has no program of its coverage."""
        coverage = self.plan.coverage[key]
        known = self._known.setdefault(coverage, {})
        if key not in known:
            for name, each in sums_of(self.columns, key, coverage).items():
                if name not in known:
                    known[name] = self._sum(each)
            known |= self.columns.computed([key], known, number=Series.constant(len(self)))
        found = known[key]
        return Series([None] * len(self)) if found is None else found

    def rounded(self, key: str, digits: int) -> Sequence[Decimal | None]:
        """A column as it is answered, with so many digits after the point."""
        if (key, digits) not in self._rounded:
            self._rounded[key, digits] = self.column(key).rounded(digits)
        return self._rounded[key, digits]

    def currency(self, at: int) -> str | None:
        """The currency of a row's amounts."""
        if self.plan.currency is not None or not self.plan.query.group_by:
            return self.plan.currency
        own = self.keys[at][self.plan.query.group_by.index("currency")]
        return None if own is None else str(own)

    def only(self, places: Sequence[int]) -> Rows:
        """The rows in some places, in the order of these."""
        return Rows(self.columns, self.plan, self.groups.only(places))

    def _sum(self, each: Sum) -> Series:
        """A sum in all rows, null where there are facts and none is of a program that it is over."""
        series = Series(_numbers(self.groups.sums[each]))
        if each.programs == TRUE:
            return series
        return series.without(covered is False for covered in self.groups.covered[each.programs])


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a report."""

    rows: Rows
    at: int

    def rounded(self, key: str, digits: int) -> Decimal | None:
        """The value of a column, with so many digits after the point."""
        return self.rows.rounded(key, digits)[self.at]

    @property
    def currency(self) -> str | None:
        """That of its amounts."""
        return self.rows.currency(self.at)


@dataclass(frozen=True, slots=True)
class Totals:
    """The columns of a report over all its rows, as the one row of `rows`; some are not told.

    `currency` is that of its amounts.
    """

    rows: Rows
    currency: str | None
    untold: frozenset[str] = frozenset()

    def rounded(self, key: str, digits: int) -> Decimal | None:
        """The value of a column, with so many digits after the point."""
        return None if key in self.untold else self.rows.rounded(key, digits)[0]

    @property
    def withheld(self) -> Totals:
        """The same, with nothing told."""
        return replace(self, untold=frozenset(self.rows.plan.computed))


@dataclass(frozen=True, slots=True)
class Outcome:
    """All rows of a report, unordered, and its totals. Not `complete` where there are more rows than are taken.

    Something is `withheld` where rows, or totals, are over too few conversions to be shown.
    """

    rows: Rows
    totals: Totals
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
        rows = self._rows(plan, groups)
        if not plan.sizes:
            return Outcome(rows, totals, complete)
        if await self._leaves_out_too_few(plan, total):
            return Outcome(rows.only(()), totals.withheld, complete, withheld=True)
        hidden = withheld(plan.sizes, groups, plan.least)
        shown = rows.only([at for at in range(len(rows)) if at not in hidden])
        if too_small(plan.sizes, total, plan.least):
            return Outcome(shown, totals.withheld, complete, withheld=True)
        return Outcome(shown, totals, complete, withheld=bool(hidden))

    async def streamed(self, plan: ReportPlan, *, size: int, salt: str) -> AsyncIterator[tuple[int, Rows]]:
        """All rows of a plan, so many at a time: how many there are in all, and these."""
        query = replace(plan.query, limit=None)
        statement = self.lens.reads.streamed(self.lens.visibility, query)
        if statement is None:
            return
        values = {**self.lens.binds, **query.values(plan.period), SALT: salt}
        async for records in self.snapshot.stream(statement, values, size=size):
            yield records[0][GROUPS], self._rows(plan, groups_from(query, records))

    async def total(self, plan: ReportPlan, currencies: frozenset[str]) -> Totals:
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

    def _total_of(self, plan: ReportPlan, total: Groups, currencies: frozenset[str]) -> Totals:
        """The totals of all groups as one. `currencies` are those of the groups, where they are known."""
        row = self._rows(plan, total)
        if plan.currency is not None:
            return Totals(row, plan.currency)
        if len(currencies) == 1:
            return Totals(row, next(iter(currencies)))
        return Totals(row, None, frozenset(key for key in plan.computed if is_money(self.lens.columns, key)))

    def _rows(self, plan: ReportPlan, groups: Groups) -> Rows:
        return Rows(self.lens.columns, plan, groups)


def _numbers(sums: Sequence[Any]) -> Sequence[int | Decimal | None]:
    """Sums as numbers, lengths of time as seconds."""
    if timedelta not in set(map(type, sums)):
        return sums
    return [Decimal(each // _MICROSECOND).scaleb(-6, _EXACT) if isinstance(each, timedelta) else each for each in sums]


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
