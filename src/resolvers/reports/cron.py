"""When a schedule runs: the five fields of cron, in a time zone. At most once an hour.

Minute, hour, day of the month, month and day of the week (0 or 7 is Sunday): `*`, numbers, ranges, lists, and steps
such as `*/6`. Where both kinds of day are given, either will do, as cron has it. A time that the clocks skip is when
they stand after it, and one that they show twice is the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from sightline.resolvers.errors import BadInputError

LONGEST = 100
_DAYS_AHEAD = 366 * 8 + 1  # the 29th of February may be eight years away
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?")
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12), ("day of the week", 0, 7))


@dataclass(frozen=True, slots=True)
class Cron:
    """The values of each field. `any_day` says that both kinds of day must hold, as one of them is no limit."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """The first time after a moment, in UTC; None where there is none, as on the 30th of February."""
        first = moment.astimezone(zone).date()
        for ahead in range(_DAYS_AHEAD):
            day = first + timedelta(days=ahead)
            if not self._runs_on(day):
                continue
            for hour, minute in product(sorted(self.hours), sorted(self.minutes)):
                at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
                if at > moment:
                    return at
        return None

    def _runs_on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (of_month and of_week) if self.any_day else (of_month or of_week)


def cron_of(text: str) -> Cron:
    """The times that a text means. Raises BadInputError for any other, saying which field is wrong."""
    fields = text.split()
    if len(text) > LONGEST or len(fields) != len(_FIELDS):
        raise BadInputError("A schedule has five fields: minute, hour, day, month, day of the week, such as 0 6 1 * *.")
    minutes, hours, days, months, weekdays = (
        _values(field, *about) for field, about in zip(fields, _FIELDS, strict=True)
    )
    if len(minutes) > 1:
        raise BadInputError("A schedule runs at most once an hour: give one minute, from 0 to 59.")
    unlimited = fields[2].startswith("*") or fields[4].startswith("*")
    return Cron(minutes, hours, days, months, frozenset(each % 7 for each in weekdays), unlimited)


def _values(field: str, what: str, least: int, most: int) -> frozenset[int]:
    wrong = f"The {what} of a schedule is *, or numbers from {least} to {most} such as 1,3 or 1-5."
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise BadInputError(wrong)
        first, last, step = (None if each is None else int(each) for each in match.groups())
        if first is None:
            first, last = least, most
        elif last is None:
            last = first if step is None else most
        if step == 0 or not least <= first <= last <= most:
            raise BadInputError(wrong)
        found |= set(range(first, last + 1, step or 1))
    return frozenset(found)
