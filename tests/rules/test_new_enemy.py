"""Revoke, then at once write a secret: F20 and GOAL8, with the engine as it is and with its epoch check broken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import pytest
from new_enemy import Ask, Case, Harness
from new_enemy_cases import Arena

from sightline.db.assumed_snapshot import AssumedSnapshot, Way
from sightline.db.pool import Pool, Remembered
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.errors import UnauthenticatedError
from sightline.resolvers.identity import Identities, Principal
from sightline.server.answers import GraphQLAnswer, GraphQLRequest
from sightline.server.execution import Engine
from sightline.server.identity.access import Access

TRIES = 10_000
TRIES_BY_THE_CLOCK = 2000
SOON = 5_000
"""By then a broken engine has leaked; it mostly does in the first round."""


class TrustsItsMemory(Identities):
    """Broken: whoever was found once is never looked for again."""

    __slots__ = ()

    async def find(self, token: str, snapshot: Snapshot) -> Principal | None:
        """The principal as it was first found."""
        known = self._known.get(self.secrets.token_hash(token))
        return known.principal if known is not None else await Identities.find(self, token, snapshot)


def trusting(engine: Engine) -> Ask:
    """How a viewer reads where neither epoch nor clock is compared."""
    return replace(engine, access=Access(TrustsItsMemory(engine.access.identities.secrets))).execute


def epoch_elsewhere(engine: Engine, *, first: bool) -> Ask:
    """How a viewer reads where the epoch comes from another connection, before or after the snapshot of the data."""
    engine = replace(engine, access=Access(Identities(engine.access.identities.secrets)))

    async def epoch() -> int:
        async with engine.database.reads.acquire() as connection:
            return int(await connection.fetchval("SELECT n FROM authz_epoch"))

    async def ask(request: GraphQLRequest, token: str) -> GraphQLAnswer:
        early = await epoch() if first else None

        async def work(snapshot: Snapshot) -> GraphQLAnswer:
            snapshot.epoch = await epoch() if early is None else early
            principal = await engine.access.identities.find(token, snapshot)
            if principal is None:
                raise UnauthenticatedError("nobody")
            return await engine.answer(request, principal, snapshot)

        return await in_snapshot(engine.database.reads, work)

    return ask


async def test_f20_goal8_nothing_leaks_in_ten_thousand_tries(arena: Arena) -> None:
    """F20, GOAL8, GOAL7, D10, LK20, F18: every kind of grant, and no message that could be lost takes part."""
    figures = await Harness(arena.writer, arena.revoked, arena.engine.execute).run(tries=TRIES)
    print(f"\nnew enemy, as it is: {figures}")
    assert not figures.leaks
    assert figures.tries >= TRIES
    assert figures.before > figures.tries / 2
    assert figures.reads - figures.before == figures.tries, "each viewer read once more after the secret was there"
    assert set(figures.shown.values()) == {figures.tries // len(arena.revoked)}, "every grant gave access in each round"
    assert {Way.ALONE, Way.TOGETHER} <= {
        way for each in arena.engine.api.documents.values() for way in each.ways.values()
    }


async def test_f20_goal8_nothing_leaks_where_a_grant_ends_by_the_clock(arena: Arena) -> None:
    """F20, GOAL8, LK20: nothing is written at the end of such a grant, and no epoch moves."""
    figures = await Harness(arena.writer, arena.ending, arena.engine.execute).run(tries=TRIES_BY_THE_CLOCK)
    print(f"\nnew enemy, by the clock: {figures}")
    assert not figures.leaks
    assert len(figures.shown) == len(arena.ending)
    assert figures.reads - figures.before == figures.tries


BROKEN: dict[str, Callable[[Engine], Ask]] = {
    "memory is trusted": trusting,
    "the epoch is read before the snapshot": lambda engine: epoch_elsewhere(engine, first=True),
    "the epoch is read after the snapshot": lambda engine: epoch_elsewhere(engine, first=False),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_goal8_the_harness_shows_leaks_where_the_check_is_broken(
    arena: Arena, broken: Callable[[Engine], Ask]
) -> None:
    """F20, GOAL8: a harness that finds nothing in a broken engine would prove nothing."""
    figures = await Harness(arena.writer, arena.revoked, broken(arena.engine)).run(tries=SOON, until_leak=True)
    print(f"\nnew enemy, broken: {figures}")
    assert figures.leaks.total() > 0


async def test_goal8_the_harness_shows_leaks_where_the_first_statement_is_not_listened_to(
    arena: Arena, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F20, GOAL8: what it brings along is what assumed rights rest upon, alone and with others after it."""
    monkeypatch.setattr(AssumedSnapshot, "_compared", lambda _, __, clock, *___: (clock, True))
    for behind in (False, True):
        cases = tuple(case for case in arena.revoked if ("behind" in case.kind) is behind)
        figures = await Harness(arena.writer, cases, arena.engine.execute).run(tries=SOON, until_leak=True)
        print(f"\nnew enemy, not listened to: {figures}")
        assert figures.leaks.total() > 0


@dataclass(slots=True)
class SlowToBegin:
    """A connection on which something happens between BEGIN and the first statement."""

    connection: asyncpg.Connection
    meanwhile: Callable[[], Awaitable[object]]

    def __getattr__(self, name: str) -> object:
        return getattr(self.connection, name)

    async def execute(self, statement: str) -> str:
        """Run it; after BEGIN let the other thing happen."""
        done: str = await self.connection.execute(statement)
        if statement.startswith("BEGIN"):
            await self.meanwhile()
        return done


@dataclass(frozen=True, slots=True)
class SlowPool:
    """The engine's pool, with such connections."""

    pool: Pool
    meanwhile: Callable[[], Awaitable[object]]

    @property
    def remembered(self) -> Remembered:
        """The pool's."""
        return self.pool.remembered

    async def read(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        """Run the work on a slow connection."""
        return await self.pool.read(lambda connection: work(SlowToBegin(connection, self.meanwhile)))


async def test_f20_a_grant_that_ends_after_begin_and_before_the_snapshot_has_ended(arena: Arena) -> None:
    """F20, LK20: PostgreSQL's now() is the time of BEGIN, but what an operation reads is as of its first statement."""
    engine = arena.engine
    for case in arena.ending:
        written: list[str] = []

        async def end_then_write(case: Case = case, written: list[str] = written) -> None:
            await arena.writer.execute("SELECT pg_sleep(0.2)")
            await arena.write(case, "after its end")
            written.append(case.kind)

        async def work(snapshot: Snapshot, case: Case = case) -> GraphQLAnswer | None:
            principal = await engine.access.identities.find(case.token, snapshot)
            return None if principal is None else await engine.answer(case.request, principal, snapshot)

        await arena.give(case, await arena.writer.fetchval("SELECT clock_timestamp() + interval '0.1 s'"))
        answer = await in_snapshot(SlowPool(engine.database.reads, end_then_write), work)
        assert written == [case.kind]
        assert answer is None or "after its end" not in str(answer.data), case.kind
