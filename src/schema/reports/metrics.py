"""`ReportMetrics`: one typed field for every built-in column, in the schema of those who can have it in some lens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal as PythonDecimal
from typing import Any, Final

import strawberry
from strawberry.types.nodes import SelectedField, Selection

from sightline.authz.reports.columns import COLUMNS, Column
from sightline.authz.reports.measures import Unit
from sightline.resolvers.reports.running import Line, Totals
from sightline.schema.bindings import METADATA, InReports
from sightline.schema.names import camel
from sightline.schema.scalars import Decimal, Money

_DIGITS = {Unit.COUNT: 0, Unit.QUANTITY: 3, Unit.MONEY: 4, Unit.SECONDS: 3}
_DIGITS_OF_RATIOS = 6

KEYS: Final = {camel(key): key for key in COLUMNS}


def number(column: Column, line: Line | Totals) -> PythonDecimal | None:
    """A line's value of a column, as it is answered: rounded half-even, once (M1)."""
    return line.rounded(column.key, digits_of(column))


def digits_of(column: Column) -> int:
    """Digits after the point of a column's values."""
    return _DIGITS.get(column.unit, _DIGITS_OF_RATIOS)


def _metric(column: Column) -> Any:
    def amount(root: strawberry.Parent[Line | Totals]) -> Any:
        value = number(column, root)
        if value is None or root.currency is None:
            return None
        return Money(amount=Decimal(value), currency=root.currency)  # type: ignore[arg-type]

    def plain(root: strawberry.Parent[Line | Totals]) -> Any:
        return number(column, root)

    resolver, type_ = (amount, Money) if column.unit is Unit.MONEY else (plain, Decimal)
    resolver.__annotations__["return"] = type_ | None
    return strawberry.field(
        resolver=resolver,
        description=column.description,
        metadata={METADATA: InReports(column.key)},
        name=camel(column.key),
    )


ReportMetrics: Final = strawberry.type(
    type("ReportMetrics", (), {key: _metric(column) for key, column in COLUMNS.items()}),
    name="ReportMetrics",
    description="The columns of one row, or of the totals: to select one is to ask the report for it.",
)


_Ways = Mapping[str, "_Ways | None"]
_WAYS: Final[_Ways] = {
    "rows": {"metrics": None},
    "totals": None,
    "compare": {"rows": None, "totals": None},
}
"""Where a report has metrics."""


def selected_metrics(selections: Iterable[Selection]) -> tuple[str, ...]:
    """The columns that the selection of a report asks for as fields, wherever it does."""
    return tuple(dict.fromkeys(_selected(selections, _WAYS)))


def _selected(selections: Iterable[Selection], ways: _Ways | None) -> Iterator[str]:
    for each in selections:
        if not isinstance(each, SelectedField):
            yield from _selected(each.selections, ways)
        elif ways is None:
            if each.name in KEYS:  # all but __typename
                yield KEYS[each.name]
        elif each.name in ways:
            yield from _selected(each.selections, ways[each.name])
