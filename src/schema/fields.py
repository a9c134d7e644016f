"""How the fields of an entity are declared: from the column, which already says what it is and who may see it.

    status: ConversionStatus = field_of(ConversionRow.status)
    payout: Money | None = money_of(ConversionRow.payout)
    program = edge(ConversionRow.program_id)

Each is bound to its columns (so it is in exactly the schemas of those who may see them) and guarded (so that even a
field that should not have been reachable shows nothing, and a masked cell is noted for the answer).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import strawberry
from sqlalchemy.orm import InstrumentedAttribute
from strawberry.extensions.field_extension import FieldExtension
from strawberry.types.base import StrawberryOptional
from strawberry.types.field import StrawberryField

from sightline.authz.classes import Marker
from sightline.db.catalogue import Entity
from sightline.db.tables.base import Derived
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row
from sightline.schema.annotations import entity_named
from sightline.schema.audience import seen_by
from sightline.schema.bindings import METADATA, Binding
from sightline.schema.cells import Amount, Cell, Computed, Reference, Value
from sightline.schema.model import CATALOGUE
from sightline.schema.names import type_name

Column = InstrumentedAttribute[Any] | Derived | Any


class DeniableFieldMustBeNullableError(TypeError):
    """A field whose column can be hidden is declared non-null: hiding it would take the whole row with it (LK22)."""


class Guard(FieldExtension):
    """The last line: one bit test per cell, and a note of what was masked.

    `bit` is the field's place in a visibility's permitted bits, given when the schema is built.
    """

    def __init__(self, binding: Binding, column: str, cell: Cell) -> None:
        self.binding = binding
        self.column = column
        self.cell = cell
        self.bit = 0
        self.coordinate = ""

    def apply(self, field: StrawberryField) -> None:
        """Refuse a field that could be hidden and cannot be null."""
        public = CATALOGUE[self.binding.entity].columns[self.column] is Marker.PUBLIC
        if not public and not isinstance(field.type, StrawberryOptional):
            raise DeniableFieldMustBeNullableError(f"{self.binding.entity}.{self.column}")

    def resolve(self, next_: Callable[..., Any], source: Row, info: strawberry.Info, **arguments: Any) -> Any:
        """The value, or None where this viewer does not have it."""
        operation: Operation = info.context
        if not operation.permitted >> self.bit & 1:
            return None
        if source.masks(self.column):
            operation.masked.add(self.coordinate)
            return None
        return self.cell.read(operation, source)


def declared(column: Column) -> tuple[Entity, str]:
    """The entity and the name of a column, as a table class or a derived column has it."""
    if isinstance(column, Derived):
        return CATALOGUE[column.owner.__tablename__], column.name
    return CATALOGUE[column.property.columns[0].table.name], column.property.columns[0].name


def bound(binding: Binding, column: str, read: Callable[[Operation, Row], Any], *, description: str = "") -> Any:
    """A field that makes something of the row it is on."""
    return _bound(binding, column, Computed(read), description=description)


def _bound(binding: Binding, column: str, cell: Cell, *, description: str = "") -> Any:
    entity = CATALOGUE[binding.entity]
    text = description or entity.description(column)
    return strawberry.field(
        description=f"{text}{seen_by(entity, *binding.columns)}",
        extensions=[Guard(binding, column, cell)],
        metadata={METADATA: binding},
    )


def field_of(column: Column) -> Any:
    """A field that is a column."""
    entity, name = declared(column)
    return _bound(Binding(entity.name, (name,)), name, Value(name))


def money_of(column: Column, *, currency: str = "currency") -> Any:
    """A field that is an amount, with the currency column of the same row."""
    entity, name = declared(column)
    return _bound(Binding(entity.name, (name, currency)), name, Amount(name, currency))


def edge(column: Column, *, description: str = "") -> Any:
    """A field that leads to the row a reference names: null where there is none, or where it is not visible (AC10)."""
    entity, name = declared(column)
    target_name = entity.reference(name)
    if target_name is None:
        raise TypeError(f"{entity.name}.{name} refers to nothing")
    target = CATALOGUE[target_name]
    binding = Binding(entity.name, (name,), leads_to=(target.name,))
    field = _bound(binding, name, Reference(name, target), description=description)
    return typed(field, nullable_entity(target))


def typed(field: Any, annotation: Any) -> Any:
    """The field with a type that is known only here, so that the class need not repeat it."""

    def resolver() -> Any:
        raise AssertionError("the guard answers")

    resolver.__annotations__ = {"return": annotation}
    return field(resolver)


def nullable_entity(entity: Entity) -> Any:
    """The GraphQL type of an entity, nullable, resolved when the schema is built."""
    return entity_named(type_name(entity)) | None
