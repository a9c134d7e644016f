"""The stored sums against the facts."""

from __future__ import annotations

from demo_platform import Platform

from sightline.db.rollup_repair import differences, rebuild


async def out_of_step(platform: Platform) -> dict[str, int]:
    """How many rows of each table are not what the facts say, at one moment."""
    async with platform.engine.database.owner() as connection:
        return await differences(connection)


async def put_in_step(platform: Platform) -> None:
    """Make all sums anew of the facts, as tests may have written some past the application."""
    async with platform.engine.database.owner() as connection:
        await rebuild(connection)
