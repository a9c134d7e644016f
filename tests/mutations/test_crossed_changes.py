"""Changes that cross each other in the database: one is made anew; what is crossed again and again is told (F23)."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import uuid4

import asyncpg
import pytest
from demo_platform import Platform

from sightline.db.changes import TRIES, in_change
from sightline.db.snapshot import Snapshot
from sightline.server.transport import refusal

LOCK = "SELECT pg_advisory_xact_lock(7, $1)"
CROSSED = """
    CREATE FUNCTION crossed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM nextval('crossings');
        IF NEW.name LIKE 'Crossed twice %' AND (SELECT last_value FROM crossings) > 2 THEN RETURN NEW; END IF;
        RAISE EXCEPTION 'crossed' USING ERRCODE = '40001';
    END $$
"""
TRIGGER = """
    CREATE TRIGGER crossed BEFORE INSERT ON organization FOR EACH ROW WHEN (NEW.name LIKE 'Crossed %')
    EXECUTE FUNCTION crossed()
"""


async def test_f23_of_two_that_wait_for_each_other_one_is_made_anew(platform: Platform) -> None:
    """F23: a deadlock: the database breaks one of the two, and in the end both are made."""
    tries: Counter[int] = Counter()
    held = {1: asyncio.Event(), 2: asyncio.Event()}

    async def crossing(mine: int, other: int) -> int:
        async def work(snapshot: Snapshot) -> int:
            tries[mine] += 1
            await snapshot.connection.execute(LOCK, mine)
            held[mine].set()
            await held[other].wait()
            await snapshot.connection.execute(LOCK, other)
            return mine

        return await in_change(platform.engine.database.writes, work, granting=False)

    assert await asyncio.gather(crossing(1, 2), crossing(2, 1)) == [1, 2]
    assert sorted(tries.values()) == [1, 2]


@pytest.fixture
async def crossings(platform: Platform) -> Platform:
    """A platform where making certain organizations fails as others' changes would make it fail."""
    await platform.change("CREATE SEQUENCE crossings", "GRANT ALL ON SEQUENCE crossings TO PUBLIC", CROSSED, TRIGGER)
    return platform


async def test_f23_what_is_crossed_again_and_again_is_told(crossings: Platform) -> None:
    """F23: after three more tries CONFLICT, and nothing is there; crossed twice only, it is made as if nothing was."""
    person = await crossings.person()
    query = "mutation ($name: String!) { createOrganization(input: {name: $name}) { __typename } }"
    try:
        twice, always = (f"Crossed {how} {uuid4().hex[:8]}" for how in ("twice", "always"))
        answer = await crossings.ask(person.token, query, name=twice)
        assert answer.data == {"createOrganization": {"__typename": "CreateOrganizationSuccess"}}
        assert await crossings.one("SELECT last_value FROM crossings") == 3
        before = await crossings.one("SELECT count(*) FROM audit_log")
        answer = await crossings.ask(person.token, query, name=always)
        assert answer.data is None
        (error,) = answer.errors
        assert error["extensions"]["code"] == "CONFLICT"
        assert "try again" in error["message"]
        assert await crossings.one("SELECT last_value FROM crossings") == 3 + TRIES
        assert await crossings.one("SELECT count(*) FROM organization WHERE name = $1", always) == 0
        assert await crossings.one("SELECT count(*) FROM audit_log") == before
    finally:
        await crossings.change(
            "DROP TRIGGER crossed ON organization", "DROP FUNCTION crossed", "DROP SEQUENCE crossings"
        )


async def test_f23_a_row_that_stays_somebody_elses_is_a_conflict(platform: Platform) -> None:
    """F23: whoever waits for a locked row in vain is told so, as of every change that others crossed."""
    person = await platform.person()
    organization = await platform.add("organization", name=f"Held {uuid4().hex[:8]}", created_by_id=person.id)
    admin = await platform.predefined("Admin")
    held = {"scope": "ORGANIZATION", "organization_id": organization, "role_id": admin}
    await platform.add("role_assignment", user_id=person.id, **held)
    query = 'mutation ($id: ID!) { editOrganization(input: {organization: $id, name: "Anew"}) { __typename } }'
    async with platform.engine.database.owner() as other, other.transaction():
        await other.execute("SELECT FROM organization WHERE id = $1 FOR UPDATE", organization)
        answer = await platform.ask(person.token, query, id=platform.global_id("organization", organization))
    assert [error["extensions"]["code"] for error in answer.errors] == ["CONFLICT"]
    assert await platform.one("SELECT name FROM organization WHERE id = $1", organization) != "Anew"
    again = await platform.ask(person.token, query, id=platform.global_id("organization", organization))
    assert not again.errors


async def test_a_full_disk_is_no_fault_of_ours(platform: Platform) -> None:
    """503 for who writes, and the operation is nobody's INTERNAL."""
    await platform.change(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON organization FOR EACH ROW WHEN (NEW.name LIKE 'On a full disk')"
        " EXECUTE FUNCTION full_disk()",
    )
    person = await platform.person()
    query = 'mutation { createOrganization(input: {name: "On a full disk"}) { __typename } }'
    with pytest.raises(asyncpg.DiskFullError) as raised:
        await platform.ask(person.token, query)
    refused = refusal(raised.value)
    assert (refused.status, refused.code) == (503, "UNAVAILABLE")
    assert "full" not in refused.message
