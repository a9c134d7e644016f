"""A demo that serves the console, over a copy of the platform of its own: administrators change it there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

import pytest
from served import served

from sightline.db.secrets import Secrets
from sightline.server.console.assets import FOLDER, SOURCES
from sightline.server.console.stamp import REPAIR, Built, built


@pytest.fixture(scope="session")
async def console_url(copied: Callable[[str, str], Awaitable[str]], demo_template: str) -> str:
    """Where its database is."""
    return await copied("demo_console", demo_template)


@pytest.fixture(scope="session")
def origin(console_url: str, secrets: Secrets) -> Iterator[str]:
    """Where it answers. Skipped where the console was left out of the build."""
    if built(SOURCES, FOLDER) is not Built.CURRENT:
        pytest.skip(f"the console is not built from these sources: run `{REPAIR}`")
    with served(console_url, secrets, demo=True) as found:
        yield found
