"""From a selection to its plan, by the executor's own rules for merging fields."""

from __future__ import annotations

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.types.field import StrawberryField

from sightline.schema.cells import Amount, Cell, Computed, Reference, Value
from sightline.schema.connections import CONNECTED
from sightline.schema.denied import UnavailableField
from sightline.schema.fields import Guard
from sightline.schema.plans.columns import Column, Constant, NotCompiledError, Plan
from sightline.schema.plans.leaves import Leaf
from sightline.schema.plans.objects import (
    Completion,
    found_from_object,
    needs_the_object_alone,
    never_null,
    of_leaf,
    of_lists,
    of_objects,
)
from sightline.schema.plans.pages import STANDING, Edges, Nodes, PagePlan, Standings, TotalCounts
from sightline.schema.plans.rows import (
    AmountsOf,
    Asked,
    CellsOf,
    Connections,
    GlobalId,
    Guarded,
    Made,
    PagesBelow,
    RowsNamed,
)

Details = list[FieldDetails]
ColumnOf = Callable[[GraphQLObjectType, GraphQLField, Details], Column]


class Compiler:
    """Makes the plans of one operation; `executor` knows its schema, its fragments and what of it is included."""

    def __init__(self, executor: Any) -> None:
        self.executor = executor
        self.view = executor.schema._strawberry_schema
        self.permitted: int = self.view.permitted

    def rows(self, type_: GraphQLObjectType, details: Details) -> Plan:
        """The plan of rows of an entity's type. Raises NotCompiledError."""
        return self._plan(type_, details, self._of_row)

    def page(self, type_: GraphQLObjectType, details: Details) -> PagePlan:
        """The plan of connections. Raises NotCompiledError."""
        plan = self._plan(type_, details, self._of_page)
        return PagePlan(plan, any(isinstance(column, Nodes | Edges | Standings) for column in plan.columns))

    def plain(self, type_: GraphQLObjectType, details: Details) -> Plan:
        """The plan of plain objects. Raises NotCompiledError."""
        return self._plan(type_, details, self._of_object)

    def _plan(self, type_: GraphQLObjectType, details: Details, column_of: ColumnOf) -> Plan:
        columns = {
            key: self._constant(type_, below) or column_of(type_, self._field(type_, below), below)
            for key, below in self._below(type_, details)
        }
        return Plan(tuple(columns), tuple(columns.values()))

    def _below(self, type_: GraphQLObjectType, details: Details) -> Any:
        return self.executor.collect_subfields(type_, details).grouped_field_set.items()

    def _constant(self, type_: GraphQLObjectType, details: Details) -> Constant | None:
        node = details[0].node
        if isinstance(node, UnavailableField):
            return Constant(None)
        return Constant(type_.name) if node.name.value == "__typename" else None

    def _field(self, type_: GraphQLObjectType, details: Details) -> GraphQLField:
        found: GraphQLField | None = self.executor.schema.get_field(type_, details[0].node.name.value)
        if found is None:
            raise NotCompiledError("a field that the schema lacks")
        return found

    def _of_row(self, type_: GraphQLObjectType, field: GraphQLField, details: Details) -> Column:
        definition = _definition(field)
        guard = next((each for each in definition.extensions if isinstance(each, Guard)), None)
        if guard is not None:
            if not self.permitted >> guard.bit & 1:
                return Constant(None)
            return Guarded(guard, self._of_cell(guard.cell, guard.column, field, details))
        connected = definition.metadata.get(CONNECTED)
        if connected is not None:
            asked = asked_of(field, definition, self.view, details)
            return PagesBelow(Connections(connected, asked), self.page(_object(field), details))
        if definition.python_name == "id" and definition.base_resolver is None:
            return GlobalId()
        raise NotCompiledError(f"{type_.name} has a field of its own kind")

    def _of_cell(self, cell: Cell, column: str, field: GraphQLField, details: Details) -> Column:
        match cell:
            case Value():
                return CellsOf(cell.column, self._completion(field.type, details))
            case Amount():
                return AmountsOf(cell, self._amount(cell, _object(field), details))
            case Reference():
                return RowsNamed(cell, self.rows(_object(field), details))
            case Computed():
                if iscoroutinefunction(cell.read):
                    raise NotCompiledError("a field that is made by reading more")
                return Made(cell, column, self._completion(field.type, details))

    def _amount(self, amount: Amount, type_: GraphQLObjectType, details: Details) -> Plan:
        columns = {"amount": amount.column, "currency": amount.currency}

        def part(_type: GraphQLObjectType, field: GraphQLField, below: Details) -> Column:
            return CellsOf(columns[below[0].node.name.value], self._completion(field.type, below))

        return self._plan(type_, details, part)

    def _of_page(self, type_: GraphQLObjectType, field: GraphQLField, details: Details) -> Column:
        below = get_named_type(field.type)
        match details[0].node.name.value:
            case "nodes":
                return Nodes(self.rows(_object(field), details))
            case "edges":
                return self._edges(_object(field), details)
            case "pageInfo":
                return self._standings(_object(field), details)
            case "totalCount":
                return TotalCounts()
        raise NotCompiledError(f"{type_.name} leads to {below.name}")

    def _edges(self, type_: GraphQLObjectType, details: Details) -> Edges:
        parts: dict[str, Plan | Constant | None] = {}
        for key, below in self._below(type_, details):
            constant = self._constant(type_, below)
            is_node = below[0].node.name.value == "node"
            parts[key] = constant or (self.rows(_object(self._field(type_, below)), below) if is_node else None)
        return Edges(tuple(parts), tuple(parts.values()))

    def _standings(self, type_: GraphQLObjectType, details: Details) -> Standings:
        parts = {
            key: self._constant(type_, below) or STANDING[below[0].node.name.value]
            for key, below in self._below(type_, details)
        }
        return Standings(tuple(parts), tuple(parts.values()))

    def _of_object(self, type_: GraphQLObjectType, field: GraphQLField, details: Details) -> Column:
        definition = _definition(field)
        if not needs_the_object_alone(definition):
            raise NotCompiledError(f"{type_.name} has a field that takes more than its object")
        return found_from_object(definition, self._completion(field.type, details))

    def _completion(self, type_: Any, details: Details) -> Completion:
        match type_:
            case GraphQLNonNull():
                return never_null(self._completion(type_.of_type, details))
            case GraphQLList():
                return of_lists(self._completion(type_.of_type, details))
            case GraphQLScalarType() | GraphQLEnumType():
                return of_leaf(Leaf(type_))
            case GraphQLObjectType():
                return of_objects(self.plain(type_, details))
        raise NotCompiledError("a value of an abstract type")


def _definition(field: GraphQLField) -> StrawberryField:
    definition: StrawberryField | None = field.extensions.get("strawberry-definition")
    if definition is None:
        raise NotCompiledError("a field of introspection")
    return definition


def asked_of(field: GraphQLField, definition: StrawberryField, view: Any, details: Details) -> Asked:
    """The arguments that a document gives to a field; fields that are merged have the same ones."""
    node, _defer, fragment = details[0]
    return Asked(field, node, definition, view, fragment)


def _object(field: GraphQLField) -> GraphQLObjectType:
    type_ = get_named_type(field.type)
    if not isinstance(type_, GraphQLObjectType):
        raise NotCompiledError("a row of any type")
    return type_
