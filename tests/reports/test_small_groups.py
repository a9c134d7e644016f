"""Groups too small to show: for readers of sums, where the operator has set how small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import orjson
import pytest
from demo_platform import Person, Platform

from sightline.db.reports.queries import Groups, Sum
from sightline.resolvers.reports.limits import ReportLimits
from sightline.resolvers.reports.small_groups import left_out_too_small, sizes_of, too_small, withheld
from sightline.server.execution import Engine, services_of

LEAST = 5
QUERY = """query ($input: ReportInput!) { report(input: $input) { withheld rowCount complete
    columns { key values total } rows { dimensions { key value } } compare { columns { values total } } } }"""
COLUMNS = ("gross_conversions", "events", "payout")
DAY = {"days": {"since": "2026-03-05", "until": "2026-03-06"}}


@pytest.fixture(scope="module")
def held(platform: Platform) -> Platform:
    """The shared platform, by an engine for which five is the smallest group."""
    engine = platform.engine
    services = services_of(engine.database, platform.secrets, ReportLimits(smallest_group=LEAST))
    return replace(platform, engine=Engine(engine.database, services, engine.access, engine.api))


async def asked(platform: Platform, who: str, **given: Any) -> Any:
    """A report over one day."""
    plain = {"lens": {"kind": "PLATFORM"}, "period": DAY, "timeZone": "UTC", "columns": list(COLUMNS), "first": 1000}
    return (await platform.read(who, QUERY, input=plain | given))["report"]


async def reader(platform: Platform) -> Person:
    """Staff who report on conversions, and read none of them."""
    return await platform.staff("AFFILIATES:R", see_payout=True)


def rows_of(report: Any) -> dict[tuple[str | None, ...], tuple[Any, ...]]:
    """The values of each row."""
    values = zip(*(each["values"] for each in report["columns"]), strict=True)
    keys = [tuple(each["value"] for each in row["dimensions"]) for row in report["rows"]]
    return dict(zip(keys, values, strict=True))


def sizes_in(report: Any) -> dict[tuple[str | None, ...], int]:
    """How many conversions each row is over."""
    return {key: int(values[0]) + int(values[1]) for key, values in rows_of(report).items()}


@pytest.mark.parametrize("group_by", [["program"], ["account"], ["country", "device"], ["status"]])
async def test_n29_rows_over_too_few_are_left_out_and_cannot_be_computed(
    platform: Platform, held: Platform, group_by: list[str]
) -> None:
    """N29, LK25: what is shown is as it is without the limit; what is not is none, or five conversions together."""
    somebody = await reader(platform)
    whole, limited = [await asked(each, somebody.token, groupBy=group_by) for each in (platform, held)]
    everything, shown = rows_of(whole), rows_of(limited)
    assert not whole["withheld"]
    assert set(shown.items()) <= set(everything.items())
    sizes = sizes_in(whole)
    assert all(sizes[key] == 0 or sizes[key] >= LEAST for key in shown)
    left_out = sum(size for key, size in sizes.items() if key not in shown)
    assert left_out == 0 or left_out >= LEAST
    assert limited["withheld"] is (len(shown) < len(everything))
    assert limited["withheld"] or group_by == ["status"], "some are too small on this day"
    assert [each["total"] for each in limited["columns"]] == [each["total"] for each in whole["columns"]]


async def test_n29_small_totals_and_small_remainders_are_not_shown(platform: Platform, held: Platform) -> None:
    """N29, LK25: one account alone, and all but that one, which would leave it over."""
    somebody = await reader(platform)
    accounts = sizes_in(await asked(platform, somebody.token, groupBy=["account"]))
    (small,) = next(key for key, size in sorted(accounts.items()) if 0 < size < LEAST)
    (large,) = next(key for key, size in accounts.items() if size == max(accounts.values()))
    for test in ({"in": [small]}, {"notIn": [small]}):
        found = await asked(held, somebody.token, filters=[{"dimension": "account", **test}])
        assert found["withheld"], test
        assert [each["total"] for each in found["columns"]] == [None, None, None]
        assert found["rowCount"] == 0
    if accounts[(large,)] >= LEAST:
        kept = {"filters": [{"dimension": "account", "in": [large]}]}
        assert await asked(held, somebody.token, **kept) == await asked(platform, somebody.token, **kept)


@pytest.mark.parametrize("who", ["admin", "affiliate-manager-all", "finance-manager"])
async def test_n29_who_reads_rows_is_shown_every_group(platform: Platform, held: Platform, who: str) -> None:
    """N29: what one could count by hand is not withheld (a wrongly hidden figure)."""
    token = platform.member(who)
    for group_by in (["account"], ["country", "device"]):
        assert await asked(held, token, groupBy=group_by) == await asked(platform, token, groupBy=group_by)


async def test_n29_traffic_has_no_smallest_group(platform: Platform, held: Platform) -> None:
    """N29: clicks are nobody's conversions."""
    somebody = await reader(platform)
    given = {"columns": ["clicks", "impressions"], "groupBy": ["account"]}
    assert await asked(held, somebody.token, **given) == await asked(platform, somebody.token, **given)


async def test_n29_amounts_of_a_small_group_move_no_byte(platform: Platform, held: Platform) -> None:
    """N29, LK4: another payout in a row that is left out, byte by byte, but for the total that it belongs to."""
    somebody = await reader(platform)
    accounts = sizes_in(await asked(platform, somebody.token, groupBy=["account"]))
    small = next(key[0] for key, size in sorted(accounts.items()) if 0 < size < LEAST)
    number = platform.engine.services.ids.decode(str(small))[1].id
    reports = [
        {"groupBy": ["account"], "columns": ["payout"]},
        {"filters": [{"dimension": "account", "in": [small]}]},
        {"filters": [{"dimension": "account", "notIn": [small]}], "groupBy": ["program"]},
    ]

    async def answers() -> list[bytes]:
        found = [await asked(held, somebody.token, **each) for each in reports]
        del found[0]["columns"][0]["total"]
        return [orjson.dumps(each) for each in found]

    before = await answers()
    day = "event_at >= '2026-03-05Z' AND event_at < '2026-03-06Z'"
    raised = f"UPDATE {{table}} SET payout = payout {{by}} WHERE affiliate_account_id = {number} AND {{within}}"
    tables = {"conversion": day, "conversion_hour_by_account": day.replace("event_at", "hour")}
    for by in ("+ 1000", "- 1000"):
        await platform.change(*(raised.format(table=table, by=by, within=day) for table, day in tables.items()))
        assert await answers() == before


def test_lk25_what_is_left_out_is_never_a_small_group() -> None:
    """N29, LK25: random sizes: rows shown are large, rows left out are large together, or nothing is shown of them."""
    random = Random(29)
    each = Sum(("approved_conversions",))
    sizes = sizes_of([each])
    for _ in range(400):
        counts = [random.choice((0, 1, 2, 3, 7, 20, 100)) for _ in range(random.randrange(1, 12))]
        none = {one: [0] * len(counts) for size in sizes for one in size}
        groups = Groups([(at,) for at in range(len(counts))], none | {each: counts}, {})
        hidden = withheld(sizes, groups, LEAST)
        assert all(counts[at] == 0 or counts[at] >= LEAST for at in range(len(counts)) if at not in hidden)
        left_out = sum(counts[at] for at in hidden)
        assert left_out == 0 or left_out >= LEAST or sum(counts) < LEAST
        assert withheld(sizes, groups.only(range(len(groups))[::-1]), LEAST) == {len(groups) - 1 - at for at in hidden}


def test_lk25_a_remainder_counts_by_every_size() -> None:
    """N29: over programs that a column is computed over, and of order lines, each by itself."""
    sums = [Sum(("payout_adjustments",)), Sum(("items",)), Sum(("unique_clicks",))]
    sizes = sizes_of(sums)
    assert [size[0].measure.fact.value for size in sizes] == ["conversion", "conversion_item"]

    def group(conversions: int, items: int) -> Groups:
        every: Sequence[Sum] = [one for size in sizes for one in size]
        return Groups.one(dict.fromkeys(every, 0) | {every[0]: conversions, Sum(("items",)): items}, {})

    assert too_small(sizes, group(10, 3), LEAST)
    assert not too_small(sizes, group(10, 0), LEAST)
    assert left_out_too_small(sizes, group(10, 10), group(12, 20), LEAST)
    assert not left_out_too_small(sizes, group(10, 10), group(10, 20), LEAST)
