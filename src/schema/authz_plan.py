"""What a document's coordinates are to the viewer, known before it runs: permitted, conditional or not there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

import strawberry
from graphql import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    ObjectFieldNode,
    TypeInfo,
    Visitor,
    get_named_type,
    parse,
)
from graphql.language import FragmentDefinitionNode

from sightline.authz.classes import FieldClass
from sightline.authz.explaining import asked_of
from sightline.authz.paths import PathKind
from sightline.authz.visibility import Conditional, Visibility
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.explaining import Outcome
from sightline.resolvers.operation import Operation
from sightline.schema.bindings import Binding, open_field
from sightline.schema.explaining import needed_by
from sightline.schema.limits import MOST_TOKENS, check_length, check_shape
from sightline.schema.model import CATALOGUE
from sightline.schema.walking import walk


@strawberry.type(description="What access of one kind is asked for, to show a coordinate.")
class PathAsks:
    """One of the viewer's kinds of path that show the coordinate on some row."""

    kind: PathKind = open_field("The kind of path.")
    asks: str = open_field("Which rows it reaches, and what it must hold there, in words.")


@strawberry.type(description="A coordinate that a document asks for, and what it is to you.")
class PlannedCoordinate:
    """One coordinate."""

    coordinate: str = open_field("The coordinate: a type, or a type and its member with a point between.")
    outcome: Outcome = open_field("What is decided before any row is read: SHOWN, CONDITIONAL or HIDDEN.")
    needs: list[str] = open_field("The classes of information it takes, all of them.")
    asks: list[PathAsks] = open_field(
        "By which of your paths, and where; empty for what is hidden, or the same for all."
    )


@strawberry.type(description="What a document asks for, and what of it there is for you.")
class AuthzPlan:
    """Of one document."""

    coordinates: list[PlannedCoordinate] = open_field("Every coordinate once, in the order of the document.")


class _Coordinates(Visitor):
    """Collects the coordinates of a document; below one that the schema lacks nothing is known."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.found: dict[str, bool] = {}

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self.info.get_parent_type()
        if parent is not None and not node.name.value.startswith("__"):
            self._note(f"{parent.name}.{node.name.value}", there=self.info.get_field_def() is not None)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        parent = get_named_type(self.info.get_parent_input_type())
        fields = getattr(parent, "fields", None)
        if parent is not None and fields is not None:
            self._note(f"{parent.name}.{node.name.value}", there=node.name.value in fields)

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        type_ = get_named_type(self.info.get_input_type())
        values = getattr(type_, "values", None)
        if type_ is not None and values is not None:
            self._note(f"{type_.name}.{node.value}", there=node.value in values)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        if node.type_condition is not None:
            self._of_type(node.type_condition.name.value)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> None:
        self._of_type(node.type_condition.name.value)

    def _of_type(self, name: str) -> None:
        if name not in self.info._schema.type_map:
            self._note(name, there=False)

    def _note(self, coordinate: str, *, there: bool) -> None:
        self.found.setdefault(coordinate, there)


def _parsed(text: str) -> DocumentNode:
    check_length(text)
    try:
        document = parse(text, max_lexical_tokens=MOST_TOKENS)
    except GraphQLError as error:
        raise BadInputError(error.message) from error
    check_shape(document)
    return document


def _planned(visibility: Visibility, coordinate: str, binding: Any) -> PlannedCoordinate:
    classes = needed_by(binding) if isinstance(binding, Binding) else frozenset[FieldClass]()
    conditional = classes and isinstance(visibility.decide_classes(binding.entity, classes), Conditional)
    return PlannedCoordinate(
        coordinate=coordinate,
        outcome=Outcome.CONDITIONAL if conditional else Outcome.SHOWN,
        needs=sorted(map(str, classes)),
        asks=_asks(visibility, binding.entity, classes) if classes else [],
    )


def _asks(visibility: Visibility, entity: str, classes: Collection[FieldClass]) -> list[PathAsks]:
    kinds = dict.fromkeys(shape.kind for shape in visibility.shapes)
    said = ((kind, asked_of(CATALOGUE.model, kind, entity, classes)) for kind in kinds)
    return [PathAsks(kind=kind, asks=text) for kind, text in said if text]


def _authz_plan(
    info: strawberry.Info,
    document: Annotated[str, strawberry.argument(description="A GraphQL document. It is not run.")],
) -> AuthzPlan:
    operation: Operation = info.context
    view: Any = info.schema
    types = TypeInfo(view._schema)
    collected = _Coordinates(types)
    walk(_parsed(document), collected, types)
    return AuthzPlan(
        coordinates=[
            _planned(operation.visibility, coordinate, view.bindings.get(coordinate))
            if there
            else PlannedCoordinate(coordinate=coordinate, outcome=Outcome.HIDDEN, needs=[], asks=[])
            for coordinate, there in collected.found.items()
        ]
    )


authz_plan_field = open_field(
    "What you would be shown of what a document asks for, decided from your rights alone: no row is read.",
    resolver=_authz_plan,
)
