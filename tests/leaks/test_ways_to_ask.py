"""Ways to ask for a field that is hidden, one by one (N23 to N28, N33, N35, N37 to N40, AC7).

Each is asked by everybody who has conversions and lacks their revenue, and once more with a name, an id or a hash that
nobody ever had: the whole response is the same.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from desk import LIVING, Desk
from door import REQUEST_ID, Door, whole
from graphql import GraphQLObjectType

from sightline.resolvers.global_ids import Key

HIDDEN, MADE_UP = "revenue", "zevenue"
FOREIGN = """
    SELECT a.id FROM affiliate_account a JOIN partner_profile p ON p.id = a.partner_profile_id
    WHERE p.organization_id <> (SELECT id FROM organization WHERE name = 'Bluebird Media') ORDER BY a.id LIMIT 100
"""
SOME = "$SOME"
"""In place of the id of a conversion that the asker sees."""

WAYS = {
    "N23, an alias": "{ conversions(first: 3) { nodes { status: revenue { amount } } } }",
    "N24, a fragment on an interface": (
        '{ nodes(ids: ["$SOME"]) { ...n } } fragment n on Node { id ... on Conversion { revenue { amount } } }'
    ),
    "N25, an id": '{ node(id: "$SOME") { ... on Conversion { revenue { amount } } } }',
    "N26, an edge and back": (
        "{ conversions(first: 3) { nodes { program { conversions(first: 3) { nodes { revenue { amount } } } } } } }"
    ),
    "N27, an order": "{ conversions(first: 3, orderBy: [{field: REVENUE}]) { nodes { id } } }",
    "N28, a filter": '{ conversions(first: 3, where: {revenue: {gt: "1"}}) { totalCount } }',
    "N28, a filter inside another": (
        '{ conversions(first: 3, where: {not: {or: [{revenue: {lt: "1"}}]}}) { totalCount nodes { id } } }'
    ),
    "N38, included": "{ conversions(first: 3) { nodes { id revenue @include(if: true) { amount } } } }",
    "N38, not included": "{ conversions(first: 3) { nodes { id revenue @include(if: false) { amount } } } }",
    "N38, skipped by a variable": (
        "query ($off: Boolean = true) { conversions(first: 3) { nodes { id revenue @skip(if: $off) { amount } } } }"
    ),
    "N39, a default value": (
        'query ($w: ConversionFilter = {revenue: {gt: "1"}}) { conversions(first: 3, where: $w) { totalCount } }'
    ),
    "N39, a default value in a list": (
        "query ($o: [ConversionOrder!] = [{field: REVENUE}]) { conversions(first: 3, orderBy: $o) { totalCount } }"
    ),
    "N33, a mistake inside": '{ conversions(first: 3, where: {revenue: {gt: [1, "x"]}}) { nodes { made } } }',
}


async def lacking(desk: Desk) -> list[str]:
    """Who has conversions, and no revenue of any."""
    found = []
    for key in LIVING:
        type_ = desk.view(await desk.member(key))._schema.type_map.get("Conversion")
        if isinstance(type_, GraphQLObjectType) and HIDDEN not in type_.fields and "program" in type_.fields:
            found.append(key)
    return found


def otherwise(text: str) -> str:
    """The same with a name that nobody ever had."""
    return text.replace(HIDDEN, MADE_UP).replace(HIDDEN.upper(), MADE_UP.upper())


@pytest.mark.parametrize("query", WAYS.values(), ids=WAYS)
async def test_a_hidden_field_is_asked_for_in_vain(door: Door, query: str) -> None:
    """N23, N24, N25, N26, N27, N28, N33, N38, N39: refused in the words, and at the place, of what does not exist."""
    askers = await lacking(door.desk)
    assert len(askers) >= 3
    for who in askers:
        text = query
        if SOME in query:
            seen = await door.read(who, "{ conversions(first: 1) { nodes { id } } }")
            text = query.replace(SOME, seen["conversions"]["nodes"][0]["id"])
        hidden, made_up = whole(await door.ask(who, text)), whole(await door.ask(who, otherwise(text)))
        assert otherwise(hidden.decode()).encode() == made_up, who
        assert b'"data"' not in hidden
        assert b'"code"' in hidden


async def test_n35_the_type_of_a_hidden_row_is_not_told(door: Door) -> None:
    """N35, AC7: not by `__typename` of a look-up, nor inside a list of several types."""
    ids, admin = door.desk.engine.services.ids, "admin"
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Conversion { id } ... on User { id } } }"
    users = await door.read(admin, "{ users(last: 3) { nodes { id } } }")
    seen = await door.read("partner-admin", "{ users(first: 100) { nodes { id } } }")
    own = {each["id"] for each in seen["users"]["nodes"]}
    foreign = [each["id"] for each in users["users"]["nodes"] if each["id"] not in own]
    invented = [ids.of_row("app_user", Key(10**12 + at)) for at in range(len(foreign))]
    assert foreign
    answers = [whole(await door.ask("partner-admin", query, {"ids": each})) for each in (foreign, invented)]
    assert answers[0] == answers[1]
    assert b"User" not in answers[0]


async def test_n37_nothing_is_kept_of_what_others_asked(door: Door) -> None:
    """N37: a document that a higher role ran is as new to everybody else, and no hash stands for one."""
    query = "{ conversions(first: 3) { nodes { id revenue { amount } } } }"
    for _ in range(2):
        assert (await door.read("admin", query))["conversions"]["nodes"]
    for who in await lacking(door.desk):
        known, unknown = whole(await door.ask(who, query)), whole(await door.ask(who, otherwise(query)))
        assert otherwise(known.decode()).encode() == unknown
        answers = {whole(await _by_hash(door, who, text)) for text in (query, otherwise(query))}
        assert len(answers) == 1
        assert b'\\"query\\" must be a string.' in answers.pop()


async def _by_hash(door: Door, who: str, query: str) -> Any:
    token = door.desk.token(who)
    asked = {"version": 1, "sha256Hash": hashlib.sha256(query.encode()).hexdigest()}
    return await door.client.post(
        "/graphql",
        json={"extensions": {"persistedQuery": asked}},
        headers={"authorization": f"Bearer {token}", "x-request-id": REQUEST_ID},
    )


async def test_n40_ten_thousand_ids_of_others_find_nothing(door: Door) -> None:
    """N40, LK15: they are answered as ten thousand are that nobody has; and so are as many as may be given."""
    ids = door.desk.engine.services.ids
    query = """query ($ids: [ID!]) {
        conversions(first: 100, where: {affiliateAccount: {in: $ids}}) { totalCount nodes { id } }
    }"""
    async with door.desk.engine.database.owner() as connection:
        foreign = [row["id"] for row in await connection.fetch(FOREIGN)]
    invented = [10**9 + number for number in foreign]
    assert len(foreign) == 100
    for times, told in ((100, b'"code":"BAD_INPUT"'), (1, b'"totalCount":0')):
        answers = {
            whole(await door.ask("partner-admin", query, {"ids": ids.encode("affiliate_account", keys) * times}))
            for keys in (list(map(Key, foreign)), list(map(Key, invented)))
        }
        assert len(answers) == 1
        assert told in answers.pop()
