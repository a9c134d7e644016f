"""Wrong rules, each wrong in one place: a conjunct, an alternative, a whole row set, a cell or a condition changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from sightline.authz.classes import FieldClass
from sightline.authz.entities import ENTITY_RULES, EntityRule
from sightline.authz.expr import FALSE, TRUE, And, Exists, Expr, Holds, Masks, Not, Or, Truth, all_of, any_of, negate
from sightline.authz.masks import MASKS, Mask
from sightline.authz.paths import Flag, PathKind
from sightline.authz.permissions import Scope, implied
from sightline.authz.roles import PREDEFINED_ORGANIZATION_ROLES, Standing

Carried = Mapping[str, frozenset[FieldClass]]
"""The classes of the columns of each entity."""

STAFF_LIMITS = frozenset({Flag.LIMITED_STATUSES, Flag.ASSIGNED_ACCOUNTS, Flag.ASSIGNED_ADVERTISERS})
"""Limits that only a role of the operator's staff carries (AC8, S8)."""


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """Rules and masks that differ from those in force in one place."""

    place: str
    changed: Expr
    kinds: frozenset[PathKind]
    entities: frozenset[str]
    rules: tuple[EntityRule, ...] = ENTITY_RULES
    masks: Mapping[PathKind, Mask] | None = None

    @property
    def name(self) -> str:
        """What is changed to what."""
        return f"{self.place}: {self.changed}"


def wrong_rows(_: Carried) -> Iterator[Mutant]:
    """Every row set with one part of it changed."""
    for rule in ENTITY_RULES:
        for kind, rows in rule.rows.items():
            for at, changed in enumerate(_changed(rows)):
                if _known(changed, kind) == _known(rows, kind):
                    continue
                mutated = replace(rule, rows={**rule.rows, kind: changed})
                place = f"rows of {rule.entity} on {kind}, {at}"
                yield Mutant(place, changed, frozenset({kind}), _touched(rule.entity), _with(mutated))


def wrong_conditions(carried: Carried) -> Iterator[Mutant]:
    """Every condition that some cell asks for with one part of it changed."""
    for rule in ENTITY_RULES:
        for name, condition in rule.conditions.items():
            for at, changed in enumerate(_changed(condition)):
                kinds = frozenset(kind for kind in rule.rows if name in _asked(kind, carried[rule.entity]))
                if kinds:
                    mutated = replace(rule, conditions={**rule.conditions, name: changed})
                    yield Mutant(
                        f"{name} of {rule.entity}, {at}", changed, kinds, _touched(rule.entity), _with(mutated)
                    )


def wrong_cells(carried: Carried) -> Iterator[Mutant]:
    """Every cell of the mask table with one part of it changed, of classes that some served column carries there."""
    for kind, mask in MASKS.items():
        there = {rule.entity: carried[rule.entity] for rule in ENTITY_RULES if kind in rule.rows}
        for field_class in sorted(frozenset().union(*there.values())):
            cell = mask.get(field_class, FALSE)
            entities = frozenset().union(*(_touched(name) for name in there if field_class in there[name]))
            for at, changed in enumerate(_changed(cell)):
                if _known(changed, kind) == _known(cell, kind):
                    continue
                masks = {**MASKS, kind: {**mask, field_class: changed}}
                place = f"cell {field_class} of {kind}, {at}"
                yield Mutant(place, changed, frozenset({kind}), entities, masks=masks)


def _asked(kind: PathKind, classes: frozenset[FieldClass]) -> set[str]:
    """The conditions that the cells of a path kind name."""
    return {
        word.removeprefix("name='").removesuffix("'")
        for field_class in classes
        for word in repr(MASKS[kind].get(field_class, FALSE)).replace("(", " ").replace(")", " ").split()
        if word.startswith("name='")
    }


@cache
def _touched(entity: str) -> frozenset[str]:
    """An entity and those whose rules follow it."""
    edge = f"Edge(target='{entity}'"
    return frozenset({entity}) | {rule.entity for rule in ENTITY_RULES if edge in repr((rule.rows, rule.conditions))}


def _known(expr: Expr, kind: PathKind) -> Expr:
    """The expression with what holds for every path of the kind put in: two that are equal then cannot be told apart.

    A standing implies the permissions that all roles of that standing have; a constant cell is its constant.
    """
    match expr:
        case Holds(token) if token in STAFF_LIMITS and kind is not PathKind.PLATFORM:
            return FALSE
        case Masks(field_class):
            cell = MASKS[kind].get(field_class, FALSE)
            return cell if isinstance(cell, Truth) else expr
        case And(parts):
            return all_of(*(_known(part, kind) for part in parts))
        case Or(parts):
            known = [_known(part, kind) for part in parts]
            tokens = {part.token for part in known if isinstance(part, Holds)}
            idle = {token for token in tokens if _implied_by(token) & tokens}
            return any_of(*(part for part in known if not (isinstance(part, Holds) and part.token in idle)))
        case Not(part):
            return negate(_known(part, kind))
        case Exists(edge, where):
            inner = _known(where, kind)
            return FALSE if inner == FALSE else Exists(edge, inner)
        case _:
            return expr


def _implied_by(standing: str) -> frozenset[str]:
    """The permissions that every role with a standing has."""
    roles = [
        role
        for role in PREDEFINED_ORGANIZATION_ROLES
        if (standing == Flag.FULL and role.standing) or (standing == Flag.ADMIN and role.standing is Standing.ADMIN)
    ]
    held = [implied(Scope.ORGANIZATION, role.permissions) for role in roles]
    return frozenset.intersection(*held) if held else frozenset()


def _with(mutated: EntityRule) -> tuple[EntityRule, ...]:
    return tuple(mutated if rule.entity == mutated.entity else rule for rule in ENTITY_RULES)


def _changed(expr: Expr) -> Iterator[Expr]:
    """The expression with one thing wrong, never equal to it by form."""
    seen = {expr}
    for changed in (TRUE, FALSE, *_parts_changed(expr)):
        if changed not in seen:
            seen.add(changed)
            yield changed


def _parts_changed(expr: Expr) -> Iterator[Expr]:
    match expr:
        case And(parts) | Or(parts):
            combine = all_of if isinstance(expr, And) else any_of
            for at, part in enumerate(parts):
                others = parts[:at] + parts[at + 1 :]
                yield combine(*others)
                for changed in _parts_changed(part):
                    yield combine(*others, changed)
        case Not(part):
            yield part
            for changed in _parts_changed(part):
                yield negate(changed)
        case Exists(edge, where):
            if where != TRUE:
                yield Exists(edge, TRUE)
            for changed in _parts_changed(where):
                if changed != FALSE:
                    yield Exists(edge, changed)
        case _:
            return
