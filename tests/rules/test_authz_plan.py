"""`authzPlan`: what a document's coordinates are to the viewer, said from his rights alone."""

from __future__ import annotations

from typing import Any

import pytest
from demo_platform import Platform

from sightline.db.snapshot import in_snapshot
from sightline.resolvers.explaining import Outcome
from sightline.server.answers import GraphQLRequest

PLAN = """query ($document: String!) {
    authzPlan(document: $document) { coordinates { coordinate outcome needs asks { kind asks } } } }"""
DOCUMENT = """{ conversions(first: 5, where: {payout: {gt: "1"}}, orderBy: [{field: REVENUE}]) {
    nodes { status payout { amount } revenue { amount } program { name } madeUp { more } } } }"""
LOOKED_AT = {
    "status": "Conversion.status",
    "payout": "Conversion.payout",
    "revenue": "Conversion.revenue",
    "program": "Conversion.program",
}
ASKING = (
    "admin",
    "affiliate-manager-nopay",
    "adv-admin",
    "adv-guest",
    "partner-admin",
    "collab-owner",
    "scoped-analyst",
)


async def planned(platform: Platform, token: str, document: str = DOCUMENT) -> dict[str, dict[str, Any]]:
    """The plan of a document, by coordinate."""
    answer = await platform.read(token, PLAN, document=document)
    return {each["coordinate"]: each for each in answer["authzPlan"]["coordinates"]}


@pytest.mark.parametrize("who", ASKING)
async def test_a_coordinate_is_hidden_exactly_where_the_schema_lacks_it(platform: Platform, who: str) -> None:
    """AC2: what is said of a field is what its schema has; below what is hidden nothing is said."""
    token = platform.member(who)
    said = await planned(platform, token)
    for coordinate in (*LOOKED_AT.values(), "ConversionFilter.payout", "Query.conversions"):
        there = await platform.exists(token, coordinate)
        assert (said[coordinate]["outcome"] != Outcome.HIDDEN) is there, coordinate
    assert said["Conversion.madeUp"] == hidden("Conversion.madeUp")
    assert not [each for each in said if each.endswith(".more")]


@pytest.mark.parametrize("who", ASKING)
async def test_what_is_said_is_what_the_rows_show(platform: Platform, who: str) -> None:
    """RC12, AC2: SHOWN is never masked; what is masked on some row was CONDITIONAL."""
    token = platform.member(who)
    said = await planned(platform, token)
    shown = [name for name, of in LOOKED_AT.items() if said[of]["outcome"] != Outcome.HIDDEN]
    fields = " ".join(f"{name} {{ __typename }}" if name != "status" else name for name in shown)
    answer = await platform.ask(token, f"{{ conversions(first: 100) {{ nodes {{ {fields} }} }} }}")
    assert not answer.errors
    masked = answer.extensions.get("authorization", {}).get("masked", [])
    assert set(masked) <= {of for of in LOOKED_AT.values() if said[of]["outcome"] == Outcome.CONDITIONAL}


async def test_a_hidden_coordinate_is_said_like_one_that_is_made_up(platform: Platform) -> None:
    """LK1, LK2: a field, an input field, an enum value and a type that are hidden, and the same with made-up names."""
    token = platform.member("partner-guest")
    lacking = ("AuditLog", "Conversion.revenue", "ConversionFilter.revenue", "ConversionOrderField.REVENUE")
    invented = ("AuditBog", "Conversion.ravenue", "ConversionFilter.ravenue", "ConversionOrderField.RAVENUE")
    there = """{ conversions(first: 1, where: {NAME: {isNull: true}}, orderBy: [{field: UPPER}]) { nodes { NAME } } }
        fragment f on TYPE { id }"""
    for coordinates, name, type_ in ((lacking, "revenue", "AuditLog"), (invented, "ravenue", "AuditBog")):
        document = there.replace("NAME", name).replace("UPPER", name.upper()).replace("TYPE", type_)
        said = await planned(platform, token, document)
        for coordinate in coordinates:
            assert not await platform.exists(token, coordinate)
            assert said[coordinate] == hidden(coordinate)
        assert len(said) == len(coordinates) + 3


async def test_a_conditional_coordinate_says_by_which_paths_and_where(platform: Platform) -> None:
    """AC2: in words made from the rules, for the kinds of paths that the asker has."""
    said = await planned(platform, platform.member("adv-guest"))
    payout = said["Conversion.payout"]
    assert payout["outcome"] == Outcome.CONDITIONAL
    assert payout["needs"] == ["payout", "record"]
    assert [each["kind"] for each in payout["asks"]] == ["ORG_ADVERTISER"]
    assert "rows: whose advertiser's organization is yours" in payout["asks"][0]["asks"]


async def test_a_plan_reads_no_row(platform: Platform) -> None:
    """It is made from the rights of the asker: no statement but those that find out who he is."""
    engine, token = platform.engine, platform.member("adv-admin")
    request = GraphQLRequest(PLAN, {"document": DOCUMENT})

    async def statements(snapshot: Any) -> int:
        principal = await engine.access.identities.find(token, snapshot)
        before = snapshot.statements
        answer = await engine.answer(request, principal, snapshot)
        assert answer.data is not None
        return snapshot.statements - before

    assert await in_snapshot(engine.database.reads, statements) == 0


@pytest.mark.parametrize(
    "document",
    ["{", "query {", "{ a(b: ) }", "{ " + "a { " * 20 + "b" + " }" * 21, "{ " + "a " * 2_100 + "}", " " * 100_001],
)
async def test_what_is_no_document_is_refused(platform: Platform, document: str) -> None:
    """BAD_INPUT, with what is wrong; nothing that is too large is walked."""
    answer = await platform.ask(platform.member("admin"), PLAN, document=document)
    assert [each["extensions"]["code"] for each in answer.errors] == ["BAD_INPUT"]


def hidden(coordinate: str) -> dict[str, Any]:
    """What is said of a coordinate that is not there."""
    return {"coordinate": coordinate, "outcome": Outcome.HIDDEN, "needs": [], "asks": []}
