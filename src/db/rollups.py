"""The hourly and daily sums of conversions, kept exactly in step with the facts, in the transaction that changes these.

    async with resummed(connection, accounts, ids):
        ...change status, settlement or amounts of these conversions...

What they were is taken out of the sums and what they became is put in. Sums are only ever added to and taken from, so
that whatever else is written at the same time adds to the same rows, and nothing has to be read again. What they were
is kept as well, so that reports can be had as they stood (`sightline.db.conversion_past`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import asyncpg

from sightline.db.conversion_past import keep_what_was

FACTS: Final = """
    SELECT v.*, date_trunc('hour', v.event_at, 'UTC') AS hour, date_trunc('day', v.event_at, 'UTC') AS day,
        coalesce(g.is_base, true) AS is_base
    FROM conversion AS v LEFT JOIN program_goal AS g ON g.id = v.goal_id
"""
"""Conversions as they are summed: one without a goal reached the program's main one."""

SUMS: Final = {
    "conversions": "count(*) FILTER (WHERE is_base)",
    "events": "count(*) FILTER (WHERE NOT is_base)",
    "conversions_with_sale": "count(*) FILTER (WHERE sale_amount > 0)",
    "sale_amount": "coalesce(sum(sale_amount), 0)",
    "refunded_amount": "sum(refunded_amount)",
    "revenue": "sum(revenue)",
    "payout": "sum(payout)",
}
"""What is summed, by column. Every conversion counts in one of the first two, so a row without either is empty."""


@dataclass(frozen=True, slots=True)
class Grain:
    """One table of sums of conversions: of what, where it has the moment, and what it carries beside its key."""

    table: str
    of: tuple[str, ...]
    moment: str
    carried: tuple[str, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The primary key: what is asked for first, then its moment; it ends with what conversions of a row share."""
        return (self.of[0], self.moment, *self.of[1:], "status", "settlement", "currency", "fx_rate")

    @property
    def columns(self) -> str:
        """Everything but the sums."""
        return ", ".join((*self.key, *self.carried))


_ADVERTISER = ("advertiser_profile_id", "advertiser_org_id")
GRAINS: Final = (
    Grain(
        "conversion_hour_by_account", ("affiliate_account_id", "program_id"), "hour", (*_ADVERTISER, "partner_org_id")
    ),
    Grain("conversion_hour_by_program", ("program_id",), "hour", _ADVERTISER),
    Grain("conversion_day_by_program", ("program_id",), "day", _ADVERTISER),
)

_GIVEN = "SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS given (affiliate_account_id, id)"


def summed(grain: Grain, chosen: str | None = None) -> str:
    """SQL of a grain's rows as the facts have them, of all conversions or of those that a query names by key."""
    among = "" if chosen is None else f"JOIN ({chosen}) AS chosen USING (affiliate_account_id, id)"
    sums = ", ".join(f"{formula} AS {name}" for name, formula in SUMS.items())
    return f"SELECT {grain.columns}, {sums} FROM ({FACTS}) AS facts {among} GROUP BY {grain.columns}"


def put_in(grain: Grain, chosen: str) -> str:
    """SQL that adds conversions to a grain, row by row in one order."""
    added = ", ".join(f"{name} = t.{name} + excluded.{name}" for name in SUMS)
    key = ", ".join(grain.key)
    return f"""
        INSERT INTO {grain.table} AS t ({grain.columns}, {", ".join(SUMS)}) {summed(grain, chosen)} ORDER BY {key}
        ON CONFLICT ({key}) DO UPDATE SET {added}
    """


def _take_out(grain: Grain) -> str:
    """SQL that takes conversions out of a grain; a row that has none left goes. One pass, by the key."""
    taken = ", ".join(f"{name} = t.{name} - s.{name}" for name in SUMS)
    return f"""
        MERGE INTO {grain.table} AS t USING ({summed(grain, _GIVEN)}) AS s ON {_same(grain)}
        WHEN MATCHED AND t.conversions = s.conversions AND t.events = s.events THEN DELETE
        WHEN MATCHED THEN UPDATE SET {taken}
    """


def _same(grain: Grain) -> str:
    return " AND ".join(f"t.{name} = s.{name}" for name in grain.key)


_TAKE_OUT: Final = tuple(_take_out(grain) for grain in GRAINS)
_PUT_IN: Final = tuple(put_in(grain, _GIVEN) for grain in GRAINS)


async def add_to_sums(connection: asyncpg.Connection, accounts: Sequence[int], ids: Sequence[int]) -> None:
    """Put new conversions, by key, into the sums of their hours and days."""
    for statement in _PUT_IN:
        await connection.execute(statement, accounts, ids)


@asynccontextmanager
async def resummed(connection: asyncpg.Connection, accounts: Sequence[int], ids: Sequence[int]) -> AsyncIterator[None]:
    """A block that changes conversions, given by key. Their rows must be locked before, so that nobody else does."""
    await keep_what_was(connection, accounts, ids)
    for statement in _TAKE_OUT:
        await connection.execute(statement, accounts, ids)
    yield
    await add_to_sums(connection, accounts, ids)
