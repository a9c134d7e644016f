"""An answer leaves nothing behind that has to be looked for: what it was made of is gone as soon as it is.

What holds itself stays until garbage is collected: memory that a server needs beside what it works with, and pauses
amidst other answers. A document that is validated, rows that were read and the executor that read them did.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count

import pytest
from desk import Desk
from graphql import parse, validate

from sightline.server.answers import GraphQLRequest

OURS = ("sightline", "graphql")
REPORT = """{ report(input: {
    lens: {kind: PLATFORM}, columns: ["conversions", "profit", "cpa"], groupBy: ["program"], first: 20,
    period: {days: {since: "2026-05-01", until: "2026-06-01"}}, compareTo: {previous: PREVIOUS_PERIOD}
}) { columns { key values } rows { dimensions { label } } totals { conversions } } }"""
ANSWERED = {
    "a page": "{ conversions(first: 20, where: {status: {eq: APPROVED}}) { nodes { id eventAt payout { amount } } } }",
    "pages below rows": "{ programs(first: 5) { nodes { name conversions(first: 2) { nodes { id } totalCount } } } }",
    "several roots": "{ a: programs(first: 5) { nodes { name } } b: brands(first: 2) { nodes { id } } __typename }",
    "rows of any type": "{ viewer { paths { kind } user { id name } } __typename }",
    "what there is not": "{ programs(first: 1) { nodes { madeUp } } }",
    "what there is not, masked": "query @onDenied(mode: MASK) { programs(first: 1) { nodes { madeUp name } } }",
    "no id": '{ node(id: "xx") { id } __typename }',
    "no ids below rows": '{ programs(first: 2) { nodes { conversions(first: 2, after: "xx") { totalCount } } } }',
    "variables": "query ($n: Int = 2) { programs(first: $n) { nodes { ...f } } } fragment f on Program { name }",
    "the schema": '{ __type(name: "Program") { fields { name type { name } } } }',
}


async def left_behind(work: Callable[[], Awaitable[object]]) -> Counter[str]:
    """What is there after some work that nobody can reach, by type. It is done before, for what is kept to stay."""
    await work()
    gc.collect()
    gc.freeze()  # a worker holds hundreds of schemas, and seconds go by for each look through them
    gc.disable()
    try:
        await work()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        types = [type(each) for each in gc.garbage]
        return Counter(each.__qualname__ for each in types if each.__module__.partition(".")[0] in OURS)
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


@pytest.mark.parametrize("who", ["admin", "adv-guest"])
@pytest.mark.parametrize("query", ANSWERED.values(), ids=ANSWERED)
async def test_an_answer_leaves_nothing_behind(desk: Desk, query: str, who: str) -> None:
    """To a document that was asked before."""
    token = desk.token(who)
    assert not await left_behind(lambda: desk.engine.execute(GraphQLRequest(query), token))


@pytest.mark.parametrize("query", ANSWERED.values(), ids=ANSWERED)
async def test_a_document_leaves_nothing_behind_but_itself(desk: Desk, query: str) -> None:
    """A new one each time; those that are kept are no garbage."""
    viewer, numbers = await desk.member("admin"), count()
    assert not await left_behind(lambda: desk.ask(f"{query} # {next(numbers)}", viewer))


async def test_a_report_leaves_nothing_behind(desk: Desk) -> None:
    """With totals, labels, and a period that it is compared with."""
    token = desk.token("admin")
    answer = await desk.engine.execute(GraphQLRequest(REPORT), token)
    assert not answer.errors, answer.errors
    assert not await left_behind(lambda: desk.engine.execute(GraphQLRequest(REPORT), token))


async def test_a_change_leaves_nothing_behind(desk: Desk) -> None:
    """A mutation, tried and undone."""
    viewer, numbers = await desk.member("admin"), count()
    query = "mutation ($name: String!) { createOrganization(input: {name: $name}) { __typename } }"
    answer = await desk.change(query, viewer, name="Nothing left")
    assert not answer.errors, answer.errors
    assert not await left_behind(lambda: desk.change(query, viewer, name=f"Nothing left {next(numbers)}"))


async def test_what_is_left_behind_is_found(desk: Desk) -> None:
    """What graphql-core's own validation leaves: the check can fail."""
    schema, document = desk.engine.api._schema, parse("{ programs(first: 1) { nodes { id } } }")

    async def work() -> None:
        validate(schema, document)

    assert (await left_behind(work))["TypeInfoVisitor"] >= 1
