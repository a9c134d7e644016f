"""What is planted in the hidden cells of a twin: another value of the column's type; amounts and texts are marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import sqlalchemy as sa
from drawing import NOON, Values
from worlds import World

from sightline.db.catalogue import Entity

MARKED_AMOUNT = Decimal("918273.6455")
MARKED_TEXT = "zzunseen"


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """Draws values for hidden cells. References lead to rows of the world."""

    random: Random
    world: World
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1 << 30)))

    def text(self) -> str:
        """A marked text, never the same."""
        return f"{MARKED_TEXT}{next(self._numbers)}"

    def copied(self, entity: Entity, row: Values) -> Values:
        """A copy of a row, under a key of its own."""
        last = entity.key[-1]
        fresh = {last: row[last] + 500 + next(self._numbers) % 30_000}
        stored = {column.name: row[column.name] for column in entity.table.columns if column.computed is None}
        return stored | fresh | {each: self.text() for each in ("external_ref", "external_id") if each in row}

    def other(self, entity: Entity, row: Values, name: str) -> Any:
        """Another value for a cell; the same one for a type that nothing is planted in."""
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
                return {"email": f"{self.text()}@example.org", "currency": "SEK"}.get(name, self.text())
            case _:
                return row[name]


def is_marked(answer: bytes) -> bool:
    """Whether an answer holds something that was planted in hidden cells."""
    return str(MARKED_AMOUNT).encode() in answer or MARKED_TEXT.encode() in answer
