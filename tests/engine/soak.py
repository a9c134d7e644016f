"""The soak: non-interference over many random worlds, until as many operations are compared as are asked for.

    python tests/engine/soak.py --operations 100000 --seed 1 [--executors | --changes]

With `--executors` it is plans that are compared with the standard executor; with `--changes` mutations are asked, each
with what follows it, by people whose grants are stored.

A world is used for every kind of viewer once and for some mixtures, then thrown away. A difference stops it: it prints
seed, viewer, document and both answers, and the exit code is 1. `--world` begins with a later world of the seed, to
repeat one.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import shutil
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from time import process_time

import asyncpg
import structlog
from both import Compared, compare
from clusters import FAST, Databases, short_directory
from desk import without_plans
from installation import SECRETS
from interference import Figures, changes_asked, prove, prove_of
from kinds import KINDS, MIXED
from stored_grants import people_of
from worlds import World, emptied, inserted

from sightline.db.database import Database
from sightline.db.embedded import lease
from sightline.resolvers.identity import Principal
from sightline.server.execution import Engine

MIXTURES = 20
PEOPLE = 25
EVERY = 1_000
NAME = "soak"


@dataclass(frozen=True, slots=True)
class Length:
    """How long to go on, from where, and with how many documents of each mode for a viewer."""

    operations: int
    seed: int
    world: int
    documents: int
    executors: bool
    changes: bool


Proof = Callable[[], Awaitable[None]]


def main() -> int:
    """Soak in a database of its own, which goes away afterwards."""
    asked = argparse.ArgumentParser(description="Non-interference over many random worlds.")
    asked.add_argument("--operations", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--world", type=int, default=1)
    asked.add_argument("--documents", type=int, default=8)
    asked.add_argument("--executors", action="store_true")
    asked.add_argument("--changes", action="store_true")
    given = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    directory = short_directory()
    try:
        return asyncio.run(_in_a_database(directory, Length(**vars(given))))
    finally:
        shutil.rmtree(directory)


async def _in_a_database(directory: Path, length: Length) -> int:
    settings = FAST | {"autovacuum": "on"}  # worlds are thrown away for hours
    async with (
        lease(directory / "pg", settings=settings) as cluster,
        Databases.of(cluster) as databases,
        Database.open(await databases.copied(NAME, await databases.migrated())) as database,
    ):
        return await _soak(database, length)


async def _soak(database: Database, length: Length) -> int:
    figures, number = Compared() if length.executors else Figures(), length.world
    while figures.operations < length.operations:
        try:
            await _one_world(database, length, number, figures)
        except AssertionError as difference:  # of answers, or of what a proof rests on
            print(f"DIFFERENCE in world {number} of seed {length.seed}\n{difference}", flush=True)
            return 1
        number += 1
    print(f"no difference; seed {length.seed}, worlds {length.world} to {number - 1}: {figures}")
    for name, times in sorted(figures.mutations.items()) if isinstance(figures, Figures) else ():
        print(f"{times:8} {name}, {figures.done[name]} of them done")
    for kind, filled in sorted(figures.met.items()) if isinstance(figures, Figures) and not length.changes else ():
        print(f"{filled:8} answers with rows for {kind}")
    return 0


async def _one_world(database: Database, length: Length, number: int, figures: Figures | Compared) -> None:
    """A world with every kind of viewer; an engine and connections of its own, so that nothing is kept."""
    random = Random(f"{length.seed} {number}")
    engine = Engine.of(database, SECRETS)
    async with database.owner() as connection:
        told = figures.operations // EVERY
        await emptied(connection, engine.services.catalogue)
        for proof in await _proofs(engine, connection, random, figures, length):
            try:
                await proof()
            except LookupError as missing:
                print(f"world {number}: {missing}", flush=True)
            if figures.operations // EVERY > told:
                told = figures.operations // EVERY
                print(f"{process_time():.0f} s, seed {length.seed}, world {number}: {figures}", flush=True)


async def _proofs(
    engine: Engine, connection: asyncpg.Connection, random: Random, figures: Figures | Compared, length: Length
) -> list[Proof]:
    """A proof for each viewer of a new world."""
    catalogue, count = engine.services.catalogue, length.documents
    if length.changes:
        assert isinstance(figures, Figures)
        world, people = await people_of(connection, catalogue, random, PEOPLE)
        return [partial(_proof_of_changes, engine, connection, world, who, random, count, figures) for who in people]
    world, kinds = await inserted(connection, catalogue, random), (*KINDS, *[MIXED] * MIXTURES)
    if isinstance(figures, Figures):
        return [
            partial(prove, engine, connection, world, each, random, documents=count, into=figures) for each in kinds
        ]
    standard = without_plans(engine)
    return [
        partial(compare, engine, standard, connection, world, each, random, documents=count, into=figures)
        for each in kinds
    ]


async def _proof_of_changes(
    engine: Engine,
    connection: asyncpg.Connection,
    world: World,
    who: Principal,
    random: Random,
    count: int,
    figures: Figures,
) -> None:
    draw = partial(changes_asked, engine, world, who, random, count, Counter(figures.mutations))
    await prove_of(engine, connection, world, draw, random, into=figures)


if __name__ == "__main__":
    sys.exit(main())
