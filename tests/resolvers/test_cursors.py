"""Cursors: sealed, deterministic, of one viewer and one query, and refused in any other spelling (LK17)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.db import queries
from sightline.db.queries import Compound, Connective, Operator, OrderKey, Parent, Selection
from sightline.db.secrets import Secrets
from sightline.resolvers.cursors import Cursors, MalformedCursorError, query_name
from sightline.resolvers.global_ids import Key

CURSORS = Cursors.of(Secrets(b"a secret for cursors, of some length....."))
FOREIGN = Cursors.of(Secrets(b"another secret for cursors, as long......"))

moments = st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 53), 1 << 53),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
    st.decimals(allow_nan=False, allow_infinity=False, places=4),
    moments,
    st.dates(),
)


@given(st.lists(values, max_size=6).map(tuple))
def test_a_cursor_leads_back_to_its_sort_values(given_values: tuple[object, ...]) -> None:
    """Every type that rows are ordered by, dates too."""
    cursor = CURSORS.seal(given_values, viewer="user:1", query="q")
    opened = CURSORS.open(cursor, viewer="user:1", query="q")
    assert opened == given_values
    assert [type(each) for each in opened] == [type(each) for each in given_values]
    assert cursor == CURSORS.seal(given_values, viewer="user:1", query="q")


def test_a_day_is_sealed() -> None:
    """Invoices are ordered by the days of their period."""
    day = (date(2026, 1, 31), 7)
    assert CURSORS.open(CURSORS.seal(day, viewer="v", query="q"), viewer="v", query="q") == day


def test_a_large_id_is_kept_exactly() -> None:
    """Ids of facts have 64 bits, which JSON readers elsewhere would round."""
    for number in ((1 << 63) - 1, -(1 << 63)):
        assert CURSORS.open(CURSORS.seal((number,), viewer="v", query="q"), viewer="v", query="q") == (number,)


def test_the_length_of_a_cursor_tells_no_key() -> None:
    """LK17, D4: an id in sequence has as many digits as its table has rows, those of others among them."""
    keys: list[tuple[object, ...]] = [(1,), (10**6,), ((1 << 63) - 1,), (1, 1), ((1 << 63) - 1, (1 << 48) - 1)]
    assert len({len(CURSORS.seal(key, viewer="v", query="q")) for key in keys}) == 1


def test_a_moment_keeps_its_offset_and_a_decimal_its_digits() -> None:
    moment = datetime(2026, 1, 1, 3, tzinfo=timezone(timedelta(hours=3)))
    opened = CURSORS.open(CURSORS.seal((moment, Decimal("1.2000")), viewer="v", query="q"), viewer="v", query="q")
    assert opened == (moment, Decimal("1.2"))
    assert str(opened[1]) == "1.2000"


def test_what_rows_are_not_ordered_by_is_no_part_of_a_cursor() -> None:
    with pytest.raises(TypeError):
        CURSORS.seal((1.5,), viewer="v", query="q")


OF_ANOTHER = {
    "another viewer": ("user:2", "q"),
    "a key of the same viewer": ("key:1", "q"),
    "another query": ("user:1", "r"),
    "both moved": ("user:1q", ""),
    "none": ("", ""),
}


@pytest.mark.parametrize(("viewer", "query"), OF_ANOTHER.values(), ids=OF_ANOTHER)
def test_a_cursor_opens_for_its_viewer_and_its_query_only(viewer: str, query: str) -> None:
    with pytest.raises(MalformedCursorError):
        CURSORS.open(CURSORS.seal((1, "a"), viewer="user:1", query="q"), viewer=viewer, query=query)


def test_a_cursor_of_another_installation_is_none() -> None:
    with pytest.raises(MalformedCursorError):
        CURSORS.open(FOREIGN.seal((1,), viewer="v", query="q"), viewer="v", query="q")


def test_a_cursor_shows_none_of_its_values() -> None:
    cursor = CURSORS.seal(("918273.6455", Decimal("918273.6455")), viewer="v", query="q")
    assert "918273" not in cursor
    assert cursor != CURSORS.seal(("918273.6456", Decimal("918273.6455")), viewer="v", query="q")


@given(st.text(max_size=200))
def test_garbage_is_no_cursor(text: str) -> None:
    with pytest.raises(MalformedCursorError):
        CURSORS.open(text, viewer="v", query="q")


def test_a_text_as_long_as_a_book_is_no_cursor() -> None:
    with pytest.raises(MalformedCursorError):
        CURSORS.open("A" * 1_000_000, viewer="v", query="q")


@pytest.mark.parametrize("length", range(1, 7))
def test_every_edit_of_one_character_is_noticed(length: int) -> None:
    """Also one that only changes bits which the decoder would ignore."""
    cursor = CURSORS.seal(("x" * length,), viewer="v", query="q")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    edits = {cursor[:at] + letter + cursor[at + 1 :] for at in range(len(cursor)) for letter in alphabet}
    edits |= {cursor[:at] + cursor[at + 1 :] for at in range(len(cursor))}
    for edited in edits - {cursor}:
        with pytest.raises(MalformedCursorError):
            CURSORS.open(edited, viewer="v", query="q")


@pytest.mark.parametrize("added", ["=", "==", "!", "\n", " ", ".", "\u0000", "é"])
def test_nothing_can_be_added_to_a_cursor(added: str) -> None:
    cursor = CURSORS.seal(("abc", 1), viewer="v", query="q")
    for edited in (cursor + added, added + cursor, cursor[:5] + added + cursor[5:]):
        with pytest.raises(MalformedCursorError):
            CURSORS.open(edited, viewer="v", query="q")


SELECTION = Selection("conversion", Compound(Connective.AND, (queries.Test("status", Operator.EQ, "PENDING"),)))
ORDER = (OrderKey("event_at", descending=True),)
OTHER_QUERIES = {
    "another entity": (Selection("click", SELECTION.where), ORDER, None),
    "no filter": (Selection("conversion"), ORDER, None),
    "another value": (Selection("conversion", queries.Test("status", Operator.EQ, "APPROVED")), ORDER, None),
    "another operator": (Selection("conversion", queries.Test("status", Operator.NOT_IN, ("PENDING",))), ORDER, None),
    "another direction": (SELECTION, (OrderKey("event_at"),), None),
    "another order": (SELECTION, (), None),
    "a parent": (Selection("conversion", SELECTION.where, Parent("program_id")), ORDER, Key(1)),
    "another parent": (Selection("conversion", SELECTION.where, Parent("program_id")), ORDER, Key(2)),
}


def test_equal_queries_have_one_name_and_different_ones_have_their_own() -> None:
    names = {query_name(*query) for query in OTHER_QUERIES.values()} | {query_name(SELECTION, ORDER, None)}
    assert len(names) == len(OTHER_QUERIES) + 1
    again = Selection("conversion", Compound(Connective.AND, (queries.Test("status", Operator.EQ, "PENDING"),)))
    assert query_name(again, (OrderKey("event_at", descending=True),), None) == query_name(SELECTION, ORDER, None)
