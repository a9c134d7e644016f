"""Random GraphQL documents, made from a viewer's own schema: fields, edges, filters, orders, pages, counts, lookups.

Those in the mode MASK select from the schema of all, so that they ask for much that the viewer does not have; they
filter and order as far as the viewer can.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any

import sqlalchemy as sa
from asking import filter_operators, order_columns, random_filter
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type
from worlds import World

from sightline.db.catalogue import Catalogue, Entity
from sightline.db.queries import Compound, Connective, Filter, Operator, Test
from sightline.resolvers.global_ids import GlobalIds, Key
from sightline.resolvers.identity import Principal
from sightline.schema.denied import DeniedMode
from sightline.schema.names import camel, field_name, type_name
from sightline.server.execution import Engine

DEEPEST = 3
SIZES = (1, 2, 3, 5)
LOOKUPS = 5
ENTITY_OF_CONNECTION = "Connection"
MODES = (DeniedMode.HIDE, DeniedMode.MASK)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A document, and how it is asked: page after page where it `walks`, else once with each of the variables.

    A `mutation` (its name) is asked in a savepoint, with what `follows` it, and is taken back.
    """

    text: str
    variables: tuple[Mapping[str, Any], ...] = ({},)
    walks: bool = False
    mutation: str | None = None
    follows: Asked | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Documents:
    """Makes documents for one viewer over one world. Values are those of any row, visible or not."""

    random: Random
    schema: GraphQLSchema
    everything: GraphQLSchema
    world: World
    catalogue: Catalogue
    ids: GlobalIds
    mode: DeniedMode = DeniedMode.HIDE

    def some(self, count: int) -> Iterator[Asked]:
        """That many documents."""
        kinds = (self.walked, self.walked, self.several, self.looked_up) if self._connections() else (self.looked_up,)
        for _ in range(count):
            yield self.random.choice(kinds)()

    def walked(self) -> Asked:
        """One connection at the root, to be asked again after its own end cursor."""
        name, field = self.random.choice(self._connections())
        entity = self._entity(field)
        arguments = f"first: {self.random.randint(1, 4)}, after: $after{self._selecting(entity)}"
        rows = f"nodes {self.selection(self._type(entity), DEEPEST - 1)}"
        page = f"{name}({arguments}) {{ {rows} pageInfo {{ hasNextPage endCursor }} }}"
        return Asked(f"query($after: String){self._directive} {{ page: {page} }}", walks=True)

    def several(self) -> Asked:
        """Several connections at the root, with all that stands on a connection."""
        drawn = [self.random.choice(self._connections()) for _ in range(self.random.randint(1, 3))]
        fields = [
            f"r{at}: {self._connection(name, field, DEEPEST, size='$size')}" for at, (name, field) in enumerate(drawn)
        ]
        viewer = _object(self._selected.type_map.get("Viewer"))
        asker = [f"{each} {{ __typename id }}" for each in ("user", "organization") if viewer and each in viewer.fields]
        fields.append(f"viewer {{ paths {{ kind holds }} {' '.join(asker)} }}")
        text = f"query($size: Int!){self._directive} {{ {' '.join(fields)} }}"
        return Asked(text, tuple({"size": size} for size in SIZES))

    def looked_up(self) -> Asked:
        """Rows by global id, most of one type: visible ones, invisible ones, and one that does not exist."""
        entities = [each for each in self.catalogue.served if "id" in each.key and self.world.tables[each.name]]
        entity = self.random.choice([each for each in entities if type_name(each) in self.schema.type_map] or entities)
        variables = tuple({"ids": self._ids(entity, entities)} for _ in range(LOOKUPS))
        type_ = self._type(entity)
        shown = f"... on {type_.name} {self.selection(type_, 2)}" if type_ else ""
        text = f"query($ids: [ID!]!){self._directive} {{ nodes(ids: $ids) {{ __typename id {shown} }} }}"
        return Asked(text, variables)

    def _ids(self, entity: Entity, entities: Sequence[Entity]) -> list[str]:
        ids = [self._id(self.random.choice((entity, entity, self.random.choice(entities)))) for _ in range(8)]
        return ids + self.ids.encode("conversion", [Key(987_654, 3)])

    @property
    def _selected(self) -> GraphQLSchema:
        """The schema that fields are selected from."""
        return self.schema if self.mode is DeniedMode.HIDE else self.everything

    @property
    def _directive(self) -> str:
        return "" if self.mode is DeniedMode.HIDE else f" @onDenied(mode: {self.mode.value})"

    def _connections(self) -> list[tuple[str, GraphQLField]]:
        assert self._selected.query_type is not None
        fields = self._selected.query_type.fields
        return [(name, field) for name, field in fields.items() if _is_connection(field)]

    def _connection(self, name: str, field: GraphQLField, depth: int, *, size: object = None) -> str:
        entity = self._entity(field)
        window = f"{self.random.choice(('first', 'last'))}: {size or self.random.randint(1, 5)}"
        node = self.selection(self._type(entity), depth - 1)
        parts = [
            self.random.choice((f"nodes {node}", f"edges {{ cursor node {node} }}")),
            "totalCount",
            "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }",
        ]
        kept = [part for part in parts if part is parts[0] or self.random.random() < 0.5]
        return f"{name}({window}{self._selecting(entity)}) {{ {' '.join(kept)} }}"

    def _selecting(self, entity: Entity) -> str:
        """The arguments `where` and `orderBy`, or nothing."""
        text = ""
        if self.random.random() < 0.5 and filter_operators(self.schema, entity):
            where = random_filter(self.random, self.schema, entity, self.world, depth=2)
            text += f", where: {self._filter(entity, where)}"
        columns = order_columns(self.schema, entity)
        if self.random.random() < 0.5 and columns:
            drawn = self.random.sample(columns, min(len(columns), self.random.randint(1, 2)))
            keys = (f"{{field: {name.upper()}, direction: {self.random.choice(('ASC', 'DESC'))}}}" for name in drawn)
            text += f", orderBy: [{', '.join(keys)}]"
        return text

    def selection(self, type_: GraphQLObjectType | None, depth: int) -> str:
        """A selection of a type's fields: leaves always, edges and connections while there is depth."""
        if type_ is None:
            return "{ __typename }"
        parts = ["__typename"]
        for name, field in type_.fields.items():
            inner = get_named_type(field.type)
            if is_leaf_type(inner):
                parts += [name] if self.random.random() < 0.5 else []
            elif isinstance(inner, GraphQLObjectType) and inner.name == "Money":
                parts += [f"{name} {{ amount currency }}"] if self.random.random() < 0.5 else []
            elif depth > 0 and self.random.random() < 0.35:
                below = self._connection(name, field, depth - 1) if _is_connection(field) else ""
                parts.append(below or f"{name} {self.selection(_object(inner), depth - 1)}")
        return f"{{ {' '.join(parts)} }}"

    def _filter(self, entity: Entity, where: Filter) -> str:
        match where:
            case Compound(Connective.NOT, (part,)):
                return f"{{not: {self._filter(entity, part)}}}"
            case Compound(connective, parts):
                return f"{{{connective}: [{', '.join(self._filter(entity, part) for part in parts)}]}}"
            case Test(column, operator, value):
                text = self._value(entity, column, operator, value)
                return f"{{{camel(field_name(entity, column))}: {{{operator}: {text}}}}}"

    def _value(self, entity: Entity, column: str, operator: Operator, value: object) -> str:
        if isinstance(value, tuple):
            return f"[{', '.join(self._value(entity, column, Operator.EQ, each) for each in value)}]"
        target = entity.name if column == "id" else entity.reference(column)
        if target is not None and operator is not Operator.IS_NULL:
            assert isinstance(value, int)
            return json.dumps(self.ids.encode(target, [Key(value)])[0])
        return literal(value, bare=isinstance(entity.type_of(column), sa.Enum))

    def _id(self, entity: Entity) -> str:
        row = self.random.choice(self.world.tables[entity.name])
        account = row["affiliate_account_id"] if entity.is_fact else 0
        return self.ids.encode(entity.name, [Key(row["id"], account)])[0]

    def _entity(self, field: GraphQLField) -> Entity:
        named = get_named_type(field.type).name.removesuffix(ENTITY_OF_CONNECTION)
        return next(entity for entity in self.catalogue.served if type_name(entity) == named)

    def _type(self, entity: Entity) -> GraphQLObjectType | None:
        return _object(self._selected.type_map.get(type_name(entity)))


def documents_of(engine: Engine, world: World, asking: Principal, random: Random, count: int) -> list[Asked]:
    """That many documents of each mode that answers, for a viewer."""
    modes = [documents_in(engine, world, asking, random, mode) for mode in MODES]
    return [document for documents in modes for document in documents.some(count)]


def documents_in(engine: Engine, world: World, asking: Principal, random: Random, mode: DeniedMode) -> Documents:
    """What draws documents of a mode for a viewer."""
    services, api = engine.services, engine.api
    own = api.view(engine.visibility(asking), asking.columns)._schema
    return Documents(random, own, api._schema, world, services.catalogue, services.ids, mode)


def literal(value: Any, *, bare: bool = False) -> str:
    """A value as GraphQL writes it; `bare` for an enum's."""
    match value:
        case bool():
            return "true" if value else "false"
        case StrEnum():
            return value.value
        case Decimal():
            return json.dumps(format(value, "f"))
        case datetime() | date():
            return json.dumps(value.isoformat())
        case str():
            return value if bare else json.dumps(value)
        case _:
            return str(value)


def _is_connection(field: GraphQLField) -> bool:
    return get_named_type(field.type).name.endswith(ENTITY_OF_CONNECTION)


def _object(type_: object) -> GraphQLObjectType | None:
    return type_ if isinstance(type_, GraphQLObjectType) else None
