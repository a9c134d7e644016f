"""What the route to a page saves: the page on its route, on the plain one, and without indexes in the order of ids.

Each is sent by asyncpg, in one transaction that is rolled back; what is printed is the ratio of the median to that of
the route, and how many rows of the table were looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import Any

import asyncpg
import orjson

from benchmarks.recording import Recorded, statements
from sightline.db.database import Database
from sightline.db.reads import Reads
from sightline.db.routes import PLAIN, Route
from sightline.server.execution import Engine

VIEWERS = {
    "full": "admin",
    "one advertiser": "adv-admin",
    "one partner": "partner-admin",
    "11 accounts": "affiliate-manager",
    "2 accounts": "collab-owner",
}
WITHOUT_NEWEST = """
    SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index
    WHERE indexrelid::regclass::text LIKE '%\\_newest'
"""


class PlainReads(Reads):
    """Reads that take the plain route always."""

    def page(self, visibility: Any, query: Any, route: Route = PLAIN) -> Any:
        return super().page(visibility, query, PLAIN)


async def measure_routes(
    database: Database, engine: Engine, query: str, tokens: Mapping[str, str], *, rounds: int
) -> None:
    """Print a line for each viewer."""
    plain_services = replace(engine.services, reads=PlainReads(engine.services.catalogue))
    plain = replace(engine, services=plain_services)
    for viewer, member in VIEWERS.items():
        routed = await statements(database, engine, query, tokens[member])
        unrouted = await statements(database, plain, query, tokens[member])
        async with database.owner() as connection:
            here = await _cost(connection, routed, rounds=rounds)
            there = await _cost(connection, unrouted, rounds=rounds)
            transaction = connection.transaction()
            await transaction.start()
            for drop in await connection.fetch(WITHOUT_NEWEST):
                await connection.execute(drop[0])
            before = await _cost(connection, unrouted[-1:], rounds=max(rounds // 10, 3))
            await transaction.rollback()
        said = "  ".join(
            f"{name} {seconds / here[0]:8.2f}x {rows:>8,} rows"
            for name, (seconds, rows) in {"route": here, "plain": there, "without indexes": before}.items()
        )
        print(f"{'page of 100':>14}  {viewer:>14}  {said}  (route: {here[0] * 1000:.2f} ms)")


async def _cost(connection: asyncpg.Connection, sent: list[Recorded], *, rounds: int) -> tuple[float, int]:
    """The median seconds of the statements together, and how many rows of conversions they look at."""
    taken = []
    for _ in range(rounds):
        begun = perf_counter()
        for each in sent:
            await connection.fetch(each.statement.text, *each.arguments())
        taken.append(perf_counter() - begun)
    explain = "EXPLAIN (ANALYZE, BUFFERS OFF, TIMING OFF, FORMAT JSON) "
    told = [await connection.fetchval(explain + each.statement.text, *each.arguments()) for each in sent]
    return median(taken), sum(_rows_read(orjson.loads(each)[0]["Plan"]) for each in told)


def _rows_read(node: Mapping[str, Any]) -> int:
    below = sum(_rows_read(each) for each in node.get("Plans", ()))
    if node.get("Relation Name") != "conversion":
        return below
    each_time: float = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return below + round(each_time * float(node["Actual Loops"]))
