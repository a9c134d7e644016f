"""Stored sums against facts: what differs is found, and made anew."""

from __future__ import annotations

from demo_platform import Platform

from sightline.db.rollup_repair import ROLLUPS, differences, rebuild

GRAINS = ("hour_by_account", "hour_by_program", "day_by_program")
VIEWS = "SELECT sum(impressions) FROM {table}"

BROKEN = {
    "conversion_hour_by_account": "UPDATE {table} SET payout = payout + 1 WHERE ctid = (SELECT min(ctid) FROM {table})",
    "conversion_hour_by_program": "DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table})",
    "conversion_day_by_program": (
        "UPDATE {table} SET day = day + interval '9999 days' WHERE ctid = (SELECT min(ctid) FROM {table})"
    ),
    "traffic_hour_by_account": (
        "UPDATE {table} SET unique_clicks = unique_clicks + 1 WHERE ctid = (SELECT min(ctid) FROM {table})"
    ),
    "traffic_hour_by_program": "UPDATE {table} SET impressions = 0 WHERE ctid = (SELECT min(ctid) FROM {table})",
    "traffic_day_by_program": "DELETE FROM {table} WHERE ctid = (SELECT max(ctid) FROM {table})",
}


async def test_the_demo_platforms_sums_are_those_of_its_facts(platform: Platform) -> None:
    async with platform.engine.database.owner() as connection:
        assert await differences(connection) == {}


async def test_sums_that_went_wrong_are_found_and_made_anew(platform: Platform) -> None:
    """One row of one table is enough to be found; ad views are the same before and after."""
    assert BROKEN.keys() == {each.table for each in ROLLUPS}
    async with platform.engine.database.owner() as connection:
        views = [await connection.fetchval(VIEWS.format(table=f"traffic_{grain}")) for grain in GRAINS]
        for table, statement in BROKEN.items():
            broken = connection.transaction()
            await broken.start()
            await connection.execute(statement.format(table=table))
            assert table in await differences(connection)
            await broken.rollback()
        for table, statement in BROKEN.items():
            await connection.execute(statement.format(table=table))
        await rebuild(connection)
        assert await differences(connection) == {}
        again = [await connection.fetchval(VIEWS.format(table=f"traffic_{grain}")) for grain in GRAINS]
        assert again == views


async def test_an_hour_of_ad_views_alone_stays(platform: Platform) -> None:
    """It is imported, not counted; nothing could make it again."""
    row = "affiliate_account_id, program_id, advertiser_profile_id, advertiser_org_id, partner_org_id"
    async with platform.engine.database.owner() as connection:
        await connection.execute(
            f"INSERT INTO traffic_hour_by_account ({row}, hour, impressions)"
            f" SELECT {row}, '2020-01-01T00:00Z', 77 FROM traffic_hour_by_account LIMIT 1"
        )
        await rebuild(connection)
        found = await connection.fetch("SELECT impressions FROM traffic_hour_by_program WHERE hour < '2020-01-02'")
        assert [each["impressions"] for each in found] == [77]
        assert await differences(connection) == {}
        await connection.execute("DELETE FROM traffic_hour_by_account WHERE hour < '2020-01-02'")
        await rebuild(connection)
