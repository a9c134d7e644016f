"""What only the tests of the rules need: a platform on which grants end while others read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest
from demo_platform import Platform
from new_enemy_cases import Arena, Stage

from sightline.db.database import Database
from sightline.db.role_names import DatabaseRole
from sightline.db.secrets import Secrets


@pytest.fixture(scope="session")
async def arena(
    superuser: asyncpg.Connection, demo_template: str, database_url: Callable[[str], str], secrets: Secrets
) -> AsyncIterator[Arena]:
    """A copy of the demo platform with as many reading connections as there are viewers."""
    name = "demo_of_the_new_enemy"
    await superuser.execute(
        f"CREATE DATABASE {name} OWNER {DatabaseRole.OWNER} TEMPLATE {demo_template} STRATEGY FILE_COPY"
    )
    async with Database.open(database_url(name), reads=24) as database, Platform.over(database, secrets) as platform:
        stage = await Stage.of(platform)
        yield Arena(platform.engine, platform.owner, await stage.revoked(), await stage.ending())
