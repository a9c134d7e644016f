"""Collaborators: other roles, removal and leaving; an OWNER who stays remains (L8, C-06, C-07, SM2)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from demo_platform import Person, Platform
from owned_accounts import account

ALL_OF_IT = "AFFILIATES:W TRANSACTIONS:R PAYOUTS:R COMMISSION_PLANS:W"


async def on(platform: Platform, number: int, role: str, **limits: Any) -> Person:
    """A new collaborator of an account."""
    return await platform.person(("collaborator", {"affiliate_account_id": number, "role": role} | limits))


async def row_of(platform: Platform, number: int, who: Person) -> str:
    """The id of somebody's access to an account."""
    statement = "SELECT id FROM collaborator WHERE affiliate_account_id = $1 AND user_id = $2"
    return platform.global_id("collaborator", await platform.one(statement, number, who.id))


async def roles(platform: Platform, number: int) -> dict[int, str]:
    """Who collaborates on an account, and how."""
    rows = await platform.rows("SELECT user_id, role::text FROM collaborator WHERE affiliate_account_id = $1", number)
    return {row["user_id"]: row["role"] for row in rows}


async def changed(platform: Platform, who: Person, row: str, **given: Any) -> str:
    """What changing a collaborator answers somebody."""
    return str(
        (await platform.change_by(who.token, "changeCollaborator", "id", collaborator=row, **given))["__typename"]
    )


async def removed(platform: Platform, who: Person, row: str) -> str:
    """What removing a collaborator answers somebody."""
    return str((await platform.change_by(who.token, "removeCollaborator", "id", collaborator=row))["__typename"])


async def left(platform: Platform, who: Person, number: int) -> str:
    """What leaving an account answers somebody."""
    there = platform.global_id("affiliate_account", number)
    return str((await platform.change_by(who.token, "leaveAccount", "id", affiliateAccount=there))["__typename"])


async def test_l8_owners_change_and_remove_at_once(platform: Platform) -> None:
    """L8, A23: READ_ONLY becomes OWNER and back; who is removed sees nothing from the next operation on; all logged."""
    number = await account(platform)
    owner, other = await on(platform, number, "OWNER"), await on(platform, number, "READ_ONLY")
    row = await row_of(platform, number, other)
    assert await changed(platform, owner, row, role="OWNER") == "ChangeCollaboratorSuccess"
    assert await changed(platform, owner, row, role="READ_ONLY") == "ChangeCollaboratorSuccess"
    assert await platform.node(other.token, "affiliate_account", number) is not None
    assert await removed(platform, owner, row) == "RemoveCollaboratorSuccess"
    assert await platform.node(other.token, "affiliate_account", number) is None
    logged = await platform.rows("SELECT * FROM audit_log WHERE affiliate_account_id = $1 ORDER BY id", number)
    assert [each["action"] for each in logged] == ["collaborator:edit", "collaborator:edit", "collaborator:remove"]
    assert {(each["target_type"], each["via_path"]) for each in logged} == {("collaborator", "COLLABORATOR")}


async def test_c07_managers_are_staffs_to_give_change_and_remove(platform: Platform) -> None:
    """C-07, A24, C-06: an OWNER neither makes, demotes nor removes a MANAGER; staff need Commission Plans W."""
    number = await account(platform)
    owner, manager = await on(platform, number, "OWNER"), await on(platform, number, "MANAGER")
    reader = await on(platform, number, "READ_ONLY")
    theirs, its = await row_of(platform, number, manager), await row_of(platform, number, reader)
    without = await platform.staff("AFFILIATES:W TRANSACTIONS:R PAYOUTS:R", see_payout=True)
    for who in (owner, without):
        assert await changed(platform, who, its, role="MANAGER") == "Forbidden"
        assert await changed(platform, who, theirs, role="READ_ONLY") == "Forbidden"
        assert await removed(platform, who, theirs) == "Forbidden"
    staff = await platform.staff(ALL_OF_IT, see_payout=True)
    assert await changed(platform, staff, its, role="MANAGER") == "ChangeCollaboratorSuccess"
    assert await changed(platform, staff, theirs, role="READ_ONLY") == "ChangeCollaboratorSuccess"
    assert await removed(platform, staff, its) == "RemoveCollaboratorSuccess"
    assert await roles(platform, number) == {owner.id: "OWNER", manager.id: "READ_ONLY"}


async def test_ac3_two_half_rights_do_not_add_up(platform: Platform) -> None:
    """AC3, DR1: OWNER by one path and MANAGER by another: from OWNER to MANAGER needs both roles of one path."""
    number = await account(platform)
    role = await platform.role(ALL_OF_IT)
    both = await on(platform, number, "OWNER")
    await platform.add("role_assignment", user_id=both.id, scope="PLATFORM", role_id=role)
    other = await on(platform, number, "OWNER")
    assert await changed(platform, both, await row_of(platform, number, other), role="MANAGER") == "Forbidden"
    assert (await roles(platform, number))[other.id] == "OWNER"


async def test_c07_staff_never_raise_themselves_nor_a_second_owner(platform: Platform) -> None:
    """C-07, 3.11: nobody raises himself by the module; no OWNER where there is one; removes one if one remains."""
    number = await account(platform)
    staff = await platform.staff(f"{ALL_OF_IT} USERS:R", see_payout=True)
    await platform.add("collaborator", affiliate_account_id=number, user_id=staff.id, role="READ_ONLY")
    reader, own = await on(platform, number, "READ_ONLY"), await row_of(platform, number, staff)
    assert await changed(platform, staff, own, role="MANAGER") == "Forbidden"
    assert await changed(platform, staff, own, role="OWNER") == "Forbidden"
    row = await row_of(platform, number, reader)
    assert await changed(platform, staff, row, role="OWNER") == "ChangeCollaboratorSuccess", "there was none"
    second = await on(platform, number, "READ_ONLY")
    other = await row_of(platform, number, second)
    assert await changed(platform, staff, other, role="OWNER") == "Forbidden"
    assert await removed(platform, staff, row) == "Forbidden", "nobody would remain"
    await platform.change(f"UPDATE collaborator SET role = 'OWNER' WHERE user_id = {second.id}")
    assert await removed(platform, staff, row) == "RemoveCollaboratorSuccess"


async def test_sm2_dr13_the_last_owner_who_stays_is_not_removed(platform: Platform) -> None:
    """SM2, DR13: neither demoted, nor given an end, nor removed, nor leaving; READ_ONLY leaves freely."""
    number = await account(platform)
    owner, reader = await on(platform, number, "OWNER"), await on(platform, number, "READ_ONLY")
    end = await platform.one("SELECT now() + interval '9 days'")
    await on(platform, number, "OWNER", expires_at=end)
    row = await row_of(platform, number, owner)
    assert await changed(platform, owner, row, role="READ_ONLY") == "Forbidden"
    assert await changed(platform, owner, row, expiresAt=end.isoformat()) == "Forbidden"
    assert await removed(platform, owner, row) == "Forbidden"
    assert await left(platform, owner, number) == "Forbidden"
    assert await left(platform, reader, number) == "LeaveAccountSuccess"
    await on(platform, number, "OWNER")
    assert await left(platform, owner, number) == "LeaveAccountSuccess"
    assert owner.id not in await roles(platform, number)


async def test_dr13_an_owner_until_some_day(platform: Platform) -> None:
    """DR13: he gives nothing longer, himself included, and does not touch who stays."""
    number = await account(platform)
    end, later = (await platform.rows("SELECT now() + interval '9 days', now() + interval '20 days'"))[0]
    owner, until = await on(platform, number, "OWNER"), await on(platform, number, "OWNER", expires_at=end)
    reader = await on(platform, number, "READ_ONLY", expires_at=end)
    assert await removed(platform, until, await row_of(platform, number, owner)) == "Forbidden"
    own = await row_of(platform, number, until)
    assert await changed(platform, until, own, expiresAt=later.isoformat()) == "Forbidden"
    assert await changed(platform, until, own, expiresAt=None) == "Forbidden"
    row = await row_of(platform, number, reader)
    assert await changed(platform, until, row, expiresAt=None) == "Forbidden"
    assert await removed(platform, until, row) == "RemoveCollaboratorSuccess"


async def test_l9_ac7_collaborators_of_other_accounts(platform: Platform) -> None:
    """L9, AC7, AC12: not found where one sees nothing, forbidden where one reads; leaving needs being there."""
    number, other = await account(platform), await account(platform)
    await on(platform, number, "OWNER")
    theirs = await on(platform, number, "READ_ONLY")
    owner = await on(platform, other, "OWNER")
    row = await row_of(platform, number, theirs)
    hidden = [await removed(platform, owner, each) for each in (row, platform.global_id("collaborator", 987_654_321))]
    assert hidden == ["NotFound", "NotFound"]
    await platform.add("collaborator", affiliate_account_id=number, user_id=owner.id, role="READ_ONLY")
    assert await removed(platform, owner, row) == "Forbidden"
    assert await changed(platform, owner, row, role="OWNER") == "Forbidden"
    staff = await platform.staff(
        "AFFILIATES:R", also=[("collaborator", {"affiliate_account_id": other, "role": "READ_ONLY"})]
    )
    assert await left(platform, staff, number) == "NotFound", "seen by the module, and no collaborator there"


@pytest.mark.parametrize("key", ["owner-key", "bluebird-key", "nobody", "partner-admin"])
async def test_sm6_who_cannot_leave(platform: Platform, key: str) -> None:
    """SM6, L9: no key, and nobody who is no collaborator."""
    assert not await platform.exists(platform.member(key), "Mutation.leaveAccount")


async def test_sm2_two_owners_leave_at_once(platform: Platform) -> None:
    """SM2, DR10: of two crossing departures one is made; the account is never without an owner."""
    for _ in range(4):
        number = await account(platform)
        first, second = await on(platform, number, "OWNER"), await on(platform, number, "OWNER")
        answers = await asyncio.gather(left(platform, first, number), left(platform, second, number))
        assert sorted(answers) == ["Forbidden", "LeaveAccountSuccess"]
        assert len(await roles(platform, number)) == 1
