"""Annotations put together at start, for types that are made from the tables."""

from __future__ import annotations

from types import GenericAlias
from typing import Annotated, Any

import strawberry

ENTITIES = "sightline.schema.entities"


def list_of(item: Any) -> Any:
    """`list[item]` for a type that is known only at start."""
    return GenericAlias(list, (item,))


def entity_named(name: str) -> Any:
    """The GraphQL type of an entity, looked up when the schema is built: types lead to each other."""
    return Annotated[name, strawberry.lazy(ENTITIES)]
