"""Reports that tests save, share, export and schedule: whose they are and how they are opened."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from demo_platform import NORTHWIND, Person, Platform

SEASON = {"days": {"since": "2026-01-01", "until": "2026-06-01"}}
OPEN = """query ($id: ID!) { openReport(id: $id) {
    input columns { key available reason }
    report { rowCount columns { key values total } rows { dimensions { key value } } } } }"""
DEFINITION = "query ($id: ID!) { openReport(id: $id) { input columns { key available reason } } }"


async def advertisers_lens(platform: Platform) -> dict[str, Any]:
    """The lens of the advertiser whose members share reports."""
    number = await platform.named("organization", NORTHWIND)
    return {"kind": "ADVERTISER", "organization": platform.global_id("organization", number)}


async def asked(platform: Platform, *columns: str, **more: Any) -> dict[str, Any]:
    """A report by program of that advertiser."""
    lens = await advertisers_lens(platform)
    return {"lens": lens, "period": SEASON, "columns": list(columns), "groupBy": ["program"]} | more


async def member(platform: Platform, role: str, organization: str = NORTHWIND) -> Person:
    """A new member of an organization."""
    return await platform.person(await platform.membership(organization, role))


async def saved(platform: Platform, who: str, report: dict[str, Any]) -> str:
    """The id of a report that somebody saves."""
    answer = await platform.change_by(who, "saveReport", "id", name=f"Report {uuid4().hex[:8]}", report=report)
    assert answer["__typename"] == "SaveReportSuccess", answer
    return str(answer["id"])


async def opened(platform: Platform, who: str, report: str, query: str = DEFINITION) -> Any:
    """A saved report as somebody has it."""
    return (await platform.read(who, query, id=report))["openReport"]
