"""What an operation costs: beforehand by document and variables alone, afterwards by what is in its answer."""

from __future__ import annotations

from typing import Any

import pytest
from desk import Desk, code_of
from graphql import GraphQLObjectType, get_introspection_query, parse

from sightline.resolvers.errors import BadInputError
from sightline.resolvers.global_ids import Key
from sightline.schema import costs
from sightline.schema.costs import CostExceededError, Costs


def cost_of(query: str, operation_name: str | None = None, /, **variables: Any) -> int:
    """The requested cost of a query."""
    return Costs(parse(query), operation_name).requested(variables)


REQUESTED = [
    ("{ __typename }", 0),
    ("{ viewer { __typename } }", 1),
    ("{ viewer { user { name } } }", 2),
    ("{ conversions(first: 10) { nodes { id } } }", 10),
    ("{ conversions(last: 10) { nodes { id } } }", 10),
    ("{ conversions(first: null, last: 10) { nodes { id } } }", 10),
    ("{ conversions(first: 10) { edges { cursor node { id } } } }", 20),
    ("{ conversions(first: 10) { nodes { payout { amount } revenue { amount } } } }", 30),
    ("{ conversions(first: 10) { nodes { id } pageInfo { hasNextPage } totalCount } }", 21),
    ("{ conversions(first: 10) { n: nodes { id } p: pageInfo { hasNextPage } t: totalCount } }", 21),
    ("{ conversions(first: 10) { pageInfo { hasNextPage } } }", 11),
    ("{ conversions(first: 10) { totalCount } }", 20),
    ("{ programs(first: 10) { nodes { conversions(first: 20) { nodes { id } totalCount } } } }", 10 * (1 + 20 + 10)),
    ('{ nodes(ids: ["a", "b", "c"]) { id } }', 3),
    ('{ nodes(ids: ["a", "b"]) { ... on Program { conversions(first: 20) { nodes { id } } } } }', 42),
    ('{ viewer { versions(ids: ["a", "b", "c"]) } }', 1 + 3),
    (
        '{ viewer { ...F one: version(id: "a") } } fragment F on Viewer { v: versions(ids: []) w: versions(ids: "a") }',
        2,
    ),
    ('{ node(id: "a") { ... on Program { conversions(first: 20) { nodes { id } } } } }', 21),
    ("{ conversions(first: 10) { ...F ... { totalCount } } } fragment F on ConversionConnection { nodes { id } }", 20),
    ("{ a: viewer { ...F } b: viewer { ...F } } fragment F on Viewer { user { name } }", 4),
    ("query ($no: Boolean!) { viewer @include(if: $no) { __typename } }", 1),
    ("{ __schema { types { name } } }", 1_000),
    ('{ a: __type(name: "Query") { name } b: __schema { queryType { name } } }', 2_000),
]


@pytest.mark.parametrize(("query", "cost"), REQUESTED)
def test_the_requested_cost_follows_from_the_document(query: str, cost: int) -> None:
    """Domain 3.11, 19: object 1, connection its page size times its rows' cost, totalCount 10."""
    assert cost_of(query) == cost


FILTERED = "query ($w: ConversionFilter = {or: [{status: {eq: HOLD}}]}, $c: String) "
ONE_TEST = {"country": {"eq": "DE"}}


@pytest.mark.parametrize(
    ("query", "variables", "tests"),
    [
        ("{ conversions(first: 1, where: $w) { nodes { id } } }", {}, 1),
        ("{ conversions(first: 1, where: $w) { nodes { id } } }", {"w": {"or": [ONE_TEST] * 300}}, 300),
        ("{ conversions(first: 1, where: {country: {in: [$c, $c]}, or: [$w, $w]}) { nodes { id } } }", {}, 2 + 2),
        ("{ conversions(first: 1, where: $w) { nodes { id } } }", {"w": {"country": {"in": ["DE"] * 100}}}, 1),
        ("{ conversions(first: 1, where: $w) { nodes { id } } }", {"w": {"not": {"or": [ONE_TEST, ONE_TEST]}}}, 2),
        ("{ a: programs(first: 1) { nodes { ...F } } b: programs(first: 1) { nodes { ...F } } }", {}, 2),
    ],
)
def test_filters_of_an_operation_have_only_so_many_tests(
    monkeypatch: pytest.MonkeyPatch, query: str, variables: dict[str, Any], tests: int
) -> None:
    """B: a statement is written for each filter, so what is wide and deep at once would keep everybody waiting."""
    query = f"{FILTERED} {query} fragment F on Program {{ conversions(first: 1, where: $w) {{ nodes {{ id }} }} }}"
    monkeypatch.setattr(costs, "MOST_TESTS", tests)
    cost_of(query, **variables)
    monkeypatch.setattr(costs, "MOST_TESTS", tests - 1)
    with pytest.raises(CostExceededError, match=f"these have {tests}:"):
        cost_of(query, **variables)


async def test_a_wide_and_deep_filter_is_refused_before_its_statement_is_written(desk: Desk) -> None:
    """B: with literal and variable alike; what many values of one field are for, is answered."""
    document = "query ($w: ConversionFilter) { conversions(first: 1, where: $w) { nodes { id } } }"
    wide = {"or": [{"and": [{"country": {"eq": "DE"}}] * 100}] * 100}
    admin = await desk.member("admin")
    refused = await desk.ask(document, admin, w=wide)
    assert code_of(refused) == "COST_EXCEEDED"
    assert refused.data is None
    assert not (await desk.ask(document, admin, w={"or": [{"country": {"in": ["DE"] * 100}}] * 100})).errors


def test_variables_and_their_defaults_are_sizes_as_literals_are() -> None:
    """A cheap default does not hide a dear variable, nor a null one a default."""
    query = (
        "query ($n: Int = 5, $ids: [ID!]! = [1, 2]) { conversions(first: $n) { nodes { id } } nodes(ids: $ids) { id } }"
    )
    assert cost_of(query) == 5 + 2
    assert cost_of(query, n=50) == 50 + 2
    assert cost_of(query, n=50.0, ids=["a"] * 7) == 50 + 7
    assert cost_of(query, ids="a") == 5 + 1
    versions = "query ($ids: [ID!]! = [1, 2]) { viewer { versions(ids: $ids) } }"
    assert (cost_of(versions), cost_of(versions, ids=["a"] * 7)) == (1 + 2, 1 + 7)


def test_only_the_operation_that_is_run_is_paid_for() -> None:
    query = "query A { viewer { __typename } } query B { conversions(first: 9) { nodes { id } } }"
    assert (cost_of(query, "A"), cost_of(query, "B")) == (1, 9)
    data = {"conversions": {"nodes": [{"id": "a"}, {"id": "b"}]}}
    assert Costs(parse(query), "B").actual(data) == 2


def test_ten_thousand_is_the_most() -> None:
    """B26, B27."""
    exact = "{ " + " ".join(f"a{at}: programs(first: 100) {{ nodes {{ user {{ id }} }} }}" for at in range(50)) + " }"
    assert cost_of(exact) == 10_000
    with pytest.raises(CostExceededError, match="10001"):
        cost_of(exact[:-1] + "viewer { __typename } }")
    nearly = exact.replace("first: 100", "first: 98", 1)
    assert cost_of(nearly[:-1] + "viewer { versions(ids: [1, 2, 3]) } }") == 10_000
    with pytest.raises(CostExceededError, match="10001"):
        cost_of(nearly[:-1] + "viewer { versions(ids: [1, 2, 3, 4]) } }")
    for size in ("0", "-1", "101", "2147483648", "9" * 100):
        with pytest.raises(BadInputError, match="1 to 100"):
            cost_of(f"{{ conversions(first: {size}) {{ totalCount }} }}")


ASKED = [
    "{ viewer { user { name } organization { name } } }",
    "{ programs(first: 100) { nodes { name } totalCount pageInfo { hasNextPage } } }",
    "{ programs(first: 3) { edges { cursor node { name program: id } } t: totalCount } }",
    "{ programs(first: 90) { nodes { name } nodes { id } ...F } } fragment F on ProgramConnection { nodes { status } }",
    "{ programs(first: 20) { nodes { conversions(first: 5) { totalCount nodes { id payout { amount } } } } } }",
    '{ none: programs(first: 50, where: { name: { eq: "none" } }) { nodes { name } totalCount } }',
    "{ viewer @skip(if: true) { __typename } programs(first: 2) { nodes @include(if: false) { id } totalCount } }",
    "query @onDenied(mode: MASK) { conversions(first: 50) { nodes { revenue { amount } payout { amount } } } }",
]


def objects_in(value: Any) -> int:
    """The objects of an answer."""
    if isinstance(value, list):
        return sum(map(objects_in, value))
    return 1 + sum(map(objects_in, value.values())) if isinstance(value, dict) else 0


@pytest.mark.parametrize("query", ASKED)
async def test_lk26_the_actual_cost_is_that_of_what_is_in_the_answer(desk: Desk, query: str) -> None:
    """LK26: counted again in the answer: its objects without the root and connections, and ten for each total."""
    for key in ("admin", "adv-admin", "partner-member"):
        answer = await desk.ask(query, await desk.member(key))
        assert not answer.errors, answer.errors
        cost = answer.extensions["cost"]
        assert set(cost) == {"requestedQueryCost", "actualQueryCost"}
        connections = _connections(answer.data)
        objects = objects_in(answer.data) - 1 - len(connections)
        totals = sum(name in each for each in connections for name in ("totalCount", "t"))
        assert cost["actualQueryCost"] == objects + 10 * totals
        assert cost["actualQueryCost"] <= cost["requestedQueryCost"]


def _connections(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [found for each in value for found in _connections(each)]
    if not isinstance(value, dict):
        return []
    own = [value] if {"nodes", "edges", "totalCount", "t"} & set(value) else []
    return own + [found for each in value.values() for found in _connections(each)]


async def test_look_ups_that_find_nothing_cost_nothing(desk: Desk) -> None:
    """LK26: hidden rows and rows that do not exist are equally free."""
    admin, nobody = await desk.member("admin"), await desk.member("nobody")
    ids = desk.engine.services.ids
    seen = (await desk.read("{ conversions(first: 3) { nodes { id } } }", admin))["conversions"]["nodes"]
    missing = ids.encode("program", [Key(10**9 + at) for at in range(3)])
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    costs = [
        (await desk.ask(query, viewer, ids=asked)).extensions["cost"]["actualQueryCost"]
        for viewer, asked in (
            (admin, [each["id"] for each in seen]),
            (nobody, [each["id"] for each in seen]),
            (admin, missing),
        )
    ]
    assert costs == [3, 0, 0]
    program = (await desk.read("{ programs(first: 1) { nodes { id } } }", admin))["programs"]["nodes"][0]["id"]
    query = "query ($ids: [ID!]!) { viewer { versions(ids: $ids) } }"
    for viewer, found in ((admin, 2), (nobody, 0)):
        answer = await desk.ask(query, viewer, ids=[program, *missing, program])
        assert answer.extensions["cost"] == {"requestedQueryCost": 1 + 5, "actualQueryCost": 1 + found}


async def test_a_list_that_is_no_page_is_one_object(desk: Desk) -> None:
    """Beforehand and afterwards, however many paths somebody has."""
    for key in ("admin", "both-sides", "nobody"):
        answer = await desk.ask("{ viewer { paths { kind } } }", await desk.member(key))
        assert answer.extensions["cost"] == {"requestedQueryCost": 2, "actualQueryCost": 2}


async def test_introspection_costs_the_same_for_who_sees_little(desk: Desk) -> None:
    """B47: and GraphiQL's own is well within the limit."""
    for key in ("admin", "nobody"):
        answer = await desk.ask(get_introspection_query(), await desk.member(key))
        assert answer.extensions["cost"] == {"requestedQueryCost": 1_000, "actualQueryCost": 1_000}


async def test_what_is_not_executed_has_no_cost(desk: Desk) -> None:
    for query in ("{ nothing }", "query ($n: Int!) { conversions(first: $n) { totalCount } }", "{"):
        answer = await desk.ask(query, await desk.member("admin"))
        assert not answer.executed
        assert answer.extensions == {}


def test_the_words_that_costs_go_by_mean_the_same_everywhere(desk: Desk) -> None:
    """`first` and `last` are of connections only, which have nodes and edges; so are `totalCount`s."""
    for name, type_ in desk.engine.api._schema.type_map.items():
        for field_name, field in type_.fields.items() if isinstance(type_, GraphQLObjectType) else ():
            if name.startswith("__"):
                continue
            returned = str(field.type).rstrip("!")
            assert ("first" in field.args) == ("last" in field.args) == returned.endswith("Connection")
            assert (field_name == "totalCount") <= name.endswith("Connection")
            assert (field_name in ("nodes", "edges")) <= (name.endswith("Connection") or name == "Query")
            assert ("ids" in field.args) == ((name, field_name) in (("Query", "nodes"), ("Viewer", "versions")))
