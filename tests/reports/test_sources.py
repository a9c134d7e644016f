"""Hourly sums and facts: the same numbers, and hourly sums only where they hold all that rows and masks depend on."""

from __future__ import annotations

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
from sightline.db.reports.queries import Period, Sum, SumsQuery
from sightline.db.reports.statements import groups_from
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.reports.desk import OpenLens

PERIOD = Period(datetime(2025, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), "Europe/Berlin")
DIMENSIONS = ("hour", "day", "weekday", "program", "advertiser", "brand", "account", "status", "settlement", "currency")


async def opened(platform: Platform, snapshot: Snapshot, lens: LensByHand) -> OpenLens:
    """The lens as the engine opens it."""
    principal = await platform.engine.access.identities.find(platform.member(lens.who), snapshot)
    assert principal is not None
    number = next((value for key, value in lens.input.items() if key != "kind"), None)
    key = 0 if number is None else platform.engine.services.ids.decode(number)[1].id
    return platform.engine.services.desk.open(principal, Lens(ReportLens(lens.input["kind"]), key or None))


async def test_both_give_equal_sums(platform: Platform, cast_lenses: list[LensByHand]) -> None:
    """RC5, M1: of every measure that hourly sums hold, in every lens, by random dimensions that they hold."""
    random, hourly = Random(), 0
    reads = platform.engine.services.desk.reads

    async def compare(snapshot: Snapshot) -> None:
        nonlocal hourly
        for lens in cast_lenses:
            it = await opened(platform, snapshot, lens)
            held = [
                Sum((key,))
                for key, each in MEASURES.items()
                if each.rollup is not None
                and each.classes <= it.sight.classes
                and (it.sight.settlements is None or each.settlements_needed <= it.sight.settlements)
            ]
            for _ in range(4):
                groups = tuple(key for key in random.sample(DIMENSIONS, random.randint(0, 2)) if key in it.dimensions)
                query = SumsQuery(tuple(held), (), groups)
                facts = replace(query, whole_hours=False)
                found: list[Any] = []
                for each in (query, facts):
                    statement = reads.groups(it.visibility, each)
                    assert statement is not None
                    records = await snapshot.fetch(statement, {**it.binds, **each.values(PERIOD)})
                    groups = groups_from(each, records)
                    found.append(dict(zip(groups.keys, zip(*groups.sums.values(), strict=True), strict=True)))
                assert found[0] == found[1], (lens.who, groups)
                sources = reads.sources(it.visibility, query)
                hourly += sum("_hour_" in entity for fact, entity in sources.items() if fact is not Fact.IMPRESSIONS)

    await in_snapshot(platform.engine.database.reads, compare)
    assert hourly >= 100


@pytest.mark.parametrize(
    ("who", "query", "expected"),
    [
        ("admin", SumsQuery((Sum(("revenue",)),), (), ("day", "program")), "conversion_hour_by_program"),
        ("adv-admin", SumsQuery((Sum(("pending_payout",)),), (), ("month",)), "conversion_hour_by_program"),
        ("approved-only", SumsQuery((Sum(("revenue",)),), (), ("day",)), "conversion_hour_by_program"),
        ("adv-admin", SumsQuery((Sum(("revenue",)),), (), ("account",)), "conversion_hour_by_account"),
        ("partner-admin", SumsQuery((Sum(("sale_amount",)),), (), ("day",)), "conversion_hour_by_account"),
        ("collab-owner", SumsQuery((Sum(("unique_clicks",)),), (), ("day",)), "traffic_hour_by_account"),
        ("affiliate-manager", SumsQuery((Sum(("revenue",)),), (), ("day",)), "conversion_hour_by_account"),
        ("advertiser-manager", SumsQuery((Sum(("unique_clicks",)),), (), ("day",)), "traffic_hour_by_program"),
        ("admin", SumsQuery((Sum(("revenue",)),), (), ("source",)), "conversion"),
        ("admin", SumsQuery((Sum(("revenue",)),), (), ("day",), DateBasis.APPROVAL), "conversion"),
        ("admin", SumsQuery((Sum(("revenue",)),), (), ("day",), whole_hours=False), "conversion"),
        ("admin", SumsQuery((Sum(("seconds_to_conversion",)), Sum(("revenue",))), (), ("day",)), "conversion"),
        ("admin", SumsQuery((Sum(("unique_clicks",)),), (), ("country",)), "click"),
        ("admin", SumsQuery((Sum(("items",)),), (), ("day",)), "conversion_item"),
        ("admin", SumsQuery((Sum(("payout_adjustments",)),), (), ("day",)), "adjustment"),
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
