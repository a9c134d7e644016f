"""Bringing a database to a version of the schema, and finding where it differs from what the code declares."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sightline.db import differences
from sightline.db.roles import ensure_roles, grant_rights

LOCK = 0x5167_1713_E000
"""The advisory lock that one migration at a time holds; any number that nobody else of the database uses."""

WAIT_FOR_OTHERS = "60s"
WAIT_FOR_TABLES = "2s"
_SCRIPTS = str(Path(__file__).parent / "migrations")


async def upgrade(engine: AsyncEngine, revision: str = "head") -> list[str]:
    """Bring the database to a revision, with the roles and their rights, all in one transaction or not at all.

    The engine is the owner's. Processes that start together wait for each other; tables are waited for 2 s (F30).
    Returns what an operator should know, one sentence each; empty where all is well.
    """
    async with engine.begin() as connection:
        await _lock(connection)
        await _alembic(connection, lambda config: command.upgrade(config, revision))
        return [*await ensure_roles(connection), *await grant_rights(connection)]


async def downgrade(engine: AsyncEngine, revision: str = "base") -> None:
    """Take the database back to a revision, in one transaction. What the later ones added is lost, with its rows."""
    async with engine.begin() as connection:
        await _lock(connection)
        await _alembic(connection, lambda config: command.downgrade(config, revision))


async def current(engine: AsyncEngine) -> str | None:
    """The revision of the database; None where nothing was ever migrated."""
    async with engine.connect() as connection:
        return await connection.run_sync(_current)


async def check(engine: AsyncEngine) -> list[str]:
    """How the database differs from what the code declares, one sentence each: empty where they agree."""
    async with engine.connect() as connection:
        return await connection.run_sync(differences.differences)


async def strangers(engine: AsyncEngine) -> list[str]:
    """Tables that others keep in the database, by name."""
    async with engine.connect() as connection:
        return await connection.run_sync(differences.strangers)


def newest() -> str:
    """The revision that this program needs."""
    head = ScriptDirectory(_SCRIPTS).get_current_head()
    assert head is not None
    return head


def is_known(revision: str) -> bool:
    """Whether this program has the revision; one that it lacks is of a newer program."""
    return any(script.revision == revision for script in ScriptDirectory(_SCRIPTS).walk_revisions())


async def _lock(connection: AsyncConnection) -> None:
    await _wait_at_most(connection, WAIT_FOR_OTHERS)
    await connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    await _wait_at_most(connection, WAIT_FOR_TABLES)


async def _wait_at_most(connection: AsyncConnection, duration: str) -> None:
    await connection.execute(sa.text("SELECT set_config('lock_timeout', :duration, true)"), {"duration": duration})


async def _alembic(connection: AsyncConnection, run: Callable[[Config], None]) -> None:
    def within(synchronous: sa.Connection) -> None:
        run(_config(synchronous))

    await connection.run_sync(within)


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", _SCRIPTS.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _current(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
