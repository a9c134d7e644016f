"""The rules read by hand: AC1 and AC2 for one principal, row by row and path by path.

This shares no code with the engine beyond the tables ENTITY_RULES and MASKS themselves: nothing is folded, put in order
or compiled. A row is visible where some path reaches it; a cell, where for each of its classes some path that reaches
*this* row holds the class on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one principal sees of one world, by the letter of the rules."""

    catalogue: Catalogue
    world: World
    paths: Paths
    rules: Mapping[str, EntityRule] = field(default_factory=lambda: {rule.entity: rule for rule in ENTITY_RULES})
    masks: Mapping[PathKind, Mask] = field(default_factory=lambda: MASKS)
    _reached: dict[tuple[int, str, int], bool] = field(default_factory=dict)

    def projection(self, entity: Entity) -> Projection:
        """The visible rows of an entity by key; each column with its value, or HIDDEN."""
        seen: Projection = {}
        for row in self.world.tables[entity.name]:
            reaching = [path for path in self.paths.ordered if self.reaches(path, entity.name, row)]
            if reaching:
                seen[key_of(entity, row)] = self._cells(entity, row, reaching)
        return seen

    def reaches(self, path: Path, entity: str, row: Values) -> bool:
        """Whether a path's row set contains a row (AC1)."""
        at = (id(path), entity, id(row))
        if at not in self._reached:
            rule = self.rules.get(entity)
            rows = FALSE if rule is None else rule.rows.get(path.shape.kind, FALSE)
            self._reached[at] = self.truth(rows, entity, row, path) is True
        return self._reached[at]

    def _cells(self, entity: Entity, row: Values, reaching: list[Path]) -> Values:
        held: dict[FieldClass, bool] = {}

        def holds(field_class: FieldClass) -> bool:
            if field_class not in held:
                cells = ((path, self._cell(path, entity.name, field_class)) for path in reaching)
                held[field_class] = any(self.truth(cell, entity.name, row, path) is True for path, cell in cells)
            return held[field_class]

        return {
            name: row[name] if all(holds(each) for each in classes) else HIDDEN
            for name, classes in readable(entity).items()
        }

    def _cell(self, path: Path, entity: str, field_class: FieldClass) -> Expr:
        """What the mask table gives a path for a class, unless the entity withholds it there."""
        if field_class in self.rules[entity].without.get(path.shape.kind, frozenset()):
            return FALSE
        return self.masks[path.shape.kind].get(field_class, FALSE)

    def truth(self, expr: Expr, entity: str, row: Values, path: Path) -> bool | None:
        """The truth of a rule for one row and one path, in SQL's three values."""
        match expr:
            case Truth(value):
                return value
            case Holds(token):
                return token in path.shape.tokens
            case Compare(column, operator, constant):
                if row[column] is None:
                    return None
                return bool(row[column] == constant) == (operator == Operator.EQUAL)
            case IsNull(column):
                return row[column] is None
            case In(column, attribute):
                values = path.values.get(Attribute(attribute), frozenset())
                return None if row[column] is None and values else row[column] in values
            case Exists(edge, where):
                key = {there: row[here] for here, there in edge.on}
                if None in key.values():
                    return False
                others = self.world.matching(edge.target, key)
                return any(self.truth(where, edge.target, other, path) is True for other in others)
            case And(parts):
                return _least(self.truth(part, entity, row, path) for part in parts)
            case Or(parts):
                opposite = _least(_opposite(self.truth(part, entity, row, path)) for part in parts)
                return _opposite(opposite)
            case Not(part):
                return _opposite(self.truth(part, entity, row, path))
            case Reached():
                return self.reaches(path, entity, row)
            case ReachedBy(kinds):
                return any(
                    self.reaches(other, entity, row) for other in self.paths.ordered if other.shape.kind in kinds
                )
            case Masks(field_class):
                return self.truth(self._cell(path, entity, field_class), entity, row, path)
            case Condition(name):
                return self.truth(self.rules[entity].conditions[name], entity, row, path)


def readable(entity: Entity) -> dict[str, tuple[FieldClass, ...]]:
    """The columns of an entity that are in the API, with the classes each needs."""
    record = {Marker.PUBLIC: (), Marker.FOLLOWS_ROW: (FieldClass.RECORD,)}
    return {
        name: record[access] if isinstance(access, Marker) else tuple(sorted(access))
        for name, access in entity.columns.items()
        if access is not Marker.INTERNAL
    }


def _least(truths: Iterable[bool | None]) -> bool | None:
    """The conjunction: false as soon as one is, unknown where one is unknown."""
    result: bool | None = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def _opposite(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def shown(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Cells as an answer has them: hidden ones as NULL."""
    return {name: None if value is HIDDEN else value for name, value in cells.items()}
