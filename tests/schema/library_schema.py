"""A small schema of books, in which everything that can be filtered occurs: hand-made, and known by heart."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Annotated, Any

import strawberry
from graphql import ExecutionResult, GraphQLSchema, execute, parse, validate

from sightline.schema.filtered import Exists, filter_schema
from sightline.schema.quiet import QuietExecutor
from sightline.schema.structure import Structure


@strawberry.enum
class Shelf(Enum):
    FICTION = "f"
    SECRET = "s"


@strawberry.enum
class Colour(Enum):
    RED = "r"


@strawberry.interface
class Item:
    id: int
    shelf: Shelf = Shelf.FICTION


@strawberry.type
class Book(Item):
    pages: int = 100


@strawberry.type
class Price:
    amount: int = 5


@strawberry.type
class Map(Item):
    scale: int = 25
    price: Price = strawberry.field(default_factory=Price)


@strawberry.type
class Leaflet:
    colour: Colour = Colour.RED


Found = Annotated[Book | Map | Leaflet, strawberry.union("Found")]


@strawberry.input
class Wish:
    title: str | None = None
    price: int | None = None


@strawberry.input
class Order:
    shelf: Shelf
    copies: int = 1


@strawberry.input(one_of=True)
class Key:
    id: strawberry.Maybe[int]
    name: strawberry.Maybe[str]


@strawberry.type
class Query:
    book: Book = strawberry.field(default_factory=lambda: Book(id=1))

    @strawberry.field
    def item(self, kind: str) -> Item:
        """Something on a shelf."""
        return Map(id=2) if kind == "map" else Book(id=1)

    @strawberry.field
    def found(self, kind: str = "book") -> Found:
        """A book, a map or a leaflet."""
        if kind == "leaflet":
            return Leaflet()
        return Map(id=2) if kind == "map" else Book(id=1)

    @strawberry.field
    def shelf_is_a_member(self, shelf: Shelf | None = None, wish: Wish | None = None) -> str:
        """What the resolver is given."""
        return f"{shelf!r} {wish!r}"

    @strawberry.field
    def ordered(self, order: Order) -> str:
        """Takes an argument that must be given."""
        return f"{order.shelf!r} x {order.copies}"

    @strawberry.field
    def keyed(self, key: Key) -> int:
        """Takes one of two keys."""
        return 1 if key.id is not None else 2


def library() -> strawberry.Schema:
    """The whole schema."""
    return strawberry.Schema(query=Query, types=[Book, Map], execution_context_class=QuietExecutor)


def without(*hidden: str, also: Exists = lambda _: True) -> GraphQLSchema:
    """The schema without these coordinates."""
    schema = library()
    filtered = filter_schema(
        Structure.of(schema._schema), lambda coordinate: coordinate not in hidden and also(coordinate)
    )
    filtered._strawberry_schema = schema  # type: ignore[attr-defined]
    return filtered


def run(schema: GraphQLSchema, query: str, **variables: Any) -> ExecutionResult:
    """The result of a valid document."""
    document = parse(query)
    errors = validate(schema, document, hide_suggestions=True)
    assert not errors, errors
    result = execute(schema, document, root_value=Query(), variable_values=variables, executor_class=QuietExecutor)
    assert isinstance(result, ExecutionResult)
    return result


def messages(schema: GraphQLSchema, query: str) -> list[str]:
    """What validation says of a document."""
    return [error.message for error in validate(schema, parse(query), hide_suggestions=True)]


def members(schema: GraphQLSchema, name: str) -> Iterable[str]:
    """The members of a type, in order."""
    type_: Any = schema.type_map[name]
    return list(getattr(type_, "fields", None) or getattr(type_, "values", None) or map(str, type_.types))
