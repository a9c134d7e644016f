"""What is handed on together with what is named: amounts by a switch, permissions by a row, rows by a permission."""

from __future__ import annotations

from typing import Any

import pytest
from demo_platform import NORTHWIND, Person, Platform

NO_SWITCH = {"seeRevenue": False, "seePayout": False, "seeSaleAmount": False}
ALL_SWITCHES = {"see_revenue": True, "see_payout": True, "see_sale_amount": True}
ASSIGNED = {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED"}


def permissions(names: str) -> list[dict[str, str]]:
    """Permissions as an input has them."""
    return [dict(zip(("permission", "level"), name.split(":"), strict=True)) for name in names.split()]


async def with_set(platform: Platform, held: str, **switches: bool) -> Person:
    """Somebody with a set of modules of his own."""
    person = await platform.person()
    role = await platform.role(
        held, name="Custom", origin="PERSONAL", base_type="PERSONAL", owner_id=person.id, **switches
    )
    await platform.add("role_assignment", user_id=person.id, scope="PLATFORM", role_id=role)
    return person


async def given_modules(platform: Platform, who: Person, to: Person, held: str, **switches: bool) -> str:
    """What giving somebody another set answers."""
    given = {"user": platform.global_id("app_user", to.id), "permissions": permissions(held)} | NO_SWITCH | switches
    return str((await platform.change_by(who.token, "setModules", **given))["__typename"])


async def test_dr1_a_switch_shows_amounts_of_rows_that_its_giver_does_not_see(platform: Platform) -> None:
    """DR1, A13: whoever has the switch and not the module shows nobody the module's amounts; nor the other way."""
    reads = "TRANSACTIONS:R"
    target = await with_set(platform, reads)
    clerk = await with_set(platform, "USERS:W", **ALL_SWITCHES)
    assert await given_modules(platform, clerk, target, reads, seePayout=True) == "Forbidden"
    assert not await platform.exists(target.token, "Conversion.payout")
    reader = await with_set(platform, f"USERS:W {reads}")
    other = await with_set(platform, "CONTENT:R", see_payout=True)
    assert await given_modules(platform, reader, other, f"CONTENT:R {reads}", seePayout=True) == "Forbidden"
    assert not await platform.exists(other.token, "Conversion.payout")
    both = await with_set(platform, f"USERS:W {reads}", **ALL_SWITCHES)
    assert await given_modules(platform, both, target, reads, seePayout=True) == "SetModulesSuccess"
    assert await platform.exists(target.token, "Conversion.payout")


async def test_dr1_an_account_comes_with_all_that_its_manager_may_see_of_it(platform: Platform) -> None:
    """DR1, S10: USERS W alone assigns no account to somebody who then reads its sales; who reads them himself does."""
    held = "AFFILIATES:R TRANSACTIONS:R"
    account = await some_account(platform)
    manager = await platform.staff(held, **ASSIGNED)
    given = {"user": platform.global_id("app_user", manager.id), "affiliateAccount": account}
    for permitted in ("USERS:W AFFILIATES:R", "USERS:W AFFILIATES:R TRANSACTIONS:R"):
        actor = await with_set(platform, permitted)
        answer = await platform.change_by(actor.token, "assignManager", **given)
        expected = "AssignManagerSuccess" if "TRANSACTIONS" in permitted else "Forbidden"
        assert answer["__typename"] == expected, permitted
        seen = (await platform.read(manager.token, "query ($id: ID!) { node(id: $id) { id } }", id=account))["node"]
        assert (seen is not None) == (expected != "Forbidden")


async def some_account(platform: Platform) -> str:
    """The id of an account of the demo."""
    return platform.global_id("affiliate_account", await platform.one("SELECT min(id) FROM affiliate_account"))


@pytest.mark.parametrize("wider", [{"userVisibility": "ALL"}, {"statuses": ["APPROVED", "PENDING"]}])
async def test_dr1_dr2_a_role_is_widened_by_whoever_holds_what_is_in_it(
    platform: Platform, wider: dict[str, Any]
) -> None:
    """DR1, DR2, AC8: to all rows or to another status; SETTINGS W and USERS R alone do neither."""
    limits: dict[str, Any] = ASSIGNED | {"statuses": ["APPROVED"]}
    number = await platform.role("TRANSACTIONS:R OFFERS:R", **limits)
    given = {"role": platform.global_id("role", number)} | wider
    actor = await with_set(platform, "SETTINGS:W USERS:R OFFERS:R")
    assert (await platform.change_by(actor.token, "editRole", **given))["__typename"] == "Forbidden"
    fit = await with_set(platform, "SETTINGS:W USERS:R OFFERS:R TRANSACTIONS:R")
    assert (await platform.change_by(fit.token, "editRole", **given))["__typename"] == "EditRoleSuccess"


async def test_dr1_dr14_a_limited_administrator_of_members_stays_in_his_programs(platform: Platform) -> None:
    """DR1, DR14, I2: he gives and takes what he holds where he holds it; his refusal tells no program's number."""
    organization = await platform.named("organization", NORTHWIND)
    here, there = await platform.stored(
        "SELECT id FROM program WHERE advertiser_org_id = $1 AND status = 'ACTIVE' ORDER BY id LIMIT 2", organization
    )

    async def role(held: str) -> int:
        made = await platform.role(held, scope="ORGANIZATION", base_type="ORG", organization_id=organization)
        for line in ("PERFORMANCE", "CREATOR", "ADVOCATE"):
            await platform.add("role_product_line", role_id=made, product_line=line)
        return made

    reads, more = await role("PERFORMANCE_REPORTS:R"), await role("PERFORMANCE_REPORTS:R FINANCE_REPORTING:R")

    async def member(held: int, program: int) -> tuple[Person, str]:
        person = await platform.person()
        limits = {"scope": "ORGANIZATION", "organization_id": organization, "program_scope": "LISTED"}
        number = await platform.add("role_assignment", user_id=person.id, role_id=held, **limits)
        await platform.add("assignment_program", assignment_id=number, program_id=program)
        return person, platform.global_id("role_assignment", number)

    boss, _ = await member(await role("ACCOUNT_USERS:W PERFORMANCE_REPORTS:R FINANCE_REPORTING:R"), here)
    raised = {"role": platform.global_id("role", more)}
    _, elsewhere = await member(reads, there)
    refused = await platform.change_by(boss.token, "changeMembership", membership=elsewhere, **raised)
    assert refused["__typename"] == "Forbidden"
    assert str(there) not in refused["message"]
    removed = await platform.change_by(boss.token, "removeMember", membership=elsewhere)
    assert removed["__typename"] == "Forbidden"
    _, beside = await member(reads, here)
    changed = await platform.change_by(boss.token, "changeMembership", membership=beside, **raised)
    assert changed["__typename"] == "ChangeMembershipSuccess"
    assert (await platform.change_by(boss.token, "removeMember", membership=beside))["__typename"].endswith("Success")
