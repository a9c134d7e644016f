"""The real order file, where it is present: nothing is dropped, and every account balances to the cent."""

from __future__ import annotations

import csv
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

from sightline.db.imports import ImportSummary, load_mapping, run_import

PROJECT = Path(__file__).parents[2]
BESIDE_THE_PROJECT = next(PROJECT.parent.glob("*/data/online-retail-es.csv"), Path("online-retail-es.csv"))
REAL_ORDERS = Path(os.environ.get("SIGHTLINE_REAL_ORDERS", BESIDE_THE_PROJECT))

pytestmark = pytest.mark.skipif(
    not REAL_ORDERS.is_file(), reason="the real order file is not here: name it in SIGHTLINE_REAL_ORDERS"
)

BY_ACCOUNT = """
    SELECT a.name, sum(x.sale_amount) AS amount FROM (
        SELECT affiliate_account_id, sale_amount FROM conversion
        UNION ALL SELECT affiliate_account_id, sale_amount FROM adjustment
    ) AS x JOIN affiliate_account AS a ON a.id = x.affiliate_account_id GROUP BY a.name
"""


def lines() -> list[dict[str, str]]:
    """The rows of the file, from line 2 on."""
    with REAL_ORDERS.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def amount(line: dict[str, str]) -> Decimal:
    return Decimal(line["Quantity"]) * Decimal(line["UnitPrice"].replace(",", "."))


async def bring_in(connection: asyncpg.Connection, examples: Path) -> ImportSummary:
    mapping = load_mapping(examples / "online-retail-es.yaml")
    return await run_import(connection, REAL_ORDERS, mapping, create_missing=True)


async def test_every_account_balances_to_the_cent(connection: asyncpg.Connection, examples: Path) -> None:
    """Conversions, adjustments and logged rows of each account add up to what the csv module says."""
    summary = await bring_in(connection, examples)
    read = lines()
    expected: Counter[str] = Counter()
    for line in read:
        expected[line["Country"]] += amount(line)  # type: ignore[assignment]
    found: Counter[str] = Counter({row["name"]: row["amount"] for row in await connection.fetch(BY_ACCOUNT)})
    for row in await connection.fetch("SELECT line FROM import_log WHERE outcome = 'REJECTED'"):
        line = read[row["line"] - 2]
        found[line["Country"]] += amount(line)  # type: ignore[assignment]
    assert found == expected
    assert len(expected) == 15
    [sums] = summary.sums
    assert sums.read == sum(expected.values()) == sums.conversions + sums.adjustments + sums.logged
    assert (summary.rows, sums.currency, sums.present) == (10_000, "GBP", 0)


async def test_every_row_is_an_item_or_of_a_cancellation_or_logged(
    connection: asyncpg.Connection, examples: Path
) -> None:
    """No row is dropped, and each kind of row is what the documentation says."""
    summary = await bring_in(connection, examples)
    logged = {row["line"]: row for row in await connection.fetch("SELECT * FROM import_log WHERE outcome = 'REJECTED'")}
    items = await connection.fetchval("SELECT count(*) FROM conversion_item")
    cancelled = [line for line in lines() if line["InvoiceNo"].startswith("C")]
    assert items + len(cancelled) + len(logged) == summary.rows
    assert Counter(row["column_name"] for row in logged.values()) == {"Quantity": 30, "UnitPrice": 15}
    assert (summary.conversions, summary.adjustments, summary.logged) == (424, 43, 45)
    assert await connection.fetchval("SELECT sum(sale_amount) FROM adjustment WHERE side = 'SALE'") == sum(
        map(amount, cancelled)
    )
    sums = await connection.fetchrow(
        "SELECT sum(amount) AS items, (SELECT sum(sale_amount) FROM conversion) AS sales FROM conversion_item"
    )
    assert sums["items"] == sums["sales"]


async def test_a_second_import_changes_nothing(connection: asyncpg.Connection, examples: Path) -> None:
    """D3: every order is already there; the rows that became nothing are logged again, under the new job."""
    first = await bring_in(connection, examples)
    before = await connection.fetch(BY_ACCOUNT)
    second = await bring_in(connection, examples)
    assert (second.conversions, second.adjustments, second.items, second.created) == (0, 0, 0, {})
    assert (second.conversions_present, second.adjustments_present) == (first.conversions, first.adjustments)
    assert second.logged == first.logged
    assert await connection.fetch(BY_ACCOUNT) == before


async def test_stored_sums_are_in_step(connection: asyncpg.Connection, examples: Path) -> None:
    """All grains hold what the conversions hold."""
    await bring_in(connection, examples)
    columns = "sum(sale_amount) AS sales, sum(payout) AS payout, sum(revenue) AS revenue"
    facts = await connection.fetchrow(f"SELECT count(*) AS n, {columns} FROM conversion")
    for table in ("conversion_hour_by_account", "conversion_hour_by_program", "conversion_day_by_program"):
        assert await connection.fetchrow(f"SELECT sum(conversions) AS n, {columns} FROM {table}") == facts
