"""Stored sums and facts: the same numbers, and sums only where they hold all that rows and masks depend on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from demo_platform import Platform
from lenses_by_hand import LensByHand

from sightline.authz.reports.dimensions import DateBasis
from sightline.authz.reports.lenses import Lens, ReportLens
from sightline.authz.reports.measures import MEASURES, Fact
from sightline.db.reports.queries import DimensionFilter, Period, Sum, SumsQuery, Whole
from sightline.db.reports.statements import groups_from
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.reports.desk import OpenLens

YEAR = datetime(2025, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
PERIODS = {Whole.HOURS: Period(*YEAR, "Europe/Berlin"), Whole.DAYS: Period(*YEAR, "UTC")}
DIMENSIONS = ("hour", "day", "weekday", "program", "advertiser", "brand", "account", "status", "settlement", "currency")


async def opened(platform: Platform, snapshot: Snapshot, lens: LensByHand) -> OpenLens:
    """The lens as the engine opens it."""
    principal = await platform.engine.access.identities.find(platform.member(lens.who), snapshot)
    assert principal is not None
    number = next((value for key, value in lens.input.items() if key != "kind"), None)
    key = 0 if number is None else platform.engine.services.ids.decode(number)[1].id
    return platform.engine.services.desk.open(principal, Lens(ReportLens(lens.input["kind"]), key or None))


async def test_both_give_equal_sums(platform: Platform, cast_lenses: list[LensByHand]) -> None:
    """RC5, M1: of every measure that stored sums hold, in every lens, by random dimensions that they hold."""
    random, stored = Random(31), Counter[str]()
    reads = platform.engine.services.desk.reads

    async def compare(snapshot: Snapshot) -> None:
        for lens in cast_lenses:
            it = await opened(platform, snapshot, lens)
            held = [
                Sum((key,))
                for key, each in MEASURES.items()
                if each.rollup is not None
                and each.classes <= it.sight.classes
                and (it.sight.settlements is None or each.settlements_needed <= it.sight.settlements)
            ]
            for whole in 2 * tuple(PERIODS):
                groups = tuple(key for key in random.sample(DIMENSIONS, random.randint(0, 2)) if key in it.dimensions)
                query = SumsQuery(tuple(held), (), groups, whole=whole)
                facts = replace(query, whole=Whole.MOMENTS)
                found: list[Any] = []
                for each in (query, facts):
                    statement = reads.groups(it.visibility, each)
                    assert statement is not None
                    records = await snapshot.fetch(statement, {**it.binds, **each.values(PERIODS[whole])})
                    groups = groups_from(each, records)
                    found.append(dict(zip(groups.keys, zip(*groups.sums.values(), strict=True), strict=True)))
                assert found[0] == found[1], (lens.who, groups)
                sources = reads.sources(it.visibility, query)
                sources.pop(Fact.IMPRESSIONS, None)
                stored.update(entity.split("_")[1] for entity in sources.values() if "_" in entity)

    await in_snapshot(platform.engine.database.reads, compare)
    assert stored["hour"] >= 100
    assert stored["day"] >= 20


def query(*measures: str, by: tuple[str, ...] = ("day",), **other: Any) -> SumsQuery:
    """Sums of these, in days unless said otherwise."""
    return SumsQuery(tuple(Sum((each,)) for each in measures), (), by, **other)


IN_DAYS = {"whole": Whole.DAYS}


@pytest.mark.parametrize(
    ("who", "query", "expected"),
    [
        ("admin", query("revenue", by=("day", "program")), "conversion_hour_by_program"),
        ("admin", query("revenue", by=("day", "program"), **IN_DAYS), "conversion_day_by_program"),
        ("admin", query("revenue", by=("hour",), **IN_DAYS), "conversion_hour_by_program"),
        ("admin", query("revenue", filters=(DimensionFilter("hour", ()),), **IN_DAYS), "conversion_hour_by_program"),
        ("adv-admin", query("pending_payout", by=("month",)), "conversion_hour_by_program"),
        ("adv-admin", query("pending_payout", by=("month",), **IN_DAYS), "conversion_day_by_program"),
        ("approved-only", query("revenue"), "conversion_hour_by_program"),
        ("adv-admin", query("revenue", by=("account",)), "conversion_hour_by_account"),
        ("adv-admin", query("revenue", by=("account",), **IN_DAYS), "conversion_hour_by_account"),
        ("partner-admin", query("sale_amount"), "conversion_hour_by_account"),
        ("partner-admin", query("sale_amount", **IN_DAYS), "conversion_hour_by_account"),
        ("collab-owner", query("unique_clicks"), "traffic_hour_by_account"),
        ("affiliate-manager", query("revenue"), "conversion_hour_by_account"),
        ("affiliate-manager", query("revenue", **IN_DAYS), "conversion_hour_by_account"),
        ("advertiser-manager", query("unique_clicks"), "traffic_hour_by_program"),
        ("advertiser-manager", query("unique_clicks", **IN_DAYS), "traffic_day_by_program"),
        ("admin", query("impressions", by=("week",), **IN_DAYS), "traffic_day_by_program"),
        ("admin", query("impressions", by=("week",), whole=Whole.MOMENTS), "traffic_hour_by_program"),
        ("admin", query("revenue", by=("source",)), "conversion"),
        ("admin", query("revenue", basis=DateBasis.APPROVAL), "conversion"),
        ("admin", query("revenue", basis=DateBasis.POSTING, **IN_DAYS), "conversion"),
        ("admin", query("revenue", whole=Whole.MOMENTS), "conversion"),
        ("admin", query("seconds_to_conversion", "revenue"), "conversion"),
        ("admin", query("seconds_to_conversion", "revenue", **IN_DAYS), "conversion"),
        ("admin", query("unique_clicks", by=("country",)), "click"),
        ("admin", query("items"), "conversion_item"),
        ("admin", query("payout_adjustments", **IN_DAYS), "adjustment"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_the_cheapest_relation_that_holds_all_is_read(
    platform: Platform, cast_lenses: list[LensByHand], who: str, query: SumsQuery, expected: str
) -> None:
    """RC5: a grain that lacks what the lens's rows ask for has none for it, and is passed over."""
    lens = next(each for each in cast_lenses if each.who == who)

    async def sources(snapshot: Snapshot) -> list[str]:
        it = await opened(platform, snapshot, lens)
        return list(platform.engine.services.desk.reads.sources(it.visibility, query).values())

    assert await in_snapshot(platform.engine.database.reads, sources) == [expected]
