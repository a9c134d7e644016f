"""SQL == Python on random worlds: rows, cells and the notes of what is hidden (GOAL5; AC1, AC2, AC4)."""

from __future__ import annotations

from random import Random

import pytest
from operations import granted, operation_of, visibility_of
from oracle import compare_cells
from reading import Reading
from viewers import principals
from worlds import inserted, seed

from sightline.db import authorised
from sightline.db.authorised import DeniedColumnError
from sightline.db.database import Database
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.identity import principal_of_user
from sightline.resolvers.operation import Services

VIEWERS = 22
LEAST_CELLS = 20_000


async def test_sql_agrees_with_python_cell_for_cell(database: Database, services: Services) -> None:
    """Every row and every cell that SQL answers, and no other, is what the rules say, for many random viewers."""
    random = Random(seed())
    async with database.owner() as connection:
        world = await inserted(connection, services.catalogue, random)
    empty = [entity.name for entity in services.catalogue.served if not world.tables[entity.name]]
    assert not empty, "the world has rows of every entity of the API: add some to world_rows"
    drawn = principals(random, world, VIEWERS)

    async def compare(snapshot: Snapshot) -> int:
        stored = [await principal_of_user(snapshot, user["id"]) for user in world.tables["app_user"]]
        cells = 0
        for asking in (*drawn, *stored):
            reading, operation = (
                Reading(services.catalogue, world, asking.paths),
                operation_of(services, asking, snapshot),
            )
            for entity in services.catalogue.served:
                cells += await compare_cells(operation, world, entity, reading.projection(entity))
        return cells

    cells = await in_snapshot(database.reads, compare)
    print(f"{cells} cells compared")
    assert cells >= LEAST_CELLS


async def test_no_view_is_made_with_a_denied_column(database: Database, services: Services) -> None:
    """A denied or internal column cannot be selected from the authorised view at all (LK1 to LK4)."""
    random = Random(seed())
    async with database.owner() as connection:
        world = await inserted(connection, services.catalogue, random)
    refused = 0
    for asking in principals(random, world, 6):
        visibility = visibility_of(asking.paths)
        for entity in services.catalogue.served:
            for name in set(entity.columns) - granted(visibility, entity):
                with pytest.raises(DeniedColumnError):
                    authorised.authorised(services.catalogue, visibility, entity.name, columns=[name])
                refused += 1
    assert refused > 100
