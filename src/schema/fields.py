"""How the fields of an entity are declared: from the column, which already says what it is and who may see it.

    status: ConversionStatus = field_of(ConversionRow.status)
    payout: Money | None = money_of(ConversionRow.payout)
    program = edge(ConversionRow.program_id)

Each is bound to its columns (so it is in exactly the schemas of those who may see them) and guarded (so that even a
field that should not have been reachable shows nothing, and a masked cell is noted for the answer).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry
from sqlalchemy.orm import InstrumentedAttribute
from strawberry.extensions.field_extension import FieldExtension
from strawberry.types.base import StrawberryOptional
from strawberry.types.field import StrawberryField

from sightline.authz.classes import Marker
from sightline.db.catalogue import Entity
from sightline.db.tables.base import Derived
from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row
from sightline.schema.annotations import entity_named
from sightline.schema.audience import seen_by
from sightline.schema.bindings import METADATA, Binding
from sightline.schema.model import CATALOGUE
from sightline.schema.names import type_name
from sightline.schema.scalars import Money

Column = InstrumentedAttribute[Any] | Derived | Any
Read = Callable[[Operation, Row], Any]


class DeniableFieldMustBeNullableError(TypeError):
    """A field whose column can be hidden is declared non-null: hiding it would take the whole row with it (LK22)."""


class Guard(FieldExtension):
    """The last line: one bit test per cell, and a note of what was masked.

    `bit` is the field's place in a visibility's permitted bits, given when the schema is built.
    """

    def __init__(self, binding: Binding, column: str, read: Read) -> None:
        self.binding = binding
        self.column = column
        self.read = read
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
        return self.read(operation, source)


def declared(column: Column) -> tuple[Entity, str]:
    """The entity and the name of a column, as a table class or a derived column has it."""
    if isinstance(column, Derived):
        return CATALOGUE[column.owner.__tablename__], column.name
    return CATALOGUE[column.property.columns[0].table.name], column.property.columns[0].name


def bound(binding: Binding, column: str, read: Read, *, description: str = "") -> Any:
    """A field that reads cells of the row it is on."""
    entity = CATALOGUE[binding.entity]
    text = description or entity.description(column)
    return strawberry.field(
        description=f"{text}{seen_by(entity, *binding.columns)}",
        extensions=[Guard(binding, column, read)],
        metadata={METADATA: binding},
    )


def field_of(column: Column) -> Any:
    """A field that is a column."""
    entity, name = declared(column)
    return bound(Binding(entity.name, (name,)), name, lambda _, row: row[name])


def money_of(column: Column, *, currency: str = "currency") -> Any:
    """A field that is an amount, with the currency column of the same row."""
    entity, name = declared(column)

    def read(_: Operation, row: Row) -> Money | None:
        amount, code = row[name], row[currency]
        return None if amount is None or code is None else Money(amount=amount, currency=code)

    return bound(Binding(entity.name, (name, currency)), name, read)


def edge(column: Column, *, description: str = "") -> Any:
    """A field that leads to the row a reference names: null where there is none, or where it is not visible (AC10)."""
    entity, name = declared(column)
    target_name = entity.reference(name)
    if target_name is None:
        raise TypeError(f"{entity.name}.{name} refers to nothing")
    target = CATALOGUE[target_name]

    def read(operation: Operation, row: Row) -> Awaitable[Row | None] | None:
        number = row[name]
        if number is None:
            return None
        return operation.row(target.name, Key(number, row.key.account if target.is_fact else 0))

    field = bound(Binding(entity.name, (name,), leads_to=(target.name,)), name, read, description=description)
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
