"""Documents made of everything a schema offers, and where in them another schema has nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    SourceLocation,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_location,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    parse,
    print_ast,
    visit,
)
from graphql.language import Source

ROOTS_AT_ONCE = 6  # keeps a document below the limits of tokens, objects and root fields
PAGE = 5

Composite = GraphQLObjectType | GraphQLInterfaceType


def root_connections(schema: GraphQLSchema) -> tuple[str, ...]:
    """The fields of the query root that are connections, in the order of the schema."""
    assert schema.query_type is not None
    return tuple(name for name, found in schema.query_type.fields.items() if _is_connection(found.type))


def has_global_ids(schema: GraphQLSchema, name: str) -> bool:
    """Whether the rows of a root connection can be looked up again."""
    return "id" in _rows_of(schema, name).fields


@cache
def everything(schema: GraphQLSchema) -> tuple[str, ...]:
    """Documents that ask for every root connection with all leaf fields of its rows, and for the viewer."""
    assert schema.query_type is not None
    pieces = [_root(schema, name) for name in root_connections(schema)]
    viewer = schema.query_type.fields["viewer"].type
    pieces.append(f"viewer {_leaves(get_named_type(viewer))}")
    return tuple(_document(pieces[start : start + ROOTS_AT_ONCE]) for start in range(0, len(pieces), ROOTS_AT_ONCE))


def hidden_places(document: str, whole: GraphQLSchema, part: GraphQLSchema) -> frozenset[tuple[int, int]]:
    """Where a document of `whole` names a field that `part` does not have: (line, column) of the outermost ones."""
    finder = _Hidden(TypeInfo(whole), part, Source(document))
    visit(parse(document), TypeInfoVisitor(finder.info, finder))
    return frozenset((place.line, place.column) for place in finder.places)


def _document(pieces: list[str]) -> str:
    # As clients print it: places of errors are places in what was sent.
    return print_ast(parse("query Everything {\n" + "\n".join(pieces) + "\n}"))


def _root(schema: GraphQLSchema, name: str) -> str:
    node = _rows_of(schema, name)
    page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    return f"{name}(first: {PAGE}) {{\ntotalCount {page}\nedges {{ cursor node {_leaves(node)} }} }}"


def _rows_of(schema: GraphQLSchema, name: str) -> Composite:
    assert schema.query_type is not None
    connection = get_named_type(schema.query_type.fields[name].type)
    assert isinstance(connection, GraphQLObjectType)
    node = get_named_type(connection.fields["nodes"].type)
    assert isinstance(node, Composite)
    return node


def _leaves(type_: Any) -> str:
    """A selection of all fields without required arguments that hold values; rows referred to by their ids."""
    assert isinstance(type_, Composite)
    return "{\n" + "\n".join(_selected(type_)) + "\n}"


def _selected(type_: Composite) -> Iterator[str]:
    for name, found in type_.fields.items():
        inner = get_named_type(found.type)
        if any(is_required_argument(argument) for argument in found.args.values()) or _is_connection(inner):
            continue
        if is_leaf_type(inner):
            yield name
        elif isinstance(inner, Composite):
            yield f"{name} {{ id }}" if "id" in inner.fields else f"{name} {_leaves(inner)}"


def _is_connection(type_: Any) -> bool:
    return str(get_named_type(type_)).endswith("Connection")


@dataclass(eq=False)
class _Hidden(Visitor):
    info: TypeInfo
    part: GraphQLSchema
    source: Source
    places: list[SourceLocation] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        parent = self.info.get_parent_type()
        assert parent is not None
        known = self.part.get_type(parent.name)
        if isinstance(known, Composite) and (node.name.value in known.fields or node.name.value == "__typename"):
            return None
        assert node.loc is not None
        self.places.append(get_location(self.source, node.loc.start))
        return False
