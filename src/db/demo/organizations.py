"""The people, the organizations, and their advertiser and partner profiles."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from sightline.db.demo.book import Book
from sightline.db.demo.cast import BLUEBIRD, BOTH_SIDES, CAST, GUEST_HIDING, NORTHWIND
from sightline.db.demo.season import FOUNDED, PERIOD_END
from sightline.db.demo.vocabulary import (
    ADVERTISERS,
    FIRST_NAMES,
    LAST_NAMES,
    OWN_PRODUCTS,
    PARTNER_ORGANIZATIONS,
    PROFILE_TOPICS,
    PROFILE_WORDS,
    UNAPPROVED_ADVERTISER,
    slug,
)

STAFF_DOMAIN = "operator.example"
_TIME_ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Europe/Stockholm", "Asia/Tokyo")
_PROFILES_OF_OTHERS = 96


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization; `members` are the users who are not of the cast, an administrator first."""

    id: int
    name: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Advertiser:
    """An advertiser profile, the currencies of its programs in turn, and the articles it sells."""

    id: int
    organization: Organization
    name: str
    currencies: tuple[str, ...]
    articles: tuple[str, ...]
    status: str  # APPROVED, ARCHIVED or UNAPPROVED


@dataclass(frozen=True, slots=True)
class Profile:
    """A partner profile."""

    id: int
    organization: Organization
    name: str
    archived: bool


@dataclass(frozen=True, slots=True)
class Society:
    """Everybody: the cast by key, staff and others beside it, organizations by name."""

    cast: dict[str, int]
    staff: tuple[int, ...]
    freelancers: tuple[int, ...]
    organizations: dict[str, Organization]
    advertisers: tuple[Advertiser, ...]
    profiles: tuple[Profile, ...]


class _People:
    """Makes users, each with a name and an address nobody else has."""

    def __init__(self, book: Book, rng: random.Random) -> None:
        self._book = book
        self._rng = rng
        self._names: set[tuple[str, str]] = set()

    def cast(self) -> dict[str, int]:
        return {
            member.key: self._book.add(
                "app_user",
                email=member.email,
                email_verified_at=FOUNDED,
                name=member.name,
                status="SUSPENDED" if member.key == "suspended" else "ACTIVE",
                time_zone="Europe/Berlin",
            )
            for member in CAST
            if member.email is not None
        }

    def person(self, domain: str, *, suspended: bool = False) -> int:
        while (name := (self._rng.choice(FIRST_NAMES), self._rng.choice(LAST_NAMES))) in self._names:
            pass
        self._names.add(name)
        joined = FOUNDED + timedelta(days=self._rng.randrange(60), minutes=self._rng.randrange(600))
        return self._book.add(
            "app_user",
            created_at=joined,
            email=f"{slug(name[0])}.{slug(name[1])}@{domain}",
            email_verified_at=joined + timedelta(minutes=7),
            name=" ".join(name),
            status="SUSPENDED" if suspended else "ACTIVE",
            time_zone=self._rng.choice(_TIME_ZONES),
        )


def make_society(book: Book, rng: random.Random) -> Society:
    """Thirty organizations with their people and profiles."""
    people = _People(book, rng)
    cast = people.cast()
    staff = tuple(people.person(STAFF_DOMAIN) for _ in range(6))
    freelancers = tuple(people.person("mail.example", suspended=n % 20 == 19) for n in range(80))
    founders = {NORTHWIND: "adv-admin", BLUEBIRD: "partner-admin", BOTH_SIDES: "both-sides"}
    founders |= {UNAPPROVED_ADVERTISER[0]: "adv-unapproved"}
    names = [NORTHWIND, BLUEBIRD, BOTH_SIDES, *(row[0] for row in ADVERTISERS), UNAPPROVED_ADVERTISER[0]]
    organizations = {}
    for name in (*names, *PARTNER_ORGANIZATIONS):
        members = tuple(people.person(f"{slug(name)}.example") for _ in range(rng.randrange(2, 5)))
        number = book.add(
            "organization",
            name=name,
            created_by_id=cast[founders[name]] if name in founders else members[0],
            time_zone=rng.choice(_TIME_ZONES),
            guest_hides_partner_names=name == GUEST_HIDING,
            hides_archived_profiles=name == BLUEBIRD,
        )
        organizations[name] = Organization(number, name, members)
    advertisers = _advertisers(book, organizations)
    profiles = _profiles(book, rng, organizations=organizations)
    return Society(cast, staff, freelancers, organizations, advertisers, profiles)


def _advertisers(book: Book, organizations: dict[str, Organization]) -> tuple[Advertiser, ...]:
    rows: list[tuple[str, tuple[str, ...], str, str]] = [
        (NORTHWIND, (NORTHWIND, "Northwind Heritage"), "EUR USD GBP", OWN_PRODUCTS)
    ]
    rows += [(BOTH_SIDES, ("Kestrel Store",), "EUR", "poster print frame sticker"), *ADVERTISERS]
    made = []
    for organization, names, currencies, articles in (*rows, UNAPPROVED_ADVERTISER):
        for name in names:
            status = "APPROVED"
            if organization == UNAPPROVED_ADVERTISER[0]:
                status = "UNAPPROVED"
            elif name in ("Northwind Heritage", "Copperleaf Academy"):
                status = "ARCHIVED"
            number = book.add(
                "advertiser_profile",
                organization_id=organizations[organization].id,
                name=name,
                approved_at=None if status == "UNAPPROVED" else FOUNDED + timedelta(days=3),
                archived_at=PERIOD_END - timedelta(days=120) if status == "ARCHIVED" else None,
            )
            owner = organizations[organization]
            made.append(Advertiser(number, owner, name, tuple(currencies.split()), tuple(articles.split()), status))
    return tuple(made)


def _profiles(book: Book, rng: random.Random, *, organizations: dict[str, Organization]) -> tuple[Profile, ...]:
    made = []

    def add(organization: str, name: str, *, listed: bool = True, archived: bool = False) -> None:
        owner = organizations[organization]
        number = book.add(
            "partner_profile",
            organization_id=owner.id,
            name=name,
            description=f"{name} writes for readers who compare before they buy.",
            listed=listed,
            archived_at=PERIOD_END - timedelta(days=90) if archived else None,
        )
        made.append(Profile(number, owner, name, archived))

    add(BLUEBIRD, "Bluebird Media")
    add(BLUEBIRD, "Bluebird Deals")
    add(BLUEBIRD, "Bluebird Voices", listed=False)
    add(BLUEBIRD, "Bluebird Archive", archived=True)
    add(BOTH_SIDES, "Kestrel Stories")
    taken = set()
    for n in range(_PROFILES_OF_OTHERS):
        while (name := f"{rng.choice(PROFILE_TOPICS)} {rng.choice(PROFILE_WORDS)}") in taken:
            pass
        taken.add(name)
        # Some organizations have many profiles, most have few.
        last = len(PARTNER_ORGANIZATIONS)
        organization = PARTNER_ORGANIZATIONS[n if n < last else min(n % last, rng.randrange(last))]
        add(organization, name, listed=n % 6 != 5, archived=n % 16 == 15)
    return tuple(made)
