"""Schedules as they are run: taken by one process at a time, and what each run delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from sightline.db.sign_in.outbox import put_report_mail
from sightline.db.tables.enums import ExportFormat, ExportState, MailKind

_TAKE = """
    SELECT id, saved_report_id, owner_id, cron, time_zone, format, on_restricted, last_error FROM report_schedule
    WHERE state = 'ACTIVE' AND next_run_at <= clock_timestamp()
    ORDER BY next_run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_DELIVER = """
    INSERT INTO report_export (
        owner_id, principal, saved_report_id, schedule_id, name, format, lens, lens_organization_id, lens_account_id,
        definition, state, error, expires_at
    ) SELECT $1, $2, id, $4, name, $5, $6, $7, $8, $9, $10, $11, $12 FROM saved_report WHERE id = $3 RETURNING id
"""
_RAN = """
    UPDATE report_schedule SET last_run_at = clock_timestamp(), last_error = $2, next_run_at = $3 WHERE id = $1
"""
_PUT_OFF = """
    UPDATE report_schedule
    SET last_run_at = clock_timestamp(), last_error = $2, next_run_at = clock_timestamp() + interval '1 hour'
    WHERE id = $1
"""
_ADDRESS = "SELECT email FROM app_user WHERE id = $1 AND status = 'ACTIVE' AND email_verified_at IS NOT NULL"
_DELIVERED = """
    SELECT saved_report.name, report_export.error FROM report_export
    LEFT JOIN saved_report ON saved_report.id = saved_report_id AND saved_report.owner_id = report_export.owner_id
    WHERE report_export.id = $1 AND report_export.owner_id = $2
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a run delivers; with an `error` it is one that was refused. `error_before` is that of the run before."""

    owner_id: int
    saved_report_id: int
    format: ExportFormat
    definition: Mapping[str, Any]
    lens: Mapping[str, Any]
    error: str | None
    error_before: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Delivered:
    """What its owner is told of a delivery: why it was refused, and the report's name where he gave it himself."""

    name: str | None
    error: str | None


async def take_due(connection: asyncpg.Connection) -> asyncpg.Record | None:
    """The schedule that is due first and that nobody else runs, locked; or None."""
    return await connection.fetchrow(_TAKE)


async def deliver(
    connection: asyncpg.Connection, schedule: int, delivery: Delivery, next_run_at: datetime | None
) -> None:
    """Write a delivery down, and when the schedule runs next; tell its owner that it waits, or once why it does not."""
    number = await connection.fetchval(
        _DELIVER,
        delivery.owner_id,
        f"user:{delivery.owner_id}",
        delivery.saved_report_id,
        schedule,
        delivery.format,
        *(delivery.lens[each] for each in ("lens", "lens_organization_id", "lens_account_id")),
        delivery.definition,
        ExportState.WAITING if delivery.error is None else ExportState.REFUSED,
        delivery.error,
        delivery.expires_at,
    )
    await connection.execute(_RAN, schedule, delivery.error, next_run_at)
    address = await connection.fetchval(_ADDRESS, delivery.owner_id)
    if address is None or (delivery.error is not None and delivery.error == delivery.error_before):
        return
    kind = MailKind.REPORT_READY if delivery.error is None else MailKind.REPORT_REFUSED
    await put_report_mail(connection, kind, address, number)


async def delivered(connection: asyncpg.Connection, report_export: int, owner: int) -> Delivered | None:
    """What somebody is told of a delivery; None where it is not his."""
    row = await connection.fetchrow(_DELIVERED, report_export, owner)
    return None if row is None else Delivered(row["name"], row["error"])


async def put_off(connection: asyncpg.Connection, schedule: int, code: str) -> None:
    """Try a schedule again in an hour: something is wrong with it that is no question of rights."""
    await connection.execute(_PUT_OFF, schedule, code)
