"""Columns of exact numbers: what formulas are evaluated over when a report is computed, all rows at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from operator import add, mul, sub
from typing import TYPE_CHECKING, Final, Self

# A rational number that behaves as a fraction does, and is many times as fast; it comes without types.
if TYPE_CHECKING:
    from fractions import Fraction

    Exact = Fraction
else:
    from gmpy2 import mpq

    Exact = mpq

_EVERY_DIGIT: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True, slots=True)
class Series:
    """A number for each row; None where a row has none.

    Operators go row by row: null is whatever touches null, and what is divided by zero (M2).
    """

    values: list[Exact | None]

    @classmethod
    def of(cls, numbers: Iterable[int | Decimal | None]) -> Self:
        """The same numbers, exactly."""
        return cls([None if each is None else exact(each) for each in numbers])

    @classmethod
    def constant(cls, rows: int) -> Callable[[Decimal], Self]:
        """What makes of a number of a formula a series of so many rows."""
        return lambda number: cls([exact(number)] * rows)

    def without(self, rows: Iterable[bool]) -> Self:
        """The same, null in the rows that are said to be without."""
        return type(self)([None if lacking else value for value, lacking in zip(self.values, rows, strict=True)])

    def __add__(self, other: Self, /) -> Self:
        return self._joined(other, add)

    def __sub__(self, other: Self, /) -> Self:
        return self._joined(other, sub)

    def __mul__(self, other: Self, /) -> Self:
        return self._joined(other, mul)

    def __truediv__(self, other: Self, /) -> Self:
        pairs = zip(self.values, other.values, strict=True)
        return type(self)([None if one is None or not two else one / two for one, two in pairs])

    def __neg__(self) -> Self:
        return type(self)([None if value is None else -value for value in self.values])

    def _joined(self, other: Self, join: Callable[[Exact, Exact], Exact]) -> Self:
        pairs = zip(self.values, other.values, strict=True)
        return type(self)([None if one is None or two is None else join(one, two) for one, two in pairs])


def exact(number: int | Decimal) -> Exact:
    """A whole number or a decimal, as it is."""
    return Exact(*number.as_integer_ratio())  # four times as fast as from the decimal itself


def rounded(values: Iterable[Exact | None], digits: int) -> list[Decimal | None]:
    """Exact values, each rounded half-even to so many digits after the point, once and at the very end (M1, M3)."""
    power, scaled = 10**digits, _EVERY_DIGIT.scaleb
    return [
        None if each is None else scaled(Decimal(int(round(each * power))), -digits)  # noqa: RUF046  # not Python's
        for each in values
    ]
