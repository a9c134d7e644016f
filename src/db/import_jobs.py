"""How imports of the API go on: their state and progress, each change in a transaction of its own.

A job that waits for its turn, or is carried out, is in the hands of one process, which says again and again that it
lives. Where it has not for a while, the job has failed: its file went with the process, and its transaction too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg

from sightline.db.pool import Pool

SILENT = timedelta(seconds=60)
"""After how long without a sign of life of its process a job has failed."""

WAITS = timedelta(days=1)
"""How long a job waits for its file."""

STOPPED = "The server was stopped while this was imported, and nothing of it was kept: import the file again."
NO_FILE = "No file was sent within a day: ask for the import again."

_TAKE = """
    UPDATE import_job SET beat_at = clock_timestamp(), file_size = $2
    WHERE id = $1 AND state = 'QUEUED' AND beat_at IS NULL AND mapping IS NOT NULL
    RETURNING id, created_by_id, name, mapping, dry_run
"""
_BEGIN = """
    UPDATE import_job SET state = 'RUNNING', started_at = clock_timestamp(), beat_at = clock_timestamp()
    WHERE id = $1 AND state = 'QUEUED' RETURNING true
"""
_WAIT = """
    UPDATE import_job SET beat_at = clock_timestamp()
    WHERE id = ANY ($1::bigint[]) AND state IN ('QUEUED', 'RUNNING') RETURNING id
"""
_GO_ON = """
    UPDATE import_job SET bytes_read = $2, rows_read = $3, beat_at = clock_timestamp()
    WHERE id = $1 AND state = 'RUNNING' RETURNING true
"""
_REQUEUE = "UPDATE import_job SET state = 'QUEUED', started_at = NULL WHERE id = $1 AND state = 'RUNNING'"
_COMPLETE = """
    UPDATE import_job
    SET state = 'COMPLETED', finished_at = clock_timestamp(), bytes_read = coalesce(file_size, bytes_read),
        rows_read = $2::bigint, rows_accepted = $2::bigint - $3::bigint, rows_refused = $3::bigint
    WHERE id = $1 AND state = 'RUNNING' RETURNING true
"""
_FAIL = """
    UPDATE import_job SET state = 'FAILED', finished_at = clock_timestamp(), problem = $2
    WHERE id = ANY ($1::bigint[]) AND state IN ('QUEUED', 'RUNNING')
"""
_GIVE_UP_SILENT = """
    UPDATE import_job SET state = 'FAILED', finished_at = clock_timestamp(), problem = $2
    WHERE finished_at IS NULL AND state IN ('QUEUED', 'RUNNING') AND beat_at < clock_timestamp() - $1::interval
"""
_GIVE_UP_WAITING = """
    UPDATE import_job SET state = 'FAILED', finished_at = clock_timestamp(), problem = $2
    WHERE state = 'QUEUED' AND mapping IS NOT NULL AND beat_at IS NULL AND created_at < clock_timestamp() - $1::interval
"""


class ImportGoneError(Exception):
    """A job was given up while it was carried out: what it wrote must not stay."""


@dataclass(frozen=True, slots=True)
class TakenImport:
    """A job whose file has come."""

    id: int
    actor_id: int
    name: str
    mapping: str
    dry_run: bool


async def take_import(pool: Pool, number: int, size: int) -> TakenImport | None:
    """A job gets its file, of so many bytes; None where it has one already, or has ended."""
    async with pool.acquire() as connection:
        row = await connection.fetchrow(_TAKE, number, size)
    return None if row is None else TakenImport(*row)


async def begin_import(pool: Pool, number: int) -> bool:
    """A job's turn has come; False where it has ended."""
    async with pool.acquire() as connection:
        return bool(await connection.fetchval(_BEGIN, number))


async def keep_waiting(pool: Pool, numbers: Sequence[int]) -> set[int]:
    """Say that the process that has these jobs lives. Returns those that have not ended."""
    async with pool.acquire() as connection:
        return {row["id"] for row in await connection.fetch(_WAIT, list(numbers))}


async def go_on_with_import(pool: Pool, number: int, *, bytes_read: int, rows_read: int) -> bool:
    """So much has been read; False where the job was given up meanwhile."""
    async with pool.acquire() as connection:
        return bool(await connection.fetchval(_GO_ON, number, bytes_read, rows_read))


async def requeue_import(pool: Pool, number: int) -> None:
    """A job waits for another turn."""
    async with pool.acquire() as connection:
        await connection.execute(_REQUEUE, number)


async def complete_import(connection: asyncpg.Connection, number: int, *, rows: int, refused: int) -> None:
    """The job is done, together with what it wrote. Raises ImportGoneError where it was given up meanwhile."""
    if not await connection.fetchval(_COMPLETE, number, rows, refused):
        raise ImportGoneError


def completed(*, rows: int, refused: int, dry_run: bool) -> dict[str, Any]:
    """What the audit log has of a job that is done."""
    return {"rows_read": rows, "rows_accepted": rows - refused, "rows_refused": refused, "dry_run": dry_run}


async def fail_imports(pool: Pool, numbers: Sequence[int], problem: str) -> None:
    """Jobs have ended without effect, but for those that have ended already."""
    async with pool.acquire() as connection:
        await connection.execute(_FAIL, list(numbers), problem)


async def give_up_imports(pool: Pool, *, silent: timedelta = SILENT) -> None:
    """Jobs whose process has gone, and those whose file never came, have failed."""
    async with pool.acquire() as connection:
        await connection.execute(_GIVE_UP_SILENT, silent, STOPPED)
        await connection.execute(_GIVE_UP_WAITING, WAITS, NO_FILE)
