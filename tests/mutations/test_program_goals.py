"""Goals of programs: who makes and edits them, and of which there is one only (A14, K16, AC12)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import Platform
from sales import recorder
from two_sides import TwoSides, kind_of, two_sides

from sightline.authz.entities import ENTITY_RULES
from sightline.authz.entities.pieces import PROGRAM
from sightline.authz.expr import Exists, Reached
from sightline.authz.verbs import VERBS

SHOWN = "id programGoal { name description isBase }"
MUTATIONS = ("createProgramGoal", "editProgramGoal")


@pytest.fixture
async def sides(platform: Platform) -> TwoSides:
    """An advertiser with a program."""
    return await two_sides(platform)


async def made(sides: TwoSides, who: str, name: str = "Sale", **more: Any) -> dict[str, Any]:
    """What making a goal answers somebody."""
    given = {"program": sides.id("program"), "name": name} | more
    return await sides.platform.change_by(who, "createProgramGoal", SHOWN, **given)


async def edited(sides: TwoSides, who: str, goal: str, **given: Any) -> dict[str, Any]:
    """What editing a goal answers somebody."""
    return await sides.platform.change_by(who, "editProgramGoal", SHOWN, programGoal=goal, **given)


async def goals_of(sides: TwoSides) -> list[str]:
    """The names of the program's goals as they are stored."""
    return await sides.platform.stored(
        "SELECT name FROM program_goal WHERE program_id = $1 ORDER BY name", sides.numbers["program"]
    )


@pytest.mark.parametrize("model", ["DIRECT", "INTERMEDIATED"])
async def test_k17_who_may_make_and_edit_goals(platform: Platform, model: str) -> None:
    """K17, 3.10: ADMIN and MEMBER of the advertiser, and OFFERS W of staff, as of the program; in whatever model."""
    sides = await two_sides(platform, model=model)
    member = await platform.person(await platform.membership(sides.advertiser_org, "Member"))
    staff = await platform.staff("OFFERS:W")
    for at, who in enumerate((sides.advertiser, member.token, staff.token)):
        answer = await made(sides, who, f"Goal {at}", description="Paid.", isBase=at == 0)
        assert answer["__typename"] == "CreateProgramGoalSuccess", answer
        shown = {"name": f"Goal {at}", "description": "Paid.", "isBase": at == 0}
        assert answer["programGoal"] == shown
        answer = await edited(sides, who, answer["id"], name=f"Renamed {at}", description=None, version=1)
        assert answer["programGoal"] == shown | {"name": f"Renamed {at}", "description": None}
    entries = await platform.rows("SELECT * FROM audit_log WHERE target_type = 'program_goal' ORDER BY id DESC LIMIT 6")
    assert {each["action"] for each in entries} == {"program_goal:create", "program_goal:edit"}
    assert {each["organization_id"] for each in entries} == {sides.numbers["advertiser_org"]}
    assert [each["via_path"] for each in entries] == ["PLATFORM"] * 2 + ["ORG_ADVERTISER"] * 4


@pytest.mark.parametrize("key", ["adv-guest", "analyst", "finance", "partner-admin", "affiliate-manager", "nobody"])
async def test_k16_whoever_may_not_has_no_such_mutation(platform: Platform, key: str) -> None:
    """K16, I4, K10: guests, viewers, partners, and staff without OFFERS W."""
    for mutation in MUTATIONS:
        assert not await platform.exists(platform.member(key), f"Mutation.{mutation}"), mutation


async def test_ac3_ac5_i2_half_of_what_it_needs_is_not_enough(sides: TwoSides) -> None:
    """AC3, AC5, I2: R of the module, a key of other scopes, somebody else's program, a role of other programs."""
    platform, other = sides.platform, await two_sides(sides.platform)
    goal = (await made(sides, sides.advertiser))["id"]
    owner = await platform.person(await platform.membership(sides.advertiser_org, "Admin"))
    without = [(await platform.staff("OFFERS:R COMMISSION_PLANS:W")).token]
    without += [await platform.user_key(owner.id, scopes) for scopes in (["org:R"], ["PARTNERS:W"])]
    for who in without:
        for mutation in MUTATIONS:
            assert not await platform.exists(who, f"Mutation.{mutation}")
    held = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": sides.numbers["advertiser_org"]}
    limited = await platform.role("PROGRAMS:W", **held)
    of_none = await platform.person(await platform.membership(sides.advertiser_org, limited, program_scope="LISTED"))
    partly = await platform.person(
        await platform.membership(sides.advertiser_org, "Guest"),
        await platform.membership(other.advertiser_org, "Member"),
    )
    for who, kind in ((of_none.token, "NotFound"), (other.advertiser, "NotFound"), (partly.token, "Forbidden")):
        assert (await edited(sides, who, goal, name="Mine"))["__typename"] == kind
        assert (await made(sides, who, "Mine"))["__typename"] in (kind, "Forbidden"), "the program itself is listed"
    assert await goals_of(sides) == ["Sale"]


async def test_ac12_what_does_not_fit(sides: TwoSides) -> None:
    """AC12: names twice in one program, a second main goal, an archived program; all before the version."""
    platform, who = sides.platform, sides.advertiser
    first, second = [(await made(sides, who, name, isBase=name == "Sale"))["id"] for name in ("Sale", "Lead")]
    refused = [
        (await made(sides, who, " "), "name"),
        (await made(sides, who, "SALE"), "name"),
        (await made(sides, who, "Visit", isBase=True), "isBase"),
        (await edited(sides, who, second, name="sale", version=99), "name"),
    ]
    for answer, path in refused:
        assert (answer["__typename"], answer["path"]) == ("ValidationError", [path]), answer
    assert "Sale" in refused[2][0]["message"]
    stale = await edited(sides, who, second, name="Lead", version=99)
    assert (stale["__typename"], stale["version"]) == ("Conflict", 1)
    assert (await edited(sides, who, first, name="SALE"))["__typename"] == "EditProgramGoalSuccess", "it is its own"
    other = await two_sides(platform)
    assert (await made(other, other.advertiser, "Lead", isBase=True))["__typename"] == "CreateProgramGoalSuccess"
    await platform.change(f"UPDATE program SET status = 'ARCHIVED' WHERE id = {sides.numbers['program']}")
    for answer, path in (
        (await made(sides, who, "Visit"), "program"),
        (await edited(sides, who, second, name="Visit", version=99), "programGoal"),
    ):
        assert (answer["__typename"], answer["path"]) == ("ValidationError", [path])
    assert await goals_of(sides) == ["Lead", "SALE"]


async def test_f22_one_main_goal_of_many_at_once(sides: TwoSides) -> None:
    """F22: of several made at the same moment one is the main one; the others are refused, and nothing breaks."""
    answers = await asyncio.gather(*(made(sides, sides.advertiser, f"Goal {n}", isBase=True) for n in range(5)))
    assert sorted(each["__typename"] for each in answers) == ["CreateProgramGoalSuccess"] + ["ValidationError"] * 4
    assert len(await goals_of(sides)) == 1


def test_lk15_whoever_writes_goals_of_a_program_sees_all_of_them() -> None:
    """LK15, AC3: the path that makes or edits one reaches all of the program's, so that a refusal by one tells nothing.

    Their names are public, and masked for nobody.
    """
    rows = next(each for each in ENTITY_RULES if each.entity == "program_goal").rows
    verbs = [each for each in VERBS if each.verb.startswith("program_goal:")]
    assert [each.verb for each in verbs] == ["program_goal:create", "program_goal:edit"]
    for each in verbs:
        for kind in each.holds:
            assert rows[kind] == Exists(PROGRAM, Reached()), (each.verb, kind)


async def test_lk15_ac12_to_whoever_may_not_nothing_else_is_told(sides: TwoSides) -> None:
    """LK15, AC7, AC12: taken names, main goals, archives, versions and ids of others decide nothing of a refusal."""
    platform, other = sides.platform, await two_sides(sides.platform)
    goal = (await made(sides, sides.advertiser, isBase=True))["id"]
    await sides.in_state("ACTIVE")
    grants = [await platform.membership(other.advertiser_org, "Member")]
    stranger = await platform.person(*grants)
    partner = await platform.person(*grants, await platform.membership(sides.partner_org, "Admin"))
    own = (await made(other, stranger.token, "Own"))["id"]
    for status in ("ACTIVE", "ARCHIVED"):
        await platform.change(f"UPDATE program SET status = '{status}' WHERE id = {sides.numbers['program']}")
        for name in ("Sale", "Lead"):
            for who, edits, makes in (
                (stranger.token, "NotFound", "Forbidden" if status == "ACTIVE" else "NotFound"),
                (partner.token, "Forbidden", "Forbidden"),
            ):
                assert kind_of(await edited(sides, who, goal, name=name, version=99)) == edits
                assert kind_of(await made(sides, who, name, isBase=True)) == makes
    refused = [
        await edited(sides, stranger.token, each, name="Sale", version=99)
        for each in (goal, platform.global_id("program_goal", 987_654_321), sides.id("program"), sides.id("account"))
    ]
    assert refused == refused[:1] * len(refused)
    assert kind_of(await edited(sides, stranger.token, own, name="Sale")) == "EditProgramGoalSuccess"
    await platform.change(f"UPDATE program SET status = 'ACTIVE' WHERE id = {sides.numbers['program']}")
    seen = await platform.read(partner.token, "{ programGoals(first: 9) { nodes { name } } }")
    assert sorted(each["name"] for each in seen["programGoals"]["nodes"]) == ["Sale", "Sale"]


async def test_i2_s12_a_limit_of_programs_or_advertisers_holds_for_goals(sides: TwoSides) -> None:
    """I2, S12: a role of one program, and a manager of one advertiser, write goals there and nowhere else."""
    platform, other = sides.platform, await two_sides(sides.platform)
    held = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": sides.numbers["advertiser_org"]}
    limited = await platform.role("PROGRAMS:W", **held)
    member = await platform.person(await platform.membership(sides.advertiser_org, limited, program_scope="LISTED"))
    assignment = await platform.one("SELECT id FROM role_assignment WHERE user_id = $1", member.id)
    await platform.add("assignment_program", assignment_id=assignment, program_id=sides.numbers["program"])
    manager = await platform.staff("OFFERS:W ADVERTISERS:R", base_type="ADVERTISER_MANAGER", user_visibility="ASSIGNED")
    profile = sides.numbers["advertiser_profile"]
    await platform.add("manager_assignment", user_id=manager.id, advertiser_profile_id=profile)
    theirs = (await made(other, other.advertiser))["id"]
    for who in (member.token, manager.token):
        assert kind_of(await made(sides, who, f"Goal {uuid4().hex[:8]}")) == "CreateProgramGoalSuccess"
        assert kind_of(await edited(sides, who, theirs, name="Mine")) == "NotFound"
        assert kind_of(await made(other, who, "Mine")) in ("NotFound", "Forbidden"), "it is in the marketplace"
    assert await goals_of(other) == ["Sale"]


async def test_f21_one_key_one_effect(sides: TwoSides) -> None:
    """F21: a repeat makes no second goal; an edit of nothing moves no version, and is not written down."""
    given = {"idempotencyKey": uuid4().hex}
    first, again = [await made(sides, sides.advertiser, **given) for _ in range(2)]
    assert first == again
    assert await goals_of(sides) == ["Sale"]
    assert kind_of(await edited(sides, sides.advertiser, first["id"], version=1)) == "EditProgramGoalSuccess"
    assert (
        await sides.platform.one("SELECT version FROM program_goal WHERE program_id = $1", sides.numbers["program"])
        == 1
    )
    entries = "SELECT action FROM audit_log WHERE target_type = 'program_goal' AND organization_id = $1"
    assert await sides.platform.stored(entries, sides.numbers["advertiser_org"]) == ["program_goal:create"]


async def test_a14_a_goal_made_by_the_api_is_rewarded(sides: TwoSides) -> None:
    """A14: by a plan that names it, and by no other goal's; renaming it changes nothing of that."""
    platform, who = sides.platform, sides.advertiser
    lead, sale = [(await made(sides, who, name, isBase=name == "Sale"))["id"] for name in ("Lead", "Sale")]
    owner = platform.global_id("advertiser_profile", sides.numbers["advertiser_profile"])
    given = {"advertiserProfile": owner, "name": "Leads", "goal": lead, "payoutPercent": "10"}
    plan = await platform.change_by(who, "createCommissionPlan", "id", **given)
    enrollment = await sides.in_state("ACTIVE")
    number = platform.engine.services.ids.decode(plan["id"])[1].id
    await platform.change(
        f"UPDATE enrollment SET commission_plan_id = {number} WHERE program_id = {sides.numbers['program']}"
    )
    assert kind_of(await edited(sides, who, lead, name="Registration")) == "EditProgramGoalSuccess"
    staff = (await recorder(platform)).token
    shown = "conversion { goal { name } payout { amount } }"
    answers = []
    for goal in (lead, sale):
        sold = {"enrollment": enrollment, "source": "shop", "externalId": uuid4().hex, "saleAmount": "80.00"}
        answers.append(await platform.change_by(staff, "recordConversion", shown, goal=goal, **sold))
    assert answers[0]["conversion"] == {"goal": {"name": "Registration"}, "payout": {"amount": "8.00"}}
    assert kind_of(answers[1]) == "ValidationError", "no plan applies"
