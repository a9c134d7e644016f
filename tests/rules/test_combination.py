"""How several grants of one principal combine: they add up row by row and cell by cell, and never beyond."""

from __future__ import annotations

import json
from typing import Any

import pytest
from demo_platform import BLUEBIRD, LAST_YEAR, NORTHWIND, Platform

from sightline.resolvers.errors import UnauthenticatedError

GERMANY, AUSTRIA = "Bluebird Germany", "Bluebird Austria"
PAYOUTS = "{ conversions(first: 100, where: %s) { nodes { affiliateAccount { name } payout { amount } } } }"


async def account_filter(platform: Platform, *names: str) -> str:
    """A filter for conversions of these accounts."""
    ids = [platform.global_id("affiliate_account", await platform.named("affiliate_account", name)) for name in names]
    return f"{{ affiliateAccount: {{ in: {json.dumps(ids)} }} }}"


async def test_ac1_a_row_is_visible_where_some_path_reaches_it(platform: Platform) -> None:
    """AC1: two grants give the union of their rows, whichever came first; a row that neither reaches is not there."""
    one, other = await platform.collaborator(GERMANY, "READ_ONLY"), await platform.membership(NORTHWIND, "Analyst")
    germany = await platform.named("affiliate_account", GERMANY)
    northwind = await platform.named("organization", NORTHWIND)
    reached = "affiliate_account_id = $1 OR advertiser_org_id = $2"
    expected = await platform.one(f"SELECT count(*) FROM conversion WHERE {reached}", germany, northwind)
    people = [await platform.person(one, other), await platform.person(other, one)]
    assert [await platform.count(person.token, "conversions") for person in people] == [expected, expected]
    beyond = await platform.rows(
        f"SELECT affiliate_account_id, id FROM conversion WHERE NOT ({reached}) LIMIT 20", germany, northwind
    )
    assert [await platform.node(people[0].token, "conversion", *row) for row in beyond] == [None] * len(beyond)


async def test_ac2_a_cell_belongs_to_the_path_that_reaches_its_row(platform: Platform) -> None:
    """AC2: staff without the payout switch sees every conversion; as collaborator the payouts of his account alone."""
    grant = await platform.collaborator(GERMANY, "READ_ONLY")
    person = await platform.staff("TRANSACTIONS:R AFFILIATES:R", also=[grant])
    for name, shown in ((GERMANY, True), (AUSTRIA, False)):
        where = await account_filter(platform, name)
        nodes = (await platform.read(person.token, PAYOUTS % where))["conversions"]["nodes"]
        assert nodes
        assert {each["payout"] is not None for each in nodes} == {shown}, name
    where = await account_filter(platform, AUSTRIA)
    assert await platform.count(person.token, "conversions", where=f"{{ payout: {{ gt: 0 }}, and: [{where}] }}") == 0
    assert await platform.count(person.token, "conversions", where=where) > 0


async def test_ac2_half_of_what_is_needed_twice_is_not_enough(platform: Platform) -> None:
    """AC2: a payout switch without conversions, and conversions without it, show no payout anywhere else."""
    grant = await platform.membership(NORTHWIND, "Analyst")
    person = await platform.staff("PAYOUTS:R", see_payout=True, also=[grant])
    assert await platform.count(person.token, "conversions") > 0
    assert await platform.count(person.token, "payoutInvoices") > 0
    assert await platform.refuses(person.token, "conversions(first: 1) { nodes { payout { amount } } }")
    assert await platform.refuses(person.token, "conversions(first: 1) { nodes { settlement } }")


async def test_ac4_a_limit_narrows_its_own_path_only(platform: Platform) -> None:
    """AC4: statuses and assignment of a staff role take nothing from what the same person has as collaborator."""
    bounds: dict[str, Any] = {"base_type": "AFFILIATE_MANAGER", "user_visibility": "ASSIGNED", "statuses": ["APPROVED"]}
    assigned = await platform.named("affiliate_account", AUSTRIA)
    also = [
        ("manager_assignment", {"affiliate_account_id": assigned}),
        await platform.collaborator(GERMANY, "READ_ONLY"),
    ]
    person = await platform.staff("TRANSACTIONS:R AFFILIATES:R", also=also, **bounds)
    limited = await platform.staff("TRANSACTIONS:R AFFILIATES:R", also=also[:1], **bounds)
    germany = await platform.named("affiliate_account", GERMANY)
    approved = await platform.one(
        "SELECT count(*) FROM conversion WHERE affiliate_account_id = $1 AND status = 'APPROVED'", assigned
    )
    own = await platform.one("SELECT count(*) FROM conversion WHERE affiliate_account_id = $1", germany)
    assert await platform.count(limited.token, "conversions") == approved
    assert await platform.count(person.token, "conversions") == approved + own
    rejected = "{ status: { eq: REJECTED } }"
    assert await platform.count(limited.token, "conversions", where=rejected) == 0
    assert await platform.count(person.token, "conversions", where=rejected) > 0


async def test_ac5_a_key_has_its_owners_paths_cut_by_its_scopes(platform: Platform) -> None:
    """AC5: a user's key sees what its scopes name of what he sees; scopes he does not hold give nothing."""
    total = await platform.one("SELECT count(*) FROM conversion")
    support = platform.member("support-key")
    assert await platform.count(support, "conversions") == total
    for hidden in ("affiliateAccounts", "enrollments", "payoutInvoices", "users"):
        assert await platform.refuses(support, f"{hidden}(first: 1) {{ totalCount }}")
    person = await platform.staff("AFFILIATES:R", also=[await platform.collaborator(GERMANY, "OWNER")])
    other = await platform.user_key(person.id, ["TRANSACTIONS:W", "PAYOUTS:R"])
    wide = await platform.user_key(person.id, ["ADMIN:W"])
    for key in (other, wide):
        assert await platform.refuses(key, "conversions(first: 1) { totalCount }")
    assert await platform.refuses(other, "affiliateAccounts(first: 1) { totalCount }")
    assert await platform.exists(wide, "Query.affiliateAccounts")
    account = await platform.user_key(person.id, ["account:R"])
    assert await platform.names(account, "affiliateAccounts") == [GERMANY]
    whole = await platform.user_key(person.id, ["AFFILIATES:R", "account:R"])
    assert await platform.count(whole, "affiliateAccounts") == await platform.one(
        "SELECT count(*) FROM affiliate_account"
    )


async def test_ac5_a_key_is_somebodys_self_only_by_that_scope(platform: Platform) -> None:
    """AC5: without `self:R` a user's key does not see its user; an organization's key is nobody's self."""
    person = await platform.person()
    query = "{ viewer { user { email } organization { name } } }"
    itself = await platform.user_key(person.id, ["self:R"])
    assert (await platform.read(itself, query.replace("organization { name }", "")))["viewer"]["user"]["email"]
    without = await platform.user_key(person.id, ["account:R"])
    assert await platform.refuses(without, "users(first: 1) { totalCount }")
    key = await platform.read(platform.member("bluebird-key"), query)
    assert key == {"viewer": {"user": None, "organization": {"name": BLUEBIRD}}}
    paths = "{ viewer { paths { kind } } }"
    kinds = {each["kind"] for each in (await platform.read(platform.member("northwind-key"), paths))["viewer"]["paths"]}
    assert kinds == {"ORGANIZATION", "ORG_ADVERTISER", "COUNTERPARTY_ADVERTISER", "PUBLIC"}


async def test_ac5_scopes_of_an_organizations_key(platform: Platform) -> None:
    """AC5: for reports alone it has sale amounts and its cost; not customers, partners, payouts, members."""
    reports, whole = platform.member("northwind-reports-key"), platform.member("northwind-key")
    assert await platform.count(reports, "conversions") == await platform.count(whole, "conversions")
    assert await platform.exists(reports, "Conversion.saleAmount")
    for hidden in ("orderRef", "payout", "trafficSource", "promoCode"):
        assert not await platform.exists(reports, f"Conversion.{hidden}")
        assert await platform.exists(whole, f"Conversion.{hidden}")
    assert await platform.refuses(reports, "users(first: 1) { totalCount }")
    assert await platform.refuses(reports, "organizations(first: 1) { totalCount }")


@pytest.mark.parametrize("key", ["suspended", "expired-key", "revoked-key"])
async def test_ac6_who_is_suspended_has_no_path_at_all(platform: Platform, key: str) -> None:
    """AC6: not even the public one: the token stands for nobody, as does a key that ended or was revoked."""
    for query in ("{ programs(first: 1) { totalCount } }", "{ viewer { paths { kind } } }", "{ __typename }"):
        with pytest.raises(UnauthenticatedError):
            await platform.ask(platform.member(key), query)
        assert not (await platform.ask(platform.member("nobody"), query)).errors


async def test_ac7_an_invisible_row_is_answered_as_one_that_does_not_exist(platform: Platform) -> None:
    """AC7: byte for byte in lookups; in counts and filters it is not there either."""
    who = platform.member("collab-readonly")
    foreign = await platform.named("affiliate_account", AUSTRIA)
    query = "query ($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id]) { id } }"
    invisible, missing = [
        await platform.ask(who, query, id=platform.global_id("affiliate_account", number))
        for number in (foreign, 10**9)
    ]
    assert invisible == missing
    assert invisible.data == {"node": None, "nodes": [None]}
    where = "where: { affiliateAccount: { eq: $id } }"
    page = "totalCount nodes { id } pageInfo { endCursor hasNextPage }"
    rows = f"query ($id: ID!) {{ conversions(first: 1, {where}) {{ {page} }} }}"
    answers = [
        await platform.ask(who, rows, id=platform.global_id("affiliate_account", number)) for number in (foreign, 10**9)
    ]
    assert answers[0] == answers[1]
    assert (
        await platform.count(
            platform.member("collab-owner"), "conversions", where=await account_filter(platform, AUSTRIA)
        )
        > 0
    )


async def test_ac8_hidden_statuses_do_not_exist_on_their_path(platform: Platform) -> None:
    """AC8: nor do items and adjustments of such conversions; another path of the same person has every status."""
    who = platform.member("approved-only")
    stored = "SELECT count(*) FROM conversion WHERE status = 'APPROVED'"
    assert await platform.count(who, "conversions") == await platform.one(stored)
    for status in ("PENDING", "HOLD", "REJECTED", "REVERSED"):
        assert await platform.count(who, "conversions", where=f"{{ status: {{ eq: {status} }} }}") == 0
    hidden = await platform.rows("SELECT affiliate_account_id, id FROM conversion WHERE status <> 'APPROVED' LIMIT 20")
    assert [await platform.node(who, "conversion", *row) for row in hidden] == [None] * len(hidden)
    statement = """
        SELECT count(*) FROM adjustment a WHERE a.conversion_id IS NULL OR EXISTS (SELECT FROM conversion c
        WHERE (c.affiliate_account_id, c.id) = (a.affiliate_account_id, a.conversion_id) AND c.status = 'APPROVED')
    """
    assert await platform.count(who, "adjustments") == await platform.one(statement)
    role = await platform.one("SELECT id FROM role WHERE name = 'Approved conversions only'")
    both = await platform.person(
        ("role_assignment", {"scope": "PLATFORM", "role_id": role}), await platform.collaborator(GERMANY, "READ_ONLY")
    )
    germany = await platform.named("affiliate_account", GERMANY)
    rejected = "SELECT count(*) FROM conversion WHERE affiliate_account_id = $1 AND status = 'REJECTED'"
    found = await platform.count(both.token, "conversions", where="{ status: { eq: REJECTED } }")
    assert 0 < found == await platform.one(rejected, germany)


async def test_ac10_an_edge_leads_only_where_the_row_is_visible_by_itself(platform: Platform) -> None:
    """AC10: who works on two sides follows an edge on his own rows, and finds null on the others, without an error."""
    who = platform.member("both-sides")
    edges = "program { advertiserName advertiserProfile { name } } partnerProfile { name } affiliateAccount { name }"
    answer = await platform.ask(who, f"{{ conversions(first: 100, {LAST_YEAR}) {{ nodes {{ {edges} }} }} }}")
    assert answer.data is not None
    assert not answer.errors
    nodes = answer.data["conversions"]["nodes"]
    for node in nodes:
        own = node["program"]["advertiserName"] == "Kestrel Store"
        assert (node["program"]["advertiserProfile"] == {"name": "Kestrel Store"}) is own
        assert (node["affiliateAccount"] is not None) is (node["partnerProfile"] == {"name": "Kestrel Stories"})
    assert {node["affiliateAccount"] is None for node in nodes} == {True, False}
    below = "{ programs(first: 20) { nodes { enrollments(first: 50) { nodes { partnerProfile { name } } } } } }"
    programs = (await platform.read(platform.member("partner-admin"), below))["programs"]["nodes"]
    partners = {each["partnerProfile"]["name"] for program in programs for each in program["enrollments"]["nodes"]}
    assert partners
    assert all(name.startswith("Bluebird") for name in partners)


async def test_ac11_a_change_one_may_not_see_shows_nowhere(platform: Platform) -> None:
    """AC11: a payout changes: who lacks it gets the same as before, `modifiedAt` included; who has it does not."""
    program = await platform.named("program", "Northwind Trail Gear")
    open_ones = "SELECT affiliate_account_id, id FROM conversion WHERE program_id = $1 AND settlement = 'OPEN' LIMIT 1"
    [(account, number)] = await platform.rows(open_ones, program)
    one = "node(id: $id) { ... on Conversion { modifiedAt status locked revenue { amount } %s } }"
    order = "orderBy: { field: MODIFIED_AT, direction: DESC }"
    latest = f"conversions(first: 20, {order}) {{ totalCount nodes {{ id }} pageInfo {{ endCursor }} }}"
    query = f"query ($id: ID!) {{ {one} {latest} }}"
    identity = platform.global_id("conversion", account, number)
    asked = {"analyst": query % "", "adv-admin": query % "payout { amount }"}
    before = {key: await platform.ask(platform.member(key), text, id=identity) for key, text in asked.items()}
    async with platform.engine.database.owner() as connection:
        change = "UPDATE conversion SET payout = payout + 17.31"
        await connection.execute(f"{change} WHERE affiliate_account_id = {account} AND id = {number}")
    after = {key: await platform.ask(platform.member(key), text, id=identity) for key, text in asked.items()}
    assert not after["analyst"].errors
    assert after["analyst"] == before["analyst"]
    assert after["adv-admin"] != before["adv-admin"]
    for key in ("admin", "adv-admin", "analyst"):
        assert await platform.refuses(platform.member(key), "conversions(first: 1) { nodes { version } }")


async def test_rc12_a_masked_cell_is_null_and_named_once(platform: Platform) -> None:
    """RC12: once per coordinate, however many rows; without an error. Who has every cell is told of none."""
    amounts = "payout { amount } profit { amount } revenue { amount }"
    query = f"{{ conversions(first: 100, {LAST_YEAR}) {{ nodes {{ {amounts} }} }} }}"
    masked = await platform.ask(platform.member("adv-admin"), query)
    assert masked.data is not None
    nodes = masked.data["conversions"]["nodes"]
    assert {node["payout"] is None for node in nodes} == {True, False}
    assert None not in [node["revenue"] for node in nodes]
    assert masked.errors == []
    assert masked.extensions["authorization"] == {"masked": ["Conversion.payout", "Conversion.profit"]}
    whole = await platform.ask(platform.member("manager"), query)
    assert (whole.errors, set(whole.extensions)) == ([], {"cost"})


async def test_c21_who_stands_on_both_sides_sees_the_union(platform: Platform) -> None:
    """C-21: on a row of both his sides revenue and payout; on rows of one side that side's amounts."""
    who = platform.member("both-sides")
    number = await platform.named("organization", "Kestrel Collective")
    sides = {
        "both": "advertiser_org_id = $1 AND partner_org_id = $1 AND NOT p.share_sale_amount",
        "advertiser": "advertiser_org_id = $1 AND partner_org_id <> $1 AND p.commission_model = 'INTERMEDIATED'",
        "partner": "c.advertiser_org_id <> $1 AND partner_org_id = $1 AND NOT p.share_sale_amount",
    }
    expected = {
        "both": {"revenue": True, "payout": True, "profit": True, "saleAmount": True},
        "advertiser": {"revenue": True, "payout": False, "profit": False, "saleAmount": True},
        "partner": {"revenue": False, "payout": True, "profit": False, "saleAmount": False},
    }
    fields = " ".join(f"{field} {{ amount }}" for field in expected["both"])
    for side, where in sides.items():
        where = where.replace("advertiser_org_id", "c.advertiser_org_id").replace("c.c.", "c.")
        rows = await platform.rows(
            f"SELECT affiliate_account_id, c.id FROM conversion c JOIN program p ON p.id = c.program_id "
            f"WHERE {where} AND c.sale_amount IS NOT NULL LIMIT 5",
            number,
        )
        assert rows, side
        for row in rows:
            node = await platform.node(who, "conversion", *row, selection=f"... on Conversion {{ {fields} }}")
            assert {field: value is not None for field, value in node.items()} == expected[side], side


async def test_c18_a_column_list_hides_no_cell_of_ones_own_rows(platform: Platform) -> None:
    """C-18: a collaborator whose report columns are none at all reads his earnings; nobody else's."""
    person = await platform.person(await platform.collaborator(GERMANY, "READ_ONLY"))
    await platform.add("column_list", owner_kind="USER", user_id=person.id)
    nodes = (await platform.read(person.token, PAYOUTS % "{}"))["conversions"]["nodes"]
    assert len(nodes) == 100
    assert {each["affiliateAccount"]["name"] for each in nodes} == {GERMANY}
    assert all(each["payout"] for each in nodes)
    assert await platform.count(person.token, "conversions", where=await account_filter(platform, AUSTRIA)) == 0
