"""The model a policy is checked against: which entities there are, and what each of their columns carries.

`sightline.db.catalogue` makes one from the tables; nothing here knows how a table looks. Everything undeclared is an
error when the model is built, so that a forgotten class can never become a public column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sightline.authz.classes import Access, FieldClass, Marker
from sightline.authz.entities import EntityRule
from sightline.authz.expr import FALSE, And, Condition, Exists, Expr, Masks, Not, Or, Reached, ReachedBy, columns_read
from sightline.authz.masks import MASKS
from sightline.authz.paths import PathKind
from sightline.authz.permissions import CATALOGUE, Scope
from sightline.authz.verbs import VerbRule

Columns = Mapping[str, Access]


class PolicyError(Exception):
    """A declaration that cannot be compiled; it names every fault found. Raised at start, never while serving."""


@dataclass(frozen=True, slots=True)
class Model:
    """Tables as the policy sees them, and the rules of those that are entities of the API.

    `tables` holds every table's columns (rules may read any of them); `rules` holds one rule per entity, `verbs` one
    per verb.
    """

    tables: Mapping[str, Columns]
    rules: Mapping[str, EntityRule]
    verbs: Mapping[str, VerbRule]

    def access(self, entity: str, column: str) -> Access:
        """What a column carries. Raises KeyError for a column that does not exist."""
        return self.tables[entity][column]


def build_model(
    tables: Mapping[str, Columns], rules: tuple[EntityRule, ...], verbs: tuple[VerbRule, ...] = ()
) -> Model:
    """The checked model. Raises PolicyError naming every rule, column, edge or condition that is not declared."""
    model = Model(tables, {rule.entity: rule for rule in rules}, {rule.verb: rule for rule in verbs})
    faults = [
        *_twice([rule.entity for rule in rules]),
        *_twice([rule.verb for rule in verbs]),
        *(fault for rule in rules for fault in _faults(model, rule)),
        *(fault for rule in verbs for fault in _faults_of_verb(model, rule)),
        *_unknown_openings(tables),
    ]
    if faults:
        raise PolicyError("the access rules do not fit the tables:\n" + "\n".join(f"- {fault}" for fault in faults))
    return model


def _twice(names: list[str]) -> list[str]:
    return [f"{name} has more than one rule" for name in sorted(set(names)) if names.count(name) > 1]


def _faults(model: Model, rule: EntityRule) -> list[str]:
    if rule.entity not in model.tables:
        return [f"{rule.entity} has a rule but no table"]
    faults = []
    if not any(kind in rule.rows for kind in PathKind):
        faults.append(f"{rule.entity} has no row set: nobody could ever see it")
    predicates = {f"rows on {kind}": rows for kind, rows in rule.rows.items()} | {
        f"condition {name}": condition for name, condition in rule.conditions.items()
    }
    for where, predicate in predicates.items():
        for table, column in sorted(columns_read(predicate, rule.entity)):
            if column not in model.tables.get(table, {}):
                faults.append(f"{rule.entity}, {where}: there is no column {table}.{column}")
    for kind in PathKind:
        faults += [
            f"{rule.entity} is reached by {kind} and has a column whose cell asks for {name}, which it does not declare"
            for name in sorted(_conditions_needed(model, rule, kind) - set(rule.conditions))
        ]
    return faults


def _faults_of_verb(model: Model, verb: VerbRule) -> list[str]:
    """A verb is done on rows of a served entity, by paths that reach some, under what that entity declares."""
    if verb.entity is None:
        return []
    rule = model.rules.get(verb.entity)
    if rule is None:
        return [f"{verb.verb} is done on {verb.entity}, which has no rule"]
    faults = [
        f"{verb.verb} is given to {kind}, which reaches no {verb.entity}"
        for kind in verb.holds
        if kind not in rule.rows
    ]
    for kind, holds in verb.holds.items():
        unknown = [
            f"{verb.verb} on {kind}: there is no column {table}.{column}"
            for table, column in sorted(columns_read(holds, verb.entity))
            if column not in model.tables.get(table, {})
        ]
        undeclared = [
            f"{verb.verb} on {kind} asks for {name}, which {verb.entity} does not declare"
            for name in sorted(_conditions(holds, kind) - set(rule.conditions))
        ]
        faults += unknown + undeclared
    return faults


def _conditions_needed(model: Model, rule: EntityRule, kind: PathKind) -> set[str]:
    """The conditions that the cells of this path kind name, for the classes this entity's columns carry."""
    if kind not in rule.rows:
        return set()
    carried: set[FieldClass] = set()
    for access in model.tables[rule.entity].values():
        if not isinstance(access, Marker):
            carried |= access
    return {
        name
        for field_class in carried
        if not rule.withholds(kind, field_class) and (cell := MASKS[kind].get(field_class)) is not None
        for name in _conditions(cell)
    }


def _conditions(expr: Expr, kind: PathKind | None = None) -> set[str]:
    """The conditions that a cell of the mask table names, or a verb of a kind of path, which may name classes too."""
    match expr:
        case Condition(name):
            return {name}
        case And(parts) | Or(parts):
            return set().union(*(_conditions(part, kind) for part in parts))
        case Not(part):
            return _conditions(part, kind)
        case Masks(field_class) if kind is not None:
            return _conditions(MASKS[kind].get(field_class, FALSE))
        case Exists() | Masks() | Reached() | ReachedBy():
            raise PolicyError(f"a cell of the mask table names tokens and conditions only, not {expr}")
        case _:
            return set()


def _unknown_openings(tables: Mapping[str, Columns]) -> list[str]:
    return [
        f"permission {scope}.{permission.key} opens {entity}, which is no table"
        for scope in Scope
        for permission in CATALOGUE[scope].values()
        for entity in permission.opens
        if entity not in tables
    ]
