"""Connections shared by many requests: a pool per role.

INVARIANT: a connection carries nothing of a viewer. Everything a session is told, it is told once when it opens, so
the pool sends no RESET between two users, and a connection given back in the middle of a
transaction is rolled back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeVar

import asyncpg
from cachetools import LRUCache

from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError, one_line

Result = TypeVar("Result")
Remembered = MutableMapping[tuple[object, ...], tuple[object, ...]]
"""What settled statements answered last, by text and arguments."""
Connect = Callable[..., Awaitable[asyncpg.Connection]]

ACQUIRE_SECONDS = 1.0  # F4: an overloaded server says so after a second
RETRIES = 2  # F2: of a read whose connection was cut
CLOSE_SECONDS = 5.0
_REMEMBERED = 2_000

# The server ended the connection, or ends every connection; asyncpg speaks of an internal error where the server's
# goodbye arrives between two of its own messages.
CUT = (
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)
# Means the same where the connection is closed afterwards; otherwise it is a mistake in the calling code.
PERHAPS_CUT = (asyncpg.InterfaceError, OSError)
UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Pool:
    """Up to `size` connections, opened as they are needed and kept.

    `remembered` is for snapshots that go by it until their first statement has confirmed it.
    """

    def __init__(self, pool: asyncpg.Pool, *, on_loss: Callable[[], None]) -> None:
        self._pool = pool
        self._on_loss = on_loss
        self.remembered: Remembered = LRUCache(_REMEMBERED)

    @classmethod
    async def open(cls, connect: Connect, *, size: int, on_loss: Callable[[], None]) -> Pool:
        """A pool that opens connections with `connect`; none is opened yet. `on_loss` is told of each that is cut."""
        return cls(
            await asyncpg.create_pool(min_size=0, max_size=size, connect=connect, reset=_nothing),
            on_loss=on_loss,
        )

    def acquire(self) -> Acquired:
        """`async with pool.acquire() as connection`: an asyncpg connection for the block.

        Raises DatabaseBusyError where none is free within a second, DatabaseUnavailableError where none can be opened
        or where it is cut within the block.
        """
        return Acquired(self._pool, self._on_loss)

    async def read(self, work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
        """Run reading work, again on a new connection where one is cut (F2). Never for work with an effect."""
        for _ in range(RETRIES):
            try:
                async with self.acquire() as connection:
                    return await work(connection)
            except DatabaseUnavailableError:
                # What ended this connection has mostly ended its neighbours too: without this, trying again would
                # meet one dead connection after another.
                await self.renew()
        async with self.acquire() as connection:
            return await work(connection)

    async def renew(self) -> None:
        """Have every connection replaced at its next use."""
        await self._pool.expire_connections()

    async def close(self) -> None:
        """Wait a little for the connections in use, then close all."""
        try:
            # asyncpg's own wait has no end where a user never gives a connection back.
            await asyncio.wait_for(self._pool.close(), CLOSE_SECONDS)
        except TimeoutError:
            self._pool.terminate()


class Acquired:
    """One use of a connection. A class, as this is on every request's path."""

    __slots__ = ("_connection", "_on_loss", "_pool")

    def __init__(self, pool: asyncpg.Pool, on_loss: Callable[[], None]) -> None:
        self._pool = pool
        self._on_loss = on_loss
        self._connection: Any = None

    async def __aenter__(self) -> asyncpg.Connection:
        try:
            # asyncpg's own timeout would make a task of every acquire.
            async with asyncio.timeout(ACQUIRE_SECONDS):
                self._connection = await self._pool.acquire()
        except (TimeoutError, asyncpg.TooManyConnectionsError) as error:
            raise DatabaseBusyError("Every database connection is in use: try again shortly.") from error
        except UNREACHABLE as error:
            self._on_loss()
            raise DatabaseUnavailableError(f"The database cannot be reached: {one_line(error)}") from error
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        cut = error is not None and self._is_cut(error)
        if cut:
            with suppress(asyncpg.InterfaceError):  # the pool has already taken it back
                self._connection.terminate()
        try:
            await self._pool.release(self._connection)
        except UNREACHABLE:
            self._on_loss()  # asyncpg has thrown it away; what the block did, or its own error, stands
        if cut and error is not None:
            self._on_loss()
            raise DatabaseUnavailableError(f"The database connection was cut: {one_line(error)}") from error

    def _is_cut(self, error: BaseException) -> bool:
        if isinstance(error, CUT):
            return True
        if not isinstance(error, PERHAPS_CUT):
            return False
        try:
            return bool(self._connection.is_closed())
        except asyncpg.InterfaceError:
            return True  # the pool took it back when it closed


async def _nothing(_: asyncpg.Connection) -> None:
    """In place of the pool's RESET; a transaction left open asyncpg rolls back before it asks us."""
