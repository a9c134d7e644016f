"""The contract says what everything is and who sees it, leaves nothing out, and refuses what is undeclared (api 1)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_introspection_type,
    is_non_null_type,
    is_specified_scalar_type,
)

from sightline.authz.classes import Marker, needed_classes
from sightline.authz.prose import audience
from sightline.db.catalogue import Entity
from sightline.db.tables import ConversionRow, ProgramRow
from sightline.schema.api import Api, UnboundCoordinateError, _bindings
from sightline.schema.bindings import Binding, open_field
from sightline.schema.enums import UndescribedEnumError, described
from sightline.schema.fields import DeniableFieldMustBeNullableError, Guard, field_of
from sightline.schema.inputs import ORDERS
from sightline.schema.model import CATALOGUE
from sightline.schema.names import camel, field_name, type_name


@pytest.fixture(scope="module")
def api() -> Api:
    return Api()


@pytest.fixture(scope="module")
def schema(api: Api) -> GraphQLSchema:
    return api._schema


def own_types(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    for name, type_ in schema.type_map.items():
        if not is_introspection_type(type_) and not is_specified_scalar_type(type_):
            yield name, type_


def described_things(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Every coordinate with its description."""
    for name, type_ in own_types(schema):
        yield name, type_.description
        if isinstance(type_, GraphQLEnumType):
            yield from ((f"{name}.{value}", each.description) for value, each in type_.values.items())
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field, member in type_.fields.items():
                yield f"{name}.{field}", member.description
                arguments: dict[str, GraphQLArgument] = getattr(member, "args", {})
                yield from ((f"{name}.{field}({key}:)", each.description) for key, each in arguments.items())


def guards(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLField, Guard]]:
    for name, type_ in own_types(schema):
        if isinstance(type_, GraphQLObjectType):
            for field, member in type_.fields.items():
                for extension in member.extensions["strawberry-definition"].extensions:
                    if isinstance(extension, Guard):
                        yield f"{name}.{field}", member, extension


def test_everything_has_a_description_that_is_a_sentence(schema: GraphQLSchema) -> None:
    """Types, fields, arguments, enum values and input fields; everything ours, that is."""
    missing = [coordinate for coordinate, text in described_things(schema) if not (text or "").strip()]
    assert missing == []
    no_sentence = [coordinate for coordinate, text in described_things(schema) if (text or ".")[-1] not in ".?"]
    assert no_sentence == []


def test_a_guarded_field_says_who_sees_it(schema: GraphQLSchema) -> None:
    checked = 0
    for coordinate, member, guard in guards(schema):
        entity, text = CATALOGUE[guard.binding.entity], member.description or ""
        words = audience(needed_classes(entity.columns[guard.column]), CATALOGUE.model.rules[entity.name])
        if words:
            assert text.endswith(f" Seen by: {words}."), coordinate
            checked += 1
        else:
            assert "Seen by" not in text, coordinate
        if entity.columns[guard.column] is Marker.PUBLIC:
            assert words == "", coordinate
    assert checked > 50


def test_who_sees_a_payout_in_words(schema: GraphQLSchema) -> None:
    """One by hand, since the test above asks the same function as the schema."""
    conversion = schema.type_map["Conversion"]
    assert isinstance(conversion, GraphQLObjectType)
    text = conversion.fields["payout"].description or ""
    assert "platform staff (with the report column payout and with the payout switch)" in text
    assert "the partner's organization" in text
    assert "collaborators of the account" in text
    assert "in DIRECT programs" in text


def test_every_guard_has_its_own_bit_and_coordinate(api: Api, schema: GraphQLSchema) -> None:
    found = list(guards(schema))
    assert {guard.coordinate for _, _, guard in found} == {coordinate for coordinate, _, _ in found}
    assert sorted(guard.bit for _, _, guard in found) == list(range(len(api.guards)))


def test_everything_deniable_is_nullable(api: Api, schema: GraphQLSchema) -> None:
    """LK22: hiding a non-null field would take its row, and in the end everything, with it."""
    wrong = []
    for name, type_ in own_types(schema):
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field, member in type_.fields.items():
                if is_non_null_type(member.type) and deniable(api.bindings[f"{name}.{field}"], name):
                    wrong.append(f"{name}.{field}")
    assert wrong == []


def deniable(binding: object, owner: str) -> bool:
    """Whether a viewer who has the type can lack the field, or can have it on some rows only."""
    if not isinstance(binding, Binding):
        return False
    entity = CATALOGUE[binding.entity]
    on_its_own_row = type_name(entity) == owner and set(binding.leads_to) <= {entity.name}
    return not on_its_own_row or any(entity.columns[column] is not Marker.PUBLIC for column in binding.columns)


def test_a_non_null_field_is_a_column_that_is_never_null(schema: GraphQLSchema) -> None:
    for coordinate, member, guard in guards(schema):
        entity = CATALOGUE[guard.binding.entity]
        if is_non_null_type(member.type):
            assert guard.column not in entity.derived, coordinate
            assert not entity.table.c[guard.column].nullable, coordinate


def test_inputs_never_need_a_field_that_can_be_denied(api: Api, schema: GraphQLSchema) -> None:
    for name, type_ in own_types(schema):
        if isinstance(type_, GraphQLInputObjectType):
            for field, member in type_.fields.items():
                if isinstance(api.bindings[f"{name}.{field}"], Binding):
                    assert not is_non_null_type(member.type), f"{name}.{field}"


@pytest.mark.parametrize("entity", CATALOGUE.served, ids=lambda entity: entity.name)
def test_every_shown_column_of_a_served_entity_is_a_field(schema: GraphQLSchema, entity: Entity) -> None:
    """Or a reference to an entity that is not served, which would lead nowhere."""
    type_ = schema.type_map[type_name(entity)]
    assert isinstance(type_, GraphQLObjectType)
    served = {each.name for each in CATALOGUE.served}
    missing = [
        column
        for column, access in entity.columns.items()
        if access is not Marker.INTERNAL
        and camel(field_name(entity, column)) not in type_.fields
        and ((target := entity.reference(column)) is None or target in served)
    ]
    assert missing == []


@pytest.mark.parametrize("entity", CATALOGUE.served, ids=lambda entity: entity.name)
def test_no_internal_column_is_a_coordinate(api: Api, entity: Entity) -> None:
    internal = {column for column, access in entity.columns.items() if access is Marker.INTERNAL}
    named = {
        column
        for binding in api.bindings.values()
        if isinstance(binding, Binding) and binding.entity == entity.name
        for column in binding.columns
    }
    assert not internal & named


def test_every_reference_can_be_followed_both_ways(api: Api, schema: GraphQLSchema) -> None:
    """An edge on the row that refers, and a connection on the row referred to, for each that both sides may show."""
    forward: set[tuple[str, str]] = set()
    backward: set[tuple[str, str, str]] = set()
    for coordinate, binding in api.bindings.items():
        name, _, member = coordinate.partition(".")
        type_ = schema.type_map[name]
        if not isinstance(binding, Binding) or not isinstance(type_, GraphQLObjectType) or member not in type_.fields:
            continue
        for column in binding.columns:
            if str(type_.fields[member].type).endswith("Connection"):
                backward.add((binding.entity, column, name))
            else:
                forward.add((binding.entity, column))
    missing = []
    for entity in CATALOGUE.served:
        for column, access in entity.columns.items():
            target = entity.reference(column)
            if access is Marker.INTERNAL or target not in CATALOGUE.model.rules:
                continue
            if (entity.name, column) not in forward:
                missing.append(f"{entity.name}.{column} has no edge")
            if (entity.name, column, type_name(CATALOGUE[target])) not in backward:
                missing.append(f"{target} has no connection over {entity.name}.{column}")
    assert not missing


def test_filters_and_orders_stand_on_the_column_of_their_field(api: Api, schema: GraphQLSchema) -> None:
    """M6, LK1, LK2: each has the column as its binding, so it goes where the field goes."""
    for entity in CATALOGUE.served:
        name = type_name(entity)
        filters = schema.type_map[f"{name}Filter"]
        assert isinstance(filters, GraphQLInputObjectType)
        by_field = {camel(field_name(entity, column)): column for column in entity.columns}
        for field in set(filters.fields) - {"and", "or", "not"}:
            assert api.bindings[f"{name}Filter.{field}"] == Binding(entity.name, (by_field[field],))
        order = schema.type_map[f"{name}OrderField"]
        assert isinstance(order, GraphQLEnumType)
        for value in order.values:
            assert api.bindings[f"{name}OrderField.{value}"] == Binding(entity.name, (value.lower(),))
    assert set(ORDERS) == {entity.name for entity in CATALOGUE.served}


def test_a_coordinate_without_a_binding_is_refused() -> None:
    @strawberry.type(description="Something.")
    class Query:
        bound: int = open_field("Declared open.")
        forgotten: int = strawberry.field(description="Public by accident.")

    with pytest.raises(UnboundCoordinateError, match=r"Query\.forgotten"):
        _bindings(strawberry.Schema(query=Query)._schema)


@strawberry.input(description="Something.")
class Wish:
    price: int = 1


def price_of(wish: Wish) -> int:
    return wish.price


def test_an_input_field_without_a_binding_is_refused() -> None:
    @strawberry.type(description="Something.")
    class Query:
        price: int = strawberry.field(resolver=price_of, description="Asks.")

    with pytest.raises(UnboundCoordinateError, match=r"Wish\.price"):
        _bindings(strawberry.Schema(query=Query)._schema)


def test_an_enum_without_descriptions_is_refused() -> None:
    class Undescribed(StrEnum):
        """What nobody described."""

        SOMETHING = "SOMETHING"

    with pytest.raises(UndescribedEnumError, match="Undescribed"):
        described(Undescribed)


def test_a_deniable_field_that_is_not_nullable_is_refused() -> None:
    """LK22: at import, not at the first viewer who lacks it."""

    @strawberry.type(description="Something.")
    class Query:
        payout: str = field_of(ConversionRow.payout)

    with pytest.raises(TypeError, match=r"conversion\.payout") as refused:
        strawberry.Schema(query=Query)
    assert isinstance(refused.value.__cause__, DeniableFieldMustBeNullableError)


def test_a_public_field_may_be_non_null() -> None:
    @strawberry.type(description="Something.")
    class Query:
        name: str = field_of(ProgramRow.name)

    strawberry.Schema(query=Query)
