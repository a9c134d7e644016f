"""Runs what is due: in every process, one schedule at a time, until it is told to stop.

A run decides, with the rights that the owner has now, whether the report may be computed, and leaves an export that
waits for him; the file itself is made when he fetches it, with the rights of then (RC10, RC11). So nothing that was
computed lies anywhere, and a delivery that could not be made is written down as one. A process that dies in a run has
changed nothing, and another one does it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from sightline.db.changes import CrossedChangesError, in_change
from sightline.db.database import Database
from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError
from sightline.db.report_exports import forget_old_exports
from sightline.db.report_schedules import Delivery, deliver, put_off, take_due
from sightline.db.snapshot import Snapshot
from sightline.db.tables.enums import ExportFormat, OnRestricted
from sightline.resolvers.errors import SightlineError
from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import principal_of_user
from sightline.resolvers.operation import Operation, Services
from sightline.resolvers.people import is_active
from sightline.resolvers.reports.cron import cron_of
from sightline.resolvers.reports.definitions import definition_of, lens_columns, standing_still
from sightline.resolvers.reports.exporting import refuse_unwritable
from sightline.resolvers.reports.reports import ready
from sightline.resolvers.reports.requests import ReportRequest
from sightline.resolvers.reports.saved import StoredReport, stored_report
from sightline.server.answers import ErrorCode
from sightline.server.logs import log_fault
from sightline.server.looking import one_after_another

LOOK_SECONDS = 15.0
LIVES = timedelta(days=7)
"""How long a delivery waits for its owner."""


class _RefusedError(Exception):
    """A run that delivers nothing, and the code that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, eq=False)
class Scheduling:
    """What runs schedules in one process."""

    database: Database
    services: Services

    async def run(self) -> None:
        """Run what is due until cancelled, from a moment after the start on. What goes wrong is logged."""
        await asyncio.sleep(LOOK_SECONDS)
        await one_after_another(self.run_one, seconds=LOOK_SECONDS)

    async def run_one(self) -> bool:
        """Run the schedule that is due first; whether there was one."""
        taken: list[Any] = []

        async def work(snapshot: Snapshot) -> bool:
            taken.clear()
            await forget_old_exports(snapshot.connection)
            due = await take_due(snapshot.connection)
            if due is None:
                return False
            taken.append(due)
            delivery = await self._delivery(snapshot, due)
            await deliver(snapshot.connection, due["id"], delivery, _next(due, snapshot.clock))
            return True

        try:
            return await in_change(self.database.writes, work, granting=False)
        except (DatabaseBusyError, DatabaseUnavailableError, CrossedChangesError):
            raise
        except Exception as error:
            # A fault of ours in one schedule must not stand in the way of all others.
            log_fault(error)
            for each in taken:
                structlog.get_logger("sightline.schedules").warning("a schedule was put off", schedule=each["id"])
                async with self.database.writes.acquire() as connection, connection.transaction():
                    await put_off(connection, each["id"], str(ErrorCode.INTERNAL))
            return bool(taken)

    async def _delivery(self, snapshot: Snapshot, due: Any) -> Delivery:
        """What becomes of a run: an export that waits, or one that is refused."""
        report = await stored_report(snapshot, due["saved_report_id"])
        error: str | None = None
        request = report.request
        try:
            request = await self._allowed(snapshot, due, report)
        except (_RefusedError, SightlineError) as refused:
            error = refused.code
        return Delivery(
            owner_id=due["owner_id"],
            saved_report_id=due["saved_report_id"],
            format=ExportFormat(due["format"]),
            definition=definition_of(request),
            lens=lens_columns(request.lens),
            error=error,
            error_before=due["last_error"],
            expires_at=snapshot.clock + LIVES,
        )

    async def _allowed(self, snapshot: Snapshot, due: Any, report: StoredReport) -> ReportRequest:
        """The report of a run, its period standing still. Raises where its owner may not have it now."""
        if not await is_active(snapshot, due["owner_id"]):
            raise _RefusedError(ErrorCode.FORBIDDEN)
        principal = await principal_of_user(snapshot, due["owner_id"])
        visibility = self.services.visibilities.of(principal.paths)
        operation = Operation(self.services, principal, visibility, snapshot)
        if await operation.row("saved_report", Key(due["saved_report_id"])) is None:
            raise _RefusedError(ErrorCode.NOT_FOUND)  # it is no longer shared with him
        request = replace(report.request, drop=due["on_restricted"] == OnRestricted.DROP)
        refuse_unwritable(ExportFormat(due["format"]))
        asked = await ready(operation, request)
        return standing_still(request, asked.plan.period)


def _next(due: Any, clock: datetime) -> datetime | None:
    return cron_of(due["cron"]).after(clock, ZoneInfo(due["time_zone"]))
