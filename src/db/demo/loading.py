"""What makes a load of seconds out of one of minutes: keys that are checked once, and indexes that are built once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conparentid = 0
    ORDER BY conrelid::regclass::text, conname
"""
# Those that a primary key or a unique constraint does not need.
_INDEXES = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index
    WHERE indrelid = ANY ($1::text[]::regclass[])
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY indexrelid::regclass::text
"""


@asynccontextmanager
async def unhindered(connection: asyncpg.Connection, tables: Sequence[str]) -> AsyncIterator[None]:
    """Take off every foreign key, and the indexes of some tables, and put them on again at the end.

    Each key is then checked by one join over all rows (D11). To be used by the owner, inside a transaction: if a row
    breaks a key, or anything else fails, nothing has changed.
    """
    keys = await connection.fetch(_FOREIGN_KEYS)
    indexes = await connection.fetch(_INDEXES, list(tables))
    await connection.execute("SET LOCAL work_mem = '64MB'; SET LOCAL maintenance_work_mem = '256MB'")
    for key in keys:
        await connection.execute(f"ALTER TABLE {key['table']} DROP CONSTRAINT {key['name']}")
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    yield
    for index in indexes:
        await connection.execute(index["definition"])
    for key in keys:
        await connection.execute(f"ALTER TABLE {key['table']} ADD CONSTRAINT {key['name']} {key['definition']}")
