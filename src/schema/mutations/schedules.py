"""Mutations of schedules."""

from __future__ import annotations

from typing import Final

from sightline.db.tables.enums import ExportFormat, OnRestricted, ScheduleState
from sightline.resolvers.mutations import schedules
from sightline.schema.enums import described
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional
from sightline.schema.mutations.saved_reports import CREATE

_SCHEDULE = id_of("The schedule.")
_CRON = "The five fields of cron, at most once an hour: minute, hour, day of the month, month, day of the week."
_ZONE = "IANA name of the time zone of these."
_FILE = described(ExportFormat)
_RESTRICTED = "What becomes of a column that you may no longer use."

MUTATIONS: Final = (
    Mutation(
        "schedule_report",
        verb=CREATE,
        description="Have a saved report run from time to time, with the rights you have then; you are told by mail.",
        takes={
            "saved_report": id_of("The saved report, yours or shared with you."),
            "cron": given(str, _CRON),
            "time_zone": given(str, _ZONE),
            "format": given(_FILE, "The file."),
            "on_restricted": optional(described(OnRestricted), _RESTRICTED),
        },
        gives={"report_schedule": "report_schedule", "saved_report": "saved_report"},
        work=schedules.schedule_report,
    ),
    Mutation(
        "edit_schedule",
        verb="report_schedule:edit",
        description="Change when a schedule runs and what it writes, or have it pause.",
        takes={
            "report_schedule": _SCHEDULE,
            "cron": optional(str, _CRON),
            "time_zone": optional(str, _ZONE),
            "format": optional(_FILE, "The file."),
            "on_restricted": optional(described(OnRestricted), _RESTRICTED),
            "state": optional(described(ScheduleState), "Whether it runs."),
            "version": VERSION,
        },
        gives={"report_schedule": "report_schedule"},
        work=schedules.edit_schedule,
    ),
    Mutation(
        "delete_schedule",
        verb="report_schedule:edit",
        description="Delete a schedule; what it delivered stays until it expires.",
        takes={"report_schedule": _SCHEDULE, "version": VERSION},
        gives={"report_schedule": "report_schedule"},
        work=schedules.delete_schedule,
    ),
)
