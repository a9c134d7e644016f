"""The rules read by hand: AC1 and AC2 for one principal, row by row and path by path.

This shares no code with the engine beyond the tables ENTITY_RULES and MASKS themselves: nothing is folded, put in order
or compiled. A row is visible where some path reaches it; a cell, where for each of its classes some path that reaches
*this* row holds the class on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drawing import Values
from worlds import Key, World, key_of

from sightline.authz.classes import FieldClass, Marker
from sightline.authz.entities import ENTITY_RULES, EntityRule
from sightline.authz.expr import (
    FALSE,
    And,
    Compare,
    Condition,
    Edge,
    Exists,
    Expr,
    Holds,
    In,
    IsNull,
    Masks,
    Not,
    Operator,
    Or,
    Reached,
    ReachedBy,
    Truth,
)
from sightline.authz.masks import MASKS, Mask
from sightline.authz.paths import Attribute, Path, PathKind, Paths
from sightline.db.catalogue import Catalogue, Entity

HIDDEN = object()
"""Stands in a projection where the viewer does not have the cell."""

Projection = dict[Key, Values]
RowTest = Callable[[Values], bool | None]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one principal sees of one world, by the letter of the rules."""

    catalogue: Catalogue
    world: World
    paths: Paths
    rules: Mapping[str, EntityRule] = field(default_factory=lambda: {rule.entity: rule for rule in ENTITY_RULES})
    masks: Mapping[PathKind, Mask] = field(default_factory=lambda: MASKS)
    _reaching: dict[tuple[Path, str], RowTest] = field(default_factory=dict)

    def projection(self, entity: Entity) -> Projection:
        """The visible rows of an entity by key; each column with its value, or HIDDEN."""
        rows = self.rules[entity.name].rows
        reaching = [(path, self._reaches(path, entity.name)) for path in self.paths.ordered if path.shape.kind in rows]
        columns = readable(entity)
        classes = sorted({each for needed in columns.values() for each in needed})
        cells = {
            (path, each): self._test(self._cell(path, entity.name, each), entity.name, path)
            for path, _ in reaching
            for each in classes
        }
        seen: Projection = {}
        for row in self.world.tables[entity.name]:
            paths = [path for path, reaches in reaching if reaches(row) is True]
            if paths:
                held = {each for each in classes if any(cells[path, each](row) is True for path in paths)}
                seen[key_of(entity, row)] = {
                    name: row[name] if held.issuperset(needed) else HIDDEN for name, needed in columns.items()
                }
        return seen

    def reaches(self, path: Path, entity: str, row: Values) -> bool:
        """Whether a path's row set contains a row (AC1)."""
        return self._reaches(path, entity)(row) is True

    def _reaches(self, path: Path, entity: str) -> RowTest:
        """Whether a path's row set contains a row, asked once of every row."""
        if (path, entity) not in self._reaching:
            rule = self.rules.get(entity)
            test = self._test(FALSE if rule is None else rule.rows.get(path.shape.kind, FALSE), entity, path)
            known: dict[int, bool] = {}

            def reaches(row: Values) -> bool:
                at = id(row)
                if at not in known:
                    known[at] = test(row) is True
                return known[at]

            self._reaching[path, entity] = reaches
        return self._reaching[path, entity]

    def _cell(self, path: Path, entity: str, field_class: FieldClass) -> Expr:
        """What the mask table gives a path for a class, unless the entity withholds it there."""
        if field_class in self.rules[entity].without.get(path.shape.kind, frozenset()):
            return FALSE
        return self.masks[path.shape.kind].get(field_class, FALSE)

    def _test(self, expr: Expr, entity: str, path: Path) -> RowTest:
        """A rule as a test of rows for one path, in SQL's three values: each part as it stands."""
        match expr:
            case Truth(value):
                return lambda row: value
            case Holds(token):
                held = token in path.shape.tokens
                return lambda row: held
            case Compare(column, operator, constant):
                equal = operator == Operator.EQUAL
                return lambda row: None if row[column] is None else bool(row[column] == constant) == equal
            case IsNull(column):
                return lambda row: row[column] is None
            case In(column, attribute):
                values = path.values.get(Attribute(attribute), frozenset())
                return lambda row: None if row[column] is None and values else row[column] in values
            case Exists(edge, where):
                return self._exists(edge, self._test(where, edge.target, path))
            case And(parts):
                return _every([self._test(part, entity, path) for part in parts])
            case Or(parts):
                return _opposite(_every([_opposite(self._test(part, entity, path)) for part in parts]))
            case Not(part):
                return _opposite(self._test(part, entity, path))
            case Reached():
                return self._reaches(path, entity)
            case ReachedBy(kinds):
                others = [self._reaches(each, entity) for each in self.paths.ordered if each.shape.kind in kinds]
                return lambda row: any(reaches(row) is True for reaches in others)
            case Masks(field_class):
                return self._test(self._cell(path, entity, field_class), entity, path)
            case Condition(name):
                return self._test(self.rules[entity].conditions[name], entity, path)

    def _exists(self, edge: Edge, where: RowTest) -> RowTest:
        here = [one for one, _ in edge.on]
        others = self.world.index(edge.target, tuple(there for _, there in edge.on))

        def exists(row: Values) -> bool:
            key = tuple(row[name] for name in here)
            return None not in key and any(where(other) is True for other in others.get(key, ()))

        return exists


def readable(entity: Entity) -> dict[str, tuple[FieldClass, ...]]:
    """The columns of an entity that are in the API, with the classes each needs."""
    record = {Marker.PUBLIC: (), Marker.FOLLOWS_ROW: (FieldClass.RECORD,)}
    return {
        name: record[access] if isinstance(access, Marker) else tuple(sorted(access))
        for name, access in entity.columns.items()
        if access is not Marker.INTERNAL
    }


def _every(tests: Sequence[RowTest]) -> RowTest:
    """The conjunction: false as soon as one is, unknown where one is unknown."""

    def every(row: Values) -> bool | None:
        result: bool | None = True
        for test in tests:
            truth = test(row)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    return every


def _opposite(test: RowTest) -> RowTest:
    def opposite(row: Values) -> bool | None:
        truth = test(row)
        return None if truth is None else not truth

    return opposite


def shown(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Cells as an answer has them: hidden ones as NULL."""
    return {name: None if value is HIDDEN else value for name, value in cells.items()}
