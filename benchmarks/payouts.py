"""How long a payout run takes, over a demo platform of which nothing was invoiced yet.

    python -m benchmarks.payouts [--scale N] [--whole]

Every conversion of the platform's eighteen months that may be final is due at once, which is more hours, and so more
sums to be kept in step, than the same number of them in a month. `--whole` does all of it in one transaction, as if it
were one account's. At the end the hourly sums are compared with the facts.
"""

from __future__ import annotations

import argparse
import asyncio
from datetime import date

import asyncpg

from benchmarks.platforms import seeded
from sightline.db.database import Database
from sightline.db.payout_runs import ACCOUNTS, FACTS
from sightline.db.rollup_repair import differences, rebuild
from sightline.server.payout_runs import PayoutRuns

_NOTHING_INVOICED = """
    DELETE FROM payout_invoice_line; DELETE FROM payout_invoice; UPDATE adjustment SET state = 'OPEN';
    UPDATE conversion SET settlement = 'OPEN', lock_at = event_at WHERE status <> 'PENDING';
"""
_START = """
    INSERT INTO payout_run (started_by_id, period_start, period_end) SELECT min(id), $1, $2 FROM app_user RETURNING id
"""
_OUTCOME = """
    SELECT r.state::text, r.locked_conversions, count(i), sum((SELECT count(*) FROM payout_invoice_line AS l
        WHERE (l.affiliate_account_id, l.invoice_id) = (i.affiliate_account_id, i.id))) AS lines
    FROM payout_run AS r LEFT JOIN payout_invoice AS i ON i.run_id = r.id WHERE r.id = $1 GROUP BY r.id
"""


async def main() -> None:
    """Seed a demo platform in a directory of its own, run, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=int, default=1, help="1 is 50,000 conversions, 20 a million")
    options.add_argument("--whole", action="store_true", help="in one transaction")
    given = options.parse_args()
    async with seeded(given.scale) as database, database.owner() as connection:
        await connection.execute(_NOTHING_INVOICED)
        await rebuild(connection)
        await connection.execute("VACUUM ANALYZE")
        await _measure(database, connection, whole=given.whole)


async def _measure(database: Database, connection: asyncpg.Connection, *, whole: bool) -> None:
    run = await connection.fetchval(_START, date(2025, 1, 1), date(2026, 7, 1))
    most = 1_000_000_000
    runs = PayoutRuns(database, *((most, most) if whole else (ACCOUNTS, FACTS)))
    loop, taken = asyncio.get_running_loop(), []
    begun, going = loop.time(), True
    while going:
        at = loop.time()
        going = await runs.go_on()
        taken.append(loop.time() - at)
    state, locked, invoices, lines = await connection.fetchrow(_OUTCOME, run)
    print(
        f"{state} in {loop.time() - begun:.1f} s: {locked:,} conversions made final, {lines:,} lines on {invoices:,} "
        f"invoices; {len(taken)} transactions, the longest {max(taken):.2f} s; "
        f"sums out of step: {await differences(connection) or 'none'}"
    )


if __name__ == "__main__":
    asyncio.run(main())
