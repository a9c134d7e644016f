"""Predicates over a row, as data: a small total language with one tree and several interpreters.

The SQL interpreter is `sightline.db.predicates`; the row-by-row Python one (the reference the tests compare with) is
`evaluate` below. Both follow SQL's three-valued logic, and only TRUE admits: NULL means deny.

A rule is written with *atoms of the path* (`Holds`, `Masks`, `Condition`, `Reached`, `ReachedBy`) and principal
attributes; `Fold` in `sightline.authz.visibility` replaces the atoms for one path, after which only predicates over
rows are left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sightline.authz.classes import FieldClass

Constant = str | int | bool
Token = str


class Operator(StrEnum):
    """How a column is compared with a constant."""

    EQUAL = "="
    DIFFERENT = "<>"


@dataclass(frozen=True, slots=True)
class Edge:
    """A declared way from a row to rows of another entity: `on` pairs a column here with a column there."""

    target: str
    on: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True, slots=True)
class Compare:
    """A column against a constant. NULL where the column is NULL."""

    column: str
    operator: Operator
    constant: Constant


@dataclass(frozen=True, slots=True)
class IsNull:
    """Whether a column is NULL. Never NULL itself."""

    column: str


@dataclass(frozen=True, slots=True)
class In:
    """Whether a column is among the values of a principal attribute, which reach SQL as one array parameter."""

    column: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether some row over the edge satisfies the predicate. Never NULL itself."""

    edge: Edge
    where: Expr


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two parts, in canonical order. Made by `all_of`."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some of at least two parts, in canonical order. Made by `any_of`."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; NULL stays NULL. Made by `negate`."""

    part: Expr


@dataclass(frozen=True, slots=True)
class Holds:
    """Atom: the path carries this token (a permission, a switch, a role). Folded to TRUE or FALSE."""

    token: Token


@dataclass(frozen=True, slots=True)
class Masks:
    """Atom: the path's own cell for this class, on the row at hand."""

    field_class: FieldClass


@dataclass(frozen=True, slots=True)
class Condition:
    """Atom: a named predicate of the entity at hand (DIRECT, SETTLED, ...)."""

    name: str


@dataclass(frozen=True, slots=True)
class Reached:
    """Atom: the path's own row set, on the row at hand. Inside `Exists`, that of the row over there."""


@dataclass(frozen=True, slots=True)
class ReachedBy:
    """Atom: some path of the principal, of one of these kinds, reaches the row at hand. No other atom asks others."""

    kinds: tuple[str, ...]


Expr = Truth | Compare | IsNull | In | Exists | And | Or | Not | Holds | Masks | Condition | Reached | ReachedBy

TRUE = Truth(True)
FALSE = Truth(False)


def equals(column: str, constant: Constant) -> Expr:
    """The column has this value."""
    return Compare(column, Operator.EQUAL, constant)


def one_of(column: str, *constants: Constant) -> Expr:
    """The column has one of these values."""
    return any_of(*(equals(column, constant) for constant in constants))


def all_of(*parts: Expr) -> Expr:
    """The conjunction in canonical form: flat, ordered, without duplicates, absorbed; TRUE when empty."""
    return _combine(parts, And, Or, neutral=TRUE, absorbing=FALSE)


def any_of(*parts: Expr) -> Expr:
    """The disjunction in canonical form: flat, ordered, without duplicates, absorbed; FALSE when empty."""
    return _combine(parts, Or, And, neutral=FALSE, absorbing=TRUE)


def negate(part: Expr) -> Expr:
    """The opposite, with constants and double negations folded."""
    match part:
        case Truth(value):
            return Truth(not value)
        case Not(inner):
            return inner
        case _:
            return Not(part)


def _combine(
    parts: Iterable[Expr], same: type[And] | type[Or], dual: type[And] | type[Or], *, neutral: Truth, absorbing: Truth
) -> Expr:
    flat: set[Expr] = set()
    for part in parts:
        flat.update(part.parts if isinstance(part, same) else (part,))
    flat.discard(neutral)
    if absorbing in flat:
        return absorbing
    # Absorption: beside A, a dual part that contains A adds nothing (A or (A and B) is A; A may be a dual part too).
    # INVARIANT: no law used here assumes two values: A or not A stays as it is, for A may be NULL.
    pieces = {part: frozenset(part.parts if isinstance(part, dual) else (part,)) for part in flat}
    kept = [part for part in flat if not any(other < pieces[part] for other in pieces.values())]
    if not kept:
        return neutral
    if len(kept) == 1:
        return kept[0]
    return same(tuple(sorted(kept, key=repr)))


class World(Protocol):
    """The rows that `evaluate` follows edges into: plain mappings from column name to value."""

    def matching(self, entity: str, columns: Mapping[str, object]) -> Iterable[Mapping[str, object]]:
        """The rows of an entity that have exactly these (non-null) values."""


def evaluate(
    expr: Expr, row: Mapping[str, object], *, attributes: Mapping[str, Collection[object]], world: World
) -> bool | None:
    """The truth of a folded predicate for one row: True, False, or None where SQL says NULL.

    Raises TypeError for an atom: only folded expressions have a truth.
    """
    match expr:
        case Truth(value):
            return value
        case Compare(column, operator, constant):
            found = row[column]
            if found is None:
                return None
            return (found == constant) is (operator is Operator.EQUAL)
        case IsNull(column):
            return row[column] is None
        case In(column, attribute):
            values = attributes[attribute]
            # An empty array is FALSE even for NULL, as `NULL = ANY('{}')` is.
            if not values:
                return False
            return None if row[column] is None else row[column] in values
        case Exists(edge, where):
            key = {there: row[here] for here, there in edge.on}
            if any(value is None for value in key.values()):
                return False
            return any(
                evaluate(where, other, attributes=attributes, world=world) is True
                for other in world.matching(edge.target, key)
            )
        case And(parts):
            truths = [evaluate(part, row, attributes=attributes, world=world) for part in parts]
            return False if False in truths else None if None in truths else True
        case Or(parts):
            truths = [evaluate(part, row, attributes=attributes, world=world) for part in parts]
            return True if True in truths else None if None in truths else False
        case Not(part):
            truth = evaluate(part, row, attributes=attributes, world=world)
            return None if truth is None else not truth
        case Holds() | Masks() | Condition() | Reached() | ReachedBy():
            raise TypeError(f"{expr} belongs to a path and has no truth before it is folded")


def columns_read(expr: Expr, entity: str) -> frozenset[tuple[str, str]]:
    """Every (entity, column) the predicate reads, edges included; checked against the tables at build."""
    match expr:
        case Compare(column, _, _) | IsNull(column) | In(column, _):
            return frozenset({(entity, column)})
        case Exists(edge, where):
            ends = {(entity, here) for here, _ in edge.on} | {(edge.target, there) for _, there in edge.on}
            return frozenset(ends) | columns_read(where, edge.target)
        case And(parts) | Or(parts):
            return frozenset().union(*(columns_read(part, entity) for part in parts))
        case Not(part):
            return columns_read(part, entity)
        case Truth() | Holds() | Masks() | Condition() | Reached() | ReachedBy():
            return frozenset()


def asks_others(expr: Expr) -> bool:
    """Whether a predicate asks what other paths of the principal reach."""
    match expr:
        case ReachedBy():
            return True
        case Exists(_, where):
            return asks_others(where)
        case And(parts) | Or(parts):
            return any(asks_others(part) for part in parts)
        case Not(part):
            return asks_others(part)
        case _:
            return False


def tokens_read(expr: Expr) -> frozenset[Token]:
    """Every token the rule asks a path for."""
    match expr:
        case Holds(token):
            return frozenset({token})
        case Exists(_, where):
            return tokens_read(where)
        case And(parts) | Or(parts):
            return frozenset().union(*(tokens_read(part) for part in parts))
        case Not(part):
            return tokens_read(part)
        case _:
            return frozenset()
