"""The oracle: what SQL answers of one entity to one viewer is what the rules say, row by row and cell by cell."""

from __future__ import annotations

from typing import Any

from operations import granted
from reading import HIDDEN, Projection, readable, shown
from worlds import Key, World

from sightline.authz.expr import FALSE, TRUE, evaluate
from sightline.authz.visibility import Conditional, Permit
from sightline.db.authorised import KEY_PREFIX
from sightline.db.catalogue import Entity
from sightline.db.queries import PageQuery, Selection
from sightline.resolvers import global_ids
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row

EVERY_ROW = 100_000


async def compare_cells(operation: Operation, world: World, entity: Entity, expected: Projection) -> int:
    """Compare one entity as one viewer has it. Returns how many cells SQL answered. Raises AssertionError."""
    where = f"{operation.principal.paths.shapes} {entity.name}"
    columns = granted(operation.visibility, entity)
    _compare_folded(operation, world, entity, expected)
    if not operation.visibility.sees(entity.name):
        assert not expected, where
        return 0
    query = PageQuery(Selection(entity.name), columns, (), EVERY_ROW)
    answered = {key_in(entity, row): row for row in await operation.page(query, None)}
    assert set(answered) == set(expected), where
    for key, row in answered.items():
        _compare_row(entity, row, expected[key], columns, where)
    if "id" in entity.key:
        await _compare_lookups(operation, world, entity, expected)
    return len(answered) * len(columns)


def key_in(entity: Entity, row: Row) -> Key:
    """The key of an answered row."""
    return tuple(row.record[KEY_PREFIX + name] for name in entity.key)


def _compare_row(entity: Entity, row: Row, expected: dict[str, Any], columns: frozenset[str], where: str) -> None:
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
                        assert predicate not in (TRUE, FALSE), "a constant cell is no condition"
                        assert true(predicate, row) == (value is not HIDDEN), name
                    case _:
                        assert value is HIDDEN
