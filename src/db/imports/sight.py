"""What the user whom an import runs as sees and may do (A15): of everything else there is nothing to be found.

The operator's command line runs without a sight, and finds what exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import asyncpg

NOTE = "INSERT INTO import_seen (entity, id) SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING"


class Sight(Protocol):
    """The authorised views of one user."""

    async def sees(self, entity: str, ids: Iterable[int]) -> set[int]:
        """Those of the rows that he sees."""

    async def does(self, verb: str, ids: Iterable[int]) -> set[int]:
        """Those of the rows on which he does a verb."""

    async def undone(self, verb: str, table: str) -> list[int]:
        """The `first_line` of rows of a temporary table, made like one of facts, on which he would not do a verb."""


async def look_at(connection: asyncpg.Connection, sight: Sight | None, entity: str, candidates: str) -> None:
    """Note which of the candidates, a query of their ids, are seen."""
    if sight is not None:
        ids = {row[0] for row in await connection.fetch(candidates)} - {None}
        await connection.execute(NOTE, entity, sorted(await sight.sees(entity, ids)))


def only_seen(sight: Sight | None, entity: str, column: str) -> str:
    """The condition that a row was noted as seen; that there is one, without a sight."""
    if sight is None:
        return "true"
    return f"EXISTS (SELECT FROM import_seen AS seen WHERE (seen.entity, seen.id) = ('{entity}', {column}))"
