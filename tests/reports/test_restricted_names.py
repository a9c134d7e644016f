"""Names that are not there for a viewer: refused in the words for names that do not exist, wherever they are named."""

from __future__ import annotations

from typing import Any

import pytest
from columns_by_hand import COLUMNS
from demo_platform import Platform
from lenses_by_hand import LensByHand
from report_drawing import DIMENSIONS, usable
from report_oracle import Oracle

MADE_UP = "zzz_made_up"
PERIOD = {"days": {"since": "2026-01-01", "until": "2026-02-01"}}
PLACES: dict[str, dict[str, Any]] = {
    "columns": {"columns": ["NAME"]},
    "having": {"columns": ["conversions"], "having": [{"column": "NAME", "gt": "0"}]},
    "orderBy": {"columns": ["conversions"], "orderBy": [{"key": "NAME", "direction": "DESC"}]},
    "groupBy": {"columns": ["conversions"], "groupBy": ["NAME"]},
    "filters": {"columns": ["conversions"], "filters": [{"dimension": "NAME", "in": ["1"]}]},
}
QUERY = "query ($input: ReportInput!) { report(input: $input) { rowCount columns { key values } } }"


def named(given: Any, name: str) -> Any:
    """The same with a name in its place."""
    if isinstance(given, dict):
        return {key: named(value, name) for key, value in given.items()}
    if isinstance(given, list):
        return [named(each, name) for each in given]
    return name if given == "NAME" else given


async def refusal(platform: Platform, lens: LensByHand, place: str, name: str) -> Any:
    """What is answered to a report with a name in some place, with the name taken out, and the statements it took."""
    given = {"lens": lens.input, "period": PERIOD} | named(PLACES[place], name)
    answer = await platform.ask(platform.member(lens.who), QUERY, input=given)
    (error,) = answer.errors
    assert error["extensions"]["code"] == "COLUMN_RESTRICTED", error
    assert answer.data == {"report": None}
    return str(error).replace(name, "NAME")


@pytest.mark.parametrize("place", PLACES)
async def test_what_is_restricted_is_refused_as_what_does_not_exist(
    platform: Platform, oracle: Oracle, cast_lenses: list[LensByHand], place: str
) -> None:
    """RC6, M5, M6, LK3, LK4: for every lens of the cast, every column and dimension it may not use."""
    refused = 0
    for lens in cast_lenses:
        made_up = await refusal(platform, lens, place, MADE_UP)
        columns = sorted(set(COLUMNS) - set(usable(lens, oracle)))
        dimensions = [key for key in DIMENSIONS if not lens.has(key)]
        names = {
            "columns": columns,
            "having": columns,
            "orderBy": [*columns, *dimensions],
            "groupBy": [*dimensions, *columns, "payout"],
            "filters": [*dimensions, *columns],
        }
        for name in names[place]:
            assert await refusal(platform, lens, place, name) == made_up, (lens.who, name)
            refused += 1
    assert refused >= 100


async def test_rc6_nothing_runs_if_one_name_is_not_there(platform: Platform) -> None:
    """RC6: no part of a report is computed; the message names every such name, and no other."""
    northwind = platform.global_id("organization", await platform.named("organization", "Northwind Outfitters"))
    given = {
        "lens": {"kind": "ADVERTISER", "organization": northwind},
        "period": PERIOD,
        "columns": ["clicks", "payout", MADE_UP],
        "groupBy": ["program", "order"],
    }
    answer = await platform.ask(platform.member("analyst"), QUERY, input=given)
    (error,) = answer.errors
    assert error["message"] == (
        'Column "payout" does not exist or is not available to you. '
        f'Column "{MADE_UP}" does not exist or is not available to you. '
        'Dimension "order" does not exist or is not available to you.'
    )


async def test_rc10_dropped_columns_are_left_out_and_nothing_else_is(platform: Platform) -> None:
    """RC10: DROP leaves out what is named in `columns`; in having, order, groups and filters it still rejects."""
    given = {"lens": {"kind": "PLATFORM"}, "period": PERIOD, "columns": ["clicks", "revenue", MADE_UP]}
    token = platform.member("affiliate-manager")
    report = (await platform.read(token, QUERY, input=given | {"onRestricted": "DROP"}))["report"]
    assert [each["key"] for each in report["columns"]] == ["clicks"]
    for place in ("having", "orderBy", "groupBy", "filters"):
        more = named(PLACES[place], "revenue") | {"columns": ["clicks", "revenue"], "onRestricted": "DROP"}
        answer = await platform.ask(token, QUERY, input=given | more)
        assert answer.errors[0]["extensions"]["code"] == "COLUMN_RESTRICTED", place


async def test_metrics_lack_what_no_lens_of_the_viewer_shows(platform: Platform) -> None:
    """RC6, M5: the field of a column is in the schema of exactly those who have its classes in some lens."""
    for who, there, absent in (
        ("admin", "payout revenue profit saleAmount clicks", ""),
        ("affiliate-manager", "payout saleAmount epc", "revenue profit margin roas"),
        ("affiliate-manager-nopay", "saleAmount cr", "payout epc effectiveCommissionRate revenue"),
        ("analyst", "revenue saleAmount", "payout profit epc pendingPayout"),
        ("finance", "revenue payout paidPayout", "clicks cr saleAmount epc"),
        ("partner-admin", "payout saleAmount epc", "revenue profit roas"),
        ("support", "clicks conversions cr", "revenue payout saleAmount"),
        ("nobody", "", "clicks conversions payout"),
    ):
        token = platform.member(who)
        for field in there.split():
            assert await platform.exists(token, f"ReportMetrics.{field}"), (who, field)
        for field in absent.split():
            assert not await platform.exists(token, f"ReportMetrics.{field}"), (who, field)


@pytest.mark.parametrize("who", ["nobody", "implementation", "company-owner", "payouts-only"])
async def test_who_has_no_lens_has_no_reports(platform: Platform, who: str) -> None:
    """RC5: no row of facts by any path, so no field, and no type of reports at all."""
    for coordinate in ("Query.report", "Query.reportSchema", "Query.reportLenses", "Report", "ReportInput"):
        assert not await platform.exists(platform.member(who), coordinate)


async def test_rc5_a_lens_of_others_is_refused_as_one_that_does_not_exist(
    platform: Platform, cast_lenses: list[LensByHand]
) -> None:
    """RC5: somebody else's organization or account, and none at all, in the same words."""
    nowhere = [
        {"kind": "ADVERTISER", "organization": platform.global_id("organization", 999_999)},
        {"kind": "PARTNER", "organization": platform.global_id("organization", 999_999)},
        {"kind": "ACCOUNT", "account": platform.global_id("affiliate_account", 999_999)},
    ]
    for lens in cast_lenses:
        token, own = platform.member(lens.who), [each.input for each in cast_lenses if each.who == lens.who]
        answers = [
            (await platform.ask(token, QUERY, input={"lens": other, "period": PERIOD, "columns": ["clicks"]})).errors
            for other in [*nowhere, *(each.input for each in cast_lenses if each.input not in own)]
        ]
        assert all(errors == answers[0] for errors in answers), lens.who
        assert answers[0][0]["extensions"]["code"] == "COLUMN_RESTRICTED"
