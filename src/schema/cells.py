"""What a guarded field shows of its row, as data.

A resolver reads it row by row; a plan reads the same column by column. Either way a hidden cell is NULL already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sightline.db.catalogue import Entity
from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row
from sightline.schema.scalars import Money


@dataclass(frozen=True, slots=True)
class Value:
    """The cell of a column, as it is."""

    column: str

    def read(self, _: Operation, row: Row) -> Any:
        """The cell."""
        return row[self.column]


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount, with the currency that another column of the row has."""

    column: str
    currency: str

    def read(self, _: Operation, row: Row) -> Money | None:
        """The amount; None unless both are there."""
        amount, code = row[self.column], row[self.currency]
        return None if amount is None or code is None else Money(amount=amount, currency=code)


@dataclass(frozen=True, slots=True)
class Reference:
    """The row that a reference names."""

    column: str
    target: Entity

    def read(self, operation: Operation, row: Row) -> Any:
        """The row, to be awaited; None where there is no reference."""
        number = row[self.column]
        return None if number is None else operation.row(self.target.name, self.key(number, row.key.account))

    def key(self, number: int, account: int) -> Key:
        """The key of the row that a number means on a row of an account: facts refer to facts of one account."""
        return Key(number, account if self.target.is_fact else 0)


@dataclass(frozen=True, slots=True)
class Computed:
    """What a function makes of the row."""

    read: Callable[[Operation, Row], Any]


Cell = Value | Amount | Reference | Computed
