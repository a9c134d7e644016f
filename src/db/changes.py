"""One change of the database: a transaction in which rights stand still.

Its first statement locks the policy's epoch: shared by ordinary changes, alone by those that give or take access. So
no grant changes while a change is decided and made, the last administrator cannot be removed twice (DR10), and what is
decided on is what is there.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import sqlalchemy as sa

from sightline.db.epoch import count_epoch_up
from sightline.db.pool import Pool
from sightline.db.snapshot import Snapshot
from sightline.db.statements import system_statement
from sightline.db.tables import AuthzEpochRow

Result = TypeVar("Result")

TRIES = 4  # F23: the first and three more
_PAUSE_SECONDS = 0.02
_EPOCH = sa.select(AuthzEpochRow.n)
_SHARED = system_statement(_EPOCH.with_for_update(read=True))
_ALONE = system_statement(_EPOCH.with_for_update())
# A statement of its own: the one that locks may wait, and a grant may end while it does.
_CLOCK = "SELECT clock_timestamp()"

AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
CROSSED = (*AGAIN, asyncpg.LockNotAvailableError)
"""What a change is refused with because of others: a tie that was broken against it, or a row that stays theirs."""


class CrossedChangesError(Exception):
    """Changes of others crossed this one again and again; nothing of it was made."""


async def in_change(pool: Pool, work: Callable[[Snapshot], Awaitable[Result]], *, granting: bool) -> Result:
    """Do work that changes rows while rights stand still, and commit it, as `again_where_crossed` does.

    `granting` is for what gives or takes access: it counts the epoch up, if anything was changed. Raises
    CrossedChangesError.
    """

    async def decided(connection: asyncpg.Connection) -> Result:
        snapshot = await stand_still(connection, alone=granting)
        result = await work(snapshot)
        if granting and snapshot.changes:
            await count_epoch_up(connection)
        return result

    return await again_where_crossed(pool, decided)


async def again_where_crossed(pool: Pool, work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
    """Do work in a transaction, and commit it; nothing is left of it where it raises.

    It is done again, whole, where the database broke a tie against it, and never after its connection was cut: then
    nobody knows whether it was committed (F2). Raises CrossedChangesError after the last try, and where it waited for
    a row in vain.
    """
    for attempt in range(TRIES):
        try:
            async with pool.acquire() as connection, connection.transaction():
                return await work(connection)
        except AGAIN:
            await asyncio.sleep(_PAUSE_SECONDS * (attempt + random.random()))
        except CROSSED as waited:
            raise CrossedChangesError from waited
    raise CrossedChangesError


async def stand_still(connection: asyncpg.Connection, *, alone: bool = False) -> Snapshot:
    """Rights as they are, which nobody changes until the transaction of the connection ends; but for it, if `alone`."""
    epoch = await connection.fetchval((_ALONE if alone else _SHARED).text)
    return Snapshot(connection, epoch, await connection.fetchval(_CLOCK))
