"""`Node`, and how a table becomes a GraphQL type."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final, TypeVar

import strawberry

from sightline.db.tables.base import Row as TableRow
from sightline.resolvers.rows import Row
from sightline.schema.bindings import open_field
from sightline.schema.model import CATALOGUE
from sightline.schema.names import type_name

Declared = TypeVar("Declared", bound=type)

LOOKED_UP: Final = "sightline.looked_up"
"""In the metadata of the field that leads to the row of its argument `id`."""


@strawberry.interface(description="Something with a global id.")
class Node:
    """A row that can be looked up by its global id."""

    id: strawberry.ID = open_field("Its global id: opaque, and the same wherever the row appears.")

    @classmethod
    def resolve_type(cls, value: Row, _info: object, _type: object) -> str:
        """The GraphQL type of a row."""
        return type_name(CATALOGUE[value.entity])


def entity_type(table: type[TableRow]) -> Callable[[Declared], Declared]:
    """Make a class the GraphQL type of a table. Its docstring is the type's description."""
    entity = CATALOGUE[table.__tablename__]

    def decorate(declared: Declared) -> Declared:
        def is_type_of(_cls: type, value: Any, _info: object) -> bool:
            return isinstance(value, Row) and value.entity == entity.name

        declared.is_type_of = classmethod(is_type_of)  # type: ignore[attr-defined]
        return strawberry.type(declared, name=type_name(entity), description=inspect.getdoc(declared))

    return decorate
