"""Schedules of saved reports: made by whoever has the report, and run as him (RC10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sightline.db.tables.enums import ExportFormat, OnRestricted, ScheduleState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.refusals import InvalidError, invalid
from sightline.resolvers.mutations.saved_reports import answerable, may_save
from sightline.resolvers.reports.cron import cron_of
from sightline.resolvers.reports.exporting import refuse_unwritable
from sightline.resolvers.reports.periods import zone_named
from sightline.resolvers.reports.saved import stored_report

MOST = 20
_EDITS = "report_schedule:edit"
_COUNT = "SELECT count(*) FROM report_schedule WHERE owner_id = $1"
_FORGET = "UPDATE report_export SET schedule_id = NULL WHERE schedule_id = $1"


async def schedule_report(
    change: Change,
    *,
    saved_report: str,
    cron: str,
    time_zone: str,
    format: ExportFormat,  # noqa: A002  # what the input calls it
    on_restricted: OnRestricted = OnRestricted.FAIL,
) -> Done:
    """A report, one's own or shared, that is run from time to time with the rights one has then."""
    due = _due(cron, time_zone, change.operation.snapshot.clock)
    row = await change.find("saved_report", saved_report, "savedReport")
    kept = (await stored_report(change.operation.snapshot, row.key.id)).request
    await may_save(change, kept.lens)
    with invalid("format"):
        refuse_unwritable(format)
    await answerable(change, kept, "savedReport")
    if await change.count_own(_COUNT) >= MOST:
        raise InvalidError(f"You have {MOST} schedules, and that is the most: delete one first.", "savedReport")
    made = await change.insert(
        "report_schedule",
        saved_report_id=row.key.id,
        owner_id=change.actor,
        cron=cron,
        time_zone=time_zone,
        format=format,
        on_restricted=on_restricted,
        recipients=[],
        next_run_at=due,
    )
    schedule = Found("report_schedule", Key(made["id"]))
    await change.record("report_schedule:create", schedule, after={"cron": cron, "time_zone": time_zone})
    return Done({"report_schedule": schedule, "saved_report": row})


async def edit_schedule(
    change: Change,
    *,
    report_schedule: str,
    cron: str | None = None,
    time_zone: str | None = None,
    format: ExportFormat | None = None,  # noqa: A002  # what the input calls it
    on_restricted: OnRestricted | None = None,
    state: ScheduleState | None = None,
    version: int | None = None,
) -> Done:
    """Other times, another file, or a pause."""
    clock = change.operation.snapshot.clock
    _due(cron or "0 0 * * *", time_zone or "UTC", clock)
    row = await change.find("report_schedule", report_schedule, "reportSchedule")
    await change.allow(_EDITS, row)
    if format is not None:
        with invalid("format"):
            refuse_unwritable(format)
    stored = await change.lock(row)
    refuse_stale(stored, version)
    asked = {
        "cron": cron,
        "time_zone": time_zone,
        "format": format,
        "on_restricted": on_restricted,
        "state": state,
    }
    values: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if not values:
        return Done({"report_schedule": row})
    now = dict(stored) | values
    active = now["state"] == ScheduleState.ACTIVE
    values["next_run_at"] = _due(now["cron"], now["time_zone"], clock) if active else None
    return await change.edit("report_schedule:edit", row, stored, values, version=None)


async def delete_schedule(change: Change, *, report_schedule: str, version: int | None = None) -> Done:
    """It does not run again. What it delivered stays until it expires."""
    row = await change.find("report_schedule", report_schedule, "reportSchedule")
    await change.allow(_EDITS, row)
    stored = await change.lock(row, version=version)
    await change.connection.execute(_FORGET, row.key.id)
    await change.delete(row)
    await change.record("report_schedule:delete", row, before={"cron": stored["cron"]})
    return Done({"report_schedule": row})


def _due(cron: str, time_zone: str, clock: datetime) -> datetime:
    with invalid("cron"):
        times = cron_of(cron)
    with invalid("timeZone"):
        zone = zone_named(time_zone)
    due = times.after(clock, zone)
    if due is None:
        raise InvalidError("There is no such day: this would never run.", "cron")
    return due
