"""Agreement: pages walked both ways, counts and rows below parents are the rows that Python selects and sorts."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from asking import (
    COMPARISONS,
    filter_operators,
    order_columns,
    random_filter,
    random_order,
    selected,
    sorted_keys,
)
from drawing import Values
from graphql import GraphQLSchema
from operations import granted
from oracle import key_in
from reading import HIDDEN, Projection
from worlds import Key, World

from sightline.db.catalogue import Entity
from sightline.db.queries import EVERYTHING, Filter, Operator, OrderKey, PageQuery, Parent, Selection, Test
from sightline.resolvers import global_ids
from sightline.resolvers.connections import Page, Window
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row

WALKS = 2


async def compare_lists(
    random: Random,
    operation: Operation,
    schema: GraphQLSchema,
    world: World,
    seen: dict[str, Projection],
    entity: Entity,
) -> int:
    """Compare one entity as one viewer has it. Returns how many pages and counts were read. Raises AssertionError."""
    read = await _compare_tests(random, operation, schema, world, seen, entity)
    for at in range(WALKS):
        where = random_filter(random, schema, entity, world) if random.random() < 0.7 else EVERYTHING
        masked = _masked(order_columns(schema, entity), seen[entity.name])
        if at == 0 and masked:
            order: tuple[OrderKey, ...] = (OrderKey(random.choice(masked), random.random() < 0.5),)
        else:
            order = random_order(random, schema, entity)
        rows = selected(seen[entity.name], where)
        selection = Selection(entity.name, where)
        said = f"{operation.principal.paths.shapes} {selection} {order}"
        assert await operation.count(selection, None) == len(rows), said
        for backward in (False, True):
            walked = await walk(random, operation, selection, order, backward=backward)
            expected = sorted_keys(entity, rows, order)
            assert [key_in(entity, row) for page in walked for row in page] == expected, said
            read += len(walked)
        read += await _compare_below(random, operation, seen, entity, where)
    return read


def _masked(columns: list[str], projection: Projection) -> list[str]:
    """The columns that are hidden on some rows that are seen."""
    return [column for column in columns if any(cells[column] is HIDDEN for cells in projection.values())]


async def _compare_tests(
    random: Random,
    operation: Operation,
    schema: GraphQLSchema,
    world: World,
    seen: dict[str, Projection],
    entity: Entity,
) -> int:
    """Filters at their edges count what Python selects."""
    tests = list(_edges(random, filter_operators(schema, entity), world.rows(entity), seen[entity.name]))
    for where in tests:
        rows = selected(seen[entity.name], where)
        assert await operation.count(Selection(entity.name, where), None) == len(rows), f"{entity.name} {where}"
    return len(tests)


def _edges(
    random: Random, operators: dict[str, list[Operator]], rows: dict[Key, Values], projection: Projection
) -> Iterator[Test]:
    """`isNull` both ways; the stored value of a cell that is hidden (LK1); comparisons with a value that is shown."""
    column = random.choice(sorted(operators))
    yield Test(column, Operator.IS_NULL, True)
    yield Test(column, Operator.IS_NULL, False)
    hidden = [
        (name, rows[key][name])
        for key, cells in sorted(projection.items())
        for name in sorted(operators)
        if cells[name] is HIDDEN and rows[key][name] is not None and Operator.EQ in operators[name]
    ]
    if hidden:
        name, value = random.choice(hidden)
        yield Test(name, Operator.EQ, value)
    ordered = [
        (name, cells[name])
        for _, cells in sorted(projection.items())
        for name in sorted(operators)
        if Operator.LT in operators[name] and cells[name] is not HIDDEN and cells[name] is not None
    ]
    if ordered:
        name, value = random.choice(ordered)
        yield from (Test(name, operator, value) for operator in COMPARISONS if operator in operators[name])


async def walk(
    random: Random, operation: Operation, selection: Selection, order: tuple[OrderKey, ...], *, backward: bool
) -> list[list[Row]]:
    """All pages of a connection, in its order, each but the last of the walk full; cursors are the real ones."""
    size = random.choice((2, 5, 11, 25))
    cursor: str | None = None
    cursors: set[str] = set()
    walked: list[list[Row]] = []
    more = True
    while more:
        page = Page(operation, selection, order, Window(size, cursor, backward))
        rows, more = await page.rows(), page.has_more(await page.read())
        assert len(rows) == size or not more, "a page with rows after it is full (LK13)"
        assert rows or not walked, "where there is said to be more, there is a row"
        walked.append(rows)
        if rows:
            cursor = page.cursor(rows[0] if backward else rows[-1])
            assert cursor not in cursors, "a page begins after the one before"
            cursors.add(cursor)
    return walked[::-1] if backward else walked


async def _compare_below(
    random: Random, operation: Operation, seen: dict[str, Projection], entity: Entity, where: Filter
) -> int:
    """The rows below every parent, and their counts, are those whose visible reference names it (AC10)."""
    rows, read = selected(seen[entity.name], where), 0
    for reference, target in references(operation, entity):
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
                if cells[reference] == parent.id and (not carries or account_of(entity, key) == parent.account)
            }
            assert count == len(below), f"{selection} below {parent}"
            assert [key_in(entity, row) for row in page] == sorted_keys(entity, below, ())[:limit], f"{selection}"
            read += 2
    return read


def references(operation: Operation, entity: Entity) -> Iterator[tuple[str, Entity]]:
    """The references of an entity that the viewer has, to entities that can be looked up."""
    catalogue = operation.services.catalogue
    for name in sorted(granted(operation.visibility, entity)):
        target = entity.reference(name)
        if target is not None and target in catalogue.model.rules and operation.visibility.sees(target):
            yield name, catalogue[target]


def _parent(entity: Entity, key: Key) -> global_ids.Key:
    number = key[entity.key.index("id")]
    return global_ids.Key(number, account_of(entity, key) if entity.is_fact else 0)


def account_of(entity: Entity, key: Key) -> int:
    """The affiliate account in the key of a fact."""
    return int(key[entity.key.index("affiliate_account_id")])
