"""Cursors and ids as a client meets them: one that is not his, or not one at all, is BAD_INPUT (LK17, api 1)."""

from __future__ import annotations

import pytest
from desk import Desk, code_of

from sightline.db.secrets import Secrets
from sightline.resolvers.global_ids import GlobalIds, Key

FIRST = "query ($after: String) { conversions(first: 3, after: $after) { edges { cursor node { id } } } }"


async def cursors_of(desk: Desk, key: str, query: str = FIRST, root: str = "conversions") -> list[str]:
    data = await desk.read(query, await desk.member(key))
    return [edge["cursor"] for edge in data[root]["edges"]]


async def test_a_cursor_tells_nothing_and_is_always_the_same(desk: Desk) -> None:
    """LK17: deterministic, and no sort value is in it, encoded or not."""
    cursors = await cursors_of(desk, "admin")
    assert cursors == await cursors_of(desk, "admin")
    assert len(set(cursors)) == 3
    assert all(len(cursor) > 40 for cursor in cursors)


async def test_a_cursor_goes_on_where_it_stands(desk: Desk) -> None:
    admin = await desk.member("admin")
    first = (await desk.read(FIRST, admin))["conversions"]["edges"]
    rest = (await desk.read(FIRST, admin, after=first[0]["cursor"]))["conversions"]["edges"]
    assert [edge["node"]["id"] for edge in rest[:2]] == [edge["node"]["id"] for edge in first[1:]]


WRONG_CURSORS = ["", "x", "not a cursor", "AAAA", "=" * 8, "é", "\u0000", "A" * 5_000, "null", '{"payout":41.5}']


@pytest.mark.parametrize("cursor", WRONG_CURSORS)
async def test_garbage_is_no_cursor(desk: Desk, cursor: str) -> None:
    answer = await desk.ask(FIRST, await desk.member("admin"), after=cursor)
    assert code_of(answer) == "BAD_INPUT"


async def test_an_edited_cursor_is_none(desk: Desk) -> None:
    """LK17, N30: each character changed, cut, doubled, or something added that a lenient decoder would skip."""
    cursor, admin = (await cursors_of(desk, "admin"))[0], await desk.member("admin")
    edits = {cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :] for at in range(len(cursor))}
    edits |= {cursor[:-1], cursor[1:], cursor * 2, cursor.lower(), cursor + "A", cursor[::-1]}
    for edited in edits - {cursor}:
        assert code_of(await desk.ask(FIRST, admin, after=edited)) == "BAD_INPUT", edited


async def test_a_cursor_has_one_spelling(desk: Desk) -> None:
    """LK17: base64 that decodes to the same bytes is another text, hence an edited cursor."""
    cursor, admin = (await cursors_of(desk, "admin"))[0], await desk.member("admin")
    for edited in (cursor + "=", cursor + "!", " " + cursor, cursor[:9] + "\n" + cursor[9:], cursor + "\u0000"):
        assert code_of(await desk.ask(FIRST, admin, after=edited)) == "BAD_INPUT", repr(edited)


async def test_a_cursor_is_its_viewers_own(desk: Desk) -> None:
    """LK17, N31: another's cursor is none, also where both see the same row under the same visibility."""
    foreign = (await cursors_of(desk, "manager"))[0]
    assert code_of(await desk.ask(FIRST, await desk.member("admin"), after=foreign)) == "BAD_INPUT"
    own_key = (await cursors_of(desk, "adv-admin"))[0]
    assert code_of(await desk.ask(FIRST, await desk.member("northwind-key"), after=own_key)) == "BAD_INPUT"


async def test_a_cursor_is_of_one_connection(desk: Desk) -> None:
    """LK17: not of another entity, order, filter, or parent; the page's size and fields do not matter."""
    admin, cursor = await desk.member("admin"), (await cursors_of(desk, "admin"))[0]
    (program,) = (await desk.read("{ programs(first: 1) { nodes { id } } }", admin))["programs"]["nodes"]
    others = (
        "programs(first: 3, after: $after)",
        "conversions(first: 3, after: $after, orderBy: [{ field: EVENT_AT }])",
        "conversions(first: 3, after: $after, where: { status: { eq: APPROVED } })",
        'conversions(first: 3, after: $after, where: { saleAmount: { gt: "1" } })',
    )
    for field in others:
        query = f"query ($after: String) {{ {field} {{ nodes {{ id }} }} }}"
        assert code_of(await desk.ask(query, admin, after=cursor)) == "BAD_INPUT", field
    below = (
        "query ($id: ID!, $after: String) "
        "{ node(id: $id) { ... on Program { conversions(first: 3, after: $after) { nodes { id } } } } }"
    )
    assert code_of(await desk.ask(below, admin, id=program["id"], after=cursor)) == "BAD_INPUT"
    query = "query ($after: String) { conversions(first: 50, after: $after) { totalCount nodes { status } } }"
    assert not (await desk.ask(query, admin, after=cursor)).errors


async def test_a_cursor_of_a_filter_is_of_its_values_too(desk: Desk) -> None:
    admin = await desk.member("admin")
    query = (
        "query ($least: Decimal!, $after: String) { conversions(first: 2, after: $after, "
        "where: { saleAmount: { gt: $least } }) { edges { cursor } } }"
    )
    cursor = (await desk.read(query, admin, least="10"))["conversions"]["edges"][0]["cursor"]
    assert not (await desk.ask(query, admin, least="10", after=cursor)).errors
    assert code_of(await desk.ask(query, admin, least="11", after=cursor)) == "BAD_INPUT"


WRONG_IDS = ["", "1", "UGF5b3V0OjE=", "A" * 22, "A" * 21, "A" * 23, "é" * 22, "x" * 22 + "==", "\u0000" * 22, "!" * 22]


@pytest.mark.parametrize("text", WRONG_IDS)
async def test_what_is_no_id_is_bad_input(desk: Desk, text: str) -> None:
    """B77, LK12: looked up or filtered by."""
    admin = await desk.member("admin")
    asked = (
        "query ($id: ID!) { node(id: $id) { id } }",
        "query ($id: ID!) { nodes(ids: [$id]) { id } }",
        "query ($id: ID!) { conversions(first: 1, where: { program: { eq: $id } }) { totalCount } }",
        "query ($id: ID!) { programs(first: 1, where: { id: { in: [$id] } }) { totalCount } }",
    )
    for query in asked:
        assert code_of(await desk.ask(query, admin, id=text)) == "BAD_INPUT", query


async def test_an_id_of_another_installation_is_none(desk: Desk) -> None:
    foreign = GlobalIds.of(Secrets(b"another installation's secret, as long"), ["program"])
    text = foreign.encode("program", [Key(1)])[0]
    assert code_of(await desk.ask(f'{{ node(id: "{text}") {{ id }} }}', await desk.member("admin"))) == "BAD_INPUT"


async def test_an_id_of_another_type_names_no_row(desk: Desk) -> None:
    """A filter by a program's id where an account's is asked for finds nothing, and says nothing."""
    admin = await desk.member("admin")
    program = desk.engine.services.ids.encode("program", [Key(1)])[0]
    data = await desk.read(
        f'{{ conversions(first: 1, where: {{ affiliateAccount: {{ eq: "{program}" }} }}) {{ totalCount }} }}', admin
    )
    assert data == {"conversions": {"totalCount": 0}}


async def test_at_most_a_hundred_ids_at_once(desk: Desk) -> None:
    admin = await desk.member("admin")
    ids = desk.engine.services.ids.encode("program", [Key(1)] * 101)
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert code_of(await desk.ask(query, admin, ids=ids)) == "BAD_INPUT"
    assert len((await desk.read(query, admin, ids=ids[1:]))["nodes"]) == 100
