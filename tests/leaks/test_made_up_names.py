"""A hidden coordinate and a made-up one have one answer, byte for byte (AC7, LK1, LK2, LK10, LK11, LK23)."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import orjson
import pytest
from comparing import Comparison, all_names, made_up
from desk import LIVING, Desk, as_bytes
from door import Door, whole
from graphql import GraphQLSchema
from probes import Mode, Place, Probe, hidden_coordinates, hidden_types, probes
from viewers_of_leaks import each_member, one_of_each

from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.identity import Principal
from sightline.server.answers import GraphQLRequest

# In a field or a type condition the modes differ; elsewhere they are one, of which a sample is enough.
IN_EVERY_MODE = (Place.FIELD, Place.RESPONSE_KEY)
SAMPLED = 8
# Each name is asked for in each kind of place by as many viewers; after that everybody asks for every third of what
# he lacks, each for another third. What stands inside a type that is hidden altogether has nothing to do with the
# viewer, and is not asked for again.
ALWAYS, TURNS = 3, 3


def full_schema(desk: Desk) -> GraphQLSchema:
    return desk.engine.api._schema


def modes_of(at: int, probe: Probe) -> list[Mode]:
    return list(Mode) if probe.place in IN_EVERY_MODE or at % SAMPLED == 0 else [Mode.HIDE]


async def test_a_hidden_name_is_answered_like_a_made_up_one(desk: Desk) -> None:
    """AC7, LK1, LK2, LK10, LK11, LK23: every hidden coordinate of every visibility, in every kind of place and mode."""
    taken, answered = all_names(full_schema(desk)), 0
    asked: Counter[tuple[Place, str]] = Counter()

    def skipped(probe: Probe, turn: int) -> bool:
        if any(asked[probe.place, each] < ALWAYS for each in probe.coordinates):
            return False
        return probe.place is Place.TYPE or turn % TURNS != 0

    async def compare(snapshot: Snapshot, viewer: Principal, name: str, number: int) -> int:
        async def ask(query: str, variables: dict[str, Any]) -> bytes:
            return as_bytes(await desk.engine.answer(GraphQLRequest(query, variables), viewer, snapshot))

        comparison, compared = Comparison(ask, taken), 0
        for at, probe in enumerate(probes(full_schema(desk), desk.view(viewer)._schema)):
            if skipped(probe, at + number):
                continue
            asked.update((probe.place, each) for each in probe.coordinates)
            for mode in modes_of(at, probe):
                hidden, invented = await comparison.both(probe, mode)
                assert hidden == invented, f"{name}, {mode}: {probe}"
                refuse_unlike(probe, mode, hidden)
                compared += 1
        return compared

    for number, (name, viewer) in enumerate((await one_of_each(desk)).items()):
        answered += await in_snapshot(
            desk.engine.database.reads, partial(compare, viewer=viewer, name=name, number=number)
        )
    print(f"{answered} hidden names and their twins compared")
    assert answered > 5_000


def refuse_unlike(probe: Probe, mode: Mode, answer: bytes) -> None:
    """That the answer is the one of its mode; that two answers are equal does not say that they are right."""
    data, errors, extensions, executed = orjson.loads(answer)
    codes = [error["extensions"].get("code") for error in errors]
    if probe.place is Place.INTROSPECTION:
        assert set(data.values()) == {None}, probe
        return
    if mode is Mode.HIDE or probe.place not in IN_EVERY_MODE:
        if probe.place is not Place.TYPE or mode is Mode.HIDE:
            assert not executed, probe
            assert data is None, probe
            assert set(codes) == {"BAD_INPUT"}, probe
        return
    if mode is Mode.REJECT:
        assert (data, executed, codes) == (None, False, ["FORBIDDEN"]), probe
        assert [each for each in probe.coordinates if each in errors[0]["message"]] == list(probe.coordinates), probe
        return
    assert executed, probe
    assert extensions["authorization"]["unavailable"] == sorted(probe.coordinates), probe
    assert not values_of(data) - {None, "Query"}, probe


def values_of(data: Any) -> set[Any]:
    """The leaves of an answer."""
    if isinstance(data, dict):
        return set().union(*map(values_of, data.values()))
    if isinstance(data, list):
        return set().union(*map(values_of, data))
    return {data}


async def test_no_hidden_coordinate_is_left_out(desk: Desk) -> None:
    """The probes above name whatever a view lacks, of each kind: a new entity, argument or enum is among them."""
    full = full_schema(desk)
    places: set[Place] = set()
    for name, viewer in (await one_of_each(desk)).items():
        view = desk.view(viewer)._schema
        made = list(probes(full, view))
        named = {coordinate for probe in made for coordinate in probe.coordinates}
        assert set(hidden_coordinates(full, view)) <= named, name
        places |= {probe.place for probe in made}
    # No argument is hidden by itself today: it goes with its field, or with the type it takes.
    assert places | {Place.ARGUMENT} == set(Place)


@each_member
async def test_over_http_a_hidden_name_is_answered_like_a_made_up_one(door: Door, key: str) -> None:
    """LK10: status, headers and body, for one probe of each kind of place, in each mode."""
    desk, at = door.desk, LIVING.index(key)
    full, view = full_schema(desk), desk.view(await desk.member(key))._schema
    by_place: dict[Place, list[Probe]] = {}
    for probe in probes(full, view):
        by_place.setdefault(probe.place, []).append(probe)

    async def ask(query: str, variables: dict[str, Any]) -> bytes:
        return whole(await door.ask(key, query, variables))

    comparison = Comparison(ask, all_names(full))
    for some in by_place.values():
        for mode in Mode:
            hidden, invented = await comparison.both(some[at * 7 % len(some)], mode)
            assert hidden == invented


@pytest.mark.parametrize("names", [("amount", "id", "payout"), ("Click", "PayoutInvoice"), ("A", "B", "C"), ("n",)])
def test_made_up_names_are_like_those_they_stand_for(names: tuple[str, ...]) -> None:
    """Of the same length and in the same order, or a list in an answer would tell them apart."""
    taken = frozenset(names) | {"z", "Z", "vqqqqa"}
    invented = made_up(names, taken)
    assert [len(name) for name in invented] == [len(name) for name in names]
    assert [name[0].isupper() for name in invented] == [name[0].isupper() for name in names]
    assert sorted(invented) == invented
    assert not taken & set(invented)


MISSPELT: dict[str, tuple[str, dict[str, Any]]] = {
    "field": ("{ programs(first: 1) { nodes { nam } } }", {}),
    "argument": ("{ programs(frst: 1) { totalCount } }", {}),
    "enum literal": ("{ programs(first: 1, orderBy: { field: NAM }) { totalCount } }", {}),
    "input field literal": ('{ programs(first: 1, where: { nam: { eq: "x" } }) { totalCount } }', {}),
    "type condition": ('{ node(id: "x") { ... on Progra { id } } }', {}),
    "variable type": ("query ($v: ProgramFiltr) { programs(first: 1, where: $v) { totalCount } }", {}),
    "variable input field": (
        "query ($v: ProgramFilter) { programs(first: 1, where: $v) { totalCount } }",
        {"v": {"nam": {"eq": "x"}}},
    ),
    "variable enum value": (
        "query ($v: [ProgramOrder!]) { programs(first: 1, orderBy: $v) { totalCount } }",
        {"v": [{"field": "NAM"}]},
    ),
    "spread of a fragment": ("{ ...Frg } fragment Frag on Query { __typename }", {}),
    "directive": ("{ viewer @incude(if: true) { __typename } }", {}),
    "selection on a leaf": ("{ programs(first: 1) { nodes { name { id } } } }", {}),
    "no selection": ("{ programs(first: 1) }", {}),
}


@pytest.mark.parametrize("kind", MISSPELT)
async def test_nobody_is_told_what_he_may_have_meant(door: Door, kind: str) -> None:
    """LK10: all kinds of suggestions; everybody has the names that were meant, and gets one and the same answer."""
    answers = {whole(await door.ask(key, *MISSPELT[kind])) for key in LIVING}
    assert len(answers) == 1
    (answer,) = answers
    assert b'"errors"' in answer
    assert b"Did you mean" not in answer


async def test_a_hidden_type_is_no_type_in_a_fragment(desk: Desk) -> None:
    """LK11: a fragment, inline or named, on a type one does not have."""
    analyst = await desk.member("analyst")
    assert "PayoutInvoice" in hidden_types(full_schema(desk), desk.view(analyst)._schema)
    for document in (
        '{ node(id: "x") { ... on PayoutInvoice { id } } }',
        '{ node(id: "x") { ...F } } fragment F on PayoutInvoice { id }',
    ):
        answer = await desk.ask(document, analyst)
        assert {error["message"] for error in answer.errors} == {"Unknown type 'PayoutInvoice'."}
