"""The visibility: what a set of path shapes may see, decided once per coordinate, shared by all who have those shapes.

For entity T the row filter is the OR of the paths' row sets; for a class c, `Vc` is the OR over the paths of (row set
and the path's cell for c). FALSE by form denies, equal to the row filter by form permits, all else is conditional.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sightline.authz.classes import FieldClass, Marker, needed_classes
from sightline.authz.expr import (
    FALSE,
    TRUE,
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
    Or,
    Reached,
    ReachedBy,
    Truth,
    all_of,
    any_of,
    negate,
)
from sightline.authz.masks import MASKS
from sightline.authz.model import Model
from sightline.authz.paths import Flag, PathKind, Shape, bind_name, visibility_key
from sightline.authz.verbs import VerbRule


@dataclass(frozen=True, slots=True)
class Permit:
    """Visible on every row the viewer sees: no work per row."""


@dataclass(frozen=True, slots=True)
class Deny:
    """Visible on no row: the coordinate does not exist for this viewer."""


@dataclass(frozen=True, slots=True)
class Conditional:
    """Visible on the rows where the predicate is TRUE, NULL elsewhere."""

    predicate: Expr


Decision = Permit | Deny | Conditional
PERMIT, DENY = Permit(), Deny()


@dataclass(frozen=True, slots=True, eq=False)
class Visibility:
    """Everything a permission set may see. Immutable; decisions are made on first use and kept.

    Unknown entities and columns are denied, and an internal column always is (default deny). `first` is the number of
    the first path among the bind parameters, where a statement has those of others before it.
    """

    model: Model
    shapes: tuple[Shape, ...]
    key: str
    first: int = 0
    _rows: dict[tuple[str, PathKind | None], Expr] = field(default_factory=dict, repr=False)
    _cells: dict[tuple[str, frozenset[FieldClass]], Decision] = field(default_factory=dict, repr=False)
    _verbs: dict[tuple[str, PathKind | None], Expr] = field(default_factory=dict, repr=False)
    _reached: dict[tuple[int, str], Expr] = field(default_factory=dict, repr=False)

    def rows(self, entity: str, *, through: PathKind | None = None) -> Expr:
        """The row filter of an entity, or of what paths of one kind reach: FALSE where there can never be a row."""
        at = (entity, through)
        if at not in self._rows:
            reached = zip(self.shapes, self.reaching(entity, frozenset()), strict=True)
            self._rows[at] = any_of(*(rows for shape, (rows, _) in reached if through in (None, shape.kind)))
        return self._rows[at]

    def sees(self, entity: str, *, through: PathKind | None = None) -> bool:
        """Whether the entity exists for this viewer at all."""
        return self.rows(entity, through=through) != FALSE

    def may(self, verb: str, *, through: PathKind | None = None) -> Expr:
        """On which rows of its entity a single path (of a kind) does a verb (AC3); a constant where it is on none."""
        at = (verb, through)
        if at not in self._verbs:
            self._verbs[at] = any_of(*self._doing(self.model.verbs[verb], through))
        return self._verbs[at]

    def _doing(self, rule: VerbRule, through: PathKind | None) -> Iterable[Expr]:
        for index, shape in enumerate(self.shapes):
            holds = rule.holds.get(shape.kind, FALSE) if through in (None, shape.kind) else FALSE
            if Flag.READS_ONLY in shape.tokens or holds == FALSE:
                continue
            fold = Fold(self.model, self.shapes, index, self.first, self._reached)
            if rule.entity is None:
                yield fold(holds, "")
            elif (rows := fold(Reached(), rule.entity)) != FALSE:
                yield all_of(rows, fold(holds, rule.entity))

    def decide(self, entity: str, column: str) -> Decision:
        """The decision for a column."""
        access = self.model.tables.get(entity, {}).get(column, Marker.INTERNAL)
        if access is Marker.INTERNAL or not self.sees(entity):
            return DENY
        return self.decide_classes(entity, needed_classes(access))

    def decide_classes(self, entity: str, classes: frozenset[FieldClass]) -> Decision:
        """The decision for a field that needs all of these classes on an entity's row."""
        at = (entity, classes)
        if at not in self._cells:
            visible = all_of(*(self._where_held(entity, each) for each in sorted(classes)))
            rows = self.rows(entity)
            if rows == FALSE or visible == FALSE:
                self._cells[at] = DENY
            elif visible in (TRUE, rows):
                self._cells[at] = PERMIT
            else:
                self._cells[at] = Conditional(visible)
        return self._cells[at]

    def _where_held(self, entity: str, field_class: FieldClass) -> Expr:
        """On which rows some path that reaches the row holds the class there (AC2)."""
        return any_of(*(all_of(rows, cell) for rows, cell in self.reaching(entity, frozenset({field_class}))))

    def reaching(self, entity: str, classes: frozenset[FieldClass]) -> Iterable[tuple[Expr, Expr]]:
        """Per path: its row set on the entity, and its cell for the classes."""
        for index in range(len(self.shapes)):
            fold = Fold(self.model, self.shapes, index, self.first, self._reached)
            rows = fold(Reached(), entity)
            # A kind of path that does not reach the entity may hold classes there under conditions it does not declare.
            yield rows, FALSE if rows == FALSE else all_of(*(fold(Masks(each), entity) for each in classes))


@dataclass(frozen=True, slots=True)
class Fold:
    """One path's reading of a rule: atoms of the path replaced, attributes named by their bind parameters.

    `reached` keeps the row sets of paths by number and entity: every entity that leads there, and every class, asks.
    """

    model: Model
    shapes: tuple[Shape, ...]
    index: int
    first: int = 0
    reached: dict[tuple[int, str], Expr] = field(default_factory=dict, repr=False)

    @property
    def shape(self) -> Shape:
        """The path's own shape."""
        return self.shapes[self.index]

    def __call__(self, expr: Expr, entity: str) -> Expr:
        """The predicate over rows of `entity` that the rule means for this path."""
        match expr:
            case Truth() | Compare() | IsNull():
                return expr
            case Holds(token):
                return Truth(token in self.shape.tokens)
            case In(column, attribute):
                return In(column, bind_name(self.first + self.index, attribute))
            case Reached():
                return self._rows(entity)
            case ReachedBy(kinds):
                others = (at for at, shape in enumerate(self.shapes) if shape.kind in kinds)
                return any_of(*(replace(self, index=at)(Reached(), entity) for at in others))
            case Masks(field_class):
                if self.model.rules[entity].withholds(self.shape.kind, field_class):
                    return FALSE
                return self(MASKS[self.shape.kind].get(field_class, FALSE), entity)
            case Condition(name):
                return self(self.model.rules[entity].conditions[name], entity)
            case Exists(edge, where):
                inner = self(where, edge.target)
                return FALSE if inner == FALSE else Exists(edge, inner)
            case And(parts):
                return all_of(*(self(part, entity) for part in parts))
            case Or(parts):
                return any_of(*(self(part, entity) for part in parts))
            case Not(part):
                return negate(self(part, entity))

    def _rows(self, entity: str) -> Expr:
        at = (self.index, entity)
        if at not in self.reached:
            rule = self.model.rules.get(entity)
            self.reached[at] = FALSE if rule is None else self(rule.rows.get(self.shape.kind, FALSE), entity)
        return self.reached[at]


def compile_visibility(model: Model, shapes: tuple[Shape, ...], *, policy_version: str, first: int = 0) -> Visibility:
    """The visibility of a set of path shapes, in the order of the principal's paths."""
    key = visibility_key(policy_version, shapes)
    return Visibility(model, shapes, key if first == 0 else f"{key} from {first}", first)
