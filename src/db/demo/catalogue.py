"""What the advertisers offer: brands, products, media, programs with their goals and commission plans."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sightline.db.currencies import MINOR_UNITS
from sightline.db.demo.book import Book
from sightline.db.demo.model import Article, Plan, Program, rate
from sightline.db.demo.organizations import Advertiser, Society
from sightline.db.demo.season import DAY, PERIOD_END, PERIOD_START, milliseconds
from sightline.db.demo.vocabulary import PROGRAM_WORDS, slug

# What an amount of a hundred euros is roughly, so that a typical sale is typical in its own currency.
_PRICE_LEVEL = {"EUR": 1.0, "USD": 1.15, "GBP": 0.87, "SEK": 11.0, "PLN": 4.25, "CHF": 0.95, "JPY": 1.7}
_PLAIN_PROGRAMS = 48
_PERIOD = (milliseconds(PERIOD_START), milliseconds(PERIOD_END))


@dataclass(frozen=True, slots=True)
class Offer:
    """A program as an advertiser would describe it. `lead` pays for registrations, where nothing is sold."""

    name: str
    currency: str
    direct: bool
    shared: bool
    status: str
    listed: bool = True
    line: str = "PERFORMANCE"
    lead: bool = False


_NORTHWIND_OFFERS = (
    Offer("Northwind Trail Gear", "EUR", True, True, "ACTIVE"),
    Offer("Northwind Camp & Hearth", "USD", True, False, "ACTIVE"),
    Offer("Northwind Footwear", "EUR", False, True, "ACTIVE"),
    Offer("Northwind Winter Sports", "GBP", False, False, "ACTIVE"),
    Offer("Northwind Creators", "EUR", False, True, "ACTIVE", line="CREATOR"),
    Offer("Northwind Ambassadors", "EUR", True, False, "ACTIVE", listed=False, line="ADVOCATE"),
    Offer("Northwind Clearance", "EUR", True, True, "PAUSED"),
    Offer("Northwind Next Season", "EUR", False, True, "DRAFT", listed=False),
)
_HERITAGE_OFFERS = (Offer("Northwind Heritage", "EUR", False, True, "ARCHIVED", listed=False),)
_KESTREL_OFFERS = (
    Offer("Kestrel Prints", "EUR", True, True, "ACTIVE"),
    Offer("Kestrel Originals", "EUR", False, False, "ACTIVE"),
)
_UNAPPROVED_OFFERS = (Offer("Marrow & Pine Launch", "EUR", True, True, "DRAFT", listed=False),)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A brand and what is sold under it."""

    brand_id: int
    articles: tuple[Article, ...]


def make_catalogue(book: Book, rng: random.Random, *, society: Society) -> tuple[Program, ...]:
    """Sixty programs, each with a base goal, two event goals and two plans at least."""
    programs: list[Program] = []
    plain = 0
    for advertiser in society.advertisers:
        shelves = _shelves(book, rng, advertiser=advertiser)
        offers = _special_offers(advertiser)
        if offers is None:
            count = 4 if plain < 12 else 3
            offers = tuple(_plain_offer(advertiser, plain + n, position=n) for n in range(count))
            plain += count
        for n, offer in enumerate(offers):
            made = _program(
                book, rng, society=society, advertiser=advertiser, offer=offer, shelf=shelves[n % len(shelves)]
            )
            programs.append(made)
    assert plain == _PLAIN_PROGRAMS
    _operator_plans(book, society)
    return tuple(programs)


def _special_offers(advertiser: Advertiser) -> tuple[Offer, ...] | None:
    if advertiser.status == "UNAPPROVED":
        return _UNAPPROVED_OFFERS
    return {
        "Northwind Outfitters": _NORTHWIND_OFFERS,
        "Northwind Heritage": _HERITAGE_OFFERS,
        "Kestrel Store": _KESTREL_OFFERS,
    }.get(advertiser.name)


def _plain_offer(advertiser: Advertiser, n: int, *, position: int) -> Offer:
    status = "PAUSED" if n % 8 == 7 else "ARCHIVED" if n % 11 == 10 else "DRAFT" if n % 19 == 18 else "ACTIVE"
    if advertiser.status == "ARCHIVED":
        status = "ARCHIVED"
    return Offer(
        f"{advertiser.name} {PROGRAM_WORDS[n % len(PROGRAM_WORDS)]}",
        advertiser.currencies[position % len(advertiser.currencies)],
        direct=n % 2 == 0,
        shared=n // 2 % 2 == 0,
        status=status,
        listed=status != "DRAFT" and n % 6 != 4,
        line="CREATOR" if n % 5 == 3 else "ADVOCATE" if n % 9 == 5 else "PERFORMANCE",
        lead=n % 6 == 3,
    )


def _shelves(book: Book, rng: random.Random, *, advertiser: Advertiser) -> list[_Shelf]:
    shelves = []
    for suffix in ("", " Lab"):
        brand = book.add(
            "brand",
            advertiser_profile_id=advertiser.id,
            name=f"{advertiser.name}{suffix}",
            status="DISABLED" if suffix and advertiser.id % 3 == 0 else "ENABLED",
            description=f"What {advertiser.name} makes itself.",
            website_url=f"https://www.{slug(advertiser.name)}.example",
            internal_notes="Photographs are renewed every March.",
            operator_notes="Ask for a new tracking test after each relaunch of the shop.",
        )
        articles = []
        for n, word in enumerate(advertiser.articles):
            sku = f"{slug(advertiser.name)[:4].upper()}-{brand:02d}{n:02d}"
            title = f"{rng.choice(('Classic', 'Light', 'Travel', 'Studio', 'Alpine'))} {word}"
            number = book.add(
                "product",
                brand_id=brand,
                name=title,
                status="DISABLED" if n == 4 else "ENABLED",
                description=f"{title} of {advertiser.name}.",
                sku=sku,
                operator_notes=None,
            )
            articles.append(Article(number, sku, title))
        shelves.append(_Shelf(brand, tuple(articles)))
    return [shelf for shelf in shelves if book.rows("brand")[shelf.brand_id - 1]["status"] == "ENABLED"]


def _program(
    book: Book, rng: random.Random, *, society: Society, advertiser: Advertiser, offer: Offer, shelf: _Shelf
) -> Program:
    digits = MINOR_UNITS[offer.currency]
    number = len(book.rows("program")) + 1  # the plans name it before it is written down
    base = book.add("program_goal", program_id=number, name="Lead" if offer.lead else "Sale", is_base=True)
    events = tuple(
        book.add("program_goal", program_id=number, name=name, is_base=False, description=f"{name} on the web site.")
        for name in ("Registration", "Newsletter")
    )
    created_by = society.staff[0] if not offer.direct else advertiser.organization.members[0]
    plans = _plans(book, rng, advertiser=advertiser, offer=offer, digits=digits, goal_id=base, created_by=created_by)
    book.add(
        "program",
        advertiser_profile_id=advertiser.id,
        advertiser_org_id=advertiser.organization.id,
        advertiser_name=advertiser.name,
        brand_id=shelf.brand_id,
        name=offer.name,
        description=f"Earn with {offer.name}: fresh media every month, decisions within thirty days.",
        status=offer.status,
        listed=offer.listed,
        currency=offer.currency,
        commission_model="DIRECT" if offer.direct else "INTERMEDIATED",
        share_sale_amount=offer.shared,
        product_line=offer.line,
        default_plan_id=plans[0].id,
    )
    begin, end = _PERIOD
    closes = {"ACTIVE": end, "PAUSED": end - 100 * DAY, "ARCHIVED": end - 130 * DAY, "DRAFT": begin}[offer.status]
    typical = int(rng.randrange(2_500, 16_000) * _PRICE_LEVEL[offer.currency])
    return Program(
        number,
        offer.name,
        advertiser.id,
        advertiser.organization.id,
        offer.currency,
        digits,
        offer.direct,
        offer.status,
        base,
        events,
        plans[0],
        plans[1],
        0 if offer.lead else typical,
        rng.choice((14, 30, 30, 45)),
        begin,
        closes,
        shelf.articles,
        _media(book, brand_id=shelf.brand_id, program_id=number, offer=offer),
        rng.lognormvariate(0, 0.8),
        advertiser.organization.members[0],
    )


def _plans(
    book: Book,
    rng: random.Random,
    *,
    advertiser: Advertiser,
    offer: Offer,
    digits: int,
    goal_id: int,
    created_by: int,
) -> list[Plan]:
    unit = Decimal(1) if digits == 2 else Decimal(200)
    percent = None if offer.lead else Decimal(rng.randrange(8, 25)) / 2
    fixed = Decimal(rng.randrange(2, 9)) * unit if offer.lead else None
    if not offer.lead and rng.random() < 0.2:
        fixed = Decimal("0.5") * unit
    # Advertisers pay their own partners and the operator's fee; what the operator pays, it charges with its margin.
    markup = Decimal("1.2") if offer.direct else Decimal("1.5")
    made = []
    for name, more, goal in (("standard", 0, None), ("preferred partners", 2, goal_id)):
        payout_percent = None if percent is None else percent + more
        payout_fixed = None if fixed is None else fixed + (more * unit if offer.lead else 0)
        revenue_percent = None if payout_percent is None else payout_percent * markup
        revenue_fixed = None if payout_fixed is None else payout_fixed * markup
        number = book.add(
            "commission_plan",
            advertiser_profile_id=advertiser.id if offer.direct else None,
            created_by_id=created_by,
            name=f"{offer.name}, {name}",
            terms="No bids on the advertiser's names. Vouchers only where they were given for the purpose.",
            goal_id=goal,
            payout_percent=payout_percent,
            payout_fixed=payout_fixed,
            revenue_percent=revenue_percent,
            revenue_fixed=revenue_fixed,
            currency=offer.currency,
            offerable=more > 0,
            restricts_modification=more == 0 and rng.random() < 0.3,
        )
        payout = rate(payout_percent, payout_fixed, digits=digits)
        made.append(Plan(number, goal, payout, rate(revenue_percent, revenue_fixed, digits=digits)))
    return made


def _operator_plans(book: Book, society: Society) -> None:
    for name, percent, offerable, dates in (
        ("House plan", Decimal(5), True, (None, None)),
        ("Summer bonus", Decimal("7.5"), True, (date(2026, 6, 1), date(2026, 9, 1))),
        ("Winter bonus", Decimal(8), False, (date(2025, 11, 1), date(2026, 2, 1))),
    ):
        book.add(
            "commission_plan",
            advertiser_profile_id=None,
            created_by_id=society.cast["manager"],
            name=name,
            terms="By agreement.",
            payout_percent=percent,
            revenue_percent=percent * 2,
            valid_from=dates[0],
            valid_to=dates[1],
            offerable=offerable,
        )


def _media(book: Book, *, brand_id: int, program_id: int, offer: Offer) -> tuple[int, ...]:
    address = f"https://media.{slug(offer.name)}.example"
    made = []
    for kind, name, url, html, size in (
        ("IMAGE", "leaderboard", f"{address}/leaderboard.png", None, (728, 90)),
        ("HTML_BANNER", "story", None, f"<a href='{address}'>{offer.name.replace('&', '&amp;')}</a>", (300, 600)),
        ("LINK", "front page", f"{address}/", None, (None, None)),
    ):
        made.append(
            book.add(
                "media",
                brand_id=brand_id,
                program_id=None if kind == "LINK" and program_id % 4 == 0 else program_id,
                name=f"{offer.name}, {name}",
                kind=kind,
                status="DISABLED" if kind == "HTML_BANNER" and program_id % 5 == 0 else "ENABLED",
                url=url,
                html=html,
                width=size[0],
                height=size[1],
                operator_notes=None,
            )
        )
    return tuple(made)
