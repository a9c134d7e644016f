"""An empty database to write grants into."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from grant_rows import Registry

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.resolvers.identity import Identities


@pytest.fixture(scope="session")
async def registry(
    copied: Callable[[str, str], Awaitable[str]], migrated_template: str, secrets: Secrets
) -> AsyncIterator[Registry]:
    """Writes grants and finds principals; the tests share a database, and each makes users of its own."""
    url = await copied("grants_shared", migrated_template)
    async with Database.open(url) as database, database.owner() as connection:
        yield Registry(database, connection, secrets, Identities(secrets))
