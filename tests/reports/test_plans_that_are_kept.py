"""Which plans PostgreSQL keeps for reports: those over stored sums alone (record 0017)."""

from __future__ import annotations

from typing import Any

import pytest
from demo_platform import Platform

QUERY = "query ($input: ReportInput!) { report(input: $input) { columns { values } } }"
USES = """
    SELECT coalesce(sum(generic_plans), 0)::bigint AS kept, coalesce(sum(custom_plans), 0)::bigint AS anew
    FROM pg_prepared_statements WHERE statement LIKE '%_now%' AND statement LIKE $1
"""
TIMES = 12


async def used(platform: Platform, relation: str, **more: Any) -> tuple[int, int]:
    """How often plans over a relation were kept and made anew while a report was asked for some times."""
    asking = platform.member("adv-admin")
    lens = {
        "kind": "ADVERTISER",
        "organization": platform.global_id(
            "organization", await platform.named("organization", "Northwind Outfitters")
        ),
    }
    period = {"days": {"since": "2026-05-01", "until": "2026-05-15"}}
    given = {"lens": lens, "columns": ["conversions", "sale_amount"], "period": period, "onRestricted": "DROP", **more}
    pool, pattern = platform.engine.database.reads, f"%FROM {relation} AS%"
    async with pool.acquire() as connection:
        before = await connection.fetchrow(USES, pattern)
    for _ in range(TIMES):
        await platform.read(asking, QUERY, input=given)
    async with pool.acquire() as connection:
        after = await connection.fetchrow(USES, pattern)
        assert await connection.fetchval("SHOW plan_cache_mode") == "auto"
    return after["kept"] - before["kept"], after["anew"] - before["anew"]


async def test_a_report_over_stored_sums_is_planned_a_few_times(platform: Platform) -> None:
    kept, anew = await used(platform, "conversion_hour_by_program", groupBy=["day"], timeZone="Europe/Berlin")
    assert kept >= TIMES / 3
    assert anew <= TIMES / 2


@pytest.mark.parametrize("group_by", [["country"], ["partner"]])
async def test_a_report_over_facts_is_planned_each_time(platform: Platform, group_by: list[str]) -> None:
    """A plan for any period is one for a short one: a year by it took up to three times as long."""
    kept, anew = await used(platform, "conversion", groupBy=group_by)
    assert kept == 0
    assert anew >= TIMES - 2
