"""One statement per level of the document, whatever the number of rows (authorization 5)."""

from __future__ import annotations

import pytest
from desk import Desk

THREE_LEVELS = """
query ($n: Int!) {
  conversions(first: $n) {
    nodes {
      id
      program { name advertiserProfile { name organization { name } } }
    }
  }
}
"""
LISTS_BELOW = """
query ($n: Int!) {
  programs(first: $n) {
    nodes {
      name
      enrollments(first: 3) { nodes { state affiliateAccount { name enrollments(first: 2) { nodes { id } } } } }
    }
  }
}
"""
SIBLINGS = """
query ($n: Int!) {
  conversions(first: $n) { nodes { program { name } affiliateAccount { name } items(first: 5) { nodes { n } } } }
}
"""
WHOLE_PAGE = """
query ($n: Int!) {
  conversions(first: $n) {
    edges { cursor node { id } }
    nodes { status }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
NOTHING_STORED = """
query ($n: Int) {
  viewer { paths { kind } canRead(coordinate: "User") }
  nodes(ids: []) { id }
  again: viewer @include(if: false) { user { memberships(first: $n) { totalCount } } }
}
"""
CASES = {
    "references, three levels": (THREE_LEVELS, 4),
    "lists below lists": (LISTS_BELOW, 4),
    "siblings on one level": (SIBLINGS, 4),
    "a page alone": ("query ($n: Int!) { conversions(first: $n) { nodes { id status } } }", 1),
    "a page with everything of it": (WHOLE_PAGE, 1),
    "a page with its count": ("query ($n: Int!) { conversions(first: $n) { totalCount nodes { id } } }", 2),
    "a count alone": ("query ($n: Int!) { conversions(first: $n) { totalCount } }", 1),
    "counts below": ("query ($n: Int!) { programs(first: $n) { nodes { conversions(first: 1) { totalCount } } } }", 2),
    "pages and counts below": (
        "query ($n: Int!) { programs(first: $n) { nodes { conversions(first: 1) { totalCount nodes { id } } } } }",
        3,
    ),
    "oneself": ("query ($n: Int) { viewer { user { name } paths { kind } } programs(first: $n) { nodes { id } } }", 2),
    "nothing stored": (NOTHING_STORED, 0),
}


@pytest.mark.parametrize(("query", "statements"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("size", [1, 7, 40, 100])
async def test_statements_are_counted_by_levels_and_not_by_rows(
    desk: Desk, query: str, statements: int, size: int
) -> None:
    if "conversions(first: 1) { totalCount nodes" in query or "enrollments" in query:
        size = min(size, 40)  # a price for more
    asked = await desk.count(query, await desk.member("admin"), n=size)
    assert not asked.answer.errors
    assert asked.statements == statements


async def test_the_same_rows_at_several_places_are_looked_up_together(desk: Desk) -> None:
    """Two lookups in one tick are one statement; the columns are those that the whole document asks for."""
    query = (
        "{ a: conversions(first: 50) { nodes { program { name } } } "
        "b: conversions(first: 50) { nodes { program { status } } } }"
    )
    asked = await desk.count(query, await desk.member("admin"))
    assert not asked.answer.errors
    assert asked.statements <= 4


async def test_ids_are_looked_up_together(desk: Desk) -> None:
    """`nodes` of one type in one statement, of several types in one each."""
    admin = await desk.member("admin")
    two = await desk.read(
        "{ a: programs(first: 30) { nodes { id } } b: conversions(first: 30) { nodes { id } } }", admin
    )
    programs, conversions = ([node["id"] for node in two[each]["nodes"]] for each in ("a", "b"))
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"
    for ids, statements in ((programs, 1), (programs + conversions, 2), (programs[:1] * 50, 1)):
        asked = await desk.count(query, admin, ids=ids)
        assert not asked.answer.errors
        assert asked.answer.data is not None
        assert [node["id"] for node in asked.answer.data["nodes"]] == ids
        assert asked.statements == statements


async def test_versions_are_read_together(desk: Desk) -> None:
    """One statement for each type, by whichever verbs, whatever the number of ids; what is counted apart is in it."""
    admin = await desk.member("admin")
    versions = "query ($ids: [ID!]!) { viewer { versions(ids: $ids) } }"
    listed = []
    for each in ("programs", "brands", "affiliateAccounts", "conversions"):
        answer = await desk.read(f"{{ {each}(first: 25) {{ nodes {{ id }} }} }}", admin)
        listed.append([node["id"] for node in answer[each]["nodes"]])
    for ids in ([each[0] for each in listed], [each[at] for at in range(7) for each in listed]):
        for kinds in range(1, 5):
            asked = await desk.count(versions, admin, ids=[id_ for at, id_ in enumerate(ids) if at % 4 < kinds])
            assert not asked.answer.errors
            assert asked.statements == kinds
    aliased = " ".join(f'v{at}: version(id: "{each}")' for at, each in enumerate(listed[0][:9]))
    asked = await desk.count(f"query ($ids: [ID!]!) {{ viewer {{ {aliased} versions(ids: $ids) }} }}", admin, ids=ids)
    assert asked.statements == 4


@pytest.mark.parametrize("key", ["adv-admin", "partner-admin", "collab-owner", "affiliate-manager", "nobody"])
async def test_every_viewer_costs_the_same_statements(desk: Desk, key: str) -> None:
    """LK16, LK26: what is hidden costs no statement more or less, as long as there are rows at all."""
    viewer = await desk.member(key)
    query = "{ programs(first: 20) { totalCount nodes { name enrollments(first: 2) { nodes { state } } } } }"
    if "enrollments" not in getattr(desk.view(viewer)._schema.type_map["Program"], "fields", {}):
        query = "{ programs(first: 20) { totalCount nodes { name } } }"
    asked = await desk.count(query, viewer)
    assert not asked.answer.errors
    assert asked.statements == query.count("(first") + 1
