"""A request that may run, as the sums to take for it.

Every column is computed from sums over exactly the programs on which all its classes are visible, numerator and
denominator alike (RC5): two columns over different programs take the same measure twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sightline.authz.expr import TRUE, Expr
from sightline.authz.reports.catalogue import Catalogue
from sightline.authz.reports.columns import Aggregation
from sightline.authz.reports.dimensions import DIMENSIONS, DateBasis
from sightline.authz.reports.lenses import ReportLens
from sightline.authz.reports.measures import MEASURES, Unit
from sightline.db.reports.queries import DimensionFilter, Period, Sum, SumsQuery, Whole
from sightline.db.reports.settings import ReportDefaults
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.reports.desk import OpenLens
from sightline.resolvers.reports.dimension_values import DimensionValues
from sightline.resolvers.reports.periods import begins_day, begins_days, whole_in_utc, zone_named
from sightline.resolvers.reports.requests import MOST_GROUPS, NATIVE, ReportRequest
from sightline.resolvers.reports.small_groups import Sizes, sizes_of, with_sizes


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """The columns that are computed, of which `shown` are shown, each over the programs of its coverage; and the query.

    `currency` is that of all amounts, None where each group has its own. Where groups have `sizes`, those that are over
    fewer than `least` are not shown.
    """

    shown: tuple[str, ...]
    computed: tuple[str, ...]
    coverage: Mapping[str, Expr]
    query: SumsQuery
    period: Period
    currency: str | None
    sizes: Sizes = ()
    least: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether totals are the sums over all groups."""
        return not any(each.median for each in self.query.sums) and not any(
            DIMENSIONS[key].several for key in self.query.group_by
        )


def plan_of(
    lens: OpenLens,
    request: ReportRequest,
    shown: tuple[str, ...],
    *,
    period: Period,
    defaults: ReportDefaults,
    values: DimensionValues,
) -> ReportPlan:
    """The plan of a request whose names have been found usable. Raises BadInputError for what cannot be answered."""
    _refuse_dates(lens, request, period, defaults)
    native = request.currency == NATIVE
    if not native and request.currency not in (None, defaults.currency):
        raise BadInputError(
            f"Amounts are kept in their own currency and in the platform's: ask for {NATIVE} or {defaults.currency}."
        )
    group_by = request.group_by
    if native and "currency" not in group_by:
        group_by = (*group_by, "currency")
    for each in request.order:
        if each.key in DIMENSIONS and each.key not in group_by and each.key not in lens.columns.columns:
            raise BadInputError(f"Order by columns, or by dimensions of groupBy: {each.key} is not among them.")
    ordered = (each.key for each in request.order if each.key in lens.columns.columns)
    computed = tuple(dict.fromkeys((*shown, *(each.column for each in request.having), *ordered)))
    if not computed:
        raise BadInputError("A report has at least one column.")
    coverage = {key: lens.sight.coverage(lens.columns.needs[key].classes) for key in computed}
    query = SumsQuery(
        tuple(dict.fromkeys(each for key in computed for each in sums_of(lens.columns, key, coverage[key]).values())),
        tuple(sorted({each for each in coverage.values() if each != TRUE}, key=repr)),
        group_by,
        request.basis,
        native,
        _whole(period, request.as_of),
        tuple(
            DimensionFilter(each.dimension, values.read(each.dimension, each.values), each.excluded)
            for each in request.filters
        ),
        request.statuses,
        MOST_GROUPS + 1,
        request.as_of,
        lens.single,
    )
    return ReportPlan(shown, computed, coverage, query, period, None if native else defaults.currency)


def without_small_groups(plan: ReportPlan, lens: OpenLens, least: int) -> ReportPlan:
    """The plan, held to groups of so many conversions at least where its reader has sums only (A5)."""
    sizes = sizes_of(plan.query.sums)
    if least <= 1 or lens.sight.fine_grain or not sizes:
        return plan
    return replace(plan, query=with_sizes(plan.query, sizes), sizes=sizes, least=least)


def moved_to(plan: ReportPlan, period: Period) -> ReportPlan:
    """The same plan over another period."""
    return replace(plan, period=period, query=replace(plan.query, whole=_whole(period, plan.query.as_of)))


def sums_of(columns: Catalogue, key: str, programs: Expr) -> dict[str, Sum]:
    """The sums that a column is computed from, by what its formula calls them; a median goes by the column's key."""
    needs = columns.needs[key]
    if columns.columns[key].aggregation is Aggregation.MEDIAN:
        (measure,) = needs.measures
        return {key: Sum((measure,), programs, median=True)}
    return {name: Sum(measures, programs) for name, measures in needs.sums.items()}


def is_money(columns: Catalogue, key: str) -> bool:
    """Whether a column is computed from amounts, which cannot be added up over currencies."""
    return any(MEASURES[measure].unit is Unit.MONEY for measure in columns.needs[key].measures)


def _whole(period: Period, as_of: datetime | None) -> Whole:
    """What stored sums may be over; of the past they know nothing."""
    return whole_in_utc(period) if as_of is None else Whole.MOMENTS


def _refuse_dates(lens: OpenLens, request: ReportRequest, period: Period, defaults: ReportDefaults) -> None:
    if request.compare is not None and any(DIMENSIONS[each.dimension].is_date for each in request.filters):
        raise BadInputError("A filter by dates holds in one period only: compare without it, over a shorter period.")
    if request.basis is DateBasis.MODIFIED and lens.lens.kind is not ReportLens.PLATFORM:
        raise BadInputError("The date basis MODIFIED exists in the lens PLATFORM only.")  # AC11
    if lens.sight.fine_grain:
        return
    # A5: otherwise the difference of two reports, over periods or days an hour apart, would be an hour's.
    zone = zone_named(defaults.platform_zone)
    if period.time_zone != zone.key or not begins_days(period):
        raise BadInputError(f"Your reports have whole days: those of the time zone {zone.key}.")
    if request.as_of is not None and not begins_day(request.as_of, zone):
        raise BadInputError(f"Your reports have whole days: asOf is where one begins in the time zone {zone.key}.")


def refuse_unknown_past(as_of: datetime | None, clock: datetime, defaults: ReportDefaults) -> None:
    """Raise BadInputError for a moment that is to come, or of which it is not known what conversions were."""
    if as_of is None:
        return
    if as_of > clock:
        raise BadInputError("asOf is a moment that has passed: nobody knows yet how things will stand.")
    if defaults.known_since is not None and as_of < defaults.known_since:
        first = defaults.known_since.astimezone(UTC).isoformat(timespec="seconds")
        raise BadInputError(f"What conversions were has been kept since {first}: ask for a later asOf.")
