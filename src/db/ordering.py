"""Order and keyset bounds over an authorised view.

One order for all: text by code point (COLLATE "C"), NULL and masked cells last in both directions, the key last, so the
order is total and the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sightline.db.authorised import AuthorisedView
from sightline.db.catalogue import Entity
from sightline.db.predicates import comparable
from sightline.db.queries import OrderKey


@dataclass(frozen=True, slots=True, eq=False)
class SortColumn:
    """A column to sort by, as SQL. One that is never NULL says nothing of NULLs, so that indexes serve it."""

    column: sa.ColumnElement[Any]
    descending: bool
    nullable: bool


def default_order(entity: Entity) -> bool:
    """Whether rows come newest first when no order is asked: facts do (their ids are in the order of time)."""
    return entity.is_fact


def tie_break(entity: Entity) -> list[str]:
    """The key's columns in the order in which they end every order: the id, which is in the order of time, first."""
    return sorted(entity.key, key=lambda name: (name != "id", name))


def with_tie_break(view: AuthorisedView, order: Sequence[OrderKey]) -> tuple[SortColumn, ...]:
    """The order asked for, made total by the key in the direction of the last key."""
    descending = order[-1].descending if order else default_order(view.entity)
    asked = [
        SortColumn(collated(view.column(key.column)), key.descending, nullable=view.nullable(key.column))
        for key in order
    ]
    keys = (SortColumn(collated(view.key(name)), descending, nullable=False) for name in tie_break(view.entity))
    return (*asked, *keys)


def order_by(order: Sequence[SortColumn], *, backward: bool) -> list[sa.ColumnElement[Any]]:
    """The ORDER BY of a page; backward, the exact reverse of it (NULLs first)."""
    return [_direction(key, backward=backward) for key in order]


def _direction(key: SortColumn, *, backward: bool) -> sa.ColumnElement[Any]:
    directed = key.column.desc() if key.descending is not backward else key.column.asc()
    if not key.nullable:
        return directed
    return directed.nulls_first() if backward else directed.nulls_last()


def page_limit() -> sa.BindParameter[int]:
    """The parameter `limit`: how many rows a page has at most."""
    return sa.bindparam("limit", type_=sa.BigInteger)


def follows_in_order(
    view: AuthorisedView, order: Sequence[SortColumn], after: Sequence[object], *, backward: bool
) -> sa.ColumnElement[bool]:
    """Whether a row comes after (backward: before) the row with these sort values; None stands for NULL.

    Parameters `after0`, `after1`, ... in the order of the keys; a None takes none. Raises ValueError when the number
    of values is not that of the keys.
    """
    further: sa.ColumnElement[bool] = sa.false()
    for at in reversed(range(len(order))):
        key, value = order[at], after[at]
        beyond, same = _beyond_and_same(key, f"after{at}", is_null=value is None, backward=backward)
        further = sa.or_(beyond, sa.and_(same, further))
    if len(after) != len(order):
        raise ValueError(f"{view.entity.name}: {len(after)} sort values for {len(order)} sort columns")
    return sa.and_(_not_before(order[0], backward=backward), further)


def _not_before(key: SortColumn, *, backward: bool) -> sa.ColumnElement[bool]:
    """What the rest implies of the first key, said so that an index can begin there: a deep page costs as the first."""
    if key.nullable:
        return sa.true()
    value: sa.ColumnElement[Any] = sa.bindparam("after0", type_=comparable(key.column.type))
    return key.column >= value if key.descending is backward else key.column <= value


def _beyond_and_same(
    key: SortColumn, name: str, *, is_null: bool, backward: bool
) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    if is_null:
        # NULLs are the last of the order: nothing is after them, everything else before.
        return (key.column.is_not(None) if backward else sa.false()), key.column.is_(None)
    value: sa.ColumnElement[Any] = sa.bindparam(name, type_=comparable(key.column.type))
    rising = key.descending is backward
    beyond = key.column > value if rising else key.column < value
    if key.nullable and not backward:
        beyond = sa.or_(beyond, key.column.is_(None))
    return beyond, key.column == value


def collated(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The column as it is ordered and compared: text by code point, whatever the database's own collation."""
    # PostgreSQL enums are text to SQLAlchemy, and have an order of their own.
    if isinstance(column.type, sa.Text) and not isinstance(column.type, sa.Enum):
        return column.collate("C")
    return column
