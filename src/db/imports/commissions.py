"""What the conversions of a file earn, where the file itself does not say it."""

from __future__ import annotations

import asyncpg

from sightline.db.commissions import PLAN_THAT_APPLIES, earned
from sightline.db.currencies import MINOR_UNITS
from sightline.db.imports.model import Mapping

NEW_CONVERSIONS = "NOT o.cancelled AND NOT o.repeated AND o.problem IS NULL"

PLAN = f"SELECT o.first_line, p.* FROM import_order AS o {PLAN_THAT_APPLIES} WHERE {NEW_CONVERSIONS}"
REFUSE = f"""
    UPDATE import_order AS o SET problem_column = $1, problem_value = o.account,
        problem = 'has no commission plan that applies on ' || (o.event_at AT TIME ZONE 'UTC')::date
                  || ': give its enrollment or the program one'
    WHERE {NEW_CONVERSIONS} AND NOT EXISTS (SELECT FROM ({PLAN}) AS p WHERE p.first_line = o.first_line)
"""
REFUSE_CURRENCY = f"""
    UPDATE import_order AS o SET problem_column = $1, problem_value = o.currency,
        problem = 'is not the currency of the fixed amounts of the commission plan'
    FROM ({PLAN}) AS p
    WHERE p.first_line = o.first_line AND num_nonnulls(p.payout_fixed, p.revenue_fixed) > 0 AND p.currency <> o.currency
"""
EARN = f"""
    UPDATE import_order AS o SET payout = {earned("payout")}, revenue = {earned("revenue")}
    FROM ({PLAN}) AS p, unnest($1::text[], $2::numeric[]) AS c (currency, units)
    WHERE p.first_line = o.first_line AND c.currency = o.currency
"""


async def compute_commissions(connection: asyncpg.Connection, mapping: Mapping) -> None:
    """Set payout and revenue of new conversions, where the file itself does not say them."""
    if mapping.payout is not None:
        return
    await connection.execute(REFUSE, mapping.account.cell.column)
    await connection.execute(REFUSE_CURRENCY, mapping.currency.column)
    units = [10**places for places in MINOR_UNITS.values()]  # minor units in one of the currency
    await connection.execute(EARN, list(MINOR_UNITS), units)
