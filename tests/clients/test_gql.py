"""E12: the Python client gql over a real socket, as every member of the demo cast."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from callers import LIVING, REFUSED, Caller, Callers, Refused
from everything import PAGE, everything, has_global_ids, hidden_places, root_connections
from graphql import build_schema, find_breaking_changes, parse, validate
from shipped import shipped_operations

from sightline.schema.limits import MOST_ROOT_FIELDS

WIDEST, OWNER = "admin", "manager"
PAGED = 2
MOST_ERRORS = 5
OPERATIONS = shipped_operations()


async def _of_each(caller: Caller, names: Sequence[str], selection: str) -> dict[str, Any]:
    """The same selection of every connection, in as many documents as the limit of fields at the root asks for."""
    found: dict[str, Any] = {}
    for at in range(0, len(names), MOST_ROOT_FIELDS):
        asked = " ".join(f"{name}{selection}" for name in names[at : at + MOST_ROOT_FIELDS])
        found |= await caller.read(f"{{ {asked} }}")
    return found


async def _sizes(caller: Caller, names: tuple[str, ...]) -> dict[str, int]:
    found = await _of_each(caller, names, "(first: 1) { totalCount }")
    return {name: page["totalCount"] for name, page in found.items()}


@pytest.mark.parametrize("member", LIVING)
async def test_e12_everything_a_member_is_offered_is_answered(callers: Callers, member: str) -> None:
    """E12: introspected, validated by the client, sent, and answered whole: no errors, nothing null that is a page."""
    schema = await callers.schema(member)
    async with callers.calling(member, schema=schema) as caller:
        answers = [await caller.read(document) for document in everything(schema)]
    data = {name: value for answer in answers for name, value in answer.items()}
    assert data.keys() == {*root_connections(schema), "viewer"}
    assert data["viewer"]["paths"]
    rows = 0
    for name in root_connections(schema):
        page = data[name]
        edges = page["edges"]
        rows += len(edges)
        assert len(edges) == min(PAGE, page["totalCount"]), name
        assert all(edge["node"] for edge in edges), name
        assert page["pageInfo"] == {
            "hasNextPage": page["totalCount"] > PAGE,
            "hasPreviousPage": False,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        }
    assert rows > 0


async def test_e12_the_demo_has_rows_behind_every_root_connection(callers: Callers) -> None:
    """E12: whoever sees all finds something everywhere, but for what is its owner's alone."""
    empty: list[set[str]] = []
    for member in (WIDEST, OWNER):
        schema = await callers.schema(member)
        async with callers.calling(member, schema=schema) as caller:
            sizes = await _sizes(caller, root_connections(schema))
        empty.append({name for name in root_connections(schema) if sizes[name] == 0})
    assert empty[0] <= {"customMetrics", "savedReports", "reportSchedules", "reportExports"}
    assert not empty[0] & empty[1]


@pytest.mark.parametrize("member", LIVING)
async def test_e12_pages_meet(callers: Callers, member: str) -> None:
    """E12: forwards and backwards by cursors, every row once, in the order of one large page."""
    schema = await callers.schema(member)
    async with callers.calling(member, schema=schema) as caller:
        sizes = await _sizes(caller, root_connections(schema))
        size, name = min((size, name) for name, size in sizes.items() if size > 0)
        page = "{ edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
        whole = (await caller.read(f"{{ {name}(first: 100) {page} }}"))[name]
        forward, backward = (
            f"query Page($cursor: String) {{ {name}({size_argument}: {PAGED}, {cursor}: $cursor) {page} }}"
            for size_argument, cursor in (("first", "after"), ("last", "before"))
        )
        onwards: list[Any] = []
        back: list[Any] = []
        more, cursor = True, None
        while more:
            found = (await caller.read(forward, cursor=cursor))[name]
            onwards += found["edges"]
            more, cursor = found["pageInfo"]["hasNextPage"], found["pageInfo"]["endCursor"]
        more, cursor = True, None
        while more:
            found = (await caller.read(backward, cursor=cursor))[name]
            back = found["edges"] + back
            more, cursor = found["pageInfo"]["hasPreviousPage"], found["pageInfo"]["startCursor"]
    assert len(whole["edges"]) == min(size, 100)
    assert onwards[:100] == whole["edges"]
    assert back == onwards
    assert len({edge["node"]["id"] for edge in onwards}) == size


async def test_e12_rows_are_found_again_by_their_ids(callers: Callers) -> None:
    """E12: `nodes` for whoever sees them; null, not an error, for whoever does not."""
    schema = await callers.schema(WIDEST)
    names = [name for name in root_connections(schema) if has_global_ids(schema, name)]
    lookup = "query Rows($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    async with callers.calling(WIDEST, schema=schema) as caller:
        found = await _of_each(caller, names, f"(first: {PAGE}) {{ nodes {{ __typename id }} }}")
        rows = [row for name in names for row in found[name]["nodes"]][:100]
        assert (await caller.read(lookup, ids=[row["id"] for row in rows]))["nodes"] == rows
    async with callers.calling("nobody") as caller:
        seen = (await caller.read(lookup, ids=[row["id"] for row in rows]))["nodes"]
    assert len(seen) == len(rows)
    assert None in seen


async def test_e12_a_cursor_is_of_its_viewer_and_connection(callers: Callers) -> None:
    """E12, api 1: another's cursor, one of another connection, and a made-up one are bad input."""
    page = "query Page($cursor: String) { programs(first: 1, after: $cursor) { pageInfo { endCursor } } }"
    other = "query Page($cursor: String) { organizations(first: 1, after: $cursor) { pageInfo { endCursor } } }"
    async with callers.calling("adv-admin") as caller:
        cursor = (await caller.read(page))["programs"]["pageInfo"]["endCursor"]
        refusals = [await caller.refusal(other, cursor=cursor), await caller.refusal(page, cursor="made up")]
    async with callers.calling("partner-admin") as caller:
        refusals.append(await caller.refusal(page, cursor=cursor))
    assert [refused.codes for refused in refusals] == [{"BAD_INPUT"}] * 3


@pytest.mark.parametrize("member", [*REFUSED, None])
async def test_e12_whoever_is_refused_gets_401_and_no_schema(callers: Callers, member: str | None) -> None:
    """E12, E3: suspended, expired, revoked and anonymous callers learn nothing."""
    async with callers.calling(member) as caller:
        for document in ("{ __typename }", "{ __schema { types { name } } }", "{ viewer { paths { kind } } }"):
            refused = await caller.refusal(document)
            assert refused == Refused(401, frozenset({"UNAUTHENTICATED"}), frozenset(), None)


@pytest.mark.parametrize("member", LIVING)
async def test_e12_documents_of_others_fail_at_what_is_hidden_and_nowhere_else(callers: Callers, member: str) -> None:
    """E12: what the widest viewer and the next of the cast may ask, asked by a member."""
    mine = await callers.schema(member)
    following = LIVING[(LIVING.index(member) + 1) % len(LIVING)]
    async with callers.calling(member) as caller:  # without a schema: nothing is validated before it is sent
        for other in {WIDEST, following} - {member}:
            theirs = await callers.schema(other)
            for document in everything(theirs):
                hidden = hidden_places(document, theirs, mine)
                errors = validate(mine, parse(document), hide_suggestions=True)
                assert {(at.line, at.column) for error in errors for at in error.locations or ()} == hidden
                if not hidden:
                    assert await caller.read(document)
                    continue
                refused = await caller.refusal(document)
                assert refused.codes == {"BAD_INPUT"}
                assert refused.data is None
                assert refused.places <= hidden
                assert len(refused.places) == min(MOST_ERRORS, len(hidden))


@pytest.mark.parametrize(("name", "document"), OPERATIONS.items(), ids=OPERATIONS)
async def test_e10_shipped_documents_are_answered(callers: Callers, name: str, document: str) -> None:
    """E10: every operation of the documents that types are made of."""
    async with callers.calling(WIDEST, schema=await callers.schema(WIDEST)) as caller:
        program = (await caller.read("{ programs(first: 1) { nodes { id } } }"))["programs"]["nodes"][0]["id"]
        given = {"first": PAGE, "id": program}
        answer = await caller.read(document, name, **given)
    assert all(answer.values())


async def test_e12_the_command_line_prints_the_schema_of_its_caller(callers: Callers) -> None:
    """E12: gql-cli --print-schema, as somebody with less than everything."""
    member = "partner-guest"
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("gql-cli")),
        *(callers.url, "--print-schema", "--transport", "httpx"),
        *("--headers", f"authorization:Bearer {callers.token(member)}"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    told, fetched = build_schema(printed.decode()), await callers.schema(member)
    assert find_breaking_changes(told, fetched) == []
    assert find_breaking_changes(fetched, told) == []
