"""The hourly sums against the facts: what differs, row by row."""

from __future__ import annotations

from demo_platform import Platform

from sightline.db.rollups import GRAINS, SUMS, summed


async def out_of_step(platform: Platform) -> list[str]:
    """The rows of both grains that are not what the facts say, at one moment."""
    parts = []
    for grain in GRAINS:
        stored = f"SELECT {grain.columns}, {', '.join(SUMS)} FROM {grain.table}"
        for one, other in ((stored, summed(grain)), (summed(grain), stored)):
            parts.append(f"SELECT row_to_json(d)::text FROM (({one}) EXCEPT ALL ({other})) AS d")
    return [str(each) for each in await platform.stored(" UNION ALL ".join(parts))]


async def put_in_step(platform: Platform) -> None:
    """Make both grains anew of the facts, as tests may have written some past the application."""
    statements = []
    for grain in GRAINS:
        sums = f"{grain.columns}, {', '.join(SUMS)}"
        statements += [f"DELETE FROM {grain.table}", f"INSERT INTO {grain.table} ({sums}) {summed(grain)}"]
    await platform.change(*statements)
