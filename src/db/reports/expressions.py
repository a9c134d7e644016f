"""Dates, amounts and sums in SQL. Every sum is exact: whole or numeric, never floating point (M3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from sightline.authz.reports.dimensions import DatePart
from sightline.authz.reports.measures import Count, Elapsed, Total, Unit
from sightline.db.reports.queries import Sum

Column = Callable[[str], sa.ColumnElement[Any]]

TIME_ZONE = sa.bindparam("time_zone", type_=sa.Text)
SINCE = sa.bindparam("since", type_=sa.TIMESTAMP(timezone=True))
UNTIL = sa.bindparam("until", type_=sa.TIMESTAMP(timezone=True))

PART_TYPES: Mapping[DatePart, sa.types.TypeEngine[Any]] = {part: sa.Date() for part in DatePart} | {
    DatePart.HOUR: sa.TIMESTAMP(timezone=True),
    DatePart.WEEKDAY: sa.SmallInteger(),
}
"""What the value of a part is: the moment an hour begins, the day anything longer does, a weekday's number in ISO."""


def part_of(moment: sa.ColumnElement[Any], part: DatePart) -> sa.ColumnElement[Any]:
    """A part of a moment in the report's time zone. An hour is a moment: clocks that go back have one of them twice."""
    if part is DatePart.HOUR:
        return sa.func.date_trunc("hour", moment, TIME_ZONE, type_=PART_TYPES[part])
    local = sa.func.timezone(TIME_ZONE, moment, type_=sa.TIMESTAMP())
    if part is DatePart.WEEKDAY:
        return sa.cast(sa.extract("isodow", local), PART_TYPES[part])
    return sa.cast(sa.func.date_trunc(part.lower(), local), PART_TYPES[part])


def columns_of(each: Sum, *, stored: bool, native: bool) -> tuple[str, ...]:
    """The columns of the relation whose values a sum adds up."""
    measure = each.measure
    match measure.value:
        case _ if stored:
            read: tuple[str, ...] = (measure.rollup or "",)
        case Count():
            read = ()
        case Total(column):
            read = (column,)
        case Elapsed(since, until):
            read = (since, until)
    return (*read, "fx_rate") if _converted(each, native=native) else read


def sum_of(each: Sum, column: Column, rows: sa.ColumnElement[bool], *, stored: bool, native: bool) -> Any:
    """A sum over the rows that count: 0 where there are none; a median is NULL then."""
    measure = each.measure
    if each.median:
        assert isinstance(measure.value, Elapsed)
        elapsed = column(measure.value.until) - column(measure.value.since)
        middle = sa.func.percentile_cont(0.5, type_=sa.Interval()).within_group(elapsed)
        return sa.cast(middle.filter(rows), sa.Interval())
    match measure.value:
        case _ if stored:
            value: sa.ColumnElement[Any] = column(measure.rollup or "")
        case Count():
            return sa.func.count().filter(rows)
        case Total(name):
            value = column(name)
        case Elapsed(since, until):
            value = sa.extract("epoch", column(until) - column(since))
    if _converted(each, native=native):
        value = value * column("fx_rate")
    return sa.cast(sa.func.coalesce(sa.func.sum(value).filter(rows), 0), _type_of(each))


def nothing(each: Sum) -> Any:
    """What a relation that does not take a sum has in its place."""
    return sa.cast(sa.null(), _type_of(each))


def sent(each: Sum, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A sum as it is answered: a number as its text, which is read in a third of the time."""
    return sa.cast(column, sa.Text()) if isinstance(_type_of(each), sa.Numeric) else column


def received(each: Sum, values: Sequence[Any]) -> Sequence[Any]:
    """Sums that were `sent`. A group that has no rows of a fact has a sum of 0 over it, and no median."""
    if each.median:
        return values
    if isinstance(_type_of(each), sa.Numeric):
        return [0 if value is None else Decimal(value) for value in values]
    return [0 if value is None else value for value in values]


def _type_of(each: Sum) -> sa.types.TypeEngine[Any]:
    if each.median:
        return sa.Interval()
    return sa.BigInteger() if each.measure.unit is Unit.COUNT else sa.Numeric()


def _converted(each: Sum, *, native: bool) -> bool:
    """Whether it is an amount that is turned into the platform's currency, at the rate frozen on its row."""
    return each.measure.unit is Unit.MONEY and not native
