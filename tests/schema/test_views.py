"""Views are kept per visibility and never mixed; and what we rely on in strawberry and graphql-core still holds."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest
from desk import Desk, as_bytes
from graphql import ExecutionResult, GraphQLSyntaxError, execute, parse, validate
from kinds_of_viewers import principal, viewers
from library_schema import Query, library, without
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import CustomGraphQLEnumType, GraphQLCoreConverter

from sightline.authz.grants import CollaboratorGrant, Grants, paths_of
from sightline.db.pool import Pool
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.schema.api import Api, View
from sightline.schema.quiet import QuietExecutor
from sightline.server.answers import GraphQLAnswer, GraphQLRequest

VIEWERS = viewers()
SUGGESTED = "{ bok { id } }"


def test_viewers_of_equal_shapes_share_a_view(desk: Desk) -> None:
    """Ids are bind parameters: other accounts do not make another visibility."""
    one, other = (
        principal(paths_of(Grants(user, collaborators=(CollaboratorGrant(user, "OWNER"),)))) for user in (1, 2)
    )
    assert one.paths != other.paths
    assert desk.view(one) is desk.view(other)
    assert desk.view(one) is not desk.view(VIEWERS["nobody"])
    assert desk.view(one) is desk.view(VIEWERS["collaborator, owner"])


def test_a_view_prepares_a_document_once(desk: Desk) -> None:
    view = desk.view(VIEWERS["administrator"])
    query = "{ viewer { paths { kind } } }"
    assert view.prepare(query) is view.prepare(query)
    assert desk.view(VIEWERS["nobody"]).prepare(query) is not view.prepare(query)


def test_a_view_is_made_by_the_api_only() -> None:
    with pytest.raises(TypeError, match="Api"):
        View()


def test_a_view_finds_no_type_that_is_hidden(desk: Desk) -> None:
    """LK12: strawberry's own way from a name to a type."""
    assert desk.view(VIEWERS["administrator"]).get_type_by_name("ConversionFilter") is not None
    assert desk.view(VIEWERS["nobody"]).get_type_by_name("ConversionFilter") is None
    assert desk.view(VIEWERS["nobody"]).get_type_by_name("Zonversion") is None


def test_views_are_valid_schemas_for_everybody(desk: Desk) -> None:
    for viewer in VIEWERS.values():
        assert desk.view(viewer)._schema.query_type is not None


MIXED = "{ conversions(first: 3) { nodes { id status revenue { amount } payout { amount } } } }"


async def alone(desk: Desk, key: str) -> bytes:
    return as_bytes(await desk.ask(MIXED, await desk.member(key)))


async def test_four_hundred_operations_of_two_viewers_do_not_mix(desk: Desk) -> None:
    """LK19: the same document in the same process; who lacks revenue never gets it, in whatever order they come."""
    keys = ("manager", "adv-admin", "approved-only", "affiliate-manager")
    expected = {key: await alone(desk, key) for key in keys}
    assert len(set(expected.values())) == len(keys)
    members = [(key, await desk.member(key)) for key in keys]

    async def ask(snapshot: Snapshot, at: int) -> tuple[str, GraphQLAnswer]:
        key, viewer = members[at % len(members)]
        return key, await desk.engine.answer(GraphQLRequest(MIXED), viewer, snapshot)

    async def hundred(snapshot: Snapshot) -> list[tuple[str, GraphQLAnswer]]:
        return await asyncio.gather(*(ask(snapshot, at) for at in range(100)))

    pool: Pool = desk.engine.database.reads
    answered = await asyncio.gather(*(in_snapshot(pool, hundred) for _ in range(4)))
    assert sum(map(len, answered)) == 400
    for several in answered:
        for key, answer in several:
            assert as_bytes(answer) == expected[key], key


# Canaries: each fails when a new release changes what the engine relies on.


def test_canary_execute_takes_an_executor_class() -> None:
    assert "executor_class" in inspect.signature(execute).parameters
    seen: list[str] = []

    class Noticed(QuietExecutor):
        @classmethod
        def build(cls, *arguments: Any, **options: Any) -> Any:
            seen.append("built")
            return super().build(*arguments, **options)

    result = execute(without(), parse("{ book { id } }"), root_value=Query(), executor_class=Noticed)
    assert isinstance(result, ExecutionResult)
    assert (result.data, seen) == ({"book": {"id": 1}}, ["built"])


def test_canary_the_executor_asks_whether_a_runtime_type_is_valid() -> None:
    """Stock graphql-core names the hidden type; so our override is needed, and is called."""
    taken = list(inspect.signature(StrawberryGraphQLCoreExecutionContext.ensure_valid_runtime_type).parameters)
    assert taken == list(inspect.signature(QuietExecutor.ensure_valid_runtime_type).parameters)
    schema, query = without("Leaflet.colour"), parse('{ found(kind: "leaflet") { __typename } }')
    stock = execute(schema, query, executor_class=StrawberryGraphQLCoreExecutionContext)
    quiet = execute(schema, query, executor_class=QuietExecutor)
    assert isinstance(stock, ExecutionResult)
    assert isinstance(quiet, ExecutionResult)
    assert "Leaflet" in str(stock.errors)
    assert "Leaflet" not in str(quiet.errors)


def test_canary_validate_hides_suggestions_when_told() -> None:
    schema, query = library()._schema, parse(SUGGESTED)
    assert "Did you mean" in validate(schema, query)[0].message
    assert "Did you mean" not in validate(schema, query, hide_suggestions=True)[0].message


def test_canary_the_executor_hides_suggestions_in_variables() -> None:
    schema = library()._schema
    query, wrong = parse("query ($w: Wish) { shelfIsAMember(wish: $w) }"), {"w": {"titel": "x"}}
    stock = execute(schema, query, variable_values=wrong, executor_class=StrawberryGraphQLCoreExecutionContext)
    quiet = execute(schema, query, variable_values=wrong, executor_class=QuietExecutor)
    assert isinstance(stock, ExecutionResult)
    assert isinstance(quiet, ExecutionResult)
    assert "Did you mean" in str(stock.errors)
    assert "Did you mean" not in str(quiet.errors)


def test_canary_parse_counts_tokens() -> None:
    with pytest.raises(GraphQLSyntaxError, match="10 tokens"):
        parse("{ a b c d e f g h i j k }", max_lexical_tokens=10)
    parse("{ a }", max_lexical_tokens=10)


def test_canary_enums_and_definitions_are_where_they_were() -> None:
    shelf = library()._schema.type_map["Shelf"]
    assert isinstance(shelf, CustomGraphQLEnumType)
    assert GraphQLCoreConverter.DEFINITION_BACKREF in shelf.extensions
    book = library()._schema.type_map["Book"]
    assert "strawberry-definition" in book.fields["pages"].extensions  # type: ignore[attr-defined]


def test_the_api_is_one_schema_for_all_views(desk: Desk) -> None:
    assert isinstance(desk.engine.api, Api)
    assert desk.view(VIEWERS["nobody"]).execution_context_class is QuietExecutor
