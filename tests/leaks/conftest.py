"""The demo platform as its whole cast meets it, and a copy of it that may be changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from desk import Desk
from door import Door, client_of

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine


@pytest.fixture(scope="session")
async def door(desk: Desk) -> AsyncIterator[Door]:
    """The endpoint over the demo platform, to which nobody writes."""
    async with client_of(desk) as client:
        yield Door(client, desk)


@pytest.fixture(scope="session")
async def changing(
    copied: Callable[[str, str], Awaitable[str]],
    demo_template: str,
    secrets: Secrets,
    engine_over: Callable[[Database], Engine],
) -> AsyncIterator[Desk]:
    """A copy of the demo platform. Who changes rows there takes them back, unless nobody else looks at them."""
    async with Database.open(await copied("demo_of_leaks", demo_template)) as database:
        yield Desk(engine_over(database), secrets)
