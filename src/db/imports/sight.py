"""What the user whom an import runs as sees and may do (A15): of everything else there is nothing to be found.

The operator's command line runs without a sight, and finds what exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import asyncpg

NOTE = "INSERT INTO import_seen (entity, id) SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING"


READ_ID = "INSERT INTO import_id (entity, id, said) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


class Sight(Protocol):
    """The authorised views of one user."""

    def number(self, entity: str, text: str) -> int | None:
        """The number of the row with a global id; None for what is none of the entity."""

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


async def read_ids(connection: asyncpg.Connection, sight: Sight | None, entity: str, texts: str) -> None:
    """Note which rows the ids are of that a query gives: global ones, for whoever has a sight."""
    if sight is not None:
        said = {row[0]: sight.number(entity, row[0]) for row in await connection.fetch(texts)}
        await connection.executemany(READ_ID, [(entity, id_, text) for text, id_ in said.items() if id_ is not None])


def said_id(sight: Sight | None, entity: str, column: str) -> str:
    """How a file names a row by its id: the operator's by its number, which nobody else is told (D1)."""
    if sight is None:
        return f"{column}::text"
    return f"(SELECT said FROM import_id AS i WHERE (i.entity, i.id) = ('{entity}', {column}))"


def only_seen(sight: Sight | None, entity: str, column: str) -> str:
    """The condition that a row was noted as seen; that there is one, without a sight."""
    if sight is None:
        return "true"
    return f"EXISTS (SELECT FROM import_seen AS seen WHERE (seen.entity, seen.id) = ('{entity}', {column}))"
