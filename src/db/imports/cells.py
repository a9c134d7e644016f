"""Turning the text of one cell into a number or a moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from sightline.db.imports.model import FileFormat

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""The ids of facts count milliseconds from here on (D2)."""

REMEMBERED_MOMENTS = 4096


class BadCellError(Exception):
    """A cell, or the row as a whole, does not say what it should. `column` is None for the whole row."""

    def __init__(self, column: str | None, value: str | None, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.value = value
        self.reason = reason


def number_reader(file: FileFormat) -> Callable[[str, str], Decimal]:
    """A function of (text, column) that reads numbers in the file's notation. It raises BadCellError."""
    mark = re.escape(file.decimal_mark)
    whole = r"\d+"
    if file.thousands_separator:
        whole = rf"(?:\d{{1,3}}(?:{re.escape(file.thousands_separator)}\d{{3}})+|\d+)"
    pattern = re.compile(rf"[+-]?{whole}(?:{mark}\d+)?", re.ASCII)

    def read(text: str, column: str) -> Decimal:
        if len(text) > 40 or not pattern.fullmatch(text):
            example = f"1234{file.decimal_mark}56"
            raise BadCellError(column, text, f"is not a number: expected digits as in {example}")
        if file.thousands_separator:
            text = text.replace(file.thousands_separator, "")
        return Decimal(text.replace(file.decimal_mark, "."))

    return read


def moment_reader(file: FileFormat, *, now: datetime) -> Callable[[str, str], datetime]:
    """A function of (text, column) that reads moments, in UTC and cut to milliseconds. It raises BadCellError.

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

    def read(text: str, column: str) -> datetime:
        moment = remembered(text)
        if isinstance(moment, str):
            raise BadCellError(column, text, moment)
        return moment

    return read


def half_even(amount: Decimal, places: int) -> Decimal:
    """The amount in whole minor units, halves to the even neighbour."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
