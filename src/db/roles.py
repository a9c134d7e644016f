"""The application's PostgreSQL roles and what each may do.

The owner made the tables. Queries run as the one that may read, mutations as the one that may write; neither may change
the schema, nor rewrite history: the audit log and what conversions were can only be added to (F25).
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sightline.db.role_names import TAKING, DatabaseRole
from sightline.db.tables import AuditLogRow, AuthzEpochRow, ConversionEventRow, ConversionPastRow, Row

READ_ONLY, READ_WRITE = DatabaseRole.READ_ONLY, DatabaseRole.READ_WRITE

WRITES = "INSERT, UPDATE, DELETE"
NARROWED_WRITES = {
    AuditLogRow.__tablename__: "INSERT",
    ConversionEventRow.__tablename__: "INSERT",
    ConversionPastRow.__tablename__: "INSERT",
    AuthzEpochRow.__tablename__: "UPDATE",
}
"""What may be written where it is not everything. Nobody may TRUNCATE."""


async def ensure_roles(connection: AsyncConnection) -> list[str]:
    """Create the application's roles where missing, and let the connected user hand them on. Idempotent.

    The owner is whoever is connected. Returns warnings, one sentence each, where he may not do it: the service then
    works with the owner's rights.
    """
    warnings = []
    for role in (READ_WRITE, READ_ONLY):
        try:
            async with connection.begin_nested():
                await _ensure_role(connection, role)
        except sa.exc.DBAPIError as error:
            if _state(error) != "42501":  # insufficient_privilege
                raise
            warnings.append(
                f"The role {role} could not be created or handed to {await _user(connection)}, who may not do so: "
                f"as an administrator, CREATE ROLE {role} NOLOGIN NOSUPERUSER and GRANT it to that user, "
                "and run `sightline db upgrade` again."
            )
    return warnings


async def grant_rights(connection: AsyncConnection) -> list[str]:
    """Give the roles that exist their rights on every table, and take away all others. Idempotent; the owner's to do.

    To be called after every upgrade. Returns warnings as `ensure_roles` does, where the schema is somebody else's.
    """
    existing = await _existing_roles(connection)
    tables = await _present(connection, "r", Row.metadata.tables)
    warnings = []
    if existing:
        names = ", ".join(existing)
        listed = ", ".join([*tables, "alembic_version"])
        await _run(connection, f"REVOKE ALL ON {listed} FROM PUBLIC, {names}")
        await _run(connection, f"GRANT SELECT ON {listed} TO {names}")
    if READ_WRITE in existing:
        for table in tables:
            await _run(connection, f"GRANT {NARROWED_WRITES.get(table, WRITES)} ON {table} TO {READ_WRITE}")
        for sequence in await _present(connection, "S", Row.metadata._sequences):
            await _run(connection, f"GRANT USAGE ON SEQUENCE {sequence} TO {READ_WRITE}")
    try:
        async with connection.begin_nested():
            await _run(connection, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
            if existing:
                await _run(connection, f"GRANT USAGE ON SCHEMA public TO {', '.join(existing)}")
    except sa.exc.DBAPIError as error:
        if _state(error) != "42501":
            raise
        warnings.append(
            "The schema public belongs to somebody else, so every role of the server may use it: "
            f"ALTER SCHEMA public OWNER TO {await _user(connection)}."
        )
    return warnings


async def _ensure_role(connection: AsyncConnection, role: DatabaseRole) -> None:
    if role not in await _existing_roles(connection):
        # Another database of the same server may be at it too, and roles belong to all of them.
        await _run(
            connection,
            f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN NOSUPERUSER;"
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
        )
    if not await connection.scalar(sa.text(f"SELECT pg_has_role(:role, {TAKING})"), {"role": str(role)}):
        await _run(connection, f"GRANT {role} TO CURRENT_USER")


async def _existing_roles(connection: AsyncConnection) -> list[DatabaseRole]:
    names = await connection.scalars(sa.text("SELECT rolname FROM pg_roles"))
    return sorted({READ_WRITE, READ_ONLY} & set(names))


async def _present(connection: AsyncConnection, kind: str, names: Iterable[str]) -> list[str]:
    """Those of our tables ("r") or sequences ("S") that the database has at its revision."""
    found = await connection.scalars(
        sa.text(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind::text = :kind AND relname = ANY(:names)"
        ),
        {"kind": kind, "names": list(names)},
    )
    return sorted(found)


async def _user(connection: AsyncConnection) -> str:
    return str(await connection.scalar(sa.text("SELECT quote_ident(current_user)")))


async def _run(connection: AsyncConnection, statement: str) -> None:
    await connection.exec_driver_sql(statement)


def _state(error: sa.exc.DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
