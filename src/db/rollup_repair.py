"""The hourly and daily sums and the facts: whether they agree, and making the sums anew.

Whoever writes facts adds them up in the same transaction (`sightline.db.rollups`); this is how it is checked. Ad views
are imported as sums, so there is nothing to make them from: they stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from sightline.db.rollups import GRAINS, SUMS, summed

_CLICKS = "unique_clicks, duplicate_clicks, invalid_clicks"
_TRAFFIC = f"{_CLICKS}, impressions"
_ADVERTISER = "advertiser_profile_id, advertiser_org_id"
_BY_PROGRAM = f"program_id, hour, {_ADVERTISER}"
_BY_ACCOUNT = f"affiliate_account_id, {_BY_PROGRAM}, partner_org_id"
# Nothing but the sums themselves says how many ad views there were.
_OF_CLICKS = f"""
    SELECT {_BY_ACCOUNT}, count(*) FILTER (WHERE kind = 'UNIQUE'), count(*) FILTER (WHERE kind = 'DUPLICATE'),
        count(*) FILTER (WHERE kind = 'INVALID'), sum(impressions)::bigint
    FROM (
        SELECT affiliate_account_id, program_id, date_trunc('hour', event_at, 'UTC') AS hour, advertiser_profile_id,
            advertiser_org_id, partner_org_id, kind, 0 AS impressions
        FROM click
        UNION ALL
        SELECT {_BY_ACCOUNT}, NULL, impressions FROM traffic_hour_by_account WHERE impressions > 0
    ) AS counted
    GROUP BY {_BY_ACCOUNT}
"""
_ALL_TRAFFIC = "sum(unique_clicks), sum(duplicate_clicks), sum(invalid_clicks), sum(impressions)"
_BY_HOUR = f"SELECT {_BY_PROGRAM}, {_ALL_TRAFFIC} FROM traffic_hour_by_account GROUP BY {_BY_PROGRAM}"
_BY_DAY = f"""
    SELECT program_id, date_trunc('day', hour, 'UTC') AS day, {_ADVERTISER}, {_ALL_TRAFFIC}
    FROM traffic_hour_by_program GROUP BY program_id, day, {_ADVERTISER}
"""


@dataclass(frozen=True, slots=True)
class Rollup:
    """One table of sums: its columns, where it has the moment, and the query that makes its rows."""

    table: str
    columns: str
    moment: str
    made_by: str

    @property
    def difference(self) -> str:
        """SQL of the rows that are stored and not made (`stored` is above 0), or made and not stored (below)."""
        return f"""
            SELECT {self.columns}, sum(stored) AS stored FROM (
                SELECT {self.columns}, 1 AS stored FROM {self.table}
                UNION ALL SELECT made.*, -1 FROM ({self.made_by}) AS made
            ) AS beside GROUP BY {self.columns} HAVING sum(stored) <> 0
        """

    @property
    def same(self) -> str:
        """SQL of whether a row `t` of the table and one of its differences, `d`, are the same."""
        return " AND ".join(f"t.{name} = d.{name}" for name in self.columns.split(", "))


ROLLUPS = (
    Rollup("traffic_hour_by_account", f"{_BY_ACCOUNT}, {_TRAFFIC}", "hour", _OF_CLICKS),
    Rollup("traffic_hour_by_program", f"{_BY_PROGRAM}, {_TRAFFIC}", "hour", _BY_HOUR),
    Rollup("traffic_day_by_program", f"program_id, day, {_ADVERTISER}, {_TRAFFIC}", "day", _BY_DAY),
    *(Rollup(grain.table, f"{grain.columns}, {', '.join(SUMS)}", grain.moment, summed(grain)) for grain in GRAINS),
)
"""In the order in which they are made."""


async def differences(connection: asyncpg.Connection) -> dict[str, int]:
    """How many rows of each table are there and should not be, or should be and are not; only tables that have some."""
    found = {
        each.table: await connection.fetchval(f"SELECT count(*) FROM ({each.difference}) AS different")
        for each in ROLLUPS
    }
    return {table: number for table, number in found.items() if number}


async def rebuild(connection: asyncpg.Connection) -> None:
    """Make all sums anew, in a transaction of its own, while nobody writes facts. Ad views stay.

    Rows that are right already are left alone.
    """
    async with connection.transaction():
        await connection.execute("LOCK TABLE click, conversion IN SHARE MODE")
        for each in ROLLUPS:
            await connection.execute(f"CREATE TEMPORARY TABLE different ON COMMIT DROP AS {each.difference}")
            await connection.execute(
                f"DELETE FROM {each.table} AS t USING different AS d WHERE stored > 0 AND {each.same}"
            )
            # In the order in which they come to be written one by one: a report reads what lies together.
            await connection.execute(
                f"INSERT INTO {each.table} ({each.columns})"
                f" SELECT {each.columns} FROM different WHERE stored < 0 ORDER BY {each.moment}"
            )
            await connection.execute("DROP TABLE different")
