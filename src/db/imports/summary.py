"""What an import did, counted from its temporary tables: what was read is what was written and what was logged."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import asyncpg

SHOWN = 20
"""Lines of the log that a summary carries; all of them are in the table."""

CARRY_PROBLEMS = """
    UPDATE import_line AS l
    SET problem_column = o.problem_column, problem_value = coalesce(o.problem_value, l.price_text), problem = o.problem
    FROM import_order AS o
    WHERE o.problem IS NOT NULL AND l.problem IS NULL AND (l.order_key, l.cancelled) = (o.order_key, o.cancelled)
"""
LOG = """
    INSERT INTO import_log (job_id, line, outcome, column_name, value, reason)
    SELECT $1, line, outcome, column_name, value, reason FROM (
        SELECT line, 'REJECTED'::import_outcome AS outcome, problem_column AS column_name, problem_value AS value,
               problem AS reason
        FROM import_line WHERE problem IS NOT NULL
        UNION ALL
        SELECT first_line, 'ACCEPTED', column_name, value, reason FROM import_created
    ) AS entry ORDER BY line, outcome
"""
COUNTS = """
    SELECT count(*) FILTER (WHERE claimed AND NOT cancelled) AS conversions,
           count(*) FILTER (WHERE repeated AND NOT cancelled) AS conversions_present,
           count(*) FILTER (WHERE claimed AND cancelled) AS adjustments,
           count(*) FILTER (WHERE repeated AND cancelled) AS adjustments_present,
           count(*) AS orders, coalesce(sum(lines) FILTER (WHERE claimed AND NOT cancelled), 0)::bigint AS items
    FROM import_order
"""
SUMS = """
    SELECT currency, read, coalesce(conversions, 0) AS conversions, coalesce(adjustments, 0) AS adjustments,
           coalesce(present, 0) AS present, coalesce(logged, 0) AS logged
    FROM (
        SELECT currency, sum(amount) AS read, sum(amount) FILTER (WHERE problem IS NOT NULL) AS logged
        FROM import_line WHERE amount IS NOT NULL GROUP BY currency
    ) AS line LEFT JOIN (
        SELECT currency, sum(amount) FILTER (WHERE claimed AND NOT cancelled) AS conversions,
               sum(amount) FILTER (WHERE claimed AND cancelled) AS adjustments,
               sum(amount) FILTER (WHERE repeated) AS present
        FROM import_order GROUP BY currency
    ) AS ordered USING (currency) ORDER BY currency
"""
REASONS = """
    SELECT problem AS reason, count(*) AS n FROM import_line WHERE problem IS NOT NULL
    GROUP BY problem ORDER BY n DESC, problem LIMIT $1
"""
ENTRIES = """
    SELECT line, problem_column, problem_value, problem FROM import_line
    WHERE problem IS NOT NULL ORDER BY line LIMIT $1
"""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A row of the file that became nothing. `column` is None where the whole row is wrong."""

    line: int
    column: str | None
    value: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Sums:
    """Sale amounts in one currency. INVARIANT: `read` is the sum of the other four.

    `read` counts every row whose amount can be read, `present` the orders that were imported before.
    """

    currency: str
    read: Decimal
    conversions: Decimal
    adjustments: Decimal
    present: Decimal
    logged: Decimal


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did, or would do where `dry_run`. Counts of rows of the file, or of rows written."""

    job_id: int | None  # None for a dry run
    dry_run: bool
    rows: int
    orders: int  # cancellations included
    conversions: int
    conversions_present: int
    adjustments: int
    adjustments_present: int
    items: int
    logged: int
    created: dict[str, int]  # by kind, such as "affiliate account"
    sums: tuple[Sums, ...]
    reasons: tuple[tuple[str, int], ...]  # the most frequent first
    entries: tuple[LogEntry, ...]  # the first of them


async def write_log(connection: asyncpg.Connection, job_id: int) -> None:
    """Write a line of the log for each row that became nothing, and for each thing that was created."""
    await connection.execute(CARRY_PROBLEMS)
    await connection.execute(LOG, job_id)


async def count_refused(connection: asyncpg.Connection) -> int:
    """How many rows of the file became nothing. To be called after `write_log`."""
    return int(await connection.fetchval("SELECT count(*) FROM import_line WHERE problem IS NOT NULL"))


async def summarise(
    connection: asyncpg.Connection, job_id: int, *, rows: int, dry_run: bool, items: bool
) -> ImportSummary:
    """Count what the transaction holds. To be called after `write_log`."""
    counts = await connection.fetchrow(COUNTS)
    created = await connection.fetch("SELECT kind, count(*) AS n FROM import_created GROUP BY kind ORDER BY kind")
    return ImportSummary(
        job_id=None if dry_run else job_id,
        dry_run=dry_run,
        rows=rows,
        orders=counts["orders"],
        conversions=counts["conversions"],
        conversions_present=counts["conversions_present"],
        adjustments=counts["adjustments"],
        adjustments_present=counts["adjustments_present"],
        items=counts["items"] if items else 0,
        logged=await count_refused(connection),
        created={row["kind"]: row["n"] for row in created},
        sums=tuple(Sums(**row) for row in await connection.fetch(SUMS)),
        reasons=tuple((row["reason"], row["n"]) for row in await connection.fetch(REASONS, SHOWN)),
        entries=tuple(LogEntry(*row) for row in await connection.fetch(ENTRIES, SHOWN)),
    )
