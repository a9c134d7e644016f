"""What a viewer may ask of one entity, as data: filters, order, a page's bounds.

A query splits into a *shape* (operators, columns, directions: decides the SQL text, so statements are compiled once per
shape) and *values* (parameters). Every column named here is a column of the authorised view.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sightline.authz.paths import PathKind


class Operator(StrEnum):
    """The operators of a filter. All but `isNull` are NULL, hence never true, on a NULL or masked cell.

    An empty list is compared with nothing: `in` is then false and `notIn` true, whatever the cell.
    """

    EQ = "eq"
    IN = "in"
    NOT_IN = "notIn"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    IS_NULL = "isNull"
    STARTS_WITH = "startsWith"


class Connective(StrEnum):
    """How the parts of a compound filter combine. NOT has one part."""

    AND = "and"
    OR = "or"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Test:
    """One column against one value: a tuple for IN and NOT_IN, a bool for IS_NULL."""

    column: str
    operator: Operator
    value: object


@dataclass(frozen=True, slots=True)
class Compound:
    """Parts under a connective. AND of nothing is true, OR of nothing is false."""

    connective: Connective
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """A reference that is in a row's version for whoever sees the row it leads to, or does `verb` on that (AC11)."""

    column: str
    entity: str
    verb: str | None = None


Filter = Test | Compound
EVERYTHING = Compound(Connective.AND, ())


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of an order. NULL and masked cells come last in both directions."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Parent:
    """The way from parent rows to these rows: the column of these rows that refers to the parent.

    `carries_account` says that parent and child are facts of one affiliate account, whose key goes with the reference.
    """

    column: str
    carries_account: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of an entity: everything that matches the filter, below the parents where there are parents.

    `through` narrows them to the rows that paths of one kind reach, such as those of the marketplace.
    """

    entity: str
    where: Filter = EVERYTHING
    parent: Parent | None = None
    through: PathKind | None = None


@dataclass(frozen=True, slots=True)
class PageQuery:
    """A page of a selection: `limit` rows from the start, or after the row whose sort values are `after`.

    With `backward` the page ends before those values and its rows come in reverse order.
    """

    selection: Selection
    columns: frozenset[str]
    order: tuple[OrderKey, ...]
    limit: int
    after: tuple[object, ...] | None = None
    backward: bool = False


def filter_columns(where: Filter) -> Iterator[str]:
    """The columns a filter reads."""
    match where:
        case Test(column, _, _):
            yield column
        case Compound(_, parts):
            for part in parts:
                yield from filter_columns(part)


def filter_shape(where: Filter) -> object:
    """The filter without its values: equal for filters with the same SQL text."""
    match where:
        case Test(column, Operator.IS_NULL, value):
            return (column, Operator.IS_NULL, value)
        case Test(column, operator, _):
            return (column, operator)
        case Compound(connective, parts):
            return (connective, tuple(filter_shape(part) for part in parts))


def filter_values(where: Filter, *, prefix: str = "filter") -> dict[str, object]:
    """The parameters of a filter, numbered in the order in which its tests stand."""
    tests = [test for test in _tests(where) if test.operator is not Operator.IS_NULL]
    return {
        f"{prefix}{at}": list(test.value) if isinstance(test.value, tuple) else test.value
        for at, test in enumerate(tests)
    }


def _tests(where: Filter) -> Iterator[Test]:
    match where:
        case Test():
            yield where
        case Compound(_, parts):
            for part in parts:
                yield from _tests(part)
