"""Which rows of a report are answered, in which order, on which page: all of it over values that the lens shows.

Rows without a value come last, both ways; what a dimension names is ordered by its label, everything by its text at
last, so that an order is total and no page tells in which order rows were made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cmp_to_key
from typing import Any

from sightline.authz.reports.dimensions import DIMENSIONS
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
        asked: list[Part] = []
        for key in self.request.order:
            if key.key in each.line.values:
                asked.append((each.line.values[key.key], key.descending))
                continue
            at = self.group_by.index(key.key)
            value = each.line.key[at]
            if DIMENSIONS[key.key].entity is not None:
                value = self.names[key.key].get(value)
            asked.append((value, key.descending))
        return (*asked, *((value, False) for value in each.written))


def satisfying(lines: Sequence[Line], having: Sequence[Having]) -> list[Line]:
    """The rows that pass every test."""
    return [line for line in lines if all(_passes(line.values[each.column], each) for each in having)]


def _passes(value: Fraction | None, test: Having) -> bool:
    if value is None:
        return False
    given = Fraction(test.value)
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
    placed = sorted(((order.place(each), each) for each in lines), key=cmp_to_key(_compared_rows))
    begin = 0
    if request.after is not None:
        after = _opened(request.after, order, cursors=cursors, viewer=viewer, query=query)
        begin = sum(1 for place, _ in placed if _compared(place, after) <= 0)
    shown = placed[begin : begin + request.first]
    sealed = tuple(
        cursors.seal(tuple(_packed(value) for value, _ in place), viewer=viewer, query=query)
        for place in ([shown[0][0], shown[-1][0]] if shown else [])
    )
    more = begin + len(shown) < len(placed)
    return PageOfLines(tuple(each for _, each in shown), sealed, more, request.after is not None, len(placed))


def _opened(text: str, order: Order, *, cursors: Cursors, viewer: str, query: str) -> tuple[Part, ...]:
    try:
        values = cursors.open(text, viewer=viewer, query=query)
    except MalformedCursorError as error:
        raise BadInputError("This is no cursor of this report: take one from its pageInfo.") from error
    keys = order.request.order
    ways = (*(each.descending for each in keys), *(False for _ in order.group_by))
    return tuple((_unpacked(value), way) for value, way in zip(values, ways, strict=True))


def _packed(value: object) -> object:
    return f"/{value}" if isinstance(value, Fraction) else f"={value}" if isinstance(value, str) else value


def _unpacked(value: object) -> object:
    if isinstance(value, str):
        return Fraction(value[1:]) if value.startswith("/") else value[1:]
    return value


def _compared_rows(one: tuple[tuple[Part, ...], WrittenLine], other: tuple[tuple[Part, ...], WrittenLine]) -> int:
    return _compared(one[0], other[0])


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
    assert isinstance(one, Fraction | str | int | date | datetime)
    return bool(one < other)
