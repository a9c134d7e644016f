"""The language of formulas: names, numbers, + - * / and parentheses, over exact numbers. Small, total, and data.

Nothing in it can fail, wait or run for long: a division by zero is null (M2), whatever touches null is null, and length
and depth are bounded. `parse` and `text` are inverse to each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from operator import add, mul, sub
from typing import Any, Final, Protocol, Self, TypeVar

MAX_LENGTH = 500
MAX_DEPTH = 32

_TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>[-+*/()]))")
_BLANKS = re.compile(r"\s*")
_END = "end"


class FormulaError(ValueError):
    """A formula that cannot be understood; the message says where, counting characters from 1."""


class Operator(StrEnum):
    """What joins two operands."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"

    @property
    def strength(self) -> int:
        """The stronger one takes its operands first; equal ones go from left to right."""
        return 1 if self in (Operator.ADD, Operator.SUBTRACT) else 2


_SIGN_STRENGTH = 3
_ATOM_STRENGTH = 4


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written: not negative, without an exponent."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    """The value of a column or measure."""

    key: str


@dataclass(frozen=True, slots=True)
class Negative:
    """The operand with the opposite sign."""

    operand: Formula


@dataclass(frozen=True, slots=True)
class Operation:
    """Two operands and what joins them."""

    operator: Operator
    left: Formula
    right: Formula


Formula = Number | Name | Negative | Operation


class Quantity(Protocol):
    """What formulas are evaluated over: numbers, columns of numbers, or numbers that carry their slopes."""

    def __add__(self, other: Self, /) -> Self: ...
    def __sub__(self, other: Self, /) -> Self: ...
    def __mul__(self, other: Self, /) -> Self: ...
    def __truediv__(self, other: Self, /) -> Self: ...
    def __neg__(self) -> Self: ...


Q = TypeVar("Q", bound=Quantity)


def parse(source: str) -> Formula:
    """The formula that a text writes. Raises FormulaError, which points at the character that does not fit.

    Names are not looked up: whether a column exists for somebody is not a question of grammar (RC6).
    """
    if len(source) > MAX_LENGTH:
        raise FormulaError(f"A formula has at most {MAX_LENGTH} characters; this one has {len(source)}")
    parser = _Parser(source)
    formula = parser.expression(strength=1, depth=0)
    if parser.kind != _END:
        raise FormulaError(f"Expected an operator or the end at character {parser.position}")
    return formula


class _Parser:
    """Precedence climbing, one token ahead."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._next = 0
        self.kind: str | None = None
        self.word = ""
        self.position = 1
        self._advance()

    def _advance(self) -> None:
        found = _TOKEN.match(self._source, self._next)
        if found is None:
            blanks = _BLANKS.match(self._source, self._next)
            at = blanks.end() if blanks else self._next
            self.kind, self.word, self.position = (_END if at == len(self._source) else None), "", at + 1
            return
        self.kind, self._next = found.lastgroup, found.end()
        self.word = found[self.kind or 0]
        self.position = found.end() - len(self.word) + 1

    def expression(self, *, strength: int, depth: int) -> Formula:
        """Operands joined by operators that are at least so strong."""
        left = self._operand(depth)
        while self.kind == "sign" and self.word not in "()" and Operator(self.word).strength >= strength:
            operator = Operator(self.word)
            self._advance()
            left = Operation(operator, left, self.expression(strength=operator.strength + 1, depth=depth))
        return left

    def _operand(self, depth: int) -> Formula:
        kind, word, position = self.kind, self.word, self.position
        if depth > MAX_DEPTH:
            raise FormulaError(f"Signs and parentheses go at most {MAX_DEPTH} deep; see character {position}")
        if kind == "number":
            self._advance()
            return Number(Decimal(word))
        if kind == "name":
            self._advance()
            return Name(word)
        if kind == "sign" and word == "-":
            self._advance()
            return Negative(self._operand(depth + 1))
        if kind == "sign" and word == "(":
            self._advance()
            inner = self.expression(strength=1, depth=depth + 1)
            if self.word != ")":
                raise FormulaError(f"Expected an operator or ) at character {self.position}")
            self._advance()
            return inner
        raise FormulaError(f"Expected a column or a number at character {position}")


def text(formula: Formula) -> str:
    """The formula as a text, with the parentheses it needs and no others."""
    match formula:
        case Number(value):
            return f"{value:f}"
        case Name(key):
            return key
        case Negative(operand):
            return f"-{_within(operand, _SIGN_STRENGTH)}"
        case Operation(operator, left, right):
            # Equal ones go from left to right: a - (b - c) keeps its parentheses, (a - b) - c needs none.
            strength = operator.strength
            return f"{_within(left, strength)} {operator} {_within(right, strength + 1)}"


def _within(part: Formula, strength: int) -> str:
    match part:
        case Operation(operator):
            own = operator.strength
        case Negative():
            own = _SIGN_STRENGTH
        case _:
            own = _ATOM_STRENGTH
    return text(part) if own >= strength else f"({text(part)})"


def names(formula: Formula) -> tuple[str, ...]:
    """Every name in it, once each, in the order of the text."""
    match formula:
        case Name(key):
            return (key,)
        case Negative(operand):
            return names(operand)
        case Operation(_, left, right):
            return tuple(dict.fromkeys((*names(left), *names(right))))
        case Number():
            return ()


def length(formula: Formula, of: Callable[[str], int]) -> int:
    """How many numbers and columns there are in it, each as often as it is there; a name counts what it is `of`."""
    match formula:
        case Name(key):
            return of(key)
        case Negative(operand):
            return length(operand, of)
        case Operation(_, left, right):
            return length(left, of) + length(right, of)
        case Number():
            return 1


def is_addition(formula: Formula) -> bool:
    """Whether it adds up names and does nothing else."""
    match formula:
        case Name():
            return True
        case Operation(Operator.ADD, left, right):
            return is_addition(left) and is_addition(right)
        case _:
            return False


def evaluate(formula: Formula, values: Mapping[str, Q | None], *, number: Callable[[Decimal], Q]) -> Q | None:
    """What a formula comes to: None where a part is None or divides by zero (M2).

    `number` turns a constant into the kind of quantity that is computed with. Raises KeyError for a name without a
    value: names are checked before.
    """
    match formula:
        case Number(value):
            return number(value)
        case Name(key):
            return values[key]
        case Negative(operand):
            inner = evaluate(operand, values, number=number)
            return None if inner is None else -inner
        case Operation(operator, left, right):
            one, other = evaluate(left, values, number=number), evaluate(right, values, number=number)
            return None if one is None or other is None else _JOINED[operator](one, other)


def _divided(left: Any, right: Any) -> Any:
    try:
        return left / right
    except ZeroDivisionError:
        return None


_JOINED: Final[Mapping[Operator, Callable[[Any, Any], Any]]] = {
    Operator.ADD: add,
    Operator.SUBTRACT: sub,
    Operator.MULTIPLY: mul,
    Operator.DIVIDE: _divided,
}
