"""Lenses: one path each, programs on which a column is visible, settlements, and the grain of A5."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform
from lenses_by_hand import DIRECT, LensByHand
from report_asking import answered
from report_oracle import Asked, Oracle

SINCE, UNTIL = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
QUERY = "query ($input: ReportInput!) { report(input: $input) { columns { key total values } } }"
MONTH = {"days": {"since": "2026-03-01", "until": "2026-04-01"}}


def of(cast_lenses: list[LensByHand], who: str) -> LensByHand:
    return next(each for each in cast_lenses if each.who == who)


async def test_rc5_a_column_is_computed_over_the_programs_on_which_it_is_visible(
    platform: Platform, oracle: Oracle, cast_lenses: list[LensByHand]
) -> None:
    """RC5: numerator and denominator alike, and the answer says over how many programs."""
    lens = of(cast_lenses, "adv-admin")
    asked = Asked(lens, ("payout", "epc", "clicks"), (), SINCE, UNTIL)
    found = await answered(platform, asked)
    assert found.totals == oracle.totals(asked)
    direct = {
        row["_program"]["id"]
        for fact in ("click", "conversion")
        for row in oracle.stored.facts[fact]
        if lens.visible(fact, row) and DIRECT(row["_program"])
    }
    assert found.coverage == {"payout": len(direct), "epc": len(direct), "clicks": None}
    every = Asked(of(cast_lenses, "admin"), ("epc", "clicks"), (), SINCE, UNTIL)
    assert found.totals["epc"] != (await answered(platform, every)).totals["epc"]


async def test_rc5_a_group_without_such_a_program_has_no_value(
    platform: Platform, cast_lenses: list[LensByHand]
) -> None:
    """RC5, M2: null, not zero, and no filter or order on it finds out more (LK5)."""
    asked = Asked(of(cast_lenses, "adv-admin"), ("payout", "revenue"), ("program",), SINCE, UNTIL)
    found = await answered(platform, asked)
    models = {
        platform.global_id("program", row["id"]): row["commission_model"]
        for row in await platform.rows("SELECT id, commission_model::text FROM program")
    }
    assert {models[program] for (program,) in found.rows} == {"DIRECT", "INTERMEDIATED"}
    for (program,), values in found.rows.items():
        assert (values["payout"] is None) == (models[program] == "INTERMEDIATED")
        assert values["revenue"] is not None
    for test in ({"lt": "1000000000"}, {"gte": "0"}):
        more = {"having": [{"column": "payout", **test}]}
        passing = await answered(platform, asked, **more)
        assert {models[program] for (program,) in passing.rows} == {"DIRECT"}


@pytest.mark.parametrize(
    ("permissions", "there", "absent"),
    [
        ("FINANCE_REPORTING:R", {"paid_payout"}, {"payout", "pending_payout", "approved_payout", "epc", "profit"}),
        ("PERFORMANCE_REPORTS:R PENDING_PAYOUTS:R", {"pending_payout", "reversed_payout"}, {"payout", "paid_payout"}),
        ("FINANCE_REPORTING:R PENDING_PAYOUTS:R", {"payout", "pending_payout", "paid_payout", "profit"}, {"epc"}),
        ("PERFORMANCE_REPORTS:R", {"revenue", "clicks"}, {"payout", "pending_payout", "paid_payout"}),
    ],
)
async def test_rc5_settled_and_open_payouts_are_columns_apart(
    platform: Platform, permissions: str, there: set[str], absent: set[str]
) -> None:
    """RC5: `pending_payout` needs PENDING_PAYOUTS, `paid_payout` FINANCE_REPORTING, `payout` both."""
    northwind = await platform.named("organization", NORTHWIND)
    role = await platform.role(permissions, scope="ORGANIZATION", base_type="ORG", organization_id=northwind)
    somebody = await platform.person(await platform.membership(NORTHWIND, role))
    lens = {"kind": "ADVERTISER", "organization": platform.global_id("organization", northwind)}
    schema = "query ($lens: ReportLensInput!) { reportSchema(lens: $lens) { columns { key available reason } } }"
    columns = (await platform.read(somebody.token, schema, lens=lens))["reportSchema"]["columns"]
    available = {each["key"] for each in columns if each["available"]}
    assert there <= available
    assert not absent & available
    assert all((each["reason"] is None) == each["available"] for each in columns)
    given = {"lens": lens, "period": MONTH, "columns": sorted(there), "timeZone": "UTC"}
    found = (await platform.read(somebody.token, QUERY, input=given))["report"]["columns"]
    full = (await platform.read(platform.member("adv-admin"), QUERY, input=given))["report"]["columns"]
    assert found == full


async def test_c21_both_sides_are_two_lenses_and_never_one(platform: Platform, cast_lenses: list[LensByHand]) -> None:
    """RC5, C-21: what one path shows is not added to what another does, in either direction."""
    query = "{ reportLenses { kind name } }"
    found = (await platform.read(platform.member("both-sides"), query))["reportLenses"]
    assert found == [
        {"kind": "ADVERTISER", "name": "Kestrel Collective"},
        {"kind": "PARTNER", "name": "Kestrel Collective"},
    ]
    partner = next(each for each in cast_lenses if each.who == "both-sides" and each.input["kind"] == "PARTNER")
    answer = await platform.ask(
        platform.member("both-sides"), QUERY, input={"lens": partner.input, "period": MONTH, "columns": ["revenue"]}
    )
    assert answer.errors[0]["extensions"]["code"] == "COLUMN_RESTRICTED"


async def test_rc5_other_paths_add_nothing_to_a_lens(
    platform: Platform, oracle: Oracle, cast_lenses: list[LensByHand]
) -> None:
    """RC5: somebody with every path there is gets, in each lens, what its own path gives."""
    somebody = await platform.person(
        await platform.membership(BLUEBIRD, "Admin"),
        await platform.membership(NORTHWIND, "Admin"),
        ("role_assignment", {"scope": "PLATFORM", "role_id": await platform.role("TRANSACTIONS:R", see_revenue=True)}),
    )
    for who in ("partner-admin", "adv-admin"):
        given = {
            "lens": of(cast_lenses, who).input,
            "period": MONTH,
            "timeZone": "UTC",
            "columns": ["conversions", "payout", "sale_amount", "clicks"],
            "groupBy": ["program", "status"],
        }
        mine = await platform.read(somebody.token, QUERY, input=given)
        assert mine == await platform.read(platform.member(who), QUERY, input=given)


# A5


async def test_a5_affiliates_alone_report_on_all_rows_in_days(
    platform: Platform, oracle: Oracle, cast_lenses: list[LensByHand]
) -> None:
    """A5: the rows of Manage Affiliates R in the report, though no conversion is reached as a row."""
    somebody = await platform.staff("AFFILIATES:R", see_payout=True, see_sale_amount=True)
    assert not await platform.exists(somebody.token, "Query.conversions")
    full = replace(of(cast_lenses, "finance-manager"), fine=False)
    for group_by in (("day",), ("account", "program"), ("source", "goal"), ("media", "country", "device")):
        asked = Asked(full, ("payout", "conversions", "cr", "sale_amount"), group_by, SINCE, UNTIL)
        given = asked.input(first=1000)
        given["period"] = {"days": {"since": "2025-01-01", "until": "2026-07-01"}}
        query = "query ($input: ReportInput!) { report(input: $input) { rowCount columns { key total } } }"
        report = (await platform.read(somebody.token, query, input=given))["report"]
        expected = oracle.totals(asked)
        assert {each["key"]: _decimal(each["total"]) for each in report["columns"]} == expected
        assert report["rowCount"] == len(oracle.rows(asked))


@pytest.mark.parametrize(
    "dimension",
    ["hour", "order", "sub1", "sub5", "referrer", "tracker", "promo_code", "product", "customer_status"],
)
async def test_a5_affiliates_alone_have_no_dimension_below_the_grain(platform: Platform, dimension: str) -> None:
    """A5: no hour, order, sub id, referrer; refused as what does not exist."""
    somebody = await platform.staff("AFFILIATES:R", see_payout=True)
    answers = [
        (await platform.ask(somebody.token, QUERY, input=_platform(groupBy=[key]))).errors[0]["message"]
        for key in (dimension, "zzz")
    ]
    assert answers[0].replace(dimension, "zzz") == answers[1]


@pytest.mark.parametrize(
    "more",
    [
        {"timeZone": "Asia/Kolkata"},
        {"period": {"moments": {"since": "2026-03-01T01:00:00Z", "until": "2026-04-01T00:00:00Z"}}},
        {"period": {"moments": {"since": "2026-03-01T00:00:00Z", "until": "2026-03-01T01:00:00Z"}}},
        {"compareTo": {"moments": {"since": "2026-02-01T00:00:00Z", "until": "2026-02-01T01:00:00Z"}}},
    ],
)
async def test_a5_days_cannot_be_moved_to_find_an_hour(platform: Platform, more: dict[str, Any]) -> None:
    """A5, LK25: the difference of two days that begin an hour apart would be an hour's."""
    somebody = await platform.staff("AFFILIATES:R", see_payout=True)
    answer = await platform.ask(somebody.token, QUERY, input=_platform(**more))
    assert answer.errors[0]["message"] == "Your reports have whole days: those of the time zone UTC."
    whole = await platform.ask(platform.member("support"), QUERY, input=_platform(**more))
    assert not whole.errors


@pytest.mark.parametrize("permissions", ["OFFERS:R ADVERTISERS:R", "PAYOUTS:R", "REPORTS:W", "USERS:R"])
async def test_a5_other_modules_report_on_nothing(platform: Platform, permissions: str) -> None:
    """A5: the lens comes with Manage Affiliates R or Transactions R, and with no other module."""
    somebody = await platform.staff(permissions, see_payout=True, see_revenue=True)
    assert not await platform.exists(somebody.token, "Query.report")


async def test_ac11_the_date_of_changes_is_the_platforms_alone(
    platform: Platform, cast_lenses: list[LensByHand]
) -> None:
    """AC11: elsewhere it would tell of changes to what is not shown."""
    for who, refused in (("manager", False), ("adv-admin", True), ("partner-admin", True), ("collab-owner", True)):
        given = {
            "lens": of(cast_lenses, who).input,
            "period": MONTH,
            "timeZone": "UTC",
            "columns": ["conversions"],
            "dateBasis": "MODIFIED",
        }
        assert bool((await platform.ask(platform.member(who), QUERY, input=given)).errors) is refused


def _platform(**more: Any) -> dict[str, Any]:
    return {
        "lens": {"kind": "PLATFORM"},
        "period": MONTH,
        "columns": ["conversions", "clicks"],
        "timeZone": "UTC",
    } | more


def _decimal(text: Any) -> Any:
    return None if text is None else Decimal(text)
