"""Differences of totals: what is left out and what is kept are told apart only where both may be seen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
from demo_platform import Platform
from desk import Desk
from facts_by_hand import ENTITIES, FACTS, UNKNOWN, Stored, value
from graphql import GraphQLObjectType, get_named_type
from lenses_by_hand import LensByHand
from report_oracle import Oracle

REPORT = """query ($input: ReportInput!) { report(input: $input) {
    rowCount complete columns { key values total coverage programs } rows { dimensions { key value label } } } }"""
ADDED_UP = ("clicks", "conversions", "events", "sale_amount", "revenue", "payout", "quantity")
DIMENSIONS = ("account", "program", "advertiser", "partner")
NOWHERE = 987_654_321
PERIOD = {"days": {"since": "2025-01-01", "until": "2026-07-01"}}


async def asked(platform: Platform, lens: LensByHand, **more: Any) -> Any:
    """A report of all that adds up."""
    given = {"lens": lens.input, "period": PERIOD, "columns": list(ADDED_UP), "onRestricted": "DROP", "first": 1000}
    return await platform.ask(platform.member(lens.who), REPORT, input=given | more)


def values_of(dimension: str, stored: Stored, lens: LensByHand | None) -> set[int]:
    """The numbers of what a dimension names, over all facts or over those of a lens."""
    return {
        found
        for fact in FACTS
        for row in stored.facts[fact]
        if (lens is None or lens.visible(fact, row))
        and (found := value(fact, row, dimension, stored)) is not UNKNOWN
        and found is not None
    }


def differing(lenses: list[LensByHand]) -> list[LensByHand]:
    """One lens of each kind of rows: those who see the same differ in columns alone."""
    return list({str(lens.input) + str(lens.statuses): lens for lens in lenses if lens.who != "admin"}.values())


async def test_lk25_what_is_not_in_the_lens_cannot_be_taken_out_of_a_total(
    platform: Platform, oracle: Oracle, cast_lenses: list[LensByHand]
) -> None:
    """LK25, AC7: all, less all but somebody else's, is nothing; byte by byte what is said of a number nobody has."""
    compared = 0
    for at, lens in enumerate(differing(cast_lenses)):
        for dimension in filter(lens.has, DIMENSIONS[at % 2 :: 2]):
            hidden = sorted(values_of(dimension, oracle.stored, None) - values_of(dimension, oracle.stored, lens))
            for number in hidden[:1]:
                answers = [
                    orjson.dumps(
                        (
                            await asked(
                                platform,
                                lens,
                                groupBy=["month"],
                                filters=[
                                    {"dimension": dimension, how: [platform.global_id(ENTITIES[dimension], each)]}
                                ],
                            )
                        ).data
                    )
                    for how in ("notIn", "in")
                    for each in (number, NOWHERE)
                ]
                assert answers[0] == answers[1], (lens.who, dimension)
                assert answers[2] == answers[3], (lens.who, dimension)
                assert answers[0] != answers[2], (lens.who, dimension)
                compared += 1
    assert compared >= 12


async def test_lk25_a_difference_is_what_a_group_of_its_own_shows(
    platform: Platform, oracle: Oracle, cast_lenses: list[LensByHand]
) -> None:
    """LK25, RC5: leaving out one's own account, program or advertiser takes away its row, and nothing else."""
    compared = 0
    for lens in differing(cast_lenses):
        for dimension in filter(lens.has, DIMENSIONS[:2]):
            number = min(values_of(dimension, oracle.stored, lens))
            text = platform.global_id(ENTITIES[dimension], number)
            whole, without, alone = [
                {
                    each["key"]: each["total"]
                    for each in (await asked(platform, lens, filters=filters)).data["report"]["columns"]
                }
                for filters in (
                    [],
                    [{"dimension": dimension, "notIn": [text]}],
                    [{"dimension": dimension, "in": [text]}],
                )
            ]
            for key, total in whole.items():
                left, taken = without[key], alone[key]
                if None in (total, left, taken):
                    continue  # only on programs where it is visible, of which one of the two has none
                # Each is rounded by itself, to four digits.
                rest = abs(Decimal(total) - Decimal(left) - Decimal(taken))
                assert rest <= Decimal("0.0002"), (lens.who, dimension, key)
                compared += 1
    assert compared >= 60


async def test_lk25_there_are_no_figures_about_others(desk: Desk) -> None:
    """LK25, C-20: neither the marketplace nor anything else that everybody is shown has amounts, rates or ratings of
    others. Figures over several owners need a least number of them, and a guard against differences, from the first."""
    schema = desk.view(await desk.member("nobody"))._schema
    assert schema.query_type is not None
    assert "report" not in schema.query_type.fields
    marketplace = schema.type_map["Marketplace"]
    assert isinstance(marketplace, GraphQLObjectType)
    reached, waiting = set[str](), [marketplace]
    while waiting:
        for name, field in waiting.pop().fields.items():
            type_ = get_named_type(field.type)
            assert type_.name not in ("Money", "Decimal"), f"{name} is a figure"
            if isinstance(type_, GraphQLObjectType) and type_.name not in reached:
                reached.add(type_.name)
                waiting.append(type_)
    assert "Program" in reached
