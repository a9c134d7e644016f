"""Operations go by rights of a moment ago: the first statement brings the epoch along, and stale ones show nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from typing import Any, Self

import pytest
import sqlalchemy as sa
from demo_platform import Platform

from sightline.db import assumed_snapshot
from sightline.db.assumed_snapshot import AssumedSnapshot, NotConfirmedError, assuming
from sightline.db.snapshot import Snapshot
from sightline.db.statements import Statement, system_statement
from sightline.db.tables import OrganizationRow
from sightline.resolvers.errors import UnauthenticatedError
from sightline.server.answers import GraphQLAnswer

PAGE = "{ conversions(first: 3) { nodes { id status eventAt } } }"
NOTHING = '{ conversions(first: 3, where: {country: {eq: "XX"}}) { nodes { id } } }'
COUNT = "{ conversions(first: 1) { totalCount } }"
LEVEL = "id program { name }"
LEVELS = f"{{ conversions(first: 3) {{ nodes {{ {LEVEL} }} }} }}"
NO_ROWS = "{ viewer { paths { kind } } }"
REPORT = """{ report(input: {lens: {kind: PLATFORM}, period: {preset: LAST_30_DAYS}, columns: ["conversions"]}) {
    since until columns { total } } }"""
BY_PROGRAM = """{ report(input: {lens: {kind: PLATFORM}, period: {days: {since: "2026-05-01", until: "2026-06-01"}},
    groupBy: ["program"], columns: ["clicks"]}) { timeZone rows { dimensions { value } metrics { conversions } } } }"""
LABELLED = BY_PROGRAM.replace("value", "value label")
TWO_REPORTS = f"{{ one: {REPORT[1:-1]} other: {BY_PROGRAM[1:-1]} }}"
REPORT_AND_PAGE = f"{PAGE[:-1]} {REPORT[1:]}"


class Counted:
    """How many operations were answered by a statement alone, and by several of which the first confirmed."""

    def __init__(self) -> None:
        self.alone = self.together = 0


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted, end = Counted(), AssumedSnapshot.end

    async def counting(self: AssumedSnapshot) -> None:
        await end(self)
        with suppress(NotConfirmedError):
            self.confirm()
            counted.alone += self._alone
            counted.together += not self._alone

    monkeypatch.setattr(AssumedSnapshot, "end", counting)
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


@pytest.mark.parametrize("query", [REPORT, BY_PROGRAM])
async def test_a_report_takes_one_statement(platform: Platform, counted: Counted, query: str) -> None:
    """Its sums bring along settings and time; names of what its rows stand for are read where a label is asked for."""
    token = platform.member("admin")
    first = await platform.ask(token, query + "# a report alone")
    assert plain(await platform.ask(token, query + "# a report alone")) == plain(first)
    assert (counted.alone, counted.together) == (1, 0)


@pytest.mark.parametrize("query", [LEVELS, LABELLED, TWO_REPORTS, REPORT_AND_PAGE])
async def test_several_statements_are_confirmed_by_the_first(platform: Platform, counted: Counted, query: str) -> None:
    """They see one state, in a transaction, and nothing is read before them: settings neither, whichever is first."""
    token = platform.member("admin")
    answers = [plain(await platform.ask(token, query + "# together")) for _ in range(3)]
    assert answers[1:] == answers[:-1]
    assert not answers[0][1]
    assert (counted.alone, counted.together) == (0, 2)


async def test_further_statements_see_what_the_first_saw(platform: Platform) -> None:
    """A change that is committed between two of them is in neither."""
    number = await platform.add("organization", name="before")
    token = platform.member("admin")
    await platform.ask(token, PAGE)
    recent = platform.engine.access.identities.recent(token)
    assert recent is not None
    name = system_statement(sa.select(OrganizationRow.name).where(OrganizationRow.id == sa.bindparam("id")))

    async def work(snapshot: Snapshot) -> list[str]:
        (first,) = await snapshot.fetch(name, {"id": number})
        await platform.change(f"UPDATE organization SET name = 'after' WHERE id = {number}")
        (second,) = await snapshot.fetch(name, {"id": number})
        snapshot.confirm()
        return [first["name"], second["name"]]

    read = await assuming(platform.engine.database.reads, recent[0], None, work, alone=False)
    assert read == ["before", "before"]
    assert await platform.one("SELECT name FROM organization WHERE id = $1", number) == "after"


async def test_what_takes_no_statement_is_answered_after_its_rights_were_read(
    platform: Platform, counted: Counted
) -> None:
    """Nothing would confirm them."""
    token = platform.member("admin")
    for _ in range(3):
        assert not (await platform.ask(token, NO_ROWS)).errors
    assert (counted.alone, counted.together) == (0, 0)


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


@pytest.mark.parametrize("query", [PAGE, LEVELS, BY_PROGRAM, LABELLED])
async def test_a_right_taken_away_is_gone_at_once(platform: Platform, counted: Counted, query: str) -> None:
    """F20, N36: the statement finds an epoch that is not the one its rights were read at, and shows nothing."""
    person = await platform.staff("TRANSACTIONS:R AFFILIATES:R PROGRAMS:R")
    for _ in range(2):
        answer = await platform.ask(person.token, query)
        assert not answer.errors
        assert answer.data is not None
    assert counted.alone + counted.together > 0
    await platform.change(f"DELETE FROM role_assignment WHERE user_id = {person.id}")
    after = await platform.ask(person.token, query)
    assert after.data is None or set(after.data.values()) == {None}
    assert after.errors


async def test_a_user_who_is_suspended_is_nobody_at_once(platform: Platform, counted: Counted) -> None:
    """AC6: also where the document could be answered by a statement alone, or costs too much."""
    person = await platform.staff("TRANSACTIONS:R AFFILIATES:R")
    queries = [f"query ($n: Int!) {{ conversions(first: $n) {{ nodes {{ {inner} }} }} }}" for inner in ("id", LEVEL)]
    for query in queries * 2:
        assert (await platform.ask(person.token, query, n=2)).data
    assert counted.alone > 0
    assert counted.together > 0
    await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {person.id}")
    for query in queries:
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
    assert [row["one"] for row in await assuming(pool, epoch, clock + timedelta(hours=1), read, alone=True)] == [1]
    with pytest.raises(NotConfirmedError):
        await assuming(pool, epoch, clock - timedelta(seconds=1), read, alone=True)
    with pytest.raises(NotConfirmedError):
        await assuming(pool, epoch - 1, None, read, alone=True)


@pytest.mark.parametrize("query", [BY_PROGRAM, LABELLED, TWO_REPORTS])
async def test_a_setting_that_is_changed_holds_at_once(platform: Platform, counted: Counted, query: str) -> None:
    """No epoch moves with a time zone: the first statement brings it along as well, and the report is made anew."""
    person = await platform.staff("TRANSACTIONS:R AFFILIATES:R PROGRAMS:R")
    for zone in ("Asia/Tokyo", "America/New_York"):
        await platform.change(f"UPDATE app_user SET time_zone = '{zone}' WHERE id = {person.id}")
        before = counted.alone + counted.together
        for _ in range(3):
            assert f"'timeZone': '{zone}'" in str(await platform.read(person.token, query))
        assert counted.alone + counted.together > before


async def test_the_time_is_the_database_s(
    platform: Platform, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process whose clock is two days ahead answers for the days of the database, if by reading its time first."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) + timedelta(days=2)

    token = platform.member("admin")
    first = plain(await platform.ask(token, REPORT + "# ahead"))
    monkeypatch.setattr(assumed_snapshot, "datetime", Ahead)
    for _ in range(2):
        assert plain(await platform.ask(token, REPORT + "# ahead")) == first
    assert counted.alone == 0
    monkeypatch.undo()


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
            with pytest.raises(NotConfirmedError):
                await read(snapshot)
            snapshot.confirm()

        with pytest.raises(NotConfirmedError):
            await assuming(platform.engine.database.reads, recent[0], None, work, alone=True)


async def _clock_of(snapshot: Any) -> Any:
    return snapshot.clock


def _one() -> Statement:
    return system_statement(sa.select(sa.literal_column("1").label("one")))


def test_the_statement_keeps_its_places() -> None:
    """What is put around a statement adds no parameter to it; those of what is settled follow its own."""
    assert assumed_snapshot._with_now("SELECT $1, $2", "", 2).count("$") == 2
    both = assumed_snapshot._with_now("SELECT $1, $2", "SELECT $1, $12", 2)
    assert "SELECT $1, $2" in both
    assert "SELECT $3, $14" in both
