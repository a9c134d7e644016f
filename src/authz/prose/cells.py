"""The interpreter of mask cells that writes the "Seen by" of descriptions and the cells of the policy page."""

from __future__ import annotations

from collections.abc import Collection

from sightline.authz.classes import FieldClass
from sightline.authz.entities import EntityRule
from sightline.authz.expr import FALSE, TRUE, And, Condition, Expr, Holds, Not, Or, Truth, all_of, any_of, negate
from sightline.authz.masks import MASKS
from sightline.authz.paths import PathKind
from sightline.authz.prose.words import KINDS, condition, token


def cell_of(kind: PathKind, classes: Collection[FieldClass], rule: EntityRule) -> Expr:
    """On which rows a path of this kind, where it reaches them, holds all of these classes.

    A condition that this entity decides by the path alone, or once for all, is replaced by what it is here.
    """
    if kind not in rule.rows:
        return FALSE
    held = (FALSE if rule.withholds(kind, each) else MASKS[kind].get(each, FALSE) for each in classes)
    return _settled(all_of(*held), rule)


def of_path_alone(expr: Expr) -> bool:
    """Whether a predicate asks the path only, and nothing of the row."""
    match expr:
        case Truth() | Holds():
            return True
        case And(parts) | Or(parts):
            return all(of_path_alone(part) for part in parts)
        case Not(part):
            return of_path_alone(part)
        case _:
            return False


def audience(classes: Collection[FieldClass], rule: EntityRule) -> str:
    """Who sees a field of these classes on an entity's rows: each kind of path that can hold them, with what it needs.

    Empty where everybody does who sees the row at all.
    """
    cells = {kind: cell_of(kind, classes, rule) for kind in PathKind if kind in rule.rows}
    if all(cell == TRUE for cell in cells.values()):
        return ""
    return "; ".join(
        KINDS[kind] if cell == TRUE else f"{KINDS[kind]} ({describe(cell)})"
        for kind, cell in cells.items()
        if cell != FALSE
    )


def describe(cell: Expr) -> str:
    """A cell of the mask table in words: tokens first, then what must be so of the row."""
    match cell:
        case Holds(held):
            return token(held)
        case Condition(name):
            return condition(name)
        case Not(Holds(held)):
            return token(held, lacking=True)
        case Not(Condition(name)):
            return condition(name, lacking=True)
        case And(parts):
            ordered = sorted(parts, key=_place)
            return " and ".join(f"({describe(part)})" if isinstance(part, Or) else describe(part) for part in ordered)
        case Or(parts):
            said = [describe(part) for part in sorted(parts, key=_place)]
            plain = not any(" and " in each or "," in each for each in said)
            return (" or " if plain else "; or ").join(said)
        case Not(And(parts)):
            return describe(any_of(*map(negate, parts)))
        case Not(Or(parts)):
            return describe(all_of(*map(negate, parts)))
        case _:
            raise TypeError(f"{cell} is no part of a mask cell")


def _settled(cell: Expr, rule: EntityRule) -> Expr:
    match cell:
        case Condition(name):
            here = rule.conditions.get(name, cell)
            return here if of_path_alone(here) else cell
        case And(parts):
            return all_of(*(_settled(part, rule) for part in parts))
        case Or(parts):
            return any_of(*(_settled(part, rule) for part in parts))
        case Not(part):
            return negate(_settled(part, rule))
        case _:
            return cell


def _place(part: Expr) -> tuple[int, str]:
    """Standings first, then permissions and switches, what must be lacking, what is asked of the row, alternatives."""
    match part:
        case Or() | And():
            return 4, describe(part)
        case Holds(held):
            return (0 if held.startswith("standing:") else 1), held
        case Not(Holds(held)):
            return 2, held
        case _:
            return 3, describe(part)
