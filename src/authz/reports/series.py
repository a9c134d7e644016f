"""Columns of exact numbers: what formulas are evaluated over when a report is computed, all rows at once.

A number is whole or a decimal, as the database has it, or one of these over another; so a sum is added up and written
without ever being anything else, and nothing is rounded but what is `rounded`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_05UP, ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Final, Self

# A rational number that behaves as a fraction does, and is many times as fast; it comes without types.
if TYPE_CHECKING:
    from fractions import Fraction

    Exact = Fraction
else:
    from gmpy2 import mpq

    Exact = mpq

_EVERY_DIGIT: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, rounding=ROUND_HALF_EVEN)
_DIGITS: Final = 60
_SPARE: Final = 3

Number = int | Decimal
Numbers = Sequence[Number | None]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A number for each row, `over` or, where there is one, divided by that `under` it; None where a row has none.

    Operators go row by row: null is whatever touches null, and what is divided by zero (M2).
    """

    over: Numbers
    under: Numbers | None = None

    @classmethod
    def constant(cls, rows: int) -> Callable[[Decimal], Self]:
        """What makes of a number of a formula a series of so many rows."""
        return lambda number: cls([number] * rows)

    def __len__(self) -> int:
        return len(self.over)

    def without(self, rows: Iterable[bool]) -> Self:
        """The same, null in the rows that are said to be without."""
        over = [None if lacking else value for value, lacking in zip(self.over, rows, strict=True)]
        return type(self)(over, self.under)

    def __add__(self, other: Self, /) -> Self:
        return self._joined(other, _EVERY_DIGIT.add)

    def __sub__(self, other: Self, /) -> Self:
        return self._joined(other, _EVERY_DIGIT.subtract)

    def __mul__(self, other: Self, /) -> Self:
        return type(self)(_times(self.over, other.over), self._both_under(other))

    def __truediv__(self, other: Self, /) -> Self:
        under = _times(other.over, self.under)
        if not all(under):
            under = [each or None for each in under]
        return type(self)(_times(self.over, other.under), under)

    def __neg__(self) -> Self:
        minus = _EVERY_DIGIT.minus
        return type(self)([None if each is None else minus(each) for each in self.over], self.under)

    def _joined(self, other: Self, join: Callable[[Number, Number], Decimal]) -> Self:
        if self.under is other.under:
            return type(self)(_each(join, self.over, other.over), self.under)
        over = _each(join, _times(self.over, other.under), _times(other.over, self.under))
        return type(self)(over, self._both_under(other))

    def _both_under(self, other: Self) -> Numbers | None:
        return other.under if self.under is None else _times(self.under, other.under)

    def exact(self, row: int) -> Exact | None:
        """The number of a row."""
        over = self.over[row]
        if self.under is None:
            return None if over is None else exact(over)
        under = self.under[row]
        return None if over is None or under is None else exact(over) / exact(under)

    @property
    def comparable(self) -> Sequence[Number | Exact | None]:
        """Numbers that are greater and less than each other as those of the rows are."""
        return self.over if self.under is None else [self.exact(row) for row in range(len(self))]

    def rounded(self, digits: int) -> list[Decimal | None]:
        """The numbers, each rounded half-even to so many digits after the point, once and at the very end (M1, M3)."""
        quantize, unit = _EVERY_DIGIT.quantize, Decimal(1).scaleb(-digits)
        zero = quantize(0, unit)  # in place of a negative one
        return [None if each is None else quantize(each, unit) or zero for each in self._quotients(digits)]

    def _quotients(self, digits: int) -> Numbers:
        """The numbers with some digits more, of which the last is no 0 and no 5 unless it is exact.

        So no later rounding takes one for a number that lies in the middle of two, or on one.
        """
        if self.under is None:
            return self.over
        found = _each(_dividing(_DIGITS), self.over, self.under)
        longest = max(map(Decimal.adjusted, filter(None, found)), default=0)
        if longest + digits + _SPARE > _DIGITS:
            found = _each(_dividing(longest + digits + _SPARE), self.over, self.under)
        return found


def exact(number: Number) -> Exact:
    """A whole number or a decimal, as it is."""
    return Exact(*number.as_integer_ratio())  # four times as fast as from the decimal itself


def _dividing(digits: int) -> Callable[[Number, Number], Decimal]:
    return Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN, rounding=ROUND_05UP).divide


def _times(numbers: Numbers, factors: Numbers | None) -> Numbers:
    return numbers if factors is None else _each(_EVERY_DIGIT.multiply, numbers, factors)


def _each(work: Callable[[Number, Number], Decimal], one: Numbers, other: Numbers) -> list[Decimal | None]:
    """What is made of each two, None where there are not two."""
    return [None if a is None or b is None else work(a, b) for a, b in zip(one, other, strict=True)]
