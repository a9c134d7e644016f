"""What an operation costs: beforehand by its document and variables, afterwards by what it was answered.

An object costs 1 and a scalar nothing. A connection costs its page size times what each of its rows costs, at least 1
each; a `totalCount` 10, a look-up what each of its ids costs (1 where only their versions are asked for), a look at the
schema 1,000. A report costs 1,000 with what its rows cost, an explanation 100, and to ask who can see something, what a
change would open, or what is found in the policy, 1,000. Neither figure is moved by a row that is not visible: the one
is known before any row is read, the other is counted in the answer (LK26).

Filters cost nothing, but a statement is written for each: so an operation has only so many tests in all its filters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
)

from sightline.resolvers.connections import LARGEST_PAGE
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.reports.requests import MOST_ROWS, ROWS_OF_A_REPORT
from sightline.schema.selections import Fragments, flattened, fragments_of, operation_named

MOST_COST = 10_000
MOST_TESTS = 200
COST_OF_OBJECT = 1
COST_OF_TOTAL_COUNT = 10
COST_OF_INTROSPECTION = 1_000
COST_OF_REPORT = 1_000
COST_OF_EXPLANATION = 100
COST_OF_ONLOOKERS = 1_000
COST_OF_EXPOSURE = 1_000
COST_OF_LINT = 1_000

_INTROSPECTION: Final = frozenset({"__schema", "__type"})
_SIZES: Final = frozenset({"first", "last"})
_ROWS: Final = frozenset({"nodes", "edges", "rows"})
_FILTER: Final = "where"
_IDS: Final = "ids"
_REPORT: Final = "report"
_MADE: Final = {
    _REPORT: COST_OF_REPORT,
    "explainAccess": COST_OF_EXPLANATION,
    "authzPlan": COST_OF_EXPLANATION,
    "whoCanSee": COST_OF_ONLOOKERS,
    "exposure": COST_OF_EXPOSURE,
    "policyLint": COST_OF_LINT,
}
_NO_VALUES: Final = (dict, list, ObjectValueNode, VariableNode)
_COMPARISON: Final = "compare"  # of a report: it has as many rows as that


class CostExceededError(BadInputError):
    """The document asks for too much at once."""

    code = "COST_EXCEEDED"


class Costs:
    """What one operation of a document costs. What the document alone decides is found once."""

    def __init__(self, document: DocumentNode, operation_name: str | None) -> None:
        self._operation = operation_named(document, operation_name)
        self._fragments = fragments_of(document)
        self._defaults = _defaults(self._operation)
        self._cells: Mapping[str, _Cell] | None = None
        self._fixed: int | None = None

    def requested(self, variables: Mapping[str, Any]) -> int:
        """The most that it can cost. Linear in the document, which may be one that was never measured.

        Raises BadInputError for a page that is too large, CostExceededError for a cost of more than 10,000 and for more
        than 200 tests in filters.
        """
        if self._fixed is not None:
            return self._fixed
        walk = _Requested(self._fragments, {**self._defaults, **variables})
        cost = walk.selection(self._operation.selection_set).whole
        if walk.tests > MOST_TESTS:
            raise CostExceededError(
                f"The filters of an operation have at most {MOST_TESTS} tests together; these have {walk.tests}: "
                "ask for fewer at once, and for many values of one field with in."
            )
        if cost > MOST_COST:
            raise CostExceededError(f"This may cost {cost}; the most is {MOST_COST}: ask for fewer or smaller pages.")
        if not walk.varies:
            self._fixed = cost
        return cost

    def actual(self, data: Mapping[str, Any] | None) -> int:
        """What it has cost by its answer: objects that are null, or were not there, are not counted."""
        if self._cells is None:
            self._cells = _cells([self._operation.selection_set], self._fragments)
        return _counted(self._cells, [data]) if data else 0


@dataclass(frozen=True, slots=True)
class _Cost:
    """Of a selection: what counts for each row where it is a connection's, and what counts once."""

    each: int = 0
    once: int = 0

    @property
    def whole(self) -> int:
        """Of a selection that is no connection's."""
        return self.each + self.once

    def __add__(self, other: _Cost) -> _Cost:
        return _Cost(self.each + other.each, self.once + other.once)


@dataclass(slots=True)
class _Requested:
    fragments: Fragments
    variables: Mapping[str, Any]
    measured: dict[str, _Cost] = field(default_factory=dict)
    tested: dict[str, int] = field(default_factory=dict)
    tests: int = 0
    varies: bool = False

    def selection(self, selection_set: SelectionSetNode) -> _Cost:
        return sum(map(self.node, selection_set.selections), _Cost())

    def node(self, node: SelectionNode) -> _Cost:
        if isinstance(node, FieldNode):
            if node.name.value == _COMPARISON and node.selection_set is not None:
                return self.selection(node.selection_set) + _Cost(once=COST_OF_OBJECT)
            cost = self.field(node)
            return _Cost(each=cost) if node.name.value in _ROWS else _Cost(once=cost)
        if isinstance(node, InlineFragmentNode):
            return self.selection(node.selection_set)
        return self.fragment(node.name.value) if isinstance(node, FragmentSpreadNode) else _Cost()

    def fragment(self, name: str) -> _Cost:
        if name in self.measured:
            self.tests += self.tested[name]
            return self.measured[name]
        self.measured[name], self.tested[name], before = _Cost(), 0, self.tests
        found = self.fragments.get(name)
        if found is not None:
            self.measured[name] = self.selection(found.selection_set)
        self.tested[name] = self.tests - before
        return self.measured[name]

    def field(self, node: FieldNode) -> int:
        if node.selection_set is None or node.name.value in _INTROSPECTION:
            return _flat(node) + sum(COST_OF_OBJECT * self.length(each) for each in _ids_of(node))
        below, made = self.selection(node.selection_set), _MADE.get(node.name.value, 0)
        for argument in node.arguments or ():
            if argument.name.value == _FILTER:
                self.tests += self.tests_of(argument.value)
        if node.name.value == _REPORT:
            return made + self.rows_of_report(node) * below.each + below.once
        for argument in node.arguments or ():
            if argument.name.value == _IDS:
                return (COST_OF_OBJECT + below.whole) * self.length(argument)
            size = self.size(argument) if argument.name.value in _SIZES else None
            if size is not None:
                if not 1 <= size <= LARGEST_PAGE:
                    raise BadInputError(f"A page has 1 to {LARGEST_PAGE} rows: ask for that many with first or last.")
                return size * max(below.each, COST_OF_OBJECT) + below.once
        return (made or COST_OF_OBJECT) + below.whole

    def rows_of_report(self, node: FieldNode) -> int:
        """How many rows a report may have: what the `first` of its input says."""
        size: int | None = None
        for argument in node.arguments or ():
            value = self.value(argument.value)
            if isinstance(value, ObjectValueNode):
                asked = next((each for each in value.fields if each.name.value == "first"), None)
                size = None if asked is None else self.size(asked)
            elif isinstance(value, dict):
                size = _whole(value.get("first"))
        return min(max(ROWS_OF_A_REPORT if size is None else size, 1), MOST_ROWS)

    def size(self, argument: ArgumentNode | ObjectFieldNode) -> int | None:
        """The whole number an argument is, None where it is none; 100.0 is one to GraphQL."""
        value = self.value(argument.value)
        if isinstance(value, IntValueNode):
            return int(value.value) if len(value.value) < 9 else LARGEST_PAGE + 1
        return _whole(value)

    def length(self, argument: ArgumentNode) -> int:
        value = self.value(argument.value)
        if isinstance(value, ListValueNode):
            return len(value.values)
        return len(value) if isinstance(value, list) else 1

    def tests_of(self, filter_: Any) -> int:
        """How many tests there are in a filter, as a literal or as the value of a variable; a list of values is one."""
        waiting, found = [filter_], 0
        while waiting:
            match self.value(waiting.pop()):
                case ObjectValueNode(fields=fields):
                    waiting += (each.value for each in fields)
                case dict() as given:
                    waiting += given.values()
                case ListValueNode(values=values) | list(values):
                    further = [each for each in values if isinstance(each, _NO_VALUES)]
                    waiting += further
                    found += not further
                case _:
                    found += 1
        return found

    def value(self, given: Any) -> Any:
        """The same, or of a variable what it is given, else its default as it is written.

        From a variable on the cost is that of these variables alone.
        """
        if not isinstance(given, VariableNode):
            return given
        self.varies = True
        return self.variables.get(given.name.value)


def _whole(given: Any) -> int | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    return int(given) if given == given // 1 else None


def _defaults(operation: OperationDefinitionNode) -> dict[str, ValueNode | None]:
    """The default values of variables, as they are written."""
    return {each.variable.name.value: each.default_value for each in operation.variable_definitions or ()}


@dataclass(frozen=True, slots=True)
class _Cell:
    """What a key of the answer costs where it is there: its own cost, and what stands below it.

    Rows cost that each. Any other list is one object, as it is when it is asked for.
    """

    cost: int
    below: Mapping[str, _Cell] | None = None
    rows: bool = False


def _cells(selection_sets: Iterable[SelectionSetNode], fragments: Fragments) -> Mapping[str, _Cell]:
    """The keys of an object of the answer that cost anything. Fields under one key are one, as in the answer."""
    together: dict[str, list[FieldNode]] = {}
    for node in flattened(selection_sets, fragments):
        together.setdefault((node.alias or node.name).value, []).append(node)
    cells: dict[str, _Cell] = {}
    for key, nodes in together.items():
        below = [node.selection_set for node in nodes if node.selection_set is not None]
        if not below or nodes[0].name.value in _INTROSPECTION:
            cells[key] = _Cell(_flat(nodes[0]) + COST_OF_OBJECT * len(_ids_of(nodes[0])))
        else:
            sized = any(argument.name.value in _SIZES for argument in nodes[0].arguments or ())
            cost = _MADE.get(nodes[0].name.value, 0 if sized else COST_OF_OBJECT)
            cells[key] = _Cell(cost, _cells(below, fragments), nodes[0].name.value in _ROWS)
    return {key: cell for key, cell in cells.items() if cell.cost or cell.below}


def _counted(cells: Mapping[str, _Cell], objects: Sequence[Mapping[str, Any]]) -> int:
    """Of the objects of a level, all together."""
    cost = 0
    for key, cell in cells.items():
        values = [value for each in objects if (value := each.get(key)) is not None]
        if cell.below is None:
            # A list is as much as what was found of it.
            cost += cell.cost * sum(
                len(value) - value.count(None) if isinstance(value, list) else 1 for value in values
            )
            continue
        below: list[Any] = []
        for value in values:
            below += [value] if not isinstance(value, list) else value if cell.rows else value[:1]
        there = [each for each in below if isinstance(each, dict)]
        cost += cell.cost * len(there)
        if there:
            cost += _counted(cell.below, there)
    return cost


def _ids_of(node: FieldNode) -> list[ArgumentNode]:
    """The ids that a field looks up, none where it has no such argument."""
    return [argument for argument in node.arguments or () if argument.name.value == _IDS]


def _flat(node: FieldNode) -> int:
    """The cost of a field by its name alone."""
    if node.name.value in _INTROSPECTION:
        return COST_OF_INTROSPECTION
    return COST_OF_TOTAL_COUNT if node.name.value == "totalCount" else 0
