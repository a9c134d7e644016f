"""Work that lies in the hands of a process: it says again and again that it lives, and ends what was in dead hands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

import asyncpg

from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError
from sightline.db.pool import Pool
from sightline.server.logs import log_fault

BEAT_SECONDS = 2.0
LOOK_BEATS = 15
"""So many signs of life of its own between two looks for work whose process has gone."""

PASSING = (
    DatabaseBusyError,
    DatabaseUnavailableError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
)
"""What passes by itself."""


@dataclass(frozen=True, slots=True)
class Beat:
    """How one kind of work is kept: what is told of that which is `held`, and how what nobody holds is given up."""

    keep: Callable[[Pool, Sequence[int]], Awaitable[object]]
    give_up: Callable[[Pool], Awaitable[None]]

    async def go_on(self, pool: Pool, held: Collection[int], *, seconds: float = BEAT_SECONDS) -> None:
        """Do both until cancelled. `held` is looked at each time; the first look for what was given up is at once."""
        beats = 0
        while True:
            try:
                if held:
                    await self.keep(pool, list(held))
                if beats % LOOK_BEATS == 0:
                    await self.give_up(pool)
                beats += 1
            except PASSING:
                pass
            except Exception as fault:
                log_fault(fault)
            await asyncio.sleep(seconds)
