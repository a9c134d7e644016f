"""How sources come into programs and out of them: every step of SM1, by the side whose step it is (K13 to K15)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import Platform
from two_sides import SHOWN, TwoSides, two_sides

STATES = (
    "APPLIED", "INVITED", "ACTIVE", "DENIED", "WITHDRAWN", "REJECTED", "REVOKED", "INVITE_EXPIRED", "EXPIRED", "LEFT",
)  # fmt: skip
STEPS = {  # SM1 by hand: who acts, from where, to where
    "approveApplication": ("advertiser", "APPLIED", "ACTIVE"),
    "denyApplication": ("advertiser", "APPLIED", "DENIED"),
    "withdrawApplication": ("partner", "APPLIED", "WITHDRAWN"),
    "acceptEnrollmentInvitation": ("partner", "INVITED", "ACTIVE"),
    "rejectEnrollmentInvitation": ("partner", "INVITED", "REJECTED"),
    "revokeEnrollmentInvitation": ("advertiser", "INVITED", "REVOKED"),
    "expireEnrollment": ("advertiser", "ACTIVE", "EXPIRED"),
    "leaveProgram": ("partner", "ACTIVE", "LEFT"),
}
OF_PARTNERS = [name for name, (side, *_) in STEPS.items() if side == "partner"]
OF_ADVERTISERS = [name for name, (side, *_) in STEPS.items() if side == "advertiser"]


@pytest.fixture
async def sides(platform: Platform) -> TwoSides:
    """An advertiser and a partner that do not work together yet."""
    return await two_sides(platform)


def extra(sides: TwoSides, mutation: str) -> dict[str, Any]:
    """What a step needs beside the enrollment."""
    return {"affiliateAccount": sides.id("account")} if mutation.startswith("accept") else {}


async def test_k13_a_partner_applies_and_the_advertiser_approves(sides: TwoSides) -> None:
    """K13, SM1: the account that the partner named is the payee from then on, the program's plan its terms."""
    applied = await sides.applied()
    assert applied["__typename"] == "ApplyToProgramSuccess", applied
    row = applied["enrollment"]
    assert (row["state"], row["initiatedBy"]) == ("APPLIED", "PARTNER")
    assert (row["proposedAccount"], row["affiliateAccount"]) == ({"id": sides.id("account")}, None)
    assert row["commissionPlan"] is None, "an application shows no terms"
    approved = await sides.does(sides.advertiser, "approveApplication", applied["id"])
    assert approved["enrollment"]["state"] == "ACTIVE"
    for field in ("affiliateAccount", "proposedAccount"):
        assert not await sides.platform.exists(sides.advertiser, f"Enrollment.{field}"), "accounts are the partner's"
    seen = await sides.does(sides.partner, "leaveProgram", applied["id"])
    assert seen["enrollment"]["affiliateAccount"] == {"id": sides.id("account")}
    assert seen["enrollment"]["commissionPlan"] == {"id": sides.id("plan")}


async def test_k14_an_advertiser_invites_and_the_partner_accepts(sides: TwoSides) -> None:
    """K14, SM1: with the plan of the invitation, and the account named when it is accepted."""
    invited = await sides.invited(commissionPlan=sides.id("other_plan"))
    assert invited["__typename"] == "InviteToProgramSuccess", invited
    assert (invited["enrollment"]["state"], invited["enrollment"]["initiatedBy"]) == ("INVITED", "ADVERTISER")
    accepted = await sides.does(
        sides.partner, "acceptEnrollmentInvitation", invited["id"], affiliateAccount=sides.id("second_account")
    )
    assert accepted["enrollment"]["state"] == "ACTIVE"
    assert accepted["enrollment"]["affiliateAccount"] == {"id": sides.id("second_account")}
    assert accepted["enrollment"]["commissionPlan"] == {"id": sides.id("other_plan")}


async def test_k15_each_source_joins_for_itself(sides: TwoSides) -> None:
    """K15: two sources of one partner apply, and are decided apart."""
    first, second = await sides.applied(), await sides.applied(trafficSource=sides.id("other_source"))
    await sides.does(sides.advertiser, "denyApplication", first["id"])
    await sides.does(sides.advertiser, "approveApplication", second["id"])
    assert [await sides.state(each["id"]) for each in (first, second)] == ["DENIED", "ACTIVE"]


@pytest.mark.parametrize("mutation", STEPS)
async def test_sm1_every_step_from_every_state(platform: Platform, mutation: str) -> None:
    """SM1: what is not listed is refused to the side whose step it is, with the enrollment as it was."""
    side, begins, ends = STEPS[mutation]
    for state in STATES:
        sides = await two_sides(platform)
        enrollment = await sides.in_state(state)
        who = sides.partner if side == "partner" else sides.advertiser
        answer = await sides.does(who, mutation, enrollment, **extra(sides, mutation))
        if state == begins:
            assert answer["enrollment"]["state"] == ends, answer
        else:
            assert (answer["__typename"], answer["path"]) == ("ValidationError", ["enrollment"]), state
        assert await sides.state(enrollment) == (ends if state == begins else state)


@pytest.mark.parametrize("state", STATES)
async def test_sm1_beginning_beside_what_is_there(platform: Platform, state: str) -> None:
    """SM1: an ended enrollment stays and a new row begins; an open one is answered or refused, never doubled."""
    for begin, meets in (("applied", "INVITED"), ("invited", "APPLIED")):
        sides = await two_sides(platform)
        enrollment = await sides.in_state(state)
        answer = await (sides.applied() if begin == "applied" else sides.invited())
        if state == meets:
            assert (answer["id"], answer["enrollment"]["state"]) == (enrollment, "ACTIVE")
        elif state in ("APPLIED", "INVITED", "ACTIVE"):
            assert (answer["__typename"], answer["path"]) == ("ValidationError", ["trafficSource"])
            assert await sides.state(enrollment) == state
        else:
            assert answer["id"] != enrollment
            assert answer["enrollment"]["state"] == begin.upper()
            assert await sides.state(enrollment) == state, "what has ended stays ended"


async def test_sm1_applying_while_invited_takes_the_invitations_plan(sides: TwoSides) -> None:
    """SM1: it is the partner's acceptance, with the account named in it."""
    invitation = await sides.in_state("INVITED")
    answer = await sides.applied(affiliateAccount=sides.id("second_account"))
    assert answer["id"] == invitation
    assert answer["enrollment"]["commissionPlan"] == {"id": sides.id("other_plan")}
    assert answer["enrollment"]["affiliateAccount"] == {"id": sides.id("second_account")}


async def test_sm1_inviting_an_applicant_with_another_plan_asks_the_partner(sides: TwoSides) -> None:
    """SM1: the row becomes INVITED; the program's own plan approves. Then only the partner answers."""
    applied = (await sides.applied())["id"]
    offered = await sides.invited(commissionPlan=sides.id("other_plan"))
    assert (offered["id"], offered["enrollment"]["state"]) == (applied, "INVITED")
    assert offered["enrollment"]["initiatedBy"] == "ADVERTISER"
    answer = await sides.does(sides.advertiser, "approveApplication", applied)
    assert answer["__typename"] == "ValidationError", "the advertiser may not answer itself"
    for mutation in OF_PARTNERS:
        assert not await sides.platform.exists(sides.advertiser, f"Mutation.{mutation}"), mutation
    accepted = await sides.does(
        sides.partner, "acceptEnrollmentInvitation", applied, affiliateAccount=sides.id("account")
    )
    assert accepted["enrollment"]["state"] == "ACTIVE"
    other = await two_sides(sides.platform)
    await other.applied()
    approved = await other.invited(commissionPlan=other.id("plan"))
    assert approved["enrollment"]["state"] == "ACTIVE", "the program's own plan is what it applied for"


async def test_sm1_a_user_of_both_sides_answers_by_the_other_sides_mutation_only(sides: TwoSides) -> None:
    """SM1, C-21: he may do both halves, each for the side it belongs to; neither mutation does the other's half."""
    platform = sides.platform
    both = await platform.person(
        await platform.membership(sides.advertiser_org, "Admin"), await platform.membership(sides.partner_org, "Admin")
    )
    invitation = await sides.in_state("INVITED")
    for mutation in ("approveApplication", "withdrawApplication"):
        answer = await sides.does(both.token, mutation, invitation)
        assert answer["__typename"] == "ValidationError", mutation
    accepted = await sides.does(
        both.token, "acceptEnrollmentInvitation", invitation, affiliateAccount=sides.id("account")
    )
    assert accepted["enrollment"]["state"] == "ACTIVE"
    entry = (await platform.rows("SELECT * FROM audit_log ORDER BY id DESC LIMIT 1"))[0]
    assert (entry["action"], entry["via_path"], entry["actor_id"]) == ("enrollment:accept", "ORG_PARTNER", both.id)


@pytest.mark.parametrize("role", ["Guest", "Analyst", "Finance", "Implementation Specialist"])
async def test_k16_whoever_only_reads_decides_nothing(sides: TwoSides, role: str) -> None:
    """K16, I4: of the advertiser, guests and viewers have none of its steps."""
    who = (await sides.platform.person(await sides.platform.membership(sides.advertiser_org, role))).token
    for mutation in (*STEPS, "applyToProgram", "inviteToProgram"):
        assert not await sides.platform.exists(who, f"Mutation.{mutation}"), mutation


async def test_k19_a_guest_of_the_partner_neither_applies_nor_answers(sides: TwoSides) -> None:
    """K19: nor do the collaborators of the account, or the operator's managers of affiliates (3.10)."""
    platform = sides.platform
    guest = (await platform.person(await platform.membership(sides.partner_org, "Guest"))).token
    owner = (await platform.person(await platform.collaborator(sides.partner_org, "OWNER"))).token
    staff = (await platform.staff("AFFILIATES:W TRANSACTIONS:W")).token
    for who in (guest, owner, staff, platform.member("nobody")):
        for mutation in (*STEPS, "applyToProgram", "inviteToProgram"):
            assert not await platform.exists(who, f"Mutation.{mutation}"), mutation


async def test_k17_members_and_the_operators_offers_decide_applications(platform: Platform) -> None:
    """K17, 3.10: MEMBER of the advertiser, APPLICATIONS W and OFFERS W decide; OFFERS W does nothing else here."""
    for who in ("member", "applications", "offers"):
        sides = await two_sides(platform)
        applied = (await sides.applied())["id"]
        if who == "member":
            person = await platform.person(await platform.membership(sides.advertiser_org, "Member"))
        elif who == "applications":
            held = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": sides.numbers["advertiser_org"]}
            role = await platform.role("APPLICATIONS:W", **held)
            person = await platform.person(await platform.membership(sides.advertiser_org, role))
        else:
            person = await platform.staff("OFFERS:W")
        answer = await sides.does(person.token, "approveApplication", applied)
        assert answer["enrollment"]["state"] == "ACTIVE", who
        for mutation in (*OF_PARTNERS, "applyToProgram"):
            assert not await platform.exists(person.token, f"Mutation.{mutation}"), (who, mutation)
    assert not await platform.exists(person.token, "Mutation.inviteToProgram")
    assert not await platform.exists(person.token, "Mutation.expireEnrollment")


async def test_sm1_inviting_an_applicant_needs_the_right_to_decide(sides: TwoSides) -> None:
    """SM1, AC3: PARTNERS W invites, and approves nobody; the application stays."""
    platform = sides.platform
    held = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": sides.numbers["advertiser_org"]}
    role = await platform.role("PARTNERS:W PROGRAMS:R", **held)
    who = (await platform.person(await platform.membership(sides.advertiser_org, role))).token
    applied = (await sides.applied())["id"]
    refused = await sides.invited(who)
    assert refused["__typename"] == "Forbidden"
    assert await sides.state(applied) == "APPLIED"
    fresh = await sides.invited(who, trafficSource=sides.id("other_source"))
    assert fresh["enrollment"]["state"] == "INVITED"
    revoked = await sides.does(who, "revokeEnrollmentInvitation", fresh["id"])
    assert revoked["enrollment"]["state"] == "REVOKED"
    assert not await platform.exists(who, "Mutation.expireEnrollment"), "EXPIRE_PARTNERS ends, PARTNERS does not"


async def test_m5b_terms_are_offered_by_whoever_reads_them(platform: Platform) -> None:
    """M5b: a plan is named in DIRECT programs only, and by somebody with TEMPLATE_TERMS R; the answer tells no plan."""
    direct = await two_sides(platform)
    held = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": direct.numbers["advertiser_org"]}
    role = await platform.role("PARTNERS:W PROGRAMS:R APPLICATIONS:W PROPOSALS:R", **held)
    who = (await platform.person(await platform.membership(direct.advertiser_org, role))).token
    await direct.applied()
    answers = [await direct.invited(who, commissionPlan=direct.id(each)) for each in ("plan", "other_plan")]
    assert answers[0] == answers[1], "else the answer would say which is the program's"
    assert answers[0]["__typename"] == "Forbidden"
    through = await two_sides(platform, model="INTERMEDIATED")
    hidden = await through.invited(commissionPlan=through.id("plan"))
    assert hidden["__typename"] == "NotFound", "the operator's terms with partners are not the advertiser's"
    unknown = await through.invited(commissionPlan=platform.global_id("commission_plan", 987_654_321))
    assert hidden == unknown
    assert (await through.invited())["enrollment"]["state"] == "INVITED"


async def test_c20_one_invites_and_applies_only_where_one_sees(platform: Platform) -> None:
    """C-20, 3.6, AC7: an unlisted source, program or account is missing, exactly as one that does not exist."""
    sides, others = await two_sides(platform), await two_sides(platform)
    await platform.change(
        f"UPDATE partner_profile SET listed = false WHERE id = {others.numbers['partner_profile']}",
        f"UPDATE program SET listed = false WHERE id = {others.numbers['program']}",
    )
    pairs = (
        (sides.invited, "trafficSource", others.id("source"), "traffic_source"),
        (sides.applied, "program", others.id("program"), "program"),
        (sides.applied, "affiliateAccount", others.id("account"), "affiliate_account"),
        (sides.applied, "trafficSource", others.id("source"), "traffic_source"),
    )
    for ask, field, hidden, entity in pairs:
        answers = [await ask(**{field: each}) for each in (hidden, platform.global_id(entity, 987_654_321))]
        assert answers[0] == answers[1], field
        assert (answers[0]["__typename"], answers[0]["path"]) == ("NotFound", [field])
    listed = await two_sides(platform)
    foreign = await sides.invited(program=listed.id("program"))
    assert foreign["__typename"] == "Forbidden", "a program of the marketplace is seen, and is another's"
    profile = sides.numbers["advertiser_profile"]
    await platform.change(f"UPDATE advertiser_profile SET approved_at = NULL WHERE id = {profile}")
    never_met = await sides.invited(trafficSource=listed.id("source"))
    assert never_met["__typename"] == "NotFound", "K12: who is not approved browses no partners"


async def test_sm1_the_payee_is_an_approved_account_of_the_same_partner(sides: TwoSides) -> None:
    """SM1, 3.2: another partner profile's account, and one that is not approved, are refused at either beginning."""
    platform = sides.platform
    organization = sides.numbers["partner_org"]
    profile = await platform.add("partner_profile", organization_id=organization, name=f"Other {uuid4().hex[:6]}")
    founder = await platform.one("SELECT min(id) FROM app_user")
    of_other = await platform.add(
        "affiliate_account",
        name="Other",
        partner_profile_id=profile,
        partner_org_id=organization,
        created_by_id=founder,
        status="APPROVED",
    )
    wrong = [platform.global_id("affiliate_account", of_other)]
    for status in ("PENDING", "REJECTED", "SUSPENDED", "CLOSED"):
        number = await platform.add(
            "affiliate_account",
            name=status,
            partner_profile_id=sides.numbers["partner_profile"],
            partner_org_id=organization,
            created_by_id=founder,
            status=status,
        )
        wrong.append(platform.global_id("affiliate_account", number))
    for account in wrong:
        answer = await sides.applied(affiliateAccount=account)
        assert (answer["__typename"], answer["path"]) == ("ValidationError", ["affiliateAccount"])
    invitation = await sides.in_state("INVITED")
    for account in wrong:
        answer = await sides.does(sides.partner, "acceptEnrollmentInvitation", invitation, affiliateAccount=account)
        assert (answer["__typename"], answer["path"]) == ("ValidationError", ["affiliateAccount"])
    assert await sides.state(invitation) == "INVITED"


async def test_ac7_deciding_does_not_tell_what_became_of_the_account(platform: Platform) -> None:
    """AC7: the advertiser does not see the account, so its status changes no byte of what it is answered."""
    answers = []
    for status in ("APPROVED", "SUSPENDED", "CLOSED"):
        sides = await two_sides(platform)
        applied = (await sides.applied())["id"]
        await platform.change(f"UPDATE affiliate_account SET status = '{status}' WHERE id = {sides.numbers['account']}")
        answers.append(
            await platform.change_by(
                sides.advertiser,
                "approveApplication",
                "enrollment { state commissionPlan { name } }",
                enrollment=applied,
            )
        )
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["enrollment"]["state"] == "ACTIVE"


@pytest.mark.parametrize("status", ["DRAFT", "PAUSED", "ARCHIVED"])
async def test_a_program_that_is_not_active_takes_nobody_in(platform: Platform, status: str) -> None:
    """SM1: neither by application nor by invitation, also one that was made before."""
    sides = await two_sides(platform)
    invitation = await sides.in_state("INVITED")
    await platform.change(f"UPDATE program SET status = '{status}' WHERE id = {sides.numbers['program']}")
    accepted = await sides.does(
        sides.partner, "acceptEnrollmentInvitation", invitation, affiliateAccount=sides.id("account")
    )
    invited = await sides.invited(trafficSource=sides.id("other_source"))
    applied = await sides.applied(trafficSource=sides.id("other_source"))
    for answer in (accepted, invited, applied):
        assert (answer["__typename"], answer["path"]) == ("ValidationError", ["program"])


async def test_f22_two_applications_at_once(sides: TwoSides) -> None:
    """SM1, F22, LK15: of many that apply with one source at once one is made, the others are told that it is there."""
    answers = await asyncio.gather(*(sides.applied() for _ in range(6)))
    kinds = sorted(each["__typename"] for each in answers)
    assert kinds == ["ApplyToProgramSuccess"] + ["ValidationError"] * 5
    count = "SELECT count(*) FROM enrollment WHERE traffic_source_id = $1"
    assert await sides.platform.one(count, sides.numbers["source"]) == 1


async def test_f22_approving_and_withdrawing_at_once(platform: Platform) -> None:
    """SM1: of an approval, a denial and a withdrawal at once exactly one is made, and the state is what it made."""
    for _ in range(4):
        sides = await two_sides(platform)
        applied = (await sides.applied())["id"]
        answers = await asyncio.gather(
            sides.does(sides.advertiser, "approveApplication", applied),
            sides.does(sides.partner, "withdrawApplication", applied),
            sides.does(sides.advertiser, "denyApplication", applied),
        )
        made = [each for each in answers if each["__typename"].endswith("Success")]
        assert len(made) == 1
        assert {each["__typename"] for each in answers} - {made[0]["__typename"]} == {"ValidationError"}
        assert await sides.state(applied) == made[0]["enrollment"]["state"]


async def test_ac12_the_state_is_looked_at_before_the_version(sides: TwoSides) -> None:
    """AC12, F22: an application of another version is a conflict; one that was decided is no longer an application."""
    applied = (await sides.applied())["id"]
    stale = await sides.does(sides.advertiser, "approveApplication", applied, version=7)
    assert (stale["__typename"], stale["version"]) == ("Conflict", 1)
    await sides.does(sides.partner, "withdrawApplication", applied, version=1)
    late = await sides.does(sides.advertiser, "approveApplication", applied, version=1)
    assert (late["__typename"], late["path"]) == ("ValidationError", ["enrollment"])


async def test_ac7_an_enrollment_of_others_is_missing(platform: Platform) -> None:
    """AC7: every step, by either side, on what is not theirs."""
    sides, others = await two_sides(platform), await two_sides(platform)
    foreign, unknown = await others.in_state("APPLIED"), platform.global_id("enrollment", 987_654_321)
    for mutation, (side, *_) in STEPS.items():
        who = sides.partner if side == "partner" else sides.advertiser
        answers = [await sides.does(who, mutation, each, **extra(sides, mutation)) for each in (foreign, unknown)]
        assert answers[0] == answers[1], mutation
        assert answers[0]["__typename"] == "NotFound", mutation


async def test_every_step_is_in_the_log_of_the_side_that_took_it(sides: TwoSides) -> None:
    """authorization 9: actor, path, before and after, under the organization that acted, and the account once known."""
    applied = await sides.applied()
    await sides.does(sides.advertiser, "approveApplication", applied["id"])
    await sides.does(sides.partner, "leaveProgram", applied["id"])
    number = sides.platform.engine.services.ids.decode(applied["id"])[1].id
    entries = await sides.platform.rows(
        "SELECT * FROM audit_log WHERE target_type = 'enrollment' AND target_id = $1 ORDER BY id", str(number)
    )
    assert [each["action"] for each in entries] == ["enrollment:apply", "enrollment:approve", "enrollment:leave"]
    shop, blog = sides.numbers["advertiser_org"], sides.numbers["partner_org"]
    assert [each["organization_id"] for each in entries] == [blog, shop, blog]
    account = sides.numbers["account"]
    assert [each["affiliate_account_id"] for each in entries] == [None, account, account]
    assert entries[1]["before"]["state"] == "APPLIED"
    assert entries[1]["after"]["state"] == "ACTIVE"
    assert entries[1]["after"]["affiliate_account_id"] == account


async def test_ac5_keys_act_as_their_organization(sides: TwoSides) -> None:
    """AC5: an organization's key applies; a user's key that only reads has no such mutation."""
    platform = sides.platform
    founder = await platform.person(await platform.membership(sides.partner_org, "Admin"))
    key = await platform.organization_key(sides.numbers["partner_org"], founder.id)
    answer = await platform.change_by(
        key,
        "applyToProgram",
        SHOWN,
        trafficSource=sides.id("source"),
        program=sides.id("program"),
        affiliateAccount=sides.id("account"),
    )
    assert answer["enrollment"]["state"] == "APPLIED"
    reading = await platform.user_key(founder.id, ["org:R"])
    for mutation in ("applyToProgram", *OF_PARTNERS):
        assert not await platform.exists(reading, f"Mutation.{mutation}"), mutation
