"""More grants never remove data, a key only narrows: on random worlds, by the rules read by hand (AC4, AC5, AC6)."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from reading import HIDDEN, Projection, Reading
from viewers import grants_in, scopes
from world_rows import rows_of_world
from worlds import World, remembered, seed

from sightline.authz.grants import NOTHING, Grants, narrow, paths_of
from sightline.authz.paths import Paths
from sightline.schema.model import CATALOGUE

PRINCIPALS = 30


def _world(random: Random) -> World:
    return remembered(CATALOGUE, rows_of_world(random))


def _sees(world: World, paths: Paths) -> dict[str, Projection]:
    reading = Reading(CATALOGUE, world, paths)
    return {entity.name: reading.projection(entity) for entity in CATALOGUE.served}


def _lost(less: dict[str, Projection], more: dict[str, Projection]) -> list[str]:
    """What the one has and the other has not: rows, and cells that are shown."""
    rows = [f"{name} {key}" for name, seen in less.items() for key in seen.keys() - more[name].keys()]
    return rows + [
        f"{name} {key} {column}"
        for name, seen in less.items()
        for key in seen.keys() & more[name].keys()
        for column, value in seen[key].items()
        if value is not HIDDEN and more[name][key][column] is HIDDEN
    ]


def _together(one: Grants, other: Grants) -> Grants:
    """The grants of both; a user has one platform role at most (C-02)."""
    return replace(
        one,
        organizations=one.organizations + other.organizations,
        platform=one.platform or other.platform,
        collaborators=one.collaborators + other.collaborators,
        companies=one.companies + other.companies,
    )


def test_more_grants_never_remove_a_row_or_a_cell() -> None:
    """AC4: limits narrow only their own path, whatever is granted beside it."""
    random = Random(seed())
    world = _world(random)
    for _ in range(PRINCIPALS):
        one, other = grants_in(random, world), grants_in(random, world)
        assert not _lost(_sees(world, paths_of(one)), _sees(world, paths_of(_together(one, other))))


def test_a_key_shows_nothing_its_owner_does_not_see() -> None:
    """AC5: the owner's paths, intersected with the key's scopes."""
    random = Random(seed())
    world = _world(random)
    for _ in range(PRINCIPALS):
        paths = paths_of(grants_in(random, world, most=3))
        assert not _lost(_sees(world, narrow(paths, scopes(random))), _sees(world, paths))


def test_a_suspended_user_sees_nothing() -> None:
    """AC6."""
    assert not any(_sees(_world(Random(seed())), NOTHING).values())


def test_everybody_sees_something() -> None:
    """The tests above are about something: on average a principal sees many rows."""
    random = Random(seed())
    world = _world(random)
    seen = [sum(map(len, _sees(world, paths_of(grants_in(random, world))).values())) for _ in range(10)]
    assert sum(seen) > 500
