"""What a report answers: columns with all their values, and rows with the metrics of each; the same numbers twice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat
from typing import Annotated, Any, Final

import strawberry

from sightline.authz.expr import TRUE
from sightline.authz.reports.columns import Column
from sightline.authz.reports.measures import Unit
from sightline.resolvers.operation import Operation
from sightline.resolvers.reports.labels import plain_label
from sightline.resolvers.reports.reports import Compared, Report, report_of
from sightline.resolvers.reports.requests import Coverage, ReportRequest
from sightline.resolvers.reports.running import Line, Totals
from sightline.schema.annotations import list_of
from sightline.schema.bindings import METADATA, InReports, open_field, open_method
from sightline.schema.connections import PageInfo
from sightline.schema.enums import described
from sightline.schema.reports.inputs import ReportInput, request_from
from sightline.schema.reports.metrics import ReportMetrics, number, numbers, numbers_then
from sightline.schema.reports.selected import selected_of
from sightline.schema.scalars import CurrencyCode, DateTime, Decimal

described(Unit)
described(Coverage)

REPORTED: Final = "sightline.reported"
"""Metadata of the field whose input is a report's."""

_MetricsOrNothing: Any = ReportMetrics | None


def _column(report: Report, key: str) -> Column:
    return report.run.lens.columns.columns[key]


@strawberry.type(description="One column of a report, over the rows of its page.")
class ReportColumn:
    """A column with its values."""

    report: strawberry.Private[Report]
    key: str = open_field("What it is called in a request.")
    label: str = open_field("What it is called in a heading.")
    unit: Unit = open_field("What its values are counted in.")
    values: list[Decimal | None] = open_field(
        "Its value in each row of the page. Null is what is divided by zero, or not there for you, or not for this row."
    )
    total: Decimal | None = open_field("Its value over all rows.")

    @open_method("Over which programs of the lens it is computed.")
    def coverage(self) -> Coverage:
        """RC5."""
        return Coverage.COMPLETE if self.report.plan.coverage[self.key] == TRUE else Coverage.PARTIAL

    @open_method("How many programs with facts in the report it is computed over, where coverage is PARTIAL.")
    async def programs(self) -> int | None:
        """RC5."""
        coverage = self.report.plan.coverage[self.key]
        return None if coverage == TRUE else await self.report.run.programs(self.report.plan, coverage)


def _columns(report: Report, values: Callable[[Column], list[Decimal | None]], totals: Totals) -> list[ReportColumn]:
    columns = ((key, _column(report, key)) for key in report.plan.shown)
    return [
        ReportColumn(
            report=report,
            key=key,
            label=column.label,
            unit=column.unit,
            values=values(column),
            total=number(column, totals),
        )
        for key, column in columns
    ]


@strawberry.type(description="What a row of a report stands for in one dimension.")
class ReportDimensionValue:
    """A dimension and its value."""

    key: str = open_field("The dimension.")
    value: str | None = open_field("The value: a global id where it names a row, else a text. Null is none.")
    label: str | None = open_field("What to show: the name of the row it names, where you may see it, or the value.")


def _dimension(report: Report, at: int, key: str) -> list[ReportDimensionValue]:
    """A dimension of all rows of the page; rows that stand for the same have it in common."""
    stands_for = [(row[at], texts[at]) for row, texts in zip(report.page.rows.keys, report.page.written, strict=True)]
    names = report.names.get(key, {})
    values = {
        raw: ReportDimensionValue(key=key, value=text, label=names.get(raw) or plain_label(key, text))
        for raw, text in set(stands_for)
    }
    return [values[raw] for raw, _ in stands_for]


@strawberry.type(description="One row of a report.")
class ReportRow:
    """A row: dimensions and metrics."""

    report: strawberry.Private[Report]
    at: strawberry.Private[int]
    dimensions: list[ReportDimensionValue] = open_field("What it stands for, in the order of groupBy.")

    @open_method("Its columns, one field each.")
    def metrics(self) -> _MetricsOrNothing:
        """The line itself is the source of the metrics."""
        return Line(self.report.page.rows, self.at)


@strawberry.type(description="The same report over another period.")
class ReportComparison:
    """What the rows of a page were in another period."""

    report: strawberry.Private[Report]
    compared: strawberry.Private[Compared]

    @open_method("The first moment of that period.")
    def since(self) -> DateTime:
        """In UTC."""
        return DateTime(self.compared.period.since)

    @open_method("The first moment after it.")
    def until(self) -> DateTime:
        """In UTC."""
        return DateTime(self.compared.period.until)

    @open_method(
        "Each row of the page as it was then, dates counted from the beginning of the period; null: no such row."
    )
    def rows(self) -> list_of(_MetricsOrNothing):  # type: ignore[valid-type]
        """Aligned with the rows of the page."""
        return self.compared.rows

    @open_method("The columns of the report over that period.")
    def columns(self) -> list[ReportColumn]:
        """Aligned with the columns of the report."""
        rows = self.compared.rows
        return _columns(
            self.report,
            lambda column: numbers_then(column, rows),
            self.compared.totals,
        )

    @open_method("The columns over all rows of that period.")
    def totals(self) -> _MetricsOrNothing:
        """Computed from sums, as every row is."""
        return self.compared.totals


@strawberry.type(name="Report", description="A report: numbers over the rows that the lens reaches, and no others.")
class ReportAnswer:
    """A report."""

    report: strawberry.Private[Report]

    @open_method("The first moment it covers.")
    def since(self) -> DateTime:
        """In UTC."""
        return DateTime(self.report.plan.period.since)

    @open_method("The first moment after it.")
    def until(self) -> DateTime:
        """In UTC."""
        return DateTime(self.report.plan.period.until)

    @open_method("The moment as of which everything stands, where it was asked for; null: now.")
    def as_of(self) -> DateTime | None:
        """RC13."""
        moment = self.report.plan.query.as_of
        return None if moment is None else DateTime(moment)

    @open_method("IANA name of the time zone whose days it has.")
    def time_zone(self) -> str:
        """As asked for, or by default."""
        return self.report.plan.period.time_zone

    @open_method("The currency of all amounts; null where each row has its own.")
    def currency(self) -> CurrencyCode | None:
        """None for NATIVE."""
        code = self.report.plan.currency
        return None if code is None else CurrencyCode(code)

    @open_method("The columns with their values, in the order asked for: made for charts and tables.")
    def columns(self) -> list[ReportColumn]:
        """Column-major."""
        rows = self.report.page.rows
        return _columns(self.report, lambda column: numbers(column, rows), self.report.totals)

    @open_method("The rows of the page: made for reading.")
    def rows(self) -> list[ReportRow]:
        """Row-major."""
        report = self.report
        columns = [_dimension(report, at, key) for at, key in enumerate(report.plan.query.group_by)]
        values = zip(*columns, strict=True) if columns else repeat((), len(report.page.rows))
        return [ReportRow(report=report, at=at, dimensions=list(each)) for at, each in enumerate(values)]

    @open_method("The columns over all rows. Ratios are computed from sums; amounts of several currencies are null.")
    def totals(self) -> _MetricsOrNothing:
        """The line of the totals is their source."""
        return self.report.totals

    @open_method("The same report over the period it is compared with.")
    def compare(self) -> ReportComparison | None:
        """None unless asked for."""
        compared = self.report.compared
        return None if compared is None else ReportComparison(report=self.report, compared=compared)

    @open_method("How many rows there are on all pages.")
    def row_count(self) -> int:
        """After `having`."""
        return self.report.page.count

    @open_method("Whether no row is missing: there may be more than are taken, which totals count nevertheless.")
    def complete(self) -> bool:
        """False beyond the ceiling of groups."""
        return self.report.complete

    @open_method("Whether rows were left out, or totals, because they are over too few conversions to be shown.")
    def withheld(self) -> bool:
        """Only where the operator has set a smallest group, for readers of sums."""
        return self.report.withheld

    @open_method("Where the page stands.")
    def page_info(self) -> PageInfo:
        """Cursors of this report, for this viewer."""
        page = self.report.page
        return PageInfo(
            has_next_page=page.has_more,
            has_previous_page=page.has_before,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        )


async def answer_to(operation: Operation, request: ReportRequest) -> ReportAnswer:
    """The report of a request. Raises ColumnRestrictedError and BadInputError."""
    return ReportAnswer(report=await report_of(operation, request))


async def _report(
    info: strawberry.Info,
    input: Annotated[ReportInput, strawberry.argument(description="What to report.")],  # noqa: A002  # the contract's name
) -> ReportAnswer | None:
    selected = info._raw_info
    request = request_from(input, info.context.services.ids, selected_of(selected.field_nodes, selected.fragments))
    return await answer_to(info.context, request)


report_field = strawberry.field(
    resolver=_report,
    description="A report. COLUMN_RESTRICTED names a column, dimension or lens that is not there for you (RC6).",
    metadata={METADATA: InReports(), REPORTED: True},
)
