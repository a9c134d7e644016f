"""Files of two periods, and how many files one person may have waiting."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
import pytest
from demo_platform import Platform
from files_of_reports import export_of, exports_over, fetched
from kept_reports import asked, member

from sightline.resolvers.reports.limits import ReportLimits
from sightline.server.execution import Engine, services_of
from sightline.server.exports.fetching import Exports


@pytest.fixture
def exports(platform: Platform) -> Exports:
    """What fetches over the shared platform."""
    return exports_over(platform)


@pytest.mark.parametrize("file", ["CSV", "JSONL"])
async def test_rc11_a_file_has_the_compared_period_beside_each_column(
    platform: Platform, exports: Exports, file: str
) -> None:
    """RC11, RC5: every row as `compare` of the answer has it, and the totals of both periods."""
    owner = (await member(platform, "Admin")).token
    columns = ["clicks", "revenue", "payout"]
    season = {"days": {"since": "2026-04-01", "until": "2026-06-01"}}
    report = await asked(
        platform, *columns, groupBy=["month"], period=season, compareTo={"previous": "PREVIOUS_PERIOD"}
    )
    query = """query ($input: ReportInput!) { report(input: $input) { columns { key values total }
        rows { dimensions { value } } compare { columns { values total } } } }"""
    answer = (await platform.read(owner, query, input=report))["report"]
    months = [row["dimensions"][0]["value"] for row in answer["rows"]]
    pairs = list(zip(answer["columns"], answer["compare"]["columns"], strict=True))
    assert months == ["2026-04", "2026-05"]
    assert all(then["values"] != column["values"] for column, then in pairs)
    expected = {
        month: [_number(each["values"][at]) for pair in pairs for each in pair] for at, month in enumerate(months)
    }
    expected["Total"] = [_number(each["total"]) for pair in pairs for each in pair]
    path = await export_of(platform, owner, report, file)
    body = (await fetched(exports, path, owner)).text
    if file == "CSV":
        heading, *lines = csv.reader(io.StringIO(body))
        assert heading[1:3] == ["Clicks", "Clicks (compared)"]
        assert heading[4].startswith("Revenue (compared, EUR")
        found = {line[0]: [_number(cell or None) for cell in line[1:]] for line in lines}
    else:
        objects = [orjson.loads(line) for line in body.splitlines()]
        rows = [(each["month"], each) for each in objects if "totals" not in each] + [("Total", objects[-1]["totals"])]
        keys = [name for column in columns for name in (column, f"{column}_compared")]
        found = {month: [_number(each[key]) for key in keys] for month, each in rows}
    assert found == expected


async def test_rc11_one_person_has_so_many_exports_waiting(platform: Platform, exports: Exports) -> None:
    """RC11, LK14: one more is refused until one is fetched or given up; those of others do not count."""
    services = services_of(platform.engine.database, platform.secrets, ReportLimits(most_exports=2))
    engine = Engine(platform.engine.database, services, platform.engine.access, platform.engine.api)
    limited = replace(platform, engine=engine)
    owner, other = [(await member(platform, "Admin")).token for _ in range(2)]
    report = await asked(platform, "clicks")
    first, second = [await export_of(limited, owner, report) for _ in range(2)]
    full = {
        "__typename": "ValidationError",
        "message": "You have 2 exports waiting or running, and 2 is the most: fetch one or give one up first.",
        "code": "BAD_INPUT",
        "path": ["report"],
    }

    async def refused() -> dict[str, Any]:
        return await limited.change_by(owner, "exportReport", "link", report=report, format="CSV")

    assert await refused() == full
    await export_of(limited, other, report)
    assert (await fetched(exports, first, owner)).status_code == 200
    third = await export_of(limited, owner, report)
    assert await refused() == full
    for path in (second, third):
        given_up = path.rpartition("/")[2]
        await limited.change_by(owner, "cancelExport", "reportExport { state }", reportExport=given_up)
    await export_of(limited, owner, report)


def _number(text: Any) -> Decimal | None:
    return None if text in (None, "") else Decimal(text)
