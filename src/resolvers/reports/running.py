"""Running a report: the sums of its groups, and every column computed from them, exactly (M1, M2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Context, Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Any

from sightline.authz.expr import TRUE, Expr
from sightline.authz.reports.catalogue import Catalogue
from sightline.authz.reports.columns import Aggregation
from sightline.db.reports.queries import Group, Period, Sum, SumsQuery
from sightline.db.reports.statements import GROUPS, SALT, groups_from
from sightline.db.snapshot import Snapshot
from sightline.resolvers.reports.desk import OpenLens
from sightline.resolvers.reports.plans import ReportPlan, is_money, sums_of
from sightline.resolvers.reports.requests import MOST_GROUPS
from sightline.resolvers.reports.small_groups import left_out_too_small, too_small, unfiltered, withheld

Values = Mapping[str, Fraction | None]
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
        line = self._line_of(plan)(replace(total, key=()))
        if plan.currency is not None:
            return line
        if len(currencies) == 1:
            return replace(line, currency=next(iter(currencies)))
        mixed = {key: None if is_money(self.lens.columns, key) else value for key, value in line.values.items()}
        return replace(line, values=mixed)

    def _lines(self, plan: ReportPlan, groups: Sequence[Group]) -> tuple[Line, ...]:
        line = self._line_of(plan)
        return tuple(map(line, groups))

    def _line_of(self, plan: ReportPlan) -> Callable[[Group], Line]:
        """How the line of a group is computed: what is the same for all groups is found once."""
        parts = [
            _Part.of(self.lens.columns, [key for key in plan.computed if plan.coverage[key] == coverage], coverage)
            for coverage in dict.fromkeys(plan.coverage[key] for key in plan.computed)
        ]
        place = plan.query.group_by.index("currency") if plan.currency is None and plan.query.group_by else None

        def line(group: Group) -> Line:
            values: dict[str, Fraction | None] = {}
            for part in parts:
                values |= part.values(group)
            own = group.key[place] if place is not None and group.key else None
            return Line(group.key, values, plan.currency if own is None else str(own))

        return line


@dataclass(frozen=True, slots=True)
class _Part:
    """The columns of one coverage, with the sums they are computed from by what formulas call them.

    A median goes by the key of its column.
    """

    coverage: Expr
    sums: Mapping[str, Sum]
    compute: Callable[[Mapping[str, Fraction | None]], dict[str, Fraction | None]]

    @classmethod
    def of(cls, columns: Catalogue, keys: Sequence[str], coverage: Expr) -> _Part:
        """Of these columns."""
        sums = {
            key if columns.columns[key].aggregation is Aggregation.MEDIAN else each.measure: each
            for key in keys
            for each in sums_of(columns, key, coverage)
        }
        return cls(coverage, sums, columns.program(keys))

    def values(self, group: Group) -> dict[str, Fraction | None]:
        """The columns of a group; null where it has no program of the coverage."""
        if self.coverage != TRUE and group.covered[self.coverage] is False:
            return self.compute(dict.fromkeys(self.sums))
        return self.compute({name: _exact(group.sums[each]) for name, each in self.sums.items()})


def _nothing_of(line: Line) -> Line:
    return replace(line, values=dict.fromkeys(line.values))


def _exact(value: object) -> Fraction | None:
    match value:
        case None:
            return None
        case timedelta():
            return Fraction(value // _MICROSECOND, 1_000_000)
        case Decimal():
            return Fraction(*value.as_integer_ratio())  # twice as fast as from the decimal itself
        case int():
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
    with localcontext(_EXACT):
        sums = {each: _sum_of(group.sums[each] for group in groups) for each in query.sums}
    covered = {each: _any(group.covered[each] for group in groups) for each in query.coverages}
    return Group((), sums, covered)


def _sum_of(values: Iterable[Any]) -> Any:
    """Numbers or lengths of time, added exactly; none, and those that are 0, come to 0."""
    some = [value for value in values if value]
    return sum(some[1:], start=some[0]) if some else 0


def _no_group(query: SumsQuery) -> Group:
    """What is said of a query that no fact answers: nothing."""
    return Group((), dict.fromkeys(query.sums), dict.fromkeys(query.coverages))


def _any(values: Iterable[bool | None]) -> bool | None:
    """Whether some is true; None where nothing is known of any, as `bool_or` has it."""
    known = [value for value in values if value is not None]
    return any(known) if known else None
