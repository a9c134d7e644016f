"""Custom metrics: made, changed, archived by whoever owns them (M5a, RC6, RC7, C-22).

A formula is read first, which depends on nobody. Then its columns must be usable together in some lens of its author's,
of the organization's where it is offered to one; what is restricted and what does not exist is said in the same words.
"""

from __future__ import annotations

from collections.abc import Iterator
from secrets import token_hex
from typing import Any

from sightline.authz.reports.catalogue import not_available
from sightline.authz.reports.columns import Column, custom_metric
from sightline.authz.reports.formulas import FormulaError, text
from sightline.authz.reports.lenses import Lens, ReportLens, lenses_of
from sightline.authz.reports.metrics import KEY_PREFIX, given_away_by, made_of, medians_in, refusal_of
from sightline.db.tables.enums import MetricState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.refusals import InvalidError
from sightline.resolvers.reports.desk import OpenLens
from sightline.resolvers.reports.requests import LONGEST_NAME

MOST_METRICS = 100
"""How many active metrics somebody has: each is looked at whenever he builds a report."""

_OWN = "SELECT count(*) AS own FROM custom_metric WHERE owner_id = $1 AND state = 'ACTIVE'"
_MOST_NAMED = 20
_OF_ORGANIZATIONS = (ReportLens.ADVERTISER, ReportLens.PARTNER)


async def create_custom_metric(
    change: Change, *, name: str, formula: str, description: str | None = None, organization: str | None = None
) -> Done:
    """A metric of one's own, under a key that nobody chose: that one is taken would tell of a metric (RC6)."""
    called, says = checks.name(name, "name"), checks.text(description, "description")
    metric = _metric(formula)
    offered_to = await _found(change, organization)
    await change.allow("custom_metric:create", Found("app_user", Key(change.actor)))
    await _allow_offering(change, offered_to)
    _refuse_columns(change, metric, _number(offered_to))
    if await change.count_own(_OWN) >= MOST_METRICS:
        raise InvalidError(f"You have {MOST_METRICS} custom metrics, the most there can be: archive one.")
    values: dict[str, Any] = {
        "key": KEY_PREFIX + token_hex(6),
        "name": called,
        "description": says,
        "formula": _written(metric),
        "organization_id": _number(offered_to),
    }
    made = await change.insert("custom_metric", owner_id=change.actor, **values)
    row = Found("custom_metric", Key(made["id"]))
    await change.record("custom_metric:create", row, after=values)
    return Done({"custom_metric": row})


async def edit_custom_metric(change: Change, *, custom_metric: str, version: int | None = None, **given: Any) -> Done:
    """Its name, words, formula, and whom it is offered to; reports that name it follow at once."""
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = checks.name(given["name"] or "", "name")
    if "description" in given:
        values["description"] = checks.text(given["description"], "description")
    if "formula" in given:
        values["formula"] = _written(_metric(given["formula"] or ""))
    row = await change.find("custom_metric", custom_metric, "customMetric")
    offered_to = await _found(change, given.get("organization"))
    await change.allow("custom_metric:edit", row)
    await _allow_offering(change, offered_to)
    if "organization" in given:
        values["organization_id"] = _number(offered_to)
    before = await change.lock(row)
    _refuse_archived(before)
    if "formula" in values or values.get("organization_id") is not None:
        after = {"formula": before["formula"], "organization_id": before["organization_id"]} | values
        _refuse_columns(change, _metric(after["formula"]), after["organization_id"])
    return await change.edit("custom_metric:edit", row, before, values, version=version)


async def archive_custom_metric(change: Change, *, custom_metric: str, version: int | None = None) -> Done:
    """ACTIVE to ARCHIVED, for good: from then on it is a column that does not exist."""
    row = await change.find("custom_metric", custom_metric, "customMetric")
    await change.allow("custom_metric:edit", row)
    before = await change.lock(row)
    _refuse_archived(before)
    values: dict[str, Any] = {"state": MetricState.ARCHIVED}
    return await change.edit("custom_metric:archive", row, before, values, version=version)


def _metric(formula: str) -> Column:
    try:
        metric = custom_metric(KEY_PREFIX, "", description="", formula=formula)
    except FormulaError as error:
        raise InvalidError(f"{error}.", "formula") from error
    nested = [key for key in made_of(metric) if key.startswith(KEY_PREFIX)]
    if nested:
        key = nested[0][:LONGEST_NAME]
        raise InvalidError(f'A metric is made of built-in columns: write the formula of "{key}" instead.', "formula")
    if not made_of(metric):
        raise InvalidError("A metric is computed from at least one column.", "formula")
    return metric


def _written(metric: Column) -> str:
    assert metric.formula is not None
    return text(metric.formula)


async def _found(change: Change, organization: str | None) -> Found | None:
    return None if organization is None else await change.find("organization", organization, "organization")


async def _allow_offering(change: Change, organization: Found | None) -> None:
    if organization is not None:
        message = "You may not make reports for this organization."
        await change.allow("custom_metric:offer", organization, message=message)


def _number(organization: Found | None) -> int | None:
    return None if organization is None else organization.key.id


def _refuse_archived(before: Any) -> None:
    if before["state"] == MetricState.ARCHIVED:
        raise InvalidError("This metric is archived: make a new one.", "customMetric")


def _refuse_columns(change: Change, metric: Column, organization: int | None) -> None:
    """RC6, RC7: in the same words whether a column is unknown or restricted; with a witness where it is an amount."""
    lenses = list(_lenses(change, organization))
    columns = made_of(metric)
    missing = [key for key in columns if not any(key in lens.usable for lens in lenses)]
    if missing:
        raise InvalidError(" ".join(not_available(key[:LONGEST_NAME]) for key in missing[:_MOST_NAMED]), "formula")
    showing = [lens for lens in lenses if set(columns) <= lens.usable]
    if not showing:
        raise InvalidError("These columns are not available to you together, in any one lens.", "formula")
    medians = medians_in(metric)
    if medians:
        raise InvalidError(f'"{medians[0]}" is a median, from which nothing is computed: leave it out.', "formula")
    for lens in showing:
        found = given_away_by(lens.reader, metric)
        if found is not None:
            raise InvalidError(refusal_of(found), "formula")


def _lenses(change: Change, organization: int | None) -> Iterator[OpenLens]:
    operation = change.operation
    for lens in lenses_of(operation.principal.paths):
        if organization is None or (lens.kind in _OF_ORGANIZATIONS and lens.number == organization):
            yield operation.services.desk.open(operation.principal, Lens(lens.kind, lens.number))
