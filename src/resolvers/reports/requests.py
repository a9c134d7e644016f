"""What a viewer may ask of a report, as data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sightline.authz.reports.dimensions import DateBasis
from sightline.authz.reports.lenses import Lens
from sightline.resolvers.errors import BadInputError

MOST_COLUMNS = 60
MOST_DIMENSIONS = 5
MOST_FILTERS = 20
MOST_VALUES = 100
MOST_HAVING = 10
MOST_ORDER_KEYS = 5
MOST_ROWS = 1_000
ROWS_OF_A_REPORT = 100  # unless it asks for another number
MOST_GROUPS = 20_000
MOST_DAYS = 1_100  # three years, and some
LONGEST_NAME = 64
NATIVE = "NATIVE"


class Preset(StrEnum):
    """A period that moves with the clock, in days of the report's time zone."""

    TODAY = "TODAY"
    YESTERDAY = "YESTERDAY"
    LAST_7_DAYS = "LAST_7_DAYS"
    LAST_30_DAYS = "LAST_30_DAYS"
    THIS_WEEK = "THIS_WEEK"
    LAST_WEEK = "LAST_WEEK"
    THIS_MONTH = "THIS_MONTH"
    LAST_MONTH = "LAST_MONTH"
    THIS_QUARTER = "THIS_QUARTER"
    LAST_QUARTER = "LAST_QUARTER"
    THIS_YEAR = "THIS_YEAR"
    LAST_YEAR = "LAST_YEAR"


class Comparison(StrEnum):
    """A period that follows from another."""

    PREVIOUS_PERIOD = "PREVIOUS_PERIOD"
    PREVIOUS_YEAR = "PREVIOUS_YEAR"


class Coverage(StrEnum):
    """Over which programs of its lens a column is computed (RC5)."""

    COMPLETE = "COMPLETE"
    PARTIAL = "PARTIAL"


@dataclass(frozen=True, slots=True)
class Days:
    """From the beginning of a day up to, and without, that of another."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Moments:
    """From a moment up to, and without, another."""

    since: datetime
    until: datetime


class Compared(StrEnum):
    """How the value of a column is compared with a number."""

    EQ = "eq"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"


@dataclass(frozen=True, slots=True)
class Having:
    """A test of a row's value of a column; one that is null fails."""

    column: str
    operator: Compared
    value: Decimal


@dataclass(frozen=True, slots=True)
class RequestedFilter:
    """Values of a dimension, as they are written in answers; excluded ones instead of wanted ones where it says so."""

    dimension: str
    values: tuple[str, ...]
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class RequestedOrder:
    """A column or dimension to order by; rows without a value come last, both ways."""

    key: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """A report as it is asked for. `columns` names the columns by key; so do the fields of `metrics` that are selected.

    Without `labels` the names of what its rows stand for are not read.
    With `drop` a column that cannot be used is left out instead of refusing the report; that holds for `columns` alone.
    With `as_of` it is the report as it stood at that moment.
    A `kept` one was written down before, by somebody else perhaps: who runs it may not know what it names.
    """

    lens: Lens
    columns: tuple[str, ...]
    period: Preset | Days | Moments
    metrics: tuple[str, ...] = ()
    labels: bool = True
    group_by: tuple[str, ...] = ()
    compare: Comparison | Days | Moments | None = None
    basis: DateBasis = DateBasis.EVENT
    time_zone: str | None = None
    currency: str | None = None
    filters: tuple[RequestedFilter, ...] = ()
    statuses: tuple[str, ...] | None = None
    having: tuple[Having, ...] = ()
    order: tuple[RequestedOrder, ...] = ()
    drop: bool = False
    first: int = ROWS_OF_A_REPORT
    after: str | None = None
    as_of: datetime | None = None
    kept: bool = False

    @property
    def without_page(self) -> ReportRequest:
        """The same report whatever page of it is asked for: what its cursors belong to."""
        return replace(self, first=0, after=None, metrics=(), labels=True, kept=False)

    @property
    def named_columns(self) -> frozenset[str]:
        """Every key that may be a column's, wherever it is named."""
        return frozenset((*self.columns, *(each.column for each in self.having), *(each.key for each in self.order)))

    def check(self) -> None:
        """Refuse what is too much, or said twice. Raises BadInputError; nothing here depends on who asks."""
        for found, most, what in (
            (len(self.columns), MOST_COLUMNS, "columns"),
            (len(self.group_by), MOST_DIMENSIONS, "dimensions"),
            (len(self.filters), MOST_FILTERS, "filters"),
            (len(self.having), MOST_HAVING, "conditions in having"),
            (len(self.order), MOST_ORDER_KEYS, "keys in orderBy"),
            (max((len(each.values) for each in self.filters), default=0), MOST_VALUES, "values in a filter"),
        ):
            if found > most:
                raise BadInputError(f"A report has at most {most} {what}; this one has {found}.")
        for given, where in (
            (self.columns, "columns"),
            (self.group_by, "groupBy"),
            (tuple(each.key for each in self.order), "orderBy"),
        ):
            if len(set(given)) < len(given):
                raise BadInputError(f"Name each key in {where} once.")
        if not 1 <= self.first <= MOST_ROWS:
            raise BadInputError(f"A page of a report has 1 to {MOST_ROWS} rows: ask for that many with first.")
