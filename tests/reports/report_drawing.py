"""Random reports: any lens of the cast, and of it only what its viewer may use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from columns_by_hand import COLUMNS, STATUSES_NAMED
from facts_by_hand import BASES, FACTS, PARTS, UNKNOWN, moment, part, value
from lenses_by_hand import LensByHand
from report_oracle import Asked, Oracle

from sightline.db.demo.season import PERIOD_END, PERIOD_START

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo", "CET")
DIMENSIONS = (
    *PARTS,
    *("advertiser", "brand", "program", "goal", "account", "partner", "source", "media", "tracker", "product"),
    *("affiliate_manager", "advertiser_manager", "sub1", "sub2", "referrer", "promo_code", "country", "device"),
    *("order", "customer_status", "status", "settlement", "currency"),
)
MOMENTS = (
    datetime(2025, 6, 30, 22, tzinfo=UTC),
    datetime(2026, 3, 14, 15, 9, 26, 535_000, tzinfo=UTC),
    datetime(2026, 6, 12, tzinfo=UTC),
)
"""As of when reports are had; each costs the second reading a copy of what was otherwise than it is now."""
STATUSES = ("APPROVED", "HOLD", "PENDING", "REJECTED", "REVERSED")


def usable(lens: LensByHand, oracle: Oracle) -> list[str]:
    """The columns that a lens may use: all classes on some program, and every status named (M5)."""
    return [
        key
        for key, column in COLUMNS.items()
        if lens.programs(column.classes, oracle.stored)
        and (lens.statuses is None or STATUSES_NAMED.get(key, set()) <= lens.statuses)
    ]


def draw(random: Random, lenses: list[LensByHand], oracle: Oracle, *, alike: int = 1) -> list[Asked]:
    """Some reports of the same lens, columns and groups, over different periods, time zones and values.

    Those are compiled once, as they are parameters; so a family costs little more than its first report.
    """
    lens = random.choice(lenses)
    columns = usable(lens, oracle)
    dimensions = [key for key in DIMENSIONS if lens.has(key)]
    bases = [each for each in BASES if each != "MODIFIED" or lens.input["kind"] == "PLATFORM"]
    basis = random.choice(bases) if random.random() < 0.3 else "EVENT"
    groups = random.sample(dimensions, random.choice((0, 1, 1, 1, 2, 2, 3)))
    filtered = [(random.choice(dimensions), random.random() < 0.3) for _ in range(random.choice((0, 0, 1, 2)))]
    chosen = tuple(random.sample(columns, min(len(columns), random.randint(1, 6))))
    native, limited = random.random() < 0.25, random.random() < 0.2
    as_of = random.choice(MOMENTS) if random.random() < 0.15 else None
    found = []
    for _ in range(alike):
        zone = random.choice(ZONES)
        since, until = _period(random, zone)
        tests = ((key, _values(random, key, basis, zone, oracle), excluded) for key, excluded in filtered)
        found.append(
            Asked(
                lens,
                chosen,
                tuple(groups),
                since,
                until,
                zone,
                basis,
                native=native,
                statuses=tuple(random.sample(STATUSES, random.randint(1, 4))) if limited else None,
                filters=tuple(each for each in tests if each[1]),
                as_of=as_of,
            )
        )
    return found


def _period(random: Random, zone: str) -> tuple[datetime, datetime]:
    days = (PERIOD_END - PERIOD_START).days
    since = PERIOD_START + timedelta(days=random.randrange(-5, days))
    until = since + timedelta(days=random.choice((1, 3, 3, 7, 7, 7, 14, 14, 31, 31, 31, 90, 90, 700)))
    if random.random() < 0.5:  # whole days of the zone
        local = ZoneInfo(zone)
        return since.replace(tzinfo=local).astimezone(UTC), until.replace(tzinfo=local).astimezone(UTC)
    if random.random() < 0.3:
        since += timedelta(minutes=random.randrange(1440), milliseconds=random.randrange(60_000))
    return since, until


def _values(random: Random, key: str, basis: str, zone: str, oracle: Oracle) -> tuple[str, ...]:
    """Values that some facts have, whoever sees them."""
    texts: set[str] = set()
    for fact in random.sample(FACTS, len(FACTS)):
        rows = oracle.stored.facts[fact]
        for row in random.sample(rows, min(8, len(rows))):
            if key in PARTS:
                at = moment(fact, row, basis)
                texts |= {part(key, at, ZoneInfo(zone))} if at is not None else set()
                continue
            found = value(fact, row, key, oracle.stored)
            for each in found if isinstance(found, list) else [found]:
                if each is not None and each is not UNKNOWN and (text := oracle.text(key, each)) is not None:
                    texts.add(text)
    return tuple(random.sample(sorted(texts), random.randint(1, min(5, len(texts))))) if texts else ()
