"""How exports go on while they are written: their state and progress, each change in a transaction of its own.

One that is written is in the hands of one process, which says again and again that it lives, as with imports
(`import_jobs`). Where it has not for a while, the export has failed, and may be fetched anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import asyncpg

from sightline.db.import_jobs import SILENT
from sightline.db.pool import Pool

KEPT = timedelta(days=30)
"""How long an export that nobody scheduled is kept after it expired."""

STOPPED = "STOPPED"
"""The code of an export whose process ended in the middle."""

# A new fetch begins anew what an earlier one left; what was given up or refused stays so.
_BEGIN = """
    UPDATE report_export SET state = 'RUNNING', rows_written = 0, rows_total = NULL, error = NULL, finished_at = NULL,
        beat_at = clock_timestamp()
    WHERE id = $1 AND state NOT IN ('CANCELLED', 'REFUSED') AND expires_at > clock_timestamp() RETURNING true
"""
_GO_ON = """
    UPDATE report_export SET rows_written = $2, rows_total = $3 WHERE id = $1 AND state = 'RUNNING' RETURNING true
"""
_COMPLETE = """
    UPDATE report_export
    SET state = 'COMPLETED', rows_written = $2, rows_total = $2, finished_at = clock_timestamp()
    WHERE id = $1 AND state = 'RUNNING'
"""
_FAIL = """
    UPDATE report_export SET state = 'FAILED', error = $2, finished_at = clock_timestamp()
    WHERE id = $1 AND state = 'RUNNING'
"""
_KEEP = "UPDATE report_export SET beat_at = clock_timestamp() WHERE id = ANY ($1::bigint[]) AND state = 'RUNNING'"
_GIVE_UP = """
    UPDATE report_export SET state = 'FAILED', error = $2, finished_at = clock_timestamp()
    WHERE finished_at IS NULL AND state = 'RUNNING' AND beat_at < clock_timestamp() - $1::interval
"""
_FORGET = "DELETE FROM report_export WHERE expires_at < clock_timestamp() - $1::interval AND schedule_id IS NULL"


async def begin_export(pool: Pool, number: int) -> bool:
    """An export is being fetched; False where it can no longer be."""
    return bool(await _value(pool, _BEGIN, number))


async def go_on_with_export(pool: Pool, number: int, written: int, at_most: int) -> bool:
    """So many rows are written; False where it was given up meanwhile."""
    return bool(await _value(pool, _GO_ON, number, written, at_most))


async def complete_export(pool: Pool, number: int, written: int) -> None:
    """All rows are written, and sent."""
    await _value(pool, _COMPLETE, number, written)


async def fail_export(pool: Pool, number: int, code: str) -> None:
    """It was ended before its end."""
    await _value(pool, _FAIL, number, code)


async def keep_exports(pool: Pool, numbers: Sequence[int]) -> None:
    """Say that the process that writes these exports lives."""
    await _value(pool, _KEEP, list(numbers))


async def give_up_exports(pool: Pool, *, silent: timedelta = SILENT) -> None:
    """Exports whose process has gone have failed."""
    await _value(pool, _GIVE_UP, silent, STOPPED)


async def forget_old_exports(connection: asyncpg.Connection) -> None:
    """Exports that can no longer be fetched, after a while."""
    await connection.execute(_FORGET, KEPT)


async def _value(pool: Pool, statement: str, *arguments: object) -> object:
    async with pool.acquire() as connection:
        return await connection.fetchval(statement, *arguments)
