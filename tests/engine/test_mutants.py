"""Mutation testing of the rules in force: whatever part of them is changed, the comparison with SQL notices it (10.7).

The rules read by hand stay the right ones; the engine gets the wrong ones. A mutant that no viewer of the pool tells
from the right rules means that the oracle is blind there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from random import Random

import pytest
from drawing import Values
from mutants import Carried, Mutant, wrong_cells, wrong_conditions, wrong_rows
from operations import granted
from reading import HIDDEN, Projection, Reading, readable, shown
from viewers import focused, principals
from worlds import World, emptied, inserted, seed

from sightline.authz import visibility as deciding
from sightline.authz.classes import FieldClass
from sightline.authz.expr import Expr, evaluate
from sightline.authz.model import build_model
from sightline.authz.paths import Value
from sightline.authz.visibility import Conditional, Permit, Visibility, compile_visibility
from sightline.db.authorised import KEY_PREFIX
from sightline.db.catalogue import Catalogue, Entity
from sightline.db.database import Database
from sightline.db.queries import PageQuery, Selection
from sightline.db.reads import Reads
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.identity import Principal
from sightline.schema.model import CATALOGUE

VIEWERS = 160
WORLDS = 4
MOST_WORLDS = 20  # as long as one survives that should not

EQUIVALENT = {
    "rows of adjustment on COLLABORATOR, 15": "an account's adjustment of a conversion is reached with the conversion",
    "rows of adjustment on ORG_PARTNER, 15": "a partner's adjustment of a conversion is reached with the conversion",
    "rows of adjustment on ORG_ADVERTISER, 10": "conversions are reached by nobody there who lacks revenue",
    "rows of payout_invoice on ORG_ADVERTISER, 31": "without a limit every line is within it",
    "rows of ownership_transfer on COLLABORATOR, 6": "a transfer is from a company or to one: its table says so",
    "rows of ownership_transfer on COLLABORATOR, 8": "and so one of the two is reached",
    "rows of ownership_transfer on COLLABORATOR, 10": "and so one of the two is reached",
    "rows of ownership_transfer on ORG_PARTNER, 7": "a transfer is from a company or to one: its table says so",
    "rows of ownership_transfer on ORG_PARTNER, 9": "and so one of the two is reached",
    "rows of ownership_transfer on ORG_PARTNER, 11": "and so one of the two is reached",
    "DIRECT of payout_invoice, 0": "an invoice that an advertiser reaches is one it pays",
    "DIRECT of payout_invoice_line, 0": "and so are its lines",
    "DIRECT of payout_invoice_line, 2": "and so are its lines",
    "cell payout_invoice of ORG_ADVERTISER, 2": "and so it is of a DIRECT program",
    "cell payout of ORG_ADVERTISER, 11": "who has a standing holds both permissions, and a row is settled or it is not",
    "cell commission_rate of ORG_ADVERTISER, 2": "plans are reached on DIRECT programs only",
    "cell commission_rate of PLATFORM, 4": "plans are reached with COMMISSION_PLANS or for a reached account only",
    "cell traffic of PLATFORM, 0": "the rows that carry it are reached with TRANSACTIONS or AFFILIATES only",
    "cell key_meta of ORGANIZATION, 0": "an organization's keys are reached by its ADMIN only",
    "cell key_meta of PLATFORM, 0": "keys are reached with ADMIN or API_KEYS only, and ADMIN holds every permission",
}
"""Changed rules that mean the same, and why."""


@dataclass(slots=True, eq=False)
class Pool:
    """Viewers, what the right rules show each of them, and how the right rules are folded for them."""

    catalogue: Catalogue
    world: World
    viewers: list[Principal]
    _seen: dict[tuple[int, str], Projection] = field(default_factory=dict)
    _right: dict[int, Visibility] = field(default_factory=dict)
    _binds: dict[int, dict[str, list[Value]]] = field(default_factory=dict)

    def expected(self, at: int, entity: Entity) -> Projection:
        """What a viewer sees of an entity, by the right rules."""
        if (at, entity.name) not in self._seen:
            reading = Reading(self.catalogue, self.world, self.viewers[at].paths)
            self._seen[at, entity.name] = reading.projection(entity)
        return self._seen[at, entity.name]

    def right(self, at: int) -> Visibility:
        """A viewer's visibility under the right rules."""
        if at not in self._right:
            self._right[at] = self._visibility(self.catalogue, at)
        return self._right[at]

    def decide(self, at: int, entity: Entity) -> None:
        """Have the right rules decided for a viewer: while they are changed it would be too late."""
        self.right(at).rows(entity.name)
        for classes in class_sets(entity):
            self.right(at).decide_classes(entity.name, classes)

    def binds(self, at: int) -> dict[str, list[Value]]:
        """The values of a viewer's parameters."""
        if at not in self._binds:
            self._binds[at] = self.viewers[at].paths.binds()
        return self._binds[at]

    def wrong(self, catalogue: Catalogue, at: int) -> Visibility:
        """A viewer's visibility under other rules."""
        return self._visibility(catalogue, at)

    def _visibility(self, catalogue: Catalogue, at: int) -> Visibility:
        return compile_visibility(catalogue.model, self.viewers[at].paths.shapes, policy_version="tests")


@pytest.mark.parametrize("wrong", [wrong_rows, wrong_conditions, wrong_cells], ids=["rows", "conditions", "cells"])
async def test_every_wrong_rule_is_noticed(
    database: Database, wrong: Callable[[Carried], Iterator[Mutant]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No part of a row set, a condition or a cell can be changed without some viewer's answers changing."""
    random = Random(seed())
    hunted = list(wrong(_carried(CATALOGUE)))
    places = {mutant.place for mutant in hunted}
    for number in range(MOST_WORLDS):
        if number >= WORLDS and {mutant.place for mutant in hunted} <= EQUIVALENT.keys():
            break
        async with database.owner() as connection:
            await emptied(connection, CATALOGUE)
            world = await inserted(connection, CATALOGUE, random)
        pool = Pool(CATALOGUE, world, focused(random, world, VIEWERS // 2) + principals(random, world, VIEWERS // 2))
        hunted = await in_snapshot(database.reads, partial(_survivors, pool, hunted, monkeypatch))
    alive = {mutant.place: mutant.name for mutant in hunted if mutant.place not in EQUIVALENT}
    print(f"{len(places)} mutants, {len(hunted)} survive", *sorted(mutant.name for mutant in hunted), sep="\n")
    assert not alive
    stale = places & EQUIVALENT.keys() - {mutant.place for mutant in hunted}
    assert not stale, "these are noticed now: take them out of EQUIVALENT"


async def _survivors(
    pool: Pool, mutants: list[Mutant], monkeypatch: pytest.MonkeyPatch, snapshot: Snapshot
) -> list[Mutant]:
    return [mutant for mutant in mutants if not await _noticed(snapshot, pool, mutant, monkeypatch)]


async def _noticed(snapshot: Snapshot, pool: Pool, mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> bool:
    tables = {name: entity.columns for name, entity in pool.catalogue.entities.items()}
    catalogue = Catalogue(pool.catalogue.entities, build_model(tables, mutant.rules))
    entities = [catalogue[name] for name in sorted(mutant.entities)]
    for at, viewer in enumerate(pool.viewers):
        if not {shape.kind for shape in viewer.paths.shapes} & mutant.kinds:
            continue
        for entity in entities:
            pool.decide(at, entity)
        with monkeypatch.context() as patched:
            if mutant.masks is not None:
                patched.setattr(deciding, "MASKS", mutant.masks)
            visibility = pool.wrong(catalogue, at)
            for entity in entities:
                # SQL is asked where Python says that it answers something else: most predicates that are not the same
                # by form are the same on these rows.
                if _would_differ(pool, at, visibility, entity) and await _differs(
                    snapshot, pool, at, visibility, catalogue, entity
                ):
                    return True
    return False


def _would_differ(pool: Pool, at: int, wrong: Visibility, entity: Entity) -> bool:
    """Whether the wrong predicates, evaluated row by row, show a viewer anything else than the right ones."""
    right, attributes = pool.right(at), pool.binds(at)

    def true(predicate: Expr, row: Values) -> bool:
        return evaluate(predicate, row, attributes=attributes, world=pool.world) is True

    def holds(visibility: Visibility, classes: frozenset[FieldClass], row: Values) -> bool:
        decision = visibility.decide_classes(entity.name, classes)
        return true(decision.predicate, row) if isinstance(decision, Conditional) else isinstance(decision, Permit)

    rows = pool.world.tables[entity.name]
    before, after = right.rows(entity.name), wrong.rows(entity.name)
    if before != after and any(true(before, row) != true(after, row) for row in rows):
        return True
    for classes in class_sets(entity):
        if right.decide_classes(entity.name, classes) != wrong.decide_classes(entity.name, classes) and any(
            true(before, row) and holds(right, classes, row) != holds(wrong, classes, row) for row in rows
        ):
            return True
    return False


async def _differs(
    snapshot: Snapshot, pool: Pool, at: int, visibility: Visibility, catalogue: Catalogue, entity: Entity
) -> bool:
    """Whether what SQL answers under the wrong rules is not what the right ones show."""
    expected = pool.expected(at, entity)
    if not visibility.sees(entity.name):
        return bool(expected)
    columns = granted(visibility, entity)
    read = Reads(catalogue).page(visibility, PageQuery(Selection(entity.name), columns, (), 0))
    records = await snapshot.fetch(read.statement, pool.binds(at) | {"limit": 100_000})
    answered = {
        tuple(record[KEY_PREFIX + name] for name in entity.key): {name: record[name] for name in columns}
        for record in records
    }
    if set(answered) != set(expected):
        return True
    return any(
        cells != {name: value for name, value in shown(expected[key]).items() if name in columns}
        or any(value is not HIDDEN for name, value in expected[key].items() if name not in columns)
        for key, cells in answered.items()
    )


@cache
def class_sets(entity: Entity) -> frozenset[frozenset[FieldClass]]:
    """The sets of classes that columns of an entity need."""
    return frozenset(frozenset(needed) for needed in readable(entity).values())


def _carried(catalogue: Catalogue) -> dict[str, frozenset[FieldClass]]:
    """The classes of the columns of each entity."""
    return {
        entity.name: frozenset(each for classes in readable(entity).values() for each in classes)
        for entity in catalogue.served
    }
