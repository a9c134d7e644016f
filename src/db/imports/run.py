"""One import of the command line's, from the file to the facts: all of it in one transaction, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asyncpg

from sightline.db.administrators import ADMINISTRATORS
from sightline.db.audit import append_by_command
from sightline.db.epoch import count_epoch_up
from sightline.db.import_jobs import ImportGoneError, complete_import, completed
from sightline.db.imports.errors import ImportRefusedError
from sightline.db.imports.facts import write_facts
from sightline.db.imports.files import open_orders
from sightline.db.imports.model import Mapping
from sightline.db.imports.steps import Progress, Task, check_columns, read_and_settle
from sightline.db.imports.summary import ImportSummary, summarise, write_log

NEW_JOB = """
    INSERT INTO import_job (created_by_id, name, state, entity, source, started_at)
    VALUES ($1, $2, 'RUNNING', 'conversions', $3, clock_timestamp()) RETURNING id
"""
FAIL_JOB = """
    UPDATE import_job SET state = 'FAILED', finished_at = clock_timestamp() WHERE id = $1 AND finished_at IS NULL
"""


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
    """Import a file of orders, as the operator: whatever exists can be named. The connection is the owner's.

    `actor` is the e-mail address of the user it runs as; the platform's first administrator if none. A dry run does
    the same and takes all of it back. Raises ImportRefusedError where nothing could be done; bad rows are logged (A15).
    """
    if create_missing and mapping.creation is None:
        raise ImportRefusedError(
            f"The mapping {mapping.name} does not say how to create what is missing: add create_missing to it."
        )
    with open_orders(file, mapping.file) as orders:
        check_columns(orders, mapping, str(file))
        actor_id = await _actor(connection, actor)
        task = Task(connection, orders, mapping, actor_id, create_missing, progress)
        return await _rehearse(task, file) if dry_run else await _perform(task, file)


async def _new_job(task: Task, file: Path) -> int:
    """The number of a new job, which is running."""
    job_id = await task.connection.fetchval(NEW_JOB, task.actor_id, file.name, task.mapping.source)
    assert isinstance(job_id, int)
    return job_id


async def _rehearse(task: Task, file: Path) -> ImportSummary:
    """Import, count, and take everything back."""
    transaction = task.connection.transaction()
    await transaction.start()
    try:
        return await _import(task, await _new_job(task, file), dry_run=True)
    finally:
        await transaction.rollback()


async def _perform(task: Task, file: Path) -> ImportSummary:
    """Import. The job is there from the beginning, also if the import fails."""
    async with task.connection.transaction():
        job_id = await _new_job(task, file)
        asked = {"name": file.name, "source": task.mapping.source, "dry_run": False}
        await _record(task, "import_job:create", job_id, asked)
    try:
        async with task.connection.transaction():
            summary = await _import(task, job_id, dry_run=False)
            done = completed(rows=summary.rows, refused=summary.logged, dry_run=False)
            await _record(task, "import_job:complete", job_id, done)
            await complete_import(task.connection, job_id, rows=summary.rows, refused=summary.logged)
    except ImportGoneError:
        raise ImportRefusedError("This import was given up while it ran: nothing of it was written.") from None
    except BaseException:
        if not task.connection.is_closed():
            await task.connection.execute(FAIL_JOB, job_id)
        raise
    return summary


async def _record(task: Task, action: str, job_id: int, after: dict[str, Any]) -> None:
    """Write down what was done, in the name of whom the import runs as."""
    await append_by_command(
        task.connection,
        actor_id=task.actor_id,
        action=action,
        target_type="import_job",
        target_id=str(job_id),
        after=after,
    )


async def _import(task: Task, job_id: int, *, dry_run: bool) -> ImportSummary:
    """The whole import, inside the transaction."""
    connection, mapping = task.connection, task.mapping
    rows = await read_and_settle(task)
    await write_facts(connection, mapping, actor_id=task.actor_id)
    await write_log(connection, job_id)
    summary = await summarise(connection, job_id, rows=rows, dry_run=dry_run, items=mapping.items is not None)
    if summary.created:
        await count_epoch_up(connection)
    return summary


async def _actor(connection: asyncpg.Connection, email: str | None) -> int:
    """Whom the import runs as. Raises ImportRefusedError where there is no such active user."""
    if email is not None:
        statement = "SELECT id FROM app_user WHERE email = lower($1) AND status = 'ACTIVE'"
        actor_id = await connection.fetchval(statement, email)
        problem = f"No active user has the address {email}."
    else:
        actor_id = await connection.fetchval(f"{ADMINISTRATORS} ORDER BY u.id LIMIT 1")
        problem = "The platform has no administrator whom the import could run as: create one, or name a user."
    if actor_id is None:
        raise ImportRefusedError(problem)
    assert isinstance(actor_id, int)
    return actor_id
