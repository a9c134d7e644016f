"""Refusals of changes of access, worded by what the actor sees: of anything else they tell nothing (DR1, LK15)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from demo_platform import NORTHWIND, Person, Platform
from lists_of_columns import ALL, READS, has

OFFERS = [{"permission": "OFFERS", "level": "R"}]
MAKING = ("createPlatformRole", "editRole", "cloneRole", "archiveRole")
ASKING = ("Query.policyLint", "ExposureInput.editRole", "ExposureInput.createPlatformRole", "ExposureInput.cloneRole")
EDIT = "mutation ($input: EditRoleInput!) { editRole(input: $input) { __typename } }"
VERSION = "query ($id: ID!) { viewer { version(id: $id) } }"
CONTENT = "id scope seePayout statuses permissions(first: 1) { totalCount }"


async def refusal(platform: Platform, who: Person, mutation: str, role: int, **given: Any) -> dict[str, Any]:
    """What a change of a role answers, which is not made."""
    answer = await platform.change_by(who.token, mutation, "id", role=platform.global_id("role", role), **given)
    assert not answer["__typename"].endswith("Success"), answer
    return answer


async def clone(platform: Platform, who: Person, role: int) -> dict[str, Any]:
    """What cloning a role answers."""
    return await refusal(platform, who, "cloneRole", role, name=f"Copy {uuid4().hex[:8]}")


async def own_role(platform: Platform, who: Person) -> str:
    """The role that somebody of the staff holds, which he sees himself."""
    held = await platform.one("SELECT role_id FROM role_assignment WHERE user_id = $1", who.id)
    return platform.global_id("role", held)


async def of_northwind(platform: Platform, permissions: str) -> int:
    """A role of an organization's own."""
    number = await platform.named("organization", NORTHWIND)
    return await platform.role(permissions, scope="ORGANIZATION", base_type="ORG", organization_id=number)


async def of_every_kind(platform: Platform) -> list[int]:
    """Roles that differ in everything that whoever does not administer access is not shown of them."""
    return [
        await platform.role("OFFERS:R"),
        await platform.role("OFFERS:R BRANDS:W", see_payout=True),
        await platform.role("PAYOUTS:R", base_type="AFFILIATE_MANAGER", user_visibility="ASSIGNED"),
        await platform.role("TRANSACTIONS:R", see_revenue=True, statuses=["APPROVED"]),
        await of_northwind(platform, "PROGRAMS:R"),
        await of_northwind(platform, "TEMPLATE_TERMS:R"),
        await platform.one("SELECT id FROM role WHERE name = 'Administrator'"),
    ]


async def test_dr1_lk15_whoever_sees_names_of_roles_only_has_no_mutations_of_them(platform: Platform) -> None:
    """DR1, LK15: none whose answer could rest on contents or holders, nor versions that count their changes."""
    editor = await platform.staff("SETTINGS:W")
    own = await own_role(platform, editor)
    others = [each for each in await platform.cells(editor.token, "roles", "id name scope") if each["id"] != own]
    assert others
    assert all(each["name"] and each["scope"] is None for each in others)
    for coordinate in (*(f"Mutation.{each}" for each in MAKING), *ASKING):
        assert not await platform.exists(editor.token, coordinate), coordinate
    role = platform.global_id("role", await platform.role("OFFERS:R"))
    assert await platform.refuses(editor.token, EDIT, input={"role": role, "name": f"Role {uuid4().hex[:8]}"})
    for each in (role, own):
        assert (await platform.read(editor.token, VERSION, id=each))["viewer"]["version"] is None
    reader = await platform.staff("SETTINGS:W USERS:R")
    assert all([await platform.exists(reader.token, f"Mutation.{each}") for each in MAKING])
    assert (await platform.read(reader.token, VERSION, id=role))["viewer"]["version"] == 1


@pytest.mark.parametrize("permissions", ["SETTINGS:R USERS:W", "SETTINGS:W", "SETTINGS:W AFFILIATES:W"])
async def test_dr1_lk15_neither_half_of_it_makes_roles(platform: Platform, permissions: str) -> None:
    """DR1, LK15: who sees roles whole and writes no settings makes none either; nor does a key, of whoever may."""
    editor = await platform.staff(permissions)
    key = await platform.user_key((await platform.staff("SETTINGS:W USERS:R")).id, ["SETTINGS:W", "USERS:R"])
    for mutation in MAKING:
        assert not await platform.exists(editor.token, f"Mutation.{mutation}"), mutation
        assert not await platform.exists(key, f"Mutation.{mutation}"), mutation


async def test_dr1_lk15_of_a_role_that_is_not_seen_a_refusal_tells_nothing(platform: Platform) -> None:
    """DR1, LK15: who edits roles of his organization and sees names of others is answered alike about all of these."""
    editor = await platform.staff("SETTINGS:W", also=[await platform.membership("Kestrel Collective", "Admin")])
    roles = await of_every_kind(platform)
    for given in ({"permissions": OFFERS, "seeRevenue": True}, {"permissions": OFFERS, "userVisibility": "ASSIGNED"}):
        answers = [await refusal(platform, editor, "editRole", role, **given) for role in roles]
        assert all(answer == answers[0] for answer in answers), given
        assert answers[0]["code"] == "FORBIDDEN"
    for answers in (
        [await clone(platform, editor, role) for role in roles],
        [await refusal(platform, editor, "archiveRole", role) for role in roles],
    ):
        assert all(answer == answers[0] for answer in answers)
        assert answers[0]["code"] == "FORBIDDEN"
    shipped = await refusal(platform, editor, "editRole", await platform.predefined("Analyst"), permissions=OFFERS)
    assert "predefined" in shipped["message"], "this one he sees"


async def test_c04_lk15_whoever_archives_a_role_sees_who_holds_it(platform: Platform) -> None:
    """C-04, LK15: that somebody holds a role, or is invited to it, refuses; whoever archives sees either."""
    held = await platform.role("OFFERS:R")
    await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": held}))
    shipped = await platform.predefined("Analyst")
    reader = await platform.staff("SETTINGS:W USERS:R")
    seen = [await refusal(platform, reader, "archiveRole", role) for role in (held, shipped)]
    assert "Somebody holds this role" in seen[0]["message"]
    assert "ships with the platform" in seen[1]["message"]


async def test_dr1_what_is_seen_is_named(platform: Platform) -> None:
    """DR1: whoever sees what a role consists of is told what of it he lacks."""
    reader = await platform.staff("SETTINGS:W USERS:R")
    role = await platform.role("OFFERS:R BRANDS:W", see_payout=True)
    said = (await clone(platform, reader, role))["message"]
    assert all(each in said for each in ("permission OFFERS:R", "permission BRANDS:W", "switch see_payout")), said
    boss = await platform.person(await platform.membership(NORTHWIND, await of_northwind(platform, "ACCOUNT_USERS:W")))
    said = (await clone(platform, boss, await of_northwind(platform, "PROGRAMS:R")))["message"]
    assert "permission PROGRAMS:R" in said


async def test_rc7_lk15_a_list_that_is_not_seen_is_not_quoted(platform: Platform) -> None:
    """RC7, LK15: a holder's list refuses a switch, and is named to whoever edits lists."""
    role = await platform.role(READS)
    holder = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role}))
    await has(platform, holder, "clicks", "conversions", "rpc")
    said = {
        more: (await refusal(platform, editor, "editRole", role, seeRevenue=True))["message"]
        for more in ("USERS:R", "USERS:W")
        if (editor := await platform.staff(f"SETTINGS:W {more} {READS}", **ALL))
    }
    assert '"revenue" would follow from "rpc"' in said["USERS:W"]
    assert said["USERS:R"].startswith("This would give away amounts")
    assert not any(word in said["USERS:R"] for word in ("revenue", "rpc", "clicks"))


async def test_dr1_lk15_what_another_holder_is_assigned_decides_for_whoever_sees_it(platform: Platform) -> None:
    """DR1, S10, LK15: an editor sees what else somebody has who holds his role too; without USERS R he edits none."""
    limited = {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED"}
    account = await platform.one("SELECT min(id) FROM affiliate_account")
    for more in ("", "USERS:R"):
        role = await platform.role(f"SETTINGS:W AFFILIATES:R OFFERS:R {more}", **limited)
        editor, other = [
            await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role})) for _ in range(2)
        ]
        await platform.add("manager_assignment", user_id=other.id, affiliate_account_id=account)
        if not more:
            assert not await platform.exists(editor.token, "Mutation.editRole")
            continue
        said = (await refusal(platform, editor, "editRole", role, seeRevenue=False, permissions=OFFERS))["message"]
        assert "a further account" in said
        assert str(account) not in said


async def test_a_role_is_seen_in_all_its_parts_or_in_none(platform: Platform) -> None:
    """K8, LK15: permissions are shown with the role's own cells, so that these stand for all of it."""
    own = await of_northwind(platform, "PROGRAMS:R")
    viewers = [platform.member(key) for key in ("admin", "manager", "adv-admin", "adv-member", "partner-admin")]
    viewers += [
        (await platform.staff("SETTINGS:W")).token,
        (await platform.staff("SETTINGS:R USERS:R")).token,
        (await platform.staff("SETTINGS:W", also=[await platform.membership(NORTHWIND, own)])).token,
    ]
    stored = await platform.stored("SELECT DISTINCT role_id FROM role_permission")
    filled = {platform.global_id("role", each) for each in stored}
    found = [role for viewer in viewers for role in await platform.cells(viewer, "roles", CONTENT)]
    parts = {
        (role["scope"] is not None, role["seePayout"] is not None, role["permissions"]["totalCount"] > 0)
        for role in found
        if role["id"] in filled
    }
    assert parts == {(True, True, True), (False, False, False)}
