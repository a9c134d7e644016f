"""Operations of one statement take no transaction: it brings its epoch along, and stale rights show nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from demo_platform import Platform

from sightline.db import lone_snapshot
from sightline.db.lone_snapshot import LoneSnapshot, NotAloneError, in_one_statement
from sightline.db.statements import Statement, system_statement
from sightline.resolvers.errors import UnauthenticatedError
from sightline.server.answers import GraphQLAnswer

PAGE = "{ conversions(first: 3) { nodes { id status eventAt } } }"
NOTHING = '{ conversions(first: 3, where: {country: {eq: "XX"}}) { nodes { id } } }'
COUNT = "{ conversions(first: 1) { totalCount } }"
LEVELS = "{ conversions(first: 3) { nodes { id program { name } } } }"
NO_ROWS = "{ viewer { paths { kind } } }"
REPORT = """{ report(input: {lens: {kind: PLATFORM}, period: {preset: LAST_30_DAYS}, columns: ["conversions"]}) {
    since until columns { total } } }"""


class Counted:
    """How many operations were answered by a statement alone."""

    def __init__(self) -> None:
        self.alone = 0


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted, confirm = Counted(), LoneSnapshot.confirm

    def counting(self: LoneSnapshot) -> None:
        confirm(self)
        counted.alone += 1

    monkeypatch.setattr(LoneSnapshot, "confirm", counting)
    return counted


def plain(answer: GraphQLAnswer) -> tuple[Any, ...]:
    """An answer without what moves with time."""
    cost = {name: value for name, value in answer.extensions["cost"].items() if name != "throttleStatus"}
    return answer.data, answer.errors, answer.extensions | {"cost": cost}


@pytest.mark.parametrize("query", [PAGE, NOTHING, COUNT])
@pytest.mark.parametrize("who", ["admin", "adv-guest", "partner-admin", "collab-owner"])
async def test_the_second_answer_takes_one_statement_and_is_the_same(
    platform: Platform, counted: Counted, who: str, query: str
) -> None:
    """What a transaction answered first, a statement alone answers next, whether it finds rows or none."""
    token = platform.member(who)
    first = await platform.ask(token, query + "# alone")
    before = counted.alone
    assert plain(await platform.ask(token, query + "# alone")) == plain(first)
    assert counted.alone > before


@pytest.mark.parametrize("query", [LEVELS, NO_ROWS, REPORT])
async def test_what_takes_more_or_none_is_answered_in_a_transaction(
    platform: Platform, counted: Counted, query: str
) -> None:
    """Several statements must see one state, and no statement sees none."""
    token = platform.member("admin")
    for _ in range(3):
        assert not (await platform.ask(token, query)).errors
    assert counted.alone == 0


async def test_what_turns_out_to_take_more_is_answered_in_a_transaction(platform: Platform, counted: Counted) -> None:
    """The same document, with a variable that asks for more: the answer is whole, and nobody is told."""
    token = platform.member("admin")
    query = "query ($more: Boolean!) { conversions(first: 2) { nodes { id program @include(if: $more) { name } } } }"
    few, again = [await platform.ask(token, query, more=False) for _ in range(2)]
    assert few.data == again.data
    assert counted.alone > 0
    more = await platform.ask(token, query, more=True)
    assert not more.errors
    assert more.data is not None
    assert all(node["program"]["name"] for node in more.data["conversions"]["nodes"])


async def test_a_statement_that_is_cut_short_leaves_nothing_behind(platform: Platform, counted: Counted) -> None:
    """A field that is refused takes its siblings with it: the next operation begins on a clean connection."""
    token = platform.member("admin")
    query = "query ($after: String) { conversions(first: 1, after: $after) { totalCount nodes { id } } }"
    answers = [await platform.ask(token, query, after="none") for _ in range(8)]
    assert {each.errors[0]["message"] for each in answers} == {answers[0].errors[0]["message"]}
    assert not (await platform.ask(token, LEVELS)).errors


async def test_a_right_taken_away_is_gone_at_once(platform: Platform, counted: Counted) -> None:
    """F20, N36: the statement finds an epoch that is not the one its rights were read at, and shows nothing."""
    person = await platform.staff("TRANSACTIONS:R AFFILIATES:R")
    for _ in range(2):
        answer = await platform.ask(person.token, PAGE)
        assert answer.data is not None
        assert answer.data["conversions"]["nodes"]
    assert counted.alone > 0
    await platform.change(f"DELETE FROM role_assignment WHERE user_id = {person.id}")
    after = await platform.ask(person.token, PAGE)
    assert after.data is None
    assert "conversions" in after.errors[0]["message"]


async def test_a_user_who_is_suspended_is_nobody_at_once(platform: Platform, counted: Counted) -> None:
    """AC6: also where the document could be answered by a statement alone, or costs too much."""
    person = await platform.staff("TRANSACTIONS:R AFFILIATES:R")
    query = "query ($n: Int!) { conversions(first: $n) { nodes { id } } }"
    for _ in range(2):
        assert (await platform.ask(person.token, query, n=2)).data
    assert counted.alone > 0
    await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {person.id}")
    for size in (2, 1_000):
        with pytest.raises(UnauthenticatedError):
            await platform.ask(person.token, query, n=size)


async def test_a_grant_that_ends_ends_without_an_epoch(platform: Platform, counted: Counted) -> None:
    """N36: the statement's own clock is held against the first end of a grant."""
    token = platform.member("admin")
    await platform.ask(token, PAGE)
    recent = platform.engine.access.identities.recent(token)
    assert recent is not None
    epoch, _ = recent

    async def read(snapshot: Any) -> Sequence[Any]:
        rows: Sequence[Any] = await snapshot.fetch(_one(), {})
        return rows

    pool = platform.engine.database.reads
    clock = await platform.one("SELECT clock_timestamp()")
    assert [row["one"] for row in await in_one_statement(pool, epoch, clock + timedelta(hours=1), read)] == [1]
    with pytest.raises(NotAloneError):
        await in_one_statement(pool, epoch, clock - timedelta(seconds=1), read)
    with pytest.raises(NotAloneError):
        await in_one_statement(pool, epoch - 1, None, read)


async def test_whoever_reads_past_the_snapshot_needs_a_transaction(platform: Platform) -> None:
    """A read on the connection itself is refused, as is a second statement; neither can be overlooked afterwards."""
    reads: list[Callable[[Any], Any]] = [
        lambda snapshot: snapshot.connection.fetch("SELECT 1"),
        lambda snapshot: snapshot.fetch(_one(), {}),
        _clock_of,
    ]
    recent = platform.engine.access.identities.recent(platform.member("admin"))
    assert recent is not None
    for read in reads:

        async def work(snapshot: Any, read: Callable[[Any], Any] = read) -> None:
            await snapshot.fetch(_one(), {})
            with pytest.raises(NotAloneError):
                await read(snapshot)
            snapshot.confirm()

        with pytest.raises(NotAloneError):
            await in_one_statement(platform.engine.database.reads, recent[0], None, work)


async def _clock_of(snapshot: Any) -> Any:
    return snapshot.clock


def _one() -> Statement:
    return system_statement(sa.select(sa.literal_column("1").label("one")))


def test_the_statement_keeps_its_places() -> None:
    """What is put around a statement adds no parameter to it."""
    assert lone_snapshot._with_epoch("SELECT $1, $2").count("$") == 2
