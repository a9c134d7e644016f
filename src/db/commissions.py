"""What a conversion earns: by the plan of its enrollment, else the program's default one.

A plan applies within its days (UTC) and to its goal; a conversion without a goal reached the program's main one.
Amounts are rounded to the currency's minor unit, halves to the even neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import asyncpg

from sightline.db.currencies import MINOR_UNITS

PLAN_THAT_APPLIES = """
    JOIN enrollment AS e ON e.id = o.enrollment_id
    JOIN program AS g ON g.id = e.program_id
    JOIN commission_plan AS p ON p.id = coalesce(e.commission_plan_id, g.default_plan_id)
      AND coalesce((o.event_at AT TIME ZONE 'UTC')::date >= p.valid_from, true)
      AND coalesce((o.event_at AT TIME ZONE 'UTC')::date < p.valid_to, true)
      AND (p.goal_id IS NULL OR p.goal_id = o.goal_id OR o.goal_id IS NULL
           AND EXISTS (SELECT FROM program_goal AS b WHERE b.id = p.goal_id AND b.is_base))
"""
"""Joins the plan `p` to sales `o` (enrollment_id, goal_id, event_at); a sale to which none applies joins nothing."""

_EARNED = "((coalesce(p.{side}_percent, 0) * o.amount * 0.01 + coalesce(p.{side}_fixed, 0)) * c.units)"
# numeric's own round() takes halves away from zero; a plan's go to the even neighbour.
_HALF_EVEN = """
    CASE WHEN abs({earned} - trunc({earned})) = 0.5 THEN 2 * round({earned} * 0.5) ELSE round({earned}) END
    / c.units
"""


def earned(side: str) -> str:
    """SQL of what a sale `o` (amount) earns on a side by plan `p`, with `c.units` minor units in one."""
    return _HALF_EVEN.format(earned=_EARNED.format(side=side))


# A plan's fixed amounts are in its own currency, and there is no telling what they are in another.
_OF_ONE = f"""
    SELECT {earned("payout")} AS payout, {earned("revenue")} AS revenue
    FROM (SELECT $1::bigint AS enrollment_id, $2::bigint AS goal_id, $3::timestamptz AS event_at,
                 $4::numeric AS amount, $5::text AS currency) AS o
    CROSS JOIN (SELECT $6::numeric AS units) AS c
    {PLAN_THAT_APPLIES}
    WHERE num_nonnulls(p.payout_fixed, p.revenue_fixed) = 0 OR p.currency = o.currency
"""


@dataclass(frozen=True, slots=True)
class Commission:
    """What a conversion earns, in its own currency."""

    payout: Decimal
    revenue: Decimal


async def commission_of(
    connection: asyncpg.Connection,
    *,
    enrollment: int,
    goal: int | None,
    event_at: datetime,
    amount: Decimal,
    currency: str,
) -> Commission | None:
    """What one sale earns; None where no plan applies to it in this currency."""
    units = Decimal(10) ** MINOR_UNITS[currency]
    row = await connection.fetchrow(_OF_ONE, enrollment, goal, event_at, amount, currency, units)
    return None if row is None else Commission(row["payout"], row["revenue"])
