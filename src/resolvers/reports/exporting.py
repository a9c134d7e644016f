"""A whole report, one piece after the other, for a file: the pipeline of `report`, without its pages (RC11).

The same lens, the same names refused, the same sums, rounding and totals. Without an order of its own rows are taken
from the database as they are written, so that their number costs no memory; what has to be ordered first, or has the
rows of another period beside it, has the ceiling that a page has.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec

from sightline.authz.expr import TRUE
from sightline.db.tables.enums import ExportFormat
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.operation import Operation
from sightline.resolvers.reports.ordering import Names, Written, satisfying, written_of
from sightline.resolvers.reports.plans import ReportPlan, moved_to
from sightline.resolvers.reports.reports import (
    TOO_MANY_TO_ORDER,
    ReadyReport,
    compared_with,
    names_in,
    page_and_names,
    ready,
)
from sightline.resolvers.reports.requests import MOST_GROUPS, ReportRequest
from sightline.resolvers.reports.running import Line, Rows, Run, Totals, currencies_of

PIECE = 500
"""Rows that are computed at a time."""

NO_PARQUET = "Parquet is not available here: take CSV, or have the operator install sightline[parquet]."


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a report, the names that go with them, and how many rows there are in all, at most.

    `before` has each row as it was in the period that it is compared with, None where there was none; nothing where the
    report is compared with no period.
    """

    rows: Rows
    written: Sequence[Written]
    names: Names
    at_most: int
    before: tuple[Line | None, ...] = ()


@dataclass(slots=True, eq=False)
class Exporting:
    """A report on its way into a file. `programs` says over how many programs a column is that is not over all.

    So does `programs_before` in the period that it is compared with.
    """

    operation: Operation
    request: ReportRequest
    asked: ReadyReport
    run: Run
    programs: dict[str, int]
    programs_before: dict[str, int]
    _totals: Totals | None = None
    _before: Totals | None = None
    _currencies: set[str] = field(default_factory=set)

    async def pieces(self, *, salt: str) -> AsyncIterator[Piece]:
        """All of its rows. `salt` decides the order of what names a row, and is different for each export."""
        # Which groups are too small, and which are the same in another period, is known of all at once.
        if self.request.order or self.asked.plan.sizes or self.is_compared:
            async for piece in self._ordered():
                yield piece
            return
        group_by = self.asked.plan.query.group_by
        async for at_most, rows in self.run.streamed(self.asked.plan, size=PIECE, salt=salt):
            self._currencies |= currencies_of(self.asked.plan, rows.groups)
            chosen = rows.only(satisfying(rows, self.request.having)) if self.request.having else rows
            written = written_of(self.asked.values, group_by, chosen.keys)
            yield Piece(chosen, written, await names_in(self.operation, group_by, chosen.keys, group_by), at_most)

    async def totals(self) -> Totals:
        """The totals over all rows, once these were taken."""
        if self._totals is None:
            self._totals = await self.run.total(self.asked.plan, frozenset(self._currencies))
        return self._totals

    @property
    def is_compared(self) -> bool:
        """Whether every column has that of another period beside it."""
        return self.asked.before is not None

    @property
    def totals_before(self) -> Totals | None:
        """The totals of the period that it is compared with, once the rows were taken."""
        return self._before

    async def _ordered(self) -> AsyncIterator[Piece]:
        outcome = await self.run.outcome(self.asked.plan)
        if not outcome.complete:
            raise BadInputError(f"{TOO_MANY_TO_ORDER}, or leave out orderBy and compareTo.")
        self._totals = outcome.totals
        whole = replace(self.request, first=MOST_GROUPS)
        page, names = await page_and_names(self.operation, whole, self.asked.plan, outcome.rows, self.asked.values)
        before: tuple[Line | None, ...] = ()
        if self.asked.before is not None:
            compared = await compared_with(self.run, self.asked.plan, page, self.asked.before)
            before, self._before = compared.rows, compared.totals
        for begin in range(0, len(page.rows), PIECE):
            end = min(begin + PIECE, len(page.rows))
            rows, written = page.rows.only(range(begin, end)), page.written[begin:end]
            yield Piece(rows, written, names, page.count, before[begin:end])


async def exporting(operation: Operation, request: ReportRequest) -> Exporting:
    """The export of a report that may run. Raises ColumnRestrictedError and BadInputError for any other."""
    asked = await ready(operation, request)
    run = Run(asked.lens, operation.snapshot)
    before = {} if asked.before is None else await _programs(run, moved_to(asked.plan, asked.before))
    return Exporting(operation, request, asked, run, await _programs(run, asked.plan), before)


async def _programs(run: Run, plan: ReportPlan) -> dict[str, int]:
    partial = {key: plan.coverage[key] for key in plan.shown if plan.coverage[key] != TRUE}
    return {key: await run.programs(plan, coverage) for key, coverage in partial.items()}


def refuse_unwritable(format_: ExportFormat) -> None:
    """Raise BadInputError for a format that this installation cannot write."""
    if format_ is ExportFormat.PARQUET and find_spec("pyarrow") is None:
        raise BadInputError(NO_PARQUET)
