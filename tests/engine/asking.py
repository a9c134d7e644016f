"""Random filters and orders of an entity, and what they mean over the viewer's own cells, never over hidden values.

What may be asked is taken from the viewer's own schema, so every filter field, operator and order value is met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import ge, gt, le, lt
from random import Random
from typing import Any

import sqlalchemy as sa
from drawing import Values
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLSchema, get_named_type
from reading import Projection, shown
from worlds import Key, World

from sightline.db.catalogue import Entity
from sightline.db.queries import Compound, Connective, Filter, Operator, OrderKey, Test
from sightline.schema.names import camel, field_name, type_name

COMPARISONS: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.LT: lt,
    Operator.LTE: le,
    Operator.GT: gt,
    Operator.GTE: ge,
}


def order_columns(schema: GraphQLSchema, entity: Entity) -> list[str]:
    """The columns by which a viewer may order an entity."""
    type_ = schema.type_map.get(f"{type_name(entity)}OrderField")
    return [name.lower() for name in type_.values] if isinstance(type_, GraphQLEnumType) else []


def filter_operators(schema: GraphQLSchema, entity: Entity) -> dict[str, list[Operator]]:
    """The columns by which a viewer may filter an entity, with their operators."""
    type_ = schema.type_map.get(f"{type_name(entity)}Filter")
    if not isinstance(type_, GraphQLInputObjectType):
        return {}
    found: dict[str, list[Operator]] = {}
    for column in entity.columns:
        member = type_.fields.get(camel(field_name(entity, column)))
        tests = get_named_type(member.type) if member is not None else None
        if isinstance(tests, GraphQLInputObjectType):
            found[column] = [Operator(name) for name in tests.fields]
    return found


def random_order(random: Random, schema: GraphQLSchema, entity: Entity) -> tuple[OrderKey, ...]:
    """Up to three order keys."""
    columns = order_columns(schema, entity)
    drawn = random.sample(columns, min(len(columns), random.randrange(4)))
    return tuple(OrderKey(column, random.random() < 0.5) for column in drawn)


def random_filter(random: Random, schema: GraphQLSchema, entity: Entity, world: World, *, depth: int = 2) -> Filter:
    """A tree of tests; its values are those that some row has, shown to the viewer or not."""
    operators = filter_operators(schema, entity)
    if depth and random.random() < 0.6:
        connective = random.choice(list(Connective))
        size = 1 if connective is Connective.NOT else random.randrange(4)
        inner = (random_filter(random, schema, entity, world, depth=depth - 1) for _ in range(size))
        return Compound(connective, tuple(inner))
    column = random.choice(sorted(operators))
    values = [row[column] for row in world.tables[entity.name] if row[column] is not None]
    operator = random.choice(operators[column]) if values else Operator.IS_NULL
    if operator is Operator.IS_NULL:
        return Test(column, operator, random.random() < 0.5)
    if operator in (Operator.IN, Operator.NOT_IN):
        return Test(column, operator, tuple(random.choices(values, k=random.randrange(4))))
    value = random.choice(values)
    return Test(column, operator, value[: random.randrange(4)] if operator is Operator.STARTS_WITH else value)


def matches(where: Filter, cells: Mapping[str, Any]) -> bool:
    """Whether a filter holds of cells as the viewer has them: of an absent one only `isNull` and what is negated."""
    match where:
        case Compound(Connective.NOT, (part,)):
            return not matches(part, cells)
        case Compound(connective, parts):
            return (any if connective is Connective.OR else all)(matches(part, cells) for part in parts)
        case Test(column, Operator.IS_NULL, wanted):
            return (cells[column] is None) == wanted
        case Test(column, Operator.IN, tuple(values)):
            return cells[column] in values
        case Test(column, Operator.NOT_IN, tuple(values)):
            return cells[column] not in values
        case Test(column, operator, value):
            found = cells[column]
            if found is None:
                return False
            if operator is Operator.EQ:
                return bool(found == value)
            if operator is Operator.STARTS_WITH:
                return str(found).startswith(str(value))
            return bool(COMPARISONS[operator](found, value))


def selected(projection: Projection, where: Filter) -> dict[Key, Values]:
    """The rows of a projection that a filter selects, cells as the viewer has them."""
    visible = {key: shown(cells) for key, cells in projection.items()}
    return {key: cells for key, cells in visible.items() if matches(where, cells)}


def sorted_keys(entity: Entity, rows: Mapping[Key, Values], order: Sequence[OrderKey]) -> list[Key]:
    """The keys of rows in an order: NULL and hidden last both ways, then by id, then by the rest of the key."""
    descending = order[-1].descending if order else entity.is_fact
    keys = list(rows)
    places = sorted(range(len(entity.key)), key=lambda at: (entity.key[at] != "id", entity.key[at]))
    ranks = [_rank(entity, name) for name in entity.key]
    keys.sort(key=lambda key: tuple(ranks[at](key[at]) for at in places), reverse=descending)
    for each in reversed(order):
        rank = _rank(entity, each.column)
        present = [key for key in keys if rows[key][each.column] is not None]
        absent = [key for key in keys if rows[key][each.column] is None]
        present.sort(key=lambda key, each=each, rank=rank: rank(rows[key][each.column]), reverse=each.descending)  # type: ignore[misc]
        keys = present + absent
    return keys


def _rank(entity: Entity, column: str) -> Callable[[Any], Any]:
    """How a column's values are ordered: enums in the order of their declaration, all else by itself."""
    type_ = entity.type_of(column)
    if isinstance(type_, sa.Enum) and type_.enum_class is not None:
        members = [member.value for member in type_.enum_class]
        return members.index
    return lambda value: value
