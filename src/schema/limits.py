"""What a document may ask for, decided before anything runs.

Cheapest first: tokens while parsing, then one walk over the document that is linear in its size (fragments are measured
once). The price of an object is 1 and that of a connection its page size times what stands below it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

from sightline.resolvers.connections import LARGEST_PAGE
from sightline.resolvers.errors import BadInputError

MOST_TOKENS = 2_000
DEEPEST = 12
DEEPEST_INTROSPECTION = 15
MOST_ALIASES = 30
MOST_ROOT_FIELDS = 20
MOST_DIRECTIVES = 50
MOST_OBJECTS = 10_000


class CostExceededError(BadInputError):
    """The document asks for too much at once."""

    code = "COST_EXCEEDED"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a selection amounts to."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0
    objects: int = 0

    def beside(self, other: Measure) -> Measure:
        """The two next to each other."""
        return Measure(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.objects + other.objects,
        )


def check_limits(document: DocumentNode, operation_name: str | None, variables: Mapping[str, Any]) -> None:
    """Refuse an operation that asks for too much. Raises BadInputError, or CostExceededError for its price."""
    operation = next(
        (
            definition
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
            and (operation_name is None or (definition.name and definition.name.value == operation_name))
        ),
        None,
    )
    if operation is None:
        return  # graphql-core says what is wrong
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    walk = _Walk(fragments, {**_defaults(operation), **variables})
    introspects = any(
        isinstance(each, FieldNode) and each.name.value in ("__schema", "__type")
        for each in operation.selection_set.selections
    )
    measure = walk.selection(operation.selection_set)
    _refuse(measure.depth, DEEPEST_INTROSPECTION if introspects else DEEPEST, "levels of fields")
    _refuse(measure.aliases, MOST_ALIASES, "aliases")
    _refuse(len(operation.selection_set.selections), MOST_ROOT_FIELDS, "fields at the root")
    _refuse(measure.directives, MOST_DIRECTIVES, "directives")
    if measure.objects > MOST_OBJECTS:
        raise CostExceededError(f"This asks for up to {measure.objects} objects; the most is {MOST_OBJECTS}.")


def _refuse(found: int, most: int, what: str) -> None:
    if found > most:
        raise BadInputError(f"A query has at most {most} {what}; this one has {found}.")


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        each.variable.name.value: int(each.default_value.value)
        for each in operation.variable_definitions or ()
        if isinstance(each.default_value, IntValueNode)
    }


@dataclass(slots=True)
class _Walk:
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    measured: dict[str, Measure] = field(default_factory=dict)

    def selection(self, selection_set: SelectionSetNode) -> Measure:
        total = Measure()
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                total = total.beside(self.field(node))
            elif isinstance(node, InlineFragmentNode):
                total = total.beside(self.selection(node.selection_set))
            elif isinstance(node, FragmentSpreadNode):
                total = total.beside(self.fragment(node.name.value))
            total = total.beside(Measure(directives=len(node.directives or ())))
        return total

    def fragment(self, name: str) -> Measure:
        if name not in self.measured:
            self.measured[name] = Measure()  # a fragment that contains itself is refused by validation
            found = self.fragments.get(name)
            if found is not None:
                self.measured[name] = self.selection(found.selection_set)
        return self.measured[name]

    def field(self, node: FieldNode) -> Measure:
        inner = self.selection(node.selection_set) if node.selection_set else Measure()
        objects = 1 + inner.objects if node.selection_set else 0
        return Measure(
            inner.depth + 1,
            inner.aliases + (1 if node.alias else 0),
            inner.directives,
            objects * self.page(node),
        )

    def page(self, node: FieldNode) -> int:
        """How many rows a field can have: what its `first` or `last` asks for."""
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                value = argument.value
                size: Any = None
                if isinstance(value, IntValueNode):
                    size = int(value.value) if len(value.value) < 9 else LARGEST_PAGE + 1
                elif isinstance(value, VariableNode):
                    size = self.variables.get(value.name.value)
                if isinstance(size, int) and not 1 <= size <= LARGEST_PAGE:
                    raise BadInputError(f"A page has 1 to {LARGEST_PAGE} rows: ask for that many with first or last.")
                if isinstance(size, int):
                    return size
        return 1
