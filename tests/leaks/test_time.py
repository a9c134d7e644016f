"""The time an answer takes does not tell hidden from missing (LK16, N34).

By distribution: what is compared are the ranks of many interleaved samples, in one snapshot, the database included. No
bound is an amount of time. A planted difference of one statement must be found, or the comparison proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any

import pytest
from desk import Desk, as_bytes
from ranks import Compared, Way, compared, effect

from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import Principal
from sightline.server.answers import GraphQLAnswer, GraphQLRequest

SEED = 16
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
WHO = ["collab-readonly", "affiliate-manager-nopay", "adv-admin", "partner-admin", "nobody"]


@dataclass(frozen=True, slots=True, eq=False)
class Timed:
    """Asks as one member in one snapshot, again and again."""

    desk: Desk
    viewer: Principal
    snapshot: Snapshot

    async def ask(self, query: str, **variables: Any) -> GraphQLAnswer:
        return await self.desk.engine.answer(GraphQLRequest(query, variables), self.viewer, self.snapshot)

    def asking(self, query: str, **variables: Any) -> Way:
        """The way to ask this."""
        return lambda: self.ask(query, **variables)

    def asking_anew(self, query: str, numbers: Iterator[int]) -> Way:
        """The way to ask this in a text that was never asked before, and always of one length."""
        return lambda: self.ask(f"{query} # {next(numbers):09}")

    def and_a_statement(self, query: str, **variables: Any) -> Way:
        """The same and one statement more: what a check of an invisible row would cost at the least."""

        async def work() -> None:
            await self.ask(query, **variables)
            await self.snapshot.connection.fetchval("SELECT 1")

        return work

    async def is_equal(self, one: Way, other: Way) -> Compared:
        """Compare the two; the collector, the order and the caches are the same for both."""
        return await compared(one, other, random=Random(SEED))


async def timed(desk: Desk, key: str, work: Any) -> Any:
    viewer = await desk.member(key)
    return await in_snapshot(desk.engine.database.reads, lambda snapshot: work(Timed(desk, viewer, snapshot)))


@dataclass(frozen=True, slots=True)
class Busy:
    """The accounts with most conversions, as global ids: rows of theirs, and ones that do not exist."""

    conversions: tuple[str, ...]
    missing: tuple[str, ...]
    accounts: tuple[str, ...]
    missing_account: str


@pytest.fixture(scope="module")
async def busy(desk: Desk) -> Busy:
    """The accounts with most conversions, one conversion of each account."""
    encode = desk.engine.services.ids.encode
    async with desk.engine.database.owner() as connection:
        accounts = await connection.fetch(
            "SELECT affiliate_account_id AS account, min(id) AS id FROM conversion GROUP BY 1 ORDER BY count(*) DESC"
        )
    return Busy(
        tuple(encode("conversion", [Key(row["id"], row["account"]) for row in accounts])),
        tuple(encode("conversion", [Key((1 << 62) + 1, row["account"]) for row in accounts])),
        tuple(encode("affiliate_account", [Key(row["account"]) for row in accounts])),
        encode("affiliate_account", [Key(1 << 62)])[0],
    )


async def first_invisible(asking: Timed, ids: tuple[str, ...]) -> int:
    """Which of the rows, the busiest first, the member does not see."""
    for at, each in enumerate(ids):
        if (await asking.ask(NODE, id=each)).data == {"node": None}:
            return at
    raise AssertionError("he sees them all")


@pytest.mark.parametrize("key", WHO)
async def test_an_invisible_row_takes_as_long_as_a_missing_one(desk: Desk, busy: Busy, key: str) -> None:
    """LK16: looked up by global id, for an id of the same account that no row has."""

    async def work(asking: Timed) -> Compared:
        at = await first_invisible(asking, busy.conversions)
        hidden, missing = busy.conversions[at], busy.missing[at]
        assert as_bytes(await asking.ask(NODE, id=hidden)) == as_bytes(await asking.ask(NODE, id=missing))
        return await asking.is_equal(asking.asking(NODE, id=hidden), asking.asking(NODE, id=missing))

    found = await timed(desk, key, work)
    assert not found.differs, found


@pytest.mark.parametrize("key", ["affiliate-manager-nopay", "support", "analyst"])
@pytest.mark.parametrize("kept", [True, False], ids=["kept documents", "new documents"])
async def test_a_hidden_field_takes_as_long_as_a_made_up_one(desk: Desk, key: str, kept: bool) -> None:
    """LK16: refused from what is kept, and where each document is validated for the first time."""
    hidden = "{ conversions(first: 1) { nodes { id payout { amount } } } }"
    invented = hidden.replace("payout", "zayout")

    async def work(asking: Timed) -> Compared:
        assert not (await asking.ask(hidden)).executed
        numbers = count()
        ways = [asking.asking(q) if kept else asking.asking_anew(q, numbers) for q in (hidden, invented)]
        return await asking.is_equal(*ways)

    found = await timed(desk, key, work)
    assert not found.differs, found


FILTERS = {
    "page": "query ($v: ID!) { conversions(first: 20, where: { affiliateAccount: { eq: $v } }) { nodes { id } } }",
    "count": "query ($v: ID!) { conversions(first: 1, where: { affiliateAccount: { eq: $v } }) { totalCount } }",
}


@pytest.mark.parametrize("kind", FILTERS)
@pytest.mark.parametrize("key", ["collab-readonly", "collab-owner", "affiliate-manager-nopay"])
async def test_a_filter_on_many_invisible_rows_takes_as_long_as_one_on_none(
    desk: Desk, busy: Busy, key: str, kind: str
) -> None:
    """LK16: where the rows of a viewer are found by their account, those of other accounts are not looked at."""
    query, none = FILTERS[kind], busy.missing_account

    async def work(asking: Timed) -> Compared:
        empty = as_bytes(await asking.ask(query, v=none))
        for each in busy.accounts:
            if as_bytes(await asking.ask(query, v=each)) == empty:
                return await asking.is_equal(asking.asking(query, v=each), asking.asking(query, v=none))
        raise AssertionError("he sees conversions of them all")

    found = await timed(desk, key, work)
    assert not found.differs, found


async def test_one_statement_more_would_be_found(desk: Desk, busy: Busy) -> None:
    """LK16: the power of the comparison: a planted difference of the smallest kind is a difference."""

    async def work(asking: Timed) -> Compared:
        missing = busy.missing[0]
        return await asking.is_equal(asking.asking(NODE, id=missing), asking.and_a_statement(NODE, id=missing))

    found = await timed(desk, "nobody", work)
    assert found.differs, found
    assert min(found.effects) > 0.65


def test_the_effect_is_the_share_of_pairs() -> None:
    """Of all pairs, how many rise; by counting them one by one."""
    random = Random(SEED)
    first, second = ([random.randrange(30) for _ in range(40)] for _ in range(2))
    pairs = [(a < b) + (a == b) / 2 for a in first for b in second]
    assert effect(first, second) == pytest.approx(sum(pairs) / len(pairs))
    assert effect([1, 2], [3, 4]) == 1
    assert effect([3, 4], [1, 2]) == 0
    assert effect([1, 1], [1, 1]) == 0.5
    assert Compared((0.7, 0.7, 0.7)).differs
    assert not Compared((0.7, 0.3, 0.7)).differs
    assert not Compared((0.7, 0.5)).differs
