"""An empty database to write grants into."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest
from grant_rows import Registry

from sightline.db.database import Database
from sightline.db.role_names import DatabaseRole
from sightline.db.secrets import Secrets
from sightline.resolvers.identity import Identities


@pytest.fixture(scope="session")
async def registry(
    superuser: asyncpg.Connection, migrated_template: str, database_url: Callable[[str], str], secrets: Secrets
) -> AsyncIterator[Registry]:
    """Writes grants and finds principals; the tests share a database, and each makes users of its own."""
    name = "grants_shared"
    await superuser.execute(
        f"CREATE DATABASE {name} OWNER {DatabaseRole.OWNER} TEMPLATE {migrated_template} STRATEGY FILE_COPY"
    )
    async with Database.open(database_url(name)) as database, database.owner() as connection:
        yield Registry(database, connection, secrets, Identities(secrets))
