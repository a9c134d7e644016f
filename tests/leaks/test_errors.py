"""What goes wrong is said without saying how it was found, and to everybody in the same words (LK8)."""

from __future__ import annotations

import pytest
from desk import LIVING, Desk
from door import Door, whole
from graphql import GraphQLObjectType

WRONG_VALUES = {
    "a number that is none": (
        "query ($v: Decimal) { conversions(first: 1, where: { fxRate: { eq: $v } }) { totalCount } }",
        "1e400x",
    ),
    "a moment that is none": (
        "query ($v: DateTime) { conversions(first: 1, where: { eventAt: { eq: $v } }) { totalCount } }",
        "2026-02-30T00:00:00Z",
    ),
    "an id that is none": ("query ($v: ID!) { node(id: $v) { id } }", "x'; SELECT 1"),
    "a cursor that is none": (
        "query ($v: String) { conversions(first: 1, after: $v) { totalCount nodes { id } } }",
        "x'",
    ),
}
TELLING = ("SELECT", "asyncpg", "sqlalchemy", "Traceback", "relation", ".py", "psql", "numeric", "timestamp")


@pytest.mark.parametrize(("query", "value"), WRONG_VALUES.values(), ids=WRONG_VALUES)
async def test_what_is_wrong_is_said_without_saying_how_it_was_found(door: Door, query: str, value: str) -> None:
    """LK8: no text of the database or the program; the same for whoever has the field and sees much of it or little."""
    asked = [key for key in LIVING if "conversions" not in query or await has_the_field(door.desk, key, query)]
    answers = {whole(await door.ask(key, query, {"v": value})) for key in asked}
    assert len(asked) > 9
    assert len(answers) == 1
    (answer,) = answers
    assert b'"code":"BAD_INPUT"' in answer
    assert not [word for word in TELLING if word.lower() in answer.decode().lower()]


async def has_the_field(desk: Desk, key: str, query: str) -> bool:
    """Whether a member has conversions and the column that is filtered by; who has not, gets what made-up names get."""
    view = desk.view(await desk.member(key))._schema.type_map
    filtered = next((name for name in ("fxRate", "eventAt") if name in query), "status")
    type_ = view.get("Conversion")
    return isinstance(type_, GraphQLObjectType) and filtered in type_.fields
