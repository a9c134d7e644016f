"""The plan of a program: who sets it, which plans fit, whom it pays from then on, and who hears of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import Platform
from sales import recorder
from two_sides import TwoSides, kind_of, two_sides

SHOWN = "program { id defaultPlan { id } }"
STAFF = "OFFERS:W COMMISSION_PLANS:W ADVERTISERS:R"
MUTATION = "Mutation.setProgramPlan"


@pytest.fixture
async def sides(platform: Platform) -> TwoSides:
    """An advertiser with a DIRECT program and plans, and a partner."""
    return await two_sides(platform)


async def planned(sides: TwoSides, who: str, plan: str | int | None, **more: Any) -> dict[str, Any]:
    """What setting the program's plan answers somebody: one of the two sides' by its name, or any by its number."""
    named = sides.id(plan) if isinstance(plan, str) else plan and sides.platform.global_id("commission_plan", plan)
    given = {"program": sides.id("program"), "commissionPlan": named} | more
    return await sides.platform.change_by(who, "setProgramPlan", SHOWN, **given)


async def default_of(sides: TwoSides) -> int | None:
    """The number of the program's plan as it is stored."""
    number: int | None = await sides.platform.one(
        "SELECT default_plan_id FROM program WHERE id = $1", sides.numbers["program"]
    )
    return number


async def plan_of(sides: TwoSides, **values: Any) -> int:
    """One more plan of the advertiser, unless said otherwise."""
    plain = {"advertiser_profile_id": sides.numbers["advertiser_profile"], "payout_percent": Decimal(7)}
    return await sides.platform.add("commission_plan", name=f"Plan {uuid4().hex[:6]}", **(plain | values))


async def org_role(sides: TwoSides, permissions: str) -> str:
    """The token of a member of the advertiser's with a role of these permissions."""
    held = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": sides.numbers["advertiser_org"]}
    role = await sides.platform.role(permissions, **held)
    return (await sides.platform.person(await sides.platform.membership(sides.advertiser_org, role))).token


async def test_a14_k17_an_advertiser_sets_the_plan_of_its_direct_programs(sides: TwoSides) -> None:
    """A14, K17: ADMIN, MEMBER, and a role with PARTNERS W that reads terms; another plan, none, and one again."""
    member = await sides.platform.person(await sides.platform.membership(sides.advertiser_org, "Member"))
    for who in (sides.advertiser, member.token, await org_role(sides, "PROGRAMS:R PARTNERS:W TEMPLATE_TERMS:R")):
        for plan in ("other_plan", None, "plan"):
            answer = await planned(sides, who, plan)
            assert kind_of(answer) == "SetProgramPlanSuccess", answer
            assert answer["program"]["defaultPlan"] == (plan and {"id": sides.id(plan)})
            assert await default_of(sides) == (plan and sides.numbers[plan])


@pytest.mark.parametrize("model", ["DIRECT", "INTERMEDIATED"])
async def test_ac3_the_operators_staff_set_it_with_both_modules(platform: Platform, model: str) -> None:
    """AC3, A14: with W of OFFERS and of COMMISSION_PLANS; a plan of the advertiser's or of the operator's."""
    sides = await two_sides(platform, model=model)
    staff = (await platform.staff(STAFF)).token
    for plan in (await plan_of(sides, advertiser_profile_id=None), sides.numbers["other_plan"], None):
        assert kind_of(await planned(sides, staff, plan)) == "SetProgramPlanSuccess"
        assert await default_of(sides) == plan


@pytest.mark.parametrize(
    "key", ["adv-guest", "analyst", "finance", "partner-admin", "affiliate-manager", "collab-owner", "nobody"]
)
async def test_k16_whoever_may_not_has_no_such_mutation(platform: Platform, key: str) -> None:
    """K16, I4, K10: guests, viewers, partners, collaborators, and staff without the modules."""
    assert not await platform.exists(platform.member(key), MUTATION)
    assert not await platform.exists(platform.member(key), "SetProgramPlanInput")


async def test_ac3_half_of_what_it_needs_is_not_enough(sides: TwoSides) -> None:
    """AC3: one of the modules with R only, a role without the terms' key or without PARTNERS W."""
    platform = sides.platform
    for held in ("OFFERS:W COMMISSION_PLANS:R", "OFFERS:R COMMISSION_PLANS:W", "OFFERS:W ADVERTISERS:W"):
        assert not await platform.exists((await platform.staff(held)).token, MUTATION), held
    for held in ("PROGRAMS:W PARTNERS:W", "PROGRAMS:W PARTNERS:R TEMPLATE_TERMS:W", "PARTNERS:W PROPOSALS:R"):
        assert not await platform.exists(await org_role(sides, held), MUTATION), held
    # Who has it elsewhere does not have it here: a MEMBER there, a GUEST here.
    other = await two_sides(platform)
    both = await platform.person(
        await platform.membership(sides.advertiser_org, "Guest"),
        await platform.membership(other.advertiser_org, "Member"),
    )
    assert kind_of(await planned(sides, both.token, "other_plan")) == "Forbidden"
    assert await default_of(sides) == sides.numbers["plan"]


async def test_m5b_the_terms_of_an_intermediated_program_are_the_operators(platform: Platform) -> None:
    """M5b: its advertiser neither sets a plan of its own nor takes the operator's away."""
    sides = await two_sides(platform, model="INTERMEDIATED")
    own = await plan_of(sides)
    for plan in (own, None):
        assert kind_of(await planned(sides, sides.advertiser, plan)) == "Forbidden"
    assert kind_of(await planned(sides, sides.advertiser, "plan")) == "NotFound"
    assert await default_of(sides) == sides.numbers["plan"]


async def test_ac5_a_key_sets_it_within_its_scopes(sides: TwoSides) -> None:
    """AC5: an ADMIN's key for reading, or for programs alone, has no such mutation."""
    platform = sides.platform
    owner = await platform.person(await platform.membership(sides.advertiser_org, "Admin"))
    for scopes in (["org:R"], ["PROGRAMS:W"], ["PROGRAMS:W", "PARTNERS:W"], ["PROGRAMS:R", "TEMPLATE_TERMS:W"]):
        assert not await platform.exists(await platform.user_key(owner.id, scopes), MUTATION), scopes
    key = await platform.organization_key(sides.numbers["advertiser_org"], owner.id)
    assert kind_of(await planned(sides, key, "other_plan")) == "SetProgramPlanSuccess"


async def test_ac12_what_does_not_fit(sides: TwoSides) -> None:
    """AC12, A14: form, row, verb, state of things, version: in this order, and the plan stays as it was."""
    platform, other = sides.platform, await two_sides(sides.platform)
    both = await platform.person(
        *[await platform.membership(each.advertiser_org, "Admin") for each in (sides, other)],
    )
    goals = [
        await platform.add("program_goal", program_id=each.numbers["program"], name="Sale") for each in (sides, other)
    ]
    staff, ended = (await platform.staff(STAFF)).token, date(1999, 1, 1)
    unfit = [
        (both.token, other.numbers["plan"]),
        (staff, other.numbers["plan"]),
        (staff, await plan_of(sides, advertiser_profile_id=None, goal_id=goals[1])),
        (sides.advertiser, await plan_of(sides, currency="USD", payout_fixed=Decimal(1))),
        (sides.advertiser, await plan_of(sides, valid_to=ended)),
    ]
    for who, plan in unfit:
        answer = await planned(sides, who, plan, version=99)
        assert (kind_of(answer), answer.get("path")) == ("ValidationError", ["commissionPlan"]), answer
    said = await platform.change_by(sides.advertiser, "setProgramPlan", program=other.id("program"))
    assert (kind_of(said), said["path"]) == ("ValidationError", ["commissionPlan"]), "not said is not none"
    foreign = [await planned(sides, sides.advertiser, each) for each in (other.numbers["plan"], 987_654_321)]
    assert foreign[0] == foreign[1]
    assert kind_of(foreign[0]) == "NotFound"
    assert kind_of(await planned(other, sides.advertiser, "plan")) == "NotFound"
    stale = await planned(sides, sides.advertiser, "other_plan", version=99)
    assert (kind_of(stale), stale["version"]) == ("Conflict", 1)
    assert await default_of(sides) == sides.numbers["plan"]
    fits = await plan_of(sides, goal_id=goals[0], currency="EUR", payout_fixed=Decimal(1), valid_to=date(2999, 1, 1))
    assert kind_of(await planned(sides, sides.advertiser, fits, version=1)) == "SetProgramPlanSuccess"
    await platform.change(f"UPDATE program SET status = 'ARCHIVED' WHERE id = {sides.numbers['program']}")
    for plan in ("plan", None):
        answer = await planned(sides, sides.advertiser, plan)
        assert (kind_of(answer), answer["path"]) == ("ValidationError", ["program"])
    assert await default_of(sides) == fits


async def test_lk15_whose_a_plan_is_must_be_seen(sides: TwoSides) -> None:
    """LK15, S12: staff who see no advertiser, or theirs alone, are not told which plans are somebody else's."""
    platform, other = sides.platform, await two_sides(sides.platform)
    foreign = [await plan_of(other), await plan_of(sides, advertiser_profile_id=None)]
    blind = (await platform.staff("OFFERS:W COMMISSION_PLANS:W")).token
    assigned = await platform.staff(
        STAFF,
        base_type="ADVERTISER_MANAGER",
        user_visibility="ASSIGNED",
        also=[("manager_assignment", {"advertiser_profile_id": sides.numbers["advertiser_profile"]})],
    )
    for who, own in ((blind, "Forbidden"), (assigned.token, "SetProgramPlanSuccess")):
        answers = [await planned(sides, who, each) for each in foreign]
        assert answers[0] == answers[1]
        assert kind_of(answers[0]) == "Forbidden"
        assert kind_of(await planned(sides, who, "other_plan")) == own
        assert kind_of(await planned(sides, who, None)) == "SetProgramPlanSuccess"


async def test_lk15_m5b_a_plan_that_one_is_paid_by_is_not_set(sides: TwoSides) -> None:
    """LK15, M5b: whose it is reads null as a partner: it is refused alike, whoever's it is."""
    platform, other = sides.platform, await two_sides(sides.platform)
    both = await platform.person(
        await platform.membership(sides.advertiser_org, "Admin"), await platform.membership(other.partner_org, "Admin")
    )
    await other.in_state("ACTIVE")
    plan = other.numbers["other_plan"]
    answers = []
    for owner in (other.numbers["advertiser_profile"], "NULL"):
        await platform.change(f"UPDATE commission_plan SET advertiser_profile_id = {owner} WHERE id = {plan}")
        answers.append(await planned(sides, both.token, plan))
    assert answers[0] == answers[1]
    assert kind_of(answers[0]) == "Forbidden"


async def test_m5b_a_plan_whose_terms_are_hidden_is_not_set(sides: TwoSides) -> None:
    """M5b: seen as one that there is, by PROPOSALS R of another advertiser, in whose program it is the operator's."""
    platform, other = sides.platform, await two_sides(sides.platform)
    house = await plan_of(other, advertiser_profile_id=None)
    held = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": other.numbers["advertiser_org"]}
    proposals = await platform.role("PROPOSALS:R", **held)
    both = await platform.person(
        await platform.membership(sides.advertiser_org, "Admin"),
        await platform.membership(other.advertiser_org, proposals),
    )
    await platform.change(
        f"UPDATE enrollment SET commission_plan_id = {house} WHERE program_id = {other.numbers['program']}"
    )
    answers = []
    for end in ("NULL", "'1999-01-01'"):
        await platform.change(f"UPDATE commission_plan SET valid_to = {end} WHERE id = {house}")
        answers.append(await planned(sides, both.token, house))
    assert answers[0] == answers[1]
    assert kind_of(answers[0]) == "Forbidden"


async def test_ac11_f21_no_version_moves_and_one_key_has_one_effect(sides: TwoSides) -> None:
    """AC11, F21: the program's version is shown to people who see no terms, so it stays; a repeat does nothing more."""
    key = uuid4().hex
    for _ in range(2):
        answer = await planned(sides, sides.advertiser, "other_plan", version=1, idempotencyKey=key)
        assert kind_of(answer) == "SetProgramPlanSuccess"
    other = await planned(sides, sides.advertiser, None, version=1, idempotencyKey=key)
    assert (kind_of(other), other["path"]) == ("ValidationError", ["idempotencyKey"])
    program = sides.numbers["program"]
    assert await sides.platform.one("SELECT version FROM program WHERE id = $1", program) == 1
    records = "SELECT * FROM audit_log WHERE action = 'program:set_plan' AND target_id = $1"
    (entry,) = await sides.platform.rows(records, str(program))
    numbers = sides.numbers
    assert (entry["via_path"], entry["organization_id"]) == ("ORG_ADVERTISER", numbers["advertiser_org"])
    assert entry["before"] == {"default_plan_id": numbers["plan"]}
    assert entry["after"] == {"default_plan_id": numbers["other_plan"]}


@pytest.mark.parametrize("model", ["DIRECT", "INTERMEDIATED"])
async def test_m5b_lk15_who_hears_that_a_plan_was_set(platform: Platform, model: str) -> None:
    """M5b, LK15: the advertiser's ADMIN in DIRECT programs alone; of the operator's log the plan with its module."""
    sides = await two_sides(platform, model=model)
    log = "{ auditLog(first: 1) { totalCount nodes { action changes { field before after } } } }"
    before = await platform.read(sides.advertiser, log)
    assert kind_of(await planned(sides, (await platform.staff(STAFF)).token, "other_plan")) == "SetProgramPlanSuccess"
    told = [{"field": "defaultPlan", "before": sides.id("plan"), "after": sides.id("other_plan")}]
    after = await platform.read(sides.advertiser, log)
    if model == "DIRECT":
        assert after["auditLog"]["nodes"] == [{"action": "program:set_plan", "changes": told}]
    else:
        assert after == before
    (entry,) = await platform.rows("SELECT * FROM audit_log WHERE action = 'program:set_plan' ORDER BY id DESC LIMIT 1")
    selection = "... on AuditLog { changes { field before after } }"
    operators = await platform.node(platform.member("admin"), "audit_log", entry["id"], selection=selection)
    assert operators == {"changes": told}
    # Were it in the advertiser's log all the same, the plan would follow the column's class.
    names = ("action", "target_type", "target_id", "before", "after", "via_path")
    nobody = dict.fromkeys(("actor_id", "on_behalf_of_id", "api_key_id", "affiliate_account_id"))
    quoted = {name: entry[name] for name in names} | nobody | {"organization_id": sides.numbers["advertiser_org"]}
    shown = await platform.node(sides.advertiser, "audit_log", await platform.write_down(**quoted), selection=selection)
    assert shown == {"changes": told if model == "DIRECT" else []}


async def test_sm1_who_is_active_keeps_his_plan(sides: TwoSides) -> None:
    """SM1: also one that named none; whoever is taken in later has the new one, or none where there is none."""
    platform = sides.platform
    enrollment = await sides.in_state("ACTIVE")
    number = platform.engine.services.ids.decode(enrollment)[1].id
    paid_by = f"SELECT commission_plan_id FROM enrollment WHERE id = {number}"
    for own in (sides.numbers["other_plan"], None):
        await platform.change(f"UPDATE enrollment SET commission_plan_id = {own or 'NULL'} WHERE id = {number}")
        assert kind_of(await planned(sides, sides.advertiser, "plan")) == "SetProgramPlanSuccess"
        assert await platform.one(paid_by) == own
        assert kind_of(await planned(sides, sides.advertiser, None)) == "SetProgramPlanSuccess"
        assert await platform.one(paid_by) == (own or sides.numbers["plan"])
    applied = await sides.applied(trafficSource=sides.id("other_source"))
    assert kind_of(await planned(sides, sides.advertiser, "other_plan")) == "SetProgramPlanSuccess"
    approved = await sides.does(sides.advertiser, "approveApplication", applied["id"])
    assert approved["enrollment"]["state"] == "ACTIVE"
    seen = await sides.does(sides.partner, "leaveProgram", applied["id"])
    assert seen["enrollment"]["commissionPlan"] == {"id": sides.id("other_plan")}


async def test_a_program_made_by_the_api_pays_by_its_plan(sides: TwoSides) -> None:
    """A14, SM1, A9: made, given a plan, applied to, approved: then a sale earns what the plan says of its amount."""
    platform, who = sides.platform, sides.advertiser
    owner = platform.global_id("advertiser_profile", sides.numbers["advertiser_profile"])
    given = {"currency": "EUR", "commissionModel": "DIRECT", "productLine": "PERFORMANCE", "name": "Made by the API"}
    made = await platform.change_by(who, "createProgram", "program { id }", advertiserProfile=owner, **given)
    program = made["program"]["id"]
    plan = await platform.change_by(
        who, "createCommissionPlan", "id", advertiserProfile=owner, name="Twelve", payoutPercent="12"
    )
    answer = await planned(sides, who, None, program=program, commissionPlan=plan["id"])
    assert answer["program"]["defaultPlan"] == {"id": plan["id"]}
    for mutation, more in (("setProgramStatus", {"status": "ACTIVE"}), ("listProgram", {"listed": True})):
        assert kind_of(await platform.change_by(who, mutation, program=program, **more)).endswith("Success")
    applied = await sides.applied(program=program)
    assert kind_of(await sides.does(who, "approveApplication", applied["id"])) == "ApproveApplicationSuccess"
    sale = {"enrollment": applied["id"], "source": "shop", "externalId": uuid4().hex, "saleAmount": "80.00"}
    staff = (await recorder(platform)).token
    shown = "conversion { payout { amount currency } revenue { amount } }"
    recorded = await platform.change_by(staff, "recordConversion", shown, **sale)
    assert recorded["conversion"]["payout"] == {"amount": "9.60", "currency": "EUR"}
    earned = await platform.cells(sides.partner, "conversions", "payout { amount }")
    assert earned == ["9.60"]
