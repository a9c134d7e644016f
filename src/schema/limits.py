"""What a document may ask for, decided before anything runs.

Cheapest first: tokens while parsing; then its shape, before validation (which is quadratic in what repeats); then its
price, when the variables are known. Each is one walk that is linear in the document: fragments are measured once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from sightline.resolvers.connections import LARGEST_PAGE
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.reports.requests import MOST_ROWS

MOST_TOKENS = 2_000
MOST_FIELDS = 500
DEEPEST = 12
DEEPEST_INTROSPECTION = 15
MOST_ALIASES = 30
MOST_REPEATS = 100
MOST_ROOT_FIELDS = 20
MOST_DIRECTIVES = 50
MOST_DIRECTIVES_OF_ONE = 10
MOST_OBJECTS = 10_000
REPORT_PAGE = 100
REPORT_PRICE = 1_000

Fragments = Mapping[str, FragmentDefinitionNode]


class CostExceededError(BadInputError):
    """The document asks for too much at once."""

    code = "COST_EXCEEDED"


def check_shape(document: DocumentNode) -> None:
    """Refuse a document that is too deep, too wide or too repetitive. Raises BadInputError."""
    fragments = _fragments(document)
    walk = _Shapes(fragments)
    total = Shape()
    for operation in _operations(document):
        roots = _flattened(operation.selection_set, fragments)
        introspects = any(root.name.value in ("__schema", "__type") for root in roots)
        shape = walk.selection(operation.selection_set)
        _refuse(shape.depth, DEEPEST_INTROSPECTION if introspects else DEEPEST, "levels of depth")
        _refuse(len(roots), MOST_ROOT_FIELDS, "fields at the root")
        total = total.beside(shape)
    _refuse(total.aliases, MOST_ALIASES, "aliases")
    _refuse(total.fields, MOST_FIELDS, "fields")
    _refuse(total.repeats, MOST_REPEATS, "repeated fields")
    _refuse(total.directives, MOST_DIRECTIVES, "directives")


def check_price(document: DocumentNode, operation_name: str | None, variables: Mapping[str, Any]) -> None:
    """Refuse an operation that may return too many objects, or pages that are too large.

    An object is 1, a connection its page size times what stands below it, a look-up the number of its ids, a report
    1,000 and its page size times what stands below it. Raises BadInputError, or CostExceededError for the price.
    """
    for operation in _operations(document):
        if operation_name is None or (operation.name and operation.name.value == operation_name):
            walk = _Prices(_fragments(document), {**_defaults(operation), **variables})
            objects = walk.selection(operation.selection_set)
            if objects > MOST_OBJECTS:
                raise CostExceededError(f"This asks for up to {objects} objects; the most is {MOST_OBJECTS}.")


def mutations_of(document: DocumentNode) -> set[str]:
    """The names of the mutations that a document's operations make."""
    fragments = _fragments(document)
    return {
        field.name.value
        for each in _operations(document)
        if each.operation is OperationType.MUTATION
        for field in _flattened(each.selection_set, fragments)
    }


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]


def _fragments(document: DocumentNode) -> Fragments:
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}


def _refuse(found: int, most: int, what: str) -> None:
    if found > most:
        has = f"this one has {found}" if found < 1_000_000 else "this one has far more"
        raise BadInputError(f"A query has at most {most} {what}; {has}.")


def _flattened(selection_set: SelectionSetNode, fragments: Fragments) -> list[FieldNode]:
    """The fields of a selection, those in its fragments included, each fragment once."""
    fields: list[FieldNode] = []
    waiting: list[SelectionNode] = list(selection_set.selections)
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, FieldNode):
            fields.append(node)
        elif isinstance(node, InlineFragmentNode):
            waiting += node.selection_set.selections
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            if node.name.value in fragments:
                waiting += fragments[node.name.value].selection_set.selections
    return fields


@dataclass(frozen=True, slots=True)
class Shape:
    """What a selection amounts to."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    repeats: int = 0
    directives: int = 0

    def beside(self, other: Shape) -> Shape:
        """The two next to each other."""
        return Shape(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.repeats + other.repeats,
            self.directives + other.directives,
        )


@dataclass(slots=True)
class _Shapes:
    fragments: Fragments
    measured: dict[str, Shape] = field(default_factory=dict)

    def selection(self, selection_set: SelectionSetNode) -> Shape:
        names = Counter((each.alias or each.name).value for each in _flattened(selection_set, self.fragments))
        total = Shape(repeats=sum(names.values()) - len(names))
        for node in selection_set.selections:
            directives = len(node.directives or ())
            _refuse(directives, MOST_DIRECTIVES_OF_ONE, "directives at one place")
            total = total.beside(self.node(node)).beside(Shape(directives=directives))
        return total

    def node(self, node: SelectionNode) -> Shape:
        if isinstance(node, FieldNode):
            inner = self.selection(node.selection_set) if node.selection_set else Shape()
            own = Shape(depth=inner.depth + 1, fields=1, aliases=1 if node.alias else 0)
            return own.beside(inner)
        if isinstance(node, InlineFragmentNode):
            return self.selection(node.selection_set)
        return self.fragment(node.name.value) if isinstance(node, FragmentSpreadNode) else Shape()

    def fragment(self, name: str) -> Shape:
        if name not in self.measured:
            self.measured[name] = Shape()  # a fragment that contains itself is refused by validation
            found = self.fragments.get(name)
            if found is not None:
                self.measured[name] = self.selection(found.selection_set)
        return self.measured[name]


@dataclass(slots=True)
class _Prices:
    fragments: Fragments
    variables: Mapping[str, Any]
    measured: dict[str, int] = field(default_factory=dict)

    def selection(self, selection_set: SelectionSetNode) -> int:
        return sum(self.node(node) for node in selection_set.selections)

    def node(self, node: SelectionNode) -> int:
        if isinstance(node, FieldNode) and node.name.value == "report":
            return self.report(node)
        if isinstance(node, FieldNode):
            return (1 + self.selection(node.selection_set)) * self.rows(node) if node.selection_set else 0
        if isinstance(node, InlineFragmentNode):
            return self.selection(node.selection_set)
        return self.fragment(node.name.value) if isinstance(node, FragmentSpreadNode) else 0

    def fragment(self, name: str) -> int:
        if name not in self.measured:
            self.measured[name] = 0
            found = self.fragments.get(name)
            if found is not None:
                self.measured[name] = self.selection(found.selection_set)
        return self.measured[name]

    def report(self, node: FieldNode) -> int:
        """A report runs statements over many facts, and has as many `rows` as the `first` of its input says."""
        size = REPORT_PAGE
        for argument in node.arguments or ():
            value: Any = argument.value
            if isinstance(value, VariableNode):
                given = self.variables.get(value.name.value)
                asked = given.get("first") if isinstance(given, dict) else None
                size = asked if isinstance(asked, int) and not isinstance(asked, bool) else size
            elif isinstance(value, ObjectValueNode):
                asked = next((each for each in value.fields if each.name.value == "first"), None)
                size = (self.size(asked) or size) if asked is not None else size
        return REPORT_PRICE + self.below_report(node, min(max(size, 1), MOST_ROWS))

    def below_report(self, node: FieldNode, size: int) -> int:
        """What stands below a report, or below its comparison: of everything one, of rows as many as there are."""
        if node.selection_set is None:
            return 0
        price = 0
        for each in _flattened(node.selection_set, self.fragments):
            below = self.below_report(each, size) if each.name.value == "compare" else self.node(each)
            price += below * size if each.name.value == "rows" else below
        return price

    def rows(self, node: FieldNode) -> int:
        """How many rows a field can have: what `first` or `last` asks for, or how many `ids` are given."""
        for argument in node.arguments or ():
            if argument.name.value == "ids":
                return self.length(argument)
            if argument.name.value in ("first", "last"):
                size = self.size(argument)
                if size is not None and not 1 <= size <= LARGEST_PAGE:
                    raise BadInputError(f"A page has 1 to {LARGEST_PAGE} rows: ask for that many with first or last.")
                if size is not None:
                    return size
        return 1

    def size(self, argument: ArgumentNode | ObjectFieldNode) -> int | None:
        """The whole number an argument is, None where it is none; 100.0 is one to GraphQL."""
        value: Any = argument.value
        if isinstance(value, IntValueNode):
            return int(value.value) if len(value.value) < 9 else LARGEST_PAGE + 1
        given = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
        if isinstance(given, bool) or not isinstance(given, int | float):
            return None
        return int(given) if given == given // 1 else None

    def length(self, argument: ArgumentNode) -> int:
        value: Any = argument.value
        if isinstance(value, ListValueNode):
            return len(value.values)
        given = self.variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return len(given) if isinstance(given, list) else 1


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        each.variable.name.value: int(each.default_value.value)
        for each in operation.variable_definitions or ()
        if isinstance(each.default_value, IntValueNode) and len(each.default_value.value) < 9
    }
