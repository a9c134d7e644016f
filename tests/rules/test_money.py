"""Amounts: how they are written, and what would give a hidden one away."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from demo_platform import BLUEBIRD, LAST_YEAR, NORTHWIND, Platform

AMOUNT = re.compile(r"-?\d+(\.\d+)?")
HIDDEN = {
    "support": ("payout", "revenue", "profit", "saleAmount", "refundedAmount", "netSaleAmount", "settlement"),
    "affiliate-manager-all": ("revenue", "profit"),
    "analyst": ("payout", "profit", "settlement", "orderRef"),
    "collab-readonly": ("revenue", "profit"),
}
MADE_UP = {name: f"q{'z' * (len(name) - 1)}" for names in HIDDEN.values() for name in names}


async def test_m3_money_is_an_exact_decimal_with_its_currency(platform: Platform) -> None:
    """M3: written as a text, equal to what is stored; a float in a variable is refused, a text is not."""
    who = platform.member("manager")
    rows = await platform.rows(
        "SELECT affiliate_account_id, id, sale_amount, payout, currency FROM conversion "
        "WHERE sale_amount IS NOT NULL ORDER BY id DESC LIMIT 25"
    )
    for row in rows:
        money = "... on Conversion { saleAmount { amount currency } payout { amount currency } }"
        node = await platform.node(who, "conversion", row["affiliate_account_id"], row["id"], selection=money)
        for field, column in (("saleAmount", "sale_amount"), ("payout", "payout")):
            assert isinstance(node[field]["amount"], str)
            assert AMOUNT.fullmatch(node[field]["amount"])
            assert Decimal(node[field]["amount"]) == row[column]
            assert node[field]["currency"] == row["currency"]
    query = "query ($it: Decimal) { conversions(first: 1, where: { payout: { gte: $it } }) { totalCount } }"
    expected = await platform.one("SELECT count(*) FROM conversion WHERE payout >= 10.01")
    assert await platform.read(who, query, it="10.01") == {"conversions": {"totalCount": expected}}
    for wrong in (10.01, 1e3, float("inf"), "10,01", "ten", "NaN"):
        assert await platform.refuses(who, query, it=wrong), wrong


async def test_m5_a_value_of_two_classes_is_shown_where_both_are(platform: Platform) -> None:
    """M5, M5a, LK6: profit is null wherever payout is, and does not exist for who lacks payout or revenue."""
    amounts = "revenue { amount } payout { amount } profit { amount }"
    query = f"{{ conversions(first: 100, {LAST_YEAR}) {{ nodes {{ {amounts} }} }} }}"
    for key, some in (("manager", {False}), ("adv-admin", {True, False})):
        nodes = (await platform.read(platform.member(key), query))["conversions"]["nodes"]
        assert {node["profit"] is None for node in nodes} == some
        for node in nodes:
            assert (node["profit"] is None) is (node["payout"] is None)
            if node["profit"] is not None:
                revenue, payout, profit = (Decimal(node[name]["amount"]) for name in ("revenue", "payout", "profit"))
                assert profit == revenue - payout
    for key in ("affiliate-manager-all", "advertiser-manager-all", "partner-admin", "analyst", "support"):
        assert await platform.refuses(platform.member(key), "conversions(first: 1) { nodes { profit { amount } } }"), (
            key
        )


async def test_m5a_a_derived_amount_needs_what_it_is_made_of(platform: Platform) -> None:
    """M5a, LK6: net sales follow the sale amount: masked on the same rows, filtered as absent there."""
    who = platform.member("partner-admin")
    sold = "saleAmount { amount } netSaleAmount { amount }"
    query = f"{{ conversions(first: 100, {LAST_YEAR}) {{ nodes {{ {sold} }} }} }}"
    nodes = (await platform.read(who, query))["conversions"]["nodes"]
    assert {node["saleAmount"] is None for node in nodes} == {True, False}
    assert all((node["netSaleAmount"] is None) is (node["saleAmount"] is None) for node in nodes)
    bluebird = await platform.named("organization", BLUEBIRD)
    shared = await platform.one(
        "SELECT count(*) FROM conversion c JOIN program p ON p.id = c.program_id "
        "WHERE c.partner_org_id = $1 AND p.share_sale_amount AND c.sale_amount IS NOT NULL",
        bluebird,
    )
    assert await platform.count(who, "conversions", where="{ netSaleAmount: { isNull: false } }") == shared
    assert await platform.count(who, "conversions", where="{ netSaleAmount: { gte: 0 } }") == shared
    assert await platform.refuses(
        platform.member("support"), "conversions(first: 1) { nodes { netSaleAmount { amount } } }"
    )


async def test_m5b_items_and_refunds_are_the_sale_amounts(platform: Platform) -> None:
    """M5b: who does not see what was sold for sees no price, article or refund, nor how many articles there were."""
    below = "nodes { items(first: 5) { nodes { amount sku } } }"
    season = 'eventAt: { gte: "2026-01-01T00:00:00Z", lt: "2026-02-01T00:00:00Z" }'
    query = f"{{ conversions(first: 20, where: {{ saleAmount: {{ gt: 0 }}, {season} }}) {{ {below} }} }}"
    shown = (await platform.read(platform.member("analyst"), query))["conversions"]["nodes"]
    assert any(node["items"]["nodes"] for node in shown)
    for key in ("support", "finance"):
        who = platform.member(key)
        for hidden in ("n", "amount", "sku", "title", "quantity"):
            query = f"conversions(first: 1) {{ nodes {{ items(first: 5) {{ nodes {{ {hidden} }} }} }} }}"
            assert await platform.refuses(who, query)
        assert await platform.refuses(who, "conversions(first: 1) { nodes { items(first: 5) { totalCount } } }")
        assert await platform.refuses(who, "conversions(first: 1) { nodes { refundedAmount { amount } } }")
    who, bluebird = platform.member("partner-admin"), await platform.named("organization", BLUEBIRD)
    sold = (
        "SELECT c.affiliate_account_id, c.id FROM conversion c JOIN program p ON p.id = c.program_id "
        "WHERE c.partner_org_id = $1 AND p.share_sale_amount = $2 AND c.sale_amount IS NOT NULL "
        "AND EXISTS (SELECT FROM conversion_item i "
        "WHERE i.affiliate_account_id = c.affiliate_account_id AND i.conversion_id = c.id) LIMIT 20"
    )
    selection = (
        "... on Conversion { saleAmount { amount } items(first: 9) { totalCount nodes { amount sku quantity } } }"
    )
    for shared in (False, True):
        keys = await platform.rows(sold, bluebird, shared)
        assert keys
        for key in keys:
            node = await platform.node(who, "conversion", *key, selection=selection)
            assert (node["saleAmount"] is not None, node["items"]["totalCount"] > 0) == (shared, shared)
            assert bool(node["items"]["nodes"]) == shared
            assert all(None not in item.values() for item in node["items"]["nodes"])


async def test_m5b_advertisers_of_intermediated_programs_see_no_payout(platform: Platform) -> None:
    """M5b: neither amount, settlement nor invoice; of their DIRECT programs all three."""
    who, number = platform.member("adv-admin"), await platform.named("organization", NORTHWIND)
    statement = (
        "SELECT affiliate_account_id, c.id FROM conversion c JOIN program p ON p.id = c.program_id "
        "WHERE c.advertiser_org_id = $1 AND p.commission_model = $2::commission_model LIMIT 20"
    )
    selection = "... on Conversion { payout { amount } profit { amount } settlement locked }"
    for model, shown in (("DIRECT", True), ("INTERMEDIATED", False)):
        for row in await platform.rows(statement.replace("$2", f"'{model}'"), number):
            node = await platform.node(who, "conversion", *row, selection=selection)
            assert node.pop("locked") is not None
            assert {value is not None for value in node.values()} == {shown}, model
    invoiced = (
        "SELECT count(*) FROM payout_invoice_line l JOIN program p ON p.id = l.program_id "
        "JOIN payout_invoice i ON (i.affiliate_account_id, i.id) = (l.affiliate_account_id, l.invoice_id) "
        "WHERE p.advertiser_org_id = $1 AND i.payer_org_id IS NULL"
    )
    assert await platform.one(invoiced, number) > 0
    assert await platform.count(who, "payoutInvoices") == await platform.one(
        "SELECT count(*) FROM payout_invoice WHERE payer_org_id = $1", number
    )


async def test_m5b_a_correction_is_of_the_class_of_its_side(platform: Platform) -> None:
    """M5b: who lacks an amount does not find its corrections, not even by their number."""
    sides = {"PAYOUT", "REVENUE", "SALE"}
    for key, held in (("affiliate-manager-all", {"PAYOUT", "SALE"}), ("advertiser-manager-all", {"REVENUE", "SALE"})):
        who = platform.member(key)
        for side in sides:
            stored = await platform.one(f"SELECT count(*) FROM adjustment WHERE side = '{side}'")
            found = await platform.count(who, "adjustments", where=f"{{ side: {{ eq: {side} }} }}")
            assert found == (stored if side in held else 0), (key, side)
        (hidden,) = sides - held
        row = (await platform.rows(f"SELECT affiliate_account_id, id FROM adjustment WHERE side = '{hidden}' LIMIT 1"))[
            0
        ]
        assert await platform.node(who, "adjustment", *row) is None
    assert await platform.refuses(platform.member("support"), "adjustments(first: 1) { totalCount }")


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, names in HIDDEN.items() for name in names])
async def test_m6_a_hidden_column_orders_and_filters_nothing(platform: Platform, key: str, name: str) -> None:
    """M6, LK1, LK2: refused in the words for a name that nobody has; who has the column may do both."""
    who, made_up = platform.member(key), MADE_UP[name]
    value = re.sub(r"(?<!^)([A-Z])", r"_\1", name).upper()
    other = re.sub(r"[A-Z]", "Q", value)
    for query, there, invented in (
        ("{ conversions(first: 1, where: { %s: { isNull: true } }) { totalCount } }", name, made_up),
        ("{ conversions(first: 1, orderBy: { field: %s }) { totalCount } }", value, other),
        ("{ conversions(first: 1) { nodes { %s { __typename } } } }", name, made_up),
    ):
        hidden, unknown = await platform.ask(who, query % there), await platform.ask(who, query % invented)
        assert not hidden.executed
        assert repr(hidden).replace(there, "?") == repr(unknown).replace(invented, "?")
    for query in (f"where: {{ {name}: {{ isNull: true }} }}", f"orderBy: {{ field: {value} }}"):
        assert not await platform.refuses(
            platform.member("manager"), f"conversions(first: 1, {query}) {{ totalCount }}"
        )
