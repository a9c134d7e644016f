"""list == lookup == edge == count, filters over the viewer's own cells (proof obligation 4; AC7, AC10, LK5, LK13)."""

from __future__ import annotations

from random import Random

from agreement import account_of, compare_lists, references, walk
from asking import order_columns, selected, sorted_keys
from operations import operation_of
from oracle import key_in
from reading import Reading
from viewers import principals
from worlds import inserted, seed

from sightline.authz.visibility import Conditional
from sightline.db.database import Database
from sightline.db.queries import EVERYTHING, OrderKey, Selection
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers import global_ids
from sightline.resolvers.operation import Services
from sightline.schema.api import Api

VIEWERS = 10


async def test_lists_counts_edges_and_filters_agree(database: Database, services: Services) -> None:
    """Pages walked both ways, counts and rows below parents are the rows that Python selects and sorts."""
    random, api = Random(seed()), Api()
    async with database.owner() as connection:
        world = await inserted(connection, services.catalogue, random)

    async def compare(snapshot: Snapshot) -> int:
        walked = 0
        for asking in principals(random, world, VIEWERS):
            operation = operation_of(services, asking, snapshot)
            reading = Reading(services.catalogue, world, asking.paths)
            seen = {entity.name: reading.projection(entity) for entity in services.catalogue.served}
            schema = api.view(operation.visibility)._schema
            for entity in services.catalogue.served:
                if operation.visibility.sees(entity.name):
                    walked += await compare_lists(random, operation, schema, world, seen, entity)
        return walked

    walked = await in_snapshot(database.reads, compare)
    print(f"{walked} pages and counts compared")
    assert walked >= 1_000


async def test_every_order_value_pages(database: Database, services: Services) -> None:
    """Each order value of the contract pages in both directions: each value has a cursor (LK5, LK17)."""
    random, api = Random(seed()), Api()
    async with database.owner() as connection:
        world = await inserted(connection, services.catalogue, random)

    async def compare(snapshot: Snapshot) -> int:
        paged: set[tuple[str, str, bool]] = set()
        for asking in principals(random, world, 14):
            operation = operation_of(services, asking, snapshot)
            schema = api.view(operation.visibility)._schema
            reading = Reading(services.catalogue, world, asking.paths)
            for entity in services.catalogue.served:
                rows = selected(reading.projection(entity), EVERYTHING)
                for column in order_columns(schema, entity) if rows else ():
                    masked = isinstance(operation.visibility.decide(entity.name, column), Conditional)
                    if (entity.name, column, masked) in paged:
                        continue
                    paged.add((entity.name, column, masked))
                    order = (OrderKey(column, random.random() < 0.5),)
                    for backward in (False, True):
                        pages = await walk(random, operation, Selection(entity.name), order, backward=backward)
                        found = [key_in(entity, row) for page in pages for row in page]
                        assert found == sorted_keys(entity, rows, order), f"{entity.name} by {order}"
        return len(paged)

    assert await in_snapshot(database.reads, compare) > 120


async def test_to_one_edges_agree_with_lists(database: Database, services: Services) -> None:
    """An edge leads to a row if and only if the list has it: one loader serves both (AC10)."""
    random = Random(seed())
    async with database.owner() as connection:
        world = await inserted(connection, services.catalogue, random)

    async def compare(snapshot: Snapshot) -> int:
        followed = 0
        for asking in principals(random, world, 8):
            operation = operation_of(services, asking, snapshot)
            reading = Reading(services.catalogue, world, asking.paths)
            seen = {entity.name: reading.projection(entity) for entity in services.catalogue.served}
            for entity in services.catalogue.served:
                for reference, target in references(operation, entity):
                    for key, cells in selected(seen[entity.name], EVERYTHING).items():
                        if cells[reference] is not None:
                            account = account_of(entity, key) if target.is_fact else 0
                            row = await operation.row(target.name, global_ids.Key(cells[reference], account))
                            to = (account, cells[reference]) if target.is_fact else (cells[reference],)
                            assert (row is not None) == (to in seen[target.name]), f"{entity.name}.{reference}"
                            followed += 1
        return followed

    assert await in_snapshot(database.reads, compare) > 500
