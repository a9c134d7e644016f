"""Which rows of a report are answered, in which order, on which page: all of it over values that the lens shows.

Rows without a value come last, both ways; what a dimension names is ordered by its label, everything by its text at
last, so that an order is total and no page tells in which order rows were made.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sightline.authz.reports.dimensions import DIMENSIONS
from sightline.authz.reports.series import Exact, exact
from sightline.resolvers.cursors import Cursors, MalformedCursorError, query_name
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.reports.requests import Compared, Having, ReportRequest
from sightline.resolvers.reports.running import Line


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A row with the values it stands for as they are written."""

    line: Line
    written: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class PageOfLines:
    """One page of a report's rows, with the cursors of its ends."""

    lines: tuple[WrittenLine, ...]
    cursors: tuple[str, ...]
    has_more: bool
    has_before: bool
    count: int


Names = Mapping[str, Mapping[object, str | None]]
"""The names of the rows that dimensions name, by dimension and number."""

Part = tuple[object, bool]
"""One value to order by, and whether the greatest comes first."""


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """How the rows of a request are ordered. `names` has those of all rows, for every dimension it is ordered by."""

    request: ReportRequest
    group_by: tuple[str, ...]
    names: Names

    def place(self, each: WrittenLine) -> tuple[Part, ...]:
        """Where a row stands: smaller places come first."""
        return tuple((value(each), descending) for value, descending in self._keys())

    def sorted(self, lines: Iterable[WrittenLine]) -> list[WrittenLine]:
        """The rows in their order."""
        found = list(lines)
        for value, descending in reversed(self._keys()):  # each sorting leaves equal ones as they are
            there = [each for each in found if value(each) is not None]
            there.sort(key=value, reverse=descending)
            found = there + [each for each in found if value(each) is None] if len(there) < len(found) else there
        return found

    def _keys(self) -> list[tuple[Callable[[WrittenLine], Any], bool]]:
        asked = [(self._value_of(key.key), key.descending) for key in self.request.order]
        return [*asked, *((_written(at), False) for at in range(len(self.group_by)))]

    def _value_of(self, key: str) -> Callable[[WrittenLine], Any]:
        if key not in self.group_by:
            return lambda each: each.line.values[key]
        at = self.group_by.index(key)
        if DIMENSIONS[key].entity is None:
            return lambda each: each.line.key[at]
        names = self.names[key]
        return lambda each: names.get(each.line.key[at])


def _written(at: int) -> Callable[[WrittenLine], Any]:
    return lambda each: each.written[at]


def satisfying(lines: Sequence[Line], having: Sequence[Having]) -> list[Line]:
    """The rows that pass every test."""
    return [line for line in lines if all(_passes(line.values[each.column], each) for each in having)]


def _passes(value: Exact | None, test: Having) -> bool:
    if value is None:
        return False
    given = exact(test.value)
    match test.operator:
        case Compared.EQ:
            return value == given
        case Compared.LT:
            return value < given
        case Compared.LTE:
            return value <= given
        case Compared.GT:
            return value > given
        case Compared.GTE:
            return value >= given


def page_of(lines: Sequence[WrittenLine], order: Order, *, cursors: Cursors, viewer: str) -> PageOfLines:
    """The page that a request asks for. Raises BadInputError for a cursor that is none of this report's."""
    request = order.request
    query = query_name("report", request.without_page)
    ordered, begin = order.sorted(lines), 0
    if request.after is not None:
        after = _opened(request.after, order, cursors=cursors, viewer=viewer, query=query)
        begin = bisect_right(ordered, 0, key=lambda each: _compared(order.place(each), after))
    shown = ordered[begin : begin + request.first]
    sealed = tuple(
        cursors.seal(tuple(_packed(value) for value, _ in order.place(each)), viewer=viewer, query=query)
        for each in ([shown[0], shown[-1]] if shown else [])
    )
    more = begin + len(shown) < len(ordered)
    return PageOfLines(tuple(shown), sealed, more, request.after is not None, len(ordered))


def _opened(text: str, order: Order, *, cursors: Cursors, viewer: str, query: str) -> tuple[Part, ...]:
    try:
        values = cursors.open(text, viewer=viewer, query=query)
    except MalformedCursorError as error:
        raise BadInputError("This is no cursor of this report: take one from its pageInfo.") from error
    keys = order.request.order
    ways = (*(each.descending for each in keys), *(False for _ in order.group_by))
    return tuple((_unpacked(value), way) for value, way in zip(values, ways, strict=True))


def _packed(value: object) -> object:
    return f"/{value}" if isinstance(value, Exact) else f"={value}" if isinstance(value, str) else value


def _unpacked(value: object) -> object:
    if isinstance(value, str):
        return Exact(value[1:]) if value.startswith("/") else value[1:]
    return value


def _compared(one: Sequence[Part], other: Sequence[Part]) -> int:
    for (mine, descending), (its, _) in zip(one, other, strict=True):
        if mine == its:
            continue
        if mine is None or its is None:
            return 1 if mine is None else -1
        less = _less(mine, its)
        return -1 if less is not descending else 1
    return 0


def _less(one: Any, other: Any) -> bool:
    assert isinstance(one, Exact | str | int | date | datetime)
    return bool(one < other)
