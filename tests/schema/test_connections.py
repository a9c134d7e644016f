"""Pages, orders and filters as a client meets them: what is wrong is BAD_INPUT, never an error of ours (api 1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from desk import Desk, as_bytes, code_of
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLSchema, get_named_type

from sightline.resolvers.global_ids import Key
from sightline.schema.model import CATALOGUE
from sightline.schema.names import camel, plural, type_name

ROOTS = {entity.name: camel(plural(entity)) for entity in CATALOGUE.served if "id" in entity.key}

PAGES = {
    "neither first nor last": "",
    "both first and last": "first: 1, last: 1",
    "none at all": "first: 0",
    "one too many": "first: 101",
    "one too many from the end": "last: 101",
    "less than none": "first: -1",
    "less than none from the end": "last: -5",
    "after with last": 'last: 1, after: "x"',
    "before with first": 'first: 1, before: "x"',
    "null": "first: null",
    "a number too long to be one": "first: 99999999999999999999",
}


@pytest.mark.parametrize("arguments", PAGES.values(), ids=PAGES)
async def test_a_page_has_one_to_a_hundred_rows(desk: Desk, arguments: str) -> None:
    """api 1: `first` or `last`, 1 to 100, whichever part of the connection is asked for."""
    given = f"({arguments})" if arguments else ""
    for part in ("nodes { id }", "pageInfo { hasNextPage }", "totalCount"):
        answer = await desk.ask(f"{{ programs{given} {{ {part} }} }}", await desk.member("admin"))
        assert code_of(answer) == "BAD_INPUT"
        assert not (answer.data or {}).get("programs")


@pytest.mark.parametrize("size", [0, 101, -1, 2**31, 1.5, "10", True])
async def test_a_page_size_in_a_variable_is_held_to_the_same(desk: Desk, size: Any) -> None:
    query = "query ($n: Int) { programs(first: $n) { nodes { id } } }"
    assert code_of(await desk.ask(query, await desk.member("admin"), n=size)) == "BAD_INPUT"


async def test_the_smallest_and_the_largest_page(desk: Desk) -> None:
    admin = await desk.member("admin")
    for size in (1, 100):
        data = await desk.read(f"{{ conversions(first: {size}) {{ nodes {{ id }} }} }}", admin)
        assert len(data["conversions"]["nodes"]) == size


PAGE = (
    "query ($order: [{type}Order!], $after: String) { {root}(first: 2, after: $after, orderBy: $order) "
    "{ nodes { id } pageInfo { hasNextPage endCursor } } }"
)


SEEING = ("admin", "company-owner", "collab-owner", "many-hats")
"""Together they see every entity: staff see no company, and no payout method is staff's or a company's alone."""


def order_values(desk: Desk, entity: str) -> list[str]:
    type_ = desk.engine.api._schema.type_map[f"{type_name(CATALOGUE[entity])}OrderField"]
    assert isinstance(type_, GraphQLEnumType)
    return list(type_.values)


@pytest.mark.parametrize("entity", ROOTS)
async def test_every_order_can_be_paged_through(desk: Desk, entity: str) -> None:
    """Cursors over every type of column, in both directions: three pages without a row twice."""
    viewers = [await desk.member(key) for key in SEEING]
    query = PAGE.replace("{type}", type_name(CATALOGUE[entity])).replace("{root}", ROOTS[entity])
    viewer = next(each for each in viewers if ROOTS[entity] in desk.view(each)._schema.query_type.fields)  # type: ignore[union-attr]
    names = order_values(desk, entity)
    visible = desk.view(viewer)._schema.type_map[f"{type_name(CATALOGUE[entity])}OrderField"]
    assert isinstance(visible, GraphQLEnumType)
    for name in [each for each in names if each in visible.values]:
        for direction in ("ASC", "DESC"):
            after, met = None, []
            for _ in range(3):
                answer = await desk.ask(query, viewer, order=[{"field": name, "direction": direction}], after=after)
                assert not answer.errors, (name, direction, answer.errors)
                assert answer.data is not None
                page = answer.data[ROOTS[entity]]
                met += [node["id"] for node in page["nodes"]]
                after = page["pageInfo"]["endCursor"]
                if not page["pageInfo"]["hasNextPage"]:
                    break
            assert len(set(met)) == len(met), (name, direction)


VALUES: dict[str, Any] = {
    "StringFilter": "a",
    "IntFilter": 1,
    "DecimalFilter": "1.5",
    "DateTimeFilter": "2026-01-01T00:00:00Z",
    "DateFilter": "2026-01-01",
    "BooleanFilter": True,
}


@pytest.mark.parametrize("entity", ROOTS)
async def test_every_operator_of_every_filter_has_an_answer(desk: Desk, entity: str) -> None:
    """All columns that somebody may filter by, asked by somebody who may."""
    name, asked = type_name(CATALOGUE[entity]), 0
    some_id = desk.engine.services.ids.encode(entity, [Key(1)])[0]
    for key in SEEING:
        viewer = await desk.member(key)
        view = desk.view(viewer)._schema
        if f"{name}Filter" not in view.type_map:
            continue
        query = f"query ($where: {name}Filter) {{ {ROOTS[entity]}(first: 1, where: $where) {{ totalCount }} }}"
        for where in filters_of(view, f"{name}Filter", some_id=some_id):
            answer = await desk.ask(query, viewer, where=where)
            assert not answer.errors, where
            asked += 1
    assert asked


def filters_of(view: GraphQLSchema, name: str, *, some_id: str) -> Iterator[dict[str, Any]]:
    """One test per operator of each field of a filter that a view has."""
    visible = view.type_map[name]
    assert isinstance(visible, GraphQLInputObjectType)
    for field, member in visible.fields.items():
        operators = get_named_type(member.type)
        if field in ("and", "or", "not"):
            continue
        assert isinstance(operators, GraphQLInputObjectType)
        for operator, taken in operators.fields.items():
            inner = get_named_type(taken.type)
            value = VALUES.get(operators.name, some_id)
            if isinstance(inner, GraphQLEnumType):
                value = next(iter(inner.values))
            given = {"isNull": True, "in": [value, value], "notIn": [value]}.get(operator, value)
            yield {field: {operator: given}}


WRONG_FILTERS = {
    "too deep": "{ and: [{ or: [{ not: { status: { eq: PENDING } } }] }] }",
    "too deep in negation": "{ not: { not: { not: { locked: { eq: true } } } } }",
    "null": "{ source: { eq: null } }",
    "a null among values": '{ source: { in: ["a", null] } }',
    "too many values": "{ source: { in: [" + '"a" ' * 101 + "] } }",
    "too many parts": "{ or: [" + "{} " * 101 + "] }",
    "no decimal": '{ saleAmount: { gt: "many" } }',
    "not a number": '{ saleAmount: { gt: "NaN" } }',
    "a decimal beyond all measure": '{ saleAmount: { gt: "1e400" } }',
    "no moment": '{ eventAt: { gt: "yesterday" } }',
    "a moment without an offset": '{ eventAt: { gt: "2026-01-01T00:00:00" } }',
    "a moment before all time": '{ eventAt: { gt: "0001-01-01T00:00:00+14:00" } }',
    "a NUL": '{ source: { eq: "\\u0000" } }',
    "a NUL at the start": '{ source: { startsWith: "\\u0000" } }',
}


@pytest.mark.parametrize("where", WRONG_FILTERS.values(), ids=WRONG_FILTERS)
async def test_a_wrong_filter_is_bad_input(desk: Desk, where: str) -> None:
    """B22, B54 to B57, and the limits of a filter; listed and counted alike."""
    admin = await desk.member("admin")
    for part in ("nodes { id }", "totalCount"):
        answer = await desk.ask(f"{{ conversions(first: 1, where: {where}) {{ {part} }} }}", admin)
        assert code_of(answer) == "BAD_INPUT"


ODD_FILTERS = {
    "nothing": "{}",
    "as deep as may be": "{ and: [{ or: [{ status: { eq: PENDING } }] }] }",
    "none of nothing": "{ source: { notIn: [] } }",
    "one of nothing": "{ source: { in: [] } }",
    "a hundred values": "{ source: { in: [" + '"a" ' * 100 + "] } }",
    "a large decimal": '{ saleAmount: { gt: "9999999999999999999999.5" } }',
    "the last moment": '{ eventAt: { lt: "9999-12-31T23:59:59.999999Z" } }',
    "the first moment": '{ eventAt: { gt: "0001-01-01T00:00:00Z" } }',
    "null for a whole column": "{ source: null }",
    "a quote": '{ source: { eq: "x\'; DROP TABLE conversion; --" } }',
    "wildcards": '{ source: { startsWith: "%_\\\\" } }',
    "an emoji": '{ source: { startsWith: "\U0001f600" } }',
}


@pytest.mark.parametrize("where", ODD_FILTERS.values(), ids=ODD_FILTERS)
async def test_an_odd_filter_has_an_answer(desk: Desk, where: str) -> None:
    admin = await desk.member("admin")
    answer = await desk.ask(f"{{ conversions(first: 1, where: {where}) {{ totalCount nodes {{ id }} }} }}", admin)
    assert not answer.errors


@pytest.mark.parametrize("key", ["adv-admin", "partner-admin", "both-sides"])
@pytest.mark.parametrize(
    "test", ['saleAmount: { gt: "50" }', 'promoCode: { in: ["WELCOME10"] }', "goal: { isNull: true }"]
)
async def test_what_holds_and_what_does_not_are_all_rows(desk: Desk, key: str, test: str) -> None:
    """LK5: also where the cell is absent or masked: nothing holds of that, so its negation does, and no row is lost."""
    viewer = await desk.member(key)

    async def count(where: str) -> int:
        answer = await desk.read(f"{{ conversions(first: 1, where: {{ {where} }}) {{ totalCount }} }}", viewer)
        return int(answer["conversions"]["totalCount"])

    everything = await desk.read("{ conversions(first: 1) { totalCount } }", viewer)
    assert await count(test) + await count(f"not: {{ {test} }}") == everything["conversions"]["totalCount"]
    if " in: " in test:
        assert await count(test.replace(" in: ", " notIn: ")) == await count(f"not: {{ {test} }}")


async def test_a_decimal_is_compared_as_it_is_written(desk: Desk) -> None:
    """M3: not as the column would round it."""
    admin = await desk.member("admin")
    query = "query ($n: Decimal!) { conversions(first: 1, where: { saleAmount: { eq: $n } }) { totalCount } }"
    amount = "{ conversions(first: 1, where: { saleAmount: { gt: 1 } }) { nodes { saleAmount { amount } } } }"
    some = (await desk.read(amount, admin))["conversions"]["nodes"][0]["saleAmount"]["amount"]
    assert (await desk.read(query, admin, n=some))["conversions"]["totalCount"] > 0
    assert (await desk.read(query, admin, n=f"{some}00001"))["conversions"]["totalCount"] == 0


async def test_a_whole_number_of_json_is_a_decimal_and_a_fraction_is_none(desk: Desk) -> None:
    """M3: a binary fraction has lost what was written, a whole number has not."""
    admin = await desk.member("admin")
    query = "query ($n: Decimal!) { conversions(first: 1, where: { saleAmount: { gt: $n } }) { totalCount } }"
    assert await desk.read(query, admin, n=100) == await desk.read(query, admin, n="100")
    for wrong in (100.5, True, 10**41, None):
        assert code_of(await desk.ask(query, admin, n=wrong)) == "BAD_INPUT"


@pytest.mark.parametrize("number", [0, 1, 32_767, 32_768, -40_000, 2**31 - 1])
async def test_a_number_too_large_for_its_column_matches_nothing(desk: Desk, number: int) -> None:
    """Whole numbers are GraphQL's 32 bits, whatever the column is."""
    query = (
        "query ($n: Int!) { conversions(first: 2) { nodes { items(first: 5, where: { n: { eq: $n } }) "
        "{ totalCount nodes { n } } } } }"
    )
    answer = await desk.ask(query, await desk.member("admin"), n=number)
    assert not answer.errors


KEYS = ("STATUS", "EVENT_AT", "PAYOUT", "LOCKED", "SOURCE", "DEVICE")
WRONG_ORDERS = {
    "a key twice": "[{ field: STATUS }, { field: STATUS, direction: DESC }]",
    "six keys": "[" + " ".join(f"{{ field: {key} }}" for key in KEYS) + "]",
    "no such key": "[{ field: ZZZ }]",
    "no key": "[{ direction: ASC }]",
}


@pytest.mark.parametrize("order", WRONG_ORDERS.values(), ids=WRONG_ORDERS)
async def test_a_wrong_order_is_bad_input(desk: Desk, order: str) -> None:
    query = f"{{ conversions(first: 1, orderBy: {order}) {{ totalCount }} }}"
    answer = await desk.ask(query, await desk.member("admin"))
    assert code_of(answer) == "BAD_INPUT"


async def test_an_answer_is_the_same_every_time(desk: Desk) -> None:
    """Deterministic byte for byte: ids, cursors, order, and the names of what is masked."""
    viewer = await desk.member("partner-admin")
    query = "{ conversions(first: 20) { totalCount edges { cursor node { id saleAmount { amount } } } } }"
    assert as_bytes(await desk.ask(query, viewer)) == as_bytes(await desk.ask(query, viewer))
