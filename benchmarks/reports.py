"""What reports cost: four dashboards through the engine, against the same numbers by SQL written for each, by asyncpg.

    python -m benchmarks.reports [--scale N] [--clicks N] [--rounds N] [--data-dir DIRECTORY]

Each is run in turn with two floors: SQL over the hourly sums, as somebody would write it who knows the answer's rights
by heart, and the same over the facts. Ratios of medians are printed; bodies are checked against each other. With
`--data-dir` the platform stays, and is used where it is there already: making a large one takes many minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import asyncpg

from sightline.db import migrate
from sightline.db.database import Database
from sightline.db.demo import CAST, seed, token_of
from sightline.db.demo.loading import unhindered
from sightline.db.rollup_repair import ROLLUPS, rebuild
from sightline.db.secrets import Secrets
from sightline.resolvers.global_ids import Key
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine

QUERY = "query ($input: ReportInput!) { report(input: $input) { columns { values } rows { dimensions { value } } } }"
PERIOD = {"days": {"since": "2026-01-01", "until": "2026-07-01"}}
COUNTED = "status IN ('APPROVED', 'PENDING', 'HOLD')"
WITHIN = "{at} >= '2026-01-01T00:00Z' AND {at} < '2026-07-01T00:00Z'"
MONTH = "date_trunc('month', timezone('UTC', {at}))"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One report: who asks for it, what, and the sum of its first column by group, over hourly sums and over facts."""

    who: str
    lens: tuple[str, str]
    columns: tuple[str, ...]
    group_by: tuple[str, ...]
    hourly: str
    facts: str


def _revenue(key: str, where: str, table: str, at: str) -> str:
    group = key.format(at=at)
    return (
        f"SELECT {group}, sum(revenue * fx_rate), sum(payout * fx_rate) FROM {table}"
        f" WHERE {WITHIN.format(at=at)} AND {COUNTED} AND {where} GROUP BY {group}"
    )


def _clicks(key: str, where: str, table: str, at: str, counted: str) -> str:
    group = key.format(at=at)
    return f"SELECT {group}, {counted} FROM {table} WHERE {WITHIN.format(at=at)} AND {where} GROUP BY {group}"


_SIZES = "SELECT (SELECT count(*) FROM conversion), (SELECT count(*) FROM click)"
_OWN = "{side}_org_id = (SELECT id FROM organization WHERE name = '{name}')"
_VALID = "sum(unique_clicks + duplicate_clicks)"
_COUNTED = "count(*) FILTER (WHERE kind <> 'INVALID')"
_NORTHWIND = _OWN.format(side="advertiser", name="Northwind Outfitters")
_BLUEBIRD = _OWN.format(side="partner", name="Bluebird Media")
_TRAFFIC, _SALES = "traffic_hour_by", "conversion_hour_by"

DASHBOARDS = {
    "staff: month": Dashboard(
        "admin", ("PLATFORM", ""), ("revenue", "payout"), ("month",),
        _revenue(MONTH, "true", f"{_SALES}_program", "hour"), _revenue(MONTH, "true", "conversion", "event_at"),
    ),
    "staff: program": Dashboard(
        "admin", ("PLATFORM", ""), ("revenue", "profit", "margin"), ("program",),
        _revenue("program_id", "true", f"{_SALES}_program", "hour"),
        _revenue("program_id", "true", "conversion", "event_at"),
    ),
    "advertiser: month": Dashboard(
        "adv-admin", ("ADVERTISER", "Northwind Outfitters"), ("revenue", "rpa"), ("month",),
        _revenue(MONTH, _NORTHWIND, f"{_SALES}_program", "hour"), _revenue(MONTH, _NORTHWIND, "conversion", "event_at"),
    ),
    "partner: account": Dashboard(
        "partner-admin", ("PARTNER", "Bluebird Media"), ("clicks",), ("account",),
        _clicks("affiliate_account_id", _BLUEBIRD, f"{_TRAFFIC}_account", "hour", _VALID),
        _clicks("affiliate_account_id", _BLUEBIRD, "click", "event_at", _COUNTED),
    ),
}  # fmt: skip


async def main() -> None:
    """Seed a demo platform in a directory of its own, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=int, default=1, help="1 is 50,000 conversions, 20 a million")
    options.add_argument("--clicks", type=int, default=0, help="so many clicks at least, as copies an hour later")
    options.add_argument("--rounds", type=int, default=30)
    options.add_argument("--data-dir", type=Path, help="where the platform is kept")
    given = options.parse_args()
    secrets = Secrets(b"the benchmark's secret, which is no secret")
    with tempfile.TemporaryDirectory(prefix="slb", dir="/tmp") as temporary:
        directory = given.data_dir or Path(temporary)
        await asyncio.to_thread(directory.mkdir, exist_ok=True)
        await asyncio.to_thread(directory.chmod, 0o711)  # the server's account has to enter it
        async with Database.open(None, data_dir=directory / "pg") as database:
            async with database.engine() as engine:
                await migrate.upgrade(engine)
            async with database.owner() as connection:
                if not await connection.fetchval("SELECT EXISTS (SELECT FROM conversion)"):
                    await seed(connection, secrets, scale=given.scale)
                    await _more_clicks(connection, given.clicks)
                    await connection.execute("VACUUM ANALYZE")
                conversions, clicks = await connection.fetchrow(_SIZES)
                print(f"{conversions:,} conversions, {clicks:,} clicks, {given.rounds} rounds; ratios of medians")
                for name, dashboard in DASHBOARDS.items():
                    await _measure(Engine.of(database, secrets), connection, secrets, name, dashboard, given.rounds)


async def _more_clicks(connection: asyncpg.Connection, wanted: int) -> None:
    """As many clicks as are wanted: those there are once more, some hours later, until there are enough."""
    stored = await connection.fetch("SELECT column_name FROM information_schema.columns WHERE table_name = 'click'")
    columns = [row["column_name"] for row in stored]
    moved = {"id": f"id + $1::int * {3_600_000 << 20}::bigint", "event_at": "event_at + $1::int * interval '1 hour'"}
    there = await connection.fetchval("SELECT count(*) FROM click")
    if there >= wanted:
        return
    async with connection.transaction(), unhindered(connection, ("click", *(each.table for each in ROLLUPS))):
        await connection.execute("CREATE TEMPORARY TABLE original ON COMMIT DROP AS SELECT * FROM click")
        for hours in range(1, -(-wanted // there)):
            await connection.execute(
                f"INSERT INTO click ({', '.join(columns)})"
                f" SELECT {', '.join(moved.get(each, each) for each in columns)} FROM original ON CONFLICT DO NOTHING",
                hours,
            )
        await rebuild(connection)


async def _measure(
    engine: Engine, connection: asyncpg.Connection, secrets: Secrets, name: str, dashboard: Dashboard, rounds: int
) -> None:
    token = token_of(next(each for each in CAST if each.key == dashboard.who), secrets)
    request = GraphQLRequest(QUERY, {"input": await _input(engine, connection, dashboard)})

    async def ours() -> Any:
        answer = await engine.execute(request, token)
        if answer.errors or answer.data is None:
            raise SystemExit(f"{answer.errors}")
        return answer.data["report"]

    async def hourly() -> Any:
        return await connection.fetch(dashboard.hourly)

    async def facts() -> Any:
        return await connection.fetch(dashboard.facts)

    report, rows, same = await ours(), await hourly(), await facts()
    total: Decimal = sum((Decimal(value or 0) for value in report["columns"][0]["values"]), Decimal())
    for floor in (rows, same):
        summed: Decimal = sum((row[1] or Decimal() for row in floor), Decimal())
        if abs(total - summed) > Decimal("0.01") or len(floor) != len(report["rows"]):
            raise SystemExit(f"{name}: the report and the SQL beside it differ")
    engine_time, hourly_time, facts_time = await _in_turn((ours, hourly, facts), rounds=rounds)
    print(
        f"{name:>18}  {len(rows):4} rows  wall {engine_time[0] / hourly_time[0]:6.2f}x of hourly sums, "
        f"{engine_time[0] / facts_time[0]:6.2f}x of facts; facts {facts_time[0] / hourly_time[0]:6.2f}x of hourly sums"
    )


async def _input(engine: Engine, connection: asyncpg.Connection, dashboard: Dashboard) -> dict[str, Any]:
    kind, named = dashboard.lens
    lens: dict[str, Any] = {"kind": kind}
    if named:
        number = await connection.fetchval("SELECT id FROM organization WHERE name = $1", named)
        lens["organization"] = engine.services.ids.encode("organization", [Key(number)])[0]
    columns, group_by = list(dashboard.columns), list(dashboard.group_by)
    return {"lens": lens, "columns": columns, "groupBy": group_by, "period": PERIOD, "timeZone": "UTC", "first": 1000}


async def _in_turn(works: tuple[Callable[[], Awaitable[Any]], ...], *, rounds: int) -> list[tuple[float, float]]:
    """The median (wall, CPU) seconds of each, run in turn."""
    loop = asyncio.get_running_loop()
    taken: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            wall, cpu = loop.time(), process_time()
            await work()
            times.append((loop.time() - wall, process_time() - cpu))
    return [(median(w for w, _ in times), median(c for _, c in times)) for times in taken]


if __name__ == "__main__":
    asyncio.run(main())
