"""What a conversion was is kept before it changes, so that reports can be had as they stood.

Kept is what ends; what stands now is the conversion itself. So a new conversion costs nothing, and one that changes
costs one row. What another change of the same transaction made stood for nobody, and is not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import asyncpg

CHANGING: Final = (
    "status",
    "settlement",
    "lock_at",
    "approved_at",
    "modified_at",
    "sale_amount",
    "refunded_amount",
    "revenue",
    "payout",
)
"""The columns of a conversion that change while it lives and that reports read. No other column of those may change."""

# INVARIANT: not now(): that is when the transaction began, which may be before another that had the lock first.
_KEEP: Final = f"""
    INSERT INTO conversion_past (affiliate_account_id, conversion_id, since, until, {", ".join(CHANGING)})
    SELECT v.affiliate_account_id, v.id, begun.at, statement_timestamp(), {", ".join(f"v.{name}" for name in CHANGING)}
    FROM unnest($1::bigint[], $2::bigint[]) AS given (affiliate_account_id, id)
    JOIN conversion AS v USING (affiliate_account_id, id)
    CROSS JOIN LATERAL (
        SELECT coalesce(max(p.until), v.posted_at) AS at FROM conversion_past AS p
        WHERE (p.affiliate_account_id, p.conversion_id) = (v.affiliate_account_id, v.id)
    ) AS begun
    WHERE begun.at < statement_timestamp()
"""


async def keep_what_was(connection: asyncpg.Connection, accounts: Sequence[int], ids: Sequence[int]) -> None:
    """Keep what conversions, given by key and locked, are until now."""
    await connection.execute(_KEEP, accounts, ids)
