"""What the conversions of a file earn, where the file itself does not say it."""

from __future__ import annotations

from collections.abc import Collection

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
      AND o.first_line <> ALL ($2::integer[])
"""
REFUSE_CURRENCY = f"""
    UPDATE import_order AS o SET problem_column = $1, problem_value = o.currency,
        problem = 'is not the currency of the fixed amounts of the commission plan'
    FROM ({PLAN}) AS p
    WHERE p.first_line = o.first_line AND num_nonnulls(p.payout_fixed, p.revenue_fixed) > 0 AND p.currency <> o.currency
      AND o.first_line <> ALL ($2::integer[])
"""
EARN = f"""
    UPDATE import_order AS o SET payout = {earned("payout")}, revenue = {earned("revenue")}
    FROM ({PLAN}) AS p, unnest($1::text[], $2::numeric[]) AS c (currency, units)
    WHERE p.first_line = o.first_line AND c.currency = o.currency
      AND (num_nonnulls(p.payout_fixed, p.revenue_fixed) = 0 OR p.currency = o.currency)
"""
EARN_NOTHING = f"UPDATE import_order AS o SET payout = 0, revenue = 0 WHERE {NEW_CONVERSIONS} AND payout IS NULL"


async def compute_commissions(connection: asyncpg.Connection, mapping: Mapping, *, untold: Collection[int]) -> None:
    """Set payout and revenue of new conversions, where the file itself does not say them.

    What no plan says is a problem of the order. On the lines that are `untold`, whose payouts the user does not see,
    it earns nothing: a problem would tell him of the plan (LK15).
    """
    if mapping.payout is not None:
        return
    await connection.execute(REFUSE, mapping.account.cell.column, untold)
    await connection.execute(REFUSE_CURRENCY, mapping.currency.column, untold)
    units = [10**places for places in MINOR_UNITS.values()]  # minor units in one of the currency
    await connection.execute(EARN, list(MINOR_UNITS), units)
    await connection.execute(EARN_NOTHING)
