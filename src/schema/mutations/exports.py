"""Mutations of exports."""

from __future__ import annotations

from typing import Final

import strawberry

from sightline.db.tables.enums import ExportFormat
from sightline.resolvers.mutations import exports
from sightline.resolvers.mutations.change import Done
from sightline.resolvers.operation import Operation
from sightline.schema.enums import described
from sightline.schema.mutations.framework import Mutation, Shown, given, id_of, optional
from sightline.schema.mutations.saved_reports import asking
from sightline.schema.reports.inputs import ReportInput

EXPORTS_PATH: Final = "/exports/"


async def _link(operation: Operation, done: Done) -> str:
    row = done.rows["report_export"]
    return f"{EXPORTS_PATH}{operation.services.ids.of_row(row.entity, row.key)}"


MUTATIONS: Final = (
    Mutation(
        "export_report",
        verb="report_export:create",
        description="Ask for a report as a file, which is made with your present rights whenever you fetch it.",
        takes={
            "format": given(described(ExportFormat), "The file."),
            "report": optional(ReportInput, "What to report, or leave it out; a file has all rows and no pages."),
            "saved_report": optional(strawberry.ID, "A saved report, in place of a report."),
            "name": optional(str, "What the file is called; else what the saved report is called."),
        },
        gives={"report_export": "report_export"},
        shows={"link": Shown(str | None, "Where to fetch it, for an hour, as whoever asked for it.", _link)},
        work=asking(exports.export_report),
        in_reports=True,
    ),
    Mutation(
        "cancel_export",
        verb="report_export:cancel",
        description="Give up a file that was asked for, also while it is fetched.",
        takes={"report_export": id_of("The export.")},
        gives={"report_export": "report_export"},
        work=exports.cancel_export,
    ),
)
