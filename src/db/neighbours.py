"""Other installations in the same PostgreSQL server: the application's roles belong to all of its databases."""

from __future__ import annotations

import asyncpg

from sightline.db.role_names import DatabaseRole

_NEIGHBOURS = """
    SELECT DISTINCT other.datname FROM pg_shdepend AS granted
    JOIN pg_roles ON granted.refclassid = 'pg_authid'::regclass AND pg_roles.oid = granted.refobjid
    JOIN pg_database AS other ON other.oid = granted.dbid
    JOIN pg_database AS own ON own.datname = current_database() AND own.datdba <> other.datdba
    WHERE granted.classid = 'pg_class'::regclass AND granted.deptype = 'a' AND rolname = ANY($1::text[])
    ORDER BY other.datname
"""


async def neighbours(connection: asyncpg.Connection) -> list[str]:
    """Databases of other owners with tables that the application's roles may use, by name.

    Whoever may take these roles, as each owner may, reads and writes all of them.
    """
    rows = await connection.fetch(_NEIGHBOURS, [DatabaseRole.READ_ONLY, DatabaseRole.READ_WRITE])
    return [row["datname"] for row in rows]
