"""Invitations: who offers what to whom, and that nothing tells whose address it is (L7, C-06, C-07, SM2)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Person, Platform
from invited_people import Offer, accepted, address, confirmed, mailed, offer, unique_address, unknown_token
from owned_accounts import account, company

STATES = ("PENDING", "ACCEPTED", "DECLINED", "REVOKED", "EXPIRED")
ALL_OF_IT = "AFFILIATES:W TRANSACTIONS:R PAYOUTS:R COMMISSION_PLANS:W"


async def owner_of(platform: Platform, number: int, **limits: Any) -> Person:
    """A new OWNER of an account."""
    return await confirmed(platform, ("collaborator", {"affiliate_account_id": number, "role": "OWNER"} | limits))


async def invited(platform: Platform, who: Person, number: int, email: str, role: str, **more: Any) -> dict[str, Any]:
    """What inviting to an account answers somebody."""
    there = platform.global_id("affiliate_account", number)
    given = {"affiliateAccount": there, "email": email, "role": role}
    return await platform.change_by(who.token, "inviteCollaborator", "invitation { id state }", **given, **more)


async def role_on(platform: Platform, number: int, who: Person) -> str | None:
    """The role that somebody has on an account, as it is stored."""
    statement = "SELECT role::text FROM collaborator WHERE affiliate_account_id = $1 AND user_id = $2"
    found = await platform.stored(statement, number, who.id)
    return found[0] if found else None


async def state_of(platform: Platform, invitation: Offer) -> str:
    """Where an invitation stands."""
    return str(await platform.one("SELECT state::text FROM invitation WHERE id = $1", invitation.id))


async def test_l7_sm2_an_invitation_becomes_access_when_it_is_accepted(platform: Platform) -> None:
    """L7, L9, SM2: nothing before; the mailed token, once, by the proven address; on this account only."""
    number, other = await account(platform), await account(platform)
    owner, guest = await owner_of(platform, number), await confirmed(platform)
    email = await address(platform, guest)
    made = await invited(platform, owner, number, email.upper(), "READ_ONLY")
    assert made["invitation"]["state"] == "PENDING", made
    assert await platform.node(guest.token, "affiliate_account", number) is None
    token = await mailed(platform, email)
    assert token is not None
    for table in ("invitation", "outgoing_mail", "audit_log"):
        rows = await platform.stored(f"SELECT t::text FROM {table} t")
        assert not any(token in row for row in rows), table
    answer = await accepted(platform, guest, token)
    assert answer["invitation"]["state"] == "ACCEPTED", answer
    assert await role_on(platform, number, guest) == "READ_ONLY"
    assert await platform.node(guest.token, "affiliate_account", number) is not None
    assert await platform.node(guest.token, "affiliate_account", other) is None
    assert (await accepted(platform, guest, token))["__typename"] == "ValidationError"
    logged = await platform.stored("SELECT action FROM audit_log WHERE affiliate_account_id = $1 ORDER BY id", number)
    assert logged == ["invitation:create", "collaborator:create", "invitation:accept"]


async def test_the_answer_does_not_tell_whether_an_address_is_somebodys(platform: Platform) -> None:
    """LK15, SM2: registered, unknown and suspended are answered alike, and each gets a mail."""
    number = await account(platform)
    owner, known, away = await owner_of(platform, number), await confirmed(platform), await confirmed(platform)
    await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {away.id}")
    addresses = [await address(platform, known), await address(platform, away), unique_address()]
    answers = [await invited(platform, owner, number, each, "READ_ONLY") for each in addresses]
    assert {(each["__typename"], each["invitation"]["state"]) for each in answers} == {
        ("InviteCollaboratorSuccess", "PENDING")
    }
    kept = await platform.stored("SELECT email FROM outgoing_mail WHERE email = ANY($1::text[])", addresses)
    assert sorted(kept) == sorted(addresses)
    twice = [await invited(platform, owner, number, each, "OWNER") for each in addresses]
    assert twice[0] == twice[1] == twice[2]
    assert (twice[0]["__typename"], twice[0]["path"]) == ("ValidationError", ["email"])
    await platform.change(f"UPDATE invitation SET expires_at = now() - interval '1 day' WHERE email = '{addresses[2]}'")
    assert (await invited(platform, owner, number, addresses[2], "OWNER"))["__typename"].endswith("Success")
    states = await platform.stored("SELECT state::text FROM invitation WHERE email = $1 ORDER BY id", addresses[2])
    assert states == ["EXPIRED", "PENDING"]


async def test_sm2_a_token_is_good_for_the_proven_address_only(platform: Platform) -> None:
    """SM2, AC7: another person, an unproven address, no such token: all are answered alike, and nothing changes."""
    number = await account(platform)
    owner, guest, other = await owner_of(platform, number), await platform.person(), await confirmed(platform)
    waiting = await offer(platform, guest, owner, affiliate_account_id=number)
    tries = [(other, waiting.token), (owner, waiting.token), (guest, waiting.token), (other, unknown_token())]
    tries += [(other, text) for text in ("", "sl_mail_", waiting.token[:-1] + "_", "é" * 40)]
    answers = [await accepted(platform, who, token) for who, token in tries]
    assert all(each == answers[0] for each in answers)
    assert (answers[0]["__typename"], answers[0]["path"]) == ("NotFound", ["token"])
    assert await state_of(platform, waiting) == "PENDING"
    await platform.change(f"UPDATE app_user SET email_verified_at = now() WHERE id = {guest.id}")
    assert (await accepted(platform, guest, waiting.token))["invitation"]["state"] == "ACCEPTED"


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("action", ["accept", "decline", "revoke"])
async def test_sm2_every_transition(platform: Platform, before: str, action: str) -> None:
    """SM2: only what waits is answered; every other state is final and refuses with a typed error."""
    number = await account(platform)
    owner, guest = await owner_of(platform, number), await confirmed(platform)
    there = await offer(platform, guest, owner, affiliate_account_id=number, state=before)
    which = {"invitation": platform.global_id("invitation", there.id)}
    if action == "accept":
        answer = await accepted(platform, guest, there.token)
    else:
        who, name = (guest, "declineInvitation") if action == "decline" else (owner, "revokeInvitation")
        answer = await platform.change_by(who.token, name, "invitation { id state }", **which)
    after = {"accept": "ACCEPTED", "decline": "DECLINED", "revoke": "REVOKED"}[action]
    if before == "PENDING":
        assert answer["invitation"]["state"] == after
    else:
        assert answer["__typename"] == "ValidationError"
    assert await state_of(platform, there) == (after if before == "PENDING" else before)
    got = "READ_ONLY" if (before, action) == ("PENDING", "accept") else None
    assert await role_on(platform, number, guest) == got


async def test_sm2_too_late_is_expired(platform: Platform) -> None:
    """SM2: what has ended by the clock gives nothing, and says so."""
    number = await account(platform)
    owner, guest = await owner_of(platform, number), await confirmed(platform)
    past = await platform.one("SELECT now() - interval '1 second'")
    there = await offer(platform, guest, owner, affiliate_account_id=number, expires_at=past)
    assert (await accepted(platform, guest, there.token))["invitation"]["state"] == "EXPIRED"
    assert await role_on(platform, number, guest) is None


@pytest.mark.parametrize("lost", ["removed", "demoted", "suspended", "ended"])
async def test_sm2_c06_an_inviter_who_lost_the_right_gives_nothing(platform: Platform, lost: str) -> None:
    """SM2, C-06, DR16: decided by his rights of then; the invitation is REVOKED."""
    number = await account(platform)
    owner, guest = await owner_of(platform, number), await confirmed(platform)
    there = await offer(platform, guest, owner, affiliate_account_id=number, collaborator_role="OWNER")
    own = f"WHERE affiliate_account_id = {number} AND user_id = {owner.id}"
    await platform.change(
        {
            "removed": f"DELETE FROM collaborator {own}",
            "demoted": f"UPDATE collaborator SET role = 'MANAGER' {own}",
            "suspended": f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {owner.id}",
            "ended": f"UPDATE collaborator SET expires_at = now() - interval '1 day' {own}",
        }[lost]
    )
    assert (await accepted(platform, guest, there.token))["invitation"]["state"] == "REVOKED"
    assert await role_on(platform, number, guest) is None
    assert await platform.node(guest.token, "affiliate_account", number) is None


async def test_dr13_what_is_given_until_some_day_ends_then(platform: Platform) -> None:
    """DR13: an OWNER until some day gives access until then; an access that has ended is given anew."""
    number = await account(platform)
    end = await platform.one("SELECT date_trunc('milliseconds', now() + interval '9 days')")
    owner, guest = await owner_of(platform, number, expires_at=end), await confirmed(platform)
    past = await platform.one("SELECT now() - interval '1 day'")
    await platform.add("collaborator", affiliate_account_id=number, user_id=guest.id, role="MANAGER", expires_at=past)
    there = await offer(platform, guest, owner, affiliate_account_id=number)
    assert (await accepted(platform, guest, there.token))["invitation"]["state"] == "ACCEPTED"
    (row,) = await platform.rows("SELECT role::text, expires_at FROM collaborator WHERE user_id = $1", guest.id)
    assert (row["role"], row["expires_at"]) == ("READ_ONLY", end)


async def test_who_has_access_already_is_not_given_it_again(platform: Platform) -> None:
    """C-06, L8: an invitation never changes a role that is held; it waits, to be declined."""
    number = await account(platform)
    owner = await owner_of(platform, number)
    guest = await confirmed(platform, ("collaborator", {"affiliate_account_id": number, "role": "MANAGER"}))
    there = await offer(platform, guest, owner, affiliate_account_id=number, collaborator_role="OWNER")
    assert (await accepted(platform, guest, there.token))["__typename"] == "ValidationError"
    assert (await role_on(platform, number, guest), await state_of(platform, there)) == ("MANAGER", "PENDING")


@pytest.mark.parametrize(
    ("permissions", "gives"),
    [
        (ALL_OF_IT, {"READ_ONLY", "MANAGER"}),
        ("AFFILIATES:W TRANSACTIONS:R PAYOUTS:R COMMISSION_PLANS:R", {"READ_ONLY"}),
        ("AFFILIATES:W PAYOUTS:R COMMISSION_PLANS:W", set()),
        ("AFFILIATES:W TRANSACTIONS:R COMMISSION_PLANS:W", set()),
        ("AFFILIATES:R TRANSACTIONS:W PAYOUTS:W COMMISSION_PLANS:W USERS:W", set()),
        ("ADMIN:W", {"READ_ONLY", "MANAGER"}),
    ],
)
async def test_c07_a24_what_staff_give_on_an_account_that_has_an_owner(
    platform: Platform, permissions: str, gives: set[str]
) -> None:
    """C-07, A24, L6: what the role shows must be seen by the same path; MANAGER needs Commission Plans W; no OWNER."""
    number = await account(platform)
    await owner_of(platform, number)
    staff = await platform.staff(permissions, see_payout=True)
    for role in ("READ_ONLY", "MANAGER", "OWNER"):
        if not gives:
            assert not await platform.exists(staff.token, "Mutation.inviteCollaborator")
            continue
        answer = await invited(platform, staff, number, unique_address(), role)
        assert answer["__typename"] == ("InviteCollaboratorSuccess" if role in gives else "Forbidden"), role


@pytest.mark.parametrize("limit", ["no payout", "statuses", "unassigned"])
async def test_c07_staff_who_see_less_give_nothing(platform: Platform, limit: str) -> None:
    """C-07, S13, S10: without the payout switch, with some statuses only, or on accounts that are not assigned."""
    number = await account(platform)
    values: dict[str, Any] = {
        "no payout": {"see_payout": False},
        "statuses": {"see_payout": True, "statuses": ["APPROVED"]},
        "unassigned": {"see_payout": True, "base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED"},
    }[limit]
    staff = await platform.staff(ALL_OF_IT, **values)
    if limit == "unassigned":
        assert (await invited(platform, staff, number, unique_address(), "READ_ONLY"))["__typename"] == "NotFound"
    else:
        assert not await platform.exists(staff.token, "Mutation.inviteCollaborator")


async def test_c07_staff_make_an_owner_only_where_there_is_none(platform: Platform) -> None:
    """C-07, DR13: an owner who is suspended or until some day does not count; never oneself; asked again at the end."""
    number = await account(platform)
    staff, guest = await platform.staff(f"{ALL_OF_IT} USERS:R", see_payout=True), await confirmed(platform)
    away = await owner_of(platform, number)
    await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {away.id}")
    oneself = await invited(platform, staff, number, await address(platform, staff), "OWNER")
    assert oneself["__typename"] == "Forbidden"
    email = await address(platform, guest)
    assert (await invited(platform, staff, number, email, "OWNER"))["__typename"].endswith("Success")
    token = await mailed(platform, email)
    assert token is not None
    await platform.change(f"UPDATE app_user SET status = 'ACTIVE' WHERE id = {away.id}")
    assert (await accepted(platform, guest, token))["invitation"]["state"] == "REVOKED", "there is one again"
    assert await role_on(platform, number, guest) is None


@pytest.mark.parametrize("role", ["READ_ONLY", "OWNER", "MANAGER"])
async def test_a23_c07_an_owner_gives_read_only_and_owner(platform: Platform, role: str) -> None:
    """A23, C-06: MANAGER is not an OWNER's to give, and an offer of it that he made gives nothing."""
    number = await account(platform)
    owner, guest = await owner_of(platform, number), await confirmed(platform)
    answer = await invited(platform, owner, number, unique_address(), role)
    assert answer["__typename"] == ("Forbidden" if role == "MANAGER" else "InviteCollaboratorSuccess")
    there = await offer(platform, guest, owner, affiliate_account_id=number, collaborator_role=role)
    await accepted(platform, guest, there.token)
    assert await role_on(platform, number, guest) == (None if role == "MANAGER" else role)


@pytest.mark.parametrize(
    "key",
    ["collab-readonly", "collab-manager", "partner-admin", "company-owner", "adv-admin", "support", "owner-key"],
)
async def test_l4_l10_who_invites_nobody(platform: Platform, key: str) -> None:
    """L4, L10, 3.11, SM6: neither readers nor MANAGERs, nor the partner's ADMIN, nor owners of companies, nor keys."""
    for mutation in ("inviteCollaborator", "changeCollaborator", "removeCollaborator"):
        assert not await platform.exists(platform.member(key), f"Mutation.{mutation}"), mutation


async def test_l9_an_owner_invites_to_his_own_account_only(platform: Platform) -> None:
    """L9, AC3, AC12: forbidden where he reads, not found where he sees nothing; the syntax comes first."""
    mine, other, hidden = [await account(platform) for _ in range(3)]
    owner = await owner_of(platform, mine)
    await platform.add("collaborator", affiliate_account_id=other, user_id=owner.id, role="READ_ONLY")
    kinds = [
        (await invited(platform, owner, each, unique_address(), "READ_ONLY"))["__typename"]
        for each in (other, hidden, 987_654_321)
    ]
    assert kinds == ["Forbidden", "NotFound", "NotFound"]
    wrong = await invited(platform, owner, hidden, "no address", "READ_ONLY")
    assert (wrong["__typename"], wrong["path"]) == ("ValidationError", ["email"])


async def test_l10_c07_the_setting_asks_inviters_for_the_company(platform: Platform) -> None:
    """L10, C-07: off by default; on, an OWNER without access to the account's company invites nobody."""
    number = await account(platform)
    with_company, without = await owner_of(platform, number), await owner_of(platform, number)
    own = await company(platform, member=with_company.id)
    await platform.change(f"UPDATE affiliate_account SET company_id = {own} WHERE id = {number}")
    setting = "UPDATE platform_setting SET value = '{}' WHERE key = 'invite_requires_company'"
    await platform.change(setting.format("true"))
    kinds = [
        (await invited(platform, who, number, unique_address(), "READ_ONLY"))["__typename"]
        for who in (with_company, without)
    ]
    await platform.change(setting.format("false"))
    assert kinds == ["InviteCollaboratorSuccess", "Forbidden"]
    later = await invited(platform, without, number, unique_address(), "READ_ONLY")
    assert later["__typename"] == "InviteCollaboratorSuccess"


async def test_a_revoked_invitation_is_not_sent(platform: Platform) -> None:
    """SM2: taken back before the post went, nothing is sent and no token was ever made; strangers find nothing."""
    number = await account(platform)
    owner, guest, stranger = await owner_of(platform, number), await confirmed(platform), await confirmed(platform)
    email = await address(platform, guest)
    made = (await invited(platform, owner, number, email, "READ_ONLY"))["invitation"]["id"]
    for mutation in ("revokeInvitation", "declineInvitation"):
        if await platform.exists(stranger.token, f"Mutation.{mutation}"):
            answer = await platform.change_by(stranger.token, mutation, "id", invitation=made)
            assert answer["__typename"] == "NotFound", mutation
    assert (await platform.change_by(owner.token, "declineInvitation", "id", invitation=made))[
        "__typename"
    ] == "Forbidden"
    done = await platform.change_by(owner.token, "revokeInvitation", "invitation { state }", invitation=made)
    assert done["invitation"]["state"] == "REVOKED"
    assert await mailed(platform, email) is None


async def test_who_takes_which_invitation_back(platform: Platform) -> None:
    """AC3, 3.10: User Management is for the operator's staff, Manage Affiliates for accounts, ADMIN for his own."""
    number, guest = await account(platform), await confirmed(platform)
    owner = await owner_of(platform, number)
    northwind = await platform.named("organization", NORTHWIND)
    member = await platform.predefined("Member")
    there = platform.global_id("invitation", (await offer(platform, guest, owner, affiliate_account_id=number)).id)
    inside = platform.global_id(
        "invitation",
        (await offer(platform, guest, owner, scope="ORGANIZATION", organization_id=northwind, role_id=member)).id,
    )
    users = await platform.staff("USERS:W")
    both = await platform.staff("USERS:R AFFILIATES:W")
    admin = await platform.person(await platform.membership(NORTHWIND, "Admin"))
    tries = [(users, there), (users, inside), (both, inside), (admin, there), (both, there), (admin, inside)]
    kinds = [
        (await platform.change_by(who.token, "revokeInvitation", "id", invitation=each))["__typename"]
        for who, each in tries
    ]
    assert kinds == ["Forbidden"] * 3 + ["NotFound"] + ["RevokeInvitationSuccess"] * 2


async def test_f22_one_invitation_is_accepted_once(platform: Platform) -> None:
    """F22, SM2: accepted many times at once it gives access once; accepted and revoked at once, one of the two."""
    number = await account(platform)
    owner, guest = await owner_of(platform, number), await confirmed(platform)
    there = await offer(platform, guest, owner, affiliate_account_id=number)
    answers = await asyncio.gather(*(accepted(platform, guest, there.token) for _ in range(5)))
    assert sorted(each["__typename"] for each in answers) == ["AcceptInvitationSuccess"] + ["ValidationError"] * 4
    second = await confirmed(platform)
    crossed = await offer(platform, second, owner, affiliate_account_id=number)
    which = platform.global_id("invitation", crossed.id)
    both = await asyncio.gather(
        accepted(platform, second, crossed.token),
        platform.change_by(owner.token, "revokeInvitation", "id", invitation=which),
    )
    assert sorted(each["__typename"] == "ValidationError" for each in both) == [False, True]
    got = "READ_ONLY" if await state_of(platform, crossed) == "ACCEPTED" else None
    assert await role_on(platform, number, second) == got


async def test_k18_dr2_administrators_invite_members(platform: Platform) -> None:
    """K18, K17, DR2, 3.11: ADMIN invites into any role; MEMBER and GUEST have no such mutation; the role is given."""
    bluebird = platform.global_id("organization", await platform.named("organization", BLUEBIRD))
    admin, guest = await platform.person(await platform.membership(BLUEBIRD, "Admin")), await confirmed(platform)
    email = await address(platform, guest)
    given = {
        "organization": bluebird,
        "email": email,
        "role": platform.global_id("role", await platform.predefined("Guest")),
    }
    made = await platform.change_by(admin.token, "inviteMember", "invitation { state }", **given)
    assert made["invitation"]["state"] == "PENDING", made
    token = await mailed(platform, email)
    assert token is not None
    assert (await accepted(platform, guest, token))["invitation"]["state"] == "ACCEPTED"
    held = await platform.stored(
        "SELECT r.name FROM role_assignment a JOIN role r ON r.id = a.role_id WHERE a.user_id = $1", guest.id
    )
    assert held == ["Guest"]
    for role in ("Member", "Guest"):
        who = await platform.person(await platform.membership(BLUEBIRD, role))
        assert not await platform.exists(who.token, "Mutation.inviteMember")


async def test_dr1_dr2_nobody_offers_what_he_does_not_hold(platform: Platform) -> None:
    """DR1, DR2, I3: Account Users invites into what it holds itself, never into ADMIN; and lost rights give nothing."""
    number = await platform.named("organization", NORTHWIND)
    values = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": number}
    held = await platform.role("ACCOUNT_USERS:W PROGRAMS:R", **values)
    less, more = await platform.role("PROGRAMS:R", **values), await platform.role("FINANCE_REPORTING:R", **values)
    who = await platform.person(await platform.membership(NORTHWIND, held))
    northwind = platform.global_id("organization", number)
    elsewhere = platform.global_id("organization", await platform.named("organization", BLUEBIRD))
    kinds = [
        (
            await platform.change_by(
                who.token,
                "inviteMember",
                "id",
                organization=where,
                email=unique_address(),
                role=platform.global_id("role", role),
            )
        )["__typename"]
        for where, role in (
            (northwind, less),
            (northwind, more),
            (northwind, await platform.predefined("Admin")),
            (elsewhere, less),
        )
    ]
    assert kinds == ["InviteMemberSuccess", "Forbidden", "Forbidden", "NotFound"]
    guest = await confirmed(platform)
    waiting = await offer(platform, guest, who, scope="ORGANIZATION", organization_id=number, role_id=less)
    await platform.change(
        f"UPDATE role_permission SET permission = 'TRACKING' WHERE role_id = {held} AND permission = 'PROGRAMS'"
    )
    assert (await accepted(platform, guest, waiting.token))["invitation"]["state"] == "REVOKED"
    assert await platform.stored("SELECT 1 FROM role_assignment WHERE user_id = $1", guest.id) == []


async def test_dr1_an_offer_of_staff_work_is_given_by_the_inviters_rights(platform: Platform) -> None:
    """DR1, A13: a role of the operator's staff; User Management gives what it holds, at the moment of acceptance."""
    role = await platform.role("OFFERS:R")
    strong, weak = await platform.staff("USERS:W OFFERS:R"), await platform.staff("USERS:W")
    for inviter, state in ((strong, "ACCEPTED"), (weak, "REVOKED")):
        guest = await confirmed(platform)
        there = await offer(platform, guest, inviter, scope="PLATFORM", role_id=role)
        assert (await accepted(platform, guest, there.token))["invitation"]["state"] == state
        held = await platform.stored("SELECT role_id FROM role_assignment WHERE user_id = $1", guest.id)
        assert held == ([role] if state == "ACCEPTED" else [])
