"""`openReport`: a saved report as its reader has it, and its run with rights of his own."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import strawberry

from sightline.resolvers.operation import Operation
from sightline.resolvers.reports.desk import OpenLens
from sightline.resolvers.reports.reports import report_of
from sightline.resolvers.reports.requests import MOST_ROWS, ROWS_OF_A_REPORT
from sightline.resolvers.reports.saved import StoredReport, input_of, named_columns, opened, stored_report
from sightline.schema.bindings import METADATA, InReports, open_field, open_method
from sightline.schema.reports.answers import ReportAnswer
from sightline.schema.reports.selected import selected_of

_ENTITY = "saved_report"


@strawberry.type(description="A column that a saved report names, as you have it.")
class SavedReportColumn:
    """A column of a definition."""

    key: str | None = open_field("What it is called in a request; null for one that you know nothing of.")
    available: bool = open_field("Whether you may use it in the lens of the report.")
    reason: str | None = open_field("Why not, where you may not.")


@strawberry.input(description="A page of a report.")
class ReportPageInput:
    """What a definition does not hold."""

    first: int = open_field(f"How many rows: 1 to {MOST_ROWS:,}.", default=ROWS_OF_A_REPORT)
    after: str | None = open_field("A cursor: rows after it.", default=None)


@strawberry.type(description="A saved report as you have it: its definition, and its rows by your own rights.")
class OpenedReport:
    """A definition and what it means for its reader."""

    report_: strawberry.Private[StoredReport]
    lens_: strawberry.Private[OpenLens | None]

    @open_method("The columns it names.")
    def columns(self) -> list[SavedReportColumn]:
        """RC6, RC10."""
        return [
            SavedReportColumn(key=each.key, available=each.reason is None, reason=each.reason)
            for each in named_columns(self.lens_, self.report_)
        ]

    @open_method("The input of `report` that it means, as JSON; null where it names what is not there for you.")
    def input(self, info: strawberry.Info) -> str | None:
        """What may be asked may be read."""
        return input_of(info.context, self.lens_, self.report_)

    @open_method("The report, run with your present rights: COLUMN_RESTRICTED where it names what you lack.")
    async def report(
        self,
        info: strawberry.Info,
        page: Annotated[
            ReportPageInput | None, strawberry.argument(description="Which of its rows; the first ones otherwise.")
        ] = None,
    ) -> ReportAnswer | None:
        """RC10: nobody's rights but the reader's."""
        operation: Operation = info.context
        asked, selected = page or ReportPageInput(), info._raw_info
        found = selected_of(selected.field_nodes, selected.fragments)
        request = replace(
            self.report_.request, first=asked.first, after=asked.after, metrics=found.metrics, labels=found.labels
        )
        return ReportAnswer(report=await report_of(operation, request))


async def _open(
    info: strawberry.Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The id of a saved report.")],  # noqa: A002  # the contract's name
) -> OpenedReport | None:
    operation: Operation = info.context
    entity, key = operation.services.ids.decode(id)
    if entity != _ENTITY or await operation.row(_ENTITY, key) is None:
        return None
    report = await stored_report(operation.snapshot, key.id)
    return OpenedReport(report_=report, lens_=await opened(operation, report))


open_report_field = strawberry.field(
    resolver=_open,
    description="A saved report, yours or shared with you; null where there is none that you may see.",
    metadata={METADATA: InReports()},
)
