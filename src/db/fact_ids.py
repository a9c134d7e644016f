"""The ids of facts (D2): milliseconds of the fact's moment, then twenty bits of a counter that all processes share."""

from __future__ import annotations

from datetime import datetime

import asyncpg

FACT_ID = "(((extract(epoch FROM {moment}) * 1000)::bigint << 20) + nextval('fact_counter'))"
"""SQL of a new id for a fact of this moment, which is cut to milliseconds."""

_NEXT = f"SELECT {FACT_ID.format(moment='$1::timestamptz')}"


def to_milliseconds(moment: datetime) -> datetime:
    """A moment as facts hold it, so that the order of ids is the order of events."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


async def new_fact_id(connection: asyncpg.Connection, moment: datetime) -> int:
    """An id for a fact of this moment."""
    return int(await connection.fetchval(_NEXT, moment))
