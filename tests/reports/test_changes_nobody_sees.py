"""Reports of twin platforms: what a lens may not see is changed, and not one byte of its reports changes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from typing import Any

import orjson
import pytest
from demo_platform import Platform
from lenses_by_hand import LensByHand

from sightline.db.rollup_repair import rebuild
from sightline.db.rollups import resummed

QUERY = """query ($input: ReportInput!) { report(input: $input) {
    since until timeZone currency rowCount complete pageInfo { startCursor endCursor hasNextPage }
    columns { key values total coverage programs } rows { dimensions { key value label } } } }"""
COLUMNS = [
    *(
        "impressions",
        "clicks",
        "conversions",
        "gross_conversions",
        "events",
        "cr",
        "epc",
        "payout",
        "revenue",
        "profit",
    ),
    *("sale_amount", "aov", "items", "quantity", "adjustments", "sale_adjustments", "payout_adjustments"),
    *("median_time_to_conversion", "paid_payout"),
]
GROUPS: tuple[list[str], ...] = (
    [],
    ["month"],
    ["program", "status"],
    ["account"],
    ["settlement", "currency"],
    ["product"],
)


async def reports(platform: Platform, lens: LensByHand, groups: tuple[list[str], ...] = GROUPS) -> list[bytes]:
    """Many reports of a lens, byte by byte: of every column it may use, and of errors too."""
    found: list[Any] = []
    currencies, zones = cycle(("EUR", "NATIVE")), cycle(("UTC", "Europe/Berlin", "UTC"))  # from daily and hourly sums
    for group_by, currency, zone in zip(groups, currencies, zones, strict=False):
        given = {
            "lens": lens.input,
            "columns": COLUMNS,
            "groupBy": group_by,
            "period": {"days": {"since": "2025-01-01", "until": "2026-07-01"}},
            "timeZone": zone,
            "currency": currency,
            "orderBy": [{"key": "conversions", "direction": "DESC"}],
            "onRestricted": "DROP",
            "first": 1000,
        }
        answer = await platform.ask(platform.member(lens.who), QUERY, input=given)
        found.append([answer.data, answer.errors, answer.extensions])
    return [orjson.dumps(each, default=str) for each in found]


SOME = "id % 8 = 0"
TOTALS: tuple[list[str], ...] = ([],)

# What is changed, of which rows, and who may see it: by the letters of the classes, or by the rows. One in eight of
# them is enough for every sum to move.
CHANGES = {
    "payout": f"UPDATE conversion SET payout = payout + 7.77 WHERE settlement = 'OPEN' AND {SOME} AND {{rows}}",
    "payout by program": (
        "UPDATE conversion SET payout = payout + 7.77 FROM program p WHERE p.id = program_id"
        f" AND p.commission_model = 'INTERMEDIATED' AND conversion.{SOME} AND {{rows}}"
    ),
    "sale amount": (
        "UPDATE conversion SET sale_amount = sale_amount + 5 FROM program p WHERE p.id = program_id"
        f" AND NOT p.share_sale_amount AND conversion.{SOME} AND {{rows}}"
    ),
    "revenue": f"UPDATE conversion SET revenue = revenue * 3 WHERE {SOME} AND {{rows}}",
    "status": f"UPDATE conversion SET status = 'REJECTED' WHERE status = 'PENDING' AND {SOME} AND {{rows}}",
    "clicks": f"UPDATE click SET kind = 'INVALID' WHERE {SOME} AND {{rows}}",
    "adjustments": f"UPDATE adjustment SET payout_amount = payout_amount * 2 WHERE {SOME} AND {{rows}}",
}
UNSEEN: dict[str, tuple[tuple[str, str], ...]] = {
    "affiliate-manager-nopay": (("payout", "true"), ("adjustments", "true"), ("revenue", "true")),
    "advertiser-manager-all": (("payout", "true"), ("adjustments", "true")),
    "analyst": (("payout", "true"), ("adjustments", "true"), ("status", "advertiser_org_id <> {northwind}")),
    "support": (("payout", "true"), ("revenue", "true"), ("sale amount", "true"), ("adjustments", "true")),
    "adv-admin": (
        ("payout by program", "true"),
        ("revenue", "conversion.advertiser_org_id <> {northwind}"),
        ("clicks", "advertiser_org_id <> {northwind}"),
    ),
    "finance": (("payout by program", "true"), ("clicks", "true")),
    "partner-admin": (
        ("revenue", "true"),
        ("sale amount", "true"),
        ("status", "partner_org_id <> {bluebird}"),
        ("payout", "partner_org_id <> {bluebird}"),
        ("clicks", "partner_org_id <> {bluebird}"),
    ),
    "collab-owner": (("sale amount", "true"), ("revenue", "true")),
    "approved-only": (("status", "true"),),
    "affiliate-manager": (("revenue", "true"),),
}
KEPT = {
    "conversion": ("payout", "sale_amount", "revenue", "status"),
    "click": ("kind",),
    "adjustment": ("payout_amount",),
}


async def change(platform: Platform, statements: Iterable[str], *, clicks: bool) -> None:
    """Change facts, and with them their stored sums."""
    async with platform.engine.database.owner() as connection:
        async with connection.transaction():
            rows = await connection.fetch(f"SELECT affiliate_account_id, id FROM conversion WHERE {SOME} FOR UPDATE")
            keys = [[row[name] for row in rows] for name in ("affiliate_account_id", "id")]
            async with resummed(connection, *keys):
                for statement in statements:
                    await connection.execute(statement)
        if clicks:
            await rebuild(connection)


@pytest.mark.parametrize("who", UNSEEN)
async def test_what_a_lens_does_not_show_moves_no_byte(
    platform: Platform, cast_lenses: list[LensByHand], who: str
) -> None:
    """RC5, LK4, LK5, LK25: facts and stored sums are changed together, and put back; an admin sees the change."""
    lens, admin = [next(each for each in cast_lenses if each.who == name) for name in (who, "admin")]
    names = {"northwind": "Northwind Outfitters", "bluebird": "Bluebird Media"}
    numbers = {key: await platform.named("organization", name) for key, name in names.items()}
    before, all_before = await reports(platform, lens), await reports(platform, admin, TOTALS)
    clicks = "clicks" in dict(UNSEEN[who])
    await platform.change(*(f"CREATE TABLE kept_{table} AS SELECT * FROM {table} WHERE {SOME}" for table in KEPT))
    try:
        statements = [CHANGES[changed].format(rows=rows.format(**numbers)) for changed, rows in UNSEEN[who]]
        await change(platform, statements, clicks=clicks)
        assert await reports(platform, lens) == before
        assert await reports(platform, admin, TOTALS) != all_before
    finally:
        same = "(k.affiliate_account_id, k.id) = (t.affiliate_account_id, t.id)"
        back: list[str] = []
        for table, columns in KEPT.items():
            assigned = ", ".join(f"{column} = k.{column}" for column in columns)
            differ = " OR ".join(f"t.{column} IS DISTINCT FROM k.{column}" for column in columns)
            back.append(f"UPDATE {table} t SET {assigned} FROM kept_{table} k WHERE {same} AND ({differ})")
            back.append(f"DROP TABLE kept_{table}")
        await change(platform, back, clicks=clicks)
    assert await reports(platform, admin, TOTALS) == all_before
