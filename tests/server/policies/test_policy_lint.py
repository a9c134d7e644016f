"""What is found in a policy, and who is told of it: of nothing that he may not see."""

from __future__ import annotations

from typing import Any

from commands_over_demo import Run
from demo_platform import NORTHWIND, Platform
from lists_of_columns import has

LINT = """{ policyLint(limit: 100) {
    more findings { rule says followsFrom role { id } user { id } program { id } } } }"""
FORBIDDEN = ("manager", "affiliate-manager", "adv-member", "adv-guest", "analyst", "partner-member", "nobody")


async def lint(platform: Platform, who: str) -> list[dict[str, Any]]:
    """What somebody is told."""
    found: dict[str, Any] = (await platform.read(who, LINT))["policyLint"]
    assert not found["more"]
    return list(found["findings"])


async def of_role(platform: Platform, who: str, role: int) -> list[dict[str, Any]]:
    """What somebody is told of one role."""
    number = platform.global_id("role", role)
    return [each for each in await lint(platform, who) if each["role"] is not None and each["role"]["id"] == number]


def rules(found: list[dict[str, Any]]) -> set[str]:
    """The kinds of findings."""
    return {each["rule"] for each in found}


async def test_a_role_that_nobody_holds(platform: Platform) -> None:
    """SM7, S15: custom, and neither held nor offered; a holder, or an invitation, and it is found no more."""
    admin, role = platform.member("admin"), await platform.role("OFFERS:R")
    offered = await platform.role("OFFERS:R")
    inviter = await platform.one("SELECT id FROM app_user WHERE email = 'admin@demo.example'")
    assert rules(await of_role(platform, admin, role)) == rules(await of_role(platform, admin, offered))
    assert rules(await of_role(platform, admin, role)) == {"ROLE_NOT_HELD"}
    await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role}))
    await platform.add(
        "invitation",
        scope="PLATFORM",
        email="somebody@lint.example",
        role_id=offered,
        state="PENDING",
        invited_by_id=inviter,
        target_name="The platform",
        inviter_name="Admin",
        token_hash=b"l" * 32,
        expires_at=await platform.one("SELECT timestamptz '2999-01-01'"),
    )
    assert await of_role(platform, admin, role) == []
    assert await of_role(platform, admin, offered) == []
    shipped = await platform.stored("SELECT id FROM role WHERE origin = 'DEFAULT'")
    for each in shipped:
        assert "ROLE_NOT_HELD" not in rules(await of_role(platform, admin, each))


async def test_a_switch_that_shows_nothing(platform: Platform) -> None:
    """S7, DR15: on a role that reaches no row with such an amount; not on one that does, nor on an administrator's."""
    admin = platform.member("admin")
    idle = await platform.role("CONTENT:R", see_payout=True)
    at_work = await platform.role("TRANSACTIONS:R", see_payout=True, see_revenue=True)
    boss = await platform.role("ADMIN:R", base_type="ADMINISTRATOR", see_payout=True)
    found = [each for each in await of_role(platform, admin, idle) if each["rule"] == "SWITCH_WITHOUT_EFFECT"]
    assert len(found) == 1
    assert "see_payout" in found[0]["says"]
    assert "SWITCH_WITHOUT_EFFECT" not in rules(await of_role(platform, admin, at_work))
    assert "SWITCH_WITHOUT_EFFECT" not in rules(await of_role(platform, admin, boss))


async def test_assigned_without_an_assignment(platform: Platform) -> None:
    """S10, S12: the holder is named until something of the kind is assigned to him, and again when that has ended."""
    admin = platform.member("admin")
    role = await platform.role("AFFILIATES:R", base_type="AFFILIATE_MANAGER", user_visibility="ASSIGNED")
    holder = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role}))
    (found,) = await of_role(platform, admin, role)
    assert (found["rule"], found["user"]["id"]) == (
        "ASSIGNED_WITHOUT_ASSIGNMENT",
        platform.global_id("app_user", holder.id),
    )
    advertiser = await platform.one("SELECT min(id) FROM advertiser_profile")
    await platform.add("manager_assignment", user_id=holder.id, advertiser_profile_id=advertiser)
    assert rules(await of_role(platform, admin, role)) == {"ASSIGNED_WITHOUT_ASSIGNMENT"}
    account = await platform.one("SELECT min(id) FROM affiliate_account")
    given = await platform.add("manager_assignment", user_id=holder.id, affiliate_account_id=account)
    assert await of_role(platform, admin, role) == []
    await platform.change(f"UPDATE manager_assignment SET expires_at = now() - interval '1 day' WHERE id = {given}")
    assert rules(await of_role(platform, admin, role)) == {"ASSIGNED_WITHOUT_ASSIGNMENT"}
    names = await platform.staff("SETTINGS:W", also=[await platform.membership(NORTHWIND, "Admin")])
    assert await of_role(platform, names.token, role) == [], "of holders is told who may ask about them"


async def test_m5b_what_follows_through_terms(platform: Platform) -> None:
    """M5b, RC7: payouts of a role that reads sales and rates and hides payouts; not of one without either."""
    boss = platform.member("adv-admin")
    organization = {"scope": "ORGANIZATION", "base_type": "ORG"}
    organization |= {"organization_id": await platform.named("organization", NORTHWIND)}
    roles = {
        names: await platform.role(names, **organization)
        for names in (
            "PERFORMANCE_REPORTS:R TEMPLATE_TERMS:R",
            "PERFORMANCE_REPORTS:R",
            "TEMPLATE_TERMS:R",
            "PERFORMANCE_REPORTS:R TEMPLATE_TERMS:R PENDING_PAYOUTS:R FINANCE_REPORTING:R",
        )
    }
    derivable = {
        names: "AMOUNT_DERIVABLE" in rules(await of_role(platform, boss, role)) for names, role in roles.items()
    }
    assert list(derivable.values()) == [True, False, False, False]
    analyst = await of_role(platform, boss, await platform.predefined("Analyst"))
    assert [each["followsFrom"] for each in analyst if '"payout"' in each["says"]] != []
    assert "AMOUNT_DERIVABLE" not in rules(await of_role(platform, boss, await platform.predefined("Member")))


async def test_m5b_programs_that_pay_a_percentage_and_share_no_sales(platform: Platform) -> None:
    """M5b: told with the program, to whoever edits roles and sees program, enrollment and rate."""
    admin = platform.member("admin")
    there = await platform.stored(
        "SELECT DISTINCT p.id FROM program p JOIN enrollment e ON e.program_id = p.id"
        " JOIN commission_plan c ON c.id = e.commission_plan_id"
        " WHERE NOT p.share_sale_amount AND p.status <> 'ARCHIVED' AND e.state = 'ACTIVE'"
        " AND c.payout_percent IS NOT NULL"
    )
    assert there
    found = {each["program"]["id"] for each in await lint(platform, admin) if each["program"] is not None}
    assert found == {platform.global_id("program", each) for each in there}
    for permissions in ("SETTINGS:W USERS:R", "SETTINGS:W USERS:R OFFERS:R AFFILIATES:R"):
        editor = (await platform.staff(permissions)).token
        assert [each for each in await lint(platform, editor) if each["rule"] == "AMOUNT_DERIVABLE"] == []


async def test_who_is_told(platform: Platform) -> None:
    """LK9, LK13, SM6: nobody without roles to edit has the question; an organization is told of its own roles only."""
    tokens = {key: platform.member(key) for key in (*FORBIDDEN, "northwind-key")}
    tokens |= {held: (await platform.staff(held)).token for held in ("SETTINGS:W", "SETTINGS:R USERS:W")}
    for key, token in tokens.items():
        assert not await platform.exists(token, "Query.policyLint"), key
    await platform.role("OFFERS:R")
    own = await platform.role(
        "PROGRAMS:R",
        scope="ORGANIZATION",
        base_type="ORG",
        organization_id=await platform.named("organization", NORTHWIND),
    )
    told = {each["role"]["id"] for each in await lint(platform, platform.member("adv-admin")) if each["role"]}
    theirs = await platform.stored(
        "SELECT id FROM role WHERE origin = 'PREDEFINED' OR organization_id = $1",
        await platform.named("organization", NORTHWIND),
    )
    assert platform.global_id("role", own) in told
    assert told <= {platform.global_id("role", each) for each in theirs}
    others = {each["role"]["id"] for each in await lint(platform, platform.member("partner-admin")) if each["role"]}
    assert platform.global_id("role", own) not in others
    for wrong in (0, 101):
        answer = await platform.ask(platform.member("admin"), LINT.replace("100", str(wrong)))
        assert answer.errors[0]["extensions"]["code"] == "BAD_INPUT"


async def test_lk15_of_a_role_that_is_not_seen_nothing_is_found(platform: Platform) -> None:
    """LK15: whoever edits others, and sees no more than names of these, is told nothing that rests on the rest."""
    theirs = await platform.membership(NORTHWIND, "Admin")
    editor = (await platform.staff("SETTINGS:W", also=[theirs])).token
    reader = (await platform.staff("SETTINGS:W USERS:R")).token
    role = await platform.role("CONTENT:R")
    holder = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role}))
    told, seen = [await lint(platform, editor)], [rules(await of_role(platform, reader, role))]
    for statement in (
        f"UPDATE role SET see_payout = true WHERE id = {role}",
        f"DELETE FROM role_assignment WHERE user_id = {holder.id}",
    ):
        await platform.change(statement)
        told.append(await lint(platform, editor))
        seen.append(rules(await of_role(platform, reader, role)))
    assert told[0] == told[1] == told[2]
    assert seen == [set(), {"SWITCH_WITHOUT_EFFECT"}, {"SWITCH_WITHOUT_EFFECT", "ROLE_NOT_HELD"}]


async def test_k8_lk15_a_role_that_ended_shows_who_else_holds_it_no_more(platform: Platform) -> None:
    """K8, LK15: one's own membership shows a role, and not whether anybody else has it."""
    organization = await platform.named("organization", NORTHWIND)
    role = await platform.role("PROGRAMS:R", scope="ORGANIZATION", base_type="ORG", organization_id=organization)
    ended = await platform.membership(NORTHWIND, role, expires_at=await platform.one("SELECT timestamptz '2020-01-01'"))
    elsewhere = await platform.membership("Kestrel Collective", "Admin")
    editor = (await platform.staff("SETTINGS:W", also=[ended, elsewhere])).token
    assert await of_role(platform, editor, role) == []
    assert rules(await of_role(platform, platform.member("adv-admin"), role)) == {"ROLE_NOT_HELD"}


async def test_rc1_lk15_the_systems_list_is_told_by_to_whom_it_holds_for(platform: Platform) -> None:
    """RC1, LK15: whoever has a list of his own does not see the system's, and is told of nothing that follows by it."""
    organization = await platform.named("organization", NORTHWIND)
    role = await platform.role(
        "PERFORMANCE_REPORTS:R TEMPLATE_TERMS:R", scope="ORGANIZATION", base_type="ORG", organization_id=organization
    )
    boss = await platform.person(await platform.membership(NORTHWIND, "Admin"))
    assert "AMOUNT_DERIVABLE" in rules(await of_role(platform, boss.token, role))
    await has(platform, boss, "clicks", "sale_amount", "payout", "profit", "revenue")
    assert "AMOUNT_DERIVABLE" not in rules(await of_role(platform, boss.token, role))


async def test_m5b_lk15_terms_are_told_by_whichever_enrollment_is_seen(platform: Platform) -> None:
    """M5b, S10, LK15: by one on an assigned account, whoever else was paid by the plan before."""
    program, account = (
        await platform.rows(
            "SELECT e.program_id, (array_agg(e.affiliate_account_id ORDER BY e.id DESC))[1]"
            " FROM enrollment e JOIN program p ON p.id = e.program_id JOIN commission_plan c"
            " ON c.id = e.commission_plan_id WHERE NOT p.share_sale_amount AND p.status = 'ACTIVE'"
            " AND e.state = 'ACTIVE' AND c.payout_percent IS NOT NULL GROUP BY e.program_id, c.id"
            " HAVING count(DISTINCT e.affiliate_account_id) > 1 LIMIT 1"
        )
    )[0]
    editor = await platform.staff(
        "SETTINGS:W USERS:R OFFERS:R AFFILIATES:R COMMISSION_PLANS:R TRANSACTIONS:R",
        base_type="AFFILIATE_MANAGER",
        user_visibility="ASSIGNED",
        see_payout=True,
        also=[("manager_assignment", {"affiliate_account_id": account})],
    )
    found = {each["program"]["id"] for each in await lint(platform, editor.token) if each["program"] is not None}
    assert platform.global_id("program", program) in found


async def test_it_is_asked_beside_other_reads_and_twice(platform: Platform) -> None:
    """Every read of an operation waits for its turn on the one connection."""
    asked = "{ a: policyLint(limit: 5) { more } memberships(first: 1) { totalCount } b: policyLint(limit: 5) { more } }"
    found = await platform.read(platform.member("admin"), asked)
    assert found["a"] == found["b"]


async def test_the_command_says_it_with_names(platform: Platform, sightline: Run) -> None:
    """S10, SM7: one line for each finding; with --fail it ends with 1."""
    role = await platform.role("AFFILIATES:R", base_type="AFFILIATE_MANAGER", user_visibility="ASSIGNED")
    await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role}))
    name = await platform.one("SELECT name FROM role WHERE id = $1", role)
    code, said, wrong = await sightline("policy", "lint")
    assert (code, wrong) == (0, "")
    (line,) = [each for each in said.replace("\n", " ").split("ASSIGNED_WITHOUT_ASSIGNMENT: ") if name in each]
    assert "@rules.example" in line
    assert (await sightline("policy", "lint", "--fail"))[0] == 1
