"""What only journeys need: a copy of the demo platform of their own, as they change its cast for good."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from demo_platform import Platform
from front_door import FrontDoor

from sightline.db.database import Database
from sightline.db.secrets import Secrets


@pytest.fixture
async def town_url(
    empty_database: Callable[..., Awaitable[str]], demo_template: str, database_url: Callable[[str], str]
) -> str:
    """The URL of a copy of the demo platform."""
    return database_url(await empty_database(demo_template))


@pytest.fixture
async def town(town_url: str, secrets: Secrets) -> AsyncIterator[Platform]:
    """The demo platform, for one journey."""
    async with Database.open(town_url) as database, Platform.over(database, secrets) as platform:
        yield platform


@pytest.fixture
async def door(town: Platform) -> AsyncIterator[FrontDoor]:
    """How people come in there."""
    async with FrontDoor.of(town) as opened:
        yield opened
