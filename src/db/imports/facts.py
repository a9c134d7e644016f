"""Writing what is new: claims first, then conversions, items, history, adjustments, then the stored sums (D3, D9)."""

from __future__ import annotations

from datetime import timedelta

import asyncpg

from sightline.db.fact_ids import FACT_ID
from sightline.db.imports.model import Mapping
from sightline.db.rollups import GRAINS, put_in

# INVARIANT: from here on an order is written iff it is `claimed`. A claim that somebody else made in the meantime is a
# repeat; claims are taken in one order, so that two imports cannot wait for each other.
CLAIM = """
    WITH claimed AS (
        INSERT INTO import_claim (claim_key, source, external_ref)
        SELECT CASE WHEN cancelled THEN 'adjustment' ELSE 'conversion' END, $1, order_key FROM import_order
        WHERE NOT repeated AND problem IS NULL ORDER BY order_key, cancelled
        ON CONFLICT (claim_key, source, external_ref) DO NOTHING RETURNING claim_key, external_ref
    )
    UPDATE import_order AS o SET claimed = true FROM claimed AS c
    WHERE c.external_ref = o.order_key AND (c.claim_key = 'adjustment') = o.cancelled
"""
REPEATED = "UPDATE import_order SET repeated = true WHERE NOT claimed AND NOT repeated AND problem IS NULL"
NUMBER = f"""
    UPDATE import_order AS o SET fact_id = n.id FROM (
        SELECT first_line, {FACT_ID.format(moment="event_at")} AS id
        FROM (SELECT first_line, event_at FROM import_order WHERE claimed ORDER BY event_at, first_line) AS sorted
    ) AS n WHERE n.first_line = o.first_line
"""
SHARDS = """
    INSERT INTO account_shard (affiliate_account_id)
    SELECT DISTINCT affiliate_account_id FROM import_order WHERE claimed ON CONFLICT DO NOTHING
"""
CONVERSION_COLUMNS = """
    affiliate_account_id, id, enrollment_id, program_id, advertiser_profile_id, advertiser_org_id,
    partner_profile_id, partner_org_id, traffic_source_id, goal_id, source, external_ref, order_ref, promo_code,
    customer_status, country, device, status, event_at, lock_at, approved_at, sale_amount, revenue, payout,
    currency, fx_rate
"""
CONVERSION_VALUES = """
    e.affiliate_account_id, o.fact_id, e.id, e.program_id, e.advertiser_profile_id, e.advertiser_org_id,
    e.partner_profile_id, e.partner_org_id, e.traffic_source_id, o.goal_id, $1, o.order_key, o.order_key,
    nullif(o.promo_code, ''), nullif(o.customer_status, '')::customer_status, nullif(o.country, ''),
    nullif(o.device, ''), o.status::conversion_status, o.event_at, o.event_at + $2::interval,
    CASE WHEN o.status = 'APPROVED' THEN now() END, o.amount, o.revenue, o.payout, o.currency, o.exchange_rate
    FROM import_order AS o JOIN enrollment AS e ON e.id = o.enrollment_id
    WHERE NOT o.cancelled
"""
CONVERSIONS = f"""
    INSERT INTO conversion ({CONVERSION_COLUMNS}) SELECT {CONVERSION_VALUES} AND o.claimed ORDER BY o.fact_id
    ON CONFLICT (affiliate_account_id, source, external_ref) DO NOTHING
"""
ITEMS = """
    INSERT INTO conversion_item (affiliate_account_id, conversion_id, n, product_id, sku, title, quantity, amount)
    SELECT v.affiliate_account_id, v.id, row_number() OVER (PARTITION BY o.first_line ORDER BY l.line),
           p.id, nullif(l.sku, ''), nullif(l.title, ''), l.quantity, l.amount
    FROM import_order AS o
    JOIN conversion AS v ON (v.affiliate_account_id, v.id) = (o.affiliate_account_id, o.fact_id)
    JOIN import_line AS l ON l.order_key = o.order_key AND NOT l.cancelled AND l.problem IS NULL
    LEFT JOIN (
        SELECT b.advertiser_profile_id, p.sku, min(p.id) AS id FROM product AS p JOIN brand AS b ON b.id = p.brand_id
        WHERE $1 GROUP BY b.advertiser_profile_id, p.sku
    ) AS p ON (p.advertiser_profile_id, p.sku) = (v.advertiser_profile_id, l.sku)
    WHERE o.claimed AND NOT o.cancelled
"""
EVENTS = f"""
    INSERT INTO conversion_event (affiliate_account_id, conversion_id, n, status, actor_id)
    SELECT v.affiliate_account_id, v.id, {FACT_ID.format(moment="clock_timestamp()")}, v.status, $1
    FROM import_order AS o
    JOIN conversion AS v ON (v.affiliate_account_id, v.id) = (o.affiliate_account_id, o.fact_id)
    WHERE o.claimed AND NOT o.cancelled
"""
ADJUSTMENT_COLUMNS = """
    affiliate_account_id, id, event_at, conversion_id, program_id, advertiser_profile_id, advertiser_org_id,
    partner_org_id, source, external_ref, side, sale_amount, currency, fx_rate, reason
"""
ADJUSTMENT_VALUES = """
    a.id, o.fact_id, o.event_at, v.id, p.id, p.advertiser_profile_id, p.advertiser_org_id, a.partner_org_id,
    $1, o.order_key, 'SALE'::adjustment_side, o.amount, o.currency, o.exchange_rate, $2
    FROM import_order AS o
    JOIN program AS p ON p.id = o.program_id
    JOIN affiliate_account AS a ON a.id = o.affiliate_account_id
    LEFT JOIN conversion AS v ON (v.affiliate_account_id, v.source, v.external_ref) = (a.id, $1, o.order_key)
                             AND o.corrects
    WHERE o.cancelled
"""
ADJUSTMENTS = f"""
    INSERT INTO adjustment ({ADJUSTMENT_COLUMNS}) SELECT {ADJUSTMENT_VALUES} AND o.claimed ORDER BY o.fact_id
    ON CONFLICT (affiliate_account_id, source, external_ref) DO NOTHING
"""
# Whoever wrote a conversion without a claim wrote it first: ours is a repeat.
RECOUNT = """
    UPDATE import_order AS o SET repeated = true, claimed = false
    WHERE claimed AND CASE WHEN cancelled
        THEN NOT EXISTS (SELECT FROM adjustment AS a
                         WHERE (a.affiliate_account_id, a.id) = (o.affiliate_account_id, o.fact_id))
        ELSE NOT EXISTS (SELECT FROM conversion AS v
                         WHERE (v.affiliate_account_id, v.id) = (o.affiliate_account_id, o.fact_id)) END
"""

NEW = "SELECT affiliate_account_id, fact_id AS id FROM import_order WHERE claimed AND NOT cancelled"


def locked_after(mapping: Mapping) -> timedelta | None:
    """How long after its moment a conversion is final."""
    return None if mapping.lock_after_days is None else timedelta(days=mapping.lock_after_days)


async def write_facts(connection: asyncpg.Connection, mapping: Mapping, *, actor_id: int) -> None:
    """Write every order that is new and has no problem, in the name of a user."""
    await connection.execute(CLAIM, mapping.source)
    await connection.execute(REPEATED)
    await connection.execute(NUMBER)
    await connection.execute(SHARDS)
    await connection.execute(CONVERSIONS, mapping.source, locked_after(mapping))
    if mapping.cancellation is not None:
        await connection.execute(ADJUSTMENTS, mapping.source, mapping.cancellation.reason)
    await connection.execute(RECOUNT)
    if mapping.items is not None:
        await connection.execute(ITEMS, mapping.items.products)
    await connection.execute(EVENTS, actor_id)
    for grain in GRAINS:
        await connection.execute(put_in(grain, NEW))
