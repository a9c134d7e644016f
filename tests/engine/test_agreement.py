"""list == lookup == edge == count, filters over the viewer's own cells (proof obligation 4; AC7, AC10, LK5, LK13)."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from asking import order_columns, random_filter, random_order, selected, sorted_keys
from graphql import GraphQLSchema
from operations import granted, operation_of
from reading import Projection, Reading
from viewers import principals
from worlds import Key, World, inserted, seed

from sightline.authz.visibility import Conditional
from sightline.db.authorised import KEY_PREFIX
from sightline.db.catalogue import Entity
from sightline.db.database import Database
from sightline.db.queries import EVERYTHING, Filter, OrderKey, PageQuery, Parent, Selection
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers import global_ids
from sightline.resolvers.connections import Page, Window
from sightline.resolvers.operation import Operation, Services
from sightline.resolvers.rows import Row
from sightline.schema.api import Api

VIEWERS = 10
WALKS = 2


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
                    walked += await _compare(random, operation, schema, world, seen, entity)
        return walked

    walked = await in_snapshot(database.reads, compare)
    print(f"{walked} pages and counts compared")
    assert walked >= 1_000


async def _compare(
    random: Random,
    operation: Operation,
    schema: GraphQLSchema,
    world: World,
    seen: dict[str, Projection],
    entity: Entity,
) -> int:
    """Compare one entity as one viewer has it. Returns how many pages and counts were read."""
    read = 0
    for _ in range(WALKS):
        where = random_filter(random, schema, entity, world) if random.random() < 0.7 else EVERYTHING
        order = random_order(random, schema, entity)
        rows = selected(seen[entity.name], where)
        selection = Selection(entity.name, where)
        said = f"{operation.principal.paths.shapes} {selection} {order}"
        assert await operation.count(selection, None) == len(rows), said
        for backward in (False, True):
            walked = await _walk(random, operation, selection, order, backward=backward)
            expected = sorted_keys(entity, rows, order)
            assert [_key(entity, row) for page in walked for row in page] == expected, said
            read += len(walked)
        read += await _compare_below(random, operation, seen, entity, where)
    return read


async def _walk(
    random: Random, operation: Operation, selection: Selection, order: tuple[OrderKey, ...], *, backward: bool
) -> list[list[Row]]:
    """All pages of a connection, in its order, each but the last of the walk full; cursors are the real ones."""
    size = random.choice((2, 5, 11, 25))
    cursor: str | None = None
    walked: list[list[Row]] = []
    more = True
    while more:
        page = Page(operation, selection, order, Window(size, cursor, backward))
        rows, more = await page.rows(), await page.has_more()
        assert len(rows) == size or not more, "a page with rows after it is full (LK13)"
        assert rows or not walked, "where there is said to be more, there is a row"
        walked.append(rows)
        if rows:
            cursor = page.cursor(rows[0] if backward else rows[-1])
    return walked[::-1] if backward else walked


async def _compare_below(
    random: Random, operation: Operation, seen: dict[str, Projection], entity: Entity, where: Filter
) -> int:
    """The rows below every parent, and their counts, are those whose visible reference names it (AC10)."""
    rows, read = selected(seen[entity.name], where), 0
    for reference, target in _references(operation, entity):
        parents = [_parent(target, key) for key in seen[target.name]]
        if not parents:
            continue
        carries = entity.is_fact and target.is_fact
        selection = Selection(entity.name, where, Parent(reference, carries))
        limit = random.choice((1, 4, 1_000))
        pages = await operation.pages(PageQuery(selection, granted(operation.visibility, entity), (), limit), parents)
        counts = await operation.counts(selection, parents)
        for parent, page, count in zip(parents, pages, counts, strict=True):
            below = {
                key: cells
                for key, cells in rows.items()
                if cells[reference] == parent.id and (not carries or _account(entity, key) == parent.account)
            }
            assert count == len(below), f"{selection} below {parent}"
            assert [_key(entity, row) for row in page] == sorted_keys(entity, below, ())[:limit], f"{selection}"
            read += 2
    return read


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
                        pages = await _walk(random, operation, Selection(entity.name), order, backward=backward)
                        found = [_key(entity, row) for page in pages for row in page]
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
                for reference, target in _references(operation, entity):
                    for key, cells in selected(seen[entity.name], EVERYTHING).items():
                        if cells[reference] is not None:
                            account = _account(entity, key) if target.is_fact else 0
                            row = await operation.row(target.name, global_ids.Key(cells[reference], account))
                            to = (account, cells[reference]) if target.is_fact else (cells[reference],)
                            assert (row is not None) == (to in seen[target.name]), f"{entity.name}.{reference}"
                            followed += 1
        return followed

    assert await in_snapshot(database.reads, compare) > 500


def _references(operation: Operation, entity: Entity) -> Iterator[tuple[str, Entity]]:
    """The references of an entity that the viewer has, to entities that can be looked up."""
    catalogue = operation.services.catalogue
    for name in sorted(granted(operation.visibility, entity)):
        target = entity.reference(name)
        if target is not None and target in catalogue.model.rules and operation.visibility.sees(target):
            yield name, catalogue[target]


def _key(entity: Entity, row: Row) -> Key:
    return tuple(row.record[KEY_PREFIX + name] for name in entity.key)


def _parent(entity: Entity, key: Key) -> global_ids.Key:
    number = key[entity.key.index("id")]
    return global_ids.Key(number, _account(entity, key) if entity.is_fact else 0)


def _account(entity: Entity, key: Key) -> int:
    return int(key[entity.key.index("affiliate_account_id")])
