"""What an import costs: a file of orders, brought in whole, against a bare COPY of the same rows.

    python -m benchmarks.imports [--rows 1000000] [--format csv|tsv|ndjson|xlsx]

The floor is COPY of the rows as text into one table without keys. Rates of a shared machine mean nothing, so the ratio
is printed. What was written is compared with what was generated, to the cent, and the memory of this process must not
grow while the file is read: either failing ends the run with exit code 1.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import asyncpg

from benchmarks.order_files import COLUMNS, MAPPING, Totals, write_orders
from benchmarks.platforms import migrated
from sightline.db.imports import ImportSummary, load_mapping, run_import

FLAT = 16 * 2**20
"""Bytes that the process may grow by between a tenth of the file and its end: what an allocator keeps for itself."""

ADMINISTRATOR = """
    INSERT INTO app_user (id, email, name) VALUES (1, 'boss@example.org', 'Boss');
    INSERT INTO role (id, name, scope, origin, base_type)
    VALUES (1, 'Administrator', 'PLATFORM', 'DEFAULT', 'ADMINISTRATOR');
    INSERT INTO role_permission (role_id, permission, level) VALUES (1, 'ADMIN', 'W');
    INSERT INTO role_assignment (user_id, scope, role_id) VALUES (1, 'PLATFORM', 1)
"""
WRITTEN = """
    SELECT (SELECT count(*) FROM conversion) AS conversions, (SELECT sum(sale_amount) FROM conversion) AS sales,
           (SELECT sum(amount) FROM conversion_item) AS items, (SELECT count(*) FROM adjustment) AS adjustments,
           (SELECT sum(sale_amount) FROM adjustment) AS taken_back,
           (SELECT sum(sale_amount) FROM conversion_hour_by_account) AS by_account,
           (SELECT sum(sale_amount) FROM conversion_hour_by_program) AS by_program
"""


@dataclass(slots=True)
class Memory:
    """The process's resident bytes: at a tenth of the file, and the most of them since."""

    at_a_tenth: int | None = None
    peak: int = 0

    def watch(self, read: int, size: int, rows: int = 0) -> None:
        """Take a reading; called as the file is read."""
        if read * 10 >= size:
            now = resident()
            self.at_a_tenth = now if self.at_a_tenth is None else self.at_a_tenth
            self.peak = max(self.peak, now)

    @property
    def growth(self) -> int:
        """Bytes between a tenth and the peak."""
        return 0 if self.at_a_tenth is None else self.peak - self.at_a_tenth


def resident() -> int:
    """Bytes of this process in memory; where the system does not tell, the most that they ever were."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def main() -> None:
    """Generate, copy, import, compare, print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--format", choices=("csv", "tsv", "ndjson", "xlsx"), default="csv")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="sli", dir="/tmp") as name:
        directory = Path(name)
        file, plain, map_file = (directory / name for name in (f"orders.{given.format}", "orders.csv", "map.yaml"))
        map_file.write_text(MAPPING, encoding="utf-8")
        totals = write_orders(file, rows=given.rows)
        if plain != file:
            write_orders(plain, rows=given.rows)
        async with migrated(directory) as database, database.owner() as connection:
            await connection.execute(ADMINISTRATOR)
            bare = await _copy(connection, plain)
            memory, began = Memory(), perf_counter()
            summary = await run_import(
                connection, file, load_mapping(map_file), create_missing=True, progress=memory.watch
            )
            ours = perf_counter() - began
            await _compare(connection, summary, totals)
    print(f"{given.rows:,} rows of {given.format}: {summary.conversions:,} conversions, sums equal to the cent")
    print(f"rows per second, as a ratio to a bare COPY: {bare / ours:.3f} ({ours / bare:.0f} times its time)")
    print(f"memory between 10 % and 100 % of the file: {memory.growth / 2**20:+.1f} MiB")
    if memory.growth > FLAT:
        raise SystemExit(f"Memory grew by more than {FLAT / 2**20:.0f} MiB: the import is no stream.")


async def _copy(connection: asyncpg.Connection, file: Path) -> float:
    """The seconds of a COPY of the rows into a table of texts."""
    columns = ", ".join(f"{column} text" for column in COLUMNS)
    await connection.execute(f"CREATE TABLE bare_order ({columns})")
    began = perf_counter()
    await connection.copy_to_table("bare_order", source=file, format="csv", header=True)
    seconds = perf_counter() - began
    await connection.execute("DROP TABLE bare_order")
    return seconds


async def _compare(connection: asyncpg.Connection, summary: ImportSummary, totals: Totals) -> None:
    """End the run where anything that was written is not what was generated."""
    written = await connection.fetchrow(WRITTEN)
    [sums] = summary.sums
    pairs: dict[str, tuple[int | Decimal, int | Decimal]] = {
        "rows": (summary.rows, totals.rows),
        "conversions": (written["conversions"], totals.orders),
        "adjustments": (written["adjustments"], totals.cancellations),
        "logged rows": (summary.logged, totals.bad_rows),
        "rows read": (sums.read, totals.sales + totals.taken_back),
        "sale amounts": (written["sales"], totals.sales),
        "amounts of items": (written["items"], totals.sales),
        "amounts taken back": (written["taken_back"], totals.taken_back),
        "hours of accounts": (written["by_account"], totals.sales),
        "hours of programs": (written["by_program"], totals.sales),
    }
    wrong = [f"{what}: {found} instead of {expected}" for what, (found, expected) in pairs.items() if found != expected]
    if wrong:
        raise SystemExit("The import is wrong. " + "; ".join(wrong))


if __name__ == "__main__":
    asyncio.run(main())
