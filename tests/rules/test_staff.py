"""Platform staff: what modules, base types, assignments, switches and statuses open, and what each leaves closed."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from demo_platform import Platform

TABLES = {
    "organizations": "organization t WHERE EXISTS (SELECT FROM advertiser_profile p WHERE p.organization_id = t.id)",
    "memberships": "role_assignment",
    "users": "app_user",
    "roles": "role",
    "advertiserProfiles": "advertiser_profile",
    "partnerProfiles": "partner_profile",
    "trafficSources": "traffic_source",
    "programs": "program",
    "enrollments": "enrollment",
    "affiliateAccounts": "affiliate_account",
    "collaborators": "collaborator",
    "conversions": "conversion",
    "adjustments": "adjustment",
    "payoutInvoices": "payout_invoice",
}
AFFILIATES = ("affiliateAccounts", "partnerProfiles", "trafficSources", "collaborators", "enrollments")
ADVERTISERS = ("advertiserProfiles", "programs")
OWN_ONLY = ("memberships", "users", "roles")
SWITCHES: dict[str, Any] = {"see_revenue": True, "see_payout": True, "see_sale_amount": True}


async def sees_all(platform: Platform, who: str, *connections: str) -> None:
    """Every stored row of these is seen."""
    for name in connections:
        assert await platform.count(who, name) == await platform.one(f"SELECT count(*) FROM {TABLES[name]}"), name


async def sees_none(platform: Platform, who: str, *connections: str) -> None:
    """Not one of these exists."""
    for name in connections:
        assert await platform.refuses(who, f"{name}(first: 1) {{ totalCount }}"), name


async def sees_self(platform: Platform, who: str) -> None:
    """Of users, memberships and roles there is one each: his own."""
    for name in OWN_ONLY:
        assert await platform.count(who, name) == 1, name


async def test_a1_a_user_without_a_role_has_no_module(platform: Platform) -> None:
    """A1: he sees himself and the marketplace."""
    who = (await platform.person()).token
    assert await platform.count(who, "users") == 1
    assert await platform.count(who, "programs") > 0
    await sees_none(platform, who, *(set(TABLES) - {*OWN_ONLY, "programs"}))


async def test_a4_admin_r_gives_every_module(platform: Platform) -> None:
    """A4: though no module is assigned; whoever has a single module has that one."""
    admin = await platform.staff("ADMIN:R")
    await sees_all(platform, admin.token, *TABLES)
    assert await platform.refuses(admin.token, "companies(first: 1) { totalCount }")
    offers = await platform.staff("OFFERS:R")
    await sees_all(platform, offers.token, "programs", "enrollments")
    await sees_none(platform, offers.token, *(set(TABLES) - {*OWN_ONLY, "programs", "enrollments"}))


async def test_a5_affiliates_r_reaches_all_accounts_and_not_their_transactions(platform: Platform) -> None:
    """A5: with profiles, sources, collaborators and enrollments."""
    staff = await platform.staff("AFFILIATES:R", **SWITCHES)
    await sees_all(platform, staff.token, *AFFILIATES)
    await sees_none(platform, staff.token, "conversions", "adjustments", "payoutInvoices", "advertiserProfiles")
    assert await platform.refuses(
        staff.token, "affiliateAccounts(first: 1) { nodes { conversions(first: 1) { totalCount } } }"
    )
    other = await platform.staff("ADVERTISERS:R", **SWITCHES)
    await sees_none(platform, other.token, *AFFILIATES)


async def test_a9_transactions_r_reaches_all_conversions_and_adjustments(platform: Platform) -> None:
    """A9: without it, a collaborator sees those of his accounts, and who has none sees none."""
    staff = await platform.staff("TRANSACTIONS:R", **SWITCHES)
    await sees_all(platform, staff.token, "conversions", "adjustments")
    await sees_none(platform, staff.token, "affiliateAccounts", "payoutInvoices")
    account = await platform.named("affiliate_account", "Bluebird Germany")
    own = await platform.one("SELECT count(*) FROM conversion WHERE affiliate_account_id = $1", account)
    assert await platform.count(platform.member("collab-readonly"), "conversions") == own
    await sees_none(platform, platform.member("nobody"), "conversions", "adjustments")
    await sees_none(platform, platform.member("payouts-only"), "conversions", "adjustments")


async def test_a10_payouts_r_with_the_payout_switch_reaches_all_invoices(platform: Platform) -> None:
    """A10: without it, a collaborator sees those of his accounts; the module without the switch shows none."""
    await sees_all(platform, platform.member("payouts-only"), "payoutInvoices")
    account = await platform.named("affiliate_account", "Bluebird Germany")
    own = await platform.one("SELECT count(*) FROM payout_invoice WHERE affiliate_account_id = $1", account)
    assert await platform.count(platform.member("collab-readonly"), "payoutInvoices") == own
    without = await platform.staff("PAYOUTS:R")
    await sees_none(platform, without.token, "payoutInvoices")
    await sees_none(platform, platform.member("support"), "payoutInvoices")
    statuses = await platform.staff("PAYOUTS:R TRANSACTIONS:R", statuses=["APPROVED"], **SWITCHES)
    await sees_none(platform, statuses.token, "payoutInvoices")


async def test_a12_users_r_reaches_all_users_memberships_and_roles(platform: Platform) -> None:
    """A12: with their addresses; whoever lacks it has himself."""
    staff = await platform.staff("USERS:R")
    await sees_all(platform, staff.token, *OWN_ONLY)
    assert None not in await platform.cells(staff.token, "users", "email")
    for key in ("manager", "finance-manager", "support"):
        await sees_self(platform, platform.member(key))


async def test_s5_a_manager_is_for_affiliates_and_advertisers_without_settings(platform: Platform) -> None:
    """S5: both sides whole; users and roles stay his own."""
    manager = platform.member("manager")
    await sees_all(platform, manager, *AFFILIATES, *ADVERTISERS)
    await sees_self(platform, manager)
    assert await platform.refuses(manager, "companies(first: 1) { totalCount }")


async def test_s6_each_manager_is_for_his_side(platform: Platform) -> None:
    """S6: an Affiliate Manager sees payouts and no revenue, an Advertiser Manager the reverse."""
    affiliate, advertiser = platform.member("affiliate-manager-all"), platform.member("advertiser-manager-all")
    await sees_all(platform, affiliate, *AFFILIATES)
    await sees_all(platform, advertiser, *ADVERTISERS)
    for who, shown, hidden in ((affiliate, "payout", "revenue"), (advertiser, "revenue", "payout")):
        assert await platform.exists(who, f"Conversion.{shown}")
        assert await platform.refuses(who, f"conversions(first: 1) {{ nodes {{ {hidden} {{ amount }} }} }}")
        await sees_self(platform, who)


async def test_s8_only_two_base_types_can_be_limited_to_what_is_assigned(platform: Platform) -> None:
    """S8: for the others ASSIGNED is refused; for these it limits, down to nothing where nothing is assigned."""
    for base in ("MANAGER", "ADMINISTRATOR"):
        with pytest.raises(asyncpg.CheckViolationError):
            await platform.role("AFFILIATES:R", base_type=base, user_visibility="ASSIGNED")
    limited = await platform.staff("AFFILIATES:R", base_type="AFFILIATE_MANAGER", user_visibility="ASSIGNED")
    assert await platform.count(limited.token, "affiliateAccounts") == 0
    whole = await platform.staff("AFFILIATES:R", base_type="AFFILIATE_MANAGER")
    await sees_all(platform, whole.token, "affiliateAccounts")


async def test_s9_an_affiliate_manager_of_all_sees_both_sides(platform: Platform) -> None:
    """S9: each side with its permission only."""
    who = platform.member("affiliate-manager-all")
    await sees_all(platform, who, *AFFILIATES, *ADVERTISERS, "conversions", "payoutInvoices")
    without = await platform.staff("AFFILIATES:R", base_type="AFFILIATE_MANAGER")
    await sees_none(platform, without.token, "advertiserProfiles", "conversions", "payoutInvoices")
    await sees_self(platform, who)


ASSIGNED = (
    "(SELECT m.{} FROM manager_assignment m JOIN app_user u ON u.id = m.user_id WHERE u.email = '{}@demo.example')"
)


async def test_s10_limited_to_assigned_accounts_the_advertiser_side_stays_whole(platform: Platform) -> None:
    """S10: of accounts, enrollments, conversions and invoices he sees the assigned accounts'."""
    who = platform.member("affiliate-manager")
    mine = ASSIGNED.format("affiliate_account_id", "affiliate-manager")
    await sees_all(platform, who, *ADVERTISERS)
    for connection, column in (
        ("affiliateAccounts", "id"),
        ("enrollments", "affiliate_account_id"),
        ("conversions", "affiliate_account_id"),
        ("payoutInvoices", "affiliate_account_id"),
        ("collaborators", "affiliate_account_id"),
    ):
        expected = await platform.one(f"SELECT count(*) FROM {TABLES[connection]} WHERE {column} IN {mine}")
        assert 0 < await platform.count(who, connection) == expected, connection
    others = await platform.stored(f"SELECT id FROM affiliate_account WHERE id NOT IN {mine} LIMIT 20")
    assert [await platform.node(who, "affiliate_account", number) for number in others] == [None] * len(others)


async def test_s11_an_advertiser_manager_of_all_sees_both_sides(platform: Platform) -> None:
    """S11: each side with its permission only."""
    who = platform.member("advertiser-manager-all")
    await sees_all(platform, who, *ADVERTISERS, *AFFILIATES, "conversions")
    await sees_none(platform, who, "payoutInvoices")
    without = await platform.staff("ADVERTISERS:R OFFERS:R", base_type="ADVERTISER_MANAGER")
    await sees_none(platform, without.token, "affiliateAccounts", "partnerProfiles", "conversions")


async def test_s12_limited_to_assigned_advertisers_affiliates_stay_whole(platform: Platform) -> None:
    """S12: no invoice, and no correction of an account alone; of the rest what is of his advertisers."""
    who = platform.member("advertiser-manager")
    mine = ASSIGNED.format("advertiser_profile_id", "advertiser-manager")
    await sees_all(platform, who, "affiliateAccounts", "partnerProfiles", "trafficSources")
    for connection, column in (("advertiserProfiles", "id"), ("conversions", "advertiser_profile_id")):
        expected = await platform.one(f"SELECT count(*) FROM {TABLES[connection]} WHERE {column} IN {mine}")
        assert 0 < await platform.count(who, connection) == expected, connection
    corrections = "SELECT count(*) FROM adjustment WHERE advertiser_profile_id IN {} AND conversion_id IS {} NULL"
    assert await platform.one(corrections.format(mine, "")) > 0
    of_conversions = corrections.format(mine, "NOT") + " AND side <> 'PAYOUT'"
    assert await platform.count(who, "adjustments") == await platform.one(of_conversions)
    with_payout = await platform.staff(
        "PAYOUTS:R", base_type="ADVERTISER_MANAGER", user_visibility="ASSIGNED", **SWITCHES
    )
    for token in (who, with_payout.token):
        await sees_none(platform, token, "payoutInvoices")


@pytest.mark.parametrize(
    ("switch", "field"), [("see_revenue", "revenue"), ("see_payout", "payout"), ("see_sale_amount", "saleAmount")]
)
async def test_s13_a_switch_shows_one_amount(platform: Platform, switch: str, field: str) -> None:
    """S13: with a single switch on, its amount is there and the other two do not exist."""
    staff = await platform.staff("TRANSACTIONS:R", **dict[str, Any]({switch: True}))
    amounts = [field, *{"revenue", "payout", "saleAmount"} - {field}]
    query = "conversions(first: 1) {{ nodes {{ {} {{ amount }} }} }}"
    assert [await platform.refuses(staff.token, query.format(each)) for each in amounts] == [False, True, True]


async def test_s14_what_a_role_opens_is_a_set_of_permissions(platform: Platform) -> None:
    """S14: section by section; those it does not have stay closed."""
    sections = {
        "ADVERTISERS:R": {"advertiserProfiles", "organizations"},
        "OFFERS:R": {"programs", "enrollments"},
        "TRANSACTIONS:R": {"conversions", "adjustments"},
        "AFFILIATES:R": set(AFFILIATES),
    }
    for permission, opened in sections.items():
        staff = await platform.staff(permission, **SWITCHES)
        await sees_all(platform, staff.token, *opened)
        await sees_none(platform, staff.token, *(set(TABLES) - opened - {*OWN_ONLY, "programs"}))


async def test_c09_the_permission_gives_the_verb_and_the_visibility_the_rows(platform: Platform) -> None:
    """C-09: the same permission reaches assigned rows or all; a personal set and ADMIN always reach all."""
    account = await platform.named("affiliate_account", "Bluebird Sweden")
    given = ("manager_assignment", {"affiliate_account_id": account})
    assigned: dict[str, Any] = {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED"}
    limited = await platform.staff("AFFILIATES:R", also=(given,), **assigned)
    assert await platform.names(limited.token, "affiliateAccounts") == ["Bluebird Sweden"]
    await sees_all(platform, platform.member("support"), "affiliateAccounts")
    admin = await platform.staff("ADMIN:R", also=(given,), **assigned)
    await sees_all(platform, admin.token, "affiliateAccounts", "conversions")
    idle = await platform.staff("OFFERS:R", also=(given,), **assigned)
    await sees_none(platform, idle.token, "affiliateAccounts")


async def test_dr15_admin_r_implies_every_switch_every_status_and_all(platform: Platform) -> None:
    """DR15: on a role without switches, for one status, limited to assigned; without ADMIN each of these limits."""
    bounds: dict[str, Any] = {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED", "statuses": ["APPROVED"]}
    admin = await platform.staff("ADMIN:R", **bounds)
    await sees_all(platform, admin.token, "conversions", "affiliateAccounts", "payoutInvoices", "adjustments")
    query = "{ conversions(first: 50) { nodes { revenue { amount } payout { amount } profit { amount } } } }"
    for node in (await platform.read(admin.token, query))["conversions"]["nodes"]:
        assert None not in node.values()
    plain = await platform.staff("TRANSACTIONS:R AFFILIATES:R PAYOUTS:R", **bounds)
    assert await platform.count(plain.token, "conversions") == 0
    await sees_none(platform, plain.token, "payoutInvoices", "adjustments")
    for hidden in ("revenue", "payout", "saleAmount", "profit"):
        assert not await platform.exists(plain.token, f"Conversion.{hidden}")
