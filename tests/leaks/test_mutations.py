"""Mutations as an oracle: made from the schema, so that a new one is probed for every member of the cast by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from desk import LIVING, Desk
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_required_input_field,
)
from inputs import SAID, input_of, is_one_of

from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import Principal
from sightline.schema.limits import MOST_ROOT_FIELDS
from sightline.server.answers import GraphQLAnswer
from sightline.server.execution import Engine

SCALARS: dict[str, Any] = {
    "String": "A name for it",
    "Boolean": True,
    "Int": 1,
    "Decimal": "1.00",
    "CurrencyCode": "EUR",
    "Date": "2026-01-01",
    "DateTime": "2998-01-01T00:00:00Z",
}
MISSING = 987_654_321
EVERY_KEY = pytest.mark.parametrize("key", LIVING)


def a_value(type_: Any, some_id: str) -> Any:
    """Something an input of this type takes; ids are all the same one."""
    bare = get_nullable_type(type_)
    if isinstance(bare, GraphQLList):
        return [a_value(bare.of_type, some_id)]
    named = get_named_type(bare)
    if isinstance(named, GraphQLEnumType):
        return next(iter(named.values))
    if isinstance(named, GraphQLInputObjectType):
        if is_one_of(named):
            name, field = next(iter(named.fields.items()))
            return {name: a_value(field.type, some_id)}
        return required_of(named, some_id)
    return some_id if named.name == "ID" else SCALARS[named.name]


def required_of(type_: GraphQLInputObjectType, some_id: str) -> dict[str, Any]:
    """An input with all that it needs, and no more."""
    return {
        name: a_value(field.type, some_id) for name, field in type_.fields.items() if is_required_input_field(field)
    }


def takes_an_id(type_: GraphQLInputObjectType) -> bool:
    """Whether a mutation names a row."""
    return any(get_named_type(field.type).name == "ID" for field in type_.fields.values())


def document(name: str, field: GraphQLField, times: int) -> str:
    """The mutation so many times, each with an input of its own and with everything that its errors say."""
    declared = ", ".join(f"$input{at}: {input_of(field).name}!" for at in range(times))
    asked = " ".join(f"at{at}: {name}(input: $input{at}) {{ ...Said }}" for at in range(times))
    return f"mutation ({declared}) {{ {asked} }} fragment Said on {get_named_type(field.type).name} {{ {SAID} }}"


def batches(rows: list[tuple[str, Key]]) -> Iterator[list[tuple[str, Key]]]:
    """Rows in as many parts as there are documents to name them: each has its own field at a document's root."""
    yield from (rows[at : at + MOST_ROOT_FIELDS] for at in range(0, len(rows), MOST_ROOT_FIELDS))


def mutations(schema: GraphQLSchema) -> dict[str, GraphQLField]:
    """The mutations of a view."""
    return dict(schema.mutation_type.fields) if schema.mutation_type else {}


@EVERY_KEY
async def test_a_mutation_one_does_not_have_is_as_a_made_up_one(desk: Desk, demo_engine: Engine, key: str) -> None:
    """LK14, N32: the error for each is the error for a name of the same length that nothing has."""
    viewer = await desk.member(key)
    own = mutations(desk.view(viewer)._schema)
    hidden = [name for name in mutations(demo_engine.api._schema) if name not in own]
    for name in hidden:
        made_up = "q" * len(name)
        answers = [
            await desk.ask(f"mutation {{ {each}(input: {{}}) {{ __typename }} }}", viewer) for each in (name, made_up)
        ]
        said = [
            [error["message"].replace(each, "") for error in answer.errors]
            for answer, each in zip(answers, (name, made_up), strict=True)
        ]
        assert said[0] == said[1], name
        assert answers[0].data is answers[1].data is None, name
        assert not answers[0].executed
    type_names = {input_of(mutations(demo_engine.api._schema)[name]).name for name in hidden}
    shared = {input_of(field).name for field in own.values()}
    view = desk.view(viewer)._schema.type_map
    assert not {name for name in type_names - shared if name in view}


@EVERY_KEY
async def test_an_invisible_row_is_a_missing_one(desk: Desk, key: str) -> None:
    """LK15, LK12, AC7, AC12: every mutation a member has, over every entity: hidden and missing rows are alike."""
    viewer = await desk.member(key)
    fields = {name: each for name, each in mutations(desk.view(viewer)._schema).items() if takes_an_id(input_of(each))}
    probes = await hidden_rows(desk, key)
    for name, field in fields.items():
        for some in batches(probes):
            hidden = await answer_to(desk, viewer, name, field, some)
            missing = await answer_to(
                desk, viewer, name, field, [(entity, missing_of(desk, entity)) for entity, _ in some]
            )
            assert hidden.errors == missing.errors, name
            assert hidden.data is not None, name
            assert missing.data is not None, name
            for at, (entity, _) in enumerate(some):
                said = hidden.data[f"at{at}"]
                assert said == missing.data[f"at{at}"], (name, entity)
                assert said["__typename"] != f"{name[0].upper()}{name[1:]}Success", (name, entity)


async def answer_to(
    desk: Desk, viewer: Principal, name: str, field: GraphQLField, rows: Sequence[tuple[str, Key]]
) -> GraphQLAnswer:
    """The answer to a mutation of each of these rows, of which nothing is left. A refused one leaves nothing either."""
    inputs = {
        f"input{at}": naming(field, desk.engine.services.ids.encode(entity, [key])[0])
        for at, (entity, key) in enumerate(rows)
    }
    return await desk.change(document(name, field, len(rows)), viewer, **inputs)


def naming(field: GraphQLField, some_id: str) -> dict[str, Any]:
    """An input of a mutation that has this id wherever it may have one."""
    type_ = input_of(field)
    return required_of(type_, some_id) | {
        name: a_value(member.type, some_id)
        for name, member in type_.fields.items()
        if get_named_type(member.type).name == "ID"
    }


def missing_of(desk: Desk, entity: str) -> Key:
    """The key of a row that no table has."""
    return Key(MISSING, MISSING if desk.engine.services.catalogue[entity].is_fact else 0)


async def hidden_rows(desk: Desk, key: str) -> list[tuple[str, Key]]:
    """One stored row of each entity that the member does not see, where there is one."""
    viewer, found = await desk.member(key), []
    async with desk.engine.database.owner() as connection:
        for entity in desk.engine.services.catalogue.served:
            if "id" not in entity.key:
                continue
            columns = "id, affiliate_account_id AS account" if entity.is_fact else "id, 0 AS account"
            stored = await connection.fetch(f"SELECT {columns} FROM {entity.name} ORDER BY id LIMIT 60")
            keys = [Key(row["id"], row["account"]) for row in stored]
            visible = await desk.rows(viewer, entity.name, keys)
            found += [(entity.name, each) for each, row in zip(keys, visible, strict=True) if row is None][:1]
    return found
