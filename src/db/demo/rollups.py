"""The hourly sums of the demo platform, computed by the database from the facts that were copied."""

from __future__ import annotations

import asyncpg

from sightline.db.rollups import GRAINS, SUMS, summed

ROLLUPS = (
    "traffic_hour_by_account",
    "traffic_hour_by_program",
    "conversion_hour_by_account",
    "conversion_hour_by_program",
)
_CLICKS = """
    count(*) FILTER (WHERE kind = 'UNIQUE'), count(*) FILTER (WHERE kind = 'DUPLICATE'),
    count(*) FILTER (WHERE kind = 'INVALID')
"""
_ADVERTISER = "advertiser_profile_id, advertiser_org_id"

# Nobody counts ad views here: that there are some for each click is all that is known of them.
_STATEMENTS = (
    f"""
    INSERT INTO traffic_hour_by_account
        (affiliate_account_id, program_id, hour, {_ADVERTISER}, partner_org_id,
         unique_clicks, duplicate_clicks, invalid_clicks, impressions)
    SELECT affiliate_account_id, program_id, date_trunc('hour', event_at, 'UTC') AS hour, {_ADVERTISER},
        partner_org_id, {_CLICKS}, count(*) * (18 + (affiliate_account_id * 7 + program_id * 13) % 41)
    FROM click GROUP BY affiliate_account_id, program_id, hour, {_ADVERTISER}, partner_org_id
    """,
    f"""
    INSERT INTO traffic_hour_by_program
        (program_id, hour, {_ADVERTISER}, unique_clicks, duplicate_clicks, invalid_clicks, impressions)
    SELECT program_id, hour, {_ADVERTISER}, sum(unique_clicks), sum(duplicate_clicks), sum(invalid_clicks),
        sum(impressions)
    FROM traffic_hour_by_account GROUP BY program_id, hour, {_ADVERTISER}
    """,
    *(f"INSERT INTO {grain.table} ({grain.columns}, {', '.join(SUMS)}) {summed(grain)}" for grain in GRAINS),
)


async def make_rollups(connection: asyncpg.Connection) -> None:
    """Fill the four tables, at both grains."""
    for statement in _STATEMENTS:
        await connection.execute(statement)
