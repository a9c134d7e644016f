"""Mutations of saved reports."""

from __future__ import annotations

from typing import Any, Final

import strawberry

from sightline.resolvers.mutations import saved_reports
from sightline.resolvers.mutations.change import Change, Done
from sightline.resolvers.mutations.refusals import invalid
from sightline.resolvers.mutations.running import Work
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional
from sightline.schema.reports.inputs import ReportInput, request_from
from sightline.schema.reports.selected import Selected

CREATE: Final = ("saved_report:create_platform", "saved_report:create_organization", "saved_report:create_account")

_REPORT = id_of("The saved report.")
_DEFINITION = "What it asks. Its page is not kept, and neither is any right to it."
_WITH = {
    "organization": optional(strawberry.ID, "An organization, for its members."),
    "user": optional(strawberry.ID, "A user."),
}


def asking(work: Work) -> Work:
    """A work that takes a report as the contract has it, for one that takes it as a request."""

    async def asked(change: Change, *, report: ReportInput | None = None, **given: Any) -> Done:
        if report is not None:
            with invalid("report"):
                given["report"] = request_from(report, change.operation.services.ids, Selected())
        return await work(change, **given)

    return asked


MUTATIONS: Final = (
    Mutation(
        "save_report",
        verb=CREATE,
        description="Keep the definition of a report, to be run with the present rights of whoever runs it.",
        takes={"name": given(str, "What it is called."), "report": given(ReportInput, _DEFINITION)},
        gives={"saved_report": "saved_report"},
        work=asking(saved_reports.save_report),
        in_reports=True,
    ),
    Mutation(
        "edit_saved_report",
        verb="saved_report:edit",
        description="Change a saved report, for everybody it is shared with.",
        takes={
            "saved_report": _REPORT,
            "name": optional(str, "What it is called."),
            "report": optional(ReportInput, _DEFINITION),
            "version": VERSION,
        },
        gives={"saved_report": "saved_report"},
        work=asking(saved_reports.edit_saved_report),
        in_reports=True,
    ),
    Mutation(
        "share_report",
        verb="saved_report:edit",
        description="Show the definition of a saved report to others, who run it with their own rights.",
        takes={"saved_report": _REPORT, **_WITH},
        gives={"saved_report": "saved_report"},
        work=saved_reports.share_report,
    ),
    Mutation(
        "unshare_report",
        verb="saved_report:edit",
        description="No longer show a saved report to somebody, or to anybody where nobody is named.",
        takes={"saved_report": _REPORT, **_WITH},
        gives={"saved_report": "saved_report"},
        work=saved_reports.unshare_report,
    ),
    Mutation(
        "delete_saved_report",
        verb="saved_report:edit",
        description="Delete a saved report with its schedules, for everybody it is shared with.",
        takes={"saved_report": _REPORT, "version": VERSION},
        gives={"saved_report": "saved_report"},
        work=saved_reports.delete_saved_report,
    ),
)
