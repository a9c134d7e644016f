"""Global ids: opaque, deterministic, and nothing else decrypts to one (AC7, B77)."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.db.secrets import Secrets
from sightline.resolvers.global_ids import GlobalIds, Key, MalformedIdError

ENTITIES = ("program", "conversion")
IDS = GlobalIds.of(Secrets(b"a secret for ids, of some length and more"), ENTITIES)
OTHERS = GlobalIds.of(Secrets(b"another secret for ids, of some length.."), ENTITIES)

keys = st.builds(Key, st.integers(0, (1 << 63) - 1), st.integers(0, (1 << 48) - 1))


@given(keys, st.sampled_from(ENTITIES))
def test_an_id_leads_back_to_its_row(key: Key, entity: str) -> None:
    (text,) = IDS.encode(entity, [key])
    assert IDS.decode(text) == (entity, key)
    assert len(text) == 22
    assert [text] == IDS.encode(entity, [key])


@given(keys, keys)
def test_different_rows_have_different_ids(one: Key, other: Key) -> None:
    assert (IDS.encode("program", [one]) == IDS.encode("program", [other])) is (one == other)
    assert IDS.encode("program", [one]) != IDS.encode("conversion", [one])


def test_a_page_of_ids_is_made_in_order() -> None:
    several = [Key(number, number % 3) for number in range(100)]
    assert IDS.encode("program", several) == [IDS.encode("program", [key])[0] for key in several]
    assert IDS.encode("program", []) == []


def test_neighbours_do_not_look_alike() -> None:
    """An id that could be counted up would tell how many rows there are."""
    first, second = IDS.encode("conversion", [Key(1, 1), Key(2, 1)])
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 8


@given(st.text(max_size=30))
def test_garbage_is_no_id(text: str) -> None:
    with pytest.raises(MalformedIdError):
        IDS.decode(text)


@given(keys, st.integers(0, 21), st.sampled_from("AQgw_-05z"))
def test_an_edited_id_is_another_one_or_none(key: Key, at: int, letter: str) -> None:
    """No edit leads to the same row, and one that does not hit a known tag is refused."""
    (text,) = IDS.encode("program", [key])
    edited = text[:at] + letter + text[at + 1 :]
    try:
        found = IDS.decode(edited)
    except MalformedIdError:
        return
    assert edited == text or found != ("program", key)


@given(keys)
def test_an_id_has_one_spelling(key: Key) -> None:
    (text,) = IDS.encode("program", [key])
    for other in (text + "==", text + "\n", f" {text}", text[:-1], text + "A", text.swapcase()):
        if other != text:
            assert found_by(other) != ("program", key)


def found_by(text: str) -> tuple[str, Key] | None:
    try:
        return IDS.decode(text)
    except MalformedIdError:
        return None


def test_an_id_of_another_installation_is_none() -> None:
    """All but about one in twenty thousand, which then names some other row and shows nothing of the first."""
    foreign = OTHERS.encode("program", [Key(number) for number in range(200)])
    for number, text in enumerate(foreign):
        try:
            assert IDS.decode(text) != ("program", Key(number))
        except MalformedIdError:
            continue


def test_a_block_with_the_tag_of_nothing_is_none() -> None:
    taken = {int.from_bytes(hashlib.sha256(name.encode()).digest()[:2]) for name in ENTITIES}
    nothing = next(tag for tag in range(1 << 16) if tag not in taken)
    block = IDS.cipher.encryptor().update(nothing.to_bytes(2) + bytes(14))
    with pytest.raises(MalformedIdError):
        IDS.decode(urlsafe_b64encode(block)[:22].decode())


def test_an_id_beyond_what_a_column_holds_is_none() -> None:
    """B77: the database would answer with an error of its own."""
    block = IDS.cipher.encryptor().update(IDS.tags["program"].to_bytes(2) + bytes(6) + (1 << 63).to_bytes(8))
    with pytest.raises(MalformedIdError):
        IDS.decode(urlsafe_b64encode(block)[:22].decode())


def test_two_entities_of_one_tag_are_refused() -> None:
    by_tag: dict[bytes, str] = {}
    for name in (f"entity_{number}" for number in range(1 << 17)):
        tag = hashlib.sha256(name.encode()).digest()[:2]
        if tag in by_tag:
            break
        by_tag[tag] = name
    with pytest.raises(ValueError, match="same tag"):
        GlobalIds.of(Secrets(b"a secret"), [by_tag[tag], name])
