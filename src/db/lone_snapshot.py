"""An operation's view of the database where one statement answers it: that statement's own snapshot.

A statement sees one state of the database by itself. It brings epoch and clock along, so begin, epoch and end of a
transaction are saved: three of four round trips.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

import asyncpg

from sightline.db.pool import Pool
from sightline.db.snapshot import Snapshot, SnapshotEndedError
from sightline.db.statements import Statement

Result = TypeVar("Result")

_EPOCH, _CLOCK, _FOUND = "_epoch", "_clock", "_found"
_KEPT: Final = 2_000


class NotAloneError(Exception):
    """What was to be answered by one statement took none or several, or its epoch was no longer the one assumed."""


class LoneSnapshot(Snapshot):
    """The snapshot that a single statement is: it brings epoch and clock along, and takes no transaction.

    That saves three of four round trips. The operation goes by rights that were read at an `epoch`; whether they still
    held is known only when the statement has been answered, so nothing may leave before `confirm` has been asked.
    """

    def __init__(self, connection: asyncpg.Connection, epoch: int, valid_until: datetime | None) -> None:
        super().__init__(cast("asyncpg.Connection", _Nobody(self)), epoch, datetime.max)
        self._alone = connection
        self._valid_until = valid_until
        self._stands = False
        self._cut_short = False
        self.passed_over = False

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Sequence[asyncpg.Record]:
        """The rows of the one statement. Raises NotAloneError for a second one, and where the rights have changed."""
        async with self._lock:
            if self.ended:
                raise SnapshotEndedError("a resolver asks for rows after its operation was answered")
            self.statements += 1
            if self.statements > 1:
                self.passed_over = True
                raise NotAloneError("a second statement")
            self._cut_short = True
            try:
                rows = await self._alone.fetch(_with_epoch(statement.text), *statement.arguments(values))
            except asyncpg.QueryCanceledError:
                self._stands = True  # it took too long, and would again
                raise
            self._cut_short = False
            first = rows[0]
            self._stands = first[_EPOCH] == self.epoch and (
                self._valid_until is None or first[_CLOCK] < self._valid_until
            )
            if not self._stands:
                raise NotAloneError("the rights have changed")
            return rows if first[_FOUND] else []

    @property
    def clock(self) -> datetime:
        """Comes with the rows, and too late for whoever would ask by it. Raises NotAloneError."""
        self.passed_over = True
        raise NotAloneError("the time, before a statement has brought it")

    @clock.setter
    def clock(self, _: datetime) -> None:
        """There is none to be given."""

    def confirm(self) -> None:
        """Raises NotAloneError unless one statement was read, and by rights that held in its own snapshot."""
        if not self._stands or self.passed_over:
            raise NotAloneError("nothing that stands by itself")

    async def end(self) -> None:
        """Wait for a statement that still runs: a sibling of a field that failed may be reading.

        One that was cut short, as its field was not wanted any more, may have left a transaction of its own behind.
        """
        async with self._lock:
            self.ended = True
            if self._cut_short and not self._alone.is_closed():
                await self._alone.execute("ROLLBACK")


class _Nobody:
    """In place of a connection: whoever reads past the snapshot needs a transaction."""

    def __init__(self, snapshot: LoneSnapshot) -> None:
        self.__snapshot = snapshot

    def __getattr__(self, name: str) -> Any:
        self.__snapshot.passed_over = True
        raise NotAloneError(f"a read of its own: {name}")


@lru_cache(maxsize=_KEPT)
def _with_epoch(text: str) -> str:
    """The same statement with epoch and clock beside each row; one row with nothing else where it finds none.

    Its order stays: there is one row on the other side.
    """
    return (
        f"SELECT e.n AS {_EPOCH}, clock_timestamp() AS {_CLOCK}, found.* FROM authz_epoch e"
        f" LEFT JOIN LATERAL (SELECT true AS {_FOUND}, asked.* FROM ({text}) asked) found ON true"
    )


async def in_one_statement(
    pool: Pool, epoch: int, valid_until: datetime | None, work: Callable[[Snapshot], Awaitable[Result]]
) -> Result:
    """Do reading work of one statement without a transaction, by rights of an epoch. Raises NotAloneError."""

    async def on(connection: asyncpg.Connection) -> Result:
        snapshot = LoneSnapshot(connection, epoch, valid_until)
        try:
            return await work(snapshot)
        finally:
            await snapshot.end()

    return await pool.read(on)
