"""What a document may ask for at once: refused before anything runs, with a code and a short message (GOAL22)."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest
from desk import Desk, code_of
from graphql import get_introspection_query, parse

from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.global_ids import Key
from sightline.schema.costs import Costs
from sightline.schema.limits import check_shape
from sightline.server.answers import GraphQLAnswer, GraphQLRequest

LONGEST_MESSAGE = 200


def deep(levels: int) -> str:
    """A valid document of this many levels of fields: the conversions of a conversion's program, over and over.

    `levels` is three, or three more again and again: each turn is an edge, a connection and its nodes.
    """
    turns = (levels - 3) // 3
    return (
        "{ conversions(first: 1) { nodes { "
        + "program { conversions(first: 1) { nodes { " * turns
        + "id"
        + " } } }" * turns
        + " } } }"
    )


async def refused(desk: Desk, query: str, /, code: str = "BAD_INPUT", **variables: Any) -> str:
    """The message with which a document is refused before anything runs."""
    asked = await desk.count(query, await desk.member("admin"), **variables)
    answer: GraphQLAnswer = asked.answer
    assert code_of(answer) == code, answer.errors
    assert answer.data is None
    assert not answer.executed
    assert asked.statements == 0
    message = str(answer.errors[0]["message"])
    assert len(message) <= LONGEST_MESSAGE
    return message


async def test_twelve_levels_are_answered_and_fifteen_are_not(desk: Desk) -> None:
    """B28."""
    admin = await desk.member("admin")
    assert not (await desk.ask(deep(12), admin)).errors
    for levels in (15, 51):
        assert "levels" in await refused(desk, deep(levels))


@pytest.mark.parametrize("levels", [300, 1_500])
async def test_a_document_nested_beyond_all_measure_is_refused_while_parsing(desk: Desk, levels: int) -> None:
    """B29 to B31: fields, input objects, lists and inline fragments; never a RecursionError."""
    documents = (
        "{a" * levels + "}" * levels,
        "{ conversions(first: 1, where: " + "{ not: " * levels + "{}" + " }" * levels + ") { totalCount } }",
        "{ nodes(ids: " + "[" * levels + "]" * levels + ") { id } }",
        "{ viewer {" + " ... {" * levels + " __typename " + "}" * levels + "} }",
        "query ($v: " + "[" * levels + "Int" + "]" * levels + ") { __typename }",
    )
    for document in documents:
        await refused(desk, document)


@pytest.mark.parametrize("levels", [50, 150])
async def test_a_document_that_parses_and_is_deep_is_refused(desk: Desk, levels: int) -> None:
    for document in (
        deep(levels),
        "{ conversions(first: 1, where: " + "{ not: " * levels + "{}" + " }" * levels + ") { totalCount } }",
    ):
        answer = await desk.ask(document, await desk.member("admin"))
        assert code_of(answer) == "BAD_INPUT"


async def test_a_variable_nested_deep_is_refused(desk: Desk) -> None:
    """B32: what JSON may nest, coercion and the filter must stand."""
    where: dict[str, Any] = {}
    for _ in range(200):
        where = {"not": where}
    query = "query ($w: ConversionFilter) { conversions(first: 1, where: $w) { totalCount } }"
    answer = await desk.ask(query, await desk.member("admin"), w=where)
    assert code_of(answer) == "BAD_INPUT"


async def test_thirty_aliases_are_answered_and_one_more_is_not(desk: Desk) -> None:
    """B33, B47, LK23."""

    def aliases(number: int) -> str:
        return "{ viewer { " + " ".join(f"a{at}: __typename" for at in range(number)) + " } }"

    assert not (await desk.ask(aliases(30), await desk.member("admin"))).errors
    assert "aliases" in await refused(desk, aliases(31))


async def test_aliases_in_fragments_count_wherever_the_fragment_stands(desk: Desk) -> None:
    fragment = "fragment F on Viewer { " + " ".join(f"a{at}: __typename" for at in range(16)) + " }"
    assert "aliases" in await refused(desk, "{ viewer { ...F } again: viewer { ...F } } " + fragment)


async def test_at_most_two_thousand_tokens(desk: Desk) -> None:
    """B34 to B36, B48, B80 to B84."""
    assert "2000 tokens" in await refused(desk, "{ " + "__typename " * 2_001 + "}")


ENTITIES = (
    "adjustments", "advertiserProfiles", "affiliateAccounts", "collaborators", "conversions", "enrollments",
    "memberships", "organizations", "partnerProfiles", "payoutInvoices", "programs", "roles", "trafficSources", "users",
)  # fmt: skip


async def test_at_most_twenty_fields_at_the_root(desk: Desk) -> None:
    counted = [f"{name}(first: 1) {{ totalCount }}" for name in ENTITIES[:12]]
    twenty = " ".join([*counted, *(f"a{at}: __typename" for at in range(8))])
    assert not (await desk.ask("{ " + twenty + " }", await desk.member("admin"))).errors
    assert "root" in await refused(desk, "{ " + twenty + " last: __typename }")


async def test_root_fields_in_a_fragment_are_fields_at_the_root(desk: Desk) -> None:
    fields = " ".join(f"a{at}: conversions(first: 1) {{ totalCount }}" for at in range(25))
    assert "root" in await refused(desk, "{ ...F } fragment F on Query { " + fields + " }")
    assert "root" in await refused(desk, "{ ... { " + fields + " } }")


async def test_at_most_fifty_directives(desk: Desk) -> None:
    """B39: in the document as a whole."""
    directed = " ".join(f"a{at}: __typename @include(if: true) @skip(if: false)" for at in range(26))
    assert "directives" in await refused(desk, "{ viewer { " + directed + " } }")


async def test_the_price_of_pages_within_pages(desk: Desk) -> None:
    """B26, B27: a hundred rows with a hundred each are too many; ten with ten are not."""
    query = "query ($a: Int, $b: Int) { programs(first: $a) { nodes { conversions(first: $b) { nodes { id } } } } }"
    assert not (await desk.ask(query, await desk.member("admin"), a=10, b=10)).errors
    message = await refused(desk, query, "COST_EXCEEDED", a=100, b=100)
    assert "10000" in message
    literal = query.replace("query ($a: Int, $b: Int) ", "").replace("$a", "100").replace("$b", "100")
    assert await refused(desk, literal, "COST_EXCEEDED") == message
    default = query.replace("$a: Int,", "$a: Int = 100,").replace("$b: Int)", "$b: Int = 100)")
    assert await refused(desk, default, "COST_EXCEEDED") == message


async def test_a_size_that_is_a_whole_float_costs_the_same(desk: Desk) -> None:
    """JSON knows one kind of number: 100.0 is an Int to GraphQL, and a hundred rows to the price."""
    query = "query ($n: Int) { programs(first: $n) { nodes { conversions(first: $n) { nodes { id } } } } }"
    assert "10000" in await refused(desk, query, "COST_EXCEEDED", n=100.0)


async def test_looking_up_many_rows_costs_what_stands_below_each(desk: Desk) -> None:
    """A hundred ids with a page of a hundred below each are ten thousand rows, as in a connection."""
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Program { conversions(first: 100) { nodes { id } } } } }"
    ids = desk.engine.services.ids.encode("program", [Key(number) for number in range(1, 101)])
    await refused(desk, query, "COST_EXCEEDED", ids=ids)


async def test_the_price_of_a_fragment_is_paid_at_each_place(desk: Desk) -> None:
    many = " ".join(f"p{at}: programs(first: 100) {{ ...F }}" for at in range(3))
    fragment = "fragment F on ProgramConnection { nodes { conversions(first: 100) { nodes { id } } } }"
    await refused(desk, f"{{ {many} }} {fragment}", "COST_EXCEEDED")


def fragment_bomb(levels: int) -> str:
    """Fragments that double at each level: as many fields as 2 to the power of the levels, in few tokens."""
    doubled = " ".join(f"fragment F{at} on Viewer {{ ...F{at + 1} ...F{at + 1} }}" for at in range(levels))
    return f"{{ viewer {{ ...F0 }} }} {doubled} fragment F{levels} on Viewer {{ a: __typename }}"


@pytest.mark.parametrize("levels", [20, 30, 150])
async def test_a_fragment_bomb_is_measured_without_going_off(desk: Desk, levels: int) -> None:
    """B44, B45: our own walk visits each fragment once; the aliases it amounts to are refused."""
    began = process_time()
    document = parse(fragment_bomb(levels))
    with pytest.raises(BadInputError, match="aliases"):
        check_shape(document)
    Costs(document, None).requested({})
    assert process_time() - began < 1
    assert "aliases" in await refused(desk, fragment_bomb(levels))


async def test_fragments_in_a_circle_are_refused(desk: Desk) -> None:
    """B41, B42."""
    for document in (
        "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }",
        "{ viewer { ...A } } fragment A on Viewer { ...A }",
    ):
        assert "within itself" in await refused(desk, document)


def overlapping(number: int) -> str:
    """Fields under one key with selections that have to be compared, each with each."""
    return "{ " + "viewer { __typename } " * number + "}"


async def test_many_overlapping_fields_are_refused_before_they_are_compared(desk: Desk) -> None:
    """B37, B38: the merge rule is quadratic; the limits on fields are cheaper and come first.

    Twice the fields may take some two times as long, not four times.
    """

    async def seconds(number: int) -> float:
        best = 60.0
        for attempt in range(3):
            began = process_time()
            await refused(desk, f"# {attempt}\n{overlapping(number)}")
            best = min(best, process_time() - began)
        return best

    few, many = await seconds(200), await seconds(400)
    assert many < max(3 * few, 0.05)


async def test_one_introspection_of_fifteen_levels_is_allowed(desk: Desk) -> None:
    """GraphiQL's query is answered to everybody, deeper or repeated ones are not (B46, B47)."""
    for key in ("admin", "nobody"):
        assert not (await desk.ask(get_introspection_query(), await desk.member(key))).errors
    types = "{ __schema { types " + "{ fields { type " * 8 + "{ name }" + " } }" * 8 + " } }"
    assert "depth" in await refused(desk, types)


async def test_a_document_with_several_operations_needs_a_name(desk: Desk) -> None:
    """B17, B18."""
    admin = await desk.member("admin")
    document = "query A { viewer { __typename } } query B { viewer { paths { kind } } }"

    async def named(name: str | None) -> GraphQLAnswer:
        async def work(snapshot: Snapshot) -> GraphQLAnswer:
            return await desk.engine.answer(GraphQLRequest(document, None, name), admin, snapshot)

        return await in_snapshot(desk.engine.database.reads, work)

    assert code_of(await named(None)) == "BAD_INPUT"
    assert code_of(await named("C")) == "BAD_INPUT"
    assert (await named("A")).data == {"viewer": {"__typename": "Viewer"}}
    assert not (await named("B")).errors


async def test_at_most_five_errors_are_answered(desk: Desk) -> None:
    """B80 to B82."""
    unknown = " ".join(f"z{at}" for at in range(300))
    answer = await desk.ask(f"{{ {unknown} }}", await desk.member("admin"))
    assert 1 <= len(answer.errors) <= 5
    assert all(len(error["message"]) <= LONGEST_MESSAGE for error in answer.errors)


async def test_a_long_literal_is_not_echoed(desk: Desk) -> None:
    """B25, B51."""
    for literal in ("9" * 500, "9" * 5_000, '"' + "x" * 5_000 + '"'):
        answer = await desk.ask(f"{{ conversions(first: {literal}) {{ totalCount }} }}", await desk.member("admin"))
        assert all(len(error["message"]) <= LONGEST_MESSAGE for error in answer.errors)
        assert {error["extensions"]["code"] for error in answer.errors} == {"BAD_INPUT"}
