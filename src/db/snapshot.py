"""One operation's view of the database: a single REPEATABLE READ, READ ONLY transaction on one connection.

The epoch and the clock are read as the snapshot's first statement, so what is decided and what is read belong to the
same state: a grant that was revoked or had ended before the snapshot is gone, content written after it is not there
(the new-enemy problem).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import asyncpg
import sqlalchemy as sa

from sightline.db.pool import Pool, Remembered
from sightline.db.statements import Statement, system_statement
from sightline.db.tables import AuthzEpochRow

Result = TypeVar("Result")

BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# For the transaction only. Planners keep a plan for any values where it looks cheap, and take every period for short.
PLAN_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan"
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
    _remembered: Remembered = field(default_factory=dict)
    statements: int = 0
    changes: int = 0
    ended: bool = False
    _anew: bool = False
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Sequence[asyncpg.Record]:
        """The rows of a statement. One at a time: loaders that fire in the same tick share the connection."""
        async with self._lock:
            if self.ended:
                raise SnapshotEndedError("a resolver asks for rows after its operation was answered")
            self.statements += 1
            await self._prepared_for(statement, self.connection)
            rows: Sequence[asyncpg.Record] = await self.connection.fetch(statement.text, *statement.arguments(values))
            return rows

    async def _prepared_for(self, statement: Statement, connection: asyncpg.Connection) -> None:
        if statement.anew and not self._anew:
            self._anew = True
            await connection.execute(PLAN_ANEW)

    async def stream(
        self, statement: Statement, values: Mapping[str, object], *, size: int
    ) -> AsyncIterator[Sequence[asyncpg.Record]]:
        """The rows of a statement, so many at a time; other reads may come between. The database keeps the rest."""
        async with self._lock:
            self.statements += 1
            await self._prepared_for(statement, self.connection)
            cursor = await self.connection.cursor(statement.text, *statement.arguments(values))
        while True:
            async with self._lock:
                if self.ended:
                    raise SnapshotEndedError("rows are asked for after their snapshot has ended")
                rows: Sequence[asyncpg.Record] = await cursor.fetch(size)
            if not rows:
                return
            yield rows

    async def settled(self, statement: Statement, values: Mapping[str, object]) -> tuple[object, ...]:
        """The one row of a statement that seldom has another: it is remembered for operations that go by it (F20)."""
        async with self._lock:
            if self.ended:
                raise SnapshotEndedError("a resolver asks for rows after its operation was answered")
            arguments = statement.arguments(values)
            row = tuple(await self.connection.fetchrow(statement.text, *arguments))
            self._remembered[statement.text, *arguments] = row
            return row

    def by_clock(self, work: Callable[[datetime], Result]) -> Result:
        """What is made of the database's time, by work that may be done twice."""
        return work(self.clock)

    def confirm(self) -> None:
        """Whether what was read was read in one state of policy and data: here it always was."""

    async def end(self) -> None:
        """End the transaction, after a statement that still runs: a sibling of a field that failed may be reading."""
        async with self._lock:
            self.ended = True
            if not self.connection.is_closed():
                await self.connection.execute("ROLLBACK")


@asynccontextmanager
async def long_snapshot(pool: Pool, *, seconds: int, idle_seconds: int) -> AsyncIterator[Snapshot]:
    """A snapshot for reading much from: a statement may take so long, and whoever takes the rows so long between two.

    Nothing is done again where its connection is cut: what was read may have been sent.
    """
    async with pool.acquire() as connection:
        await connection.execute(BEGIN)
        await connection.execute(f"SET LOCAL statement_timeout = '{seconds:d}s'")
        await connection.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{idle_seconds:d}s'")
        row = await connection.fetchrow(_EPOCH.text)
        snapshot = Snapshot(connection, row["n"], row["clock"])
        try:
            yield snapshot
        finally:
            await snapshot.end()


async def moving(connection: asyncpg.Connection) -> Snapshot:
    """Rights as they are, in a transaction of the connection in which they may change: for work that takes long.

    Whoever uses it looks at them again before anything is committed.
    """
    row = await connection.fetchrow(_EPOCH.text)
    return Snapshot(connection, row["n"], row["clock"])


async def in_snapshot(pool: Pool, work: Callable[[Snapshot], Awaitable[Result]]) -> Result:
    """Do reading work in a snapshot of its own. It is done again, whole, where its connection is cut (F2)."""

    async def on(connection: asyncpg.Connection) -> Result:
        await connection.execute(BEGIN)
        row = await connection.fetchrow(_EPOCH.text)
        snapshot = Snapshot(connection, row["n"], row["clock"], pool.remembered)
        try:
            return await work(snapshot)
        finally:
            await snapshot.end()

    return await pool.read(on)
