"""The stored sums of the demo platform, computed by the database from the facts that were copied."""

from __future__ import annotations

import asyncpg

from sightline.db.rollup_repair import rebuild

# Nobody counts ad views here: that there are some for each click is all that is known of them.
_VIEWS = """
    INSERT INTO traffic_hour_by_account
        (affiliate_account_id, program_id, hour, advertiser_profile_id, advertiser_org_id, partner_org_id, impressions)
    SELECT affiliate_account_id, program_id, date_trunc('hour', event_at, 'UTC') AS hour, advertiser_profile_id,
        advertiser_org_id, partner_org_id, count(*) * (18 + (affiliate_account_id * 7 + program_id * 13) % 41)
    FROM click
    GROUP BY affiliate_account_id, program_id, hour, advertiser_profile_id, advertiser_org_id, partner_org_id
"""


async def make_rollups(connection: asyncpg.Connection) -> None:
    """Fill the tables of all grains."""
    await connection.execute(_VIEWS)
    await rebuild(connection)
