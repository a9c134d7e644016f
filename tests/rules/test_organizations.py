"""Organizations and their members: who of them sees what the organization owns."""

from __future__ import annotations

import asyncpg
import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform

OWNED = {
    "advertiserProfiles": "advertiser_profile t WHERE t.organization_id = $1",
    "enrollments": "enrollment t WHERE t.advertiser_org_id = $1",
    "conversions": "conversion t WHERE t.advertiser_org_id = $1",
    "payoutInvoices": "payout_invoice t WHERE t.payer_org_id = $1",
    "memberships": "role_assignment t WHERE t.organization_id = $1",
    "users": "app_user t WHERE t.id IN (SELECT user_id FROM role_assignment WHERE organization_id = $1)",
}
OWNED_BY_PARTNER = {
    "partnerProfiles": "partner_profile t WHERE t.organization_id = $1",
    "trafficSources": "traffic_source t WHERE t.partner_org_id = $1",
    "affiliateAccounts": "affiliate_account t WHERE t.partner_org_id = $1",
    "enrollments": "enrollment t WHERE t.partner_org_id = $1",
    "conversions": "conversion t WHERE t.partner_org_id = $1",
    "payoutInvoices": "payout_invoice t WHERE t.partner_org_id = $1",
}
OF_PROGRAMS = """
    SELECT p.name FROM program p JOIN organization o ON o.id = p.advertiser_org_id WHERE o.name = $1 ORDER BY 1
"""
WITH_ADVERTISER = "{ advertiserProfile: { isNull: false } }"
"""Selects programs of one's own side: whoever only finds a program in the marketplace has no advertiser there."""
FELLOWS = """
    SELECT u.email FROM app_user u JOIN role_assignment a ON a.user_id = u.id
    JOIN organization o ON o.id = a.organization_id WHERE o.name = $1 ORDER BY 1
"""


async def owned(platform: Platform, organization: str, tables: dict[str, str]) -> dict[str, int]:
    """How many rows an organization owns, by connection."""
    number = await platform.named("organization", organization)
    return {name: await platform.one(f"SELECT count(*) FROM {rows}", number) for name, rows in tables.items()}


async def seen(platform: Platform, who: str, tables: dict[str, str]) -> dict[str, int]:
    """How many rows somebody sees, by connection."""
    return {name: await platform.count(who, name) for name in tables}


async def test_k1_membership_is_of_an_organization_only(platform: Platform) -> None:
    """K1: a membership joins a user and an organization; profiles, programs and sources have none."""
    admin = platform.member("admin")
    query = '{ __type(name: "Membership") { fields { name type { kind name } } } }'
    fields = (await platform.read(admin, query))["__type"]["fields"]
    assert {each["type"]["name"] for each in fields if each["type"]["kind"] == "OBJECT"} == {
        "User",
        "Organization",
        "Role",
        "AssignmentProgramConnection",
        "AssignmentProductLineConnection",
        "AccessReviewItemConnection",
    }, "the next two limit what a member reaches (I2), the last looks at it (L12), and none is a place of its own"
    assert await platform.count(admin, "memberships") == await platform.one("SELECT count(*) FROM role_assignment")
    for connection in ("advertiserProfiles", "partnerProfiles", "programs", "trafficSources"):
        assert await platform.refuses(admin, f"{connection}(first: 1) {{ nodes {{ memberships {{ totalCount }} }} }}")


async def test_k2_a_membership_has_exactly_one_role(platform: Platform) -> None:
    """K2: of ADMIN, MEMBER, GUEST or a role of the advertiser side; a second one beside it is refused."""
    members = await platform.cells(platform.member("partner-admin"), "memberships", "user { email } role { name }")
    assert sorted(each["user"]["email"] for each in members) == await platform.stored(FELLOWS, BLUEBIRD)
    assert {each["role"]["name"] for each in members} == {"Admin", "Member", "Guest"}
    someone = await platform.person(await platform.membership(BLUEBIRD, "Guest"))
    table, values = await platform.membership(BLUEBIRD, "Member")
    with pytest.raises(asyncpg.UniqueViolationError):
        await platform.add(table, user_id=someone.id, **values)
    told = await platform.cells(platform.member("partner-guest"), "memberships", "id role { name }")
    assert [each["role"] for each in told if each["role"]] == [{"name": "Guest"}], "of nobody but himself"


@pytest.mark.parametrize("key", ["adv-admin", "adv-member", "adv-guest"])
async def test_k3_every_member_sees_all_that_an_advertiser_owns(platform: Platform, key: str) -> None:
    """K3: every advertiser profile and program of the organization, drafts and archived ones too, and nobody else's."""
    who = platform.member(key)
    assert await platform.names(who, "programs", where=WITH_ADVERTISER) == await platform.stored(OF_PROGRAMS, NORTHWIND)
    assert await seen(platform, who, OWNED) == await owned(platform, NORTHWIND, OWNED)
    foreign = await platform.stored(
        "SELECT p.id FROM program p JOIN organization o ON o.id = p.advertiser_org_id "
        "WHERE o.name <> $1 AND p.status = 'DRAFT'",
        NORTHWIND,
    )
    assert foreign
    assert [await platform.node(who, "program", number) for number in foreign] == [None] * len(foreign)


@pytest.mark.parametrize("key", ["partner-admin", "partner-member", "partner-guest"])
async def test_k3_every_member_sees_all_that_a_partner_owns(platform: Platform, key: str) -> None:
    """K3: every profile (K20 aside), source and account of the organization, and nobody else's."""
    who, expected = platform.member(key), await owned(platform, BLUEBIRD, OWNED_BY_PARTNER)
    if key != "partner-admin":
        expected["partnerProfiles"] -= await platform.one(
            "SELECT count(*) FROM partner_profile p JOIN organization o ON o.id = p.organization_id"
            " WHERE o.name = $1 AND p.archived_at IS NOT NULL",
            BLUEBIRD,
        )
    assert await seen(platform, who, OWNED_BY_PARTNER) == expected
    query = "SELECT id FROM {} WHERE {} <> $1 LIMIT 20"
    number = await platform.named("organization", BLUEBIRD)
    for table, column in (("partner_profile", "organization_id"), ("traffic_source", "partner_org_id")):
        foreign = await platform.stored(query.format(table, column), number)
        assert [await platform.node(who, table, each) for each in foreign] == [None] * len(foreign)


async def test_k4_the_role_decides_what_may_be_done_not_which_rows_are_seen(platform: Platform) -> None:
    """K4: ADMIN, MEMBER and GUEST see the same rows; what differs is what a membership says of its role."""
    rows = [await seen(platform, platform.member(f"adv-{role}"), OWNED) for role in ("admin", "member", "guest")]
    assert rows[0] == rows[1] == rows[2]
    roles = [
        await platform.cells(platform.member(f"adv-{role}"), "memberships", "id role { name }")
        for role in ("admin", "member", "guest")
    ]
    assert all(each["role"] for each in roles[0])
    for fellow in roles[1:]:
        assert [each["role"] for each in fellow].count(None) == len(fellow) - 1, "only his own role"


async def test_k4_a_limit_to_programs_is_the_exception(platform: Platform) -> None:
    """K4, I2: whoever is limited to listed programs sees fewer rows than whoever holds the same permissions."""
    permissions = "PERFORMANCE_REPORTS:R PROGRAMS:R"
    number = await platform.named("organization", NORTHWIND)
    role = await platform.role(permissions, scope="ORGANIZATION", base_type="ORG", organization_id=number)
    whole = await platform.person(await platform.membership(NORTHWIND, role))
    limited = await platform.person(await platform.membership(NORTHWIND, role, program_scope="LISTED"))
    assert await platform.count(whole.token, "conversions") == (await owned(platform, NORTHWIND, OWNED))["conversions"]
    assert await platform.count(limited.token, "conversions") == 0
    assert await platform.names(limited.token, "programs", where=WITH_ADVERTISER) == []


async def test_k5_a_key_reads_everything_of_its_organization_and_nothing_else(platform: Platform) -> None:
    """K5: northwind-key sees what Northwind owns to the row; of another organization it finds nothing."""
    key = platform.member("northwind-key")
    assert await seen(platform, key, OWNED) == await owned(platform, NORTHWIND, OWNED)
    assert await platform.names(key, "organizations") == [NORTHWIND]
    other = platform.member("bluebird-key")
    assert await seen(platform, other, OWNED_BY_PARTNER) == await owned(platform, BLUEBIRD, OWNED_BY_PARTNER)
    assert await platform.names(other, "organizations") == [BLUEBIRD]
    bluebird = await platform.named("organization", BLUEBIRD)
    northwind = await platform.named("organization", NORTHWIND)
    assert await platform.node(key, "organization", bluebird) is None
    assert await platform.node(other, "organization", northwind) is None
    statement = "SELECT affiliate_account_id, id FROM conversion WHERE {} <> $1 LIMIT 20"
    for token, column, own in ((key, "advertiser_org_id", northwind), (other, "partner_org_id", bluebird)):
        for account, number in await platform.rows(statement.format(column), own):
            assert await platform.node(token, "conversion", account, number) is None
    assert await platform.refuses(key, "affiliateAccounts(first: 1) { totalCount }")
    assert await platform.refuses(other, "advertiserProfiles(first: 1) { totalCount }")


async def test_k7_an_organization_owns_any_number_of_profiles_of_both_kinds(platform: Platform) -> None:
    """K7: its members see all of them, whatever their mix; others see none of what is not listed."""
    number = await platform.add("organization", name="Mixed House")
    for name in ("Mixed Shoes", "Mixed Hats"):
        await platform.add("advertiser_profile", organization_id=number, name=name)
    for name in ("Mixed Blog", "Mixed Mail", "Mixed Film"):
        await platform.add("partner_profile", organization_id=number, name=name)
    member = (await platform.person(await platform.membership("Mixed House", "Member"))).token
    assert await platform.names(member, "advertiserProfiles") == ["Mixed Hats", "Mixed Shoes"]
    assert await platform.names(member, "partnerProfiles") == ["Mixed Blog", "Mixed Film", "Mixed Mail"]
    for key in ("adv-admin", "both-sides"):
        who = platform.member(key)
        assert not [name for name in await platform.names(who, "advertiserProfiles") if name.startswith("Mixed")]
        assert not [name for name in await platform.names(who, "partnerProfiles") if name.startswith("Mixed")]


@pytest.mark.parametrize("key", ["adv-guest", "scoped-analyst"])
async def test_k8_members_see_names_and_addresses_of_each_other(platform: Platform, key: str) -> None:
    """K8: also the least of them; of other organizations' members they see nothing."""
    who = platform.member(key)
    people = await platform.cells(who, "users", "name email")
    assert sorted(each["email"] for each in people) == await platform.stored(FELLOWS, NORTHWIND)
    assert all(each["name"] for each in people)
    strangers = await platform.stored(
        "SELECT u.id FROM app_user u JOIN role_assignment a ON a.user_id = u.id "
        "JOIN organization o ON o.id = a.organization_id WHERE o.name = $1 AND u.email <> ALL($2)",
        BLUEBIRD,
        [each["email"] for each in people],
    )
    assert strangers
    assert [await platform.node(who, "app_user", number) for number in strangers] == [None] * len(strangers)


async def test_k9_sources_and_programs_are_many_to_many(platform: Platform) -> None:
    """K9: an advertiser has many programs, a partner many sources, each joined to many of the other."""
    who = platform.member("both-sides")
    sources = await platform.cells(
        who, "trafficSources", "partnerProfile { name } enrollments(first: 1) { totalCount }"
    )
    own = [each for each in sources if each["partnerProfile"]["name"] == "Kestrel Stories"]
    assert len(own) > 1
    assert max(each["enrollments"]["totalCount"] for each in own) > 1
    programs = await platform.cells(who, "programs", "enrollments(first: 1) { totalCount }", where=WITH_ADVERTISER)
    assert len(programs) == 2
    assert min(programs) > 1
    assert await platform.refuses(platform.member("nobody"), "enrollments(first: 1) { totalCount }")
    foreign = "SELECT id FROM enrollment WHERE advertiser_org_id <> $1 AND partner_org_id <> $1 LIMIT 20"
    for number in await platform.stored(foreign, await platform.named("organization", "Kestrel Collective")):
        assert await platform.node(who, "enrollment", number) is None


async def test_k10_an_advertiser_profile_is_seen_by_its_own_organization_and_staff(platform: Platform) -> None:
    """K10: partners see the program and the advertiser's name on it, never the profile."""
    expected = ["Northwind Heritage", NORTHWIND]
    for key in ("adv-admin", "adv-guest", "analyst", "northwind-key"):
        assert await platform.names(platform.member(key), "advertiserProfiles") == expected
    assert set(expected) <= set(await platform.names(platform.member("manager"), "advertiserProfiles"))
    profile = await platform.named("advertiser_profile", NORTHWIND)
    for key in ("partner-admin", "collab-owner", "bluebird-key", "nobody", "support"):
        who = platform.member(key)
        assert await platform.refuses(who, "advertiserProfiles(first: 1) { totalCount }")
        assert await platform.refuses(who, "programs(first: 1) { nodes { advertiserProfile { name } } }")
        assert await platform.node(who, "advertiser_profile", profile) is None
    shown = await platform.cells(
        platform.member("partner-admin"), "programs", "advertiserName", where='{ name: { eq: "Northwind Footwear" } }'
    )
    assert shown == [NORTHWIND]
    assert await platform.node(platform.member("both-sides"), "advertiser_profile", profile) is None


async def test_k15_it_is_the_source_that_joins_a_program(platform: Platform) -> None:
    """K15: of two sources of one unlisted partner the advertiser sees the one that joined, not the other."""
    profile = await platform.named("partner_profile", "Bluebird Voices")
    partner = {"partner_profile_id": profile, "partner_org_id": await platform.named("organization", BLUEBIRD)}
    joined = await platform.add("traffic_source", name="Voices on air", kind="APP", **partner)
    alone = await platform.add("traffic_source", name="Voices in print", kind="OTHER", **partner)
    program = (await platform.rows("SELECT * FROM program WHERE name = 'Northwind Ambassadors'"))[0]
    account = await platform.add(
        "affiliate_account",
        name="Voices",
        created_by_id=await platform.one("SELECT min(id) FROM app_user"),
        **partner,
    )
    await platform.add(
        "enrollment",
        program_id=program["id"],
        advertiser_profile_id=program["advertiser_profile_id"],
        advertiser_org_id=program["advertiser_org_id"],
        traffic_source_id=joined,
        proposed_account_id=account,
        initiated_by="PARTNER",
        state="APPLIED",
        **partner,
    )
    for key in ("partner-admin", "partner-guest"):
        counts = await platform.cells(
            platform.member(key),
            "trafficSources",
            "enrollments(first: 1) { totalCount }",
            where='{ name: { in: ["Voices on air", "Voices in print"] } }',
        )
        assert sorted(counts) == [0, 1]
    advertiser = platform.member("adv-admin")
    assert await platform.node(advertiser, "traffic_source", joined) is not None
    assert await platform.node(advertiser, "traffic_source", alone) is None
    for key in ("both-sides", "implementation", "hidden-guest"):
        assert await platform.node(platform.member(key), "traffic_source", joined) is None


SAME = """
{
  conversions(first: 100) { totalCount nodes { id status saleAmount { amount } payout { amount } } }
  enrollments(first: 100) { totalCount nodes { id state createdAt } }
  payoutInvoices(first: 100) { totalCount nodes { id state total { amount } } }
}
"""


async def same_reading(platform: Platform, side: str) -> None:
    """MEMBER and GUEST of a side get the same answer, and there is something in it; so too what each can ask for."""
    member, guest = (platform.member(f"{side}-{role}") for role in ("member", "guest"))
    assert await platform.readable(guest) == await platform.readable(member)
    answer = await platform.ask(guest, SAME)
    assert answer == await platform.ask(member, SAME)
    assert answer.data is not None
    assert min(answer.data[each]["totalCount"] for each in ("conversions", "enrollments", "payoutInvoices")) > 0


async def test_k16_a_guest_of_an_advertiser_reads_what_a_member_reads(platform: Platform) -> None:
    """K16: the same coordinates, rows and cells; neither is told the roles of others, as an admin is."""
    await same_reading(platform, "adv")
    guest = platform.member("adv-guest")
    roles = await platform.cells(guest, "memberships", "id role { name }")
    assert [each["role"] for each in roles].count(None) == len(roles) - 1
    assert None not in await platform.cells(platform.member("adv-admin"), "memberships", "role { name }")
    assert await platform.refuses(guest, "companies(first: 1) { totalCount }")
    assert await platform.refuses(guest, "affiliateAccounts(first: 1) { totalCount }")


async def test_k19_a_guest_of_a_partner_reads_what_a_member_reads(platform: Platform) -> None:
    """K19: the same coordinates, rows and cells; of neither side's guest what only the other side sees."""
    await same_reading(platform, "partner")
    guest = platform.member("partner-guest")
    for hidden in ("revenue { amount }", "profit { amount }", "orderRef", "customerStatus", "externalRef"):
        query = f"conversions(first: 1) {{ nodes {{ {hidden} }} }}"
        assert await platform.refuses(guest, query)
        assert not await platform.refuses(platform.member("adv-guest"), query)


async def test_k20_an_archived_profile_is_hidden_from_members_and_guests_where_the_organization_says_so(
    platform: Platform,
) -> None:
    """K20: the profile's own row, and nothing beneath it: its account and conversions stay."""
    archived = await platform.named("partner_profile", "Bluebird Archive")
    below = await platform.one("SELECT count(*) FROM conversion WHERE partner_profile_id = $1", archived)
    assert below > 0
    where = '{ name: { eq: "Bluebird Archive" } }'
    account = "name partnerProfile { name } conversions(first: 1) { totalCount }"
    for key, profile in (
        ("partner-admin", {"name": "Bluebird Archive"}),
        ("partner-member", None),
        ("partner-guest", None),
    ):
        who = platform.member(key)
        assert await platform.cells(who, "affiliateAccounts", account, where=where) == [
            {"name": "Bluebird Archive", "partnerProfile": profile, "conversions": {"totalCount": below}}
        ]
        assert (await platform.node(who, "partner_profile", archived) is None) is (profile is None)
    number = await platform.add("organization", name="Tidy House")
    await platform.add("partner_profile", organization_id=number, name="Tidy Blog")
    old = await platform.add("partner_profile", organization_id=number, name="Old Blog")
    await platform.change(f"UPDATE partner_profile SET archived_at = now() WHERE id = {old}")
    people = [
        (await platform.person(await platform.membership("Tidy House", role))).token for role in ("Admin", "Guest")
    ]
    for who in people:
        assert await platform.names(who, "partnerProfiles") == ["Old Blog", "Tidy Blog"]
    await platform.change(f"UPDATE organization SET hides_archived_profiles = true WHERE id = {number}")
    assert [await platform.names(who, "partnerProfiles") for who in people] == [
        ["Old Blog", "Tidy Blog"],
        ["Tidy Blog"],
    ]
