"""A row one may not see and a row that does not exist have one answer, byte for byte (AC7, LK12, LK13, LK21)."""

from __future__ import annotations

from typing import Any

import pytest
from desk import LIVING, Desk, as_bytes
from door import Door, whole
from graphql import GraphQLObjectType
from probes import members
from viewers_of_leaks import each_member

from sightline.db.catalogue import Entity
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import Principal
from sightline.schema.names import camel, plural, type_name
from sightline.server.answers import GraphQLAnswer, GraphQLRequest

NODE = "query ($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id, $id]) { __typename id } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
NOTHING = ({"node": None, "nodes": [None, None]}, [])
SAMPLED = 6
PAGE, MOST_PAGES = 60, 3

Ids = dict[str, tuple[list[str], str]]
"""By entity: the ids of some rows, and that of a row that does not exist."""


@pytest.fixture(scope="module")
async def ids(desk: Desk) -> Ids:
    """Rows from one end of each table to the other; the missing row is of an account that exists."""
    found: Ids = {}
    async with desk.engine.database.owner() as connection:
        for entity in identified(desk):
            account = "affiliate_account_id" if entity.is_fact else "0"
            rows = await connection.fetch(f"SELECT id, {account} AS account FROM {entity.name} ORDER BY id")
            some = rows[:: max(1, len(rows) // SAMPLED)]
            keys = [Key(row["id"], row["account"]) for row in some]
            *real, missing = desk.engine.services.ids.encode(entity.name, [*keys, Key((1 << 62) + 1, keys[0].account)])
            found[entity.name] = (real, missing)
    return found


def identified(desk: Desk) -> list[Entity]:
    return [entity for entity in desk.engine.services.catalogue.served if "id" in entity.key]


async def asked(desk: Desk, viewer: Principal, questions: list[tuple[str, dict[str, Any]]]) -> list[GraphQLAnswer]:
    """The answers to several operations in one snapshot."""

    async def work(snapshot: Snapshot) -> list[GraphQLAnswer]:
        return [await desk.engine.answer(GraphQLRequest(*each), viewer, snapshot) for each in questions]

    return await in_snapshot(desk.engine.database.reads, work)


@each_member
async def test_an_invisible_row_is_answered_like_one_that_does_not_exist(desk: Desk, ids: Ids, key: str) -> None:
    """AC7, LK12: rows of every entity, by global id; of hidden types too, where no type name may show."""
    viewer, seen, hidden = await desk.member(key), 0, 0
    for entity, (real, missing) in ids.items():
        nothing, *found = await asked(desk, viewer, [(NODE, {"id": each}) for each in (missing, *real)])
        assert (nothing.data, nothing.errors) == NOTHING, entity
        for global_id, answer in zip(real, found, strict=True):
            node = (answer.data or {}).get("node")
            if node is None:
                assert as_bytes(answer) == as_bytes(nothing), entity
                hidden += 1
            else:
                assert answer.data == {"node": node, "nodes": [node, node]}
                assert node["id"] == global_id
                seen += 1
    assert seen
    assert hidden or key == "admin"


@each_member
async def test_over_http_an_invisible_row_is_answered_like_one_that_does_not_exist(
    door: Door, ids: Ids, key: str
) -> None:
    """LK12: all entities at once; the whole response is that for as many missing ids, where nothing is visible."""
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Program { name } } }"
    real = [each for some, _ in ids.values() for each in some][:100]
    nodes = (await door.read(key, query, {"ids": real}))["nodes"]
    hidden = [global_id for global_id, node in zip(real, nodes, strict=True) if node is None]
    missing = [missing for _, missing in ids.values()]
    answers = [await door.ask(key, query, {"ids": some}) for some in (hidden, (missing * 9)[: len(hidden)])]
    assert whole(answers[0]) == whole(answers[1])


@each_member
async def test_a_filter_by_an_invisible_rows_id_finds_what_a_missing_ones_does(desk: Desk, ids: Ids, key: str) -> None:
    """LK12, LK21: nothing, in one shape; and so does the id of another type, hidden or not."""
    viewer, compared = await desk.member(key), 0
    for entity, root in connections_of(desk, viewer):
        real, missing = ids[entity.name]
        looked_up = (await desk.read(NODES, viewer, ids=real))["nodes"]
        invisible = [each for each, node in zip(real, looked_up, strict=True) if node is None]
        foreign = [some[0] for name, (some, _) in ids.items() if name != entity.name][::9]
        query = (
            f"query ($v: ID!) {{ {root}(first: 3, where: {{ id: {{ eq: $v }} }}) "
            "{ totalCount edges { cursor node { id } } pageInfo { endCursor hasNextPage hasPreviousPage } } }"
        )
        if "id" not in members(desk.view(viewer)._schema.type_map[f"{type_name(entity)}Filter"]):
            continue
        nothing, *found = await asked(desk, viewer, [(query, {"v": each}) for each in (missing, *foreign, *invisible)])
        assert not nothing.errors
        assert {as_bytes(each) for each in found} == {as_bytes(nothing)}, root
        compared += len(invisible)
    assert compared or key == "admin"


def connections_of(desk: Desk, viewer: Principal) -> list[tuple[Entity, str]]:
    """The root connections that a viewer has."""
    query_type = desk.view(viewer)._schema.query_type
    assert isinstance(query_type, GraphQLObjectType)
    return [(each, root) for each in identified(desk) if (root := camel(plural(each))) in query_type.fields]


@each_member
async def test_pages_are_full_and_counts_are_of_what_can_be_walked(desk: Desk, key: str) -> None:
    """LK13: of every connection at the root; forwards and backwards the same rows, and no page cut by hidden ones."""
    viewer = await desk.member(key)

    async def walk(snapshot: Snapshot, root: str, *, backward: bool) -> tuple[list[str], int, bool]:
        size, cursor = ("last", "before") if backward else ("first", "after")
        query = (
            f"query ($c: String) {{ {root}({size}: {PAGE}, {cursor}: $c) "
            "{ totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"
        )
        found: list[str] = []
        after, more, page = None, True, {}
        for _ in range(MOST_PAGES):
            answer = await desk.engine.answer(GraphQLRequest(query, {"c": after}), viewer, snapshot)
            assert not answer.errors, answer.errors
            page = (answer.data or {})[root]
            info, rows = page["pageInfo"], [node["id"] for node in page["nodes"]]
            more = info["hasPreviousPage" if backward else "hasNextPage"]
            after = info["startCursor" if backward else "endCursor"]
            assert len(rows) == PAGE or not more, root
            assert rows or not found, f"{root}: there was said to be more"
            found = rows + found if backward else found + rows
            if not more:
                break
        return found, page["totalCount"], more

    async def walk_all(snapshot: Snapshot) -> int:
        whole_ones = 0
        for _, root in connections_of(desk, viewer):
            rows, total, more = await walk(snapshot, root, backward=False)
            assert len(set(rows)) == len(rows)
            assert total > len(rows) if more else total == len(rows), root
            if not more:
                assert (await walk(snapshot, root, backward=True))[0] == rows, root
                whole_ones += 1
        return whole_ones

    assert await in_snapshot(desk.engine.database.reads, walk_all)


async def test_the_node_cases_tell_viewers_apart(desk: Desk, ids: Ids) -> None:
    """Some see a row of the sample, some do not: the tests above compare something."""
    (real, *_), _ = ids["conversion"]
    shown = {key for key in LIVING if (await desk.read(NODE, await desk.member(key), id=real))["node"] is not None}
    assert {"admin", "manager"} <= shown
    assert not {"nobody", "company-owner", "payouts-only"} & shown
