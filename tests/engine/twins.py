"""Twin worlds: the same database after changing what a viewer may not see, and nothing else.

A twin is made inside a transaction of the owner that is never committed. What may be changed is decided by the rules
read by hand, not by the engine. Keys that hold the rows together stay; so do, at first, the columns that rules read:
those are changed only as far as the viewer's projection stays what it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import asyncpg
import sqlalchemy as sa
from drawing import NOON, Values
from reading import HIDDEN, Projection, Reading
from worlds import World, insert, key_of, read_back

from sightline.authz.entities import ENTITY_RULES
from sightline.authz.expr import columns_read
from sightline.authz.paths import Paths
from sightline.db.catalogue import Catalogue, Entity

MARKED_AMOUNT = Decimal("918273.6455")
MARKED_TEXT = "zzunseen"

ROWS_TO_REMOVE = (
    "conversion_event",
    "click",
    "customer_referral",
    "commission_plan_assignment",
    "payout_invoice_line",
    "conversion_item",
    "adjustment",
    "payout_invoice",
    "conversion",
    "collaborator",
    "company_access",
    "enrollment",
)
ROWS_TO_COPY = (
    "conversion",
    "conversion_item",
    "adjustment",
    "payout_invoice",
    "enrollment",
    "program",
    "company",
    "media",
    "click",
)


@dataclass(slots=True, eq=False)
class Twin:
    """A world on its way to becoming its twin for one viewer. `changed` counts cells and rows, `moved` rows alone."""

    connection: asyncpg.Connection
    catalogue: Catalogue
    random: Random
    paths: Paths
    world: World
    changed: int = 0
    moved: int = 0
    _seen: dict[str, Projection] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1 << 30)))

    async def make(self) -> None:
        """Change what the viewer may not see. Raises AssertionError if that changed what the rules show the viewer."""
        await self.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self._seen = self._projections(self.world)
        await self._change_cells(_fixed(self.catalogue) | _read_by_rules(), chance=0.6)
        assert await self._unchanged(), "a cell that no rule reads moved what the rules show"
        for _ in range(3):
            counted = self.changed
            await self._if_unchanged(self._change_rows)
            self.moved += self.changed - counted
            await self._if_unchanged(self._change_cells, _fixed(self.catalogue), chance=0.02)

    async def _if_unchanged(self, change: Any, *arguments: Any, **options: Any) -> None:
        """Make a change, and take it back where it moves what the rules show the viewer."""
        counted = self.changed
        change_of_all = self.connection.transaction()
        await change_of_all.start()
        await change(*arguments, **options)
        if await self._unchanged():
            await change_of_all.commit()
        else:
            await change_of_all.rollback()
            self.changed = counted

    async def _unchanged(self) -> bool:
        return self._projections(await read_back(self.connection, self.catalogue)) == self._seen

    def _projections(self, world: World) -> dict[str, Projection]:
        reading = Reading(self.catalogue, world, self.paths)
        return {entity.name: reading.projection(entity) for entity in self.catalogue.served}

    async def _change_cells(self, fixed: frozenset[tuple[str, str]], *, chance: float) -> None:
        for entity in self.catalogue.served:
            for row in self.world.tables[entity.name]:
                shown = self._seen[entity.name].get(key_of(entity, row))
                hidden = [
                    column.name
                    for column in entity.table.columns
                    if (entity.name, column.name) not in fixed
                    and (shown is None or shown.get(column.name, HIDDEN) is HIDDEN)
                    and self.random.random() < chance
                ]
                await self._update(entity, row, {name: self._other(entity, row, name) for name in hidden})

    async def _update(self, entity: Entity, row: Values, cells: Values) -> None:
        """Change cells of a row: together, or each by itself where the table refuses them together."""
        if not cells or await self._wrote(entity, row, cells):
            self.changed += len(cells)
            return
        for name, value in cells.items() if len(cells) > 1 else ():
            self.changed += await self._wrote(entity, row, {name: value})

    async def _wrote(self, entity: Entity, row: Values, cells: Values) -> bool:
        places = ", ".join(f"{name} = ${at}" for at, name in enumerate(cells, start=1))
        keys = " AND ".join(f"{name} = ${at}" for at, name in enumerate(entity.key, start=len(cells) + 1))
        text = f"UPDATE {entity.name} SET {places} WHERE {keys}"
        return await self._did(self.connection.execute, text, *cells.values(), *key_of(entity, row))

    async def _did(self, do: Any, *arguments: Any) -> bool:
        """Whether the table took it."""
        try:
            async with self.connection.transaction():
                await do(*arguments)
        except asyncpg.IntegrityConstraintViolationError:
            return False
        return True

    async def _change_rows(self) -> None:
        """Remove and copy rows that the viewer does not see."""
        for name in ROWS_TO_REMOVE:
            for row in self._invisible(name, 4):
                keys = " AND ".join(f"{column} = ${at}" for at, column in enumerate(self.catalogue[name].key, start=1))
                text = f"DELETE FROM {name} WHERE {keys}"
                self.changed += await self._did(self.connection.execute, text, *key_of(self.catalogue[name], row))
        for name in ROWS_TO_COPY:
            entity = self.catalogue[name]
            for row in self._invisible(name, 3):
                last = entity.key[-1]
                fresh = {last: row[last] + 500 + next(self._numbers) % 30_000}
                fresh |= {each: self._text() for each in ("external_ref", "external_id") if each in row}
                self.changed += await self._did(insert, self.connection, entity, [row | fresh])

    def _invisible(self, name: str, most: int) -> list[Values]:
        entity = self.catalogue[name]
        rows = [row for row in self.world.tables[name] if key_of(entity, row) not in self._seen[name]]
        return self.random.sample(rows, min(most, len(rows)))

    def _text(self) -> str:
        return f"{MARKED_TEXT}{next(self._numbers)}"

    def _other(self, entity: Entity, row: Values, name: str) -> Any:
        """Another value for a cell; amounts and texts are marked."""
        column = entity.table.c[name]
        if column.nullable and self.random.random() < 0.2:
            return None
        if column.foreign_keys:
            (key,) = column.foreign_keys
            rows = self.world.tables[key.column.table.name]
            return self.random.choice(rows)["id"] if rows else None
        match column.type:
            case sa.Enum(enum_class=members) if members is not None:
                return self.random.choice(list(members))
            case sa.Boolean():
                return self.random.random() < 0.5
            case sa.Numeric(scale=4):
                return MARKED_AMOUNT
            case sa.Numeric():
                return Decimal(self.random.randint(2, 9))
            case sa.TIMESTAMP():
                return NOON + timedelta(days=self.random.randint(-9, 9), milliseconds=7)
            case sa.Date():
                return (row[name] or date(2026, 1, 1)) + timedelta(days=self.random.randint(-3, 3))
            case sa.Integer():
                return self.random.randint(2, 99)
            case sa.Text():
                return {"email": f"{self._text()}@example.org", "currency": "SEK"}.get(name, self._text())
            case _:
                return row[name]


def _fixed(catalogue: Catalogue) -> frozenset[tuple[str, str]]:
    """Keys that hold rows together, and what the database computes."""
    fixed: set[tuple[str, str]] = set()
    for entity in catalogue.entities.values():
        fixed |= {(entity.name, name) for name in entity.key}
        fixed |= {(entity.name, column.name) for column in entity.table.columns if column.computed is not None}
        for constraint in entity.table.foreign_key_constraints:
            if len(constraint.elements) > 1:
                for element in constraint.elements:
                    fixed |= {(entity.name, element.parent.name), (element.column.table.name, element.column.name)}
    return frozenset(fixed)


def _read_by_rules() -> frozenset[tuple[str, str]]:
    """The columns that some row set or condition reads."""
    read: set[tuple[str, str]] = set()
    for rule in ENTITY_RULES:
        for predicate in (*rule.rows.values(), *rule.conditions.values()):
            read |= columns_read(predicate, rule.entity)
    return frozenset(read)


def is_marked(answer: bytes) -> bool:
    """Whether an answer holds something that was planted in hidden cells."""
    return str(MARKED_AMOUNT).encode() in answer or MARKED_TEXT.encode() in answer
