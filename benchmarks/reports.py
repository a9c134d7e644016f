"""What reports cost: four dashboards through the engine, against the same numbers by SQL written for each, by asyncpg.

    python -m benchmarks.reports [--scale N] [--clicks N] [--rounds N] [--data-dir DIRECTORY]

Each is run in turn with its floors: SQL over stored sums, of hours and, for the first, of days, as somebody would write
it who knows the answer's rights by heart, and the same over the facts. Ratios of medians are printed; bodies are
checked against each other. With `--data-dir` the platform stays, and is used where it is there already: making a large
one takes many minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.platforms import migrated
from benchmarks.servers import SECRET
from benchmarks.turns import in_turn
from sightline.db.demo import CAST, seed, token_of
from sightline.db.demo.loading import unhindered
from sightline.db.rollup_repair import ROLLUPS, rebuild
from sightline.db.secrets import Secrets
from sightline.resolvers.global_ids import Key
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine
from sightline.server.memory import keep_what_lasts

QUERY = "query ($input: ReportInput!) { report(input: $input) { columns { values } rows { dimensions { value } } } }"
MONTH, YEAR, WEEK = ("2026-06-01", "2026-07-01"), ("2025-07-01", "2026-07-01"), ("2026-06-24", "2026-07-01")
_COUNTED = "f.status IN ('APPROVED', 'PENDING', 'HOLD')"
_AMOUNTS = ("revenue", "payout", "sale_amount")
_MAIN = "(goal_id IS NULL OR goal_id IN (SELECT id FROM program_goal WHERE is_base))"
_SIZES = "SELECT (SELECT count(*) FROM conversion), (SELECT count(*) FROM click)"
_ACCOUNT = """
    SELECT c.affiliate_account_id FROM collaborator c JOIN app_user u ON u.id = c.user_id
    WHERE u.email = 'collab-owner@demo.example' ORDER BY 1 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the numbers by hand are taken from: two relations, the moment of each of their rows, and its counts."""

    converted: str
    clicked: str
    at: str
    conversions: str
    clicks: str


def _stored(grain: str) -> Source:
    """Sums of a grain: `hour_by_program`."""
    return Source(
        f"conversion_{grain}",
        f"traffic_{grain}",
        f"f.{grain.split('_')[0]}",
        f"sum(conversions) FILTER (WHERE {_COUNTED})",
        "sum(unique_clicks + duplicate_clicks)",
    )


FACTS = Source(
    "conversion",
    "click",
    "f.event_at",
    f"count(*) FILTER (WHERE {_COUNTED} AND {_MAIN})",
    "count(*) FILTER (WHERE kind <> 'INVALID')",
)


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One report: who asks for it and what, and how it is written by hand, with `{at}` for the moment of a row."""

    who: str
    columns: tuple[str, ...]
    group_by: tuple[str, ...]
    period: tuple[str, str]
    grains: tuple[str, ...]
    keys: tuple[str, ...]
    shown: str
    where: str = "true"
    joined: str = ""
    order: str = ""
    most: int = 1_000

    def by_hand(self, source: Source) -> str:
        """The statement of somebody who knows the answer's rights by heart."""
        keys = [each.format(at=source.at) for each in self.keys]
        by = ", ".join(str(at + 1) for at in range(len(keys)))
        named = ", ".join(f"k{at}" for at in range(len(keys)))
        told = ", ".join(f"{key} AS k{at}" for at, key in enumerate(keys))
        since, until = (f"'{day}T00:00Z'" for day in self.period)
        where = f"WHERE {source.at} >= {since} AND {source.at} < {until} AND {self.where} GROUP BY {by}"
        amounts = ", ".join(f"sum({each} * f.fx_rate) FILTER (WHERE {_COUNTED}) AS {each}" for each in _AMOUNTS)
        none_is_nought = ", ".join(f"coalesce({each}, 0) AS {each}" for each in (*_AMOUNTS, "conversions", "clicks"))
        return f"""
            WITH converted AS (
                SELECT {told}, {source.conversions} AS conversions, {amounts}
                FROM {source.converted} f {self.joined} {where}
            ), clicked AS (
                SELECT {told}, {source.clicks} AS clicks FROM {source.clicked} f {self.joined} {where}
            ), lines AS (
                SELECT {named}, {none_is_nought} FROM converted FULL JOIN clicked USING ({named})
            ) SELECT {self.shown}, {named} FROM lines ORDER BY {self.order or named} LIMIT {self.most}
        """


_PARTNER = "JOIN affiliate_account a ON a.id = f.affiliate_account_id"
_PROFIT = "revenue - payout AS profit"
DASHBOARDS = {
    "a month by day and program": Dashboard(
        "admin", ("revenue", "payout", "profit", "sale_amount", "conversions", "clicks", "cpa", "margin"),
        ("day", "program"), MONTH, ("hour_by_program", "day_by_program"),
        ("(timezone('UTC', {at}))::date", "f.program_id"),
        f"revenue, payout, {_PROFIT}, sale_amount, conversions, clicks, payout / nullif(conversions, 0) AS cpa,"
        " (revenue - payout) / nullif(revenue, 0) AS margin", order="revenue DESC",
    ),
    "a year by month and partner": Dashboard(
        "admin", ("revenue", "payout", "profit", "conversions"), ("month", "partner"), YEAR, ("hour_by_account",),
        ("date_trunc('month', timezone('UTC', {at}))", "a.partner_profile_id"),
        f"revenue, payout, {_PROFIT}, conversions", joined=_PARTNER, order="revenue DESC",
    ),
    "top 50 partners by profit": Dashboard(
        "admin", ("profit", "revenue"), ("partner",), YEAR, ("hour_by_account",), ("a.partner_profile_id",),
        f"{_PROFIT}, revenue", joined=_PARTNER, order="profit DESC", most=50,
    ),
    "an affiliate's week by hour": Dashboard(
        "collab-owner", ("payout", "clicks", "conversions", "epc"), ("hour",), WEEK, ("hour_by_account",),
        ("date_trunc('hour', {at})",), "payout, clicks, conversions, payout / nullif(clicks, 0) AS epc",
        where="f.affiliate_account_id = {account}",
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
    secrets = Secrets(SECRET.encode())
    with tempfile.TemporaryDirectory(prefix="slb", dir="/tmp") as temporary:
        directory = given.data_dir or Path(temporary)
        await asyncio.to_thread(directory.mkdir, exist_ok=True)
        async with migrated(directory) as database, database.owner() as connection:
            if not await connection.fetchval("SELECT EXISTS (SELECT FROM conversion)"):
                await seed(connection, secrets, scale=given.scale)
                await _more_clicks(connection, given.clicks)
                await connection.execute("VACUUM ANALYZE")
            conversions, clicks = await connection.fetchrow(_SIZES)
            print(f"{conversions:,} conversions, {clicks:,} clicks, {given.rounds} rounds; ratios of medians")
            engine = Engine.of(database, secrets)
            keep_what_lasts()
            for name, dashboard in DASHBOARDS.items():
                await _measure(engine, connection, secrets, name, dashboard, given.rounds)


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

    account = await connection.fetchval(_ACCOUNT)

    def by_hand(source: Source) -> Callable[[], Awaitable[Any]]:
        statement = dashboard.by_hand(source).replace("{account}", str(account))
        return lambda: connection.fetch(statement)

    floors = {grain: by_hand(_stored(grain)) for grain in dashboard.grains} | {"facts": by_hand(FACTS)}
    report = await ours()
    total: Decimal = sum((Decimal(value or 0) for value in report["columns"][0]["values"]), Decimal())
    for floor in floors.values():
        rows = await floor()
        summed: Decimal = sum((row[0] or Decimal() for row in rows), Decimal())
        if abs(total - summed) > Decimal("0.01") or len(rows) != len(report["rows"]):
            raise SystemExit(f"{name}: {total} in {len(report['rows'])} rows, by hand {summed} in {len(rows)}")
    engine_time, *taken = await in_turn(ours, *floors.values(), rounds=rounds)
    walls = {grain: each.wall for grain, each in zip(floors, taken, strict=True)}
    to_floors = ", ".join(f"{engine_time.wall / wall:.2f}x of {grain}" for grain, wall in walls.items())
    to_sums = ", ".join(f"{walls['facts'] / walls[grain]:.1f}x of {grain}" for grain in dashboard.grains)
    print(f"{name}, {len(report['rows'])} rows: wall {to_floors}; facts {to_sums}")


async def _input(engine: Engine, connection: asyncpg.Connection, dashboard: Dashboard) -> dict[str, Any]:
    lens: dict[str, Any] = {"kind": "PLATFORM"}
    if dashboard.where != "true":
        number = await connection.fetchval(_ACCOUNT)
        lens = {"kind": "ACCOUNT", "account": engine.services.ids.encode("affiliate_account", [Key(number)])[0]}
    since, until = dashboard.period
    order = [{"key": dashboard.order.split()[0], "direction": "DESC"}] if dashboard.order else []
    return {
        "lens": lens,
        "columns": list(dashboard.columns),
        "groupBy": list(dashboard.group_by),
        "period": {"days": {"since": since, "until": until}},
        "timeZone": "UTC",
        "orderBy": order,
        "first": dashboard.most,
    }


if __name__ == "__main__":
    asyncio.run(main())
