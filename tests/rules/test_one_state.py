"""An operation is of one state, whatever is kept from before and whatever happens meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from new_enemy import Case, values_shown
from new_enemy_cases import Arena

import sightline
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.identity import Principal
from sightline.server.answers import GraphQLAnswer
from sightline.server.execution import Engine

FAR = datetime(2500, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
SOURCES = [path.read_text(encoding="utf-8") for path in Path(sightline.__path__[0]).rglob("*.py")]


async def found(engine: Engine, case: Case) -> Principal | None:
    """Who the token stands for in a snapshot of now."""
    return await in_snapshot(
        engine.database.reads, lambda snapshot: engine.access.identities.find(case.token, snapshot)
    )


def shown(answer: GraphQLAnswer) -> list[Any]:
    """The values of the row that was asked for."""
    node = (answer.data or {}).get("node")
    return [] if node is None else list(node.values())


async def at(engine: Engine, case: Case, clock: datetime) -> tuple[list[Any], int]:
    """What the viewer is shown in a snapshot of that clock, and the snapshot's epoch."""

    async def work(snapshot: Snapshot) -> tuple[list[Any], int]:
        snapshot.clock = clock
        principal = await engine.access.identities.find(case.token, snapshot)
        answer = None if principal is None else await engine.answer(case.request, principal, snapshot)
        return [] if answer is None else shown(answer), snapshot.epoch

    return await in_snapshot(engine.database.reads, work)


async def test_n36_an_operation_under_way_is_wholly_of_its_own_state_and_the_next_has_nothing(arena: Arena) -> None:
    """N36, LK20, D10: taken and rewritten between its BEGIN and its first row, it answers as of then, and twice so."""
    engine = arena.engine
    for case in arena.revoked:
        await arena.give(case)
        await arena.write(case, "before")

        async def work(snapshot: Snapshot, case: Case = case) -> tuple[GraphQLAnswer, GraphQLAnswer]:
            await arena.take(case)
            await arena.write(case, "after")
            principal = await engine.access.identities.find(case.token, snapshot)
            assert principal is not None, case.kind
            first = await engine.answer(case.request, principal, snapshot)
            return first, await engine.answer(case.request, principal, snapshot)

        answers = await in_snapshot(engine.database.reads, work)
        assert [shown(each) for each in answers] == [["before"], ["before"]], case.kind
        assert await values_shown(engine.execute, case) == [], case.kind


async def test_n36_nothing_that_is_kept_from_before_serves_what_was_taken(arena: Arena) -> None:
    """N36, LK19, GOAL7: principal, visibility, view, document and statement are all still there, and none is used."""
    engine = arena.engine
    for case in arena.revoked:
        await arena.give(case)
        await arena.write(case, "before")
        assert await values_shown(engine.execute, case) == ["before"], case.kind
        before = await found(engine, case)
        assert before is not None
        visibility = engine.visibility(before)
        view = engine.api.view(visibility)
        document = view.prepare(case.request.query)
        await arena.take(case)
        await arena.write(case, "after")
        assert await values_shown(engine.execute, case) == [], case.kind
        kept_statements = {key[0] for key in engine.services.reads._kept if isinstance(key, tuple)}
        assert visibility in engine.services.visibilities._compiled.values()
        assert engine.api.views[visibility.key] is view
        assert document in engine.api.documents.values()
        assert visibility.key in kept_statements
        after = await found(engine, case)
        assert after is None or after.paths != before.paths, case.kind


async def test_n36_one_who_keeps_the_grant_is_served_by_what_the_other_lost(arena: Arena) -> None:
    """N36, LK19: two of the same shapes share visibility, view, document and statement; only the ids are their own."""
    engine = arena.engine
    (manager,) = [case for case in arena.revoked if case.kind == "an account assigned to a manager"]
    (other,) = [case for case in arena.ending if case.kind == manager.kind]
    await arena.give(manager)
    await arena.give(other, FAR)
    await arena.write(manager, "shared")
    both = [await found(engine, case) for case in (manager, other)]
    assert len({engine.visibility(each).key for each in both if each is not None}) == 1
    assert [await values_shown(engine.execute, case) for case in (manager, other)] == [["shared"], ["shared"]]
    await arena.take(manager)
    after = await found(engine, manager)
    assert after is not None
    assert both[1] is not None
    assert engine.visibility(after) is engine.visibility(both[1])
    assert [await values_shown(engine.execute, case) for case in (manager, other)] == [[], ["shared"]]


async def test_lk20_a_grant_has_ended_in_the_snapshot_whose_clock_has_reached_its_end(arena: Arena) -> None:
    """LK20, AC5, AC6: a moment before it is there, at that moment it is not, and no epoch has moved in between."""
    engine = arena.engine
    for case in arena.ending:
        await arena.give(case, FAR)
        await arena.write(case, "in time")
        moments = (FAR - INSTANT, FAR - INSTANT, FAR, FAR + INSTANT)
        seen = [await at(engine, case, clock) for clock in moments]
        assert [values for values, _ in seen] == [["in time"], ["in time"], [], []], case.kind
        assert len({epoch for _, epoch in seen}) == 1


async def test_lk20_a_principal_is_valid_until_the_first_of_its_grants_ends(arena: Arena) -> None:
    """LK20: whatever kind of grant, key or session it is."""
    for case in arena.ending:
        await arena.give(case, FAR)
        principal = await found(arena.engine, case)
        assert principal is not None
        assert principal.valid_until == FAR, case.kind


async def test_f17_f18_no_session_listens_and_nothing_notifies(arena: Arena) -> None:
    """F17, F18: there is no message to lose; a change that is rolled back is none."""

    async def channels(snapshot: Snapshot) -> list[Any]:
        return list(await snapshot.connection.fetch("SELECT * FROM pg_listening_channels()"))

    assert [await in_snapshot(arena.engine.database.reads, channels) for _ in range(8)] == [[]] * 8
    assert len(SOURCES) > 100
    assert not [text for text in SOURCES if "add_listener" in text or "pg_notify" in text]
    case = arena.revoked[0]
    await arena.give(case)
    await arena.write(case, "kept")
    assert case.take is not None
    rolled_back = arena.writer.transaction()
    await rolled_back.start()
    await arena.writer.execute(case.take)
    await rolled_back.rollback()
    assert await values_shown(arena.engine.execute, case) == ["kept"]
