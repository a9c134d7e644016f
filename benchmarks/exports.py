"""What an export costs: a report of many rows as a file, as it is fetched, in time and in memory.

    python -m benchmarks.exports [--rows 1000000] [--format CSV|JSONL|XLSX|PARQUET]

One conversion for each row, and a report by order number: as many rows as there are. The rows of a file that streams
are counted and added up as they come, and compared with what was generated, to the cent; of XLSX and Parquet the
export's own count is compared. The memory of this process must not grow between a tenth of the rows and the end.
Either failing ends the run with exit code 1. Rates of a shared machine mean nothing, so the time is printed as a
multiple of that of the same sums by SQL alone, their rows thrown away.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg
import orjson

from benchmarks.imports import FLAT, Memory
from benchmarks.platforms import migrated
from sightline.db.database import Database
from sightline.db.demo import CAST, seed, token_of
from sightline.db.rollup_repair import rebuild
from sightline.db.secrets import Secrets
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine
from sightline.server.exports.fetching import Exports

AMOUNT = Decimal("1.25")
STREAMED = ("CSV", "JSONL")
EXPORT = """mutation ($input: ExportReportInput!) { exportReport(input: $input) {
    ... on ExportReportSuccess { id } ... on UserError { message } } }"""
# Copies of a conversion of the platform, with an order each, on a day that has no others.
CONVERSIONS = """
    INSERT INTO conversion ({columns}) SELECT {columns_made} FROM
    (SELECT c FROM conversion c WHERE status = 'PENDING' AND currency = 'EUR' ORDER BY id LIMIT 1) one,
    generate_series(1, $1::int) n,
    jsonb_populate_record(one.c, jsonb_build_object(
        'id', (extract(epoch FROM timestamptz '2026-08-01Z') * 1000)::bigint * 1048576 + n,
        'event_at', timestamptz '2026-08-01Z', 'click_id', NULL, 'click_at', NULL,
        'external_ref', 'benchmark-' || n, 'order_ref', 'order ' || n, 'revenue', 1.25
    )) made
"""
BY_SQL = """
    SELECT count(*) FROM (
        SELECT order_ref, count(*), sum(revenue * fx_rate) FROM conversion
        WHERE event_at >= '2026-08-01Z' AND event_at < '2026-08-02Z' GROUP BY order_ref ORDER BY order_ref
    ) groups
"""


@dataclass(slots=True)
class Read:
    """What was read of a file that streams: its rows without the totals, their revenue, and that of the totals."""

    rows: int = 0
    revenue: Decimal = Decimal()
    total: Decimal | None = None
    rest: bytes = b""

    def add(self, part: bytes, file: str) -> None:
        """Some bytes more."""
        *lines, self.rest = (self.rest + part).split(b"\n")
        for line in lines:
            self._line(line.strip(), file)

    def _line(self, line: bytes, file: str) -> None:
        if file == "CSV":
            name, _, amount = line.decode().split(",")
            is_total = name == "Total"
        else:
            found = orjson.loads(line)
            is_total = "totals" in found
            amount = (found["totals"] if is_total else found)["revenue"]
        if is_total:
            self.total = Decimal(amount)
        elif not amount.startswith("Revenue"):
            self.rows += 1
            self.revenue += Decimal(amount)


async def main() -> None:
    """Generate, fetch, compare, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--format", choices=("CSV", "JSONL", "XLSX", "PARQUET"), default="CSV")
    given = options.parse_args()
    secrets = Secrets(b"a secret of the benchmark, and of nothing else")
    with tempfile.TemporaryDirectory(prefix="sle", dir="/tmp") as name:
        async with migrated(Path(name)) as database:
            async with database.owner() as connection:
                await seed(connection, secrets)
                await _generate(connection, given.rows)
                await connection.execute("ANALYZE conversion")
                floor = await _by_sql(connection, given.rows)
            read, written, memory, ours = await _fetch(database, secrets, given.rows, given.format)
    if written != given.rows or (given.format in STREAMED and not _right(read, given.rows)):
        raise SystemExit(f"The file is wrong: {written:,} rows written, and read {read}")
    print(f"{written:,} rows of {given.format}: counted, and sums equal to the cent where they stream")
    print(f"{ours:.1f} s, {ours / floor:.1f} times the time of the sums alone by SQL")
    print(f"memory between 10 % and 100 % of the rows: {memory.growth / 2**20:+.1f} MiB")
    if memory.growth > FLAT:
        raise SystemExit(f"Memory grew by more than {FLAT / 2**20:.0f} MiB: the export is no stream.")


async def _generate(connection: asyncpg.Connection, rows: int) -> None:
    stored = [
        row["column_name"]
        for row in await connection.fetch(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'conversion' AND is_generated = 'NEVER'"
        )
    ]
    columns, made = ", ".join(stored), ", ".join(f"made.{each}" for each in stored)
    await connection.execute(CONVERSIONS.format(columns=columns, columns_made=made), rows)
    await rebuild(connection)


async def _by_sql(connection: asyncpg.Connection, rows: int) -> float:
    began = perf_counter()
    found = await connection.fetchval(BY_SQL)
    if found != rows:
        raise SystemExit(f"There are {found:,} orders instead of {rows:,}.")
    return perf_counter() - began


async def _fetch(database: Database, secrets: Secrets, rows: int, file: str) -> tuple[Read, int, Memory, float]:
    """The export, fetched as the administrator: what was read, rows written, memory and seconds."""
    engine = Engine.of(database, secrets)
    token = token_of(next(each for each in CAST if each.key == "admin"), secrets)
    report: dict[str, Any] = {
        "lens": {"kind": "PLATFORM"},
        "period": {"days": {"since": "2026-08-01", "until": "2026-08-02"}},
        "timeZone": "UTC",
        "columns": ["conversions", "revenue"],
        "groupBy": ["order"],
    }
    answer = await engine.execute(GraphQLRequest(EXPORT, {"input": {"report": report, "format": file}}), token)
    if answer.data is None or "id" not in answer.data["exportReport"]:
        raise SystemExit(f"The export was refused: {answer}")
    exports = Exports(database, engine.services, engine.access)
    fetch = await exports.find(token, answer.data["exportReport"]["id"])
    read, memory, began = Read(), Memory(), perf_counter()
    async for part in fetch.parts():
        memory.watch(fetch.written, rows)
        if file in STREAMED:
            read.add(part, file)
    return read, fetch.written, memory, perf_counter() - began


def _right(read: Read, rows: int) -> bool:
    return read.rows == rows and read.revenue == read.total == AMOUNT * rows


if __name__ == "__main__":
    asyncio.run(main())
