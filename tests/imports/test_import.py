"""What an import writes: conversions, items, adjustments, history, stored sums; once, whatever is repeated."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import asyncpg
import pytest
from orders import HEADER, MAPPING, Desk

from sightline.db.embedded import Cluster
from sightline.db.imports import ImportRefusedError, load_mapping, run_import
from sightline.db.imports.steps import LOCK
from sightline.db.role_names import DatabaseRole

ORDER = "1,2026-03-01 10:00,A-11,L-1,2,9.99,\n"
TABLES = "conversion conversion_item conversion_event adjustment import_claim import_job import_log affiliate_account"


@pytest.fixture
def desk(shop: asyncpg.Connection, tmp_path: Path) -> Desk:
    return Desk(shop, tmp_path)


async def content(connection: asyncpg.Connection) -> dict[str, int]:
    return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES.split()}


async def test_the_shipped_example(connection: asyncpg.Connection, examples: Path) -> None:
    """From an empty platform: program, accounts, sources and enrollments are made, good orders come in."""
    mapping = load_mapping(examples / "orders.yaml")
    summary = await run_import(connection, examples / "orders.csv", mapping, create_missing=True)
    assert (summary.rows, summary.conversions, summary.items, summary.adjustments) == (11, 4, 6, 1)
    assert summary.created == {"affiliate account": 3, "enrollment": 3, "program": 1, "traffic source": 3}
    found = await connection.fetch("SELECT * FROM conversion ORDER BY external_ref")
    assert [(row["external_ref"], row["sale_amount"], row["payout"], row["status"]) for row in found] == [
        ("AT|1001", Decimal("39.00"), Decimal("2.92"), "HOLD"),
        ("DE|1001", Decimal("1259.80"), Decimal("94.48"), "APPROVED"),
        ("DE|1002", Decimal("19.50"), Decimal("1.46"), "PENDING"),
        ("DE|1005", Decimal("6.50"), Decimal("0.49"), "PENDING"),
    ]
    assert found[1]["promo_code"] == "MÄRZ"
    assert found[1]["event_at"] == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    adjustment = await connection.fetchrow("SELECT * FROM adjustment")
    assert (adjustment["external_ref"], adjustment["sale_amount"]) == ("DE|1001", Decimal("-4.95"))
    assert adjustment["conversion_id"] == found[1]["id"]
    log = await connection.fetch("SELECT * FROM import_log WHERE outcome = 'REJECTED' ORDER BY line")
    assert [(row["line"], row["column_name"], row["value"]) for row in log] == [
        (7, "Date", "29.03.2026 02:30"),
        (8, "Price", "0,00"),
        (9, "Quantity", "eins"),
        (12, "Quantity", "-1"),
    ]
    [sums] = summary.sums
    assert sums.read == sums.conversions + sums.adjustments + sums.logged


async def test_a_conversion_and_its_parts(desk: Desk) -> None:
    """D2: the id counts the event's milliseconds; the carried keys are the enrollment's; the history begins."""
    summary = await desk.bring_in(ORDER + ORDER.replace("L-1,2", "X-9,1"))
    row = await desk.connection.fetchrow("SELECT * FROM conversion")
    moment = datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert (row["event_at"], row["id"] >> 20) == (moment, int(moment.timestamp() * 1000))
    assert (row["enrollment_id"], row["traffic_source_id"], row["partner_org_id"], row["program_id"]) == (31, 21, 2, 1)
    assert (row["source"], row["external_ref"], row["order_ref"], row["status"]) == ("shop", "1", "1", "PENDING")
    assert (row["sale_amount"], row["payout"], row["revenue"]) == (Decimal("29.97"), Decimal("3.50"), Decimal("3.75"))
    items = await desk.connection.fetch("SELECT n, sku, product_id, quantity, amount FROM conversion_item ORDER BY n")
    assert [tuple(item) for item in items] == [(1, "L-1", 7, 2, Decimal("19.98")), (2, "X-9", None, 1, Decimal("9.99"))]
    assert await desk.connection.fetchval("SELECT status FROM conversion_event") == "PENDING"
    job = await desk.connection.fetchrow("SELECT * FROM import_job")
    assert (job["id"], job["state"], job["created_by_id"]) == (summary.job_id, "COMPLETED", 1)


async def test_lines_alike_both_count_and_need_not_stand_together(desk: Desk) -> None:
    """A line is its order and its place in it."""
    other = ORDER.replace("1,2026", "2,2026")
    await desk.bring_in(ORDER + other + ORDER + ORDER)
    assert await desk.amounts() == {"1": "59.94", "2": "19.98"}
    assert await desk.connection.fetchval("SELECT max(n) FROM conversion_item") == 3


async def test_d3_a_repeat_changes_nothing_also_under_another_account(desk: Desk) -> None:
    await desk.bring_in(ORDER + "9,2026-03-02 10:00,A-11,L-1,-1,5,cancelled\n")
    before = await content(desk.connection)
    again = ORDER.replace("9.99", "1.00") + "9,2026-03-02 10:00,A-11,L-1,-1,6,cancelled\n"
    for rows in (again, again.replace("A-11", "A-12"), again.replace("A-11", "nobody")):
        summary = await desk.bring_in(rows)
        assert (summary.conversions, summary.conversions_present, summary.logged) == (0, 1, 0)
        assert (summary.adjustments, summary.adjustments_present) == (0, 1)
    assert await content(desk.connection) == before | {"import_job": 4}
    assert await desk.amounts() == {"1": "19.98"}


async def test_d3_a_conversion_that_came_without_a_claim_is_a_repeat(desk: Desk) -> None:
    await desk.bring_in(ORDER)
    await desk.connection.execute("DELETE FROM import_claim")
    summary = await desk.bring_in(ORDER)
    assert (summary.conversions, summary.conversions_present, summary.items) == (0, 1, 0)
    assert await desk.connection.fetchval("SELECT conversions FROM conversion_hour_by_program") == 1


async def test_another_source_may_use_the_same_reference(desk: Desk) -> None:
    await desk.bring_in(ORDER)
    await desk.bring_in(ORDER, mapping=MAPPING.replace("name: shop", "name: other"))
    assert await desk.connection.fetchval("SELECT count(*) FROM conversion") == 2


async def test_a_dry_run_leaves_nothing(desk: Desk) -> None:
    """The report is the same; nothing stays, not even the job."""
    before = await content(desk.connection)
    rows = ORDER + ORDER.replace("1,2026", "2,2026").replace("A-11", "New") + "bad\n"
    rehearsal = await desk.bring_in(rows, dry_run=True, create_missing=True)
    assert await content(desk.connection) == before
    assert await desk.connection.fetchval("SELECT count(*) FROM conversion_hour_by_account") == 0
    real = await desk.bring_in(rows, create_missing=True)
    assert (rehearsal.conversions, rehearsal.logged, rehearsal.created) == (2, 1, real.created)
    assert (rehearsal.sums, rehearsal.entries, rehearsal.job_id) == (real.sums, real.entries, None)


async def test_create_missing_makes_what_is_missing_and_says_so(desk: Desk) -> None:
    """SM3, SM1, D7, D9: an approved account that drives searches, an active enrollment; the policy's epoch moves."""
    epoch = await desk.connection.fetchval("SELECT n FROM authz_epoch")
    await desk.bring_in(ORDER.replace("A-11", "New"), create_missing=True)
    account = await desk.connection.fetchrow("SELECT * FROM affiliate_account WHERE external_id = 'New'")
    assert (account["name"], account["status"], account["created_by_id"]) == ("New", "APPROVED", 1)
    enrollment = await desk.connection.fetchrow(
        "SELECT * FROM enrollment WHERE affiliate_account_id = $1", account["id"]
    )
    assert (enrollment["state"], enrollment["commission_plan_id"]) == ("ACTIVE", 1)
    bare = "SELECT count(*) FROM affiliate_account WHERE id NOT IN (TABLE account_shard)"
    assert not await desk.connection.fetchval(bare), "D7"
    log = await desk.connection.fetch("SELECT line, reason FROM import_log WHERE outcome = 'ACCEPTED'")
    assert {tuple(row) for row in log} == {
        (2, "affiliate account created"),
        (2, "enrollment created"),
        (2, "traffic source created"),
    }
    moved = await desk.connection.fetchrow("SELECT n, xmin FROM authz_epoch")
    assert moved["n"] == epoch + 1
    assert moved["xmin"] == await desk.connection.fetchval(
        "SELECT xmin FROM affiliate_account ORDER BY id DESC LIMIT 1"
    )


async def test_create_missing_refuses_names_that_mislead(desk: Desk) -> None:
    """N44: what turns text around, or cannot be seen, becomes no name."""
    await desk.bring_in(ORDER.replace("A-11", "Blog\u202egolB"), create_missing=True)
    assert "cannot be a name" in (await desk.log())[0][3]


async def test_create_missing_takes_no_source_that_pays_another_account(desk: Desk) -> None:
    """The open enrollment of a source is its only one in a program."""
    await desk.connection.execute(
        "INSERT INTO affiliate_account (id, partner_profile_id, partner_org_id, name, external_id, created_by_id)"
        " VALUES (13, 1, 2, 'Second', 'A-13', 2)"
    )
    await desk.bring_in(ORDER.replace("A-11", "A-13"), create_missing=True)
    assert "its source is taken" in (await desk.log())[0][3]


async def test_a_tracker_code_names_account_program_and_source(desk: Desk) -> None:
    mapping = MAPPING.replace("by: external_id", "by: tracker_code").replace("program: {constant: Shop program}\n", "")
    await desk.bring_in(ORDER.replace("A-11", "BLOG10") + ORDER.replace("1,2026", "2,2026"), mapping=mapping)
    assert await desk.connection.fetchval("SELECT enrollment_id FROM conversion") == 31
    assert (await desk.log())[0][1:] == ("affiliate", "A-11", "is no tracker's code: create the tracker first")


async def test_a_promo_code_is_translated(desk: Desk) -> None:
    """Codes that belong to partners are listed in the mapping, and kept on the conversion."""
    account = (
        "account: {column: affiliate, by: id, values: {SPRING: 11}}\nattributes: {promo_code: {column: affiliate}}"
    )
    mapping = MAPPING.replace("account: {column: affiliate, by: external_id}", account)
    await desk.bring_in(ORDER.replace("A-11", "SPRING"), mapping=mapping)
    row = await desk.connection.fetchrow("SELECT affiliate_account_id, promo_code FROM conversion")
    assert tuple(row) == (11, "SPRING")


async def test_amounts_and_commissions_from_columns(desk: Desk) -> None:
    mapping = MAPPING.replace("amount: {quantity: quantity, unit_price: price}", "amount: {column: price}")
    mapping += "commission: {payout: quantity, revenue: sku}\n"
    mapping = mapping.replace("items: {sku: sku, products: true}\n", "")
    await desk.bring_in(
        "1,2026-03-01 10:00,A-11,4.00,3.00,50.00,\n1,2026-03-01 10:00,A-11,1.00,0.50,5.00,\n", mapping=mapping
    )
    row = await desk.connection.fetchrow("SELECT sale_amount, payout, revenue FROM conversion")
    assert tuple(row) == (Decimal(55), Decimal("3.50"), Decimal("5.00"))


async def test_plans_round_half_to_even(desk: Desk) -> None:
    """Payout and revenue of every plan go to the even minor unit, as Decimal says."""
    amounts = [Decimal(cents) / 100 for cents in range(1, 400)]
    await desk.bring_in("".join(f"{n},2026-03-01 10:00,A-11,L-1,1,{amount},\n" for n, amount in enumerate(amounts)))
    for row in await desk.connection.fetch("SELECT sale_amount, payout, revenue FROM conversion"):
        payout = (row["sale_amount"] / 10 + Decimal("0.50")).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        revenue = (row["sale_amount"] / 8).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        assert (row["payout"], row["revenue"]) == (payout, revenue)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
async def test_encodings(desk: Desk, encoding: str, said: str) -> None:
    mapping = MAPPING.replace("file: {", f"file: {{encoding: {said}, ")
    await desk.bring_in(ORDER.replace("L-1", "Müesli €"), mapping=mapping, encoding=encoding)
    assert await desk.connection.fetchval("SELECT sku FROM conversion_item") == "Müesli €"


@pytest.mark.parametrize(
    ("form", "price"),
    [
        ("decimal_mark: ',', delimiter: ';'", "1234,56"),
        ("decimal_mark: ',', thousands_separator: '.', delimiter: ';'", "1.234,56"),
        ("thousands_separator: ' ', delimiter: tab", "1 234.56"),
        ("quote: none, delimiter: '|'", "+1234.56"),
    ],
)
async def test_delimiters_and_decimal_marks(desk: Desk, form: str, price: str) -> None:
    mark = {"delimiter: ';'": ";", "delimiter: tab": "\t", "delimiter: '|'": "|"}[form.split(", ")[-1]]
    rows = ORDER.replace(",", mark).replace(f"2{mark}9.99", f"1{mark}{price}")
    await desk.bring_in(rows, header=HEADER.replace(",", mark), mapping=MAPPING.replace("file: {", f"file: {{{form}, "))
    assert await desk.amounts() == {"1": "1234.56"}


@pytest.mark.parametrize(
    ("date_format", "text", "moment"),
    [
        ("%d/%m/%Y %H:%M", "1/7/2026 8:05", datetime(2026, 7, 1, 6, 5, tzinfo=UTC)),
        ("iso", "2026-07-01T08:05:00.123456", datetime(2026, 7, 1, 6, 5, 0, 123_000, tzinfo=UTC)),
        ("iso", "2026-07-01T08:05:00-04:00", datetime(2026, 7, 1, 12, 5, tzinfo=UTC)),
        ("iso", "2026-07-01", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("iso", "2025-10-26T02:30", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
    ],
    ids=["day first", "milliseconds", "offset", "date only", "the hour that happened twice"],
)
async def test_dates(desk: Desk, date_format: str, text: str, moment: datetime) -> None:
    mapping = MAPPING.replace("%Y-%m-%d %H:%M", date_format)
    await desk.bring_in(ORDER.replace("2026-03-01 10:00", text), mapping=mapping)
    assert await desk.connection.fetchval("SELECT event_at FROM conversion") == moment


@pytest.mark.parametrize(
    ("mapping", "options", "said"),
    [
        (MAPPING.replace("date: when", "date: day"), {}, "has no column 'day'"),
        (MAPPING.replace("create_missing: {organization: Newcomers}\n", ""), {"create_missing": True}, "does not say"),
    ],
)
async def test_an_import_that_cannot_run(desk: Desk, mapping: str, options: dict[str, bool], said: str) -> None:
    with pytest.raises(ImportRefusedError, match=said):
        await desk.bring_in(ORDER, mapping=mapping, **options)
    assert (await content(desk.connection))["import_job"] == 0


async def test_nobody_to_run_as(desk: Desk) -> None:
    await desk.connection.execute("UPDATE app_user SET status = 'SUSPENDED'")
    with pytest.raises(ImportRefusedError, match="no administrator"):
        await desk.bring_in(ORDER)


async def test_an_import_that_fails_leaves_its_job_only(desk: Desk) -> None:
    await desk.connection.execute("ALTER TABLE conversion ADD CONSTRAINT never CHECK (sale_amount < 0)")
    with pytest.raises(asyncpg.CheckViolationError):
        await desk.bring_in(ORDER)
    found = await content(desk.connection)
    assert (found["conversion"], found["import_claim"], found["import_log"]) == (0, 0, 0)
    assert await desk.connection.fetchval("SELECT state FROM import_job") == "FAILED"
    actions = await desk.connection.fetch("SELECT action FROM audit_log")
    assert [row["action"] for row in actions] == ["import_job:create"], "and the record that it was asked for"


async def test_two_imports_of_one_source_do_not_run_at_once(desk: Desk, cluster: Cluster) -> None:
    name = await desk.connection.fetchval("SELECT current_database()")
    other = await asyncpg.connect(**cluster.arguments(DatabaseRole.OWNER, database=name))
    async with other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock(hashtextextended('shop', $1))", LOCK)
        with pytest.raises(ImportRefusedError, match="Another import from shop is running"):
            await desk.bring_in(ORDER)
    await other.close()
    assert (await desk.bring_in(ORDER)).conversions == 1


async def test_progress_is_bytes_read_of_all(shop: asyncpg.Connection, examples: Path) -> None:
    told: list[tuple[int, int]] = []
    file = examples / "orders.csv"
    await run_import(
        shop, file, load_mapping(examples / "orders.yaml"), progress=lambda done, size, _: told.append((done, size))
    )
    assert told[-1] == (file.stat().st_size, file.stat().st_size)


async def test_a15_an_import_that_is_given_up_meanwhile_leaves_nothing(desk: Desk) -> None:
    """A15: `cancelImport` ends the command line's imports too: it says so, and wrote nothing."""
    await desk.connection.execute(
        "CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " UPDATE import_job SET state = 'CANCELLED', finished_at = now() WHERE state = 'RUNNING'; RETURN NEW; END $$;"
        "CREATE TRIGGER give_up AFTER INSERT ON conversion FOR EACH ROW EXECUTE FUNCTION give_up()"
    )
    with pytest.raises(ImportRefusedError, match="given up while it ran"):
        await desk.bring_in(ORDER)
    assert await desk.connection.fetchval("SELECT count(*) FROM conversion") == 0
