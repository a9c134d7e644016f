"""The hourly sums and the facts: whether they agree, and making the sums anew.

Whoever writes facts adds them up in the same transaction (`sightline.db.rollups`); this is how it is checked. Ad views
are imported as sums, so there is nothing to make them from: they stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from sightline.db.rollups import GRAINS, SUMS, summed

_CLICKS = "unique_clicks, duplicate_clicks, invalid_clicks"
_BY_PROGRAM = "program_id, hour, advertiser_profile_id, advertiser_org_id"
_BY_ACCOUNT = f"affiliate_account_id, {_BY_PROGRAM}, partner_org_id"
_OF_CLICKS = f"""
    SELECT {_BY_ACCOUNT}, count(*) FILTER (WHERE kind = 'UNIQUE'), count(*) FILTER (WHERE kind = 'DUPLICATE'),
        count(*) FILTER (WHERE kind = 'INVALID')
    FROM (SELECT *, date_trunc('hour', event_at, 'UTC') AS hour FROM click) AS c GROUP BY {_BY_ACCOUNT}
"""
_OF_TRAFFIC = f"""
    SELECT {_BY_PROGRAM}, sum(unique_clicks), sum(duplicate_clicks), sum(invalid_clicks), sum(impressions)
    FROM traffic_hour_by_account GROUP BY {_BY_PROGRAM}
"""


@dataclass(frozen=True, slots=True)
class Rollup:
    """One table of hourly sums: its columns that are made from elsewhere, and the query that makes them."""

    table: str
    columns: str
    made_by: str
    where: str = "true"


ROLLUPS = (
    # Hours that have ad views and no clicks are made by no click.
    Rollup(
        "traffic_hour_by_account",
        f"{_BY_ACCOUNT}, {_CLICKS}",
        _OF_CLICKS,
        where="unique_clicks + duplicate_clicks + invalid_clicks > 0",
    ),
    Rollup("traffic_hour_by_program", f"{_BY_PROGRAM}, {_CLICKS}, impressions", _OF_TRAFFIC),
    *(Rollup(grain.table, f"{grain.columns}, {', '.join(SUMS)}", summed(grain)) for grain in GRAINS),
)
"""In the order in which they are made."""


async def differences(connection: asyncpg.Connection) -> dict[str, int]:
    """How many rows of each table are there and should not be, or should be and are not; only tables that have some."""
    found = {each.table: await connection.fetchval(_difference(each)) for each in ROLLUPS}
    return {table: number for table, number in found.items() if number}


async def rebuild(connection: asyncpg.Connection) -> None:
    """Make all hourly sums anew, in a transaction of its own, while nobody writes facts. Ad views stay."""
    async with connection.transaction():
        await connection.execute("LOCK TABLE click, conversion IN SHARE MODE")
        await connection.execute(
            f"CREATE TEMPORARY TABLE kept_views ON COMMIT DROP AS SELECT {_BY_ACCOUNT}, impressions"
            " FROM traffic_hour_by_account WHERE impressions > 0"
        )
        for each in ROLLUPS:
            await connection.execute(f"DELETE FROM {each.table}")
            # In the order in which they come to be written one by one: a report reads hours that lie together.
            await connection.execute(f"INSERT INTO {each.table} ({each.columns}) {each.made_by} ORDER BY hour")
            if each.table == "traffic_hour_by_account":
                await connection.execute(
                    f"INSERT INTO {each.table} AS t ({_BY_ACCOUNT}, impressions) SELECT * FROM kept_views"
                    " ON CONFLICT (affiliate_account_id, program_id, hour)"
                    " DO UPDATE SET impressions = excluded.impressions"
                )
        await connection.execute("DROP TABLE kept_views")


def _difference(each: Rollup) -> str:
    stored = f"SELECT {each.columns} FROM {each.table} WHERE {each.where}"
    made = f"({each.made_by})"
    return f"SELECT count(*) FROM (({stored} EXCEPT ALL {made}) UNION ALL ({made} EXCEPT ALL {stored})) AS different"
