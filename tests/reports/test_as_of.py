"""Reports as they stood at a moment: what was, for whom it is to be seen now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import orjson
import pytest
from demo_platform import NORTHWIND, Person, Platform
from lenses_by_hand import LensByHand
from sales import brought_to, decide, joined, recorded, recorder

from sightline.schema.model import CATALOGUE

QUERY = """query ($input: ReportInput!) { report(input: $input) {
    asOf rowCount complete pageInfo { endCursor }
    columns { key values total coverage programs } rows { dimensions { key value label } } } }"""
EVERYTHING = {"days": {"since": "2025-01-01", "until": "2026-07-01"}}
WEEKS = {"days": {"since": "2026-02-20", "until": "2026-03-14"}}
COLUMNS = ["conversions", "gross_conversions", "clicks", "impressions", "sale_amount", "refunded_amount", "aov"]
COLUMNS += [
    "revenue",
    "payout",
    "paid_payout",
    "pending_payout",
    "profit",
    "items",
    "adjustments",
    "payout_adjustments",
]
BEFORE = "What conversions were has been kept since 2026-01-01T00:00:00+00:00: ask for a later asOf."
TO_COME = "asOf is a moment that has passed: nobody knows yet how things will stand."


async def asked(platform: Platform, who: str, **given: Any) -> Any:
    """The answer to a report."""
    plain = {"lens": {"kind": "PLATFORM"}, "period": EVERYTHING, "timeZone": "UTC", "onRestricted": "DROP"}
    return await platform.ask(who, QUERY, input=plain | given)


async def now(platform: Platform) -> str:
    """The database's time, as an input has it."""
    clock: datetime = await platform.one("SELECT clock_timestamp()")
    return clock.isoformat()


async def numbers(platform: Platform, who: str, order: str, **more: Any) -> dict[str, Decimal]:
    """What a report says of one order."""
    day = datetime.now(UTC).date()
    period = {"days": {"since": str(day - timedelta(days=1)), "until": str(day + timedelta(days=1))}}
    filters = [{"dimension": "order", "in": [order]}]
    columns = ["gross_conversions", "approved_conversions", "sale_amount", "refunded_amount", "payout", "paid_payout"]
    answer = await asked(platform, who, period=period, filters=filters, columns=columns, **more)
    assert not answer.errors, answer.errors
    said, wanted = answer.data["report"]["asOf"], more.get("asOf")
    assert (said and datetime.fromisoformat(said)) == (wanted and datetime.fromisoformat(wanted))
    return {each["key"]: Decimal(each["total"] or 0) for each in answer.data["report"]["columns"]}


async def sale(platform: Platform, person: Person) -> tuple[str, str]:
    """A new conversion: its global id, and its order's number."""
    order = uuid4().hex
    answer = await recorded(platform, person.token, await joined(platform), orderRef=order)
    return answer["conversion"]["id"], order


async def test_rc13_a_report_is_had_as_it_stood_at_each_moment(platform: Platform) -> None:
    """RC13, SM4: before it was recorded, after, approved, taken back: status and amounts are those of then."""
    person = await recorder(platform)
    before = await now(platform)
    conversion, order = await sale(platform, person)
    moments, steps = [await now(platform)], ("APPROVED", "REVERSED")
    for status in steps:
        answer = await decide(platform, person.token, conversion, status)
        assert answer["__typename"] == "DecideConversionSuccess", answer
        moments.append(await now(platform))
    found = [await numbers(platform, person.token, order, asOf=at) for at in (before, *moments)]
    assert [each["gross_conversions"] for each in found] == [0, 1, 1, 1]
    assert [each["approved_conversions"] for each in found] == [0, 0, 1, 0]
    assert [each["sale_amount"] for each in found] == [0, Decimal("80.05"), Decimal("80.05"), 0]
    assert found[-1] == await numbers(platform, person.token, order)
    again = [await numbers(platform, person.token, order, asOf=at) for at in (before, *moments)]
    assert again == found, "a moment that is past stays as it was"


async def test_rc13_every_writer_keeps_what_was(platform: Platform) -> None:
    """RC13, SM4, SM5: a payment moves no status; what was unpaid then is unpaid in a report of then."""
    person = await recorder(platform)
    conversion, order = await sale(platform, person)
    assert (await decide(platform, person.token, conversion, "APPROVED"))["__typename"] == "DecideConversionSuccess"
    unpaid = await now(platform)
    for settlement in ("LOCKED", "INVOICED", "PAID"):
        await brought_to(platform, conversion, "APPROVED", settlement)
    paid = await now(platform)
    assert (await numbers(platform, person.token, order, asOf=unpaid))["paid_payout"] == 0
    found = await numbers(platform, person.token, order, asOf=paid)
    assert found["paid_payout"] == found["payout"] > 0


async def test_rc13_ac8_what_is_not_seen_now_is_not_seen_as_it_was(platform: Platform) -> None:
    """RC13, AC8: it must have been of a status of the viewer's, and be of one: else its past tells of its present."""
    person, limited = await recorder(platform), await recorder(platform, statuses=["APPROVED"])
    conversion, order = await sale(platform, person)
    pending = await now(platform)
    await decide(platform, person.token, conversion, "APPROVED")
    approved = await now(platform)
    assert (await numbers(platform, limited.token, order, asOf=pending))["payout"] == 0, "it was not theirs"
    assert (await numbers(platform, limited.token, order, asOf=approved))["payout"] > 0
    await decide(platform, person.token, conversion, "REVERSED")
    for at in (pending, approved):
        found = await numbers(platform, limited.token, order, asOf=at)
        assert found == await numbers(platform, limited.token, "no such order", asOf=at), "it is theirs no more"
    assert (await numbers(platform, person.token, order, asOf=approved))["payout"] > 0


async def test_rc13_rc5_open_payouts_of_then_are_not_shown_where_they_are_settled_now(platform: Platform) -> None:
    """RC13, RC5: PENDING_PAYOUTS shows what is open; FINANCE_REPORTING what is settled; of then and of now."""
    northwind = await platform.named("organization", NORTHWIND)
    tokens = {}
    for name, permissions in (
        ("open", "PERFORMANCE_REPORTS:R PENDING_PAYOUTS:R"),
        ("both", "PERFORMANCE_REPORTS:R FINANCE_REPORTING:R PENDING_PAYOUTS:R"),
    ):
        role = await platform.role(permissions, scope="ORGANIZATION", base_type="ORG", organization_id=northwind)
        tokens[name] = (await platform.person(await platform.membership(NORTHWIND, role))).token
    lens = {"kind": "ADVERTISER", "organization": platform.global_id("organization", northwind)}
    given = {"lens": lens, "columns": ["pending_payout"], "asOf": "2026-03-01T00:00:00Z"}
    found = {name: await asked(platform, token, **given) for name, token in tokens.items()}
    totals = {name: answer.data["report"]["columns"][0]["total"] for name, answer in found.items()}
    waiting = """
        SELECT coalesce(sum(coalesce(p.payout, c.payout) * c.fx_rate), 0) FROM conversion c
        JOIN program o ON o.id = c.program_id
        LEFT JOIN conversion_past p ON (p.affiliate_account_id, p.conversion_id) = (c.affiliate_account_id, c.id)
            AND p.since <= '2026-03-01Z' AND p.until > '2026-03-01Z'
        WHERE c.advertiser_org_id = $1 AND o.commission_model = 'DIRECT' AND c.posted_at <= '2026-03-01Z'
          AND c.event_at >= '2025-01-01Z' AND c.event_at < '2026-07-01Z'
          AND coalesce(p.status, c.status) IN ('PENDING', 'HOLD') AND coalesce(p.settlement, c.settlement) = 'OPEN'
    """
    everything = await platform.one(waiting, northwind)
    still = await platform.one(f"{waiting} AND c.settlement IN ('OPEN', 'LOCKED')", northwind)
    assert still < everything, "some of it has been invoiced since"
    assert totals == {"open": f"{still:.4f}", "both": f"{everything:.4f}"}


@pytest.mark.parametrize("who", ["affiliate-manager-nopay", "analyst", "partner-admin", "approved-only"])
async def test_rc13_what_a_lens_does_not_show_of_the_past_moves_no_byte(
    platform: Platform, cast_lenses: list[LensByHand], who: str
) -> None:
    """RC13, LK5, LK25: hidden amounts and foreign rows of the past are changed, and put back; an admin sees it."""
    lens, admin = [next(each for each in cast_lenses if each.who == name) for name in (who, "admin")]
    hidden = {
        "affiliate-manager-nopay": "payout = payout + 7, revenue = revenue + 3",
        "analyst": "payout = payout + 7",
        "partner-admin": "revenue = revenue * 2",
        "approved-only": "payout = payout + CASE WHEN status = 'APPROVED' THEN 0 ELSE 7 END",
    }[who]

    async def reports(of: LensByHand) -> list[bytes]:
        found = []
        for group_by in ([], ["program", "status"], ["settlement"]):
            given = {"lens": of.input, "columns": COLUMNS, "groupBy": group_by, "period": WEEKS}
            given["asOf"] = "2026-03-14T15:00:00Z"
            answer = await asked(platform, platform.member(of.who), **given)
            found.append(orjson.dumps([answer.data, answer.errors, answer.extensions], default=str))
        return found

    before, all_before = await reports(lens), await reports(admin)
    some = "conversion_id % 4 = 0 AND since <= '2026-03-14T15:00Z' AND until > '2026-03-14T15:00Z'"
    await platform.change(
        f"CREATE TABLE kept_past AS SELECT * FROM conversion_past WHERE {some}",
        f"UPDATE conversion_past SET {hidden} WHERE {some}",
    )
    try:
        assert await reports(lens) == before
        assert await reports(admin) != all_before
    finally:
        await platform.change(
            "UPDATE conversion_past t SET payout = k.payout, revenue = k.revenue FROM kept_past k WHERE"
            " (k.affiliate_account_id, k.conversion_id, k.since) = (t.affiliate_account_id, t.conversion_id, t.since)",
            "DROP TABLE kept_past",
        )
    assert await reports(admin) == all_before


async def test_rc13_as_of_now_is_the_report(platform: Platform, cast_lenses: list[LensByHand]) -> None:
    """RC13, RC5: by stored sums or by what was, for every kind of lens, in all and by program."""
    lenses = {str(each.input["kind"]) + str(each.statuses): each for each in cast_lenses}
    assert len(lenses) >= 5
    for lens in lenses.values():
        for group_by in ([], ["program"]):
            given = {"lens": lens.input, "columns": COLUMNS, "groupBy": group_by, "first": 1000, "period": WEEKS}
            given |= {"orderBy": [{"key": key} for key in group_by]}
            plain = await asked(platform, platform.member(lens.who), **given)
            stood = await asked(platform, platform.member(lens.who), **given, asOf=await now(platform))
            assert not plain.errors
            for answer in (plain, stood):
                del answer.data["report"]["pageInfo"], answer.data["report"]["asOf"]
            assert plain.data == stood.data, lens


async def test_rc13_a5_days_cannot_be_moved_to_find_an_hour(platform: Platform) -> None:
    """RC13, A5: the difference of two reports as of an hour apart would be an hour's."""
    somebody = await platform.staff("AFFILIATES:R", see_payout=True)
    for at, refused in (("2026-03-01T00:00:00Z", False), ("2026-03-01T01:00:00Z", True)):
        answer = await asked(platform, somebody.token, columns=["conversions"], asOf=at)
        said = [each["message"] for each in answer.errors]
        whole = "Your reports have whole days: asOf is where one begins in the time zone UTC."
        assert said == ([whole] if refused else [])
        assert not (await asked(platform, platform.member("support"), columns=["conversions"], asOf=at)).errors


async def test_rc13_what_is_not_known_is_not_answered(platform: Platform) -> None:
    """RC13: nothing of a moment to come, nor of one before what conversions were was kept."""
    to_come = (await platform.one("SELECT clock_timestamp() + interval '1 minute'")).isoformat()
    key = "conversions_known_since"
    await platform.change(f"""INSERT INTO platform_setting (key, value) VALUES ('{key}', '"2026-01-01T00:00:00Z"')""")
    try:
        for at, said in ((to_come, TO_COME), ("2025-12-31T23:59:59Z", BEFORE), ("2026-01-01T00:00:00Z", None)):
            answer = await asked(platform, platform.member("admin"), columns=["conversions"], asOf=at)
            assert [each["message"] for each in answer.errors] == ([] if said is None else [said])
            assert not answer.errors or answer.errors[0]["extensions"]["code"] == "BAD_INPUT"
    finally:
        await platform.change(f"DELETE FROM platform_setting WHERE key = '{key}'")


async def test_rc13_what_a_conversion_was_is_no_row_of_anybody(platform: Platform) -> None:
    """RC13, AC11: its rows would tell of changes to hidden columns; the application cannot rewrite them."""
    assert "conversion_past" not in CATALOGUE.model.rules
    rights = "SELECT has_table_privilege('sightline_app_rw', 'conversion_past', $1)"
    assert [await platform.one(rights, each) for each in ("INSERT", "UPDATE", "DELETE")] == [True, False, False]


async def test_rc13_the_past_of_the_demo_is_whole(platform: Platform) -> None:
    """RC13, SM4: from being recorded on without a gap, each step of the history where the history has it."""
    gaps = """
        SELECT count(*) FROM (
            SELECT p.since, p.conversion_id, lag(p.until, 1, c.posted_at) OVER (
                PARTITION BY p.affiliate_account_id, p.conversion_id ORDER BY p.since) AS expected
            FROM conversion_past p JOIN conversion c
                ON (c.affiliate_account_id, c.id) = (p.affiliate_account_id, p.conversion_id)
        ) AS followed WHERE since <> expected
    """
    assert await platform.one(gaps) == 0
    wrong = """
        SELECT count(*) FROM conversion_event e
        JOIN conversion c ON (c.affiliate_account_id, c.id) = (e.affiliate_account_id, e.conversion_id)
        LEFT JOIN conversion_past p ON (p.affiliate_account_id, p.conversion_id) = (c.affiliate_account_id, c.id)
            AND p.since <= e.at AND p.until > e.at
        WHERE e.at < '2026-07-01Z' AND coalesce(p.status, c.status) <> e.status AND NOT EXISTS (
            SELECT FROM conversion_event n WHERE n.n > e.n AND n.at = e.at
            AND (n.affiliate_account_id, n.conversion_id) = (e.affiliate_account_id, e.conversion_id))
    """
    assert await platform.one(wrong) == 0
