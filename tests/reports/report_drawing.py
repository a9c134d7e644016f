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

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo")
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


def draw(random: Random, lenses: list[LensByHand], oracle: Oracle) -> Asked:
    """A report."""
    lens = random.choice(lenses)
    columns = usable(lens, oracle)
    dimensions = [key for key in DIMENSIONS if lens.has(key)]
    zone = random.choice(ZONES)
    bases = [each for each in BASES if each != "MODIFIED" or lens.input["kind"] == "PLATFORM"]
    basis = random.choice(bases) if random.random() < 0.3 else "EVENT"
    since, until = _period(random, zone)
    groups = random.sample(dimensions, random.choice((0, 1, 1, 1, 2, 2, 3)))
    filters = tuple(
        each for _ in range(random.choice((0, 0, 1, 2))) if (each := _filter(random, dimensions, basis, zone, oracle))
    )
    return Asked(
        lens,
        tuple(random.sample(columns, min(len(columns), random.randint(1, 6)))),
        tuple(groups),
        since,
        until,
        zone,
        basis,
        native=random.random() < 0.25,
        statuses=tuple(random.sample(STATUSES, random.randint(1, 4))) if random.random() < 0.2 else None,
        filters=filters,
        as_of=random.choice(MOMENTS) if random.random() < 0.15 else None,
    )


def _period(random: Random, zone: str) -> tuple[datetime, datetime]:
    days = (PERIOD_END - PERIOD_START).days
    since = PERIOD_START + timedelta(days=random.randrange(-5, days))
    until = since + timedelta(days=random.choice((1, 3, 7, 7, 14, 31, 31, 90, 700)))
    if random.random() < 0.5:  # whole days of the zone
        local = ZoneInfo(zone)
        return since.replace(tzinfo=local).astimezone(UTC), until.replace(tzinfo=local).astimezone(UTC)
    if random.random() < 0.3:
        since += timedelta(minutes=random.randrange(1440), milliseconds=random.randrange(60_000))
    return since, until


def _filter(
    random: Random, dimensions: list[str], basis: str, zone: str, oracle: Oracle
) -> tuple[str, tuple[str, ...], bool] | None:
    """Values that some facts have, whoever sees them."""
    key = random.choice(dimensions)
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
    if not texts:
        return None
    wanted = random.sample(sorted(texts), random.randint(1, min(5, len(texts))))
    return key, tuple(wanted), random.random() < 0.3
