"""The authorised view: the relation that stands for an entity in every statement a viewer causes.

Hidden columns do not exist in it, row-dependent cells are `CASE WHEN <predicate> THEN column END`, invisible rows are
gone. Selecting, filtering, ordering, counting and joining all read this and nothing else, so what a viewer may not see
cannot influence an answer, whatever the query.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sightline.authz.classes import FieldClass
from sightline.authz.expr import TRUE, Expr, Truth, any_of, columns_read
from sightline.authz.paths import PathKind
from sightline.authz.visibility import Conditional, Deny, Visibility
from sightline.db.catalogue import Catalogue, Entity
from sightline.db.predicates import Predicates, SharedPredicate

HIDDEN = "_hidden"
KEY_PREFIX = "key_"

SharedPredicates = MutableMapping[tuple[str, Expr, frozenset[str]], SharedPredicate]
"""What statements share, by entity, form, and parameters with one value."""


class DeniedColumnError(Exception):
    """A statement asks the view for a column this viewer does not have. A fault of ours: the schema hides it first."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A predicate over the raw row that a report sums by; never TRUE where one of the classes it needs is not held."""

    where: Expr
    classes: frozenset[FieldClass] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class AuthorisedView:
    """One entity as one visibility sees it, with the columns asked for.

    `bits` gives, per conditional column, its bit in the integer `_hidden`: set on the rows where the cell is masked.
    Key columns (`key_<name>`) are raw: they join facts and make global ids, and reach no answer unencrypted.
    """

    entity: Entity
    relation: sa.FromClause
    bits: Mapping[str, int]

    def column(self, name: str) -> sa.ColumnElement[Any]:
        """A column as this viewer has it. Raises KeyError for one the view was not made with."""
        return self.relation.c[name]

    def nullable(self, name: str) -> bool:
        """Whether a column can be NULL in this view: by its table, or because it is masked on some rows."""
        return name in self.bits or name in self.entity.derived or bool(self.entity.table.c[name].nullable)

    def key(self, name: str) -> sa.ColumnElement[Any]:
        """A raw key column."""
        return self.relation.c[KEY_PREFIX + name]


def authorised(
    catalogue: Catalogue,
    visibility: Visibility,
    entity: str,
    *,
    columns: Iterable[str],
    carried: Iterable[str] = (),
    marks: Mapping[str, Mark] | None = None,
    through: PathKind | None = None,
    verbs: Collection[str] = (),
    single: frozenset[str] = frozenset(),
    shared: SharedPredicates | None = None,
) -> AuthorisedView:
    """The view of an entity with these columns and marks. Raises DeniedColumnError for one that is denied.

    `carried` names further raw columns for co-located joins (the account of a fact's child); like the keys they are
    never part of an answer, but for the version, of which only they are told who do something there. With `through`
    only the rows that paths of this kind reach are left of it, with `verbs` only those on which some single path does
    one of them. `single` names the parameters that will have exactly one value. Predicates are taken from `shared`,
    and kept there.
    """
    table = catalogue[entity]
    source = table.alias(0)
    readings = _Readings(catalogue, entity, source, single, shared)
    raw = dict.fromkeys((*table.key, *carried))
    selected: list[sa.ColumnElement[Any]] = [source.c[name].label(KEY_PREFIX + name) for name in raw]
    bits: dict[str, int] = {}
    bit_of: dict[object, int] = {}
    masked: list[sa.ColumnElement[int]] = []
    for name in sorted(set(columns)):
        decision = visibility.decide(entity, name)
        expression = table.expression(name, source)
        if isinstance(decision, Deny):
            raise DeniedColumnError(f"{entity}.{name}")
        if isinstance(decision, Conditional):
            predicate = readings.allows(decision.predicate)
            expression = sa.case((predicate, expression))
            if decision.predicate not in bit_of:
                bit = bit_of[decision.predicate] = len(bit_of)
                hidden: sa.ColumnElement[int] = sa.literal_column(str(1 << bit))
                masked.append(sa.case((predicate, sa.literal_column("0")), else_=hidden))
            bits[name] = bit_of[decision.predicate]
        selected.append(expression.label(name))
    for name, mark in (marks or {}).items():
        selected.append(_marked(visibility, entity, mark, readings).label(name))
    if masked:
        selected.append(sum(masked[1:], start=masked[0]).label(HIDDEN))
    reached = [visibility.may(verb, through=through) for verb in verbs] or [visibility.rows(entity, through=through)]
    rows = readings.allows(any_of(*reached))
    return AuthorisedView(table, sa.select(*selected).where(rows).subquery(), bits)


@dataclass(frozen=True, slots=True)
class _Readings:
    """Predicates over the rows of a view."""

    catalogue: Catalogue
    entity: str
    source: sa.FromClause
    single: frozenset[str]
    shared: SharedPredicates | None

    def holds(self, expr: Expr) -> sa.ColumnElement[bool]:
        """A predicate of the row as the view has it."""
        return Predicates(self.catalogue, self.single).sql(expr, self.source)

    def allows(self, expr: Expr) -> sa.ColumnElement[bool]:
        """A predicate that shows something."""
        if self.shared is None or isinstance(expr, Truth):
            return self._allows(expr)
        at = (self.entity, expr, self.single)
        if at not in self.shared:
            self.shared[at] = SharedPredicate(self._allows(expr))
        return self.shared[at]

    def _allows(self, expr: Expr) -> sa.ColumnElement[bool]:
        # Where a view has what was, it must hold of that and of what is now.
        then = self.holds(expr)
        if not self.catalogue.changing & columns_read(expr, self.entity):
            return then
        return sa.and_(then, Predicates(self.catalogue, self.single, now=True).sql(expr, self.source))


def _marked(visibility: Visibility, entity: str, mark: Mark, readings: _Readings) -> sa.ColumnElement[bool]:
    decision = visibility.decide_classes(entity, mark.classes)
    if isinstance(decision, Deny):
        raise DeniedColumnError(f"{entity}, {', '.join(sorted(mark.classes))}")
    if not isinstance(decision, Conditional):
        return readings.holds(mark.where)
    allowed = readings.allows(decision.predicate)
    return allowed if mark.where == TRUE else sa.and_(readings.holds(mark.where), allowed)
