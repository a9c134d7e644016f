"""The algebra of predicates: canonical forms, and their meaning in SQL's three values (authorization 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.authz.classes import FieldClass
from sightline.authz.expr import (
    FALSE,
    TRUE,
    And,
    Compare,
    Condition,
    Edge,
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
    Truth,
    all_of,
    any_of,
    columns_read,
    evaluate,
    negate,
    one_of,
    tokens_read,
)

Row = Mapping[str, Any]

COLUMNS = ("a", "b", "parent")
EDGE = Edge("other", (("parent", "id"),))
ATTRIBUTES: dict[str, frozenset[int]] = {"some": frozenset({1, 2}), "none": frozenset()}


class Others:
    """The rows of the entity over the edge."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)

    def matching(self, entity: str, columns: Mapping[str, object]) -> Iterable[Row]:
        """Those with exactly these values."""
        assert entity == "other"
        return [row for row in self.rows if all(row[name] == value for name, value in columns.items())]


VALUES = st.sampled_from([None, 1, 2, 3])
ROWS = st.fixed_dictionaries(dict.fromkeys((*COLUMNS, "id"), VALUES))
WORLDS = st.lists(ROWS, max_size=4).map(Others)
ATOMS: st.SearchStrategy[Expr] = st.one_of(
    st.sampled_from([TRUE, FALSE]),
    st.builds(Compare, st.sampled_from(COLUMNS), st.sampled_from(Operator), st.sampled_from([1, 2])),
    st.builds(IsNull, st.sampled_from(COLUMNS)),
    st.builds(In, st.sampled_from(COLUMNS), st.sampled_from(sorted(ATTRIBUTES))),
)


def _larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(Not, inner),
        st.builds(Exists, st.just(EDGE), inner),
    )


RAW = st.recursive(ATOMS, _larger, max_leaves=8)
"""Trees as nobody writes them: nested, doubled, not in order."""


def canonical(expr: Expr) -> Expr:
    """The same predicate, made by the constructors that the rules are made by."""
    match expr:
        case And(parts):
            return all_of(*map(canonical, parts))
        case Or(parts):
            return any_of(*map(canonical, parts))
        case Not(part):
            return negate(canonical(part))
        case Exists(edge, where):
            return Exists(edge, canonical(where))
        case _:
            return expr


CANONICAL = RAW.map(canonical)


def truth(expr: Expr, row: Row, world: Others) -> bool | None:
    """What the evaluator says."""
    return evaluate(expr, row, attributes=ATTRIBUTES, world=world)


def naive(expr: Expr, row: Row, world: Others) -> bool | None:
    """SQL's truth tables, spelled out: unknown is one half, AND the least, OR the greatest, NOT the rest to one."""
    half = _naive(expr, row, world)
    return None if half == 0.5 else half == 1


def _naive(expr: Expr, row: Row, world: Others) -> float:
    match expr:
        case Truth(value):
            return float(value)
        case Compare(column, operator, constant):
            equal = row[column] == constant
            return 0.5 if row[column] is None else float(equal if operator is Operator.EQUAL else not equal)
        case IsNull(column):
            return float(row[column] is None)
        case In(column, attribute):
            comparisons = [0.5 if row[column] is None else float(row[column] == each) for each in ATTRIBUTES[attribute]]
            return max(comparisons, default=0.0)
        case Exists(edge, where):
            joined = [
                other for other in world.rows if all(row[here] == other[there] is not None for here, there in edge.on)
            ]
            return float(any(_naive(where, other, world) == 1 for other in joined))
        case And(parts):
            return min(_naive(part, row, world) for part in parts)
        case Or(parts):
            return max(_naive(part, row, world) for part in parts)
        case Not(part):
            return 1 - _naive(part, row, world)
        case _:
            raise AssertionError(expr)


@given(RAW, ROWS, WORLDS)
def test_evaluation_is_sqls_three_valued_logic(expr: Expr, row: Row, world: Others) -> None:
    """NULL stays unknown through AND, OR and NOT, never through EXISTS and IS NULL."""
    assert truth(expr, row, world) is naive(expr, row, world)


@given(RAW, ROWS, WORLDS)
def test_canonical_form_keeps_the_meaning(expr: Expr, row: Row, world: Others) -> None:
    """Flattening, ordering and absorbing change no truth, unknown included."""
    assert truth(canonical(expr), row, world) is naive(expr, row, world)


@given(RAW)
def test_canonical_form_is_one(expr: Expr) -> None:
    """Making the canonical form of a canonical form changes nothing."""
    assert canonical(canonical(expr)) == canonical(expr)


@given(CANONICAL)
def test_idempotent(expr: Expr) -> None:
    """A and A is A; A or A is A."""
    assert all_of(expr, expr) == expr == any_of(expr, expr)
    assert all_of(expr) == expr == any_of(expr)


@given(st.lists(CANONICAL, min_size=1, max_size=3))
def test_commutative_and_associative(parts: list[Expr]) -> None:
    """Neither the order of parts nor their nesting matters."""
    for combine in (all_of, any_of):
        assert len({combine(*order) for order in permutations(parts)}) == 1
        assert combine(parts[0], combine(*parts[1:])) == combine(*parts)


@given(CANONICAL, CANONICAL)
def test_absorption(one: Expr, other: Expr) -> None:
    """A or (A and B) is A, and A and (A or B) is A: by form, wherever A is one part."""
    if not isinstance(one, And | Or):
        assert any_of(one, all_of(one, other)) == one
        assert all_of(one, any_of(one, other)) == one


@given(CANONICAL)
def test_units_and_zeros(expr: Expr) -> None:
    """TRUE is neutral for AND and absorbing for OR; FALSE the other way; NOT NOT A is A."""
    assert all_of(expr, TRUE) == expr == any_of(expr, FALSE)
    assert all_of(expr, FALSE) == FALSE
    assert any_of(expr, TRUE) == TRUE
    assert negate(negate(expr)) == expr
    assert (all_of(), any_of()) == (TRUE, FALSE)


def test_excluded_middle_is_not_assumed() -> None:
    """A or not A is not TRUE by form: where A is unknown it is unknown, and unknown denies."""
    a = Compare("a", Operator.EQUAL, 1)
    either = any_of(a, negate(a))
    assert either != TRUE
    assert truth(either, {"a": None}, Others(())) is None
    assert truth(all_of(a, negate(a)), {"a": None}, Others(())) is None


def test_no_row_is_reached_over_a_null_key() -> None:
    """EXISTS joins nothing on NULL, as SQL does not."""
    other = {"id": None, "a": 1, "b": 1, "parent": None}
    assert truth(Exists(EDGE, TRUE), {"parent": None}, Others([other])) is False


def test_in_an_empty_list_is_false_even_for_null() -> None:
    """`NULL = ANY('{}')` is FALSE, `NULL = ANY('{1}')` is NULL."""
    assert truth(In("a", "none"), {"a": None}, Others(())) is False
    assert truth(In("a", "some"), {"a": None}, Others(())) is None


@pytest.mark.parametrize("atom", [Holds("X:R"), Masks(FieldClass.PAYOUT), Condition("C"), Reached()])
def test_atoms_of_a_path_have_no_truth_of_their_own(atom: Expr) -> None:
    """Only folded predicates are evaluated."""
    with pytest.raises(TypeError, match="belongs to a path"):
        truth(atom, {}, Others(()))


@given(RAW)
def test_columns_read_are_all_columns(expr: Expr) -> None:
    """Every column named anywhere is reported, on the side of the edge where it is."""
    columns = columns_read(expr, "here")
    assert all((table, column) in columns for table, column in _named(expr, "here"))


def _named(expr: Expr, entity: str) -> Iterable[tuple[str, str]]:
    match expr:
        case Compare(column, _, _) | IsNull(column) | In(column, _):
            yield entity, column
        case Exists(edge, where):
            yield entity, "parent"
            yield edge.target, "id"
            yield from _named(where, edge.target)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _named(part, entity)
        case Not(part):
            yield from _named(part, entity)


def test_tokens_read_are_all_tokens() -> None:
    """Tokens are found under every connective and over every edge."""
    rule = all_of(Holds("A"), any_of(negate(Holds("B")), Exists(EDGE, all_of(Holds("C"), IsNull("a")))))
    assert tokens_read(rule) == {"A", "B", "C"}


def test_one_of_nothing_is_false() -> None:
    """A column is never one of no values."""
    assert one_of("a") == FALSE
    assert one_of("a", "x") == Compare("a", Operator.EQUAL, "x")
