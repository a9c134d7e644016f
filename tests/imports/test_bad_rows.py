"""A bad row never stops the good ones: it is logged with its line, column, value and reason."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from orders import HEADER, MAPPING, Desk

from sightline.db.imports import ImportRefusedError
from sightline.db.imports.columns import MOST_COLUMNS

GOOD = "1,2026-03-01 10:00,A-11,L-1,2,9.99,\n"


@pytest.fixture
def desk(shop: asyncpg.Connection, tmp_path: Path) -> Desk:
    return Desk(shop, tmp_path)


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ("2,2026-03-01 10:00,A-11,L-1,two,9.99,", "quantity", "two", "is not a number"),
        ("2,2026-03-01 10:00,A-11,L-1,2,1e3,", "price", "1e3", "is not a number"),
        ("2,2026-03-01 10:00,A-11,L-1,2,NaN,", "price", "NaN", "is not a number"),
        ("2,2026-03-01 10:00,A-11,L-1,2,٣,", "price", "٣", "is not a number"),
        ("2,2026-03-01 10:00,A-11,L-1,2,,", "price", "", "is empty"),
        ("2,2026-03-01 10:00,A-11,L-1,1,100000000000,", "price", "100000000000.00", "is too large"),
        ("2,2026-03-01 10:00,A-11,L-1,1.2345,1,", "quantity", "1.2345", "three decimal places"),
        ("2,2026-03-01 10:00,A-11,L-1,1000000000,1,", "quantity", "1000000000", "is too large"),
        ("2,2026-03-01 10:00,A-11,L-1,-2,9.99,", "quantity", "-2", "not above zero"),
        ("2,2026-03-01 10:00,A-11,L-1,0,9.99,", "quantity", "0", "not above zero"),
        ("2,2026-03-01 10:00,A-11,L-1,2,-9.99,", "price", "-9.99", "is negative"),
        ("2,2026-03-01 10:00,A-11,L-1,2,0,", "price", "0", "order of nothing"),
        ("2,2026-03-01 10:00,A-11,L-1,2,9.99,cancelled", "price", "9.99", "is a positive amount"),
        ("2,2026-03-01 10:00,A-11,L-1,-2,0,cancelled", "price", "0", "takes nothing back"),
        ("2,01/03/2026,A-11,L-1,2,9.99,", "when", "01/03/2026", "is not a date"),
        ("2,2026-03-29 02:30,A-11,L-1,2,9.99,", "when", "2026-03-29 02:30", "does not exist in Europe/Berlin"),
        ("2,9999-12-31 23:59,A-11,L-1,2,9.99,", "when", "9999-12-31 23:59", "future"),
        ("2,0001-01-01 00:00,A-11,L-1,2,9.99,", "when", "0001-01-01 00:00", "too far away"),
        ("2,1969-12-31 00:00,A-11,L-1,2,9.99,", "when", "1969-12-31 00:00", "before 1970"),
        (",2026-03-01 10:00,A-11,L-1,2,9.99,", "order", "", "is empty"),
        ("2,2026-03-01 10:00,,L-1,2,9.99,", "affiliate", "", "is empty"),
        ("2,2026-03-01 10:00,A-99,L-1,2,9.99,", "affiliate", "A-99", "is no affiliate account's external_id"),
        ("2,2026-03-01 10:00,A-11,L-1,2", None, "2,2026-03-01 10:00,A-11,L-1,2", "has 5 cells"),
        ("2,2026-03-01 10:00,A-11,L\0,2,9.99,", None, "2,2026-03-01 10:00,A-11,L\\x00,2,9.99,", "NUL"),
        ("2,2026-03-01 10:00,A-11,L\udcff,2,9.99,", None, "2,2026-03-01 10:00,A-11,L\\udcff,2,9.99,", "not utf-8"),
        ('2,2026-03-01 10:00,A-11,"L-1" x,2,9.99,', None, "", "cannot be split"),
        (f"{'2' * 201},2026-03-01 10:00,A-11,L-1,2,9.99,", "order", "2" * 201, "longer than 200"),
    ],
)
async def test_a_bad_row_is_logged_and_the_others_are_imported(
    desk: Desk, row: str, column: str | None, value: str, reason: str
) -> None:
    summary = await desk.bring_in(f"{row}\n{GOOD}")
    [entry] = await desk.log()
    assert entry[:3] == (2, column, value)
    assert reason in entry[3]
    assert await desk.amounts() == {"1": "19.98"}
    assert (summary.logged, summary.conversions, summary.entries[0].line) == (1, 1, 2)


@pytest.mark.parametrize("column", ["payout", "revenue"])
async def test_a15_a_commission_below_zero_is_no_conversion(desk: Desk, column: str) -> None:
    """A15, A9: as `recordConversion` refuses it; a cancellation takes back the sale amount alone, whatever it says."""
    mapping = MAPPING + "commission: {payout: payout, revenue: revenue}\n"
    header = HEADER.replace("kind", "kind,payout,revenue")
    paid, below = ("-1.00,2.00", "-1.00") if column == "payout" else ("1.00,-2.00", "-2.00")
    told = await desk.bring_in(
        f"1,2026-03-01 10:00,A-11,L-1,1,9.99,,{paid}\n"
        "2,2026-03-01 10:00,A-11,L-1,1,9.99,,0.00,0.00\n"
        f"3,2026-03-01 10:00,A-11,L-1,-1,9.99,cancelled,{paid}\n",
        header=header,
        mapping=mapping,
    )
    assert await desk.log() == [(2, column, below, "is negative, and the row is no cancellation")]
    assert (await desk.amounts(), told.adjustments) == ({"2": "9.99"}, 1)


async def test_a_file_has_so_many_columns(desk: Desk) -> None:
    """Each row has so many cells, so a small file could otherwise be much work."""
    more = [f"c{number}" for number in range(MOST_COLUMNS - HEADER.count(",") - 1)]
    cells, widest = "," * len(more), HEADER.replace("\n", f",{','.join(more)}\n")
    assert (await desk.bring_in(GOOD.replace("\n", f"{cells}\n"), header=widest)).conversions == 1
    with pytest.raises(ImportRefusedError, match="has more than 1,000 columns: remove those that the mapping does not"):
        await desk.bring_in(GOOD.replace("\n", f"{cells},\n"), header=widest.replace("\n", ",one more\n"))


async def test_a_file_that_ends_within_quotes(desk: Desk) -> None:
    """The row that never ends is logged, with the lines it swallowed."""
    await desk.bring_in(GOOD + '2,"2026-03-01 10:00,A-11,L-1,2,9.99,\n3,2026-03-01 10:00,A-11,L-1,2,9.99,\n')
    [(line, _, _, reason)] = await desk.log()
    assert (line, reason.startswith("lines 3 to 4")) == (3, True)
    assert await desk.amounts() == {"1": "19.98"}


async def test_the_rest_of_an_order_is_imported(desk: Desk) -> None:
    await desk.bring_in(GOOD + GOOD.replace("9.99", "x"))
    assert await desk.amounts() == {"1": "19.98"}
    assert [entry[0] for entry in await desk.log()] == [3]


async def test_a_line_that_contradicts_its_order(desk: Desk) -> None:
    """An order has one account: the first line's."""
    await desk.bring_in(GOOD + GOOD.replace("A-11", "A-12"))
    [entry] = await desk.log()
    assert entry == (3, "affiliate", "A-12", "contradicts line 2 of the same order")
    assert await desk.amounts() == {"1": "19.98"}


async def test_an_account_name_that_two_accounts_have(desk: Desk) -> None:
    await desk.connection.execute("UPDATE affiliate_account SET name = 'Blog'")
    mapping = MAPPING.replace("by: external_id", "by: name")
    await desk.bring_in(GOOD.replace("A-11", "Blog"), mapping=mapping)
    [(line, column, value, reason)] = await desk.log()
    assert (line, column, value) == (2, "affiliate", "Blog")
    assert "is the name of 2 affiliate accounts" in reason


async def test_an_account_that_is_not_enrolled(desk: Desk) -> None:
    """SM1: an enrollment that ended before the event does not count."""
    await desk.connection.execute("UPDATE enrollment SET state = 'EXPIRED', ended_at = '2026-02-01' WHERE id = 31")
    await desk.bring_in(GOOD + GOOD.replace("1,2026-03-01", "2,2026-01-31"))
    [(line, column, value, reason)] = await desk.log()
    assert (line, column, value) == (2, "affiliate", "A-11")
    assert "has no enrollment in the program at that time" in reason
    assert await desk.amounts() == {"2": "19.98"}


async def test_an_account_with_two_sources_must_name_one(desk: Desk) -> None:
    await desk.connection.execute(
        "INSERT INTO traffic_source (id, partner_profile_id, partner_org_id, name, kind) VALUES (23, 1, 2, 'b', 'APP');"
        "INSERT INTO enrollment (program_id, advertiser_profile_id, advertiser_org_id, traffic_source_id,"
        " partner_profile_id, partner_org_id, affiliate_account_id, initiated_by, state, activated_at)"
        " VALUES (1, 1, 1, 23, 1, 2, 11, 'PARTNER', 'ACTIVE', now())"
    )
    await desk.bring_in(GOOD)
    assert "2 traffic sources" in (await desk.log())[0][3]
    header, mapping = HEADER.replace("kind", "kind,site"), MAPPING + "traffic_source: {column: site}\n"
    await desk.bring_in(GOOD.replace("\n", ",b\n"), header=header, mapping=mapping)
    assert await desk.connection.fetchval("SELECT traffic_source_id FROM conversion") == 23


async def test_a_conversion_without_a_plan(desk: Desk) -> None:
    """Nobody's earnings are guessed: no plan, no conversion."""
    await desk.connection.execute("UPDATE commission_plan SET valid_to = '2026-03-01'")
    await desk.bring_in(GOOD)
    assert (await desk.log())[0][3].startswith("has no commission plan that applies on 2026-03-01")


async def test_a_plan_in_another_currency(desk: Desk) -> None:
    await desk.bring_in(GOOD, mapping=MAPPING.replace("EUR", "GBP") + "exchange_rate: {constant: 1.2}\n")
    [entry] = await desk.log()
    assert entry[2:] == ("GBP", "is not the currency of the fixed amounts of the commission plan")


async def test_a_currency_without_a_rate(desk: Desk) -> None:
    """A rate comes from the mapping, or from the platform's table of its month; it is never guessed."""
    mapping = MAPPING.replace("EUR", "USD")
    await desk.bring_in(GOOD, mapping=mapping)
    assert "has no exchange rate for 2026-03" in (await desk.log())[0][3]
    await desk.connection.execute("UPDATE commission_plan SET payout_fixed = NULL")
    await desk.connection.execute(
        """INSERT INTO platform_setting (key, value) VALUES ('exchange_rates', '{"2026-03": {"USD": "0.9"}}')"""
    )
    await desk.bring_in(GOOD, mapping=mapping)
    assert str(await desk.connection.fetchval("SELECT fx_rate FROM conversion")) == "0.9000000000"
