"""One import, from the file to the facts: all of it in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from sightline.db.imports.commissions import compute_commissions
from sightline.db.imports.creation import Creator
from sightline.db.imports.enrollments import find_enrollments
from sightline.db.imports.errors import ImportRefusedError
from sightline.db.imports.facts import write_facts
from sightline.db.imports.files import open_orders
from sightline.db.imports.goals import find_goals
from sightline.db.imports.lines import LineReader
from sightline.db.imports.model import Mapping
from sightline.db.imports.orders import gather_orders
from sightline.db.imports.references import (
    apply_references,
    collect_references,
    find_accounts,
    find_programs,
    find_sources,
    refuse_missing,
)
from sightline.db.imports.rows import OrderFile
from sightline.db.imports.staging import create_tables, stage
from sightline.db.imports.summary import ImportSummary, summarise, write_log
from sightline.db.tables.enums import ImportState

Progress = Callable[[int, int], None]

SHOWN_COLUMNS = 40
SHOWN_NAME = 60

# Whole files are sorted and joined in few statements, by one session at a time for each source.
LIMITS = "SET LOCAL lock_timeout = '60s'; SET LOCAL work_mem = '64MB'"

LOCK = 0x5167_1713_E001
"""The seed of the advisory locks of imports, one for each source."""

ADMINISTRATOR = """
    SELECT u.id FROM app_user AS u
    JOIN role_assignment AS a ON a.user_id = u.id JOIN role AS r ON r.id = a.role_id
    JOIN role_permission AS p ON p.role_id = r.id
    WHERE u.status = 'ACTIVE' AND a.scope = 'PLATFORM' AND r.status = 'ACTIVE'
      AND coalesce(a.expires_at > now(), true) AND p.permission = 'ADMIN' AND p.level = 'W'
    ORDER BY u.id LIMIT 1
"""
NEW_JOB = """
    INSERT INTO import_job (created_by_id, name, state, entity, source, started_at)
    VALUES ($1, $2, 'RUNNING', 'conversions', $3, clock_timestamp()) RETURNING id
"""
END_JOB = "UPDATE import_job SET state = $2, finished_at = clock_timestamp() WHERE id = $1"


async def run_import(
    connection: asyncpg.Connection,
    file: Path,
    mapping: Mapping,
    *,
    dry_run: bool = False,
    create_missing: bool = False,
    progress: Progress | None = None,
    actor: str | None = None,
) -> ImportSummary:
    """Import a file of orders. The connection is the owner's; `progress` is told (bytes read, bytes of the file).

    `actor` is the e-mail address of the user it runs as; the platform's first administrator if none. A dry run does
    the same and takes all of it back. Raises ImportRefusedError where nothing could be done; bad rows are logged (A15).
    """
    if create_missing and mapping.creation is None:
        raise ImportRefusedError(
            f"The mapping {mapping.name} does not say how to create what is missing: add create_missing to it."
        )
    with open_orders(file, mapping.file) as orders:
        missing = sorted(mapping.columns() - set(orders.columns))
        if missing:
            raise ImportRefusedError(
                f"{file} has no column {_listed(missing)}; its columns are {_listed(orders.columns)}. {orders.advice}"
            )
        actor_id = await _actor(connection, actor)
        task = _Task(connection, orders, mapping, actor_id, create_missing, progress)
        return await _rehearse(task, file) if dry_run else await _perform(task, file)


def _listed(columns: Sequence[str]) -> str:
    """Some names in one line, whatever characters a file has in them (N44)."""
    names = [repr(column if len(column) <= SHOWN_NAME else f"{column[:SHOWN_NAME]}…") for column in columns]
    return ", ".join(names[:SHOWN_COLUMNS]) + (f" and {len(names) - SHOWN_COLUMNS} more" * (len(names) > SHOWN_COLUMNS))


@dataclass(frozen=True, slots=True)
class _Task:
    """Everything an import is about, once it may begin."""

    connection: asyncpg.Connection
    orders: OrderFile
    mapping: Mapping
    actor_id: int
    create_missing: bool
    progress: Progress | None

    async def job(self, file: Path) -> int:
        """The number of a new job, which is running."""
        job_id = await self.connection.fetchval(NEW_JOB, self.actor_id, file.name, self.mapping.source)
        assert isinstance(job_id, int)
        return job_id

    def report(self) -> None:
        if self.progress is not None:
            self.progress(self.orders.position, self.orders.size)


async def _rehearse(task: _Task, file: Path) -> ImportSummary:
    """Import, count, and take everything back."""
    transaction = task.connection.transaction()
    await transaction.start()
    try:
        return await _import(task, await task.job(file), dry_run=True)
    finally:
        await transaction.rollback()


async def _perform(task: _Task, file: Path) -> ImportSummary:
    """Import. The job is there from the beginning, also if the import fails."""
    job_id = await task.job(file)
    try:
        async with task.connection.transaction():
            summary = await _import(task, job_id, dry_run=False)
            await task.connection.execute(END_JOB, job_id, ImportState.COMPLETED)
    except BaseException:
        if not task.connection.is_closed():
            await task.connection.execute(END_JOB, job_id, ImportState.FAILED)
        raise
    return summary


async def _import(task: _Task, job_id: int, *, dry_run: bool) -> ImportSummary:
    """The whole import, inside the transaction."""
    connection, mapping = task.connection, task.mapping
    await connection.execute(LIMITS)
    if not await connection.fetchval(
        "SELECT pg_try_advisory_xact_lock(hashtextextended($1, $2))", mapping.source, LOCK
    ):
        raise ImportRefusedError(f"Another import from {mapping.source} is running: wait until it has finished.")
    await create_tables(connection)
    reader = LineReader(mapping, task.orders.columns, now=datetime.now(UTC))
    rows = await stage(connection, (reader.stage(row) for row in task.orders.rows()), task.report)
    await gather_orders(connection, mapping)
    creation = mapping.creation if task.create_missing else None
    creator = Creator(connection, mapping, creation, actor_id=task.actor_id) if creation else None
    await _find_references(connection, mapping, creator)
    await find_enrollments(connection, mapping, creator)
    await find_goals(connection, mapping)
    await compute_commissions(connection, mapping)
    await write_facts(connection, mapping)
    await write_log(connection, job_id)
    summary = await summarise(connection, job_id, rows=rows, dry_run=dry_run, items=mapping.items is not None)
    if summary.created:
        await connection.execute("UPDATE authz_epoch SET n = n + 1")
    return summary


async def _find_references(connection: asyncpg.Connection, mapping: Mapping, creator: Creator | None) -> None:
    """Find, make and find again: what is made is looked up like everything else."""
    await collect_references(connection)
    await find_programs(connection, mapping)
    await find_accounts(connection, mapping)
    if creator is not None:
        await creator.programs()
        await creator.accounts()
        await find_programs(connection, mapping)
        await find_accounts(connection, mapping)
    await find_sources(connection, mapping)
    if creator is not None:
        await creator.sources()
        await find_sources(connection, mapping)
    await refuse_missing(connection, mapping)
    await apply_references(connection)


async def _actor(connection: asyncpg.Connection, email: str | None) -> int:
    """Whom the import runs as. Raises ImportRefusedError where there is no such active user."""
    if email is not None:
        statement = "SELECT id FROM app_user WHERE email = lower($1) AND status = 'ACTIVE'"
        actor_id = await connection.fetchval(statement, email)
        problem = f"No active user has the address {email}."
    else:
        actor_id = await connection.fetchval(ADMINISTRATOR)
        problem = "The platform has no administrator whom the import could run as: create one, or name a user."
    if actor_id is None:
        raise ImportRefusedError(problem)
    assert isinstance(actor_id, int)
    return actor_id
