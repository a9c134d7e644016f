"""Affiliate accounts: who opens them, who decides about them, and the whole of their life cycle (A2, A3, SM3)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import BLUEBIRD, Person, Platform
from owned_accounts import account, company, version_told

SHOWN = "affiliateAccount { id name status hasCompany }"
STATUSES = ("PENDING", "APPROVED", "REJECTED", "SUSPENDED", "CLOSED")
LISTED = {
    ("PENDING", "APPROVED"),
    ("PENDING", "REJECTED"),
    ("APPROVED", "SUSPENDED"),
    ("APPROVED", "CLOSED"),
    ("SUSPENDED", "APPROVED"),
    ("SUSPENDED", "CLOSED"),
}


async def profile(platform: Platform, organization: str = BLUEBIRD) -> str:
    """A partner profile of an organization that is in use."""
    number = await platform.one(
        "SELECT min(p.id) FROM partner_profile p JOIN organization o ON o.id = p.organization_id"
        " WHERE o.name = $1 AND p.archived_at IS NULL",
        organization,
    )
    return platform.global_id("partner_profile", number)


async def opened(platform: Platform, who: Person, owner: int, **more: Any) -> dict[str, Any]:
    """What opening an account answers somebody."""
    given = {
        "partnerProfile": await profile(platform),
        "company": platform.global_id("company", owner),
        "name": f"Account {uuid4().hex[:8]}",
    }
    return await platform.change_by(who.token, "createAffiliateAccount", SHOWN, **(given | more))


async def decided(platform: Platform, who: str, number: int, status: str, **more: Any) -> dict[str, Any]:
    """What deciding about an account answers somebody."""
    there = platform.global_id("affiliate_account", number)
    return await platform.change_by(who, "decideAffiliateAccount", SHOWN, affiliateAccount=there, status=status, **more)


@pytest.mark.parametrize("standing", ["Admin", "Member"])
@pytest.mark.parametrize("level", ["owner", "member"])
async def test_a2_a20_dr16_ac9_who_opens_an_account_owns_it(platform: Platform, standing: str, level: str) -> None:
    """A2, A20, C-11, DR16, AC9: partner-side write and access to the company; PENDING, its maker OWNER, no module."""
    person = await platform.person(await platform.membership(BLUEBIRD, standing))
    owner = await company(platform, **{level: person.id})
    answer = await opened(platform, person, owner)
    assert answer["__typename"] == "CreateAffiliateAccountSuccess", answer
    assert (answer["affiliateAccount"]["status"], answer["affiliateAccount"]["hasCompany"]) == ("PENDING", True)
    number = platform.engine.services.ids.decode(answer["affiliateAccount"]["id"])[1].id
    (stored,) = await platform.rows("SELECT * FROM affiliate_account WHERE id = $1", number)
    assert (stored["company_id"], stored["created_by_id"]) == (owner, person.id)
    (made,) = await platform.rows("SELECT * FROM collaborator WHERE affiliate_account_id = $1", number)
    assert (made["user_id"], made["role"], made["expires_at"]) == (person.id, "OWNER", None)
    assert await platform.one("SELECT count(*) FROM account_shard WHERE affiliate_account_id = $1", number) == 1
    (log,) = await platform.rows("SELECT * FROM audit_log WHERE affiliate_account_id = $1", number)
    assert (log["action"], log["actor_id"], log["via_path"]) == (
        "affiliate_account:create",
        person.id,
        "ORG_PARTNER",
    )


async def test_dr13_ownership_that_follows_from_a_membership_ends_with_it(platform: Platform) -> None:
    """DR13: whoever is a member until some day owns what he opens until then."""
    end = await platform.one("SELECT date_trunc('milliseconds', now() + interval '9 days')")
    person = await platform.person(await platform.membership(BLUEBIRD, "Member", expires_at=end))
    answer = await opened(platform, person, await company(platform, owner=person.id))
    assert answer["__typename"] == "CreateAffiliateAccountSuccess", answer
    assert await platform.stored("SELECT expires_at FROM collaborator WHERE user_id = $1", person.id) == [end]


async def test_ac9_l1_no_account_for_a_company_one_does_not_act_for(platform: Platform) -> None:
    """AC9, L1, C-11: without access to the company it is as if it did not exist, for Admin W as for everybody."""
    stranger = await platform.person()
    owner = await company(platform, owner=stranger.id)
    admin = await platform.staff("ADMIN:W", also=[await platform.membership(BLUEBIRD, "Admin")])
    member = await platform.person(await platform.membership(BLUEBIRD, "Member"))
    for who in (admin, member):
        refused = [await opened(platform, who, each) for each in (owner, 987_654_321)]
        assert refused[0] == refused[1]
        assert (refused[0]["__typename"], refused[0]["path"]) == ("NotFound", ["company"])
    past = await platform.one("SELECT now() - interval '1 day'")
    await platform.add("company_access", company_id=owner, user_id=member.id, level="OWNER", expires_at=past)
    assert (await opened(platform, member, owner))["__typename"] == "NotFound", "an access that has ended is none"
    assert await platform.one("SELECT count(*) FROM affiliate_account WHERE company_id = $1", owner) == 0


async def test_ac9_access_to_a_company_alone_opens_nothing(platform: Platform) -> None:
    """AC9, K19, A5: neither a GUEST, nor a company's owner, nor Manage Affiliates W, opens accounts of a partner."""
    guest = await platform.person(await platform.membership(BLUEBIRD, "Guest"))
    outsider = await platform.person()
    staff = await platform.staff("AFFILIATES:W")
    for who in (guest, outsider, staff):
        await company(platform, owner=who.id)
        assert not await platform.exists(who.token, "Mutation.createAffiliateAccount")
    elsewhere = await platform.person(await platform.membership("Lantern Reach", "Admin"))
    answer = await opened(platform, elsewhere, await company(platform, owner=elsewhere.id))
    assert (answer["__typename"], answer["path"]) == ("NotFound", ["partnerProfile"])


async def test_sm6_no_key_opens_an_account(platform: Platform) -> None:
    """SM6, AC9: a key gives nobody access, so it makes no owner; not even of everything that its user has."""
    person = await platform.person(await platform.membership(BLUEBIRD, "Admin"))
    await company(platform, owner=person.id)
    key = await platform.user_key(person.id, ["account:W", "org:W", "self:R"])
    assert not await platform.exists(key, "Mutation.createAffiliateAccount")
    assert not await platform.exists(platform.member("bluebird-key"), "Mutation.createAffiliateAccount")


async def test_an_archived_profile_gets_no_account(platform: Platform) -> None:
    """AC12: business rules come after the rights, and leave nothing behind."""
    organization = await platform.named("organization", BLUEBIRD)
    moment = await platform.one("SELECT now()")
    old = await platform.add("partner_profile", organization_id=organization, name="Old one", archived_at=moment)
    person = await platform.person(await platform.membership(BLUEBIRD, "Admin"))
    owner = await company(platform, owner=person.id)
    answer = await opened(platform, person, owner, partnerProfile=platform.global_id("partner_profile", old))
    assert (answer["__typename"], answer["path"]) == ("ValidationError", ["partnerProfile"])
    assert await platform.one("SELECT count(*) FROM affiliate_account WHERE partner_profile_id = $1", old) == 0


@pytest.mark.parametrize("role", ["OWNER", "MANAGER"])
async def test_l5_l6_who_edits_an_account(platform: Platform, role: str) -> None:
    """L4, L5, L6, A5: OWNER, MANAGER, the partner's members and Manage Affiliates W; READ_ONLY and a GUEST do not."""
    number = await account(platform, status="APPROVED")
    there = platform.global_id("affiliate_account", number)
    may = [
        await platform.person(("collaborator", {"affiliate_account_id": number, "role": role})),
        await platform.person(await platform.membership(BLUEBIRD, "Member")),
        await platform.staff("AFFILIATES:W"),
    ]
    for who in may:
        done = await platform.change_by(
            who.token, "editAffiliateAccount", SHOWN, affiliateAccount=there, name=f"Named {uuid4().hex[:6]}"
        )
        assert done["__typename"] == "EditAffiliateAccountSuccess", done
    reader = await platform.person(("collaborator", {"affiliate_account_id": number, "role": "READ_ONLY"}))
    guest = await platform.person(await platform.membership(BLUEBIRD, "Guest"))
    viewer = await platform.staff("AFFILIATES:R TRANSACTIONS:W")
    for who in (reader, guest, viewer):
        assert not await platform.exists(who.token, "Mutation.editAffiliateAccount")


async def test_l9_owning_one_account_is_nothing_on_the_next(platform: Platform) -> None:
    """L9, AC3, AC7: an OWNER elsewhere who reads here is forbidden; one who sees nothing here finds nothing."""
    mine, other, hidden = [await account(platform, status="APPROVED") for _ in range(3)]
    person = await platform.person(
        ("collaborator", {"affiliate_account_id": mine, "role": "OWNER"}),
        ("collaborator", {"affiliate_account_id": other, "role": "READ_ONLY"}),
    )
    kinds = [
        (
            await platform.change_by(
                person.token,
                "editAffiliateAccount",
                SHOWN,
                affiliateAccount=platform.global_id("affiliate_account", number),
                name="Taken over",
            )
        )["__typename"]
        for number in (mine, other, hidden, 987_654_321)
    ]
    assert kinds == ["EditAffiliateAccountSuccess", "Forbidden", "NotFound", "NotFound"]
    assert await platform.one("SELECT count(*) FROM affiliate_account WHERE name = 'Taken over'") == 1


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", STATUSES)
async def test_sm3_every_transition(platform: Platform, before: str, after: str) -> None:
    """SM3: what is not listed is refused with a typed error, and the account stays as it was."""
    staff = await platform.staff("AFFILIATES:W")
    number = await account(platform, status=before)
    answer = await decided(platform, staff.token, number, after)
    if (before, after) in LISTED:
        assert answer["affiliateAccount"]["status"] == after
    else:
        assert (answer["__typename"], answer["path"]) == ("ValidationError", ["status"])
    stored = await platform.one("SELECT status::text FROM affiliate_account WHERE id = $1", number)
    assert stored == (after if (before, after) in LISTED else before)


@pytest.mark.parametrize(
    "key",
    [
        "partner-admin",
        "partner-member",
        "collab-owner",
        "collab-manager",
        "company-owner",
        "support",
        "finance-manager",
        "advertiser-manager",
        "bluebird-key",
        "nobody",
    ],
)
async def test_a3_who_lacks_the_module_decides_nothing(platform: Platform, key: str) -> None:
    """A3, SM3: without Manage Affiliates W, and with a key, there is no such mutation."""
    assert not await platform.exists(platform.member(key), "Mutation.decideAffiliateAccount")


async def test_s10_an_assigned_manager_decides_about_assigned_accounts(platform: Platform) -> None:
    """S10, AC3: the verb is the permission's, the rows are the assignment's."""
    assigned, other = await account(platform), await account(platform)
    staff = await platform.staff(
        "AFFILIATES:W",
        base_type="AFFILIATE_MANAGER",
        user_visibility="ASSIGNED",
        also=[("manager_assignment", {"affiliate_account_id": assigned})],
    )
    assert (await decided(platform, staff.token, assigned, "APPROVED"))["__typename"].endswith("Success")
    assert (await decided(platform, staff.token, other, "APPROVED"))["__typename"] == "NotFound"


@pytest.mark.parametrize("interest", ["creator", "owner", "company"])
@pytest.mark.parametrize(
    ("before", "after"), [("PENDING", "APPROVED"), ("PENDING", "REJECTED"), ("SUSPENDED", "APPROVED")]
)
async def test_a3_c12_nobody_judges_what_is_his_own(platform: Platform, interest: str, before: str, after: str) -> None:
    """A3, C-12, SM3: not its creator, OWNER, or anybody with access to its company; Admin W does, and it is logged."""
    module, admin = await platform.staff("AFFILIATES:W"), await platform.staff("ADMIN:W")
    for who in (module, admin):
        number = await account(platform, status=before, **({"created_by_id": who.id} if interest == "creator" else {}))
        if interest == "owner":
            await platform.add("collaborator", affiliate_account_id=number, user_id=who.id, role="OWNER")
        if interest == "company":
            owner = await company(platform, member=who.id)
            await platform.change(f"UPDATE affiliate_account SET company_id = {owner} WHERE id = {number}")
        version = await version_told(platform, who.token, number)
        answer = await decided(platform, who.token, number, after, version=version)
        stored = await platform.one("SELECT status::text FROM affiliate_account WHERE id = $1", number)
        logged = await platform.stored("SELECT actor_id FROM audit_log WHERE affiliate_account_id = $1", number)
        if who is admin:
            assert (answer["__typename"], stored, logged) == ("DecideAffiliateAccountSuccess", after, [who.id])
        else:
            assert (answer["__typename"], stored, logged) == ("Forbidden", before, [])


async def test_c12_other_ties_to_an_account_do_not_count(platform: Platform) -> None:
    """C-12: READ_ONLY, an ownership that has ended, and access to another company are no interest."""
    past = await platform.one("SELECT now() - interval '1 day'")
    for grant in ({"role": "READ_ONLY"}, {"role": "OWNER", "expires_at": past}):
        number = await account(platform)
        staff = await platform.staff("AFFILIATES:W", also=[("collaborator", {"affiliate_account_id": number} | grant)])
        await company(platform, owner=staff.id)
        assert (await decided(platform, staff.token, number, "APPROVED"))["__typename"].endswith("Success")


async def test_f22_of_two_decisions_one_is_made(platform: Platform) -> None:
    """F22, SM3: approved and rejected at the same moment, by two: the later finds it decided."""
    number = await account(platform)
    first, second = await platform.staff("AFFILIATES:W"), await platform.staff("AFFILIATES:W")
    answers = await asyncio.gather(
        decided(platform, first.token, number, "APPROVED"), decided(platform, second.token, number, "REJECTED")
    )
    assert sorted(each["__typename"] for each in answers) == ["DecideAffiliateAccountSuccess", "ValidationError"]
    stale = await decided(platform, first.token, await account(platform, version=4), "APPROVED", version=3)
    assert (stale["__typename"], stale["version"]) == ("Conflict", 4)
