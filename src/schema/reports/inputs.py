"""What a report may be asked, as the contract has it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any

import strawberry

from sightline.authz.reports.dimensions import DateBasis
from sightline.authz.reports.lenses import Lens, ReportLens
from sightline.db.tables.enums import ConversionStatus
from sightline.resolvers.errors import BadInputError, ColumnRestrictedError
from sightline.resolvers.global_ids import GlobalIds
from sightline.resolvers.reports.definitions import LENS_PLACES
from sightline.resolvers.reports.desk import NO_LENS
from sightline.resolvers.reports.requests import (
    MOST_ROWS,
    MOST_VALUES,
    ROWS_OF_A_REPORT,
    Compared,
    Comparison,
    Days,
    Having,
    Moments,
    Preset,
    ReportRequest,
    RequestedFilter,
    RequestedOrder,
)
from sightline.schema.bindings import open_field
from sightline.schema.enums import described
from sightline.schema.inputs import Direction
from sightline.schema.reports.selected import Selected
from sightline.schema.scalars import Date, DateTime, Decimal

for _values in (ReportLens, DateBasis, Preset, Comparison, ConversionStatus):
    described(_values)


@strawberry.enum(description="What becomes of a report that names a column which is not available.")
class RestrictedColumns(Enum):
    """What becomes of a report that names a column which is not available."""

    REJECT = strawberry.enum_value("REJECT", description="Nothing runs; the error names it.")
    DROP = strawberry.enum_value("DROP", description="It is left out of `columns`; elsewhere it still rejects.")


@strawberry.input(description="From whose point of view: rows and cells are those of this one, whatever else you see.")
class ReportLensInput:
    """A lens (RC5)."""

    kind: ReportLens = open_field("Which kind.")
    organization: strawberry.ID | None = open_field("Whose, for ADVERTISER and PARTNER.", default=None)
    account: strawberry.ID | None = open_field("Which affiliate account, for ACCOUNT.", default=None)


@strawberry.input(
    description="From the beginning of a day up to, and without, that of another, in the report's time zone."
)
class ReportDaysInput:
    """Whole days."""

    since: Date = open_field("The first day.")
    until: Date = open_field("The day after the last.")


@strawberry.input(description="From a moment up to, and without, another.")
class ReportMomentsInput:
    """Any period."""

    since: DateTime = open_field("The first moment.")
    until: DateTime = open_field("The first moment after it.")


@strawberry.input(description="What a report covers: exactly one of these.", one_of=True)
class ReportPeriodInput:
    """A period."""

    preset: Preset | None = open_field("Days that move with the clock.", default=strawberry.UNSET)
    days: ReportDaysInput | None = open_field("Whole days.", default=strawberry.UNSET)
    moments: ReportMomentsInput | None = open_field("From one moment to another.", default=strawberry.UNSET)


@strawberry.input(description="What a report is compared with: exactly one of these.", one_of=True)
class ReportComparisonInput:
    """A period to compare with."""

    previous: Comparison | None = open_field("A period that follows from the report's.", default=strawberry.UNSET)
    days: ReportDaysInput | None = open_field("Whole days.", default=strawberry.UNSET)
    moments: ReportMomentsInput | None = open_field("From one moment to another.", default=strawberry.UNSET)


@strawberry.input(description="Values that a dimension must have; what has no value has none of them.")
class ReportFilterInput:
    """A filter."""

    dimension: str = open_field("The dimension by key.")
    in_: list[str] | None = open_field(
        f"One of these, as answers write them; {MOST_VALUES} at most.", name="in", default=None
    )
    not_in: list[str] | None = open_field(f"None of these, or no value at all; {MOST_VALUES} at most.", default=None)


@strawberry.input(description="Tests of a column's value in each row; all that are given must hold, and null fails.")
class ReportHavingInput:
    """Conditions on a column."""

    column: str = open_field("The column by key.")
    eq: Decimal | None = open_field("Equal to this.", default=None)
    lt: Decimal | None = open_field("Less than this.", default=None)
    lte: Decimal | None = open_field("Less than or equal to this.", default=None)
    gt: Decimal | None = open_field("Greater than this.", default=None)
    gte: Decimal | None = open_field("Greater than or equal to this.", default=None)


@strawberry.input(description="One key of a report's order; rows without a value come last, both ways.")
class ReportOrderInput:
    """What to order by."""

    key: str = open_field("A column, or a dimension of groupBy. What names a row is ordered by its name.")
    direction: Direction = open_field("Which way.", default=Direction.ASC)


@strawberry.input(description="A report. Columns and dimensions go by their keys, which `reportSchema` lists.")
class ReportInput:
    """A report."""

    lens: ReportLensInput = open_field("From whose point of view.")
    period: ReportPeriodInput = open_field("What it covers.")
    columns: list[str] = open_field(
        "Columns by key; those selected in `metrics` and `totals` come on top.", default_factory=list
    )
    group_by: list[str] = open_field("Dimensions by key; none makes a single row.", default_factory=list)
    compare_to: ReportComparisonInput | None = open_field("What to compare it with.", default=None)
    as_of: DateTime | None = open_field(
        "A moment that has passed: the report as it stood then, of what had been recorded; else as things are now.",
        default=None,
    )
    date_basis: DateBasis = open_field("Which moment of a conversion counts.", default=DateBasis.EVENT)
    time_zone: str | None = open_field(
        "IANA name of the zone whose days it has; else yours, your organization's or the platform's.",
        default=None,
    )
    currency: str | None = open_field(
        "The platform's currency, as by default, or NATIVE: amounts as they are, grouped by currency.",
        default=None,
    )
    filters: list[ReportFilterInput] = open_field("All of these must hold.", default_factory=list)
    statuses: list[ConversionStatus] | None = open_field(
        "Only conversions of these statuses, and what belongs to them. Clicks and ad views have none.", default=None
    )
    having: list[ReportHavingInput] = open_field("Only rows that pass; totals stay those of all.", default_factory=list)
    order_by: list[ReportOrderInput] = open_field(
        "In which order; without it by the values of groupBy, references by their ids.", default_factory=list
    )
    on_restricted: RestrictedColumns = open_field(
        "What if a column is not available.", default=RestrictedColumns.REJECT
    )
    first: int = open_field(f"How many rows: 1 to {MOST_ROWS:,}.", default=ROWS_OF_A_REPORT)
    after: str | None = open_field("A cursor: rows after it.", default=None)


def lens_from(given: ReportLensInput, ids: GlobalIds) -> Lens:
    """The lens that the argument means. Raises BadInputError for a text that is no id, or an id where none belongs."""
    attribute, entity = LENS_PLACES.get(given.kind, (None, ""))
    named = {"organization": given.organization, "account": given.account}
    if {name for name, value in named.items() if value is not None} != ({attribute} if attribute else set()):
        raise BadInputError("A lens has an organization for ADVERTISER and PARTNER, an account for ACCOUNT.")
    if attribute is None:
        return Lens(given.kind)
    found, key = ids.decode(str(named[attribute]))
    if found != entity:
        raise ColumnRestrictedError(NO_LENS)
    return Lens(given.kind, key.id)


def request_from(given: ReportInput, ids: GlobalIds, selected: Selected) -> ReportRequest:
    """The request that the input means, and what is selected of its answer."""
    return ReportRequest(
        lens_from(given.lens, ids),
        tuple(given.columns),
        _period(_only(given.period)),
        metrics=selected.metrics,
        labels=selected.labels,
        group_by=tuple(given.group_by),
        compare=None if given.compare_to is None else _period(_only(given.compare_to)),
        basis=given.date_basis,
        time_zone=given.time_zone,
        currency=given.currency,
        filters=tuple(filter_ for each in given.filters for filter_ in _filters(each)),
        statuses=None if given.statuses is None else tuple(sorted(map(str, given.statuses))),
        having=tuple(test for each in given.having for test in _tests(each)),
        order=tuple(RequestedOrder(each.key, each.direction is Direction.DESC) for each in given.order_by),
        drop=given.on_restricted is RestrictedColumns.DROP,
        first=given.first,
        after=given.after,
        as_of=given.as_of,
    )


def _only(given: Any) -> Any:
    """The one value that is given; GraphQL has refused none and several."""
    return next(value for value in vars(given).values() if value is not strawberry.UNSET)


def _period(given: Any) -> Any:
    match given:
        case ReportDaysInput():
            return Days(given.since, given.until)
        case ReportMomentsInput():
            return Moments(given.since, given.until)
        case _:
            return given


def _filters(given: ReportFilterInput) -> Iterator[RequestedFilter]:
    if given.in_ is None and given.not_in is None:
        raise BadInputError("A filter has values in `in` or in `notIn`.")
    for values, excluded in ((given.in_, False), (given.not_in, True)):
        if values is not None:
            yield RequestedFilter(given.dimension, tuple(values), excluded)


def _tests(given: ReportHavingInput) -> Iterator[Having]:
    tests = [Having(given.column, each, value) for each in Compared if (value := getattr(given, each)) is not None]
    if not tests:
        raise BadInputError("A condition in having has a number to compare with.")
    yield from tests
