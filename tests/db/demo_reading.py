"""How the tests of the demo platform ask the database."""

from __future__ import annotations

from typing import Any

import asyncpg

from sightline.db.database import Database


async def rows(database: Database, statement: str, *arguments: Any) -> list[asyncpg.Record]:
    async with database.owner() as connection:
        found: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        return found


async def one(database: Database, statement: str, *arguments: Any) -> Any:
    [(value,)] = await rows(database, statement, *arguments)
    return value
