"""What only the tests of the rules need: a platform on which grants end while others read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from demo_platform import Platform
from new_enemy_cases import Arena, Stage

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine


@pytest.fixture(scope="session")
async def arena(
    copied: Callable[[str, str], Awaitable[str]],
    demo_template: str,
    secrets: Secrets,
    engine_over: Callable[[Database], Engine],
) -> AsyncIterator[Arena]:
    """A copy of the demo platform with as many reading connections as there are viewers."""
    url = await copied("demo_of_the_new_enemy", demo_template)
    async with (
        Database.open(url, reads=32) as database,
        Platform.over(database, secrets, engine_over(database)) as platform,
    ):
        stage = await Stage.of(platform)
        revoked, ending = [
            (*cases, *map(stage.behind_another, cases)) for cases in (await stage.revoked(), await stage.ending())
        ]
        yield Arena(platform.engine, platform.owner, revoked, ending)
