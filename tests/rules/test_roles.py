"""Roles and permissions: what a level, a reserved key, a standing and a limit to programs come to."""

from __future__ import annotations

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform

WITH_ADVERTISER = "{ advertiserProfile: { isNull: false } }"
OF_PROGRAMS = "SELECT name FROM program WHERE advertiser_org_id = $1 ORDER BY 1"


async def organization_role(platform: Platform, organization: str, permissions: str) -> int:
    """A role made in an organization."""
    number = await platform.named("organization", organization)
    return await platform.role(permissions, scope="ORGANIZATION", base_type="ORG", organization_id=number)


@pytest.mark.parametrize("level", ["R", "W"])
async def test_i7_to_manage_is_also_to_read(platform: Platform, level: str) -> None:
    """I7, DR11, C-17: W of a key reads what its R reads, and no more."""
    staff = await platform.staff(f"TRANSACTIONS:{level}")
    assert await platform.count(staff.token, "conversions") == await platform.one("SELECT count(*) FROM conversion")
    assert await platform.refuses(staff.token, "affiliateAccounts(first: 1) { totalCount }")
    role = await organization_role(platform, NORTHWIND, f"PROGRAMS:{level}")
    member = await platform.person(await platform.membership(NORTHWIND, role))
    northwind = await platform.named("organization", NORTHWIND)
    assert await platform.names(member.token, "programs", where=WITH_ADVERTISER) == await platform.stored(
        OF_PROGRAMS, northwind
    )
    assert await platform.refuses(member.token, "conversions(first: 1) { totalCount }")
    assert await platform.refuses(member.token, "enrollments(first: 1) { totalCount }")


async def test_dr11_admin_includes_every_key_at_its_level(platform: Platform) -> None:
    """DR11: what is held is told in `viewer.paths`: W of every key with W of ADMIN, only R with R."""
    query = "{ viewer { paths { kind holds } } }"
    levels = {}
    for level in ("R", "W"):
        staff = await platform.staff(f"ADMIN:{level}")
        paths = (await platform.read(staff.token, query))["viewer"]["paths"]
        levels[level] = next(set(each["holds"]) for each in paths if each["kind"] == "PLATFORM")
    for key in ("AFFILIATES", "TRANSACTIONS", "PAYOUTS", "USERS", "SETTINGS"):
        assert f"{key}:R" in levels["R"]
        assert f"{key}:W" not in levels["R"]
        assert {f"{key}:R", f"{key}:W"} <= levels["W"]


@pytest.mark.parametrize("permission", ["DEALS:W", "TASKS:W", "NO_SUCH_KEY:W", "TRANSACTIONS:W", "ADMIN:W"])
async def test_dr11_a_key_that_is_unknown_or_reserved_gives_nothing(platform: Platform, permission: str) -> None:
    """DR11: nor one of the other catalogue; the membership itself is there, nothing of what the organization owns."""
    role = await organization_role(platform, NORTHWIND, permission)
    person = await platform.person(await platform.membership(NORTHWIND, role))
    assert await platform.names(person.token, "organizations") == [NORTHWIND]
    for connection in ("conversions", "enrollments", "adjustments", "payoutInvoices"):
        assert await platform.refuses(person.token, f"{connection}(first: 1) {{ totalCount }}"), connection
    assert "Northwind Ambassadors" not in await platform.names(person.token, "programs")


async def test_c01_a_standing_sees_the_whole_organization(platform: Platform) -> None:
    """C-01: a list of programs on the membership of an ADMIN, MEMBER, GUEST or Account Administrator limits nothing."""
    number = await platform.named("organization", NORTHWIND)
    everything = await platform.stored(OF_PROGRAMS, number)
    limits = {"program_scope": "LISTED", "line_scope": "LISTED"}
    for role in ("Admin", "Member", "Guest", "Account Administrator"):
        person = await platform.person(await platform.membership(NORTHWIND, role, **limits))
        assert await platform.names(person.token, "programs", where=WITH_ADVERTISER) == everything, role
    for role in ("Analyst", "Finance", "Implementation Specialist", "Performance Marketing Manager"):
        person = await platform.person(await platform.membership(NORTHWIND, role, **limits))
        assert await platform.names(person.token, "programs", where=WITH_ADVERTISER) == [], role
        whole = await platform.person(await platform.membership(NORTHWIND, role))
        assert await platform.names(whole.token, "programs", where=WITH_ADVERTISER) == everything, role


async def test_i2_a_limit_to_programs_and_lines_holds_for_all_below(platform: Platform) -> None:
    """I2: programs, conversions, adjustments and enrollments of the listed programs; the others' do not exist."""
    who = platform.member("scoped-analyst")
    inside = ["Northwind Footwear", "Northwind Trail Gear"]
    assert await platform.names(who, "programs", where=WITH_ADVERTISER) == inside
    numbers = [await platform.named("program", name) for name in inside]
    for connection, statement in {
        "conversions": "SELECT count(*) FROM conversion WHERE program_id = ANY($1)",
        "enrollments": "SELECT count(*) FROM enrollment WHERE program_id = ANY($1)",
        "adjustments": "SELECT count(*) FROM adjustment WHERE program_id = ANY($1) AND conversion_id IS NOT NULL "
        "AND side <> 'PAYOUT'",
    }.items():
        assert 0 < await platform.count(who, connection) == await platform.one(statement, numbers), connection
    outside = await platform.rows(
        "SELECT c.affiliate_account_id, c.id FROM conversion c JOIN organization o ON o.id = c.advertiser_org_id "
        "WHERE o.name = $1 AND c.program_id <> ALL($2) LIMIT 20",
        NORTHWIND,
        numbers,
    )
    assert outside
    assert [await platform.node(who, "conversion", *row) for row in outside] == [None] * len(outside)
    assert await platform.node(who, "program", await platform.named("program", "Northwind Ambassadors")) is None


async def test_i2_an_invoice_is_inside_a_limit_with_every_line_or_not_at_all(platform: Platform) -> None:
    """I2: its total is over all of its lines, so one line outside hides it."""
    role = await organization_role(platform, NORTHWIND, "PROGRAMS:R FINANCE_REPORTING:R")
    grant = await platform.membership(NORTHWIND, role, program_scope="LISTED")
    person = await platform.person(grant)
    assignment = await platform.one("SELECT id FROM role_assignment WHERE user_id = $1", person.id)
    program = await platform.named("program", "Northwind Trail Gear")
    await platform.add("assignment_program", assignment_id=assignment, program_id=program)
    statement = """
        SELECT i.affiliate_account_id, i.id, bool_and(l.program_id = $2) AS whole FROM payout_invoice i
        JOIN payout_invoice_line l ON (l.affiliate_account_id, l.invoice_id) = (i.affiliate_account_id, i.id)
        LEFT JOIN adjustment a ON (a.affiliate_account_id, a.id) = (l.affiliate_account_id, l.adjustment_id)
        WHERE i.payer_org_id = $1 GROUP BY 1, 2 HAVING bool_or(l.program_id = $2)
    """
    northwind = await platform.named("organization", NORTHWIND)
    rows = await platform.rows(statement, northwind, program)
    whole = [row for row in rows if row["whole"]]
    mixed = [row for row in rows if not row["whole"]]
    assert whole
    assert mixed
    assert await platform.count(person.token, "payoutInvoices") == len(whole)
    for row in mixed[:20]:
        assert await platform.node(person.token, "payout_invoice", row["affiliate_account_id"], row["id"]) is None


async def test_i2_two_limits_in_two_organizations_do_not_reach_into_each_other(platform: Platform) -> None:
    """I2: each list speaks of its own organization, also where it names a program of the other one."""
    permissions = "PROGRAMS:R PERFORMANCE_REPORTS:R"
    halden = "Halden Optics"
    grants = [
        await platform.membership(name, await organization_role(platform, name, permissions), program_scope="LISTED")
        for name in (NORTHWIND, halden)
    ]
    person = await platform.person(*grants)
    statement = "SELECT id FROM role_assignment WHERE user_id = $1 ORDER BY organization_id = $2 DESC"
    first, second = await platform.stored(statement, person.id, await platform.named("organization", NORTHWIND))
    listed = {
        first: ("Northwind Footwear", "Halden Optics Essentials"),
        second: ("Halden Optics Outlet", "Northwind Trail Gear"),
    }
    for assignment, names in listed.items():
        for name in names:
            program = await platform.named("program", name)
            await platform.add("assignment_program", assignment_id=assignment, program_id=program)
    own = ["Halden Optics Outlet", "Northwind Footwear"]
    assert await platform.names(person.token, "programs", where=WITH_ADVERTISER) == own
    numbers = [await platform.named("program", name) for name in own]
    assert await platform.count(person.token, "conversions") == await platform.one(
        "SELECT count(*) FROM conversion WHERE program_id = ANY($1)", numbers
    )


async def test_i2_does_not_limit_another_grant_of_the_person(platform: Platform) -> None:
    """I2, AC4: who is limited in one organization is whole in the next, and nothing in a third."""
    number = await platform.named("organization", BLUEBIRD)
    limited = await platform.membership(NORTHWIND, "Analyst", program_scope="LISTED")
    person = await platform.person(limited, await platform.membership(BLUEBIRD, "Member"))
    assert await platform.count(person.token, "conversions") == await platform.one(
        "SELECT count(*) FROM conversion WHERE partner_org_id = $1", number
    )
    assert await platform.names(person.token, "organizations") == [BLUEBIRD, NORTHWIND]
    assert await platform.names(person.token, "programs", where=WITH_ADVERTISER) == []
