"""Definitions of reports as they are stored: what is asked, in the words of a report's input, with the lens beside it.

A definition holds no right of anybody: it is read back into a request, which is refused or run like any other (RC10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sightline.authz.reports.dimensions import DateBasis
from sightline.authz.reports.lenses import Lens, ReportLens
from sightline.db.reports.queries import Period
from sightline.resolvers.reports.requests import (
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

LENS_PLACES: Mapping[ReportLens, tuple[str, str]] = {
    ReportLens.ADVERTISER: ("organization", "organization"),
    ReportLens.PARTNER: ("organization", "organization"),
    ReportLens.ACCOUNT: ("account", "affiliate_account"),
}
"""What a lens is of: the part of its input that names it, and the entity. The operator's is of nothing."""

Definition = Mapping[str, Any]
PeriodAsked = Preset | Comparison | Days | Moments

_UNLESS_SAID = Preset.LAST_30_DAYS
_LENS_COLUMNS = {
    ReportLens.ADVERTISER: "lens_organization_id",
    ReportLens.PARTNER: "lens_organization_id",
    ReportLens.ACCOUNT: "lens_account_id",
}


def lens_columns(lens: Lens) -> dict[str, Any]:
    """The columns that a lens is stored in."""
    stored: dict[str, Any] = {"lens": lens.kind, "lens_organization_id": None, "lens_account_id": None}
    if lens.kind in _LENS_COLUMNS:
        stored[_LENS_COLUMNS[lens.kind]] = lens.number
    return stored


def stored_lens(row: Mapping[str, Any]) -> Lens:
    """The lens of a stored row."""
    kind = ReportLens(row["lens"])
    return Lens(kind, row[_LENS_COLUMNS[kind]] if kind in _LENS_COLUMNS else None)


def definition_of(request: ReportRequest) -> dict[str, Any]:
    """A request as it is stored; its lens, its page and what was selected of its metrics are not of it."""
    found: dict[str, Any] = {"columns": list(request.columns), "period": _period_written(request.period)}
    found["groupBy"] = list(request.group_by)
    if request.compare is not None:
        found["compareTo"] = _period_written(request.compare)
    if request.as_of is not None:
        found["asOf"] = request.as_of.isoformat()
    found["dateBasis"] = request.basis.name
    named = {"timeZone": request.time_zone, "currency": request.currency}
    found |= {name: value for name, value in named.items() if value is not None}
    found["filters"] = [
        {"dimension": each.dimension, "notIn" if each.excluded else "in": list(each.values)} for each in request.filters
    ]
    if request.statuses is not None:
        found["statuses"] = list(request.statuses)
    found["having"] = [{"column": each.column, str(each.operator): str(each.value)} for each in request.having]
    found["orderBy"] = [{"key": each.key, "direction": "DESC" if each.descending else "ASC"} for each in request.order]
    found["onRestricted"] = "DROP" if request.drop else "REJECT"
    return found


def request_of(lens: Lens, stored: Definition) -> ReportRequest:
    """The request that a stored definition asks."""
    statuses = stored.get("statuses")
    return ReportRequest(
        lens,
        tuple(stored.get("columns", ())),
        _period_read(stored.get("period", {"preset": _UNLESS_SAID})),
        group_by=tuple(stored.get("groupBy", ())),
        compare=None if "compareTo" not in stored else _period_read(stored["compareTo"]),
        basis=DateBasis[stored.get("dateBasis", DateBasis.EVENT.name)],
        time_zone=stored.get("timeZone"),
        currency=stored.get("currency"),
        filters=tuple(
            RequestedFilter(each["dimension"], tuple(each.get("in", each.get("notIn"))), "notIn" in each)
            for each in stored.get("filters", ())
        ),
        statuses=None if statuses is None else tuple(statuses),
        having=tuple(
            Having(each["column"], operator, Decimal(each[operator]))
            for each in stored.get("having", ())
            for operator in Compared
            if operator in each
        ),
        order=tuple(RequestedOrder(each["key"], each["direction"] == "DESC") for each in stored.get("orderBy", ())),
        drop=stored.get("onRestricted") == "DROP",
        as_of=None if "asOf" not in stored else datetime.fromisoformat(stored["asOf"]),
        kept=True,
    )


def standing_still(request: ReportRequest, period: Period) -> ReportRequest:
    """The same report over what its period means now, in the time zone it has now: it moves with no clock any more."""
    return replace(request, period=Moments(period.since, period.until), time_zone=period.time_zone)


def _period_written(period: PeriodAsked) -> dict[str, Any]:
    match period:
        case Preset():
            return {"preset": str(period)}
        case Comparison():
            return {"previous": str(period)}
        case Days():
            return {"days": {"since": period.since.isoformat(), "until": period.until.isoformat()}}
        case Moments():
            return {"moments": {"since": period.since.isoformat(), "until": period.until.isoformat()}}


def _period_read(stored: Definition) -> Any:
    ((kind, given),) = stored.items()
    match kind:
        case "preset":
            return Preset(given)
        case "previous":
            return Comparison(given)
        case "days":
            return Days(date.fromisoformat(given["since"]), date.fromisoformat(given["until"]))
        case _:
            return Moments(datetime.fromisoformat(given["since"]), datetime.fromisoformat(given["until"]))
