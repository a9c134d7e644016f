"""The proofs again, with every mutation in a random world (proof obligations 1, 2 and 4; LK14, LK15).

Its people hold random grants, all stored in the tables: a mutation reads there what somebody may hand on.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from random import Random

import asyncpg
from both import compare_changes
from changing import answered, changes_of, is_done
from desk import as_bytes, without_plans
from drawing import NOON
from interference import Figures, changes_asked, prove_of
from operations import operation_of
from oracle import compare_cells
from reading import Reading
from stored_grants import as_stored, people_of
from taking_back import NUMBERED_ANEW
from worlds import World, read_back, seed

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.db.snapshot import Snapshot
from sightline.resolvers.identity import Principal
from sightline.server.execution import Engine

PEOPLE = 20
ASKERS = 12
CHANGES = 18
LIVED = 25
READERS = 5
LEAST = Figures(operations=350, cells=20_000, rows=500)
LEAST_CELLS = 5_000
LEAST_MUTATIONS = 120
LEAST_NAMES = 120
"""Of the mutations; `make soak-changes` meets all of them."""


async def test_lk15_what_is_hidden_moves_no_answer_to_a_mutation(database: Database, secrets: Secrets) -> None:
    """LK14, LK15: byte-equal answers to random mutations, and to what is asked after them, in twin worlds."""
    random, engine, figures = Random(seed()), Engine.of(database, secrets), Figures()
    async with database.owner() as connection:
        world, people = await people_of(connection, engine.services.catalogue, random, PEOPLE)
        for who in random.sample(people, ASKERS):
            draw = partial(changes_asked, engine, world, who, random, CHANGES, Counter(figures.mutations))
            await prove_of(engine, connection, world, draw, random, into=figures)
    print(figures)
    assert figures.operations >= LEAST.operations
    assert figures.done.total() >= figures.mutations.total() / 5
    assert len(figures.mutations) >= LEAST_NAMES
    assert (figures.cells, figures.rows) >= (LEAST.cells, LEAST.rows)


async def test_what_was_changed_is_seen_by_the_rules(database: Database, secrets: Secrets) -> None:
    """A world that its people have changed, one after another: there too SQL is what the rules say."""
    random, engine, done = Random(seed()), Engine.of(database, secrets), Counter[str]()
    catalogue = engine.services.catalogue
    async with database.owner() as connection:
        world, _ = await people_of(connection, catalogue, random, PEOPLE)
        await connection.execute(NUMBERED_ANEW)
        while done.total() < LIVED:
            who = await as_stored(connection, random.choice(world.tables["app_user"])["id"])
            if await _changed(engine, connection, world, who, random, done):
                world = await read_back(connection, catalogue)
        print(f"{done.total()} mutations done, of {len(done)} names")
        cells = 0
        for user in random.sample(world.tables["app_user"], READERS):
            who = await as_stored(connection, user["id"])
            operation = operation_of(engine.services, who, Snapshot(connection, 0, NOON))
            reading = Reading(catalogue, world, who.paths)
            for entity in catalogue.served:
                cells += await compare_cells(operation, world, entity, reading.projection(entity))
    print(f"{cells} cells compared")
    assert cells >= LEAST_CELLS


async def _changed(
    engine: Engine, connection: asyncpg.Connection, world: World, who: Principal, random: Random, done: Counter[str]
) -> bool:
    """Whether somebody changed something."""
    for asked in changes_of(engine, world, who, random, 1, done):
        async with connection.transaction():
            answer, _ = await answered(engine, connection, who, asked)
        if is_done(as_bytes(answer)):
            done[asked.mutation or ""] += 1
            return True
    return False


async def test_plans_answer_a_mutation_as_the_standard_executor_does(database: Database, secrets: Secrets) -> None:
    """Byte-equal answers to random mutations, and to what is asked after them."""
    random, planned, done = Random(seed()), Engine.of(database, secrets), Counter[bool]()
    met, standard = Counter[str](), without_plans(planned)
    async with database.owner() as connection:
        world, people = await people_of(connection, planned.services.catalogue, random, PEOPLE)
        async with connection.transaction():  # one moment for all of it
            for who in random.sample(people, ASKERS):
                for each in changes_of(planned, world, who, random, CHANGES, met):
                    met[each.mutation or ""] += 1
                    done[is_done(await compare_changes(planned, standard, connection, who, each))] += 1
    print(f"{done.total()} mutations of {len(met)} names answered by both executors, {done[True]} of them done")
    assert done.total() >= LEAST_MUTATIONS
    assert len(met) >= LEAST_NAMES
    assert done[True] >= done.total() / 5
