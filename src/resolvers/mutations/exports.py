"""Exports: asking for a report as a file, and giving it up (RC11). The file itself is made when it is fetched."""

from __future__ import annotations

from sightline.db.tables.enums import ExportFormat, ExportState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.refusals import InvalidError, invalid
from sightline.resolvers.mutations.saved_reports import answerable
from sightline.resolvers.reports.definitions import definition_of, lens_columns, standing_still
from sightline.resolvers.reports.exporting import refuse_unwritable
from sightline.resolvers.reports.exports import LIVES
from sightline.resolvers.reports.requests import ReportRequest
from sightline.resolvers.reports.saved import stored_report

_UNLESS_NAMED = "Report"
_UNFINISHED = """
    SELECT count(*) FROM report_export
    WHERE owner_id = $1 AND state IN ('WAITING', 'RUNNING') AND expires_at > $2 AND schedule_id IS NULL
"""
_OVER = frozenset({ExportState.CANCELLED, ExportState.REFUSED})


async def export_report(
    change: Change,
    *,
    format: ExportFormat,  # noqa: A002  # what the input calls it
    report: ReportRequest | None = None,
    saved_report: str | None = None,
    name: str | None = None,
) -> Done:
    """A file for whoever asks, of a report or of a saved one as he has it. Its period stands still from now on."""
    called = None if name is None else checks.name(name, "name")
    if (report is None) == (saved_report is None):
        raise InvalidError("Name a report or a saved report, one of the two.", "report")
    kept, part = None, "report"
    if saved_report is not None:
        part = "savedReport"
        kept = await change.find("saved_report", saved_report, part)
        report = (await stored_report(change.operation.snapshot, kept.key.id)).request
        called = called or (await change.lock(kept))["name"]
    assert report is not None
    await change.allow("report_export:create", Found("app_user", Key(change.actor)))
    with invalid("format"):
        refuse_unwritable(format)
    await _refuse_too_many(change, part)
    asked = await answerable(change, report, part)
    made = await change.insert(
        "report_export",
        owner_id=change.actor,
        principal=change.operation.principal.fingerprint,
        saved_report_id=None if kept is None else kept.key.id,
        name=called or _UNLESS_NAMED,
        format=format,
        definition=definition_of(standing_still(report, asked.plan.period)),
        expires_at=change.operation.snapshot.clock + LIVES,
        **lens_columns(report.lens),
    )
    row = Found("report_export", Key(made["id"]))
    await change.record("report_export:create", row, after={"name": made["name"], "format": format})
    return Done({"report_export": row})


async def _refuse_too_many(change: Change, part: str) -> None:
    """Nobody has more than so many waiting or running; what a schedule delivers is not asked for, and not counted."""
    most = change.operation.services.desk.limits.most_exports
    count = await change.count_own(_UNFINISHED, change.operation.snapshot.clock)
    if count >= most:
        raise InvalidError(
            f"You have {count} exports waiting or running, and {most} is the most: fetch one or give one up first.",
            part,
        )


async def cancel_export(change: Change, *, report_export: str) -> Done:
    """It is not fetched any more; where it is being fetched, that ends within seconds."""
    row = await change.find("report_export", report_export, "reportExport")
    await change.allow("report_export:cancel", row)
    stored = await change.lock(row)
    if stored["state"] in _OVER:
        raise InvalidError("This export has ended: there is nothing to give up.", "reportExport")
    clock = change.operation.snapshot.clock
    await change.update(row, state=ExportState.CANCELLED, error=None, finished_at=clock)
    await change.record(
        "report_export:cancel", row, before={"state": stored["state"]}, after={"state": ExportState.CANCELLED}
    )
    return Done({"report_export": row})
