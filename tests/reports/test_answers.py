"""What a report answers beside its numbers: pages, order, comparisons, both forms of the same numbers, ceilings."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from demo_platform import Platform

from sightline.authz.reports.columns import COLUMNS
from sightline.authz.reports.dimensions import DIMENSIONS
from sightline.resolvers.reports.periods import period_of, zone_named, zone_names
from sightline.resolvers.reports.requests import Preset

QUERY = """query ($input: ReportInput!) { report(input: $input) { since until rowCount complete
    columns { key values total } rows { dimensions { key value label } metrics { revenue { amount currency } cr } }
    totals { revenue { amount currency } clicks } compare { since until rows { clicks } totals { clicks } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
YEAR = {"days": {"since": "2025-01-01", "until": "2026-01-01"}}


def given(**more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"lens": {"kind": "PLATFORM"}, "period": YEAR, "timeZone": "UTC", "columns": ["clicks"]}
    return plain | more


async def report(platform: Platform, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await platform.read(platform.member("admin"), QUERY, input=given(**more)))["report"]
    return found


def test_columns_and_dimensions_have_keys_of_their_own() -> None:
    """An order names either by key."""
    assert not set(COLUMNS) & set(DIMENSIONS)


async def test_rows_and_columns_are_the_same_numbers(platform: Platform) -> None:
    """M1, M3: amounts with their currency; sums add up to the totals, ratios do not."""
    found = await report(platform, columns=["revenue", "cr"], groupBy=["program"], first=1000)
    columns = {each["key"]: each for each in found["columns"]}
    for at, row in enumerate(found["rows"]):
        assert row["metrics"]["revenue"]["amount"] == columns["revenue"]["values"][at]
        assert row["metrics"]["revenue"]["currency"] == "EUR"
        assert row["metrics"]["cr"] == columns["cr"]["values"][at]
    total = sum(Decimal(value) for value in columns["revenue"]["values"])
    assert abs(total - Decimal(columns["revenue"]["total"])) < Decimal("0.01")
    assert found["totals"]["revenue"]["amount"] == columns["revenue"]["total"]
    rates = [Decimal(value) for value in columns["cr"]["values"] if value is not None]
    assert Decimal(columns["cr"]["total"]) != sum(rates) / len(rates)


async def test_a_report_may_be_selected_in_parts(platform: Platform) -> None:
    """Fields of one key are one field: whatever metric any of them selects is asked of the report, fragments too."""
    query = """query ($input: ReportInput!) { report(input: $input) { rowCount rows { metrics { clicks } } }
        report(input: $input) { totals { ...Money } rows { ... on ReportRow { metrics { cr } } } } }
        fragment Money on ReportMetrics { __typename payout { amount } }"""
    found = (await platform.read(platform.member("admin"), query, input=given(columns=[], groupBy=["month"])))["report"]
    whole = await report(platform, columns=["payout", "cr"], groupBy=["month"])
    columns = {each["key"]: each for each in whole["columns"]}
    assert found["rowCount"] == whole["rowCount"] > 1
    assert found["totals"]["payout"]["amount"] == columns["payout"]["total"]
    assert [row["metrics"]["cr"] for row in found["rows"]] == columns["cr"]["values"]
    assert all(set(row["metrics"]) == {"clicks", "cr"} for row in found["rows"])


@pytest.mark.parametrize("order", [None, ("revenue", "DESC"), ("program", "ASC"), ("cr", "ASC"), ("day", "DESC")])
async def test_pages_are_the_whole_in_order(platform: Platform, order: tuple[str, str] | None) -> None:
    """LK13, LK17: pages join without gap or repetition; nulls come last both ways; a cursor is this report's only."""
    more: dict[str, Any] = {
        "groupBy": ["day", "program"],
        "columns": ["clicks"],
        "period": {"days": {"since": "2025-05-01", "until": "2025-05-16"}},
    }
    if order is not None:
        more["orderBy"] = [{"key": order[0], "direction": order[1]}]
    whole = await report(platform, first=1000, **more)
    rows, after, has_next = [], None, True
    while has_next:
        page = await report(platform, first=70, after=after, **more)
        rows += page["rows"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        after, has_next = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert rows == whole["rows"]
    assert len(rows) == whole["rowCount"] > 140
    if order == ("revenue", "DESC"):
        amounts = [Decimal(row["metrics"]["revenue"]["amount"]) for row in rows]
        assert amounts == sorted(amounts, reverse=True)
    if order == ("program", "ASC"):
        labels = [row["dimensions"][1]["label"] for row in rows]
        assert labels == sorted(labels)
    for other in ({"columns": ["clicks", "epc"]}, {"groupBy": ["program", "day"]}, {"timeZone": "Europe/Berlin"}):
        answer = await platform.ask(
            platform.member("admin"), QUERY, input=given(**(more | other | {"after": whole["pageInfo"]["startCursor"]}))
        )
        assert answer.errors[0]["extensions"]["code"] == "BAD_INPUT", other
    foreign = await platform.ask(
        platform.member("manager"), QUERY, input=given(**more, after=whole["pageInfo"]["startCursor"])
    )
    assert foreign.errors[0]["message"] == "This is no cursor of this report: take one from its pageInfo."


async def test_having_chooses_rows_and_totals_stay(platform: Platform) -> None:
    """M2, M6: over values of rows; totals are those of all rows."""
    whole = await report(platform, groupBy=["program"], columns=["clicks"], first=1000)
    least = sorted(Decimal(value) for value in whole["columns"][0]["values"])[len(whole["rows"]) // 2]
    chosen = await report(
        platform, groupBy=["program"], columns=["clicks"], having=[{"column": "clicks", "gte": str(least)}]
    )
    assert 0 < chosen["rowCount"] < whole["rowCount"]
    assert all(Decimal(value) >= least for value in chosen["columns"][0]["values"])
    assert chosen["totals"] == whole["totals"]


@pytest.mark.parametrize(
    ("period", "compare", "since", "until"),
    [
        (("2025-07-01", "2025-10-01"), {"previous": "PREVIOUS_PERIOD"}, "2025-04-01", "2025-07-01"),
        (("2025-07-05", "2025-07-15"), {"previous": "PREVIOUS_PERIOD"}, "2025-06-25", "2025-07-05"),
        (("2026-02-01", "2026-03-01"), {"previous": "PREVIOUS_YEAR"}, "2025-02-01", "2025-03-01"),
        (
            ("2026-02-01", "2026-03-01"),
            {"days": {"since": "2025-06-01", "until": "2025-07-01"}},
            "2025-06-01",
            "2025-07-01",
        ),
    ],
)
async def test_a_comparison_is_the_report_of_the_other_period(
    platform: Platform, period: tuple[str, str], compare: dict[str, Any], since: str, until: str
) -> None:
    """The n-th day with the n-th day; null where there is no such row then."""
    days = {"days": dict(zip(("since", "until"), period, strict=True))}
    found = await report(platform, period=days, compareTo=compare, groupBy=["day"], first=1000)
    compared = found["compare"]
    assert (compared["since"][:10], compared["until"][:10]) == (since, until)
    then = await report(platform, period={"days": {"since": since, "until": until}}, groupBy=["day"], first=1000)
    assert compared["totals"]["clicks"] == then["totals"]["clicks"]
    by_day = {
        row["dimensions"][0]["value"]: value
        for row, value in zip(then["rows"], then["columns"][0]["values"], strict=True)
    }
    for row, old in zip(found["rows"], compared["rows"], strict=True):
        day = _days(row["dimensions"][0]["value"]) - _days(period[0])
        expected = by_day.get(_day(_days(since) + day)) if _days(since) + day < _days(until) else None
        assert (None if old is None else old["clicks"]) == expected


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"columns": []}, "A report has at least one column."),
        ({"columns": ["clicks", "clicks"]}, "Name each key in columns once."),
        (
            {"groupBy": ["day", "hour", "week", "month", "year", "weekday"]},
            "A report has at most 5 dimensions; this one has 6.",
        ),
        ({"first": 1001}, "A page of a report has 1 to 1000 rows: ask for that many with first."),
        ({"first": 0}, "A page of a report has 1 to 1000 rows: ask for that many with first."),
        ({"timeZone": "Mars/Olympus"}, 'timeZone is the name of a time zone such as "Europe/Berlin" or "UTC".'),
        ({"timeZone": ""}, 'timeZone is the name of a time zone such as "Europe/Berlin" or "UTC".'),
        ({"timeZone": "localtime"}, 'timeZone is the name of a time zone such as "Europe/Berlin" or "UTC".'),
        ({"currency": "USD"}, "Amounts are kept in their own currency and in the platform's: ask for NATIVE or EUR."),
        ({"period": {"days": {"since": "2020-01-01", "until": "2026-01-01"}}}, "A report covers at most 1100 days."),
        (
            {"period": {"days": {"since": "2025-02-01", "until": "2025-02-01"}}},
            "A period ends after it begins: until is the first moment, or day, that is outside.",
        ),
        ({"orderBy": [{"key": "day"}]}, "Order by columns, or by dimensions of groupBy: day is not among them."),
        ({"filters": [{"dimension": "program", "in": ["no id"]}]}, "This is no id: take ids from answers of this API."),
        (
            {"filters": [{"dimension": "status", "in": ["GONE"]}]},
            "status is one of PENDING, HOLD, APPROVED, REJECTED, REVERSED.",
        ),
        ({"filters": [{"dimension": "month", "in": ["May"]}]}, "A month is written like 2026-03."),
        ({"filters": [{"dimension": "hour", "in": ["noon"]}]}, "An hour is written like 2026-03-29T14:00:00+02:00."),
        ({"filters": [{"dimension": "year", "in": ["2_026"]}]}, "A year is written like 2026."),
        (
            {"filters": [{"dimension": "month", "in": ["2025-03"]}], "compareTo": {"previous": "PREVIOUS_YEAR"}},
            "A filter by dates holds in one period only: compare without it, over a shorter period.",
        ),
        ({"filters": [{"dimension": "program"}]}, "A filter has values in `in` or in `notIn`."),
        ({"having": [{"column": "clicks"}]}, "A condition in having has a number to compare with."),
        (
            {"lens": {"kind": "ADVERTISER"}},
            "A lens has an organization for ADVERTISER and PARTNER, an account for ACCOUNT.",
        ),
        ({"after": "zzz"}, "This is no cursor of this report: take one from its pageInfo."),
    ],
)
async def test_what_cannot_be_answered_says_what_to_do(platform: Platform, more: dict[str, Any], says: str) -> None:
    """Ceilings and values, each with one sentence and BAD_INPUT."""
    plain = "query ($input: ReportInput!) { report(input: $input) { rowCount } }"
    answer = await platform.ask(platform.member("admin"), plain, input=given(**more))
    assert [(error["message"], error["extensions"]["code"]) for error in answer.errors] == [(says, "BAD_INPUT")]


@pytest.mark.parametrize(
    ("since", "until", "more"),
    [
        ("0001-01-01T00:00Z", "0001-01-02T00:00Z", {"timeZone": "America/New_York"}),
        ("9999-12-30T00:00Z", "9999-12-31T12:00Z", {}),
        ("0002-01-02T01:00Z", "0002-03-01T00:00Z", {"compareTo": {"previous": "PREVIOUS_PERIOD"}}),
        ("0002-02-01T00:00Z", "0003-03-01T00:00Z", {"compareTo": {"previous": "PREVIOUS_YEAR"}}),
    ],
)
async def test_periods_at_the_ends_of_the_calendar(
    platform: Platform, since: str, until: str, more: dict[str, Any]
) -> None:
    """N41: no date that cannot be is computed with."""
    plain = "query ($input: ReportInput!) { report(input: $input) { rowCount } }"
    period = {"moments": {"since": since, "until": until}}
    answer = await platform.ask(platform.member("admin"), plain, input=given(period=period, groupBy=["hour"], **more))
    assert [error["message"] for error in answer.errors] == ["A day of a report lies between the years 2 and 9998."]


async def test_as_many_refused_names_are_told_as_there_is_room_for(platform: Platform) -> None:
    """RC6: each by a whole sentence, and how many there are besides."""
    plain = "query ($input: ReportInput!) { report(input: $input) { rowCount } }"
    answer = await platform.ask(platform.member("admin"), plain, input=given(columns=["aa", "bb", "cc", "dd", "ee"]))
    (error,) = answer.errors
    assert error["message"].startswith('Column "aa" does not exist or is not available to you. Column "bb" does')
    assert re.search(r"to you\. And [123] more\.$", error["message"])


async def test_every_time_zone_has_the_same_hours_in_python_and_in_the_database(platform: Platform) -> None:
    """2.3: the ends of a period are Python's, the days within it the database's."""
    moments = [datetime(2025, month, 15, 12, tzinfo=UTC) for month in (1, 4, 7, 10)]
    names = sorted(zone_names())
    async with platform.engine.database.owner() as connection:
        for at in moments:
            taken = [zone_named(name).key for name in names]
            found = await connection.fetch(
                "SELECT timezone(zone, $2::timestamptz) AS local FROM unnest($1::text[]) WITH ORDINALITY AS z (zone, n)"
                " ORDER BY n",
                taken,
                at,
            )
            for name, row in zip(names, found, strict=True):
                assert row["local"] == at.astimezone(ZoneInfo(name)).replace(tzinfo=None), (name, at)


def test_weeks_and_quarters_that_are_over() -> None:
    """Presets: weeks from Monday; each of these ends where the present one begins."""
    zone = ZoneInfo("Europe/Berlin")
    found = {
        preset: period_of(preset, zone, datetime(2026, 1, 1, 12, tzinfo=UTC))
        for preset in (Preset.THIS_WEEK, Preset.LAST_WEEK, Preset.THIS_QUARTER, Preset.LAST_QUARTER)
    }
    days = {
        key: (each.since.astimezone(zone).date(), each.until.astimezone(zone).date()) for key, each in found.items()
    }
    assert days == {
        Preset.THIS_WEEK: (date(2025, 12, 29), date(2026, 1, 2)),
        Preset.LAST_WEEK: (date(2025, 12, 22), date(2025, 12, 29)),
        Preset.THIS_QUARTER: (date(2026, 1, 1), date(2026, 1, 2)),
        Preset.LAST_QUARTER: (date(2025, 10, 1), date(2026, 1, 1)),
    }


async def test_excluding_a_value_keeps_what_has_none(platform: Platform) -> None:
    """2.3: all but one promo code is also what was bought without any."""
    everything = await report(platform, columns=["conversions"], groupBy=["promo_code"], first=1000)
    counts = {
        row["dimensions"][0]["value"]: Decimal(value)
        for row, value in zip(everything["rows"], everything["columns"][0]["values"], strict=True)
    }
    code = max(filter(None, counts), key=lambda each: counts[each])
    others = await report(platform, columns=["conversions"], filters=[{"dimension": "promo_code", "notIn": [code]}])
    assert counts[None] > 0 < counts[code]
    assert Decimal(others["columns"][0]["total"]) == sum(counts.values()) - counts[code]


async def test_many_reports_at_once_are_too_dear(platform: Platform) -> None:
    """A report has a price of its own, and its rows."""
    one = 'report(input: {lens: {kind: PLATFORM}, columns: ["clicks"], period: {preset: TODAY}, first: %d}) { %s }'
    many = " ".join(f"r{at}: " + one % (1, "rowCount") for at in range(12))
    wide = one % (1000, "rows { dimensions { key } metrics { revenue { amount } payout { amount } } } columns { key }")
    money = " ".join(
        f"{key} {{ amount }}" for key in ("revenue", "payout", "profit", "saleAmount", "aov", "epc", "rpc")
    )
    deep = one % (1000, f"rows {{ dimensions {{ key }} metrics {{ {money} }} }}")
    for document, refused in ((many, True), (deep, True), (wide, False)):
        answer = await platform.ask(platform.member("admin"), f"{{ {document} }}")
        assert [error["extensions"]["code"] for error in answer.errors] == (["COST_EXCEEDED"] if refused else [])


def _days(text: str) -> int:

    return date.fromisoformat(text).toordinal()


def _day(number: int) -> str:

    return date.fromordinal(number).isoformat()
