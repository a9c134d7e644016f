"""SQL == Python on random worlds: rows, cells and the notes of what is hidden (GOAL5; AC1, AC2, AC4)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from operations import granted, operation_of, visibility_of
from reading import HIDDEN, Projection, Reading, readable, shown
from viewers import principals
from worlds import Key, World, inserted, seed

from sightline.authz.expr import evaluate
from sightline.authz.visibility import Conditional, Permit
from sightline.db import authorised
from sightline.db.authorised import KEY_PREFIX, DeniedColumnError
from sightline.db.catalogue import Entity
from sightline.db.database import Database
from sightline.db.queries import PageQuery, Selection
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers import global_ids
from sightline.resolvers.identity import principal_of_user
from sightline.resolvers.operation import Operation, Services
from sightline.resolvers.rows import Row

VIEWERS = 22
LEAST_CELLS = 20_000
EVERY_ROW = 100_000


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
            for entity in services.catalogue.served:
                cells += await _compare(operation_of(services, asking, snapshot), world, entity)
        return cells

    cells = await in_snapshot(database.reads, compare)
    print(f"{cells} cells compared")
    assert cells >= LEAST_CELLS


async def _compare(operation: Operation, world: World, entity: Entity) -> int:
    """Compare one entity as one viewer has it. Returns how many cells SQL answered."""
    where = f"{operation.principal.paths.shapes} {entity.name}"
    expected = Reading(operation.services.catalogue, world, operation.principal.paths).projection(entity)
    columns = granted(operation.visibility, entity)
    _compare_folded(operation, world, entity, expected)
    if not operation.visibility.sees(entity.name):
        assert not expected, where
        return 0
    query = PageQuery(Selection(entity.name), columns, (), EVERY_ROW)
    answered = {_key(entity, row): row for row in await operation.page(query, None)}
    assert set(answered) == set(expected), where
    for key, row in answered.items():
        _compare_cells(entity, row, expected[key], columns, where)
    if "id" in entity.key:
        await _compare_lookups(operation, world, entity, expected)
    return len(answered) * len(columns)


def _key(entity: Entity, row: Row) -> Key:
    return tuple(row.record[KEY_PREFIX + name] for name in entity.key)


def _compare_cells(entity: Entity, row: Row, expected: dict[str, Any], columns: frozenset[str], where: str) -> None:
    found = {name: row[name] for name in columns}
    assert found == {name: value for name, value in shown(expected).items() if name in columns}, where
    hidden = {name for name, value in expected.items() if value is HIDDEN}
    assert {name for name in columns if row.masks(name)} == hidden & columns, where
    assert set(readable(entity)) - columns <= hidden, f"{where}: a column is denied that a row shows"
    bits = {row.bits[name] for name in columns & hidden}
    assert row.hidden == sum(1 << bit for bit in bits), where


async def _compare_lookups(operation: Operation, world: World, entity: Entity, expected: Projection) -> None:
    """Lookup by key finds exactly the same rows; an invisible row is as one that does not exist (AC7)."""
    rows = world.rows(entity)
    keys = [global_ids.Key(row["id"], row["affiliate_account_id"] if entity.is_fact else 0) for row in rows.values()]
    unknown = global_ids.Key(999_999, 999_999 if entity.is_fact else 0)
    found = await operation.rows_by_key(entity.name, [*keys, unknown])
    assert found.pop() is None
    for (key, _), row in zip(rows.items(), found, strict=True):
        assert (row is not None) == (key in expected), entity.name
        if row is not None:
            columns = granted(operation.visibility, entity)
            assert {name: row[name] for name in columns} == {
                name: value for name, value in shown(expected[key]).items() if name in columns
            }


def _compare_folded(operation: Operation, world: World, entity: Entity, expected: Projection) -> None:
    """The folded predicates, evaluated in Python, say the same as the rules read by hand."""
    visibility, binds = operation.visibility, operation.principal.paths.binds()

    def true(expr: Any, row: dict[str, Any]) -> bool:
        return evaluate(expr, row, attributes=binds, world=world) is True

    for key, row in world.rows(entity).items():
        assert true(visibility.rows(entity.name), row) == (key in expected), entity.name
        if key in expected:
            for name, value in expected[key].items():
                match visibility.decide(entity.name, name):
                    case Permit():
                        assert value is not HIDDEN
                    case Conditional(predicate):
                        assert true(predicate, row) == (value is not HIDDEN), name
                    case _:
                        assert value is HIDDEN


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
