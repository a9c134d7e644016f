"""A revocation holds for every operation that begins after it, and an operation is of one state throughout."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from demo_platform import Platform

from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.errors import UnauthenticatedError
from sightline.server.answers import GraphQLAnswer, GraphQLRequest

GERMANY = "Bluebird Germany"
NAMES = "{ affiliateAccounts(first: 100) { nodes { name } } }"
SOON = 0.4


async def ends_soon(platform: Platform, table: str, person: int) -> None:
    """Have a grant end by itself; the change is counted, its end will not be."""
    await platform.change(f"UPDATE {table} SET expires_at = now() + interval '{SOON} s' WHERE user_id = {person}")


async def test_goal7_what_is_written_after_a_revocation_is_never_shown_under_the_old_grant(platform: Platform) -> None:
    """GOAL7, F20, D10: the grant goes, then the secret is written; the next operation has neither."""
    person = await platform.person(await platform.collaborator(GERMANY, "READ_ONLY"))
    account = await platform.named("affiliate_account", GERMANY)
    assert await platform.names(person.token, "affiliateAccounts") == [GERMANY]
    await platform.change(f"DELETE FROM collaborator WHERE user_id = {person.id}")
    await platform.change(f"UPDATE affiliate_account SET external_id = 'after the revocation' WHERE id = {account}")
    assert await platform.refuses(person.token, "affiliateAccounts(first: 1) { nodes { externalId } }")
    assert await platform.node(person.token, "affiliate_account", account) is None
    owner = platform.member("collab-owner")
    assert "after the revocation" in await platform.cells(owner, "affiliateAccounts", "externalId")
    await platform.change(f"UPDATE affiliate_account SET external_id = 'A10001' WHERE id = {account}")


async def test_lk20_an_operation_under_way_stays_in_its_own_state(platform: Platform) -> None:
    """LK20, D10: begun before the revocation it is answered as of then, without what was written after it."""
    person = await platform.person(await platform.collaborator(GERMANY, "READ_ONLY"))
    account = await platform.named("affiliate_account", GERMANY)
    engine = platform.engine

    async def work(snapshot: Snapshot) -> GraphQLAnswer:
        await platform.change(
            f"DELETE FROM collaborator WHERE user_id = {person.id}",
            f"UPDATE affiliate_account SET name = 'Renamed meanwhile' WHERE id = {account}",
        )
        principal = await engine.access.identities.find(person.token, snapshot)
        assert principal is not None
        return await engine.answer(GraphQLRequest(NAMES), principal, snapshot)

    try:
        under_way = await in_snapshot(engine.database.reads, work)
        assert under_way.data == {"affiliateAccounts": {"nodes": [{"name": GERMANY}]}}
        assert await platform.refuses(person.token, NAMES[1:-1])
        owner = platform.member("collab-owner")
        assert "Renamed meanwhile" in await platform.names(owner, "affiliateAccounts")
    finally:
        await platform.change(f"UPDATE affiliate_account SET name = '{GERMANY}' WHERE id = {account}")


async def test_d10_a_grant_opens_at_once_what_was_there_before(platform: Platform) -> None:
    """D10: giving is as immediate as taking; what was asked for in between stays refused."""
    person = await platform.person()
    assert await platform.refuses(person.token, NAMES[1:-1])
    table, values = await platform.collaborator(GERMANY, "READ_ONLY")
    await platform.add(table, user_id=person.id, **values)
    assert await platform.names(person.token, "affiliateAccounts") == [GERMANY]
    assert await platform.refuses(person.token, "companies(first: 1) { totalCount }")


@pytest.mark.parametrize("table", ["collaborator", "role_assignment"])
async def test_lk20_a_grant_that_ends_by_itself_is_over_when_its_time_is(platform: Platform, table: str) -> None:
    """LK20: nothing is written at that moment; what else the person has goes on."""
    role = await platform.role("AFFILIATES:R")
    grants = {
        "collaborator": await platform.collaborator(GERMANY, "READ_ONLY"),
        "role_assignment": ("role_assignment", {"scope": "PLATFORM", "role_id": role}),
    }
    person = await platform.person(grants[table])
    assert await platform.count(person.token, "affiliateAccounts") > 0
    await ends_soon(platform, table, person.id)
    assert await platform.count(person.token, "affiliateAccounts") > 0
    await asyncio.sleep(SOON + 0.1)
    assert await platform.refuses(person.token, "affiliateAccounts(first: 1) { totalCount }")
    assert await platform.count(person.token, "users") == 1


async def test_lk20_a_session_that_ends_stands_for_nobody(platform: Platform) -> None:
    """LK20: at its end by the clock, and at once where it is revoked."""
    ending, revoked = await platform.person(), await platform.person()
    await ends_soon(platform, "session", ending.id)
    for person in (ending, revoked):
        assert await platform.count(person.token, "users") == 1
    await platform.change(f"UPDATE session SET revoked_at = now() WHERE user_id = {revoked.id}")
    await asyncio.sleep(SOON + 0.1)
    for person in (ending, revoked):
        with pytest.raises(UnauthenticatedError):
            await platform.ask(person.token, "{ __typename }")


async def test_ac6_suspension_takes_everything_at_once_and_from_keys_too(platform: Platform) -> None:
    """AC6: the session and the keys of the user stand for nobody, until he is active again."""
    person = await platform.staff("ADMIN:R")
    key = await platform.user_key(person.id, ["TRANSACTIONS:R"])
    query = "{ conversions(first: 1) { totalCount } }"
    for token in (person.token, key):
        assert not (await platform.ask(token, query)).errors
    await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {person.id}")
    for token in (person.token, key):
        for text in (query, "{ programs(first: 1) { totalCount } }"):
            with pytest.raises(UnauthenticatedError):
                await platform.ask(token, text)
    await platform.change(f"UPDATE app_user SET status = 'ACTIVE' WHERE id = {person.id}")
    assert not (await platform.ask(person.token, query)).errors


async def test_ac5_a_key_narrows_with_its_owner(platform: Platform) -> None:
    """AC5: the owner loses a permission, and so does the key he made before; what both still have stays."""
    person = await platform.staff("TRANSACTIONS:R AFFILIATES:R")
    key = await platform.user_key(person.id, ["TRANSACTIONS:R", "AFFILIATES:R"])
    assert await platform.count(key, "conversions") > 0
    role = await platform.one("SELECT role_id FROM role_assignment WHERE user_id = $1", person.id)
    await platform.change(f"DELETE FROM role_permission WHERE role_id = {role} AND permission = 'TRANSACTIONS'")
    for token in (person.token, key):
        assert await platform.refuses(token, "conversions(first: 1) { totalCount }")
        assert await platform.count(token, "affiliateAccounts") > 0


async def test_ac5_an_organizations_key_outlives_the_membership_of_who_made_it(platform: Platform) -> None:
    """AC5: it is the organization's; when it is revoked it stands for nobody."""
    number = await platform.add("organization", name="Key House")
    await platform.add("advertiser_profile", organization_id=number, name="Key House Shop")
    maker = await platform.person(await platform.membership("Key House", "Admin"))
    key = await platform.organization_key(number, maker.id)
    assert await platform.names(key, "advertiserProfiles") == ["Key House Shop"]
    await platform.change(f"DELETE FROM role_assignment WHERE user_id = {maker.id}")
    assert await platform.refuses(maker.token, "advertiserProfiles(first: 1) { totalCount }")
    assert await platform.names(key, "advertiserProfiles") == ["Key House Shop"]
    await platform.change(f"UPDATE api_key SET state = 'REVOKED', revoked_at = now() WHERE organization_id = {number}")
    with pytest.raises(UnauthenticatedError):
        await platform.ask(key, "{ __typename }")


async def test_goal7_a_change_of_assignment_moves_what_a_manager_sees(platform: Platform) -> None:
    """GOAL7: the account taken from him is gone, the one given is there, in the next operation."""
    first, second = [await platform.named("affiliate_account", name) for name in (GERMANY, "Bluebird Austria")]
    assigned = ("manager_assignment", {"affiliate_account_id": first})
    bounds: dict[str, Any] = {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED"}
    person = await platform.staff("AFFILIATES:R", also=[assigned], **bounds)
    assert await platform.names(person.token, "affiliateAccounts") == [GERMANY]
    await platform.change(f"UPDATE manager_assignment SET affiliate_account_id = {second} WHERE user_id = {person.id}")
    assert await platform.names(person.token, "affiliateAccounts") == ["Bluebird Austria"]
    assert await platform.node(person.token, "affiliate_account", first) is None
