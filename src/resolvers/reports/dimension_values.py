"""Values of dimensions: as the database has them, as answers write them, and as filters read them.

What a dimension names is written as its global id; everything else as a text. Reading is the inverse of writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from sightline.authz.reports.dimensions import DIMENSIONS, DatePart, Dimension
from sightline.db.catalogue import Catalogue
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.global_ids import GlobalIds, Key

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NO_ROW = -1

_FORMATS = {
    DatePart.HOUR: "2026-03-29T14:00:00+02:00",
    DatePart.DAY: "2026-03-29",
    DatePart.WEEK: "2026-03-23, its Monday",
    DatePart.MONTH: "2026-03",
    DatePart.QUARTER: "2026-Q1",
    DatePart.YEAR: "2026",
    DatePart.WEEKDAY: "1 for Monday up to 7",
}


@dataclass(frozen=True, slots=True, eq=False)
class DimensionValues:
    """Reads and writes the values of dimensions in one time zone."""

    tables: Catalogue
    ids: GlobalIds
    zone: ZoneInfo

    def written(self, key: str, values: Sequence[object]) -> list[str | None]:
        """These values of a dimension as texts, in their order."""
        dimension = DIMENSIONS[key]
        if dimension.entity is None:
            text = self._writer(dimension)
            texts = {value: None if value is None else text(value) for value in set(values)}
            return [texts[value] for value in values]
        numbers = [value for value in dict.fromkeys(values) if isinstance(value, int)]
        ids = self.ids.encode(dimension.entity, [Key(number, 0) for number in numbers])
        written: dict[object, str] = dict(zip(numbers, ids, strict=True))
        return [written.get(value) for value in values]

    def read(self, key: str, texts: Iterable[str]) -> tuple[object, ...]:
        """The values that texts mean. Raises BadInputError for one that no value of the dimension is written as."""
        return tuple(self._value(DIMENSIONS[key], text) for text in texts)

    def _writer(self, dimension: Dimension) -> Callable[[Any], str]:
        match dimension.part:
            case DatePart.HOUR:
                return lambda moment: moment.astimezone(self.zone).isoformat()
            case DatePart.MONTH:
                return lambda day: f"{day.year:04}-{day.month:02}"
            case DatePart.QUARTER:
                return lambda day: f"{day.year:04}-Q{(day.month + 2) // 3}"
            case DatePart.YEAR:
                return lambda day: f"{day.year:04}"
            case _:
                return str

    def _value(self, dimension: Dimension, text: str) -> object:
        if dimension.part is not None:
            return _part(dimension.part, text)
        if dimension.entity is not None:
            return self._number(dimension.entity, text)
        fact, place = next(iter(dimension.places.items()))
        type_ = self.tables[place.via[-1].target if place.via else fact.value].type_of(place.column)
        if isinstance(type_, sa.Enum) and text not in type_.enums:
            raise BadInputError(f"{dimension.key} is one of {', '.join(type_.enums)}.")
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise BadInputError("A text has no NUL and no half of a surrogate pair.")
        return text

    def _number(self, entity: str, text: str) -> int:
        found, key = self.ids.decode(text)
        return key.id if found == entity else _NO_ROW


def _named(part: DatePart) -> str:
    return f"{'An' if part is DatePart.HOUR else 'A'} {part.lower()}"


def _part(part: DatePart, text: str) -> object:
    try:
        match part:
            case DatePart.HOUR:
                moment = datetime.fromisoformat(text)
                if moment.tzinfo is not None:
                    return moment.astimezone(UTC)
            case DatePart.WEEKDAY:
                if len(text) == 1 and text in "1234567":
                    return int(text)
            case DatePart.DAY | DatePart.WEEK:
                return date.fromisoformat(text)
            case DatePart.MONTH:
                return date.fromisoformat(f"{text}-01")
            case DatePart.QUARTER:
                year, quarter = text.split("-Q")
                return date.fromisoformat(f"{year}-{3 * int(quarter) - 2:02}-01")
            case DatePart.YEAR:
                return date.fromisoformat(f"{text}-01-01")
    except (ValueError, OverflowError):
        pass
    raise BadInputError(f"{_named(part)} is written like {_FORMATS[part]}.")
