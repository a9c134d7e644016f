"""The payout process over whole sets: what becomes final, what is drafted, what becomes of an invoice's lines.

SM4, SM5, SM5b. Every function works in the caller's transaction. Invoices never span accounts, so a run is done for
some accounts after others (`sightline.db.payout_runs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Final

import asyncpg

from sightline.db.fact_ids import FACT_ID
from sightline.db.rollups import resummed
from sightline.db.tables.enums import AdjustmentState, Settlement

# Of an account, in $1 until before $2: what is due at $3, and what was due before and is on no invoice. A PENDING one
# stays OPEN, whatever its date (SM4); one without a date becomes final when it is to be paid.
_DUE: Final = """
    event_at >= $1 AND event_at < $2 AND CASE settlement
        WHEN 'OPEN' THEN status <> 'PENDING' AND coalesce(lock_at <= $3, true)
        WHEN 'LOCKED' THEN status = 'APPROVED' AND payout <> 0 ELSE false END
"""
_OWED: Final = "state = 'OPEN' AND side = 'PAYOUT' AND event_at >= $1 AND event_at < $2"
_WAITING: Final = f"""
    SELECT a.id, waiting.facts FROM affiliate_account AS a CROSS JOIN LATERAL (
        SELECT count(*) AS facts FROM (
            SELECT FROM conversion AS t WHERE t.affiliate_account_id = a.id AND {_DUE}
            UNION ALL SELECT FROM adjustment AS t WHERE t.affiliate_account_id = a.id AND {_OWED}
        ) AS each
    ) AS waiting
    WHERE a.id > $4 AND waiting.facts > 0 ORDER BY a.id LIMIT $5
"""
_CONVERSIONS: Final = f"""
    SELECT affiliate_account_id, id, settlement = 'OPEN' AS ends, status = 'HOLD' AS held,
        status IN ('APPROVED', 'HOLD') AND payout <> 0 AS pays
    FROM conversion WHERE affiliate_account_id = ANY ($4::bigint[]) AND {_DUE}
    ORDER BY affiliate_account_id, id FOR UPDATE
"""
_GIVEN: Final = "unnest($1::bigint[], $2::bigint[]) AS given (affiliate_account_id, id)"
_THESE: Final = "(t.affiliate_account_id, t.id) = (given.affiliate_account_id, given.id)"
_APPROVE: Final = f"""
    UPDATE conversion AS t SET status = 'APPROVED', status_reason = NULL, approved_at = lock_at
    FROM {_GIVEN} WHERE {_THESE}
"""
_APPROVED: Final = f"""
    INSERT INTO conversion_event (affiliate_account_id, conversion_id, n, status, at)
    SELECT t.affiliate_account_id, t.id, {FACT_ID.format(moment="clock_timestamp()")}, t.status, t.lock_at
    FROM conversion AS t JOIN {_GIVEN} ON {_THESE}
"""
# AC11: that it became final is seen by everybody on it, that it is on an invoice is not.
_FINAL: Final = f"""
    UPDATE conversion AS t SET
        settlement = CASE WHEN t.status = 'APPROVED' AND t.payout <> 0 THEN 'INVOICED' ELSE 'LOCKED' END::settlement,
        modified_at = CASE t.settlement WHEN 'OPEN' THEN $3 ELSE t.modified_at END
    FROM {_GIVEN} WHERE {_THESE}
"""

# What corrects a conversion is not paid before the conversion itself is final.
_ADJUSTMENTS: Final = f"""
    SELECT affiliate_account_id, id FROM adjustment AS t
    WHERE affiliate_account_id = ANY ($3::bigint[]) AND {_OWED}
      AND (conversion_id IS NULL OR EXISTS (
          SELECT FROM conversion AS c WHERE (c.affiliate_account_id, c.id) = (t.affiliate_account_id, t.conversion_id)
          AND c.settlement <> 'OPEN'))
    ORDER BY affiliate_account_id, id FOR UPDATE
"""
# Conversions by key in $1 and $2, adjustments in $3 and $4, as lines of whom they are paid by.
_LINES: Final = """
    SELECT l.*, CASE p.commission_model WHEN 'DIRECT' THEN p.advertiser_profile_id END AS payer_id,
        CASE p.commission_model WHEN 'DIRECT' THEN p.advertiser_org_id END AS payer_org_id
    FROM (
        SELECT c.affiliate_account_id, c.id AS conversion_id, NULL::bigint AS adjustment_id, c.program_id,
            c.payout AS amount, c.currency, c.event_at
        FROM unnest($1::bigint[], $2::bigint[]) AS given (affiliate_account_id, id)
        JOIN conversion AS c USING (affiliate_account_id, id)
        UNION ALL
        SELECT a.affiliate_account_id, NULL, a.id, a.program_id, a.payout_amount, a.currency, a.event_at
        FROM unnest($3::bigint[], $4::bigint[]) AS given (affiliate_account_id, id)
        JOIN adjustment AS a USING (affiliate_account_id, id)
    ) AS l JOIN program AS p ON p.id = l.program_id
"""
# SM5b: a draft below zero is carried over by the next one of the same account, payer and currency.
_CARRIED: Final = f"""
    SELECT i.affiliate_account_id, i.id FROM payout_invoice AS i
    WHERE i.state = 'DRAFT' AND i.total < 0 AND EXISTS (
        SELECT FROM ({_LINES}) AS l WHERE (l.affiliate_account_id, l.currency) = (i.affiliate_account_id, i.currency)
        AND l.payer_id IS NOT DISTINCT FROM i.payer_advertiser_id)
    ORDER BY i.affiliate_account_id, i.id FOR UPDATE
"""
_DRAFT: Final = f"""
    WITH line AS MATERIALIZED ({_LINES}), invoice AS (
        INSERT INTO payout_invoice (
            affiliate_account_id, id, run_id, partner_org_id, payer_advertiser_id, payer_org_id, company_name,
            company_tax_id, currency, state, total, period_start, period_end, issued_at, created_by_id
        )
        SELECT a.id, {FACT_ID.format(moment="r.issued_at")}, r.id, a.partner_org_id, l.payer_id, l.payer_org_id,
            c.name, c.tax_id, l.currency, 'DRAFT', l.total, r.period_start, r.period_end, r.issued_at, r.started_by_id
        FROM (SELECT affiliate_account_id, payer_id, payer_org_id, currency, sum(amount) AS total FROM line
              GROUP BY affiliate_account_id, payer_id, payer_org_id, currency) AS l
        JOIN affiliate_account AS a ON a.id = l.affiliate_account_id
        LEFT JOIN company AS c ON c.id = a.company_id
        CROSS JOIN (SELECT *, date_trunc('milliseconds', $6::timestamptz) AS issued_at
                    FROM payout_run WHERE id = $5) AS r
        RETURNING affiliate_account_id, id, payer_advertiser_id, currency
    ), written AS (
        INSERT INTO payout_invoice_line (
            affiliate_account_id, invoice_id, n, program_id, conversion_id, adjustment_id, amount, currency
        )
        SELECT i.affiliate_account_id, i.id, row_number() OVER (
                PARTITION BY i.affiliate_account_id, i.id ORDER BY l.event_at, l.conversion_id, l.adjustment_id),
            l.program_id, l.conversion_id, l.adjustment_id, l.amount, l.currency
        FROM line AS l JOIN invoice AS i
            ON (i.affiliate_account_id, i.currency) = (l.affiliate_account_id, l.currency)
            AND i.payer_advertiser_id IS NOT DISTINCT FROM l.payer_id
    )
    SELECT count(*) FROM invoice
"""

_LINES_OF: Final = f"""
    SELECT l.affiliate_account_id, l.conversion_id, l.adjustment_id FROM payout_invoice_line AS l
    JOIN {_GIVEN} ON (l.affiliate_account_id, l.invoice_id) = (given.affiliate_account_id, given.id)
    ORDER BY l.affiliate_account_id, l.conversion_id, l.adjustment_id
"""
_LOCK_CONVERSIONS: Final = f"""
    SELECT 1 FROM conversion AS t JOIN {_GIVEN} ON {_THESE} ORDER BY t.affiliate_account_id, t.id FOR UPDATE OF t
"""
# AC11: how far a payment has come is of class payout, so neither the date of the last change nor the version moves.
_SETTLE: Final = f"UPDATE conversion AS t SET settlement = $3 FROM {_GIVEN} WHERE {_THESE}"
_ADJUST: Final = f"UPDATE adjustment AS t SET state = $3, version = version + 1 FROM {_GIVEN} WHERE {_THESE}"
_DELETE: Final = f"UPDATE payout_invoice AS t SET state = 'DELETED', version = version + 1 FROM {_GIVEN} WHERE {_THESE}"
_DELETE_LINES: Final = f"""
    UPDATE payout_invoice_line AS t SET deleted = true FROM {_GIVEN}
    WHERE (t.affiliate_account_id, t.invoice_id) = (given.affiliate_account_id, given.id)
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts by key, as two arrays side by side."""

    accounts: Sequence[int]
    ids: Sequence[int]

    @classmethod
    def of(cls, rows: Sequence[asyncpg.Record], number: str = "id") -> Facts:
        """Those of the rows that name one."""
        named = [row for row in rows if row[number] is not None]
        return cls([row["affiliate_account_id"] for row in named], [row[number] for row in named])

    def __add__(self, other: Facts) -> Facts:
        return Facts([*self.accounts, *other.accounts], [*self.ids, *other.ids])


@dataclass(frozen=True, slots=True)
class Period:
    """From when until before when things happened that are looked at, and when what is due had to be due."""

    begin: datetime
    end: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Drafted:
    """What was done for some accounts: how many conversions became final, which invoices were carried over."""

    locked: int
    carried: Facts


async def waiting_accounts(
    connection: asyncpg.Connection, period: Period, *, after: int, accounts: int, facts: int
) -> list[int]:
    """The next accounts, by id, for which something is to be done: so many, and of so many facts, but one at least."""
    found = await connection.fetch(_WAITING, period.begin, period.end, period.due_at, after, accounts)
    sums = accumulate(row["facts"] for row in found)
    return [row["id"] for row, total in zip(found, sums, strict=True) if total <= facts or row is found[0]]


async def draft_invoices(
    connection: asyncpg.Connection, accounts: Sequence[int], period: Period, *, run: int, clock: datetime
) -> Drafted:
    """Make final what is due to accounts, and draft an invoice for each of them, payer and currency of what is owed."""
    found = await connection.fetch(_CONVERSIONS, period.begin, period.end, period.due_at, accounts)
    every, held = Facts.of(found), Facts.of([row for row in found if row["held"]])
    async with resummed(connection, every.accounts, every.ids):
        await connection.execute(_APPROVE, held.accounts, held.ids)
        await connection.execute(_APPROVED, held.accounts, held.ids)
        await connection.execute(_FINAL, every.accounts, every.ids, clock)
    conversions = Facts.of([row for row in found if row["pays"]])
    adjustments = Facts.of(await connection.fetch(_ADJUSTMENTS, period.begin, period.end, accounts))
    keys = (conversions.accounts, conversions.ids, adjustments.accounts, adjustments.ids)
    carried = Facts.of(await connection.fetch(_CARRIED, *keys))
    freed = await delete_invoices(connection, carried)
    conversions, adjustments = conversions + freed[0], adjustments + freed[1]
    keys = (conversions.accounts, conversions.ids, adjustments.accounts, adjustments.ids)
    await connection.execute(_DRAFT, *keys, run, clock)
    await _settle(connection, freed[0], Settlement.INVOICED)
    await connection.execute(_ADJUST, adjustments.accounts, adjustments.ids, AdjustmentState.INVOICED)
    return Drafted(sum(row["ends"] for row in found), carried)


async def delete_invoices(connection: asyncpg.Connection, invoices: Facts) -> tuple[Facts, Facts]:
    """Delete invoices that are locked by the caller, and free what they name: conversions and adjustments."""
    freed = await settle_lines(connection, invoices, Settlement.LOCKED, AdjustmentState.OPEN)
    await connection.execute(_DELETE, invoices.accounts, invoices.ids)
    await connection.execute(_DELETE_LINES, invoices.accounts, invoices.ids)
    return freed


async def settle_lines(
    connection: asyncpg.Connection, invoices: Facts, settlement: Settlement, state: AdjustmentState
) -> tuple[Facts, Facts]:
    """Bring what invoices name to a settlement; returns the conversions and the adjustments."""
    lines = await connection.fetch(_LINES_OF, invoices.accounts, invoices.ids)
    conversions, adjustments = Facts.of(lines, "conversion_id"), Facts.of(lines, "adjustment_id")
    await connection.execute(_LOCK_CONVERSIONS, conversions.accounts, conversions.ids)
    await _settle(connection, conversions, settlement)
    await connection.execute(_ADJUST, adjustments.accounts, adjustments.ids, state)
    return conversions, adjustments


async def _settle(connection: asyncpg.Connection, conversions: Facts, settlement: Settlement) -> None:
    async with resummed(connection, conversions.accounts, conversions.ids):
        await connection.execute(_SETTLE, conversions.accounts, conversions.ids, settlement)
