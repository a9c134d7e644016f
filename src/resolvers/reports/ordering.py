"""Which rows of a report are answered, in which order, on which page: all of it over values that the lens shows.

Rows without a value come last, both ways; what a dimension names is ordered by its label, everything by its text at
last, so that an order is total and no page tells in which order rows were made.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sightline.authz.reports.dimensions import DIMENSIONS
from sightline.authz.reports.series import Exact, exact
from sightline.resolvers.cursors import Cursors, MalformedCursorError, query_name
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.reports.dimension_values import DimensionValues
from sightline.resolvers.reports.requests import Compared, Having, ReportRequest
from sightline.resolvers.reports.running import Rows


@dataclass(frozen=True, slots=True)
class PageOfRows:
    """One page of a report's rows, with the values they stand for as they are written, and the cursors of its ends."""

    rows: Rows
    written: Sequence[Written]
    cursors: tuple[str, ...]
    has_more: bool
    has_before: bool
    count: int


Written = tuple[str | None, ...]
"""What a row stands for, one text of each dimension."""

Names = Mapping[str, Mapping[object, str | None]]
"""The names of the rows that dimensions name, by dimension and number."""

Part = tuple[object, bool]
"""One value to order by, and whether the greatest comes first."""


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """How the rows of a request are ordered. `names` has those of all rows, for every dimension it is ordered by.

    Most rows are told apart by what the request orders by; only those that are not are written out for it.
    """

    rows: Rows
    request: ReportRequest
    group_by: tuple[str, ...]
    names: Names
    values: DimensionValues
    _written: dict[int, Written] = field(default_factory=dict)
    _reading: dict[str, Callable[[int], Any]] = field(default_factory=dict)

    def by_keys(self, places: Iterable[int]) -> list[int]:
        """Rows by what the request orders by; equal ones stay as they come."""
        found = list(places)
        for key in reversed(self.request.order):  # each sorting leaves equal ones as they are
            value, descending = self._value_of(key.key), key.descending
            there = [at for at in found if value(at) is not None]
            there.sort(key=value, reverse=descending)
            found = there + [at for at in found if value(at) is None] if len(there) < len(found) else there
        return found

    def in_order(self, places: Sequence[int]) -> list[int]:
        """Rows in the order that is total: equal ones by their texts."""
        written = self.written(places)
        whole = not any(None in texts for texts in written)
        by_texts = sorted(range(len(places)), key=written.__getitem__ if whole else lambda at: _nones_last(written[at]))
        return self.by_keys(places[at] for at in by_texts)

    def written(self, places: Sequence[int]) -> Sequence[Written]:
        """What rows stand for, as it is written."""
        new = [at for at in places if at not in self._written]
        texts = written_of(self.values, self.group_by, [self.rows.keys[at] for at in new])
        self._written.update(zip(new, texts, strict=True))
        return [self._written[at] for at in places]

    def rank(self, at: int) -> tuple[Part, ...]:
        """Where a row stands by what the request orders by: smaller ones come first."""
        return tuple((self._exact(key.key, at), key.descending) for key in self.request.order)

    def place(self, at: int) -> tuple[Part, ...]:
        """Where a row stands in the order that is total."""
        (written,) = self.written([at])
        return (*self.rank(at), *((text, False) for text in written))

    def _value_of(self, key: str) -> Callable[[int], Any]:
        if key not in self._reading:
            self._reading[key] = self._read(key)
        return self._reading[key]

    def _read(self, key: str) -> Callable[[int], Any]:
        if key not in self.group_by:
            return self.rows.column(key).comparable.__getitem__
        number, keys = self.group_by.index(key), self.rows.keys
        if DIMENSIONS[key].entity is None:
            return lambda at: keys[at][number]
        names = self.names[key]
        return lambda at: names.get(keys[at][number])

    def _exact(self, key: str, at: int) -> object:
        return self._value_of(key)(at) if key in self.group_by else self.rows.column(key).exact(at)


def _nones_last(texts: Written) -> list[tuple[bool, str | None]]:
    return [(text is None, text) for text in texts]


def written_of(
    values: DimensionValues, group_by: Sequence[str], keys: Sequence[tuple[object, ...]]
) -> Sequence[Written]:
    """What rows stand for, written out."""
    if not group_by:
        return [()] * len(keys)
    texts = (values.written(each, [key[at] for key in keys]) for at, each in enumerate(group_by))
    return list(zip(*texts, strict=True))


def satisfying(rows: Rows, having: Sequence[Having]) -> Sequence[int]:
    """The places of the rows that pass every test."""
    passed: Sequence[int] = range(len(rows))
    for test in having:
        column = rows.column(test.column)
        passed = [at for at in passed if _passes(column.exact(at), test)]
    return passed


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


def page_of(places: Sequence[int], order: Order, *, cursors: Cursors, viewer: str) -> PageOfRows:
    """The page that a request asks for. Raises BadInputError for a cursor that is none of this report's."""
    request = order.request
    query = query_name("report", request.without_page)
    ordered, begin, settled = order.by_keys(places), 0, 0
    if request.after is not None:
        after = _opened(request.after, order, cursors=cursors, viewer=viewer, query=query)
        begin, settled = _behind(ordered, order, after)
    end = min(begin + request.first, len(ordered))
    if end > settled:
        last = order.rank(ordered[end - 1])
        equal = bisect_right(ordered, 0, lo=end - 1, key=lambda at: _compared(order.rank(at), last))
        ordered[settled:equal] = order.in_order(ordered[settled:equal])
    shown = ordered[begin:end]
    sealed = tuple(
        cursors.seal(tuple(_packed(value) for value, _ in order.place(at)), viewer=viewer, query=query)
        for at in ([shown[0], shown[-1]] if shown else [])
    )
    rows, written = order.rows.only(shown), order.written(shown)
    return PageOfRows(rows, written, sealed, end < len(ordered), request.after is not None, len(ordered))


def _behind(ordered: list[int], order: Order, after: Sequence[Part]) -> tuple[int, int]:
    """Where the rows behind a place begin, and up to where rows have been brought into their order for that."""
    rank = after[: len(order.request.order)]
    first = bisect_left(ordered, 0, key=lambda at: _compared(order.rank(at), rank))
    last = bisect_right(ordered, 0, lo=first, key=lambda at: _compared(order.rank(at), rank))
    ordered[first:last] = order.in_order(ordered[first:last])
    return bisect_right(ordered, 0, lo=first, hi=last, key=lambda at: _compared(order.place(at), after)), last


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
