"""The steps of an import up to the writing, the same for the command line and for the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from sightline.db.imports.commissions import compute_commissions
from sightline.db.imports.creation import Creator
from sightline.db.imports.enrollments import find_enrollments
from sightline.db.imports.errors import ImportRefusedError, SourceBusyError
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
from sightline.db.imports.rights import refuse_forbidden
from sightline.db.imports.rows import OrderFile
from sightline.db.imports.sight import Sight
from sightline.db.imports.staging import create_tables, stage

Progress = Callable[[int, int, int], None]
"""Told how many bytes were read, of how many, and how many rows that were."""

SHOWN_COLUMNS = 40
SHOWN_NAME = 60

# Whole files are sorted and joined in few statements, by one session at a time for each source.
LIMITS = """
    SET LOCAL lock_timeout = '60s'; SET LOCAL work_mem = '64MB';
    SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '60s'
"""

LOCK = 0x5167_1713_E001
"""The seed of the advisory locks of imports, one for each source."""


@dataclass(frozen=True, slots=True)
class Task:
    """Everything an import is about, once it may begin. Without a `sight` it is the operator's, who sees everything."""

    connection: asyncpg.Connection
    orders: OrderFile
    mapping: Mapping
    actor_id: int
    create_missing: bool = False
    progress: Progress | None = None
    sight: Sight | None = None

    def report(self, rows: int) -> None:
        """Tell how far it is."""
        if self.progress is not None:
            self.progress(self.orders.position, self.orders.size, rows)


def check_columns(orders: OrderFile, mapping: Mapping, file: str) -> None:
    """Raise ImportRefusedError where a column that the mapping names is not in the file."""
    missing = sorted(mapping.columns() - set(orders.columns))
    if missing:
        raise ImportRefusedError(
            f"{file} has no column {_listed(missing)}; its columns are {_listed(orders.columns)}. {orders.advice}"
        )


def _listed(columns: list[str] | tuple[str, ...]) -> str:
    """Some names in one line, whatever characters a file has in them (N44)."""
    names = [repr(column if len(column) <= SHOWN_NAME else f"{column[:SHOWN_NAME]}…") for column in columns]
    return ", ".join(names[:SHOWN_COLUMNS]) + (f" and {len(names) - SHOWN_COLUMNS} more" * (len(names) > SHOWN_COLUMNS))


async def read_and_settle(task: Task) -> int:
    """Read every row, and settle what becomes of it, in temporary tables. Returns how many rows there were.

    Raises SourceBusyError where another import from the same source is running.
    """
    connection, mapping, sight = task.connection, task.mapping, task.sight
    await connection.execute(LIMITS)
    locked = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, $2))"
    if not await connection.fetchval(locked, mapping.source, LOCK):
        raise SourceBusyError(f"Another import from {mapping.source} is running: wait until it has finished.")
    await create_tables(connection)
    reader = LineReader(mapping, task.orders.columns, now=datetime.now(UTC))
    rows = await stage(connection, (reader.stage(row) for row in task.orders.rows()), task.report)
    await gather_orders(connection, mapping, known=sight is None)
    creation = mapping.creation if task.create_missing else None
    creator = Creator(connection, mapping, creation, actor_id=task.actor_id) if creation else None
    await _find_references(connection, mapping, creator, sight)
    await find_enrollments(connection, mapping, creator, sight)
    await find_goals(connection, mapping, sight)
    untold: list[int] = []
    if sight is not None:
        await refuse_forbidden(connection, mapping, sight)
        untold = await sight.undone("conversion:give_payout", "new_conversion")
    await compute_commissions(connection, mapping, untold=untold)
    return rows


async def _find_references(
    connection: asyncpg.Connection, mapping: Mapping, creator: Creator | None, sight: Sight | None
) -> None:
    """Find, make and find again: what is made is looked up like everything else."""
    await collect_references(connection)
    await find_programs(connection, mapping, sight)
    await find_accounts(connection, mapping, sight)
    if creator is not None:
        await creator.programs()
        await creator.accounts()
        await find_programs(connection, mapping, sight)
        await find_accounts(connection, mapping, sight)
    await find_sources(connection, mapping, sight)
    if creator is not None:
        await creator.sources()
        await find_sources(connection, mapping, sight)
    await refuse_missing(connection, mapping, creatable=sight is None)
    await apply_references(connection)
