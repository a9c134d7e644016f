"""A world: all rows of a small platform, in Python and in PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import asyncpg
import sqlalchemy as sa
from drawing import Values
from world_rows import rows_of_world

from sightline.db.catalogue import Catalogue, Entity
from sightline.db.statements import Statement, system_statement

Key = tuple[Any, ...]


def seed() -> int:
    """The seed of this run: SIGHTLINE_TEST_SEED, else always the same. Printed, so that a failure can be repeated."""
    number = int(os.environ.get("SIGHTLINE_TEST_SEED", "20260301"))
    print(f"SIGHTLINE_TEST_SEED={number}")
    return number


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Rows by table. What `sightline.authz.expr.evaluate` follows edges into."""

    tables: Mapping[str, list[Values]]
    _indexes: dict[tuple[str, tuple[str, ...]], dict[Key, list[Values]]] = field(default_factory=dict)

    def matching(self, entity: str, columns: Mapping[str, object]) -> Iterable[Values]:
        """The rows of an entity that have exactly these values."""
        return self.index(entity, tuple(columns)).get(tuple(columns.values()), ())

    def index(self, entity: str, names: tuple[str, ...]) -> Mapping[Key, list[Values]]:
        """The rows of an entity by their values in these columns."""
        at = (entity, names)
        if at not in self._indexes:
            index = self._indexes[at] = {}
            for row in self.tables[entity]:
                index.setdefault(tuple(row[name] for name in names), []).append(row)
        return self._indexes[at]

    def rows(self, entity: Entity) -> dict[Key, Values]:
        """The rows of an entity by primary key."""
        return {key_of(entity, row): row for row in self.tables[entity.name]}


def key_of(entity: Entity, row: Mapping[str, Any]) -> Key:
    """A row's primary key, in the order of its columns."""
    return tuple(row[name] for name in entity.key)


def remembered(catalogue: Catalogue, tables: Mapping[str, list[Values]]) -> World:
    """A world that is in Python only, with every column of every row; those that are not drawn are None."""
    return World(
        {
            name: [dict.fromkeys((*entity.table.c.keys(), *entity.derived), None) | row for row in tables.get(name, ())]
            for name, entity in catalogue.entities.items()
        }
    )


async def emptied(connection: asyncpg.Connection, catalogue: Catalogue) -> None:
    """Remove every world from the tables; the policy's epoch stays."""
    names = ", ".join(name for name in catalogue.entities if name != "authz_epoch")
    await connection.execute(f"TRUNCATE {names}")


async def inserted(connection: asyncpg.Connection, catalogue: Catalogue, random: Random, *, size: int = 1) -> World:
    """A random world, written by the owner and read back, so that Python has what the tables hold."""
    return await inserted_rows(connection, catalogue, rows_of_world(random, size=size))


async def inserted_rows(
    connection: asyncpg.Connection, catalogue: Catalogue, tables: Mapping[str, list[Values]]
) -> World:
    """The rows of a world by table, parents first, written and read back."""
    for name, rows in tables.items():
        await insert(connection, catalogue[name], rows)
    await connection.execute("ANALYZE")
    return await read_back(connection, catalogue)


async def insert(connection: asyncpg.Connection, entity: Entity, rows: Iterable[Values]) -> None:
    """Rows into their table, with COPY; every column that is not drawn is NULL."""
    columns = [column.name for column in entity.table.columns if column.computed is None]
    drawn = [tuple(row.get(name) for name in columns) for row in rows]
    await connection.copy_records_to_table(entity.name, records=drawn, columns=columns)


async def read_back(connection: asyncpg.Connection, catalogue: Catalogue, names: Iterable[str] | None = None) -> World:
    """All rows of all tables, or of these, as they are stored, derived columns included."""
    return World(
        {
            name: [dict(record) for record in await connection.fetch(_everything(catalogue[name]).text)]
            for name in (catalogue.entities if names is None else names)
        }
    )


@cache
def _everything(entity: Entity) -> Statement:
    names = (*entity.table.c.keys(), *entity.derived)
    return system_statement(sa.select(*(entity.expression(name, entity.table).label(name) for name in names)))
