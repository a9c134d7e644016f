"""What a viewer is told of the schema is his own view of it, and no more (LK7, LK9, LK11, LK22)."""

from __future__ import annotations

import re
from typing import Any, cast

from comparing import all_names
from desk import LIVING, Desk
from door import Door
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    IntrospectionQuery,
    build_client_schema,
    get_introspection_query,
    is_non_null_type,
    print_schema,
)
from probes import hidden_coordinates
from viewers_of_leaks import each_member, everybody, one_of_each

from sightline.authz.visibility import Visibility
from sightline.schema.bindings import Binding
from sightline.schema.coordinates import has_coordinate
from sightline.schema.names import type_name

PUBLISHED_DIRECTIVES = {"include", "skip", "deprecated", "specifiedBy", "oneOf", "onDenied"}
INTROSPECTION = get_introspection_query(
    specified_by_url=True, input_value_deprecation=True, directive_is_repeatable=True
)


async def test_introspection_is_the_schema_of_the_view_and_no_more(desk: Desk) -> None:
    """LK9: what introspection says is what `sightline schema --as` prints, and nothing in it is denied."""
    for name, viewer in (await one_of_each(desk)).items():
        introspected = build_client_schema(cast("IntrospectionQuery", await desk.read(INTROSPECTION, viewer)))
        assert parts_of(print_schema(introspected)) == parts_of(desk.view(viewer).as_str()), name
        assert {directive.name for directive in introspected.directives} <= PUBLISHED_DIRECTIVES, name
        visibility = desk.engine.visibility(viewer)
        assert not [each for each in named_by(introspected) if denied(desk, visibility, each)], name


def parts_of(sdl: str) -> list[str]:
    """The definitions of a schema, in an order of their own."""
    return sorted(sdl.split("\n\n"))


def named_by(schema: GraphQLSchema) -> list[str]:
    return [
        f"{name}.{member}"
        for name, type_ in schema.type_map.items()
        for member in (*getattr(type_, "fields", ()), *getattr(type_, "values", ()))
    ]


def denied(desk: Desk, visibility: Visibility, coordinate: str) -> bool:
    binding = desk.engine.api.bindings.get(coordinate)
    return isinstance(binding, Binding) and not binding.exists_for(visibility)


@each_member
async def test_over_http_introspection_knows_no_directive_of_ours(door: Door, key: str) -> None:
    """LK9: nor what a directive would tell by where it can stand."""
    query = "{ __schema { directives { name locations } mutationType { name } subscriptionType { name } } }"
    said = (await door.read(key, query))["__schema"]
    assert {each["name"] for each in said["directives"]} <= PUBLISHED_DIRECTIVES
    (ours,) = (each for each in said["directives"] if each["name"] == "onDenied")
    assert ours["locations"] == ["QUERY"]


async def test_the_type_of_an_entity_one_never_sees_does_not_exist(desk: Desk) -> None:
    """LK11, LK12: neither the type nor its connection, filter and order."""
    hidden = 0
    for key, viewer in (await one_of_each(desk)).items():
        visibility, view = desk.engine.visibility(viewer), desk.view(viewer)._schema
        for entity in desk.engine.services.catalogue.served:
            if not visibility.sees(entity.name):
                of_it = re.compile(f"{type_name(entity)}(Connection|Edge|Filter|Order.*)?")
                assert not [each for each in view.type_map if of_it.fullmatch(each)], key
                hidden += 1
    assert hidden > 100


async def test_an_interface_promises_what_all_who_are_visible_have(desk: Desk) -> None:
    """LK11: what one visible type lacks cannot be asked of it through an interface."""
    for key, viewer in (await everybody(desk)).items():
        view = desk.view(viewer)._schema
        for type_ in view.type_map.values():
            if isinstance(type_, GraphQLInterfaceType) and not type_.name.startswith("__"):
                possible = view.get_possible_types(type_)
                assert possible or key == "nobody at all"
                assert not [each for each in possible if not set(type_.fields) <= set(each.fields)]


async def test_descriptions_quote_no_field_that_is_hidden(desk: Desk) -> None:
    """LK9: a name in backticks inside a description is one the viewer has."""
    for key, viewer in (await one_of_each(desk)).items():
        view = desk.view(viewer)
        names = {name.lower() for name in all_names(view._schema)} | {"after", "before"}
        quoted = set(re.findall(r"`(\w+)(?:\.\w+)?`", view.as_str()))
        # canRead's argument says how a coordinate is written, and a mode where masked ones are named.
        examples = {"Conversion", "Query", "extensions"}
        assert not {name for name in quoted - examples if name.replace("_", "").lower() not in names}, key


async def test_can_read_is_false_for_hidden_and_unknown_alike(desk: Desk) -> None:
    """LK9: `canRead` says of what is hidden what it says of what is made up."""
    query = "query ($c: String!) { viewer { canRead(coordinate: $c) } }"
    for viewer in (await one_of_each(desk)).values():
        view = desk.view(viewer)._schema
        hidden = list(hidden_coordinates(desk.engine.api._schema, view))
        assert not [each for each in hidden if has_coordinate(view, each)]
        some = [*hidden[:3], "Conversion.zzzzzz", "Zonversion", "Query.programs(zzz:)", "1", "", "a.b.c"]
        answers = [await desk.read(query, viewer, c=coordinate) for coordinate in some]
        assert answers == [{"viewer": {"canRead": False}}] * len(some)


async def test_can_read_is_true_for_what_is_there(desk: Desk) -> None:
    query = "query ($c: String!) { viewer { canRead(coordinate: $c) } }"
    admin, nobody = await desk.member("admin"), await desk.member("nobody")
    for coordinate in ("Conversion", "Conversion.payout", "Query.conversions(where:)", "ConversionFilter.payout"):
        assert await desk.read(query, admin, c=coordinate) == {"viewer": {"canRead": True}}
    assert await desk.read(query, nobody, c="Conversion.payout") == {"viewer": {"canRead": False}}


async def test_whatever_somebody_lacks_can_be_null(desk: Desk) -> None:
    """LK22: a field that some viewer lacks on a type he has is nullable in the full schema."""
    full, lacking = desk.engine.api._schema, set[str]()
    for viewer in (await everybody(desk)).values():
        view = desk.view(viewer)._schema.type_map
        for name, type_ in full.type_map.items():
            if isinstance(type_, GraphQLObjectType) and name in view:
                lacking |= {f"{name}.{field}" for field in type_.fields if field not in cast("Any", view[name]).fields}
    assert len(lacking) > 100
    wrong = []
    for coordinate in lacking:
        owner, field = coordinate.split(".")
        if is_non_null_type(cast("Any", full.type_map[owner]).fields[field].type):
            wrong.append(coordinate)
    assert not wrong, "a hidden field that may not be null takes its row along"


def test_the_cast_is_everybody_who_is_admitted() -> None:
    """Who is added to the demo cast is probed in all these tests."""
    assert len(LIVING) > 30
