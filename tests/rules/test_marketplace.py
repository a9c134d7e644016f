"""What everybody finds in the marketplace, and what a guest from whom partner names are hidden does not."""

from __future__ import annotations

import pytest
from demo_platform import NORTHWIND, Platform

LISTED_PROGRAMS = "SELECT name FROM program WHERE listed AND status = 'ACTIVE' ORDER BY 1"
LISTED_PROFILES = "SELECT name FROM partner_profile WHERE listed AND archived_at IS NULL ORDER BY 1"
LISTED_SOURCES = """
    SELECT s.name FROM traffic_source s JOIN partner_profile p ON p.id = s.partner_profile_id
    WHERE p.listed AND p.archived_at IS NULL ORDER BY 1
"""
PUBLIC_FIELDS = {
    "Program": {"id", "name", "status", "advertiserName", "description", "listed", "currency"},
    "PartnerProfile": {"id", "name", "description", "listed"},
    "TrafficSource": {"id", "name", "kind", "url"},
}
FIGURES = {"enrollments", "conversions", "adjustments", "affiliateAccounts", "advertiserProfile", "organization"}


async def public_fields_only(platform: Platform, who: str, name: str) -> None:
    """Of a type somebody has the public fields, and no edge to what lies behind it."""
    query = "query ($name: String!) { __type(name: $name) { fields { name type { kind ofType { kind } } } } }"
    fields = (await platform.read(who, query, name=name))["__type"]["fields"]
    kinds = {each["name"]: (each["type"]["ofType"] or each["type"])["kind"] for each in fields}
    assert {field for field, kind in kinds.items() if kind in ("SCALAR", "ENUM")} == PUBLIC_FIELDS[name]
    assert not FIGURES & set(kinds)


@pytest.mark.parametrize("key", ["nobody", "company-owner", "payouts-only"])
async def test_k11_a_listed_active_program_is_shown_to_every_active_user(platform: Platform, key: str) -> None:
    """K11: those, no others, and only their public fields."""
    who = platform.member(key)
    assert await platform.names(who, "programs") == await platform.stored(LISTED_PROGRAMS)
    for name in ("Northwind Ambassadors", "Northwind Clearance", "Northwind Heritage", "Northwind Next Season"):
        assert await platform.node(who, "program", await platform.named("program", name)) is None
    await public_fields_only(platform, who, "Program")


@pytest.mark.parametrize("key", ["hidden-guest", "implementation"])
async def test_k12_listed_partners_are_shown_to_approved_advertisers(platform: Platform, key: str) -> None:
    """K12: their profiles and sources, and no unlisted or archived one."""
    who = platform.member(key)
    assert await platform.names(who, "partnerProfiles") == await platform.stored(LISTED_PROFILES)
    assert await platform.names(who, "trafficSources") == await platform.stored(LISTED_SOURCES)
    hidden = await platform.stored("SELECT id FROM partner_profile WHERE NOT listed OR archived_at IS NOT NULL")
    assert hidden
    assert [await platform.node(who, "partner_profile", number) for number in hidden] == [None] * len(hidden)


@pytest.mark.parametrize("key", ["nobody", "partner-admin", "collab-owner", "adv-unapproved", "support-key"])
async def test_k12_nobody_else_browses_partners(platform: Platform, key: str) -> None:
    """K12: neither partners nor an advertiser whom the operator has not approved."""
    who = platform.member(key)
    if await platform.exists(who, "Query.partnerProfiles"):
        names = set(await platform.names(who, "partnerProfiles"))
        assert not names & set(await platform.stored(LISTED_PROFILES)) - {"Bluebird Media", "Bluebird Deals"}
    else:
        assert await platform.refuses(who, "partnerProfiles(first: 1) { totalCount }")
    stranger = await platform.one("SELECT id FROM partner_profile WHERE name NOT LIKE 'Bluebird%' AND listed LIMIT 1")
    assert await platform.node(who, "partner_profile", stranger) is None


async def test_k12_the_operators_approval_opens_the_marketplace_and_archiving_closes_it(platform: Platform) -> None:
    """K12: whoever makes an organization browses nobody, until its advertiser is approved."""
    number = await platform.add("organization", name="Newcomer")
    await platform.add("partner_profile", organization_id=number, name="Newcomer's Blog")
    profile = await platform.add("advertiser_profile", organization_id=number, name="Newcomer's Shop")
    who = (await platform.person(await platform.membership("Newcomer", "Guest"))).token
    listed = await platform.stored(LISTED_PROFILES)
    assert await platform.names(who, "partnerProfiles") == ["Newcomer's Blog"]
    await platform.change(f"UPDATE advertiser_profile SET approved_at = now() WHERE id = {profile}")
    assert await platform.names(who, "partnerProfiles") == sorted([*listed, "Newcomer's Blog"])
    await platform.change(f"UPDATE advertiser_profile SET archived_at = now() WHERE id = {profile}")
    assert await platform.names(who, "partnerProfiles") == ["Newcomer's Blog"]


async def test_c20_the_marketplace_shows_public_fields_only(platform: Platform) -> None:
    """C-20: no contact and no figures of a partner whom one only finds there; no account of his at all."""
    who = platform.member("implementation")
    for name in ("PartnerProfile", "TrafficSource"):
        await public_fields_only(platform, who, name)
    for hidden in (
        "partnerProfiles(first: 1) { nodes { createdAt } }",
        "partnerProfiles(first: 1) { nodes { organization { name } } }",
        "partnerProfiles(first: 1) { nodes { conversions(first: 1) { totalCount } } }",
        "affiliateAccounts(first: 1) { totalCount }",
    ):
        assert await platform.refuses(who, hidden)
    described = "SELECT description FROM partner_profile WHERE listed AND archived_at IS NULL ORDER BY 1"
    shown = await platform.cells(who, "partnerProfiles", "description")
    assert sorted(each or "" for each in shown) == sorted(each or "" for each in await platform.stored(described))
    assert any(shown)
    # The owner of some of these profiles has the fields: it is the path that does not hold them.
    assert all(await platform.cells(platform.member("partner-admin"), "partnerProfiles", "createdAt"))


async def test_k11_what_is_listed_can_be_asked_for_by_that(platform: Platform) -> None:
    """K11: whether a program is listed is public, and so is a filter by it; it finds nothing more."""
    who = platform.member("adv-admin")
    listed = await platform.names(who, "programs", where="{ listed: { eq: true } }")
    others = await platform.names(who, "programs", where="{ listed: { eq: false } }")
    assert "Northwind Footwear" in listed
    assert {"Northwind Ambassadors", "Northwind Next Season"} <= set(others)
    assert sorted(listed + others) == await platform.names(who, "programs")


async def test_c20_a_known_partner_is_not_known_better(platform: Platform) -> None:
    """C-20: the advertiser that works with a partner has his name and what is public, not when he was registered."""
    who = platform.member("adv-admin")
    assert "Bluebird Voices" in await platform.names(who, "partnerProfiles")
    for hidden in ("createdAt", "archivedAt", "organization { name }", "affiliateAccounts(first: 1) { totalCount }"):
        assert await platform.refuses(who, f"partnerProfiles(first: 1) {{ nodes {{ {hidden} }} }}")


WHO_IT_WAS = {
    "conversions": ("promoCode", "enrollment { id }", "trafficSource { id }", "partnerProfile { id }"),
    "enrollments": ("trafficSource { id }", "partnerProfile { id }"),
}


async def test_c13_a_guest_may_be_kept_from_seeing_which_partner_a_row_belongs_to(platform: Platform) -> None:
    """C-13, K21: he reads every row and amount; whatever says whose it is does not exist for him."""
    halden = await platform.named("organization", "Halden Optics")
    guest = platform.member("hidden-guest")
    member = (await platform.person(await platform.membership("Halden Optics", "Member"))).token
    assert await platform.count(guest, "conversions") == await platform.one(
        "SELECT count(*) FROM conversion WHERE advertiser_org_id = $1", halden
    )
    query = "{ conversions(first: 100) { nodes { id status orderRef revenue { amount } payout { amount } } } }"
    assert await platform.read(guest, query) == await platform.read(member, query)
    for connection, hidden in WHO_IT_WAS.items():
        for field in hidden:
            assert await platform.refuses(guest, f"{connection}(first: 1) {{ nodes {{ {field} }} }}"), field
            assert not await platform.refuses(member, f"{connection}(first: 1) {{ nodes {{ {field} }} }}"), field
    assert None not in await platform.cells(member, "enrollments", "partnerProfile { name }")


async def test_c13_hides_the_company_that_an_invoice_names(platform: Platform) -> None:
    """C-13: the name of a partner's company on his invoice says as much as the partner's own."""
    member = (await platform.person(await platform.membership("Halden Optics", "Member"))).token
    assert [name for name in await platform.cells(member, "payoutInvoices", "companyName") if name]
    assert await platform.refuses(platform.member("hidden-guest"), "payoutInvoices(first: 1) { nodes { companyName } }")


async def test_k21_partners_whom_a_guest_would_know_only_by_working_with_them(platform: Platform) -> None:
    """K21: an unlisted partner of the organization is there for its member and not for its guest; listed ones are."""
    unlisted = """
        SELECT DISTINCT p.name FROM partner_profile p JOIN enrollment e ON e.partner_profile_id = p.id
        JOIN organization o ON o.id = e.advertiser_org_id
        WHERE o.name = 'Halden Optics' AND NOT p.listed AND e.activated_at IS NOT NULL ORDER BY 1
    """
    names = await platform.stored(unlisted)
    assert names
    member = (await platform.person(await platform.membership("Halden Optics", "Member"))).token
    guest = platform.member("hidden-guest")
    assert set(names) <= set(await platform.names(member, "partnerProfiles"))
    assert not set(names) & set(await platform.names(guest, "partnerProfiles"))
    assert set(await platform.stored(LISTED_PROFILES)) <= set(await platform.names(guest, "partnerProfiles"))


async def test_k21_is_a_setting_of_each_organization_for_guests_alone(platform: Platform) -> None:
    """K21, C-13: a guest elsewhere, and an admin there, have the names; a guest's are gone once the setting is made."""
    for key in ("adv-guest", "adv-admin"):
        assert await platform.exists(platform.member(key), "Conversion.partnerProfile")
    number = await platform.named("organization", "Polder Travel")
    guest = (await platform.person(await platform.membership("Polder Travel", "Guest"))).token
    admin = (await platform.person(await platform.membership("Polder Travel", "Admin"))).token
    query = "conversions(first: 1) { nodes { partnerProfile { name } } }"
    for who in (guest, admin):
        assert (await platform.read(who, f"{{ {query} }}"))["conversions"]["nodes"][0]["partnerProfile"]
    await platform.change(f"UPDATE organization SET guest_hides_partner_names = true WHERE id = {number}")
    assert await platform.refuses(guest, query)
    assert not await platform.refuses(admin, query)
    assert NORTHWIND not in await platform.names(guest, "organizations")
