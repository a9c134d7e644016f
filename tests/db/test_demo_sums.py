"""The demo platform adds up: invoices, refunds, items, payouts, histories, rollups."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from demo_reading import one, rows
from hypothesis import example, given
from hypothesis import strategies as st

from sightline.db.currencies import MINOR_UNITS
from sightline.db.database import Database
from sightline.db.demo.model import Rate
from sightline.db.demo.season import PERIOD_END, rates, shares

NEXT_STATUSES = {
    None: {"PENDING"},
    "PENDING": {"APPROVED", "HOLD", "REJECTED"},
    "HOLD": {"APPROVED", "REJECTED"},
    "APPROVED": {"REVERSED"},
    "REJECTED": {"APPROVED"},
}


async def test_invoices_are_the_sum_of_their_lines(demo: Database) -> None:
    """SM5: in the invoice's currency; no invoice without a line; a negative one stays a draft (SM5b)."""
    wrong = """
        SELECT i.id FROM payout_invoice i
        LEFT JOIN payout_invoice_line l ON (l.affiliate_account_id, l.invoice_id) = (i.affiliate_account_id, i.id)
        GROUP BY i.affiliate_account_id, i.id HAVING coalesce(sum(l.amount), 0) <> i.total OR count(l.n) = 0
    """
    assert await rows(demo, wrong) == []
    assert await one(demo, "SELECT count(*) FROM payout_invoice WHERE total < 0 AND state = 'DRAFT'") > 0


async def test_lines_say_what_they_pay(demo: Database) -> None:
    """The amount is the conversion's payout or the adjustment's; payer and currency are those of its program."""
    wrong = """
        SELECT l.invoice_id, l.n FROM payout_invoice_line l
        JOIN payout_invoice i ON (i.affiliate_account_id, i.id) = (l.affiliate_account_id, l.invoice_id)
        JOIN program p ON p.id = l.program_id
        LEFT JOIN conversion c ON (c.affiliate_account_id, c.id) = (l.affiliate_account_id, l.conversion_id)
        LEFT JOIN adjustment a ON (a.affiliate_account_id, a.id) = (l.affiliate_account_id, l.adjustment_id)
        WHERE l.amount <> coalesce(c.payout, a.payout_amount)
           OR coalesce(c.program_id, a.program_id) <> l.program_id
           OR p.currency <> i.currency
           OR i.payer_advertiser_id IS DISTINCT FROM
              CASE p.commission_model WHEN 'DIRECT' THEN p.advertiser_profile_id END
           OR c.event_at < i.period_start OR c.event_at >= i.period_end
    """
    assert await rows(demo, wrong) == []


@pytest.mark.parametrize(("table", "link"), [("conversion", "conversion_id"), ("adjustment", "adjustment_id")])
async def test_what_is_settled_is_on_an_invoice_that_says_so(demo: Database, table: str, link: str) -> None:
    """SM4, SM5b: PAID if its invoice is, INVOICED while it is drafted or approved, neither once it is deleted."""
    settled = "f.settlement" if table == "conversion" else "f.state"
    wrong = f"""
        SELECT f.id FROM {table} f
        LEFT JOIN payout_invoice_line l
            ON (l.affiliate_account_id, l.{link}) = (f.affiliate_account_id, f.id) AND NOT l.deleted
        LEFT JOIN payout_invoice i ON (i.affiliate_account_id, i.id) = (l.affiliate_account_id, l.invoice_id)
        WHERE CASE i.state WHEN 'PAID' THEN 'PAID' WHEN 'DRAFT' THEN 'INVOICED' WHEN 'APPROVED' THEN 'INVOICED' END
            IS DISTINCT FROM CASE WHEN {settled} IN ('PAID', 'INVOICED') THEN {settled}::text END
    """
    assert await rows(demo, wrong) == []


async def test_refunds_are_parts_of_sales_and_items_add_up_to_them(demo: Database) -> None:
    items = """
        SELECT c.id FROM conversion c JOIN conversion_item i
            ON (i.affiliate_account_id, i.conversion_id) = (c.affiliate_account_id, c.id)
        GROUP BY c.affiliate_account_id, c.id, c.sale_amount HAVING sum(i.amount) <> c.sale_amount OR min(i.amount) <= 0
    """
    assert await rows(demo, items) == []
    refunds = """
        SELECT id FROM conversion WHERE refunded_amount > coalesce(sale_amount, 0)
           OR (status = 'REVERSED' AND refunded_amount <> coalesce(sale_amount, 0))
           OR (status IN ('PENDING', 'HOLD', 'REJECTED') AND refunded_amount <> 0)
    """
    assert await rows(demo, refunds) == []
    assert await one(demo, "SELECT count(*) FROM conversion WHERE refunded_amount BETWEEN 0.01 AND sale_amount - 0.01")
    corrections = """
        SELECT c.id FROM conversion c JOIN adjustment a
            ON (a.affiliate_account_id, a.conversion_id) = (c.affiliate_account_id, c.id)
        WHERE NOT c.locked
        GROUP BY c.affiliate_account_id, c.id
        UNION ALL
        SELECT c.id FROM conversion c JOIN adjustment a
            ON (a.affiliate_account_id, a.conversion_id) = (c.affiliate_account_id, c.id)
        GROUP BY c.affiliate_account_id, c.id HAVING c.payout + sum(a.payout_amount) < 0
            OR c.revenue + coalesce(sum(a.revenue_amount), 0) < 0
            OR c.sale_amount - c.refunded_amount + coalesce(sum(a.sale_amount), 0) < 0
    """
    assert await rows(demo, corrections) == []


async def test_payouts_and_revenue_follow_the_plans(demo: Database) -> None:
    """Half to even, to the currency's minor unit; advertisers never pay less than partners get."""
    statement = """
        SELECT c.sale_amount, c.payout, c.revenue, c.currency AS paid_in, p.*, coalesce(c.goal_id, g.id) AS reached
        FROM conversion c JOIN enrollment e ON e.id = c.enrollment_id
        JOIN commission_plan p ON p.id = e.commission_plan_id
        JOIN program_goal g ON g.program_id = c.program_id AND g.is_base
    """
    checked = 0
    for row in await rows(demo, statement):
        unit = Decimal(1).scaleb(-MINOR_UNITS[row["paid_in"]])
        rewarded = row["goal_id"] is None or row["goal_id"] == row["reached"]
        for side in ("payout", "revenue"):
            percent, fixed = (row[f"{side}_{part}"] or Decimal(0) for part in ("percent", "fixed"))
            earned = (row["sale_amount"] or Decimal(0)) * percent / 100 + fixed
            expected = earned.quantize(unit, ROUND_HALF_EVEN) if rewarded else 0
            assert row[side] == expected
        assert row["revenue"] >= row["payout"]
        checked += 1
    assert checked == 50_000


@given(st.integers(0, 10**9), st.sampled_from((0, 1, 500_000, 4_500_000, 10**8)), st.integers(0, 99))
@example(1755, 50_000_000, 75)
def test_rates_round_half_to_even(sale: int, millionths: int, fixed: int) -> None:
    """The sum is rounded, not the percentage alone: an odd fixed amount makes an odd half even."""
    exact = Decimal(sale) * millionths / 10**8 + fixed
    assert Rate(millionths, fixed).of(sale) == int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))


@given(st.integers(0, 10**6))
def test_the_days_add_up(total: int) -> None:
    """The season shows, and no conversion is lost to rounding."""
    counts = shares(total)
    assert sum(counts.values()) == total
    assert min(counts.values()) >= 0
    months: dict[str, int] = defaultdict(int)
    for day, count in counts.items():
        months[f"{day:%Y-%m}"] += count
    if total > 10_000:
        assert max(months, key=months.__getitem__) == "2025-11"


async def test_histories_are_those_of_the_state_machine(demo: Database) -> None:
    """SM4: each step is a listed one, later than the one before, and the last says what the conversion says."""
    statement = """
        SELECT c.id, c.status, c.status_reason, c.modified_at, c.approved_at, c.posted_at,
            array_agg(e.status::text ORDER BY e.n) AS steps, array_agg(e.at ORDER BY e.n) AS moments,
            max(e.at) FILTER (WHERE e.status = 'APPROVED') AS approved
        FROM conversion c JOIN conversion_event e
            ON (e.affiliate_account_id, e.conversion_id) = (c.affiliate_account_id, c.id)
        GROUP BY c.affiliate_account_id, c.id
    """
    found = await rows(demo, statement)
    assert len(found) == 50_000
    for row in found:
        before = None
        for status in row["steps"]:
            assert status in NEXT_STATUSES[before]
            before = status
        assert before == row["status"]
        assert row["moments"] == sorted(row["moments"])
        assert (row["moments"][0], row["moments"][-1]) == (row["posted_at"], row["modified_at"])
        assert row["approved"] == row["approved_at"]
        assert row["moments"][-1] <= PERIOD_END


async def test_conversions_are_locked_when_their_time_has_come(demo: Database) -> None:
    """SM4: none is on hold after its lock date, a pending one stays open, everything else is locked then."""
    wrong = "SELECT id FROM conversion WHERE locked <> (lock_at <= $1 AND status <> 'PENDING')"
    assert await rows(demo, wrong, PERIOD_END) == []
    assert await rows(demo, "SELECT id FROM conversion WHERE status = 'HOLD' AND lock_at <= $1", PERIOD_END) == []


async def test_facts_lie_where_and_when_their_enrollment_is_active(demo: Database) -> None:
    for table in ("click", "conversion", "customer_referral"):
        wrong = f"""
            SELECT f.id FROM {table} f JOIN enrollment e ON e.id = f.enrollment_id
            WHERE f.affiliate_account_id <> e.affiliate_account_id
               OR f.event_at < e.activated_at OR f.event_at >= coalesce(e.ended_at, $1)
        """
        assert await rows(demo, wrong, PERIOD_END) == []
    wrong = """
        SELECT c.id FROM conversion c
        JOIN click k ON (k.affiliate_account_id, k.id) = (c.affiliate_account_id, c.click_id)
        WHERE c.click_at <> k.event_at OR k.event_at >= c.event_at OR k.enrollment_id <> c.enrollment_id
    """
    assert await rows(demo, wrong) == []


async def test_rates_are_those_of_the_month(demo: Database) -> None:
    """The rate is frozen at the event; platform currency EUR. The table is a setting as well."""
    table = rates()
    for source in ("conversion", "adjustment"):
        statement = f"SELECT DISTINCT to_char(event_at, 'YYYY-MM'), currency, fx_rate FROM {source}"
        for month, currency, rate in await rows(demo, statement):
            assert rate == table[month][currency]
    setting = await one(demo, "SELECT value FROM platform_setting WHERE key = 'exchange_rates'")
    assert setting["2026-06"]["JPY"] == str(table["2026-06"]["JPY"])
    assert len(await rows(demo, "SELECT DISTINCT currency FROM conversion")) >= 6


async def test_rollups_add_up_to_the_facts(demo: Database) -> None:
    for grain in ("hour_by_account", "hour_by_program", "day_by_program"):
        sums = f"""
            SELECT sum(conversions + events)::int, sum(payout), sum(revenue), sum(sale_amount), sum(refunded_amount)
            FROM conversion_{grain}
        """
        facts = (
            "SELECT count(*)::int, sum(payout), sum(revenue), sum(sale_amount), sum(refunded_amount) FROM conversion"
        )
        assert await rows(demo, sums) == await rows(demo, facts)
        sums = f"SELECT sum(unique_clicks + duplicate_clicks + invalid_clicks) FROM traffic_{grain}"
        assert await one(demo, sums) == await one(demo, "SELECT count(*) FROM click")
