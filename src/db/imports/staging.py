"""The temporary tables of an import, and the way of the rows into the first of them.

`import_line` holds every row of the file, `import_order` one row for each order (and one for its cancelled part),
`import_reference` one row for each combination of program, account and source that is named, `import_seen` what of
the platform the user sees whom a limited import runs as, `import_id` the ids that the file names, by their texts. They
end with the transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from itertools import islice

import asyncpg

from sightline.db.imports.lines import StagedLine

CHUNK = 5000
"""Rows that are in memory at a time."""

TABLES = """
    CREATE TEMP TABLE import_line (
        line integer NOT NULL, order_key text NOT NULL, cancelled boolean NOT NULL, event_at timestamptz,
        program text NOT NULL, account text NOT NULL, traffic_source text NOT NULL, currency text NOT NULL,
        exchange_rate numeric, status text NOT NULL, country text NOT NULL, device text NOT NULL,
        promo_code text NOT NULL, customer_status text NOT NULL, goal text NOT NULL,
        sku text NOT NULL, title text NOT NULL, quantity numeric, amount numeric, price_text text,
        payout numeric, revenue numeric,
        problem_column text, problem_value text, problem text
    ) ON COMMIT DROP;
    CREATE TEMP TABLE import_order (
        first_line integer NOT NULL, order_key text NOT NULL, cancelled boolean NOT NULL, event_at timestamptz NOT NULL,
        program text NOT NULL, account text NOT NULL, traffic_source text NOT NULL, currency text NOT NULL,
        exchange_rate numeric, status text NOT NULL, country text NOT NULL, device text NOT NULL,
        promo_code text NOT NULL, customer_status text NOT NULL, goal text NOT NULL,
        amount numeric NOT NULL, payout numeric, revenue numeric, lines bigint NOT NULL,
        repeated boolean NOT NULL, claimed boolean NOT NULL DEFAULT false, corrects boolean NOT NULL DEFAULT true,
        program_id bigint, affiliate_account_id bigint, traffic_source_id bigint, enrollment_id bigint, goal_id bigint,
        fact_id bigint,
        problem_column text, problem_value text, problem text
    ) ON COMMIT DROP;
    CREATE TEMP TABLE import_reference (
        first_line integer NOT NULL, program text NOT NULL, account text NOT NULL, traffic_source text NOT NULL,
        program_id bigint, affiliate_account_id bigint, partner_profile_id bigint, traffic_source_id bigint,
        enrollment_id bigint, problem_column text, problem_value text, problem text
    ) ON COMMIT DROP;
    CREATE TEMP TABLE import_seen (entity text NOT NULL, id bigint NOT NULL, PRIMARY KEY (entity, id)) ON COMMIT DROP;
    CREATE TEMP TABLE import_id (entity text NOT NULL, id bigint NOT NULL, said text NOT NULL, PRIMARY KEY (entity, id))
        ON COMMIT DROP;
    CREATE TEMP TABLE import_created (
        kind text NOT NULL, first_line integer NOT NULL, column_name text, value text NOT NULL, reason text NOT NULL
    ) ON COMMIT DROP
"""


async def create_tables(connection: asyncpg.Connection) -> None:
    """Make the temporary tables of this transaction."""
    await connection.execute(TABLES)


async def stage(connection: asyncpg.Connection, lines: Iterable[StagedLine], chunk_done: Callable[[int], None]) -> int:
    """COPY the lines into `import_line`, a chunk at a time; `chunk_done` is told how many there were so far.

    Returns how many there were.
    """
    remaining, count = iter(lines), 0
    # Parsed beside the event loop, which may have requests to answer.
    while chunk := await asyncio.to_thread(list, islice(remaining, CHUNK)):
        await connection.copy_records_to_table("import_line", records=chunk, columns=StagedLine._fields)
        count += len(chunk)
        chunk_done(count)
    await connection.execute("ANALYZE import_line")
    return count
