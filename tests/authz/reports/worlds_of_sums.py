"""A second reading of inference: worlds of sums that agree on everything visible and differ in what is hidden.

Every built-in column is one linear form of the measures, or one by another. What a viewer sees of a world, c, says of
every other world x that numerator(x) = c * denominator(x): a linear system. So the worlds that look the same are an
affine space, found by solving it; a hidden linear column is determined exactly if it is constant there. No derivatives,
no random directions, and a counterexample that can be held against the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from random import Random

from sightline.authz.reports.columns import COLUMNS, Aggregation
from sightline.authz.reports.formulas import Formula, Name, Negative, Number, Operation, Operator
from sightline.authz.reports.measures import MEASURES

World = dict[str, Fraction]
Form = dict[str, Fraction]
"""A linear form of the measures; "" is its constant."""


def random_world(random: Random) -> World:
    """Sums as they might be; what nearly always is the same is the same."""
    world = {key: Fraction(random.randint(1, 10_000), random.choice((1, 1, 4))) for key in MEASURES}
    counted = sum((world[f"{each}_conversions"] for each in ("approved", "pending", "hold")), Fraction(0))
    return world | {"conversions_with_sale": counted, "conversions_with_click": counted}


def as_ratio(formula: Formula) -> tuple[Form, Form]:
    """Numerator and denominator. Raises ValueError for what is no ratio of linear forms."""
    match formula:
        case Number(value):
            return {"": Fraction(value)}, {"": Fraction(1)}
        case Name(key):
            column = COLUMNS.get(key)
            if column is None or column.formula is None:
                return {key: Fraction(1)}, {"": Fraction(1)}
            return as_ratio(column.formula)
        case Negative(operand):
            top, bottom = as_ratio(operand)
            return scaled(top, Fraction(-1)), bottom
        case Operation(operator, left, right):
            one, two = as_ratio(left), as_ratio(right)
            match operator:
                case Operator.ADD | Operator.SUBTRACT:
                    sign = Fraction(1 if operator is Operator.ADD else -1)
                    return added(times(one[0], two[1]), scaled(times(two[0], one[1]), sign)), times(one[1], two[1])
                case Operator.MULTIPLY:
                    return times(one[0], two[0]), times(one[1], two[1])
                case Operator.DIVIDE:
                    return times(one[0], two[1]), times(one[1], two[0])


def scaled(form: Form, by: Fraction) -> Form:
    """A multiple."""
    return {key: value * by for key, value in form.items()}


def added(one: Form, two: Form) -> Form:
    """The sum."""
    return {key: one.get(key, Fraction(0)) + two.get(key, Fraction(0)) for key in one | two}


def times(one: Form, two: Form) -> Form:
    """The product of a linear form and a constant."""
    if set(one) <= {""}:
        return scaled(two, one.get("", Fraction(0)))
    if set(two) <= {""}:
        return scaled(one, two.get("", Fraction(0)))
    raise ValueError("not linear")


def value(form: Form, world: Mapping[str, Fraction]) -> Fraction:
    """The form in a world."""
    return sum((weight * (world[key] if key else 1) for key, weight in form.items()), Fraction(0))


def visible_of(key: str) -> Formula:
    """What a column shows; a median counts as showing the sum it is the median of."""
    column = COLUMNS[key]
    return column.formula if column.aggregation is Aggregation.MEDIAN and column.formula else Name(key)


def directions(visible: Iterable[Formula], world: World) -> list[World]:
    """A basis of the changes to a world that nobody sees who sees these."""
    rows = [
        [Fraction(key == "conversions_with_sale") - Fraction(key in COUNTED) for key in MEASURES],
        [Fraction(key == "conversions_with_click") - Fraction(key in COUNTED) for key in MEASURES],
    ]
    for formula in visible:
        top, bottom = as_ratio(formula)
        seen = value(top, world) / value(bottom, world)
        form = added(top, scaled(bottom, -seen))
        rows.append([form.get(key, Fraction(0)) for key in MEASURES])
    return [dict(zip(MEASURES, vector, strict=True)) for vector in null_space(rows, len(MEASURES))]


COUNTED = ("approved_conversions", "pending_conversions", "hold_conversions")


def null_space(rows: list[list[Fraction]], width: int) -> list[list[Fraction]]:
    """A basis of what every row takes to zero, from the reduced echelon form."""
    left, pivots = [row[:] for row in rows], []
    for column in range(width):
        at = next((n for n in range(len(pivots), len(left)) if left[n][column]), None)
        if at is None:
            continue
        rank = len(pivots)
        left[rank], left[at] = left[at], left[rank]
        left[rank] = [each / left[rank][column] for each in left[rank]]
        for n, row in enumerate(left):
            if n != rank and row[column]:
                left[n] = [one - row[column] * two for one, two in zip(row, left[rank], strict=True)]
        pivots.append(column)
    found = []
    for free in (column for column in range(width) if column not in pivots):
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for rank, column in enumerate(pivots):
            vector[column] = -left[rank][free]
        found.append(vector)
    return found


def twin(world: World, visible: Iterable[Formula], hidden: str) -> World | None:
    """Another world that looks the same and has another hidden value, or None if there is none."""
    top, _ = as_ratio(Name(hidden))
    for step in directions(visible, world):
        if value(top, step):
            # So small that no sum becomes negative: it stays a world that might be.
            size = min((world[key] / (2 * abs(by)) for key, by in step.items() if by), default=Fraction(1))
            return {key: world[key] + size * step[key] for key in world}
    return None
