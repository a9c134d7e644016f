"""How soon a revocation holds: operations that still show what was taken, of those that begin after it was committed.

While a collaborator reads without pause on several connections, his grant is taken and given back, again and again.
Each operation says when it began, and whether it showed anything. The bound is that of docs/rules.md ("Freshness"):
none that begins after the commit. Beside it the ratio of the first operation after a change of policy, which reads its
principal's grants anew, to one that finds them kept.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

from sightline.db.database import Database
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine

_QUERY = GraphQLRequest("{ affiliateAccounts(first: 1) { totalCount nodes { id } } }")
_TAKE = "UPDATE collaborator SET expires_at = created_at + interval '1 microsecond' WHERE user_id = $1"
_GIVE = "UPDATE collaborator SET expires_at = NULL WHERE user_id = $1"
_EPOCH = "UPDATE authz_epoch SET n = n + 1"
_READERS = 4
_PAUSE = 0.02


@dataclass(slots=True)
class _Readings:
    """What operations showed: when each began, when it ended, and whether it showed an account."""

    taken: list[tuple[float, float, bool]] = field(default_factory=list)
    stop: bool = False


async def measure_revocation(database: Database, engine: Engine, token: str, email: str, *, rounds: int) -> None:
    """Print the bound and the ratio. Ends the run where an operation that began after a revocation shows anything."""
    async with database.owner() as owner:
        user = await owner.fetchval("SELECT id FROM app_user WHERE email = $1", email)

        async def set_grant(statement: str) -> float:
            async with owner.transaction():
                await owner.execute(statement, user)
                await owner.execute(_EPOCH)
            return perf_counter()

        readings, late, looked_at = _Readings(), 0, 0
        readers = [asyncio.create_task(_read(engine, token, readings)) for _ in range(_READERS)]
        for _ in range(rounds):
            readings.taken.clear()
            revoked = await set_grant(_TAKE)
            await asyncio.sleep(_PAUSE)
            between = [shown for began, ended, shown in readings.taken if began > revoked and ended <= perf_counter()]
            await set_grant(_GIVE)
            await asyncio.sleep(_PAUSE)
            late, looked_at = late + sum(between), looked_at + len(between)
            if not any(shown for _, _, shown in readings.taken):
                raise SystemExit("nothing was shown while the grant was there: this measures nothing")
        readings.stop = True
        await asyncio.gather(*readers)
        if late:
            raise SystemExit(f"{late} operations showed what had been taken before they began")
        print(f"    revocation  {rounds} revoked, {looked_at} operations begun after one: 0 showed what was taken")
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            await set_grant(_GIVE)
            for each in times:  # the first reads the grants anew, the second finds its principal
                began = perf_counter()
                await engine.execute(_QUERY, token)
                each.append(perf_counter() - began)
        print(f"    revocation  the first operation after one  wall {median(times[0]) / median(times[1]):5.2f}x")


async def _read(engine: Engine, token: str, readings: _Readings) -> None:
    while not readings.stop:
        began = perf_counter()
        answer = await engine.execute(_QUERY, token)
        accounts = (answer.data or {}).get("affiliateAccounts")
        readings.taken.append((began, perf_counter(), bool(accounts and accounts["totalCount"])))
