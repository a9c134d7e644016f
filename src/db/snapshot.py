"""One operation's view of the database: a single REPEATABLE READ, READ ONLY transaction on one connection.

The epoch and the clock are read as the snapshot's first statement, so what is decided and what is read belong to the
same state: a grant that was revoked or had ended before the snapshot is gone, content written after it is not there
(the new-enemy problem).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import asyncpg
import sqlalchemy as sa

from sightline.db.pool import Pool
from sightline.db.statements import Statement, system_statement
from sightline.db.tables import AuthzEpochRow

Result = TypeVar("Result")

_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# INVARIANT: the clock is read when the snapshot has been taken, so what had been written by then was written before it.
# now() is the time of BEGIN: a grant could end, and a secret be written, between that and the first statement.
_EPOCH = system_statement(sa.select(AuthzEpochRow.n, sa.func.clock_timestamp().label("clock")))


class SnapshotEndedError(Exception):
    """A read in a snapshot whose operation has been answered."""


@dataclass(slots=True, eq=False)
class Snapshot:
    """An open snapshot. `epoch` is the policy's version in it and `clock` the database's time (UTC)."""

    connection: asyncpg.Connection
    epoch: int
    clock: datetime
    statements: int = 0
    changes: int = 0
    ended: bool = False
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Sequence[asyncpg.Record]:
        """The rows of a statement. One at a time: loaders that fire in the same tick share the connection."""
        async with self._lock:
            if self.ended:
                raise SnapshotEndedError("a resolver asks for rows after its operation was answered")
            self.statements += 1
            rows: Sequence[asyncpg.Record] = await self.connection.fetch(statement.text, *statement.arguments(values))
            return rows

    async def end(self) -> None:
        """End the transaction, after a statement that still runs: a sibling of a field that failed may be reading."""
        async with self._lock:
            self.ended = True
            if not self.connection.is_closed():
                await self.connection.execute("ROLLBACK")


async def in_snapshot(pool: Pool, work: Callable[[Snapshot], Awaitable[Result]]) -> Result:
    """Do reading work in a snapshot of its own. It is done again, whole, where its connection is cut (F2)."""

    async def on(connection: asyncpg.Connection) -> Result:
        await connection.execute(_BEGIN)
        row = await connection.fetchrow(_EPOCH.text)
        snapshot = Snapshot(connection, row["n"], row["clock"])
        try:
            return await work(snapshot)
        finally:
            await snapshot.end()

    return await pool.read(on)
