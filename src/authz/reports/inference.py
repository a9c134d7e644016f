"""Inference: can a hidden value be computed from visible ones? Decided by ranks, exactly.

Every column is a function of the measures, which vary independently. A hidden one is determined by visible ones, near a
generic point, exactly if its gradient is a combination of theirs. Gradients are taken at random rational points by
forward-mode differentiation over exact fractions; their rows are scaled to whole numbers, which changes no span.

What it does not decide: rounding, bounds, correlation, and groups of one row. A median counts as revealing what it is
the median of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import chain
from math import gcd, lcm
from random import Random
from typing import Self

from sightline.authz.reports.catalogue import CATALOGUE, Catalogue
from sightline.authz.reports.columns import Aggregation
from sightline.authz.reports.formulas import Formula, evaluate
from sightline.authz.reports.measures import MEASURES

_POINTS = 3
_SEED = 20  # any: the same lists must be refused every time
_RANGE = 10**9

# In most programs every conversion has a sale and follows a click: whoever counts the ones is taken to know the others.
_TAKEN_FOR: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    ("conversions_with_sale", "conversions_with_click"),
    ("approved_conversions", "pending_conversions", "hold_conversions"),
)

Row = Mapping[int, int]
"""A gradient, scaled: the index of a measure and a whole number that is not 0."""

Gradients = Sequence[Row | None]
"""A gradient at each point; None where the value divides by zero there, and so says nothing."""

_Basis = dict[int, tuple[Row, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Dual:
    """A number with its slopes along the measures."""

    value: Fraction
    slopes: Mapping[int, Fraction]

    def __add__(self, other: Self, /) -> Self:
        return self._made(self.value + other.value, self, Fraction(1), other, Fraction(1))

    def __sub__(self, other: Self, /) -> Self:
        return self._made(self.value - other.value, self, Fraction(1), other, Fraction(-1))

    def __mul__(self, other: Self, /) -> Self:
        return self._made(self.value * other.value, self, other.value, other, self.value)

    def __truediv__(self, other: Self, /) -> Self:
        value = self.value / other.value
        return self._made(value, self, 1 / other.value, other, -value / other.value)

    def __neg__(self) -> Self:
        return type(self)(-self.value, {at: -slope for at, slope in self.slopes.items()})

    def _made(self, value: Fraction, one: Self, by: Fraction, two: Self, times: Fraction) -> Self:
        slopes = {at: slope * by for at, slope in one.slopes.items()}
        for at, slope in two.slopes.items():
            slopes[at] = slopes.get(at, Fraction(0)) + slope * times
        return type(self)(value, slopes)


def _constant(value: Decimal) -> Dual:
    return Dual(Fraction(value), {})


@dataclass(frozen=True, slots=True)
class Space:
    """A catalogue at some random points: the value and slopes of every column and measure. Made once per catalogue."""

    catalogue: Catalogue
    points: tuple[Mapping[str, Dual | None], ...]

    def gradients(self, formula: Formula) -> Gradients:
        """The gradient of a formula at each point."""
        return tuple(_row(evaluate(formula, point, number=_constant)) for point in self.points)


def space_of(catalogue: Catalogue) -> Space:
    """The space of a catalogue, custom metrics included."""
    random = Random(_SEED)
    return Space(catalogue, tuple(_point(catalogue, random) for _ in range(_POINTS)))


@cache
def space_of_built_in() -> Space:
    """The space of the built-in columns."""
    return space_of(CATALOGUE)


def _point(catalogue: Catalogue, random: Random) -> Mapping[str, Dual | None]:
    point: dict[str, Dual | None] = {}
    for at, key in enumerate(MEASURES):
        point[key] = Dual(Fraction(random.randint(2, _RANGE)), {at: Fraction(1)})
    for key, parts in _TAKEN_FOR.items():
        first, *others = (each for part in parts if (each := point[part]) is not None)
        point[key] = sum(others, start=first)
    for key, column in catalogue.columns.items():
        if column.aggregation is Aggregation.MEDIAN and column.formula is not None:
            point[key] = evaluate(column.formula, point, number=_constant)
    return catalogue.computed(catalogue.columns, point, number=_constant)


def _row(dual: Dual | None) -> Row | None:
    if dual is None:
        return None
    slopes = {at: slope for at, slope in dual.slopes.items() if slope}
    scale = lcm(*(slope.denominator for slope in slopes.values()))
    return _primitive({at: slope.numerator * (scale // slope.denominator) for at, slope in slopes.items()})


def _primitive(row: Row) -> Row:
    divisor = gcd(*row.values())
    return {at: value // divisor for at, value in row.items()} if divisor > 1 else row


def computable(space: Space, target: Formula, known: Mapping[str, Formula]) -> bool:
    """Whether the target can be computed from what is known; the names do not matter here."""
    return _explanation(space.gradients(target), _gradients(space, known)) is not None


def witness(
    space: Space, target: Formula, known: Mapping[str, Formula], *, blamed: Collection[str] = ()
) -> tuple[str, ...] | None:
    """A set of what is known that gives the target away and of which nothing can be spared; None if there is none.

    What is not `blamed` explains first, so that a witness names little of what is.
    """
    return _witness(space.gradients(target), _gradients(space, known), blamed)


def _gradients(space: Space, known: Mapping[str, Formula]) -> dict[str, Gradients]:
    return {name: space.gradients(formula) for name, formula in known.items()}


def _witness(target: Gradients, known: Mapping[str, Gradients], blamed: Collection[str]) -> tuple[str, ...] | None:
    found = _explanation(target, {name: known[name] for name in sorted(known, key=lambda name: name in blamed)})
    if found is None:
        return None
    left = {name: row for name, row in known.items() if name in found}
    # Columns made of many others come last, and explain least.
    for name in sorted(left, key=lambda name: name in blamed)[::-1]:
        others = {other: row for other, row in left.items() if other != name}
        if _explanation(target, others) is not None:
            left = others
    return tuple(left)


def _explanation(target: Gradients, known: Mapping[str, Gradients]) -> frozenset[str] | None:
    """Names that suffice for the target, by what some point says, or None.

    That ranks fall at a point by accident is as improbable as guessing a hidden amount.
    """
    for at, goal in enumerate(target):
        if goal is not None:
            left, names = _reduced(goal, frozenset(), _echelon((name, each[at]) for name, each in known.items()))
            if not left:
                return names
    return None


def _echelon(rows: Iterable[tuple[str, Row | None]]) -> _Basis:
    """A basis of the rows' span, each by its leading index and with the names it is made of."""
    basis: _Basis = {}
    for name, row in rows:
        left, names = _reduced(row or {}, frozenset({name}), basis)
        if left:
            basis[min(left)] = left, names
    return basis


def _reduced(row: Row, names: frozenset[str], basis: _Basis) -> tuple[Row, frozenset[str]]:
    """What is left of a row once the basis has taken out all it can: nothing exactly for a row of its span."""
    while row:
        found = basis.get(min(row))
        if found is None:
            break
        other, more = found
        one, two = other[min(row)], row[min(row)]
        mixed = {at: value * one for at, value in row.items()}
        for at, value in other.items():
            mixed[at] = mixed.get(at, 0) - value * two
        row = _primitive({at: value for at, value in mixed.items() if value})
        names |= more
    return row, names


def smallest_repair(
    space: Space, targets: Collection[Formula], known: Mapping[str, Formula], *, droppable: Collection[str]
) -> tuple[str, ...] | None:
    """A smallest set of droppable names without which no target is computable; None if dropping all is not enough.

    Exact: every repair must hit every witness, so the smallest set that hits those found so far is a lower bound, and
    the answer once it leaves no further witness.
    """
    rows = _gradients(space, known)
    goals = [space.gradients(target) for target in targets]
    witnesses: list[frozenset[str]] = []
    while True:
        dropped = _smallest_hit(witnesses)
        left = {name: row for name, row in rows.items() if name not in dropped}
        found = next((each for goal in goals if (each := _witness(goal, left, droppable)) is not None), None)
        if found is None:
            return tuple(name for name in known if name in dropped)
        blame = frozenset(found) & frozenset(droppable)
        if not blame:
            return None
        witnesses.append(blame)


def _smallest_hit(sets: Sequence[frozenset[str]]) -> frozenset[str]:
    """A smallest set that has something of each, by iterative deepening."""
    size = 0
    while (found := _hit(sets, frozenset(), size)) is None:
        size += 1
    return found


def _hit(sets: Sequence[frozenset[str]], chosen: frozenset[str], more: int) -> frozenset[str] | None:
    unhit = min((each for each in sets if not each & chosen), key=len, default=None)
    if unhit is None:
        return chosen
    if not more:
        return None
    return next(chain((hit for name in sorted(unhit) if (hit := _hit(sets, chosen | {name}, more - 1))), (None,)))
