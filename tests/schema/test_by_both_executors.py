"""What plans leave to the standard executor, and what they answer in its place: the bytes are the same either way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from asyncpg import QueryCanceledError
from cookbook import variables_of
from cookbook_questions import QUESTIONS, Question
from desk import Desk, as_bytes

from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.schema.api import Api
from sightline.schema.plans.columns import LeftToStandardError
from sightline.schema.plans.leaves import Leaf
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine
from sightline.server.logs import operation_line

MISTAKEN = {
    "a page too large below rows": "{ programs(first: 2) { nodes { id enrollments(first: 0) { nodes { id } } } } }",
    "no page size below rows": "{ programs(first: 2) { nodes { id enrollments { nodes { id } } } } }",
    "a cursor of something else": '{ programs(first: 2, after: "xx") { nodes { id } totalCount } }',
    "a cursor of something else, below rows": (
        '{ programs(first: 2) { nodes { enrollments(first: 2, after: "xx") { totalCount edges { cursor } } } } }'
    ),
    "no id among ids": '{ nodes(ids: ["xx", "yy"]) { id } }',
    "a filter by no id": '{ conversions(first: 1, where: {program: {eq: "xx"}}) { nodes { id } } }',
    "a filter by no id below rows": (
        '{ programs(first: 1) { nodes { conversions(first: 1, where: {click: {eq: "xx"}}) { nodes { id } } } } }'
    ),
    "too many keys of an order": (
        "{ programs(first: 1, orderBy: [{field: NAME}, {field: NAME}]) { nodes { id } pageInfo { endCursor } } }"
    ),
    "a mistake beside an answer": "{ a: programs(first: 1) { nodes { id } } b: programs(first: 101) { nodes { id } } }",
}
ANSWERED = {
    "nothing of a connection": "{ programs(first: 2) { __typename } }",
    "keys twice": (
        "{ programs(first: 2) { nodes { a: name ...f } n: nodes { __typename } } } fragment f on Program { a: name id }"
    ),
    "amounts in other words": (
        "{ conversions(first: 9) { nodes { p: payout { c: currency __typename a: amount } profit { amount } } } }"
    ),
    "what is included": (
        "query { programs(first: 2) { nodes { id name @skip(if: true) ... @include(if: true) { name } } } }"
    ),
    "the same row by many": (
        "{ conversions(first: 50) { nodes { program { id name conversions(first: 1) { totalCount } } } } }"
    ),
    "backward": (
        "{ conversions(last: 5) { edges { cursor } pageInfo { hasPreviousPage hasNextPage startCursor endCursor } } }"
    ),
    "the viewer's own row": "{ viewer { user { name memberships(first: 3) { nodes { role { name } } } } } }",
    "the marketplace": "{ marketplace { programs(first: 3) { nodes { name } totalCount } } }",
    "the log": "{ auditLogs(first: 5) @include(if: true) { nodes { action changes { field before } target { id } } } }",
    "fragments of fragments, as many as the limit of tokens lets be": (
        "{ programs(first: 2) { nodes { ...f0 } } } fragment f240 on Program { id name } "
        + " ".join(f"fragment f{at} on Program {{ ...f{at + 1} }}" for at in range(240))
    ),
    "hidden ones, masked": (
        "query @onDenied(mode: MASK) { conversions(first: 9) { nodes { status madeUp revenue { amount } } secret } }"
    ),
}
COVERED = """query ($input: ReportInput!) { report(input: $input) {
    rowCount columns { key values coverage programs } rows { dimensions { key value label } } } }"""
ASKING = ("admin", "adv-guest", "partner-admin", "collab-readonly")


@pytest.fixture(scope="module")
def standard(desk: Desk) -> Engine:
    """An engine that makes no plans."""
    return replace(desk.engine, api=Api(planned=False))


async def both(
    desk: Desk, standard: Engine, who: str, query: str, variables: dict[str, Any]
) -> tuple[bytes, dict[str, int]]:
    """The answer of plans, if it is that of the standard executor, also when it is asked again; and what was done."""

    asking, request = await desk.member(who), GraphQLRequest(query, variables)

    async def ask(snapshot: Snapshot) -> tuple[bytes, dict[str, int]]:
        with operation_line("both") as line:
            planned = as_bytes(await desk.engine.answer(request, asking, snapshot))
        assert planned == as_bytes(await standard.answer(request, asking, snapshot))
        assert planned == as_bytes(await desk.engine.answer(request, asking, snapshot))
        return planned, line.executed

    return await in_snapshot(desk.engine.database.reads, ask)


@pytest.mark.parametrize("who", ASKING)
@pytest.mark.parametrize("query", MISTAKEN.values(), ids=MISTAKEN)
async def test_mistakes_are_told_by_the_standard_executor(desk: Desk, standard: Engine, who: str, query: str) -> None:
    """Message, path and place of an error are its own, and what stands beside it is answered."""
    answer, executed = await both(desk, standard, who, query, {})
    assert b"BAD_INPUT" in answer
    assert not any("fault" in reason for reason in executed)


@pytest.mark.parametrize("who", ASKING)
@pytest.mark.parametrize("query", ANSWERED.values(), ids=ANSWERED)
async def test_plans_answer_what_is_asked_in_unusual_ways(desk: Desk, standard: Engine, who: str, query: str) -> None:
    """Aliases, fragments, directives, rows met twice, nulls, and what the viewer does not have."""
    _, executed = await both(desk, standard, who, query, {})
    assert not any("fault" in reason for reason in executed)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.asks)
async def test_reports_are_completed_by_plans(
    desk: Desk, standard: Engine, variables: dict[str, str], question: Question
) -> None:
    """Columns, rows, totals and comparisons of every question of the cookbook."""
    wanted = {name: each for name, each in variables.items() if f"${name}" in question.query}
    answer, executed = await both(desk, standard, question.who, question.query, wanted)
    assert b'"values":[' in answer
    assert executed["by plan"] == 1


@pytest.mark.parametrize("who", ["adv-admin", "finance"])
async def test_a_column_over_some_programs_is_completed_by_plans(desk: Desk, standard: Engine, who: str) -> None:
    """RC5: `programs` is found by reading more, for each column of PARTIAL coverage; so asks the console."""
    found = await desk.read("{ reportLenses { kind id name } }", await desk.member(who))
    (own,) = [
        each["id"]
        for each in found["reportLenses"]
        if each["kind"] == "ADVERTISER" and each["name"] == "Northwind Outfitters"
    ]
    given = {
        "lens": {"kind": "ADVERTISER", "organization": own},
        "columns": ["conversions", "payout", "profit"],
        "groupBy": ["program"],
        "period": {"days": {"since": "2026-01-01", "until": "2026-02-01"}},
        "onRestricted": "DROP",
        "first": 5,
    }
    answer, executed = await both(desk, standard, who, COVERED, {"input": given})
    assert executed == {"by plan": 1}
    assert b'"coverage":"PARTIAL"' in answer
    assert b'"coverage":"PARTIAL","programs":null' not in answer


@pytest.fixture(scope="module")
async def variables(desk: Desk) -> dict[str, str]:
    """The ids that the cookbook names."""
    return dict(await variables_of(desk.engine.database, desk.engine))


async def test_what_a_plan_cannot_write_is_completed_by_the_standard_executor(
    desk: Desk, standard: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the same snapshot, and never as half an answer."""

    def failing(self: Leaf, values: list[Any]) -> list[Any]:
        raise LeftToStandardError("a test")

    monkeypatch.setattr(Leaf, "written", failing)
    query = "{ programs(first: 3) { nodes { id name conversions(first: 2) { nodes { id status } } } } }"
    answer, executed = await both(desk, standard, "admin", query, {})
    assert b'"status":' in answer
    assert executed == {"completed otherwise: a test": 1}


async def test_a_plan_is_for_one_view(desk: Desk) -> None:
    """What was compiled for one viewer is never met by another, whose view has other fields."""
    query = "{ conversions(first: 1) { nodes { status } } }"
    kept = []
    for who in ("admin", "adv-guest"):
        asking = await desk.member(who)
        await desk.read(query, asking)
        kept.append(desk.view(asking).prepare(query).plans.kept)
    assert kept[0]
    assert kept[1]
    assert not kept[0].keys() & kept[1].keys()


ROOTED = {
    "a page": ("{ programs(first: 3) { nodes { id name } pageInfo { endCursor } totalCount } }", {}),
    "a page of a size": ("query ($n: Int!) { programs(first: $n) { nodes { id name } } }", {"n": 2}),
    "under another name": ("{ all: programs(last: 2) { edges { cursor node { name } } } }", {}),
    "by a filter": (
        "query ($s: String) { p: programs(first: 9, where: {name: {eq: $s}}) { nodes { id } } }",
        {"s": "x"},
    ),
}


@pytest.mark.parametrize(("query", "variables"), ROOTED.values(), ids=ROOTED)
async def test_what_has_one_root_is_answered_without_the_executor(
    desk: Desk, query: str, variables: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it was executed; and its values are those of the variables of this time."""
    admin = await desk.member("admin")
    first = await desk.ask(query, admin, **variables)
    monkeypatch.setattr("sightline.schema.api.execute", _refuse)
    assert await desk.ask(query, admin, **variables) == first


async def test_what_variables_are_is_told_as_the_executor_tells_it(desk: Desk, standard: Engine) -> None:
    """Those that were understood before, those that do not fit, and those that are no JSON or too long to be kept."""
    query = "query ($first: Int!, $word: String) { programs(first: $first, where: {name: {ne: $word}}) { totalCount } }"
    given = (
        {"first": 2},
        {"first": 3, "word": "x"},
        {"first": 10**30},
        {"first": "2"},
        {"first": 2.0},
        {"first": True},
    )
    for _ in range(3):
        for each in (*given, {"first": 2, "word": "x" * 5_000}, {"first": True, "word": "\ud800"}, {}):
            await both(desk, standard, "adv-guest", query, each)


def _refuse(*_: Any, **__: Any) -> Any:
    raise AssertionError("the executor was asked")


async def test_a_row_is_looked_up_by_its_plan(desk: Desk, standard: Engine) -> None:
    """Visible, invisible, of other types, made up, and no id at all: as the standard executor has it, every time."""
    query = "query ($id: ID!) { node(id: $id) { __typename id ... on Conversion { status payout { amount } } } }"
    found = await desk.read("{ conversions(first: 2) { nodes { id program { id } } } }", await desk.member("admin"))
    rows = found["conversions"]["nodes"]
    wrong = rows[0]["id"][:-2] + "xx"
    for _ in range(2):
        for who in ASKING:
            for text in (rows[0]["id"], rows[1]["id"], rows[0]["program"]["id"], wrong, "", "x" * 40):
                await both(desk, standard, who, query, {"id": text})


async def test_what_is_included_decides_about_the_root(desk: Desk, standard: Engine) -> None:
    """One document has as many roots as its switches make of it."""
    query = """query ($a: Boolean!, $b: Boolean!) {
        programs(first: 1) @include(if: $a) { nodes { name @skip(if: $b) id } }
        viewer @include(if: $b) { paths { kind } }
    }"""
    for _ in range(2):
        for a in (True, False):
            for b in (True, False):
                await both(desk, standard, "adv-guest", query, {"a": a, "b": b})


async def test_a_read_that_fails_is_told_and_not_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the whole connection, with its place: a plan has nothing of an object of which it could not read all."""
    admin, query = await desk.member("admin"), "{ conversions(first: 2) { nodes { id } } }"
    await desk.ask(query, admin)
    asked = 0

    async def failing(self: Snapshot, statement: Any, values: Any) -> Any:
        nonlocal asked
        asked += 1
        raise QueryCanceledError("a test")

    monkeypatch.setattr(Snapshot, "fetch", failing)
    answer = await desk.ask(query, admin)
    assert (answer.data, asked) == ({"conversions": None}, 1)
    (error,) = answer.errors or []
    assert error["extensions"]["code"] == "TIMEOUT"
    assert error["path"] == ["conversions"]
    assert error["locations"] == [{"line": 1, "column": 3}]
