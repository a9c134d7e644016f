"""One cell of a file, and turning it into a number or a moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from sightline.db.imports.model import FileFormat

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""The ids of facts count milliseconds from here on (D2)."""

REMEMBERED_MOMENTS = 4096
LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Typed:
    """A cell of a file that knows numbers and dates from text. `text` is how it is compared, stored and logged.

    `value` has no time zone where the file names none. Where there is a `problem`, nothing can be taken from the cell.
    """

    text: str
    value: Decimal | datetime | None = None
    problem: str | None = None


FileCell = str | Typed


class BadCellError(Exception):
    """A cell, or the row as a whole, does not say what it should. `column` is None for the whole row."""

    def __init__(self, column: str | None, value: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.value = value
        self.reason = reason


def text_of(cell: FileCell) -> str:
    """What the cell says."""
    return cell if isinstance(cell, str) else cell.text


def number_reader(file: FileFormat) -> Callable[[FileCell, str], Decimal]:
    """A function of (cell, column) that reads numbers; texts are in the file's notation. It raises BadCellError."""
    mark = re.escape(file.decimal_mark)
    whole = r"\d+"
    if file.thousands_separator:
        whole = rf"(?:\d{{1,3}}(?:{re.escape(file.thousands_separator)}\d{{3}})+|\d+)"
    pattern = re.compile(rf"[+-]?{whole}(?:{mark}\d+)?", re.ASCII)

    def read(cell: FileCell, column: str) -> Decimal:
        if isinstance(cell, Typed):
            return _number_of(cell, column)
        text = cell
        if len(text) > LONGEST_NUMBER or not pattern.fullmatch(text):
            example = f"1234{file.decimal_mark}56"
            raise BadCellError(column, text, f"is not a number: expected digits as in {example}")
        if file.thousands_separator:
            text = text.replace(file.thousands_separator, "")
        return Decimal(text.replace(file.decimal_mark, "."))

    return read


def _number_of(cell: Typed, column: str) -> Decimal:
    if not isinstance(cell.value, Decimal):
        raise BadCellError(column, cell.text, cell.problem or "is a date: expected a number")
    # Arithmetic with what is far beyond any amount has no result.
    if len(cell.text) > LONGEST_NUMBER or abs(cell.value.adjusted()) > LONGEST_NUMBER:
        raise BadCellError(column, cell.text, f"is a number of more than {LONGEST_NUMBER} digits")
    return cell.value


def moment_reader(file: FileFormat, *, now: datetime) -> Callable[[FileCell, str], datetime]:
    """A function of (cell, column) that reads moments, in UTC and cut to milliseconds. It raises BadCellError.

    A local time that happened twice is the first of the two; one that was skipped is refused, as is the future.
    """
    latest = now + timedelta(days=1)

    def parse(text: str) -> datetime | str:
        """The moment, or what is wrong with it."""
        try:
            said = (
                datetime.fromisoformat(text) if file.date_format == "iso" else datetime.strptime(text, file.date_format)
            )
        except ValueError:
            return f"is not a date in the format {file.date_format}"
        return place(said)

    def place(said: datetime) -> datetime | str:
        """The moment of what a clock showed, or what is wrong with it."""
        try:
            moment = (said if said.tzinfo else said.replace(tzinfo=file.time_zone)).astimezone(UTC)
            back = moment.astimezone(file.time_zone)
        except OverflowError:
            return "is too far away"
        if said.tzinfo is None and back.replace(tzinfo=None) != said:
            return f"does not exist in {file.time_zone.key}: the clocks were put forward over it"
        if moment < EARLIEST:
            return "lies before 1970"
        if moment > latest:
            return "lies in the future"
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    remembered = lru_cache(REMEMBERED_MOMENTS)(parse)

    def read(cell: FileCell, column: str) -> datetime:
        if isinstance(cell, str):
            moment = remembered(cell)
        elif isinstance(cell.value, datetime):
            moment = place(cell.value)
        else:
            moment = cell.problem or "is a number: expected a date"
        if isinstance(moment, str):
            raise BadCellError(column, text_of(cell), moment)
        return moment

    return read


def half_even(amount: Decimal, places: int) -> Decimal:
    """The amount in whole minor units, halves to the even neighbour."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
