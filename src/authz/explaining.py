"""Why somebody sees something, or does not: the part that each path has in a decision."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sightline.authz.classes import FieldClass
from sightline.authz.expr import FALSE, TRUE, Expr, all_of
from sightline.authz.model import Model
from sightline.authz.paths import Path, PathKind, Paths, Shape
from sightline.authz.prose import cell_of, describe, rows_in_words
from sightline.authz.visibility import Conditional, Permit, Visibility

_EVERYBODYS = frozenset({PathKind.PUBLIC, PathKind.SELF})


@dataclass(frozen=True, slots=True)
class Part:
    """What one path of a visibility does for a coordinate: which rows it reaches, and where it gives each class."""

    shape: Shape
    rows: Expr
    gives: Mapping[FieldClass, Expr]


def parts(visibility: Visibility, entity: str, classes: Collection[FieldClass]) -> tuple[Part, ...]:
    """The part of each path, in the order of the paths; rows and classes are predicates over rows of the entity."""
    reached = [rows for rows, _ in visibility.reaching(entity, frozenset())]
    given = {
        each: [all_of(rows, cell) for rows, cell in visibility.reaching(entity, frozenset({each}))]
        for each in sorted(classes)
    }
    return tuple(
        Part(shape, reached[at], {each: cells[at] for each, cells in given.items()})
        for at, shape in enumerate(visibility.shapes)
    )


def shown(visibility: Visibility, entity: str, classes: Collection[FieldClass]) -> Expr:
    """On which rows a coordinate of these classes is shown; FALSE by form where on none."""
    match visibility.decide_classes(entity, frozenset(classes)):
        case Permit():
            return visibility.rows(entity)
        case Conditional(predicate):
            return predicate
        case _:
            return FALSE


def places(alone: Paths, among: Paths) -> Iterator[tuple[int, Path]]:
    """Where the paths that a grant makes alone are among all of its holder's: a pooled one where its shape is.

    What everybody has, and what is somebody's as himself, no grant makes.
    """
    for each in alone.ordered:
        if each.shape.kind in _EVERYBODYS:
            continue
        for at, other in enumerate(among.ordered):
            if other.shape == each.shape and (each.pooled or other.values == each.values):
                yield at, each


def asked_of(model: Model, kind: PathKind, entity: str, classes: Collection[FieldClass]) -> str:
    """What a path of a kind must hold to show these classes on a row, and which rows it reaches at all, in words.

    Empty where no path of the kind ever does.
    """
    rule = model.rules[entity]
    cell = cell_of(kind, classes, rule)
    if cell == FALSE:
        return ""
    said = rows_in_words(rule.rows[kind])
    needs = [each for each in (said.needs, "" if cell == TRUE else describe(cell)) if each]
    return "; ".join([f"rows: {said.rows}", *(f"asks: {each}" for each in dict.fromkeys(needs))])
