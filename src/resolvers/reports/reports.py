"""A report from request to answer, in the order in which nothing is told too early.

Ceilings and syntax, which depend on nobody; the lens; every name in it (RC6); what cannot be answered; then statements.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from sightline.authz.reports.dimensions import DIMENSIONS
from sightline.authz.reports.lenses import Lens, ReportLens
from sightline.db.reports.queries import Period
from sightline.db.reports.settings import ReportDefaults, report_defaults
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.operation import Operation
from sightline.resolvers.reports.desk import OpenLens
from sightline.resolvers.reports.dimension_values import DimensionValues
from sightline.resolvers.reports.labels import names_of
from sightline.resolvers.reports.metrics import metrics_named
from sightline.resolvers.reports.names import columns_to_show
from sightline.resolvers.reports.ordering import Names, Order, PageOfRows, page_of, satisfying
from sightline.resolvers.reports.periods import bucket_of, compared_period, period_of, steps_from, zone_named
from sightline.resolvers.reports.plans import ReportPlan, moved_to, plan_of, refuse_unknown_past, without_small_groups
from sightline.resolvers.reports.requests import MOST_GROUPS, ReportRequest
from sightline.resolvers.reports.running import Line, Rows, Run, Totals

TOO_MANY_TO_ORDER = f"There are more than {MOST_GROUPS:,} rows, too many to choose and order: ask for a shorter period"
_OF_ORGANIZATIONS = frozenset({ReportLens.ADVERTISER, ReportLens.PARTNER})


@dataclass(frozen=True, slots=True)
class Compared:
    """The same report over another period: what each row of the page was then, None where there was no such row."""

    period: Period
    rows: tuple[Line | None, ...]
    totals: Totals


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """A report that has been run: a page of its rows, and its totals over all of them."""

    run: Run
    plan: ReportPlan
    page: PageOfRows
    names: Names
    totals: Totals
    complete: bool
    withheld: bool
    compared: Compared | None


@dataclass(frozen=True, slots=True, eq=False)
class ReadyReport:
    """A report that may run as it is asked for, and nothing of it computed yet."""

    lens: OpenLens
    plan: ReportPlan
    before: Period | None
    values: DimensionValues


async def ready(operation: Operation, request: ReportRequest) -> ReadyReport:
    """A request that may run. Raises ColumnRestrictedError and BadInputError for any other."""
    request.check()
    metrics = await metrics_named(operation, request.named_columns)
    lens = operation.services.desk.open(operation.principal, request.lens, metrics, as_of=request.as_of is not None)
    shown = columns_to_show(lens, request)
    defaults = await _defaults(operation, request.lens)
    # A5: whoever has whole days only has those of the platform.
    zone = zone_named(defaults.zone(own=lens.sight.fine_grain) if request.time_zone is None else request.time_zone)
    period, before = operation.snapshot.by_clock(lambda clock: _periods(request, zone, defaults, clock))
    services = operation.services
    values = DimensionValues(services.catalogue, services.ids, zone)
    plan = plan_of(lens, request, shown, period=period, defaults=defaults, values=values)
    plan = without_small_groups(plan, lens, services.desk.limits.smallest_group)
    if before is not None:
        plan_of(lens, request, shown, period=before, defaults=defaults, values=values)  # refused alike
    return ReadyReport(lens, plan, before, values)


def _periods(
    request: ReportRequest, zone: ZoneInfo, defaults: ReportDefaults, clock: datetime
) -> tuple[Period, Period | None]:
    """What a report covers, and what it is compared with, at a time."""
    refuse_unknown_past(request.as_of, clock, defaults)
    period = period_of(request.period, zone, clock)
    return period, None if request.compare is None else compared_period(request.compare, period, clock)


async def report_of(operation: Operation, request: ReportRequest) -> Report:
    """The report of a request. Raises ColumnRestrictedError and BadInputError before any of it is computed."""
    asked = await ready(operation, request)
    plan, before = asked.plan, asked.before
    run = Run(asked.lens, operation.snapshot)
    outcome = await run.outcome(plan)
    if not outcome.complete and (request.having or request.order):
        raise BadInputError(f"{TOO_MANY_TO_ORDER}, fewer dimensions, or filters.")
    page, names = await page_and_names(operation, request, plan, outcome.rows, asked.values)
    compared = None if before is None else await compared_with(run, plan, page, before)
    return Report(run, plan, page, names, outcome.totals, outcome.complete, outcome.withheld, compared)


async def _defaults(operation: Operation, lens: Lens) -> ReportDefaults:
    organization = lens.number if lens.kind in _OF_ORGANIZATIONS else None
    return await report_defaults(operation.snapshot, user_id=operation.principal.user_id, organization_id=organization)


async def page_and_names(
    operation: Operation, request: ReportRequest, plan: ReportPlan, rows: Rows, values: DimensionValues
) -> tuple[PageOfRows, Names]:
    """The page of a request, and the names of the rows that its dimensions lead to, as far as they are asked for."""
    group_by = plan.query.group_by
    chosen = satisfying(rows, request.having)
    ordered = {each.key for each in request.order}
    names = await names_in(operation, group_by, [rows.keys[at] for at in chosen], ordered)
    page = page_of(
        chosen,
        Order(rows, request, group_by, names, values),
        cursors=operation.services.cursors,
        viewer=operation.principal.fingerprint,
    )
    others = set(group_by) - ordered if request.labels else ()
    return page, names | await names_in(operation, group_by, page.rows.keys, others)


async def names_in(
    operation: Operation, group_by: Sequence[str], rows: Sequence[tuple[object, ...]], keys: Collection[str]
) -> dict[str, Mapping[object, str | None]]:
    """The names of what rows stand for, in some of the dimensions of a report."""
    return {
        key: await names_of(operation, DIMENSIONS[key].entity, (each[at] for each in rows))
        for at, key in enumerate(group_by)
        if key in keys
    }


async def compared_with(run: Run, plan: ReportPlan, page: PageOfRows, before: Period) -> Compared:
    """The rows of a page as they were in another period."""
    outcome = await run.outcome(moved_to(plan, before))
    then = {_position(key, plan, before): at for at, key in enumerate(outcome.rows.keys)}
    places = [then.get(_position(key, plan, plan.period)) for key in page.rows.keys]
    rows = outcome.rows.only([at for at in places if at is not None])
    found = count()
    return Compared(before, tuple(None if at is None else Line(rows, next(found)) for at in places), outcome.totals)


def _position(key: tuple[object, ...], plan: ReportPlan, period: Period) -> tuple[object, ...]:
    """What a row stands for, with its dates counted from the beginning of its period."""
    zone = ZoneInfo(period.time_zone)
    return tuple(
        value if part is None or value is None else steps_from(bucket_of(period.since, part, zone), value, part)
        for value, part in zip(key, (DIMENSIONS[each].part for each in plan.query.group_by), strict=True)
    )
