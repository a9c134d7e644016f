"""`ReportMetrics`: one typed field for every built-in column, in the schema of those who can have it in some lens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

import strawberry

from sightline.authz.reports.columns import COLUMNS, Column
from sightline.authz.reports.measures import Unit
from sightline.resolvers.reports.running import Line, Rows, Totals
from sightline.schema.bindings import METADATA, InReports
from sightline.schema.names import camel
from sightline.schema.scalars import CurrencyCode, Decimal, Money

_DIGITS = {Unit.COUNT: 0, Unit.QUANTITY: 3, Unit.MONEY: 4, Unit.SECONDS: 3}
_DIGITS_OF_RATIOS = 6

KEYS: Final = {camel(key): key for key in COLUMNS}


def number(column: Column, line: Line | Totals) -> Decimal | None:
    """A line's value of a column, as it is answered: rounded half-even, once (M1)."""
    value = line.rounded(column.key, digits_of(column))
    return None if value is None else Decimal(value)


def numbers(column: Column, rows: Rows) -> list[Decimal | None]:
    """The same of all rows."""
    return cast("list[Decimal | None]", rows.rounded(column.key, digits_of(column)))


def numbers_then(column: Column, compared: Iterable[Line | None]) -> list[Decimal | None]:
    """The same of rows of another period, null where there was no such row."""
    return [None if line is None else number(column, line) for line in compared]


def digits_of(column: Column) -> int:
    """Digits after the point of a column's values."""
    return _DIGITS.get(column.unit, _DIGITS_OF_RATIOS)


def _metric(column: Column) -> Any:
    def amount(root: strawberry.Parent[Line | Totals]) -> Any:
        value = number(column, root)
        if value is None or root.currency is None:
            return None
        return Money(amount=value, currency=CurrencyCode(root.currency))

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
