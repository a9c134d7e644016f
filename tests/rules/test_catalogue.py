"""What is promoted and by which terms: brands, products, media, plans, and who knows of them."""

from __future__ import annotations

import pytest
from demo_platform import Platform

ENABLED = {
    "brands": "SELECT name FROM brand WHERE status = 'ENABLED'",
    "products": "SELECT p.name FROM product p JOIN brand b ON b.id = p.brand_id"
    " WHERE p.status = 'ENABLED' AND b.status = 'ENABLED'",
    "media": "SELECT m.name FROM media m JOIN brand b ON b.id = m.brand_id LEFT JOIN program p ON p.id = m.program_id"
    " WHERE m.status = 'ENABLED' AND b.status = 'ENABLED'"
    " AND (m.program_id IS NULL OR (p.listed AND p.status = 'ACTIVE'))",
}
TYPES = {"brands": "Brand", "products": "Product", "media": "Media"}


@pytest.mark.parametrize("connection", ENABLED)
async def test_a6_a7_a8_everybody_sees_what_is_enabled_and_no_more(platform: Platform, connection: str) -> None:
    """A6, A7, A8: without the module one sees enabled brands, products and media, without notes of any kind."""
    nobody = platform.member("nobody")
    async with platform.engine.database.owner() as connection_:
        stored = sorted(row[0] for row in await connection_.fetch(ENABLED[connection]))
        every = await connection_.fetchval(f"SELECT count(*) FROM {TYPES[connection].lower()}")
    assert await platform.names(nobody, connection) == stored
    assert len(stored) < every
    for field in ("operatorNotes", "createdAt"):
        assert not await platform.exists(nobody, f"{TYPES[connection]}.{field}")
    manager = platform.member("manager")
    assert await platform.count(manager, connection) == every
    assert await platform.exists(manager, f"{TYPES[connection]}.operatorNotes")


async def test_a6_notes_of_the_organization_and_of_the_operator_are_apart(platform: Platform) -> None:
    """A6: internal notes are the advertiser's and the module's; operator notes are the operator's alone."""
    assert await platform.exists(platform.member("adv-admin"), "Brand.internalNotes")
    assert not await platform.exists(platform.member("adv-admin"), "Brand.operatorNotes")
    for key in ("partner-admin", "nobody", "collab-owner", "analyst"):
        assert not await platform.exists(platform.member(key), "Brand.internalNotes"), key


async def test_a14_a_plan_is_known_to_those_it_applies_to(platform: Platform) -> None:
    """A14: COMMISSION_PLANS R reads all plans; a partner reads its own; who has no part in one reads none."""
    async with platform.engine.database.owner() as connection:
        every = await connection.fetchval("SELECT count(*) FROM commission_plan")
    assert await platform.count(platform.member("manager"), "commissionPlans") == every
    own = await platform.count(platform.member("partner-member"), "commissionPlans")
    assert 0 < own < every
    for key in ("nobody", "company-owner", "implementation"):
        assert not await platform.exists(platform.member(key), "CommissionPlan"), key


async def test_a14_m5b_an_advertiser_knows_the_terms_of_direct_programs_only(platform: Platform) -> None:
    """M5b: plans of INTERMEDIATED programs, their names included, are not the advertiser's to read."""
    plans = set(await platform.names(platform.member("adv-admin"), "commissionPlans"))
    async with platform.engine.database.owner() as connection:
        rows = await connection.fetch(
            "SELECT DISTINCT c.name, p.commission_model FROM commission_plan c JOIN enrollment e"
            " ON e.commission_plan_id = c.id JOIN program p ON p.id = e.program_id"
            " JOIN organization o ON o.id = p.advertiser_org_id WHERE o.name = 'Northwind Outfitters'"
        )
        unused = await connection.fetch(
            "SELECT c.name FROM commission_plan c JOIN advertiser_profile p ON p.id = c.advertiser_profile_id"
            " JOIN organization o ON o.id = p.organization_id WHERE o.name = 'Northwind Outfitters'"
            " AND NOT EXISTS (SELECT FROM enrollment e WHERE e.commission_plan_id = c.id)"
        )
    direct = {row["name"] for row in rows if row["commission_model"] == "DIRECT"}
    assert plans == direct | {row["name"] for row in unused}
    assert {row["name"] for row in rows} - direct


async def test_a22_referred_customers_are_a_collaborators_to_read_not_a_partner_members(platform: Platform) -> None:
    """A22: collaborators see customer referrals of their account; members of the partner's organization do not."""
    assert await platform.count(platform.member("collab-readonly"), "customerReferrals") > 0
    assert await platform.exists(platform.member("adv-member"), "CustomerReferral.customerEmail")
    for key in ("partner-admin", "analyst", "nobody", "company-owner"):
        assert not await platform.exists(platform.member(key), "CustomerReferral"), key


async def test_ac8_a_hidden_status_is_hidden_in_the_history(platform: Platform) -> None:
    """AC8: who sees approved conversions only sees no other status in how they came about."""
    query = "{ conversions(first: 100) { nodes { history(first: 10) { nodes { status } } } } }"

    async def statuses(key: str) -> set[str]:
        page = (await platform.read(platform.member(key), query))["conversions"]["nodes"]
        return {step["status"] for node in page for step in node["history"]["nodes"]}

    assert await statuses("approved-only") == {"APPROVED"}
    assert len(await statuses("admin")) > 1
