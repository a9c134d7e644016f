"""The language of formulas: what it reads, what it prints, what it computes, and where it points when it refuses."""

from __future__ import annotations

import ast
import operator
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sightline.authz.reports.formulas import (
    MAX_DEPTH,
    MAX_LENGTH,
    Formula,
    FormulaError,
    Name,
    Negative,
    Number,
    Operation,
    Operator,
    evaluate,
    names,
    parse,
    text,
)
from sightline.authz.reports.series import Series

KEYS = ("a", "b", "c")
NUMBERS = st.decimals(min_value=0, max_value=10**6, places=3).map(abs)
FORMULAS: st.SearchStrategy[Formula] = st.recursive(
    NUMBERS.map(Number) | st.sampled_from(KEYS).map(Name),
    lambda inner: inner.map(Negative) | st.builds(Operation, st.sampled_from(Operator), inner, inner),
    max_leaves=12,
)
VALUES = st.fixed_dictionaries(dict.fromkeys(KEYS, st.none() | st.fractions(-100, 100, max_denominator=50)))
IN_PYTHON = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def python_reads(source: str, values: dict[str, Fraction | None]) -> Fraction | None:
    """A second reading: Python's own parser, and its exact fractions; null where it divides by zero or meets null."""

    def read(node: ast.expr) -> Fraction:
        match node:
            case ast.BinOp(left, sign, right):
                return IN_PYTHON[type(sign)](read(left), read(right))
            case ast.UnaryOp(ast.USub(), inner):
                return -read(inner)
            case ast.Name(key):
                return Fraction(values[key])  # type: ignore[arg-type]
            case _:
                return Fraction(ast.get_source_segment(source, node) or "")

    try:
        return read(ast.parse(source, mode="eval").body)
    except (ZeroDivisionError, TypeError):
        return None


@given(FORMULAS)
def test_what_is_printed_is_read_as_the_same(formula: Formula) -> None:
    assume(len(text(formula)) <= MAX_LENGTH)
    assert parse(text(formula)) == formula


@given(FORMULAS, VALUES)
def test_m2_values_are_those_of_exact_arithmetic_and_null_spreads(
    formula: Formula, values: dict[str, Fraction | None]
) -> None:
    """M1, M2: no float, no rounding on the way; null where a part is null or divides by zero, never 0 or infinity."""
    assert evaluate(formula, values, number=Fraction) == python_reads(text(formula), values)


@given(st.text("ab+-*/(). 019_%", max_size=30))
def test_every_text_is_read_or_refused_where_it_fails(source: str) -> None:
    """Total: a text is a formula, or an error that points at a character of it or just behind it."""
    formula = position = None
    try:
        formula = parse(source)
    except FormulaError as error:
        position = int(str(error).rpartition(" ")[2])
    if formula is not None:
        assert parse(text(formula)) == formula
    else:
        assert position in range(1, len(source) + 2)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("", "Expected a column or a number at character 1"),
        ("   ", "Expected a column or a number at character 4"),
        ("clicks", None),
        ("clicks / ", "Expected a column or a number at character 10"),
        ("profit%2", "Expected an operator or the end at character 7"),
        ("1 + * 2", "Expected a column or a number at character 5"),
        ("(a + b", "Expected an operator or ) at character 7"),
        ("a + b)", "Expected an operator or the end at character 6"),
        ("a b", "Expected an operator or the end at character 3"),
        ("2a", "Expected an operator or the end at character 2"),
        ("1.", "Expected an operator or the end at character 2"),
        (".5", "Expected a column or a number at character 1"),
        ("1e5", "Expected an operator or the end at character 2"),
        ("a // b", "Expected a column or a number at character 4"),
        ("a ** b", "Expected a column or a number at character 4"),
        ("a.b", "Expected an operator or the end at character 2"),
        ("f(a)", "Expected an operator or the end at character 2"),
        ("+a", "Expected a column or a number at character 1"),
        ("a; b", "Expected an operator or the end at character 2"),
        ("a + '1'", "Expected a column or a number at character 5"),
        ("\u0661 + a", "Expected a column or a number at character 1"),
        ("(" * 40 + "a" + ")" * 40, f"Signs and parentheses go at most {MAX_DEPTH} deep; see character 34"),
        ("-" * 40 + "a", f"Signs and parentheses go at most {MAX_DEPTH} deep; see character 34"),
        ("a" * (MAX_LENGTH + 1), f"A formula has at most {MAX_LENGTH} characters; this one has {MAX_LENGTH + 1}"),
    ],
)
def test_a_refusal_points_at_the_character(source: str, says: str | None) -> None:
    if says is None:
        parse(source)
        return
    with pytest.raises(FormulaError) as refused:
        parse(source)
    assert str(refused.value) == says


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("a-(b-c)", "a - (b - c)"),
        ("(a-b)-c", "a - b - c"),
        ("a/(b*c)", "a / (b * c)"),
        ("(a*b)/c", "a * b / c"),
        ("-(a+b)", "-(a + b)"),
        ("-a*b", "-a * b"),
        ("-(a*b)", "-(a * b)"),
        ("- - a", "--a"),
        ("((1.50))", "1.50"),
        ("(a+b)*c", "(a + b) * c"),
    ],
)
def test_parentheses_are_kept_where_they_matter(source: str, printed: str) -> None:
    assert text(parse(source)) == printed


def test_names_are_told_once_in_the_order_of_the_text() -> None:
    assert names(parse("b / (a + b) - 3 * c")) == ("b", "a", "c")


def test_the_longest_formula_is_computed() -> None:
    """A chain as long as a formula may be: deep as a tree, and no error."""
    formula = parse("+".join("1" * (MAX_LENGTH // 2)))
    assert evaluate(formula, {}, number=Fraction) == MAX_LENGTH // 2
    assert parse(text(formula)[:MAX_LENGTH].rstrip(" +")) is not None


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (Fraction(1, 3), 4, "0.3333"),
        (Fraction(-2, 3), 2, "-0.67"),
        (Fraction(5, 1000), 2, "0.00"),  # half to even
        (Fraction(15, 1000), 2, "0.02"),
        (Fraction(10**40 + 1), 2, "1" + "0" * 39 + "1.00"),
        (Fraction(-1, 1000), 2, "0.00"),
        (Fraction(7), 0, "7"),
    ],
)
def test_m3_values_are_rounded_once_half_even(value: Fraction, digits: int, written: str) -> None:
    """M3: an exact decimal of so many digits, however long it is."""
    over, under = (Series([None, each]) for each in value.as_integer_ratio())
    nothing, found = (over / under).rounded(digits)
    assert nothing is None
    assert f"{found:f}" == written
    assert found == Decimal(written)


@given(
    st.integers(-(10**70), 10**70) | st.integers(-(10**4), 10**4),
    st.integers(1, 10**70) | st.integers(1, 2**9),
    st.integers(-(10**9), 10**9),
    st.integers(0, 6),
)
def test_m3_no_value_is_rounded_twice(over: int, under: int, whole: int, digits: int) -> None:
    """M3: also of what lies as near as may be to the middle of two, or on it."""
    near = Series([whole]) / Series([2 * 10**digits]) + Series([over]) / Series([under * 10**60])
    expected = Fraction(whole, 2 * 10**digits) + Fraction(over, under * 10**60)
    assert near.exact(0) == expected
    (found,) = near.rounded(digits)
    assert found is not None
    assert found == round(expected, digits)
    assert not (found == 0 and found.is_signed())


@given(FORMULAS, st.lists(st.tuples(*[st.none() | NUMBERS] * len(KEYS)), min_size=1, max_size=5))
def test_m2_a_column_is_computed_as_each_of_its_rows_is(
    formula: Formula, rows: list[tuple[Decimal | None, ...]]
) -> None:
    """M1, M2: all rows at once come to what each comes to by itself, nulls included."""
    columns = {key: Series([row[at] for row in rows]) for at, key in enumerate(KEYS)}
    together = evaluate(formula, columns, number=Series.constant(len(rows)))
    alone = [
        evaluate(
            formula,
            {key: None if value is None else Fraction(value) for key, value in zip(KEYS, row, strict=True)},
            number=Fraction,
        )
        for row in rows
    ]
    assert together is not None
    assert [together.exact(row) for row in range(len(rows))] == alone
