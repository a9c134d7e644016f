"""Running a report: the sums of its groups, and every column computed from them, exactly (M1, M2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from sightline.authz.expr import TRUE, Expr
from sightline.authz.reports.columns import Aggregation
from sightline.db.reports.queries import Group, Period, SumsQuery
from sightline.db.reports.statements import GROUPS, SALT, groups_from
from sightline.db.snapshot import Snapshot
from sightline.resolvers.reports.desk import OpenLens
from sightline.resolvers.reports.plans import ReportPlan, is_money, sums_of
from sightline.resolvers.reports.requests import MOST_GROUPS
from sightline.resolvers.reports.small_groups import left_out_too_small, too_small, unfiltered, withheld

Values = Mapping[str, Fraction | None]
_MICROSECOND = timedelta(microseconds=1)


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
        groups = groups[:MOST_GROUPS]
        total = await self._whole(plan, groups if complete else None)
        totals = self._total_of(plan, total, currencies_of(plan, groups if complete else ()))
        if not plan.sizes:
            return Outcome(self._lines(plan, groups), totals, complete)
        if await self._leaves_out_too_few(plan, total):
            return Outcome((), _nothing_of(totals), complete, withheld=True)
        hidden = withheld(plan.sizes, groups, plan.least)
        lines = self._lines(plan, [each for at, each in enumerate(groups) if at not in hidden])
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
        total = next(iter(await self._groups(whole, plan.period)), _no_group(whole))
        return self._total_of(plan, total, currencies)

    async def programs(self, plan: ReportPlan, coverage: Expr) -> int:
        """How many programs a column is computed over that is visible on some only (RC5)."""
        statement = self.lens.reads.programs(self.lens.visibility, plan.query, coverage)
        if statement is None:
            return 0
        rows = await self.snapshot.fetch(statement, {**self.lens.binds, **plan.query.values(plan.period)})
        return int(rows[0]["programs"])

    async def _groups(self, query: SumsQuery, period: Period) -> list[Group]:
        statement = self.lens.reads.groups(self.lens.visibility, query)
        if statement is None:
            return []
        records = await self.snapshot.fetch(statement, {**self.lens.binds, **query.values(period)})
        return groups_from(query, records)

    async def _leaves_out_too_few(self, plan: ReportPlan, total: Group) -> bool:
        everything = unfiltered(plan.query, plan.sizes)
        if everything is None:
            return False
        found = next(iter(await self._groups(everything, plan.period)), _no_group(everything))
        return left_out_too_small(plan.sizes, total, found, plan.least)

    async def _whole(self, plan: ReportPlan, groups: Sequence[Group] | None) -> Group:
        """All groups as one; where some are not given, as the database has it."""
        whole = replace(plan.query, group_by=(), limit=None)
        unknown = any(value is None for group in groups or () for each, value in group.sums.items() if not each.median)
        if not plan.query.group_by and groups:
            return groups[0]
        if groups and plan.adds_up and not unknown:
            return _added(plan.query, groups)
        return next(iter(await self._groups(whole, plan.period)), _no_group(whole))

    def _total_of(self, plan: ReportPlan, total: Group, currencies: frozenset[str]) -> Line:
        """The line of a total. `currencies` are those of the groups, where they are known and each has its own."""
        line = self._line(plan, replace(total, key=()))
        if plan.currency is not None:
            return line
        if len(currencies) == 1:
            return replace(line, currency=next(iter(currencies)))
        mixed = {key: None if is_money(self.lens.columns, key) else value for key, value in line.values.items()}
        return replace(line, values=mixed)

    def _lines(self, plan: ReportPlan, groups: Sequence[Group]) -> tuple[Line, ...]:
        return tuple(self._line(plan, each) for each in groups)

    def _line(self, plan: ReportPlan, group: Group) -> Line:
        values: dict[str, Fraction | None] = {}
        for coverage in dict.fromkeys(plan.coverage[key] for key in plan.computed):
            keys = [key for key in plan.computed if plan.coverage[key] == coverage]
            sums = self._sums(plan, group, keys, coverage)
            values |= self.lens.columns.values(keys, sums)
        currency = plan.currency
        if currency is None and group.key:
            own = group.key[plan.query.group_by.index("currency")]
            currency = None if own is None else str(own)
        return Line(group.key, values, currency)

    def _sums(self, plan: ReportPlan, group: Group, keys: Iterable[str], coverage: Expr) -> dict[str, Fraction | None]:
        """The sums of one coverage by what formulas call them; a median goes by the key of its column."""
        hidden = coverage != TRUE and group.covered[coverage] is False
        found: dict[str, Fraction | None] = {}
        for key in keys:
            median = self.lens.columns.columns[key].aggregation is Aggregation.MEDIAN
            for each in sums_of(self.lens.columns, key, coverage):
                found[key if median else each.measure] = None if hidden else _exact(group.sums[each])
        return found


def _nothing_of(line: Line) -> Line:
    return replace(line, values=dict.fromkeys(line.values))


def _exact(value: object) -> Fraction | None:
    match value:
        case None:
            return None
        case timedelta():
            return Fraction(value // _MICROSECOND, 1_000_000)
        case Decimal() | int() | Fraction():
            return Fraction(value)
        case _:
            raise TypeError(f"a sum is no {type(value).__name__}")


def currencies_of(plan: ReportPlan, groups: Iterable[Group]) -> frozenset[str]:
    """The currencies of groups that each have their own; none where all amounts are in one anyway."""
    if plan.currency is not None:
        return frozenset()
    at = plan.query.group_by.index("currency")
    return frozenset(str(group.key[at]) for group in groups if group.key[at] is not None)


def _added(query: SumsQuery, groups: Sequence[Group]) -> Group:
    sums = {each: sum((_exact(group.sums[each]) or 0 for group in groups), Fraction()) for each in query.sums}
    covered = {each: _any(group.covered[each] for group in groups) for each in query.coverages}
    return Group((), sums, covered)


def _no_group(query: SumsQuery) -> Group:
    """What is said of a query that no fact answers: nothing."""
    return Group((), dict.fromkeys(query.sums), dict.fromkeys(query.coverages))


def _any(values: Iterable[bool | None]) -> bool | None:
    """Whether some is true; None where nothing is known of any, as `bool_or` has it."""
    known = [value for value in values if value is not None]
    return any(known) if known else None
