"""Non-interference: what a viewer may not see moves not one byte of any answer (proof obligation 2; authorization 0).

For every kind of viewer, and in both modes that answer: see interference.py. `make soak` runs the same for longer.
"""

from __future__ import annotations

from random import Random

from interference import Figures, prove
from kinds import KINDS, MIXED
from worlds import inserted, seed

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine

MIXTURES = 6
DOCUMENTS = 5
LEAST = Figures(operations=2_000, cells=100_000, rows=3_000, by_rules=500)


async def test_hidden_cells_and_rows_move_no_byte(database: Database, secrets: Secrets) -> None:
    """Random documents of every kind of viewer: byte-equal answers in twin worlds, and no planted value in any."""
    random, engine, figures = Random(seed()), Engine.of(database, secrets), Figures()
    async with database.owner() as connection:
        world = await inserted(connection, engine.services.catalogue, random)
        for kind in (*KINDS, *[MIXED] * MIXTURES):
            await prove(engine, connection, world, kind, random, documents=DOCUMENTS, into=figures)
    print(figures)
    assert {name for name, filled in figures.met.items() if not filled} == {"suspended"}, "a kind saw no row"
    assert figures.operations >= LEAST.operations
    assert figures.filled >= figures.operations / 2
    assert figures.masked >= figures.operations / 4
    assert figures.refused <= figures.operations / 10
    assert (figures.cells, figures.rows, figures.by_rules) >= (LEAST.cells, LEAST.rows, LEAST.by_rules)
