"""Settlements about grants: what limits all of them, what ships, and what taking from a giver leaves."""

from __future__ import annotations

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Person, Platform

from sightline.resolvers.errors import UnauthenticatedError

GERMANY = "Bluebird Germany"


async def test_s1_c15_five_default_roles(platform: Platform) -> None:
    """S1, C-15: these and no other; Administrator has a base of its own, Financial Manager is a MANAGER."""
    rows = await platform.rows("SELECT name, base_type::text FROM role WHERE origin = 'DEFAULT' AND scope = 'PLATFORM'")
    assert {row["name"]: row["base_type"] for row in rows} == {
        "Administrator": "ADMINISTRATOR",
        "Manager": "MANAGER",
        "Affiliate Manager": "AFFILIATE_MANAGER",
        "Advertiser Manager": "ADVERTISER_MANAGER",
        "Financial Manager": "MANAGER",
    }
    answer = await platform.change_by(
        platform.member("admin"),
        "createPlatformRole",
        "id",
        name="A second one",
        baseType="ADMINISTRATOR",
        permissions=[{"permission": "ADMIN", "level": "W"}],
        seeRevenue=True,
        seePayout=True,
        seeSaleAmount=True,
    )
    assert answer["__typename"] == "ValidationError"


async def test_l11_c08_no_role_takes_what_a_collaborator_has(platform: Platform) -> None:
    """L11, C-08: a role of the operator's, whatever it lacks, takes nothing from other paths; nor gives it to them."""
    owner = await platform.collaborator(GERMANY, "OWNER")
    plain = await platform.person(owner)
    employed = await platform.staff("BRANDS:R", also=[owner])
    limited = await platform.staff("TRANSACTIONS:R", also=[owner], statuses=["REJECTED"])
    elsewhere = await platform.staff("BRANDS:R")
    cells = "conversions", "id status payout { amount }"
    account = await platform.named("affiliate_account", GERMANY)
    assert [*await platform.cells(plain.token, *cells)] == [*await platform.cells(employed.token, *cells)]
    for who in (plain, employed, limited):
        assert await platform.exists(who.token, "Mutation.inviteCollaborator")
        assert await platform.node(who.token, "affiliate_account", account) is not None
    of_account = await platform.cells(plain.token, *cells)
    assert of_account
    seen = await platform.cells(limited.token, *cells)
    assert all(each in seen for each in of_account)
    others = {each["status"] for each in seen if each not in of_account}
    assert others == {"REJECTED"}, "the limit to statuses holds on the path that has it"
    assert not await platform.exists(elsewhere.token, "Mutation.inviteCollaborator")
    assert not await platform.exists(elsewhere.token, "Query.affiliateAccounts")


async def test_c08_suspension_and_scopes_limit_every_path(platform: Platform) -> None:
    """C-08, L11: the status of the user and the scopes of a key hold for all paths at once."""
    person = await platform.staff(
        "BRANDS:R",
        also=[await platform.collaborator(GERMANY, "OWNER"), await platform.membership(NORTHWIND, "Member")],
    )
    opened = {"BRANDS:R": "Brand.operatorNotes", "account:R": "Query.affiliateAccounts", "org:R": "Query.memberships"}
    for scope in opened:
        script = await platform.user_key(person.id, [scope])
        for other, coordinate in opened.items():
            assert await platform.exists(script, coordinate) is (scope == other), (scope, coordinate)
            assert await platform.exists(person.token, coordinate)
    script = await platform.user_key(person.id, list(opened))
    await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {person.id}")
    for token in (person.token, script):
        with pytest.raises(UnauthenticatedError):
            await platform.ask(token, "{ __typename }")


async def _assigned(platform: Platform, giver: Person, target: Person, role: int) -> str:
    """What giving somebody a staff role answers."""
    given = {"user": platform.global_id("app_user", target.id), "role": platform.global_id("role", role)}
    answer = await platform.change_by(giver.token, "assignPlatformRole", "id", **given)
    return str(answer["__typename"])


async def test_dr12_what_a_giver_loses_his_grantees_keep(platform: Platform) -> None:
    """DR12: on the platform, whether the giver loses the permission, his role or his standing; he gives no more."""
    giver, target, late = await platform.staff("USERS:W BRANDS:R"), await platform.person(), await platform.person()
    role = await platform.role("BRANDS:R")
    assert await _assigned(platform, giver, target, role) == "AssignPlatformRoleSuccess"
    admin = platform.member("admin")
    held = await platform.one("SELECT role_id FROM role_assignment WHERE user_id = $1", giver.id)
    await platform.change(f"DELETE FROM role_permission WHERE role_id = {held} AND permission = 'BRANDS'")
    assert await platform.exists(target.token, "Brand.operatorNotes")
    assert await _assigned(platform, giver, late, role) == "Forbidden"
    for mutation in ("removePlatformRole", "suspendUser"):
        user = platform.global_id("app_user", giver.id)
        answer = await platform.change_by(admin, mutation, "id", user=user)
        assert answer["__typename"].endswith("Success"), mutation
        assert await platform.exists(target.token, "Brand.operatorNotes"), mutation
    assert not await platform.exists(late.token, "Brand.operatorNotes")


async def test_dr12_in_an_organization(platform: Platform) -> None:
    """DR12: an ADMIN made by somebody who is removed stays; and removes in turn."""
    boss, grantee = [await platform.person(await platform.membership(BLUEBIRD, name)) for name in ("Admin", "Member")]

    async def membership(person: Person) -> str:
        number = await platform.one("SELECT id FROM role_assignment WHERE user_id = $1", person.id)
        return platform.global_id("role_assignment", number)

    admin_role = platform.global_id("role", await platform.predefined("Admin"))
    given = {"membership": await membership(grantee), "role": admin_role}
    answer = await platform.change_by(boss.token, "changeMembership", "id", **given)
    assert answer["__typename"] == "ChangeMembershipSuccess"
    gone = await platform.change_by(grantee.token, "removeMember", "id", membership=await membership(boss))
    assert gone["__typename"] == "RemoveMemberSuccess"
    assert await platform.exists(grantee.token, "Mutation.removeMember")
    assert not await platform.exists(boss.token, "Mutation.removeMember")
