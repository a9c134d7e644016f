"""The ids of facts (D2): milliseconds of the fact's moment, then twenty bits of a counter that all processes share."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from sightline.db.queries import Operator

FACT_ID = "(((extract(epoch FROM {moment}) * 1000)::bigint << 20) + nextval('fact_counter'))"
"""SQL of a new id for a fact of this moment, which is cut to milliseconds."""

_NEXT = f"SELECT {FACT_ID.format(moment='$1::timestamptz')}"

WITH_ORDER: Final = frozenset((Operator.EQ, Operator.LT, Operator.LTE, Operator.GT, Operator.GTE))
"""What compares with a single moment."""
_ROOM: Final = (1 << 43) - 2
"""The milliseconds that an id has room for, to the year 2248; no fact is beyond them."""


def compared_by_id(id_: sa.ColumnElement[Any], operator: Operator, name: str) -> sa.ColumnElement[bool]:
    """A comparison of a fact's moment with a parameter, as one of its id, which begins with it: an index by id has it.

    Raises TypeError for an operator that is not in WITH_ORDER.
    """
    milliseconds = sa.extract("epoch", sa.bindparam(name, type_=sa.TIMESTAMP(timezone=True))) * sa.literal(1000)
    begun, over = _first_id(sa.func.ceil(milliseconds)), _first_id(sa.func.floor(milliseconds) + sa.literal(1))
    match operator:
        case Operator.EQ:
            return sa.and_(id_ >= begun, id_ < over)
        case Operator.LT:
            return id_ < begun
        case Operator.LTE:
            return id_ < over
        case Operator.GT:
            return id_ >= over
        case Operator.GTE:
            return id_ >= begun
        case _:
            raise TypeError(f"{operator} has no order")


def _first_id(milliseconds: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    within = sa.func.least(sa.func.greatest(milliseconds, sa.literal(-_ROOM)), sa.literal(_ROOM))
    return sa.cast(within, sa.BigInteger).bitwise_lshift(sa.literal(20))


def to_milliseconds(moment: datetime) -> datetime:
    """A moment as facts hold it, so that the order of ids is the order of events."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


async def new_fact_id(connection: asyncpg.Connection, moment: datetime) -> int:
    """An id for a fact of this moment."""
    return int(await connection.fetchval(_NEXT, moment))
