"""Amounts in the input of mutations: of which currency, how exact, and what they are converted with (M3)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sightline.db.currencies import MINOR_UNITS
from sightline.db.exchange import exchange_rate, is_rate
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change
from sightline.resolvers.mutations.refusals import InvalidError

FIELDS = {
    "sale_amount": "saleAmount",
    "payout": "payout",
    "revenue": "revenue",
    "payout_amount": "payoutAmount",
    "revenue_amount": "revenueAmount",
}
"""Amounts by column, as inputs name them."""


def currency(given: str, *path: str) -> str:
    """A currency that amounts can be in."""
    code = checks.currency(given, *path)
    if code not in MINOR_UNITS:
        raise InvalidError("This is no currency that is paid in: give one of ISO 4217.", *path)
    return code


def in_minor_units(given: Decimal | None, code: str, *path: str) -> None:
    """Refuse an amount that is finer than its currency."""
    if given is not None and given != round(given, MINOR_UNITS[code]):
        raise InvalidError(f"An amount in {code} has at most {MINOR_UNITS[code]} decimals.", *path)


def rate(given: Decimal, *path: str) -> Decimal:
    """An exchange rate, as it can be kept."""
    if not is_rate(given):
        raise InvalidError("An exchange rate is above zero, and has at most ten decimals.", *path)
    return given


async def rate_of(change: Change, code: str, moment: datetime) -> Decimal:
    """What the platform converts a currency with at a moment. Raises InvalidError where it has no rate."""
    found = await exchange_rate(change.connection, code, moment)
    if found is None:
        raise InvalidError(
            f"There is no exchange rate for {code} in {moment:%Y-%m}: give it, or put it into the platform's settings.",
            "exchangeRate",
        )
    return found
