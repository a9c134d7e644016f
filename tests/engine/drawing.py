"""Drawing rows of a world from one `Random`, so that a seed is a world.

Values come from small pools, so that ties, NULLs and equal values are frequent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

Values = dict[str, Any]
Drawn = TypeVar("Drawn")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXTS = ("alpha", "Alpha", "beta", "bêta", "b_t%", "zeta", "it's", "Ωmega")
CURRENCIES = ("EUR", "USD")


@dataclass(slots=True, eq=False)
class WorldRows:
    """The rows by table, parents before children. `size` scales the number of facts."""

    random: Random
    size: int = 1
    tables: dict[str, list[Values]] = field(default_factory=dict)

    def add(self, table: str, **values: Any) -> Values:
        """A row more, with the next id where its table numbers rows."""
        rows = self.tables.setdefault(table, [])
        rows.append(values)
        return values

    def numbered(self, table: str, **values: Any) -> Values:
        """A row more of a table with an `id` and a moment of creation."""
        number = len(self.tables.get(table, ())) + 1
        return self.add(table, id=number, created_at=self.moment(), **values)

    def any(self, table: str) -> Values:
        """Some row of a table."""
        return self.one_of(self.tables[table])

    def one_of(self, choices: Sequence[Drawn]) -> Drawn:
        """Some value of these."""
        return self.random.choice(choices)

    def perhaps(self, value: Drawn, *, chance: float = 0.6) -> Drawn | None:
        """The value, or None."""
        return value if self.random.random() < chance else None

    def chance(self, likely: float) -> bool:
        """Whether something happens."""
        return self.random.random() < likely

    def text(self) -> str:
        """A short text; few are different."""
        return self.one_of(TEXTS)

    def moment(self) -> datetime:
        """A moment to the millisecond; few are different."""
        return NOON + timedelta(hours=self.random.randrange(24), milliseconds=self.random.randrange(2))

    def money(self) -> Decimal:
        """An amount above zero; few are different."""
        return Decimal(self.random.randrange(1, 12)) + Decimal(self.random.randrange(3)) / 4
