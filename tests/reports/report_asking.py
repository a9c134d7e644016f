"""Asking for reports through GraphQL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from demo_platform import Platform
from report_oracle import Asked, Key

REPORT = """query ($input: ReportInput!) { report(input: $input) {
    rowCount complete pageInfo { hasNextPage endCursor }
    columns { key values total coverage programs }
    rows { dimensions { key value } } } }"""


@dataclass(frozen=True, slots=True)
class Answered:
    """A report as it was answered: all its pages."""

    rows: dict[Key, dict[str, Decimal | None]]
    totals: dict[str, Decimal | None]
    coverage: dict[str, int | None]
    complete: bool = True


async def answered(platform: Platform, asked: Asked, **more: Any) -> Answered:
    """The whole report."""
    token = platform.member(asked.lens.who)
    found, complete = Answered({}, {}, {}), True
    after, has_more, count = None, True, 0
    while has_more:
        given = asked.input(first=1000, after=after, **more)
        report = (await platform.read(token, REPORT, input=given))["report"]
        complete = report["complete"]
        for at, row in enumerate(report["rows"]):
            key = tuple(each["value"] for each in row["dimensions"])
            assert key not in found.rows
            found.rows[key] = {each["key"]: _number(each["values"][at]) for each in report["columns"]}
        found.totals.update({each["key"]: _number(each["total"]) for each in report["columns"]})
        found.coverage.update({each["key"]: each["programs"] for each in report["columns"]})
        after, has_more, count = report["pageInfo"]["endCursor"], report["pageInfo"]["hasNextPage"], report["rowCount"]
    assert len(found.rows) == count
    return replace(found, complete=complete)


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
