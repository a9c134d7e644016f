"""A viewer of little reads little: the plans of pages, newest first (performance, constraint 7; D2, D7).

The demo platform has 50,000 conversions, enough for the plans of a large one; SIGHTLINE_TEST_SCALE=20 proves it on a
platform of its own with a million, in some minutes.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from desk import Desk
from plans import Plan, plans_of

from sightline.db import migrate
from sightline.db.database import Database
from sightline.db.demo import seed
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine

SCALE = int(os.environ.get("SIGHTLINE_TEST_SCALE", "1"))
PAGE = "query ($after: String) { %s(first: 100, after: $after%s) { nodes { id } pageInfo { endCursor } } }"
LIMIT = 101
# An incremental sort reads on until its first key changes, and looks at some rows at once.
SLACK = 64
LEAST_SHARE = 16
"""Of so many rows that lie together one is an organization's, on average."""
LONG_AGO = ', where: { eventAt: { gte: "2025-02-01T00:00:00Z", lt: "2025-08-01T00:00:00Z" } }'

BY_ACCOUNT = {"collab-owner": 2, "affiliate-manager": 11}
"""Members of the cast whose rows are those of some accounts, and how many accounts those are."""
BY_INDEX = {
    ("admin", "conversion"): "ix_conversion_newest",
    ("admin", "click"): "ix_click_newest",
    ("admin", "payout_invoice"): "ix_payout_invoice_newest",
    ("adv-admin", "conversion"): "ix_conversion_advertiser_org_newest",
    ("adv-admin", "click"): "ix_click_advertiser_org_newest",
    ("partner-admin", "conversion"): "ix_conversion_partner_org_newest",
    ("partner-admin", "click"): "ix_click_partner_org_newest",
    ("partner-admin", "payout_invoice"): "ix_payout_invoice_partner_org_newest",
}
CONNECTIONS = {
    "conversion": "conversions",
    "click": "clicks",
    "payout_invoice": "payoutInvoices",
}


@pytest.fixture(scope="module")
async def platform(demo: Database, short_directory: Callable[[], Path], secrets: Secrets) -> AsyncIterator[Desk]:
    """The demo platform with statistics, as large as the run asks for."""
    if SCALE == 1:
        async with demo.owner() as connection:
            await connection.execute("ANALYZE")
        yield Desk(Engine.of(demo, secrets), secrets)
        return
    async with Database.open(None, data_dir=short_directory() / "pg") as database:
        async with database.engine() as engine:
            await migrate.upgrade(engine)
        async with database.owner() as connection:
            await seed(connection, secrets, scale=SCALE)
            await connection.execute("VACUUM ANALYZE")
        yield Desk(Engine.of(database, secrets), secrets)


async def page(platform: Desk, member: str, query: str, after: str | None = None) -> tuple[Plan, str]:
    """The plan of a member's one statement, and the cursor of the page's end; the page is full."""
    plans, data = await plans_of(platform.engine, await platform.member(member), query, after=after)
    assert len(plans) == 1
    (connection,) = data.values()
    assert len(connection["nodes"]) == LIMIT - 1
    return plans[0], connection["pageInfo"]["endCursor"]


@pytest.mark.parametrize("table", ["conversion", "click"])
@pytest.mark.parametrize(("member", "accounts"), BY_ACCOUNT.items())
async def test_d7_a_page_of_few_accounts_reads_a_page_of_each(
    platform: Desk, member: str, accounts: int, table: str
) -> None:
    """Nested loop over `account_shard`, a limited index scan for each, and a sort of what these give; also far down."""
    query, after = PAGE % (CONNECTIONS[table], ""), None
    for _ in range(4):
        plan, after = await page(platform, member, query, after)
        (outer,) = [node for node in plan.of("Nested Loop") if node["Plans"][0].get("Relation Name") == "account_shard"]
        driving, of_one = outer["Plans"]
        assert driving["Actual Rows"] == accounts
        assert of_one["Node Type"] in ("Limit", "Subquery Scan")
        assert of_one["Actual Loops"] == accounts
        assert plan.indexes(table) == {f"pk_{table}"}
        assert plan.rows_read(table) <= accounts * LIMIT
        assert plan.rows_sorted() <= accounts * LIMIT


async def test_d7_the_order_of_events_is_taken_account_by_account_too(platform: Desk) -> None:
    """The same by `eventAt`, where each account's events are indexed."""
    query = PAGE % ("conversions", ", orderBy: [{ field: EVENT_AT, direction: DESC }]")
    plan, _ = await page(platform, "collab-owner", query)
    assert plan.indexes("conversion") == {"ix_conversion_account"}
    assert plan.rows_read("conversion") <= BY_ACCOUNT["collab-owner"] * (LIMIT + SLACK)


@pytest.mark.parametrize(("reader", "index"), BY_INDEX.items(), ids=[" ".join(each) for each in BY_INDEX])
async def test_d2_a_page_of_one_organization_or_of_all_reads_one_index_from_its_end(
    platform: Desk, reader: tuple[str, str], index: str
) -> None:
    """The order of ids is that of events: no sort of more than the page, no row of anybody else; also far down."""
    member, table = reader
    query, after = PAGE % (CONNECTIONS[table], ""), None
    for _ in range(3):
        plan, after = await page(platform, member, query, after)
        assert plan.indexes(table) == {index}
        assert plan.rows_read(table) <= LIMIT + SLACK
        assert not plan.of("Sort")


@pytest.mark.parametrize("reader", BY_INDEX, ids=" ".join)
async def test_d2_a_page_of_a_period_begins_where_the_period_ends(platform: Desk, reader: tuple[str, str]) -> None:
    """The ids of a period are those of its moments: nothing that came later is read, and nothing is sorted.

    Of one organization's, PostgreSQL may read everybody's from there on, which lie together, until the page is full.
    """
    member, table = reader
    if table == "payout_invoice":
        query = PAGE % (CONNECTIONS[table], ', where: { issuedAt: { lt: "2025-12-01T00:00:00Z" } }')
    else:
        query = PAGE % (CONNECTIONS[table], LONG_AGO)
    plan, _ = await page(platform, member, query)
    assert plan.indexes(table) <= {BY_INDEX[reader], f"ix_{table}_newest"}
    assert plan.rows_read(table) <= (LIMIT + SLACK if member == "admin" else LEAST_SHARE * LIMIT)
    assert not plan.of("Sort")


@pytest.mark.parametrize(("member", "accounts"), BY_ACCOUNT.items())
async def test_d7_a_page_of_a_period_of_few_accounts_reads_a_page_of_each(
    platform: Desk, member: str, accounts: int
) -> None:
    """The same, account by account."""
    plan, _ = await page(platform, member, PAGE % ("conversions", LONG_AGO))
    assert plan.indexes("conversion") == {"pk_conversion"}
    assert plan.rows_read("conversion") <= accounts * LIMIT


async def test_d7_a_viewer_of_too_many_accounts_or_of_advertisers_takes_the_plain_route(platform: Desk) -> None:
    """Nobody's accounts are looked up where they bound nothing."""
    for member in ("affiliate-manager-all", "advertiser-manager"):
        plan, _ = await page(platform, member, PAGE % ("conversions", ""))
        assert not plan.indexes("account_shard")
        assert not plan.indexes("affiliate_account")


@pytest.mark.parametrize(
    ("member", "index", "ranges"),
    [
        ("admin", "ix_conversion_program_newest", 1),
        ("adv-admin", "ix_conversion_advertiser_org_program_newest", 1),
        ("collab-owner", "ix_conversion_account_program_newest", BY_ACCOUNT["collab-owner"]),
        ("affiliate-manager", "ix_conversion_account_program_newest", BY_ACCOUNT["affiliate-manager"]),
    ],
)
async def test_d7_pages_below_programs_read_no_more_than_they_show(
    platform: Desk, member: str, index: str, ranges: int
) -> None:
    """Also below programs of which the viewer sees no conversion, however many others have there."""
    query = "{ programs(first: 50) { nodes { conversions(first: 5) { nodes { id } } } } }"
    plans, data = await plans_of(platform.engine, await platform.member(member), query)
    parents = len(data["programs"]["nodes"])
    assert any(not each["conversions"]["nodes"] for each in data["programs"]["nodes"]) or member == "admin"
    assert plans[-1].indexes("conversion") == {index}
    assert plans[-1].rows_read("conversion") <= parents * ranges * 6 * 2
