"""Changes of rows that the tables may refuse, tried inside the database: many in one statement, each for itself.

A batch of one table is tried as a whole, then change by change, then cell by cell, each in a subtransaction of its own;
what a constraint refuses is left as it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import asyncpg
import orjson
import sqlalchemy as sa
from drawing import Values

from sightline.db.catalogue import Catalogue, Entity

_WORD = re.compile(r"[a-z_0-9]+")

_TRY = """
CREATE OR REPLACE FUNCTION pg_temp.tried(statement text, items jsonb) RETURNS integer[] LANGUAGE plpgsql AS $$
DECLARE
  item jsonb;
  touched bigint;
  took integer[] := '{}';
BEGIN
  FOR item IN SELECT jsonb_array_elements(items) LOOP
    BEGIN
      EXECUTE statement USING item;
      GET DIAGNOSTICS touched = ROW_COUNT;
      took := took || (CASE WHEN touched > 0 THEN 1 ELSE 0 END);
    EXCEPTION WHEN integrity_constraint_violation THEN
      took := took || -1;
    END;
  END LOOP;
  RETURN took;
END $$
"""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Other values for cells of one row; or its removal; or, with all `cells` of it, a new row."""

    entity: Entity
    row: Values
    cells: Values
    removes: bool = False
    adds: bool = False

    @property
    def size(self) -> int:
        """How many cells it changes; a row that comes or goes counts as one."""
        return 1 if self.adds or self.removes else len(self.cells)


@dataclass(frozen=True, slots=True)
class Trying:
    """Makes changes in the transaction that a connection is in."""

    connection: asyncpg.Connection

    async def prepare(self) -> None:
        """Put into the session what it needs; every constraint is checked at once, where its cause is."""
        await self.connection.execute(_TRY)
        await self.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")

    async def all_of(self, batch: Sequence[Change]) -> int:
        """Make changes of one kind and one table, as far as the table takes them. Returns how many cells or rows."""
        rows = [self._item(change) for change in batch]
        if batch[0].adds or batch[0].removes:
            return sum(took > 0 for took in await self._tried(_moving(batch[0]), rows))
        text = _updating(batch[0].entity, sorted({name for change in batch for name in change.cells}))
        if (await self._tried(text, [rows]))[0] > 0:
            return sum(change.size for change in batch)
        took = await self._tried(text, [[row] for row in rows])
        done = sum(change.size for change, taken in zip(batch, took, strict=True) if taken > 0)
        cells = [
            [key | {name: change.cells[name]}]
            for change, taken in zip(batch, took, strict=True)
            if taken < 0 and change.size > 1
            for key in ({name: change.row[name] for name in change.entity.key},)
            for name in change.cells
        ]
        return done + sum(taken > 0 for taken in await self._tried(text, cells))

    def _item(self, change: Change) -> Values:
        return {name: change.row[name] for name in change.entity.key} | change.cells

    async def _tried(self, statement: str, items: Sequence[Any]) -> Sequence[int]:
        if not items:
            return []
        packed = orjson.dumps(items, default=str).decode()
        taken: Sequence[int] = await self.connection.fetchval(
            "SELECT pg_temp.tried($1, $2::text::jsonb)", statement, packed
        )
        return taken


def _updating(entity: Entity, names: Sequence[str]) -> str:
    """Rows given as JSON, each with its key and the cells that change, written over those of the table."""
    t, every, keys = entity.name, ", ".join(names), " AND ".join(f"t.{name} = k.{name}" for name in entity.key)
    return (
        f"UPDATE {t} AS t SET ({every}) = (SELECT {every} FROM jsonb_populate_record(t, c.cells)) "
        f"FROM jsonb_array_elements($1) AS c(cells), jsonb_populate_record(NULL::{t}, c.cells) AS k WHERE {keys}"
    )


def _moving(change: Change) -> str:
    t, keys = change.entity.name, " AND ".join(f"t.{name} = k.{name}" for name in change.entity.key)
    if change.removes:
        return f"DELETE FROM {t} AS t USING jsonb_populate_record(NULL::{t}, $1) AS k WHERE {keys}"
    every = ", ".join(change.cells)
    return f"INSERT INTO {t} ({every}) SELECT {every} FROM jsonb_populate_record(NULL::{t}, $1)"


def fixed_columns(catalogue: Catalogue) -> frozenset[tuple[str, str]]:
    """Keys that hold rows together, the moments that they begin with, and what the database computes."""
    fixed: set[tuple[str, str]] = set()
    for entity in catalogue.entities.values():
        fixed |= {(entity.name, name) for name in entity.key}
        fixed |= {(entity.name, entity.moment)} if entity.moment is not None else set()
        fixed |= {(entity.name, column.name) for column in entity.table.columns if column.computed is not None}
        for constraint in entity.table.foreign_key_constraints:
            if len(constraint.elements) > 1:
                for element in constraint.elements:
                    fixed |= {(entity.name, element.parent.name), (element.column.table.name, element.column.name)}
    return frozenset(fixed)


@cache
def bound_columns(entity: Entity) -> frozenset[str]:
    """The columns that a check or a unique index reads: other values in them may be refused."""
    texts = [str(each.sqltext) for each in entity.table.constraints if isinstance(each, sa.CheckConstraint)]
    texts += [" ".join(map(str, each.expressions)) for each in entity.table.indexes if each.unique]
    for index in entity.table.indexes:
        where = index.dialect_options["postgresql"]["where"] if index.unique else None
        texts += [str(where)] if where is not None else []
    unique = [each for each in entity.table.constraints if isinstance(each, sa.UniqueConstraint)]
    texts += [column.name for each in unique for column in each.columns]
    words = {word for text in texts for word in _WORD.findall(text)}
    return frozenset(words & set(entity.table.c.keys()))
