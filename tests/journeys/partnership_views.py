"""What one viewer sees of a partnership: named cells, each read through the API as that viewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from demo_platform import Platform

from sightline.resolvers.reports.desk import NO_LENS

ABSENT, MASKED, NOTHING = "-", "*", "none"
"""No such row for this viewer; a row whose cell he does not have; a cell that is his to read and holds nothing."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of one of the partnership's things, by its path in GraphQL."""

    thing: str
    path: str


_TYPES = {
    "person": "User",
    "program": "Program",
    "organization": "Organization",
    "profile": "PartnerProfile",
    "source": "TrafficSource",
    "account": "AffiliateAccount",
    "company": "Company",
    "method": "PayoutMethod",
    "invitation": "Invitation",
    "enrollment": "Enrollment",
    "plan": "CommissionPlan",
    "sale": "Conversion",
    "invoice": "PayoutInvoice",
}
CELLS: Mapping[str, Cell] = {
    "person": Cell("person", "name"),
    "program": Cell("program", "status"),
    "model": Cell("program", "commissionModel"),
    "organization": Cell("organization", "name"),
    "profile": Cell("profile", "name"),
    "source": Cell("source", "name"),
    "url": Cell("source", "url"),
    "account": Cell("account", "status"),
    "owned": Cell("account", "hasCompany"),
    "owner": Cell("account", "company.name"),
    "people": Cell("account", "collaborators(first: 1).totalCount"),
    "sales": Cell("account", "conversions(first: 1).totalCount"),
    "company": Cell("company", "name"),
    "tax_id": Cell("company", "taxId"),
    "redacted": Cell("method", "redacted"),
    "details": Cell("method", "details"),
    "invitation": Cell("invitation", "state"),
    "invited": Cell("invitation", "email"),
    "enrollment": Cell("enrollment", "state"),
    "of": Cell("enrollment", "trafficSource.name"),
    "payee": Cell("enrollment", "affiliateAccount.name"),
    "plan": Cell("plan", "name"),
    "percent": Cell("plan", "payoutPercent"),
    "status": Cell("sale", "status"),
    "amount": Cell("sale", "saleAmount.amount"),
    "revenue": Cell("sale", "revenue.amount"),
    "payout": Cell("sale", "payout.amount"),
    "order": Cell("sale", "orderRef"),
    "settlement": Cell("sale", "settlement"),
    "invoice": Cell("invoice", "state"),
    "total": Cell("invoice", "total.amount"),
}
REPORTED = {
    "r.sales": "approved_conversions",
    "r.rejected": "rejected_conversions",
    "r.amount": "sale_amount",
    "r.revenue": "revenue",
    "r.payout": "payout",
}
"""Columns of the report of the hour in which the partnership sells."""
_REPORT = "query ($input: ReportInput!) { report(input: $input) { columns { values } rowCount } }"


async def cells_of(platform: Platform, who: str, things: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Some cells as somebody sees them. Things are global ids; one document asks for all, whatever he may see."""
    wanted = {name: CELLS[name] for name in names}
    asked = sorted({cell.thing for cell in wanted.values()})
    parts = []
    for thing in asked:
        fields = " ".join(_field(name, cell.path) for name, cell in wanted.items() if cell.thing == thing)
        parts.append(f"{thing}: node(id: ${thing}) {{ __typename ... on {_TYPES[thing]} {{ {fields} }} }}")
    variables = ", ".join(f"${thing}: ID!" for thing in asked)
    answer = await platform.ask(
        who,
        f"query ({variables}) @onDenied(mode: MASK) {{ {' '.join(parts)} }}",
        **{thing: things[thing] for thing in asked},
    )
    assert not answer.errors, answer.errors
    assert answer.data is not None
    said = (answer.extensions or {}).get("authorization", {})
    denied = {*said.get("unavailable", ()), *said.get("masked", ())}
    return {name: _shown(answer.data[cell.thing], name, cell, denied) for name, cell in wanted.items()}


async def reported(platform: Platform, who: str, lens: Any, period: Any, names: Iterable[str]) -> dict[str, str]:
    """Columns of a report by hour, each asked for by itself: a column that is not there, a lens that is not there."""
    found = {}
    for name in names:
        given = {"lens": lens, "period": {"moments": period}, "columns": [REPORTED[name]], "groupBy": ["hour"]}
        answer = await platform.ask(who, _REPORT, input=given | {"timeZone": "UTC"})
        if answer.errors:
            (code,) = {error["extensions"]["code"] for error in answer.errors}
            assert code in ("COLUMN_RESTRICTED", "BAD_INPUT"), answer.errors
            has_lens = code == "COLUMN_RESTRICTED" and answer.errors[0]["message"] != NO_LENS
            found[name] = MASKED if has_lens else ABSENT
            continue
        assert answer.data is not None
        assert answer.data["report"]["rowCount"] <= 1, "the period is one hour"
        values = answer.data["report"]["columns"][0]["values"]
        found[name] = NOTHING if not values or values[0] is None else _text(values[0])
    return found


async def counted(platform: Platform, who: str, ids: Iterable[str]) -> str:
    """How many of these rows somebody sees."""
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    rows = (await platform.read(who, query, ids=list(ids)))["nodes"]
    return str(sum(row is not None for row in rows))


def _field(name: str, path: str) -> str:
    first, *rest = path.split(".")
    return f"{name}: {first}" + "".join(f" {{ {each}" for each in rest) + " }" * len(rest)


def _shown(row: Any, name: str, cell: Cell, denied: set[str]) -> str:
    if row is None:
        return ABSENT
    type_ = _TYPES[cell.thing]
    assert row["__typename"] == type_
    first, *rest = cell.path.split(".")
    value = row.get(name)
    for each in rest:
        value = None if value is None else value[each]
    if denied & {type_, f"{type_}.{first.partition('(')[0]}"}:
        assert value is None
        return MASKED
    return NOTHING if value is None else _text(value)


def _text(value: Any) -> str:
    """A value in one word."""
    return "_".join(str(value).split())
