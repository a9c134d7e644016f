"""When things happen on the demo platform, and what money is worth then: fixed, so that every seeding is the same."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PERIOD_START = datetime(2025, 1, 1, tzinfo=UTC)
PERIOD_END = datetime(2026, 7, 1, tzinfo=UTC)  # exclusive: the platform's present is its last moment
FOUNDED = datetime(2024, 10, 1, 9, tzinfo=UTC)
DISTANT = datetime(2099, 1, 1, tzinfo=UTC)  # the end of what has to work whenever the demo is looked at

DAY = 86_400_000  # milliseconds
HOUR = 3_600_000

PLATFORM_CURRENCY = "EUR"

# Units of EUR for one of each currency, month by month.
_RATES = """
         USD     GBP     SEK     PLN     CHF     JPY
2025-01  0.9652  1.1873  0.0871  0.2354  1.0627  0.006174
2025-02  0.9598  1.2019  0.0889  0.2391  1.0634  0.006322
2025-03  0.9261  1.1942  0.0912  0.2389  1.0468  0.006211
2025-04  0.8918  1.1714  0.0908  0.2346  1.0672  0.006178
2025-05  0.8862  1.1846  0.0918  0.2352  1.0681  0.006119
2025-06  0.8681  1.1768  0.0905  0.2343  1.0659  0.006007
2025-07  0.8562  1.1563  0.0893  0.2351  1.0713  0.005831
2025-08  0.8594  1.1559  0.0897  0.2347  1.0657  0.005823
2025-09  0.8526  1.1504  0.0909  0.2348  1.0693  0.005761
2025-10  0.8584  1.1468  0.0911  0.2352  1.0756  0.005689
2025-11  0.8651  1.1371  0.0909  0.2360  1.0741  0.005571
2025-12  0.8543  1.1428  0.0917  0.2366  1.0709  0.005483
2026-01  0.8517  1.1511  0.0926  0.2371  1.0738  0.005432
2026-02  0.8461  1.1498  0.0934  0.2369  1.0792  0.005461
2026-03  0.8489  1.1537  0.0929  0.2362  1.0811  0.005478
2026-04  0.8533  1.1562  0.0931  0.2358  1.0779  0.005502
2026-05  0.8507  1.1549  0.0937  0.2364  1.0764  0.005519
2026-06  0.8478  1.1571  0.0941  0.2367  1.0748  0.005527
"""

_MONTH_FACTORS = (0.92, 0.86, 0.95, 0.97, 1.00, 0.94, 0.88, 0.90, 1.02, 1.08, 1.62, 1.48)
_WEEKDAY_FACTORS = (1.06, 1.02, 1.00, 1.01, 0.97, 0.90, 1.10)  # Monday first
_GROWTH = 1.012  # from one month to the next
HOUR_FACTORS = (2, 1, 1, 1, 1, 2, 4, 6, 8, 10, 11, 12, 13, 12, 11, 11, 12, 13, 15, 17, 18, 16, 11, 6)


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month of the period, in UTC. `index` counts from 0; `begin` and `end` are milliseconds."""

    index: int
    first: date
    days: int
    begin: int

    @property
    def end(self) -> int:
        """The first millisecond after it."""
        return self.begin + self.days * DAY

    @property
    def label(self) -> str:
        """As in 2025-01."""
        return f"{self.first:%Y-%m}"


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def moment(milliseconds_since: int) -> datetime:
    """The moment so many milliseconds after 1970, in UTC."""
    return EPOCH + timedelta(milliseconds=milliseconds_since)


def months() -> tuple[Month, ...]:
    """The eighteen months of the period, in order."""
    found: list[Month] = []
    first = PERIOD_START.date()
    while first < PERIOD_END.date():
        days = monthrange(first.year, first.month)[1]
        begin = milliseconds(datetime(first.year, first.month, 1, tzinfo=UTC))
        found.append(Month(len(found), first, days, begin))
        first += timedelta(days=days)
    return tuple(found)


def rates() -> dict[str, dict[str, Decimal]]:
    """Units of the platform's currency for one of each currency: by month label, then by currency."""
    header, *rows = _RATES.strip().splitlines()
    currencies = header.split()
    table = {}
    for row in rows:
        label, *values = row.split()
        table[label] = {PLATFORM_CURRENCY: Decimal(1)} | dict(zip(currencies, map(Decimal, values), strict=True))
    return table


def shares(total: int) -> dict[date, int]:
    """How many of `total` conversions fall on each day: the parts add up to it.

    More in November and December, on Mondays and Sundays, and from month to month.
    """
    weights: dict[date, float] = {}
    for month in months():
        for n in range(month.days):
            day = month.first + timedelta(days=n)
            weights[day] = (
                _MONTH_FACTORS[day.month - 1] * _WEEKDAY_FACTORS[day.weekday()] * _GROWTH**month.index * _event(day)
            )
    scale = total / sum(weights.values())
    counts = {}
    carried = 0.0
    for day, weight in weights.items():
        exact = weight * scale + carried
        counts[day] = round(exact)
        carried = exact - counts[day]
    counts[day] += total - sum(counts.values())
    return counts


def _event(day: date) -> float:
    if day.month == 11 and day.day >= 24:
        return 1.7
    if day.month == 12 and day.day >= 24:
        return 0.5
    return 1.0
