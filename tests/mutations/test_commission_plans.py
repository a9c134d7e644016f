"""Commission plans: who makes and edits them, what stays as it was made, and who assigns them (A14, AC9b, C-12)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import Person, Platform
from two_sides import TwoSides, two_sides

PLAN = "id commissionPlan { id name payoutPercent }"


@pytest.fixture
async def sides(platform: Platform) -> TwoSides:
    """An advertiser with plans and a partner with an account."""
    return await two_sides(platform)


async def made(platform: Platform, who: str, advertiser: int | None = None, **more: Any) -> dict[str, Any]:
    """What making a plan answers somebody."""
    given: dict[str, Any] = {"name": f"Plan {uuid4().hex[:6]}", "payoutPercent": "7.5"} | more
    if advertiser is not None:
        given["advertiserProfile"] = platform.global_id("advertiser_profile", advertiser)
    return await platform.change_by(who, "createCommissionPlan", "id", **given)


async def own(sides: TwoSides, **more: Any) -> dict[str, Any]:
    """What the advertiser's ADMIN is answered who makes a plan of it."""
    return await made(sides.platform, sides.advertiser, sides.numbers["advertiser_profile"], **more)


async def joined(sides: TwoSides, who: str, plan: str = "plan", mutation: str = "assignCommissionPlan") -> str:
    """What assigning a plan to the account comes to, by the type of its answer."""
    answer = await sides.platform.change_by(
        who, mutation, commissionPlan=sides.id(plan), affiliateAccount=sides.id("account")
    )
    return str(answer["__typename"])


async def test_a14_an_advertiser_makes_plans_of_its_own(sides: TwoSides) -> None:
    """A14: it sees them before they apply to anybody, offers them, and others do not see them."""
    platform = sides.platform
    answer = await own(sides, offerable=True, validFrom="2026-01-01", validTo="2030-01-01", terms="By agreement.")
    assert answer["__typename"] == "CreateCommissionPlanSuccess", answer
    edited = await platform.change_by(
        sides.advertiser, "editCommissionPlan", PLAN, commissionPlan=answer["id"], name="Renamed", version=1
    )
    assert edited["commissionPlan"] == {"id": answer["id"], "name": "Renamed", "payoutPercent": "7.50"}
    offered = await sides.invited(commissionPlan=answer["id"])
    assert offered["enrollment"]["state"] == "INVITED"
    other = await two_sides(platform)
    missing = [
        await platform.change_by(other.advertiser, "editCommissionPlan", PLAN, commissionPlan=each, name="Mine")
        for each in (answer["id"], platform.global_id("commission_plan", 987_654_321))
    ]
    assert missing[0] == missing[1]
    assert missing[0]["__typename"] == "NotFound"


@pytest.mark.parametrize("role", ["Member", "Account Administrator", "Performance Marketing Manager"])
async def test_k17_i4_who_else_makes_them(sides: TwoSides, role: str) -> None:
    """K17, I4: MEMBER, and who holds TEMPLATE_TERMS M."""
    person = await sides.platform.person(await sides.platform.membership(sides.advertiser_org, role))
    answer = await made(sides.platform, person.token, sides.numbers["advertiser_profile"])
    assert answer["__typename"] == "CreateCommissionPlanSuccess", answer


@pytest.mark.parametrize("key", ["adv-guest", "analyst", "finance", "partner-admin", "affiliate-manager", "nobody"])
async def test_k16_i4_whoever_may_not_has_no_such_mutation(platform: Platform, key: str) -> None:
    """K16, I4, A14: reading plans makes none."""
    for mutation in ("createCommissionPlan", "editCommissionPlan", "assignCommissionPlan", "unassignCommissionPlan"):
        assert not await platform.exists(platform.member(key), f"Mutation.{mutation}"), mutation


async def test_a14_the_operator_makes_plans_of_its_own_and_of_advertisers(sides: TwoSides) -> None:
    """A14: COMMISSION_PLANS W; an advertiser's where the same role sees the advertiser; R makes none."""
    platform = sides.platform
    staff = (await platform.staff("COMMISSION_PLANS:W")).token
    assert (await made(platform, staff))["__typename"] == "CreateCommissionPlanSuccess"
    unseen = await made(platform, staff, sides.numbers["advertiser_profile"])
    assert (unseen["__typename"], unseen["path"]) == ("NotFound", ["advertiserProfile"])
    seeing = (await platform.staff("COMMISSION_PLANS:W ADVERTISERS:R")).token
    assert (await made(platform, seeing, sides.numbers["advertiser_profile"]))["__typename"].endswith("Success")
    reading = (await platform.staff("COMMISSION_PLANS:R ADVERTISERS:W")).token
    assert not await platform.exists(reading, "Mutation.createCommissionPlan")
    refused = await made(platform, sides.advertiser)
    assert refused["__typename"] == "Forbidden", "an advertiser makes no plans of the operator"


async def test_a14_an_advertiser_does_not_edit_the_operators_plan(sides: TwoSides) -> None:
    """A14, AC3: not even one that its own enrollments are paid by, and that it reads."""
    platform = sides.platform
    plan = await platform.add("commission_plan", name="House", payout_percent=3)
    await platform.change(
        f"UPDATE enrollment SET commission_plan_id = {plan} WHERE state = 'LEFT'"
        f" AND program_id = {sides.numbers['program']}"
    )
    answer = await platform.change_by(
        sides.advertiser, "editCommissionPlan", commissionPlan=platform.global_id("commission_plan", plan), name="Ours"
    )
    assert answer["__typename"] == "Forbidden"
    assert await platform.one("SELECT name FROM commission_plan WHERE id = $1", plan) == "House"


async def test_m5b_a_plan_in_use_in_an_intermediated_program_is_not_the_advertisers_to_read(platform: Platform) -> None:
    """M5b: as the program's plan or an enrollment's, though the advertiser is named on it."""
    sides = await two_sides(platform, model="INTERMEDIATED")
    fresh = await own(sides)
    for plan, missing in ((sides.id("plan"), True), (sides.id("other_plan"), True), (fresh["id"], False)):
        answer = await platform.change_by(sides.advertiser, "editCommissionPlan", commissionPlan=plan, terms="Ours")
        assert (answer["__typename"] == "NotFound") is missing


async def test_what_the_advertiser_owes_is_the_operators_to_say(sides: TwoSides) -> None:
    """M5b, 3.11.7: neither the advertiser nor staff without the switch sets the charge; it is as it was."""
    platform = sides.platform
    refused = await own(sides, revenuePercent="0")
    assert refused["__typename"] == "Forbidden"
    plan = sides.id("plan")
    charge = {"commissionPlan": plan, "revenuePercent": "9"}
    assert (await platform.change_by(sides.advertiser, "editCommissionPlan", **charge))["__typename"] == "Forbidden"
    blind = (await platform.staff("COMMISSION_PLANS:W")).token
    assert (await platform.change_by(blind, "editCommissionPlan", **charge))["__typename"] == "Forbidden"
    seeing = (await platform.staff("COMMISSION_PLANS:W", see_revenue=True)).token
    assert (await platform.change_by(seeing, "editCommissionPlan", **charge))["__typename"].endswith("Success")
    stored = await platform.one("SELECT revenue_percent FROM commission_plan WHERE id = $1", sides.numbers["plan"])
    assert stored == 9


async def test_sm1_what_a_plan_pays_is_no_part_of_an_edit(platform: Platform) -> None:
    """SM1: the terms an enrollment was taken in with are fixed, so the input has no rate, goal or currency."""
    query = '{ __type(name: "EditCommissionPlanInput") { inputFields { name } } }'
    fields = (await platform.read(platform.member("admin"), query))["__type"]["inputFields"]
    names = {each["name"] for each in fields}
    assert names & {"payoutPercent", "payoutFixed", "goal", "currency"} == set()
    assert "validTo" in names


async def test_i10_a_restricted_plan_is_the_template_terms_administrators(sides: TwoSides) -> None:
    """I10: TEMPLATE_TERMS W alone no longer edits it; with TEMPLATE_TERMS_ADMIN W, or Admin W of the operator, yes."""
    platform = sides.platform
    held = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": sides.numbers["advertiser_org"]}
    plain = await platform.role("TEMPLATE_TERMS:W", **held)
    terms = (await platform.person(await platform.membership(sides.advertiser_org, plain))).token
    more = await platform.role("TEMPLATE_TERMS:W TEMPLATE_TERMS_ADMIN:W", **held)
    administrator = (await platform.person(await platform.membership(sides.advertiser_org, more))).token
    staff = (await platform.staff("COMMISSION_PLANS:W")).token
    plan = sides.id("plan")

    async def edits(who: str, **given: Any) -> bool:
        answer = await platform.change_by(who, "editCommissionPlan", commissionPlan=plan, **given)
        assert answer["__typename"] in ("EditCommissionPlanSuccess", "Forbidden"), answer
        return answer["__typename"] != "Forbidden"

    assert await edits(terms, restrictsModification=True)
    for who, may in ((terms, False), (staff, False), (administrator, True), (platform.member("admin"), True)):
        assert await edits(who, terms="Other words.") is may
    assert not await edits(terms, restrictsModification=False)
    assert await edits(administrator, restrictsModification=False)
    assert await edits(terms, terms="Words again.")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": " "}, "name"),
        ({"payoutPercent": "100.000001"}, "payoutPercent"),
        ({"payoutPercent": "-1"}, "payoutPercent"),
        ({"payoutPercent": "1.1234567"}, "payoutPercent"),
        ({"payoutPercent": None}, "payoutPercent"),
        ({"payoutFixed": "-0.01", "currency": "EUR"}, "payoutFixed"),
        ({"payoutFixed": "1e12", "currency": "EUR"}, "payoutFixed"),
        ({"payoutFixed": "5"}, "currency"),
        ({"validFrom": "2026-02-01", "validTo": "2026-02-01"}, "validTo"),
    ],
)
async def test_n41_what_a_plan_cannot_be(platform: Platform, given: dict[str, Any], path: str) -> None:
    """N41, AC12: refused by its form, before anything else is looked at."""
    staff = platform.member("manager")
    answer = await made(platform, staff, 987_654_321, **given)
    assert (answer["__typename"], answer["path"]) == ("ValidationError", [path])


async def test_ac12_days_are_compared_with_what_is_stored(sides: TwoSides) -> None:
    """AC12: business before version; an edit that gives one day is held against the other."""
    plan = (await own(sides, validFrom="2026-05-01"))["id"]
    for given, kind in (
        ({"validTo": "2026-05-01", "version": 9}, "ValidationError"),
        ({"validTo": "2026-05-02", "version": 9}, "Conflict"),
        ({"validTo": "2026-05-02", "version": 1}, "EditCommissionPlanSuccess"),
    ):
        answer = await sides.platform.change_by(sides.advertiser, "editCommissionPlan", commissionPlan=plan, **given)
        assert answer["__typename"] == kind, given


async def test_ac9b_the_module_and_the_account_by_whatever_path(sides: TwoSides) -> None:
    """AC9b: Plans W with Manage Affiliates R, as a collaborator or as the partner's member; alone it reaches none."""
    platform = sides.platform
    name = f"Blog {sides.partner_org.removeprefix('Blog ')}"
    paths: dict[str, Person] = {
        "affiliates": await platform.staff("COMMISSION_PLANS:W AFFILIATES:R"),
        "collaborator": await platform.staff(
            "COMMISSION_PLANS:W", also=[await platform.collaborator(name, "READ_ONLY")]
        ),
        "member": await platform.staff(
            "COMMISSION_PLANS:W", also=[await platform.membership(sides.partner_org, "Guest")]
        ),
    }
    for path, person in paths.items():
        assert await joined(sides, person.token) == "AssignCommissionPlanSuccess", path
        assert await joined(sides, person.token) == "ValidationError", "it is assigned already"
        assert await joined(sides, person.token, mutation="unassignCommissionPlan") == "UnassignCommissionPlanSuccess"
        assert await joined(sides, person.token, mutation="unassignCommissionPlan") == "ValidationError"
    alone = (await platform.staff("COMMISSION_PLANS:W")).token
    assert await joined(sides, alone) == "NotFound"
    reading = await platform.staff("COMMISSION_PLANS:R AFFILIATES:W")
    assert not await platform.exists(reading.token, "Mutation.assignCommissionPlan")


async def test_ac9b_a_manager_applies_what_he_sees_or_is_offered(sides: TwoSides) -> None:
    """AC9b, L6, A24: a MANAGER without any module; not a plan he does not see, nor as READ_ONLY or OWNER."""
    platform = sides.platform
    manager = (await platform.person(await platform.collaborator(sides.partner_org, "MANAGER"))).token
    hidden = (await own(sides))["id"]
    offerable = (await own(sides, offerable=True))["id"]
    for plan, kind in ((hidden, "NotFound"), (offerable, "AssignCommissionPlanSuccess")):
        answer = await platform.change_by(
            manager, "assignCommissionPlan", commissionPlan=plan, affiliateAccount=sides.id("account")
        )
        assert answer["__typename"] == kind
    elsewhere = await platform.change_by(
        manager, "assignCommissionPlan", commissionPlan=offerable, affiliateAccount=sides.id("second_account")
    )
    assert elsewhere["__typename"] == "NotFound", "L9: an account is one account"
    for role in ("READ_ONLY", "OWNER"):
        person = await platform.person(await platform.collaborator(sides.partner_org, role))
        assert not await platform.exists(person.token, "Mutation.assignCommissionPlan"), role
    assert not await platform.exists(sides.partner, "Mutation.assignCommissionPlan"), "the partner itself"
    # Half of each does not add up: MANAGER of one account, and of the other only a reader.
    both = await platform.person(
        await platform.collaborator(sides.partner_org, "MANAGER"),
        await platform.membership(sides.partner_org, "Member"),
    )
    refused = await platform.change_by(
        both.token, "assignCommissionPlan", commissionPlan=offerable, affiliateAccount=sides.id("second_account")
    )
    assert refused["__typename"] == "Forbidden"


async def test_c12_nobody_assigns_to_an_account_he_gains_by(sides: TwoSides) -> None:
    """C-12: refused to its creator, its OWNER and whoever has access to its company, unless he holds Admin W."""
    platform = sides.platform
    company = await platform.add("company", name=f"Company {uuid4().hex[:6]}")
    account = sides.numbers["account"]
    await platform.change(f"UPDATE affiliate_account SET company_id = {company} WHERE id = {account}")
    owner = await platform.collaborator(sides.partner_org, "OWNER")
    access = ("company_access", {"company_id": company, "level": "MEMBER"})
    ended = await platform.one("SELECT now() - interval '1 day'")
    for also, may in (
        ([], True),
        ([owner], False),
        ([access], False),
        ([(owner[0], owner[1] | {"expires_at": ended})], True),
        ([await platform.collaborator(sides.partner_org, "READ_ONLY")], True),
    ):
        staff = await platform.staff("COMMISSION_PLANS:W AFFILIATES:R", also=also)
        expected = "AssignCommissionPlanSuccess" if may else "Forbidden"
        assert await joined(sides, staff.token) == expected, also
        if may:
            assert await joined(sides, staff.token, mutation="unassignCommissionPlan") != "Forbidden"
    creator = await platform.staff("COMMISSION_PLANS:W AFFILIATES:R")
    await platform.change(f"UPDATE affiliate_account SET created_by_id = {creator.id} WHERE id = {account}")
    assert await joined(sides, creator.token) == "Forbidden"
    manager = await platform.person(await platform.collaborator(sides.partner_org, "MANAGER"), access)
    await platform.change(f"UPDATE commission_plan SET offerable = true WHERE id = {sides.numbers['plan']}")
    assert await joined(sides, manager.token) == "Forbidden", "nor as the account's MANAGER"
    admin = await platform.staff("ADMIN:W", also=[owner], base_type="ADMINISTRATOR")
    assert await joined(sides, admin.token) == "AssignCommissionPlanSuccess"
    entry = (await platform.rows("SELECT * FROM audit_log ORDER BY id DESC LIMIT 1"))[0]
    assert (entry["action"], entry["actor_id"]) == ("commission_plan:assign", admin.id)
    assert (entry["affiliate_account_id"], entry["via_path"]) == (account, "PLATFORM")


async def test_f22_one_assignment_of_many_at_once(sides: TwoSides) -> None:
    """F22, LK15: a plan is assigned to an account once."""
    staff = (await sides.platform.staff("COMMISSION_PLANS:W AFFILIATES:R")).token
    kinds = sorted(await asyncio.gather(*(joined(sides, staff) for _ in range(5))))
    assert kinds == ["AssignCommissionPlanSuccess"] + ["ValidationError"] * 4


async def test_a_plan_that_has_ended_is_assigned_to_nobody(sides: TwoSides) -> None:
    """A14: its last day is over."""
    await sides.platform.change(
        f"UPDATE commission_plan SET valid_to = current_date WHERE id = {sides.numbers['plan']}"
    )
    staff = (await sides.platform.staff("COMMISSION_PLANS:W AFFILIATES:R")).token
    assert await joined(sides, staff) == "ValidationError"
    assert await joined(sides, staff, "other_plan") == "AssignCommissionPlanSuccess"
