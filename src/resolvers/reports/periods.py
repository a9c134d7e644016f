"""Periods: presets, comparisons, and which buckets of two periods belong together.

Periods are half-open. A day begins when the clocks of the report's time zone say so: on the days they change it has 23
or 25 hours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from sightline.authz.reports.dimensions import DatePart
from sightline.db.reports.queries import Period, Whole
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.reports.requests import MOST_DAYS, Comparison, Days, Moments, Preset

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_FIRST, _LAST = datetime(2, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
_FAR_AWAY = "A day of a report lies between the years 2 and 9998."
_OF_THIS_MACHINE = frozenset({"localtime", "Factory"})
# PostgreSQL takes these four for abbreviations, of an hour that never changes; they are links to these zones.
_LINKS = {"CET": "Europe/Brussels", "MET": "Europe/Brussels", "EET": "Europe/Athens", "WET": "Europe/Lisbon"}


@cache
def zone_names() -> frozenset[str]:
    """The names of time zones that a report may have."""
    return frozenset(available_timezones() - _OF_THIS_MACHINE)


def zone_named(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises BadInputError for any other text."""
    if name not in zone_names():
        raise BadInputError('timeZone is the name of a time zone such as "Europe/Berlin" or "UTC".')
    return ZoneInfo(_LINKS.get(name, name))


def period_of(asked: Preset | Days | Moments, zone: ZoneInfo, clock: datetime) -> Period:
    """The moments of a period. Raises BadInputError for one that is empty, backward or too long."""
    match asked:
        case Moments(since, until):
            period = Period(since, until, zone.key)
        case Days(first, beyond):
            period = Period(_midnight(first, zone), _midnight(beyond, zone), zone.key)
        case _:
            first, beyond = _preset(asked, clock.astimezone(zone).date())
            period = Period(_midnight(first, zone), _midnight(beyond, zone), zone.key)
    if period.since < _FIRST or period.until > _LAST:
        raise BadInputError(_FAR_AWAY)
    if period.since >= period.until:
        raise BadInputError("A period ends after it begins: until is the first moment, or day, that is outside.")
    if period.until - period.since > timedelta(days=MOST_DAYS):
        raise BadInputError(f"A report covers at most {MOST_DAYS} days.")
    return period


def compared_period(asked: Comparison | Days | Moments, period: Period, clock: datetime) -> Period:
    """The period that another is compared with: the one before it, the same a year ago, or one given.

    Before whole months are as many months, before days as many days, and before anything else the same time.
    """
    zone = ZoneInfo(period.time_zone)
    if isinstance(asked, Days | Moments):
        return period_of(asked, zone, clock)
    if period.since - _FIRST < period.until - period.since:
        raise BadInputError(_FAR_AWAY)
    since, until = period.since.astimezone(zone), period.until.astimezone(zone)
    if asked is Comparison.PREVIOUS_YEAR:
        return period_of(Moments(_a_year_before(since), _a_year_before(until)), zone, clock)
    if begins_days(period) and since.day == until.day == 1:
        months = 12 * (until.year - since.year) + until.month - since.month
        return period_of(Days(_months_before(since.date(), months), since.date()), zone, clock)
    if begins_days(period):
        days = until.date() - since.date()
        return period_of(Days(since.date() - days, since.date()), zone, clock)
    return period_of(Moments(period.since - (period.until - period.since), period.since), zone, clock)


def begins_days(period: Period) -> bool:
    """Whether a period consists of whole days."""
    zone = ZoneInfo(period.time_zone)
    return all(begins_day(at, zone) for at in (period.since, period.until))


def begins_day(at: datetime, zone: ZoneInfo) -> bool:
    """Whether a day of a time zone begins at a moment."""
    return at == _midnight(at.astimezone(zone).date(), zone)


@lru_cache(maxsize=1_000)
def whole_in_utc(period: Period) -> Whole:
    """Whether its days, or at least its hours, begin where those of UTC do, at both ends and all through it."""
    zone, at = ZoneInfo(period.time_zone), period.since
    apart = [_utc(each) - _FIRST for each in (period.since, period.until)]
    while at <= period.until:
        apart.append(at.astimezone(zone).utcoffset() or timedelta())
        at += _DAY
    if not any(each % _DAY for each in apart):
        return Whole.DAYS
    return Whole.MOMENTS if any(each % _HOUR for each in apart) else Whole.HOURS


def bucket_of(moment: datetime, part: DatePart, zone: ZoneInfo) -> object:
    """The value of a part at a moment, as the database has it."""
    local = moment.astimezone(zone)
    day = local.date()
    match part:
        case DatePart.HOUR:
            return _utc(moment - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond))
        case DatePart.WEEKDAY:
            return day.isoweekday()
        case DatePart.DAY:
            return day
        case DatePart.WEEK:
            return day - timedelta(days=day.weekday())
        case DatePart.MONTH:
            return day.replace(day=1)
        case DatePart.QUARTER:
            return _quarter(day)
        case DatePart.YEAR:
            return date(day.year, 1, 1)


def steps_from(first: object, value: object, part: DatePart) -> object:
    """How many buckets after the first one of its period a bucket is; weekdays belong to weekdays."""
    if isinstance(first, datetime) and isinstance(value, datetime):
        return (value - first) // _HOUR
    if isinstance(first, date) and isinstance(value, date):
        months = 12 * (value.year - first.year) + value.month - first.month
        of_part = {DatePart.MONTH: months, DatePart.QUARTER: months // 3, DatePart.YEAR: months // 12}
        days = (value - first).days
        return of_part.get(part, days // 7 if part is DatePart.WEEK else days)
    return value


def _preset(asked: Preset, today: date) -> tuple[date, date]:
    week, month = today - today.weekday() * _DAY, today.replace(day=1)
    quarter, year = _quarter(today), date(today.year, 1, 1)
    tomorrow = today + _DAY
    match asked:
        case Preset.TODAY:
            return today, tomorrow
        case Preset.YESTERDAY:
            return today - _DAY, today
        case Preset.LAST_7_DAYS:
            return today - 6 * _DAY, tomorrow
        case Preset.LAST_30_DAYS:
            return today - 29 * _DAY, tomorrow
        case Preset.THIS_WEEK:
            return week, tomorrow
        case Preset.LAST_WEEK:
            return week - 7 * _DAY, week
        case Preset.THIS_MONTH:
            return month, tomorrow
        case Preset.LAST_MONTH:
            return (month - _DAY).replace(day=1), month
        case Preset.THIS_QUARTER:
            return quarter, tomorrow
        case Preset.LAST_QUARTER:
            return _quarter(quarter - _DAY), quarter
        case Preset.THIS_YEAR:
            return year, tomorrow
        case Preset.LAST_YEAR:
            return date(today.year - 1, 1, 1), year


def _quarter(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins: where clocks jump over midnight, at the moment they do."""
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError as error:
        raise BadInputError(_FAR_AWAY) from error


def _a_year_before(local: datetime) -> datetime:
    year = local.year - 1
    if (local.month, local.day) == (2, 29):
        local = local.replace(day=28)
    return _utc(local.replace(year=max(year, 1)))


def _months_before(first: date, months: int) -> date:
    year, month = divmod(12 * first.year + first.month - 1 - months, 12)
    return date(max(year, 1), month + 1, 1)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
