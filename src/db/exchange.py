"""What an amount is converted with: nothing for the platform's own currency, else the platform's table of the month.

Whoever gives a rate himself gives one that `is_rate`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import asyncpg

HIGHEST_RATE = 10**9
RATE_PLACES = 10

EXCHANGE_RATE = """
    CASE
        WHEN {currency} = coalesce((SELECT value #>> '{{}}' FROM platform_setting WHERE key = 'currency'), 'EUR') THEN 1
        ELSE (SELECT (value -> to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM') ->> {currency})::numeric
              FROM platform_setting WHERE key = 'exchange_rates')
    END
"""
"""SQL of the rate of a currency at a moment; NULL where the platform has none."""

_RATE = f"SELECT {EXCHANGE_RATE.format(currency='$1::text', moment='$2::timestamptz')}"


def is_rate(number: Decimal) -> bool:
    """Whether a number can be kept as an exchange rate: finite, above zero, below the highest, and not too fine."""
    return number.is_finite() and 0 < number < HIGHEST_RATE and number == round(number, RATE_PLACES)


async def exchange_rate(connection: asyncpg.Connection, currency: str, moment: datetime) -> Decimal | None:
    """Units of the platform's currency for one of this, at that moment; None where the platform has no rate."""
    rate: Decimal | None = await connection.fetchval(_RATE, currency, moment)
    return rate
