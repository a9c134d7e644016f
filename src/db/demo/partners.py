"""The partner side: companies, affiliate accounts, traffic sources, their enrollments and trackers."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta

from sightline.db.demo.book import Book
from sightline.db.demo.cast import BLUEBIRD, BOTH_SIDES, GUEST_HIDING, NORTHWIND
from sightline.db.demo.model import Account, Enrollment, Program
from sightline.db.demo.organizations import Profile, Society
from sightline.db.demo.season import DAY, DISTANT, FOUNDED, PERIOD_END, PERIOD_START, milliseconds, moment
from sightline.db.demo.vocabulary import COMPANY_FORMS, REGIONS, SOURCE_NAMES, TESTIMONIALS, slug
from sightline.db.vault import Vault

ACCOUNTS = 400
_BEGIN, _END = milliseconds(PERIOD_START), milliseconds(PERIOD_END)
_KINDS = ("WEBSITE", "WEBSITE", "WEBSITE", "SOCIAL", "SOCIAL", "EMAIL", "APP", "SEARCH", "OTHER")

# Name, place of the profile among Bluebird's, status, company.
_BLUEBIRD_ACCOUNTS = (
    ("Bluebird Germany", 0, "APPROVED", "Bluebird Media GmbH"),
    ("Bluebird Austria", 0, "APPROVED", "Bluebird Media GmbH"),
    ("Bluebird Britain", 1, "APPROVED", "Bluebird Deals Ltd"),
    ("Bluebird America", 1, "APPROVED", "Bluebird Deals Ltd"),
    ("Bluebird Sweden", 0, "APPROVED", "Bluebird Media GmbH"),
    ("Bluebird Poland", 1, "APPROVED", None),
    ("Bluebird Voices", 2, "APPROVED", "Bluebird Media GmbH"),
    ("Bluebird Archive", 3, "APPROVED", "Bluebird Media GmbH"),
    ("Bluebird France", 0, "SUSPENDED", "Bluebird Media GmbH"),
    ("Bluebird Japan", 1, "PENDING", "Bluebird Deals Ltd"),
    ("Bluebird Coupons", 1, "CLOSED", "Bluebird Deals Ltd"),
    ("Bluebird Spain", 0, "REJECTED", "Bluebird Media GmbH"),
)

# What part of all conversions two organizations have in common.
_COMMON = (((BLUEBIRD, NORTHWIND), 0.05), ((BLUEBIRD, GUEST_HIDING), 0.008), ((BOTH_SIDES, BOTH_SIDES), 0.004))


@dataclass(frozen=True, slots=True)
class Partners:
    """The accounts that ever took part, Bluebird's accounts in the order of their names above, companies by name,
    and the enrollments that were ever active."""

    accounts: tuple[Account, ...]
    bluebird: tuple[int, ...]
    companies: dict[str, int]
    enrollments: tuple[Enrollment, ...]


def make_partners(
    book: Book, rng: random.Random, *, society: Society, programs: tuple[Program, ...], vault: Vault
) -> Partners:
    """Four hundred accounts, their sources and enrollments in every state, and the common ones of the cast."""
    companies = _Companies(book, rng, society)
    accounts = _accounts(book, rng, society=society, companies=companies)
    bluebird = tuple(account.id for account in accounts[: len(_BLUEBIRD_ACCOUNTS)])
    taking_part = tuple(account for account in accounts if account.status in ("APPROVED", "SUSPENDED", "CLOSED"))
    enrollments = _with_common_shares(_Enrolling(book, rng, society, programs).enroll(taking_part), society)
    _beside_accounts(book, rng, society=society, accounts=accounts, companies=companies, vault=vault)
    return Partners(taking_part, bluebird, companies.numbers, enrollments)


class _Companies:
    """The companies by name; each has an owner from the first day on (AC9)."""

    def __init__(self, book: Book, rng: random.Random, society: Society) -> None:
        self._book, self._rng, self._society = book, rng, society
        self.numbers: dict[str, int] = {}
        self.owners: dict[int, int] = {}

    def named(self, name: str) -> tuple[int, str]:
        """Number and tax id of a company, founded where it does not exist."""
        if name not in self.numbers:
            number = self._book.add("company", name=name, tax_id=f"X{self._rng.randrange(10**9):09d}")
            owner = self._rng.choice(self._society.freelancers)
            self._book.add("company_access", company_id=number, user_id=owner, level="OWNER")
            if self._rng.random() < 0.3:
                member = self._rng.choice([user for user in self._society.freelancers if user != owner])
                until = DISTANT if self._rng.random() < 0.3 else None
                self._book.add("company_access", company_id=number, user_id=member, level="MEMBER", expires_at=until)
            self.numbers[name], self.owners[number] = number, owner
        number = self.numbers[name]
        return number, self._book.rows("company")[number - 1]["tax_id"]


def _accounts(book: Book, rng: random.Random, *, society: Society, companies: _Companies) -> list[Account]:
    own = [profile for profile in society.profiles if profile.organization.name == BLUEBIRD]
    made: list[Account] = []

    def add(profile: Profile, name: str, status: str, company: str | None) -> None:
        number = len(made) + 1
        company_id, tax_id = companies.named(company) if company else (None, "")
        book.add(
            "affiliate_account",
            created_at=FOUNDED + timedelta(days=rng.randrange(60)),
            partner_profile_id=profile.id,
            partner_org_id=profile.organization.id,
            name=name,
            status=status,
            company_id=company_id,
            created_by_id=rng.choice(profile.organization.members),
            external_id=f"A{10_000 + number}",
        )
        book.add("account_shard", affiliate_account_id=number)
        closes = _END
        if status != "APPROVED" or profile.archived:
            closes -= rng.randrange(60, 300) * DAY
        snapshot = (company, tax_id) if company else None
        weight = 1 / (rng.randrange(ACCOUNTS) + 4) ** 0.9  # a long tail: few accounts bring most of it
        made.append(Account(number, profile.id, profile.organization.id, status, snapshot, weight, closes))

    for name, place, status, company in _BLUEBIRD_ACCOUNTS:
        add(own[place], name, status, company)
    others = [profile for profile in society.profiles if profile.organization.name != BLUEBIRD]
    for n in range(ACCOUNTS - len(made)):
        profile = others[n] if n < len(others) else rng.choice(others)
        region = REGIONS[(n // len(others)) % len(REGIONS)]
        status = {3: "PENDING", 11: "REJECTED", 17: "SUSPENDED", 23: "CLOSED"}.get(n % 31, "APPROVED")
        company = f"{profile.organization.name} {COMPANY_FORMS[n % len(COMPANY_FORMS)]}"
        add(profile, f"{profile.name} {region} {n:03d}", status, None if n % 13 == 12 else company)
    return made


class _Enrolling:
    """Gives accounts their traffic sources, and lets these join programs."""

    def __init__(self, book: Book, rng: random.Random, society: Society, programs: tuple[Program, ...]) -> None:
        self._book, self._rng = book, rng
        self._profiles = {profile.id: profile for profile in society.profiles}
        named = {organization.name: organization.id for organization in society.organizations.values()}
        self._open = [program for program in programs if program.status != "DRAFT"]
        self._weights = [program.weight for program in self._open]
        self._wanted = {
            named[BLUEBIRD]: [p for p in self._open if p.organization_id in (named[NORTHWIND], named[GUEST_HIDING])],
            named[BOTH_SIDES]: [p for p in self._open if p.organization_id == named[BOTH_SIDES]],
        }

    def enroll(self, accounts: tuple[Account, ...]) -> list[Enrollment]:
        """The enrollments that were ever active; those that never were are only written down."""
        made = []
        for account in accounts:
            for n in range(1 if self._rng.random() < 0.75 else 2):
                source, url = self._source(account, n)
                joined = self._joined(account)
                made += [self._enrollment(account, program, source, url) for program in joined]
                self._unsuccessful(account, joined, source)
        return made

    def _source(self, account: Account, n: int) -> tuple[int, str]:
        kind = self._rng.choice(_KINDS)
        name = self._book.rows("affiliate_account")[account.id - 1]["name"]
        url = f"https://{slug(name)}{n or ''}.example/"
        number = self._book.add(
            "traffic_source",
            partner_profile_id=account.profile_id,
            partner_org_id=account.organization_id,
            name=f"{name} {SOURCE_NAMES[kind]}",
            kind=kind,
            url=url if kind != "OTHER" else None,
        )
        return number, url

    def _joined(self, account: Account) -> list[Program]:
        joined = list(self._wanted.get(account.organization_id, ()))
        for program in self._rng.choices(self._open, self._weights, k=self._rng.randrange(2, 7)):
            if program not in joined:
                joined.append(program)
        return joined

    def _enrollment(self, account: Account, program: Program, source: int, url: str) -> Enrollment:
        rng = self._rng
        begins = _BEGIN - rng.randrange(1, 60) * DAY
        if rng.random() < 0.35:
            begins = _BEGIN + rng.randrange(0, 270) * DAY
        begins += rng.randrange(DAY)
        ends = min(account.closes, program.closes)
        state = "ACTIVE"
        if program.status == "ARCHIVED" or rng.random() < 0.05:
            state = rng.choice(("EXPIRED", "LEFT", "EXPIRED"))
            ends = min(ends, _END - rng.randrange(5, 120) * DAY)
        plan = program.preferred_plan if rng.random() < 0.2 else program.plan
        by_partner = rng.random() < 0.8
        number = self._book.add(
            "enrollment",
            created_at=moment(begins) - timedelta(days=2),
            **self._carried(account, program, source),
            affiliate_account_id=account.id,
            proposed_account_id=account.id if by_partner else None,
            initiated_by="PARTNER" if by_partner else "ADVERTISER",
            state=state,
            commission_plan_id=plan.id,
            activated_at=moment(begins),
            ended_at=moment(max(ends, begins + DAY)) if state != "ACTIVE" else None,
        )
        tracker = None
        if rng.random() < 0.9:
            tracker = self._book.add(
                "tracker",
                affiliate_account_id=account.id,
                enrollment_id=number,
                media_id=rng.choice(program.media),
                name=f"{program.name} on {url.removeprefix('https://')}",
                code=f"t{number:06x}",
                landing_url=None,
            )
        weight = account.weight * program.weight * rng.lognormvariate(0, 0.6)
        return Enrollment(number, program, account, plan, source, url, tracker, begins, ends, weight)

    def _unsuccessful(self, account: Account, joined: list[Program], source: int) -> None:
        """An application or invitation that is open, or came to nothing."""
        program = self._rng.choice(self._open)
        if program in joined or account.status != "APPROVED" or program.status != "ACTIVE":
            return
        partner, advertiser = ("APPLIED", "DENIED", "WITHDRAWN"), ("INVITED", "REJECTED", "REVOKED", "INVITE_EXPIRED")
        state = self._rng.choice(partner + advertiser)
        asked = PERIOD_END - timedelta(days=self._rng.randrange(1, 80), minutes=self._rng.randrange(1_000))
        self._book.add(
            "enrollment",
            created_at=asked,
            **self._carried(account, program, source),
            affiliate_account_id=None,
            proposed_account_id=account.id if state in partner else None,
            initiated_by="PARTNER" if state in partner else "ADVERTISER",
            state=state,
            commission_plan_id=program.preferred_plan.id if state in advertiser else None,
            activated_at=None,
            ended_at=None if state in ("APPLIED", "INVITED") else asked + timedelta(hours=20),
        )

    def _carried(self, account: Account, program: Program, source: int) -> dict[str, int]:
        return {
            "program_id": program.id,
            "advertiser_profile_id": program.advertiser_id,
            "advertiser_org_id": program.organization_id,
            "traffic_source_id": source,
            "partner_profile_id": account.profile_id,
            "partner_org_id": account.organization_id,
        }


def _with_common_shares(enrollments: list[Enrollment], society: Society) -> tuple[Enrollment, ...]:
    """The same enrollments, weighted so that the cast's organizations have as much in common as they should."""
    total = sum(enrollment.weight for enrollment in enrollments)
    for names, share in _COMMON:
        partner, advertiser = (society.organizations[name].id for name in names)
        common = [
            enrollment.account.organization_id == partner and enrollment.program.organization_id == advertiser
            for enrollment in enrollments
        ]
        weight = total * share / sum(common)
        enrollments = [
            replace(enrollment, weight=weight * (0.5 + n % 11 / 10)) if chosen else enrollment
            for n, (enrollment, chosen) in enumerate(zip(enrollments, common, strict=True))
        ]
    return tuple(enrollments)


def _beside_accounts(
    book: Book, rng: random.Random, *, society: Society, accounts: list[Account], companies: _Companies, vault: Vault
) -> None:
    """What hangs on accounts: payout methods, testimonials, assigned plans."""
    plans = [row["id"] for row in book.rows("commission_plan") if row["advertiser_profile_id"] is None]
    for account in accounts:
        if account.company and account.status in ("APPROVED", "SUSPENDED"):
            company = companies.numbers[account.company[0]]
            for ended in (True, False) if account.id % 9 == 0 else (False,):
                kind = rng.choice(("BANK_TRANSFER", "BANK_TRANSFER", "WALLET"))
                last_four = f"{rng.randrange(10_000):04d}"
                number = f"{int.from_bytes(rng.randbytes(60)) % 10**14:014d}{last_four}"
                details = f"IBAN XX00 {number}" if kind == "BANK_TRANSFER" else f"wallet {number}@pay.example"
                book.add(
                    "payout_method",
                    affiliate_account_id=account.id,
                    company_id=company,
                    created_by_id=companies.owners[company],
                    kind=kind,
                    redacted=f"**** {last_four}",
                    details=vault.seal_payout_details(details, account=account.id, company=company),
                    ended_at=PERIOD_START if ended else None,
                )
        if account.id % 12 == 1:
            name, text = rng.choice(TESTIMONIALS)
            book.add(
                "testimonial",
                affiliate_account_id=account.id,
                name=name,
                text=text,
                state="DRAFT" if account.id % 24 == 1 else "PUBLISHED",
            )
        if account.id % 7 == 1:
            book.add(
                "commission_plan_assignment",
                commission_plan_id=rng.choice(plans),
                affiliate_account_id=account.id,
                assigned_by_id=society.cast["manager"],
            )
