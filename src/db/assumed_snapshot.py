"""An operation's view of the database by what was read a moment ago: rights, settings, and roughly the time.

Its first statement brings along what these are now. So nothing has to be read before it; and where it answers the
operation by itself it takes no transaction, as a statement sees one state of the database by itself.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

import asyncpg

from sightline.db.pool import Pool, Remembered
from sightline.db.snapshot import BEGIN, PLAN_ANEW, Snapshot, SnapshotEndedError
from sightline.db.statements import Statement

Result = TypeVar("Result")

_NOW, _FOUND = "_now", "_found"
_KEPT: Final = 2_000
_PLACE: Final = re.compile(r"\$(\d+)")


class Way(IntEnum):
    """How an operation is answered: by one statement alone, by several together, or after rights have been read."""

    ALONE = 1
    TOGETHER = 2
    AFTER_RIGHTS = 3


class NotConfirmedError(Exception):
    """What was assumed did not hold; or an operation cannot go by it, and is always to be answered in another `way`."""

    def __init__(self, message: str, way: Way | None = None) -> None:
        super().__init__(message)
        self.way = way


@dataclass(frozen=True, slots=True)
class _Settled:
    text: str
    arguments: list[object]
    answer: tuple[object, ...]


_NOTHING: Final = _Settled("", [], ())


class AssumedSnapshot(Snapshot):
    """A snapshot that goes by rights of an `epoch` until its first statement says whether they hold in it.

    `alone`, it takes that one statement and no transaction, which saves three of four round trips; one that is planned
    anew needs a transaction. Otherwise further statements are in its transaction, and one is saved. Nothing may leave
    before `confirm` has been asked.
    """

    def __init__(
        self,
        connection: asyncpg.Connection,
        epoch: int,
        valid_until: datetime | None,
        *,
        remembered: Remembered,
        alone: bool,
    ) -> None:
        self._refused: list[NotConfirmedError] = []
        super().__init__(cast("asyncpg.Connection", _Nobody(self._refused)), epoch, datetime.max, remembered)
        self._own = connection
        self._alone = alone
        self._valid_until = valid_until
        self._settled: _Settled | None = None
        self._by_clock: list[tuple[Callable[[datetime], object], object]] = []
        self._time: datetime | None = None
        self._stands = False
        self._open = False

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Sequence[asyncpg.Record]:
        """The rows of a statement. Raises NotConfirmedError for a second one alone, and where rights have changed."""
        async with self._lock:
            if self.ended:
                raise SnapshotEndedError("a resolver asks for rows after its operation was answered")
            self.statements += 1
            if self.statements == 1:
                return await self._first(statement, statement.arguments(values))
            if self._alone:
                raise self.refuse("a second statement", Way.TOGETHER)
            return await self._further(statement, statement.arguments(values))

    async def _first(self, statement: Statement, arguments: list[object]) -> Sequence[asyncpg.Record]:
        self._open = True
        self._anew = statement.anew
        in_transaction = self._anew or not self._alone
        if in_transaction:
            await self._own.execute(f"{BEGIN}; {PLAN_ANEW}" if self._anew else BEGIN)
        settled = self._settled or _NOTHING
        text = _with_now(statement.text, settled.text, len(arguments))
        try:
            rows: Sequence[asyncpg.Record] = await self._own.fetch(text, *arguments, *settled.arguments)
        except asyncpg.QueryCanceledError:
            self._stands = True  # it took too long, and would again
            raise
        self._open = in_transaction
        self._time, self._stands = self._compared(*rows[0][_NOW])
        if not self._stands:
            raise NotConfirmedError("what was assumed has changed")
        return rows if rows[0][_FOUND] else []

    async def _further(self, statement: Statement, arguments: list[object]) -> Sequence[asyncpg.Record]:
        if not self._stands:
            raise NotConfirmedError("a statement behind one that confirmed nothing")
        await self._prepared_for(statement, self._own)
        rows: Sequence[asyncpg.Record] = await self._own.fetch(statement.text, *arguments)
        return rows

    def _compared(self, epoch: int, clock: datetime, settled: Sequence[object] | None = None) -> tuple[datetime, bool]:
        """The time, and whether everything is as it was assumed."""
        if epoch != self.epoch or (self._valid_until is not None and clock >= self._valid_until):
            return clock, False
        if self._settled is not None and (settled is None or tuple(settled) != self._settled.answer):
            return clock, False
        return clock, all(work(clock) == assumed for work, assumed in self._by_clock)

    async def settled(self, statement: Statement, values: Mapping[str, object]) -> tuple[object, ...]:
        """What the statement's row was when it was last read. Raises NotConfirmedError where that is not known."""
        arguments = statement.arguments(values)
        asked = (statement.text, arguments)
        if self._settled is not None and asked == (self._settled.text, self._settled.arguments):
            return self._settled.answer
        if self._settled is None and not self.statements:
            known = self._remembered.get((statement.text, *arguments))
            if known is None:
                raise NotConfirmedError("what is settled, and not known yet")
            self._settled = _Settled(*asked, known)
            return known
        if self._alone or not self.statements:
            raise self.refuse("what is settled, of a second kind", Way.TOGETHER if self._alone else Way.AFTER_RIGHTS)
        async with self._lock:
            (row,) = await self._further(statement, arguments)
            return tuple(row)

    def by_clock(self, work: Callable[[datetime], Result]) -> Result:
        """What is made of the time: by the clock of this process, until the first statement brings the database's."""
        if self._time is not None:
            return work(self._time)
        found = work(datetime.now(UTC))
        self._by_clock.append((work, found))
        return found

    @property
    def clock(self) -> datetime:
        """Comes with the rows, and too late for whoever would ask by it. Raises NotConfirmedError."""
        raise self.refuse("the time itself", Way.AFTER_RIGHTS)

    @clock.setter
    def clock(self, _: datetime) -> None:
        """There is none to be given."""

    def refuse(self, message: str, way: Way) -> NotConfirmedError:
        """The error of what this snapshot cannot answer; it stays, whoever may pass over it."""
        return _noted(self._refused, message, way)

    def confirm(self) -> None:
        """Raises NotConfirmedError unless what was read was read by rights that held in its own snapshot."""
        if self._refused:
            raise self._refused[-1]
        if not self._stands:
            raise NotConfirmedError("nothing that stands by itself")

    async def end(self) -> None:
        """Wait for a statement that still runs: a sibling of a field that failed may be reading.

        One alone that was cut short, as its field was not wanted any more, may have left a transaction of its own.
        """
        async with self._lock:
            self.ended = True
            if self._open and not self._own.is_closed():
                await self._own.execute("ROLLBACK")


class _Nobody:
    """In place of a connection: whoever reads past the snapshot needs one whose rights have been read."""

    def __init__(self, refused: list[NotConfirmedError]) -> None:
        self.__refused = refused

    def __getattr__(self, name: str) -> Any:
        raise _noted(self.__refused, f"a read of its own: {name}", Way.AFTER_RIGHTS)


def _noted(refused: list[NotConfirmedError], message: str, way: Way) -> NotConfirmedError:
    """The error of what cannot be answered, which is noted among the others."""
    refused.append(NotConfirmedError(message, way))
    return refused[-1]


@lru_cache(maxsize=_KEPT)
def _with_now(text: str, settled: str, places: int) -> str:
    """The same statement with epoch and clock beside its first row; one row with nothing else where it finds none.

    So is the row of a `settled` statement, whose places follow the many of the first. The order of the rows stays:
    there is one row on the other side. What is beside one row only is sent and read once.
    """
    moved = _PLACE.sub(lambda place: f"${int(place[1]) + places}", settled)
    beside = f", (SELECT ROW(s.*) FROM ({moved}) s)" if settled else ""
    return (
        f"SELECT CASE WHEN row_number() OVER () = 1 THEN ROW(e.n, clock_timestamp(){beside}) END AS {_NOW}, found.*"
        f" FROM authz_epoch e LEFT JOIN LATERAL (SELECT true AS {_FOUND}, asked.* FROM ({text}) asked) found ON true"
    )


async def assuming(
    pool: Pool, epoch: int, valid_until: datetime | None, work: Callable[[Snapshot], Awaitable[Result]], *, alone: bool
) -> Result:
    """Do reading work by rights of an epoch, by one statement `alone` or by several. Raises NotConfirmedError."""

    async def on(connection: asyncpg.Connection) -> Result:
        snapshot = AssumedSnapshot(connection, epoch, valid_until, remembered=pool.remembered, alone=alone)
        try:
            return await work(snapshot)
        finally:
            await snapshot.end()

    return await pool.read(on)
