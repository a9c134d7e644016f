"""Talking to the embedded server: whether it answers, and the roles and the database it holds before any migration."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

import asyncpg

from sightline.db.errors import EmbeddedServerError, one_line
from sightline.db.role_names import DATABASE_NAME, SUPERUSER, DatabaseRole

# A server that goes down while it is asked. An InternalClientError is its goodbye between two messages of ours.
WENT_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class Answer(StrEnum):
    """What a server says when it is asked to select 1."""

    READY = "ready"
    STARTING = "starting"  # it accepts connections before it answers statements: SQLSTATE 57P03
    NONE = "none"  # nobody listens


def connection_arguments(sockets: Path, role: str, database: str = DATABASE_NAME) -> dict[str, Any]:
    """Keyword arguments of `asyncpg.connect`; complete, so that no PG* variable or pgpass file has a say."""
    return {
        "host": str(sockets),
        "port": 5432,
        "user": str(role),  # asyncpg takes nothing but exact strings
        "password": "",
        "database": database,
        "ssl": False,
        "target_session_attrs": "any",
    }


async def ask(sockets: Path, *, seconds: float) -> Answer:
    """Select 1 as the superuser. A server that has no connection left is ready all the same.

    Raises EmbeddedServerError where the server refuses this account, TimeoutError where it stays silent.
    """
    try:
        connection = await asyncpg.connect(**connection_arguments(sockets, SUPERUSER, SUPERUSER), timeout=seconds)
    except asyncpg.CannotConnectNowError:
        return Answer.STARTING
    except asyncpg.TooManyConnectionsError:
        return Answer.READY
    except (FileNotFoundError, ConnectionError, *WENT_AWAY):
        return Answer.NONE
    except asyncpg.PostgresError as error:
        raise EmbeddedServerError(
            f"The embedded PostgreSQL at {sockets} refuses this account: {one_line(error)}."
        ) from error
    try:
        await connection.fetchval("SELECT 1", timeout=seconds)
    except (ConnectionError, *WENT_AWAY):
        return Answer.NONE
    finally:
        connection.terminate()
    return Answer.READY


async def prepare_catalogue(sockets: Path) -> None:
    """Create the roles and the database where they are missing. The caller holds the cluster's lock.

    Raises EmbeddedServerError where the server cannot.
    """
    try:
        connection = await asyncpg.connect(**connection_arguments(sockets, SUPERUSER, SUPERUSER), timeout=10)
        try:
            await _create_missing(connection)
        finally:
            await connection.close()
    except (asyncpg.PostgresError, OSError, *WENT_AWAY) as error:
        raise EmbeddedServerError(f"The database could not be created in the new server: {one_line(error)}") from error


async def _create_missing(connection: asyncpg.Connection) -> None:
    present = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
    missing = [role for role in DatabaseRole if role not in present]
    for role in missing:
        await connection.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER")
    if missing:
        # The owner hands its application roles on to the pools of a connection made with the owner's URL.
        await connection.execute(f"GRANT {DatabaseRole.READ_WRITE}, {DatabaseRole.READ_ONLY} TO {DatabaseRole.OWNER}")
    if await connection.fetchval("SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = $1)", DATABASE_NAME):
        await connection.execute(f"CREATE DATABASE {DATABASE_NAME} OWNER {DatabaseRole.OWNER}")
