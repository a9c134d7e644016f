"""The schema view taken away on purpose: the view of the rows and the guard of the fields still show nothing hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from desk import Desk
from graphql import ExecutionResult, execute, parse, validate
from kinds_of_viewers import viewers

from sightline.authz.visibility import Deny
from sightline.db.authorised import DeniedColumnError
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.identity import Principal
from sightline.resolvers.operation import Operation
from sightline.schema.quiet import QuietExecutor
from sightline.schema.wanted import wanted_columns

VIEWERS = viewers()
EVERY_BIT = (1 << 4096) - 1


async def bypassed(
    desk: Desk, query: str, viewer: Principal, *, honest: bool = False, permitted: int | None = None
) -> ExecutionResult:
    """The result on the full schema, as if the viewer's view were not there.

    With `honest` only the columns that the viewer has are read; `permitted` are the guard's bits, the viewer's own
    where not given.
    """
    engine, schema, document = desk.engine, desk.engine.api._schema, parse(query)
    assert not validate(schema, document)
    visibility = engine.visibility(viewer)

    async def work(snapshot: Snapshot) -> ExecutionResult:
        operation = Operation(engine.services, viewer, visibility, snapshot)
        wanted: Mapping[str, frozenset[str]] = wanted_columns(schema, document)
        if honest:
            wanted = {
                entity: frozenset(each for each in columns if not isinstance(visibility.decide(entity, each), Deny))
                for entity, columns in wanted.items()
            }
        operation.wanted = wanted
        operation.permitted = desk.view(viewer).permitted if permitted is None else permitted
        result = execute(schema, document, context_value=operation, executor_class=QuietExecutor)
        return result if isinstance(result, ExecutionResult) else await result

    return await in_snapshot(engine.database.reads, work)


def causes(result: ExecutionResult) -> set[type[BaseException]]:
    return {type(error.original_error) for error in result.errors or () if error.original_error is not None}


def data_of(result: ExecutionResult) -> dict[str, Any]:
    assert result.data is not None
    return result.data


MONEY = "{ conversions(first: 50) { nodes { id revenue { amount } profit { amount } payout { amount } } } }"


async def test_the_guard_answers_null_for_what_the_viewer_lacks(desk: Desk) -> None:
    """An affiliate manager without revenue, over columns that were not read: null, and the rest as it is."""
    viewer = await desk.member("affiliate-manager-all")
    result = await bypassed(desk, MONEY, viewer, honest=True)
    assert not result.errors
    nodes = data_of(result)["conversions"]["nodes"]
    assert len(nodes) == 50
    assert {(node["revenue"], node["profit"]) for node in nodes} == {(None, None)}
    assert any(node["payout"] is not None for node in nodes)


async def test_the_view_refuses_a_column_the_viewer_lacks(desk: Desk) -> None:
    """The same document reading what it names: the statement is refused before it runs."""
    result = await bypassed(desk, MONEY, await desk.member("affiliate-manager-all"))
    assert data_of(result) == {"conversions": None} or data_of(result)["conversions"]["nodes"] is None
    assert causes(result) == {DeniedColumnError}


async def test_a_guard_that_says_yes_has_nothing_to_show(desk: Desk) -> None:
    """Both bypassed, the view of the schema and the guard: the row has no such column."""
    viewer = await desk.member("affiliate-manager-all")
    result = await bypassed(desk, MONEY, viewer, honest=True, permitted=EVERY_BIT)
    nodes = data_of(result)["conversions"]["nodes"]
    assert {(node["revenue"], node["profit"]) for node in nodes} == {(None, None)}
    assert KeyError in causes(result)


@pytest.mark.parametrize(
    "arguments",
    [
        "where: { revenue: { gt: 0 } }",
        "where: { or: [{ status: { eq: PENDING } }, { not: { profit: { lt: 5 } } }] }",
        "orderBy: [{ field: REVENUE }]",
    ],
)
@pytest.mark.parametrize("part", ["totalCount", "nodes { id }", "pageInfo { hasNextPage }"])
async def test_filters_and_orders_on_hidden_columns_are_refused(desk: Desk, arguments: str, part: str) -> None:
    """LK1, LK2: whatever names the column, the relation does not have it (a count has no order)."""
    viewer = await desk.member("affiliate-manager-all")
    result = await bypassed(desk, f"{{ conversions(first: 2, {arguments}) {{ {part} }} }}", viewer)
    if "orderBy" in arguments and part == "totalCount":
        assert not result.errors
        return
    assert causes(result) == {DeniedColumnError}
    assert part.split()[0] not in str(result.data)


async def test_an_entity_that_is_hidden_has_no_rows(desk: Desk) -> None:
    """Counted, listed, or looked up by a real id."""
    viewer = await desk.member("nobody")
    query = "{ payoutInvoices(first: 5) { totalCount nodes { id } } companies(first: 5) { totalCount nodes { id } } }"
    result = await bypassed(desk, query, viewer)
    assert not result.errors
    empty = {"totalCount": 0, "nodes": []}
    assert data_of(result) == {"payoutInvoices": empty, "companies": empty}


async def test_a_reverse_edge_over_a_hidden_reference_is_refused(desk: Desk) -> None:
    """A guest from whom partner names are hidden cannot find rows from the partner's side."""
    viewer = await desk.member("hidden-guest")
    query = "{ programs(first: 3) { nodes { id conversions(first: 3) { nodes { id partnerProfile { name } } } } } }"
    result = await bypassed(desk, query, viewer, honest=True)
    text = str(result.data)
    assert "conversions" in text
    assert "'name'" not in text


@pytest.mark.parametrize("name", VIEWERS)
async def test_a_guard_stands_on_every_guarded_field(desk: Desk, name: str) -> None:
    """The bits of a view are those of exactly the guarded fields in it."""
    view = desk.view(VIEWERS[name])
    bits = {guard.coordinate: bool(view.permitted >> guard.bit & 1) for guard in desk.engine.api.guards}
    fields = {
        f"{type_.name}.{field}" for type_ in view._schema.type_map.values() for field in getattr(type_, "fields", ())
    }
    # A type that nothing leads to is not in the view, though its fields are allowed.
    reachable = {coordinate for coordinate in bits if coordinate.split(".")[0] in view._schema.type_map}
    assert {each for each in reachable if bits[each]} == reachable & fields


async def test_masked_cells_are_named_once_and_shown_as_null(desk: Desk) -> None:
    """RC12: a conditional cell is null where it is masked, and its coordinate is in the extensions once."""
    viewer = await desk.member("partner-admin")
    query = "{ conversions(first: 100) { nodes { saleAmount { amount } again: saleAmount { amount } status } } }"
    answer = await desk.ask(query, viewer)
    assert not answer.errors
    assert answer.data is not None
    cells = [node["saleAmount"] for node in answer.data["conversions"]["nodes"]]
    assert None in cells
    assert answer.extensions["authorization"] == {"masked": ["Conversion.saleAmount"]}
