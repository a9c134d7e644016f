"""What conversions earn: by the plan of their enrollment, else the program's default one.

A plan applies within its days (UTC) and to its goal; a conversion without a goal reached the program's main one.
"""

from __future__ import annotations

import asyncpg

from sightline.db.imports.currencies import MINOR_UNITS
from sightline.db.imports.model import Mapping

# numeric's own round() takes halves away from zero; a plan's go to the even neighbour.
HALF_EVEN = """
    CASE WHEN abs({earned} - trunc({earned})) = 0.5 THEN 2 * round({earned} * 0.5) ELSE round({earned}) END
    / c.units
"""
EARNED = "((coalesce(p.{side}_percent, 0) * o.amount * 0.01 + coalesce(p.{side}_fixed, 0)) * c.units)"

NEW_CONVERSIONS = "NOT o.cancelled AND NOT o.repeated AND o.problem IS NULL"

PLAN = f"""
    SELECT o.first_line, p.* FROM import_order AS o
    JOIN enrollment AS e ON e.id = o.enrollment_id
    JOIN program AS g ON g.id = e.program_id
    JOIN commission_plan AS p ON p.id = coalesce(e.commission_plan_id, g.default_plan_id)
    WHERE {NEW_CONVERSIONS}
      AND coalesce((o.event_at AT TIME ZONE 'UTC')::date >= p.valid_from, true)
      AND coalesce((o.event_at AT TIME ZONE 'UTC')::date < p.valid_to, true)
      AND (p.goal_id IS NULL OR p.goal_id = o.goal_id OR o.goal_id IS NULL
           AND EXISTS (SELECT FROM program_goal AS b WHERE b.id = p.goal_id AND b.is_base))
"""
REFUSE = f"""
    UPDATE import_order AS o SET problem_column = $1, problem_value = o.account,
        problem = 'has no commission plan that applies on ' || (o.event_at AT TIME ZONE 'UTC')::date
                  || ': give its enrollment or the program one'
    WHERE {NEW_CONVERSIONS} AND NOT EXISTS (SELECT FROM ({PLAN}) AS p WHERE p.first_line = o.first_line)
"""
REFUSE_CURRENCY = f"""
    UPDATE import_order AS o SET problem_column = $1, problem_value = o.currency,
        problem = 'is not the currency of the fixed amounts of the commission plan (' || p.currency || ')'
    FROM ({PLAN}) AS p
    WHERE p.first_line = o.first_line AND num_nonnulls(p.payout_fixed, p.revenue_fixed) > 0 AND p.currency <> o.currency
"""
EARN = f"""
    UPDATE import_order AS o
    SET payout = {HALF_EVEN.format(earned=EARNED.format(side="payout"))},
        revenue = {HALF_EVEN.format(earned=EARNED.format(side="revenue"))}
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
