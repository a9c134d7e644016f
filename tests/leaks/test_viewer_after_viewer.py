"""Viewers after viewers in one process: caches, cursors, headers, extensions, costs (LK17, LK19, LK24, LK26)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from desk import LIVING, Desk, code_of
from door import Door, client_of, whole
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument
from structlog.testing import capture_logs
from viewers_of_leaks import each_member, one_of_each

from sightline.server.execution import Engine

MASKED = (
    "query Same @onDenied(mode: MASK) { conversions(first: 4) { totalCount nodes { id status orderRef "
    "revenue { amount } payout { amount } saleAmount { amount } affiliateAccount { name } } pageInfo { endCursor } } "
    "users(first: 2) { nodes { name email } } viewer { paths { kind holds } } }"
)
HIDING = "{ conversions(first: 2) { nodes { id payout { amount } } } }"
EDGES = "query ($after: String) { programs(first: 2, after: $after) { edges { cursor node { id } } } }"
LENGTH = 107  # of every cursor of a row by its key
OVERPRICED = "{ programs(first: 100) { nodes { id media(first: 100) { nodes { id } } } } }"


def every_pair(names: list[str]) -> Iterator[str]:
    """A round in which each comes directly after each other one."""
    for at, first in enumerate(names):
        for second in names[at + 1 :]:
            yield first
            yield second
        yield first


def test_the_round_has_every_pair_in_both_orders() -> None:
    names = [str(number) for number in range(9)]
    walked = list(every_pair(names))
    pairs = set(pairwise(walked))
    assert {(a, b) for a in names for b in names if a < b} <= pairs
    assert {(b, a) for a in names for b in names if a < b} <= pairs


async def test_nobody_gets_what_was_made_for_the_one_before(desk: Desk, door: Door) -> None:
    """LK19: all pairs of members who differ, both ways round, hot; each as he is answered by a process of his own."""
    members = [name for name in await one_of_each(desk) if name in LIVING]
    alone: dict[str, dict[str, bytes]] = {MASKED: {}, HIDING: {}}
    for key in members:
        own = Desk(Engine.of(desk.engine.database, desk.secrets), desk.secrets) if key in members[::6] else desk
        async with client_of(own) as client:
            for query, answers in alone.items():
                answers[key] = whole(await Door(client, own).ask(key, query))
    assert len(set(alone[MASKED].values())) == len(members)
    for at, key in enumerate(every_pair(members)):
        query = HIDING if at % 5 == 0 else MASKED
        assert whole(await door.ask(key, query)) == alone[query][key], key


@each_member
async def test_no_answer_may_be_kept(door: Door, key: str) -> None:
    """LK19: with data, refused, and in error; none may be stored, and each depends on who asks."""
    for query in (MASKED, HIDING, "{", "{ __typename }", '{ node(id: "x") { id } }'):
        headers = (await door.ask(key, query)).headers
        assert headers["cache-control"] == "private, no-store"
        assert {each.strip().lower() for each in headers["vary"].split(",")} >= {"authorization", "cookie"}
        assert "etag" not in headers


async def test_a_cursor_is_its_viewers_own(desk: Desk) -> None:
    """LK17: of all pairs of members, who see the same public rows; and opaque, without the row's id in any spelling."""
    cursors: dict[str, str] = {}
    for key in LIVING:
        edge = (await desk.read(EDGES, await desk.member(key)))["programs"]["edges"][0]
        cursors[key] = edge["cursor"]
        assert edge["node"]["id"] not in edge["cursor"]
        assert len(edge["cursor"]) == LENGTH
    assert len(set(cursors.values())) == len(LIVING)
    garbage = await desk.ask(EDGES, await desk.member("nobody"), after="x" * len(cursors["admin"]))
    for key in LIVING:
        viewer = await desk.member(key)
        assert not (await desk.ask(EDGES, viewer, after=cursors[key])).errors
        for other, cursor in cursors.items():
            if other != key:
                answer = await desk.ask(EDGES, viewer, after=cursor)
                assert (answer.data, answer.errors) == (garbage.data, garbage.errors), f"{key} with {other}'s"


@each_member
async def test_a_cursor_is_of_one_query_and_unedited(desk: Desk, key: str) -> None:
    """LK17: not of another order, filter or connection; changed in one place it is none."""
    viewer = await desk.member(key)
    cursor = (await desk.read(EDGES, viewer))["programs"]["edges"][0]["cursor"]
    others = [
        "programs(first: 2, after: $after, orderBy: { field: NAME })",
        "programs(first: 2, after: $after, orderBy: { field: NAME, direction: DESC })",
        'programs(first: 2, after: $after, where: { name: { startsWith: "N" } })',
        "advertiserProfiles(first: 2, after: $after)",
    ]
    for field in others:
        answer = await desk.ask(f"query ($after: String) {{ {field} {{ nodes {{ id }} }} }}", viewer, after=cursor)
        assert code_of(answer) == "BAD_INPUT", field
    for at in range(0, len(cursor), 9):
        edited = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        assert code_of(await desk.ask(EDGES, viewer, after=edited)) == "BAD_INPUT", at


@each_member
async def test_extensions_and_logs_hold_nothing_that_was_read(door: Door, key: str) -> None:
    """LK24: of all the member sees at the root; the log has who asked, how long it took, and with what outcome."""
    view = door.desk.view(await door.desk.member(key))._schema
    for query in everything(view):
        with capture_logs() as logged:
            response = await door.ask(key, query)
        answer = response.json()
        assert "errors" not in answer, answer
        extensions = answer["extensions"]
        assert set(extensions) <= {"authorization", "cost", "requestId"}
        assert set(extensions["cost"]) == {"requestedQueryCost", "actualQueryCost"}
        assert set(extensions.get("authorization", {})) <= {"masked", "unavailable"}
        for coordinates in extensions.get("authorization", {}).values():
            assert all(re.fullmatch(r"\w+\.\w+", each) for each in coordinates)
        (line,) = [each for each in logged if each["event"] == "operation"]
        assert set(line) <= {
            "event", "log_level", "operation", "principal", "visibility", "cost", "status", "codes", "milliseconds",
            "request_id", "about", "executed",
        }  # fmt: skip
        text = repr([{name: each for name, each in line.items() if name != "milliseconds"} for line in logged])
        words = [value for value in texts(answer["data"]) if len(value) > 4 and value not in ("operation", "a-probe")]
        assert not [value for value in words if value in text]
        assert not [word for word in ("SELECT", "first:", "nodes", "token") if word in text]


def everything(view: Any) -> Iterator[str]:
    """Documents of every leaf of every connection at the root, some connections at a time."""
    parts: list[str] = []
    for root, field in view.query_type.fields.items():
        connection = get_named_type(field.type)
        if not connection.name.endswith("Connection"):
            continue
        row = get_named_type(connection.fields["nodes"].type)
        assert isinstance(row, GraphQLObjectType)
        leaves = [
            name
            for name, each in row.fields.items()
            if is_leaf_type(get_named_type(each.type)) and not any(map(is_required_argument, each.args.values()))
        ]
        money = [
            f"{name} {{ amount }}" for name, each in row.fields.items() if get_named_type(each.type).name == "Money"
        ]
        parts.append(f"{root}(first: 3) {{ nodes {{ {' '.join(leaves + money)} }} }}")
    for at in range(0, len(parts), 6):
        yield f"{{ {' '.join(parts[at : at + 6])} }}"


def texts(data: Any) -> Iterator[str]:
    """The texts among the leaves of an answer, enums and dates left out."""
    if isinstance(data, dict | list):
        for each in data.values() if isinstance(data, dict) else data:
            yield from texts(each)
    elif isinstance(data, str) and not re.fullmatch(r"[A-Z_]+|\d{4}-\d\d-\d\d.*", data):
        yield data


async def test_what_an_operation_costs_is_told_by_the_document_alone(door: Door) -> None:
    """LK26: too dear for who sees two rows as for who sees thousands, in the same words."""
    refused = {whole(await door.ask(key, OVERPRICED)) for key in LIVING}
    asked_for: set[int] = set()
    assert len(refused) == 1
    assert b"COST_EXCEEDED" in next(iter(refused))
    for key in LIVING:
        answer = (await door.ask(key, OVERPRICED.replace("media(first: 100)", "media(first: 9)"))).json()
        assert "errors" not in answer
        assert set(answer["extensions"]) == {"cost", "requestId"}
        asked_for.add(answer["extensions"]["cost"]["requestedQueryCost"])
    assert len(asked_for) == 1


@pytest.mark.parametrize("size", [2, 40])
async def test_every_member_costs_the_same_statements(desk: Desk, size: int) -> None:
    """LK16, LK26: one for each level, whatever is hidden on it."""
    query = f"{{ programs(first: {size}) {{ totalCount nodes {{ id media(first: 2) {{ nodes {{ id }} }} }} }} }}"
    for key in LIVING:
        asked = await desk.count(query, await desk.member(key))
        assert not asked.answer.errors
        assert asked.statements == 3, key
