"""Who of the demo platform is given what: roles, assignments, collaborators, companies, sessions and keys."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sightline.db.demo.book import Book
from sightline.db.demo.cast import BLUEBIRD, BOTH_SIDES, CAST, ELSEWHERE, GUEST_HIDING, NORTHWIND, UNAPPROVED, token_of
from sightline.db.demo.organizations import Society
from sightline.db.demo.partners import Partners
from sightline.db.demo.roles import (
    APPROVED_ONLY,
    ASSIGNED_ADVERTISERS,
    ASSIGNED_AFFILIATES,
    ASSIGNED_WITHOUT_PAYOUTS,
    PROGRAM_ANALYST,
    Roles,
)
from sightline.db.demo.season import DISTANT, FOUNDED, PERIOD_END
from sightline.db.key_secrets import key_secret
from sightline.db.secrets import Secrets

_PLATFORM = {
    "admin": "Administrator",
    "manager": "Manager",
    "affiliate-manager-all": "Affiliate Manager",
    "affiliate-manager": ASSIGNED_AFFILIATES,
    "affiliate-manager-nopay": ASSIGNED_WITHOUT_PAYOUTS,
    "advertiser-manager-all": "Advertiser Manager",
    "advertiser-manager": ASSIGNED_ADVERTISERS,
    "finance-manager": "Financial Manager",
    "approved-only": APPROVED_ONLY,
    "suspended": "Manager",
}
_STAFF = ("Administrator", "Manager", "Affiliate Manager", "Advertiser Manager", "Financial Manager", "Manager")
_ORGANIZATION = {
    "adv-admin": (NORTHWIND, "Admin"),
    "adv-member": (NORTHWIND, "Member"),
    "adv-guest": (NORTHWIND, "Guest"),
    "hidden-guest": (GUEST_HIDING, "Guest"),
    "adv-unapproved": (UNAPPROVED, "Admin"),
    "account-admin": (NORTHWIND, "Account Administrator"),
    "analyst": (NORTHWIND, "Analyst"),
    "finance": (NORTHWIND, "Finance"),
    "implementation": (NORTHWIND, "Implementation Specialist"),
    "marketing": (NORTHWIND, "Performance Marketing Manager"),
    "scoped-analyst": (NORTHWIND, PROGRAM_ANALYST),
    "partner-admin": (BLUEBIRD, "Admin"),
    "partner-member": (BLUEBIRD, "Member"),
    "partner-guest": (BLUEBIRD, "Guest"),
    "both-sides": (BOTH_SIDES, "Admin"),
    "many-hats": (ELSEWHERE, "Member"),
}
_MEMBERSHIPS = ("Admin", "Member", "Guest", "Member")
SCOPED_PROGRAMS = ("Northwind Trail Gear", "Northwind Footwear")
SCOPED_LINE = "PERFORMANCE"

# Places among Bluebird's accounts.
_COLLABORATORS = (
    ("collab-readonly", 0, "READ_ONLY"),
    ("collab-owner", 0, "OWNER"),
    ("collab-owner", 1, "OWNER"),
    ("collab-manager", 0, "MANAGER"),
    ("many-hats", 2, "OWNER"),
)
_COMPANY_ACCESS = (
    ("company-owner", "Bluebird Media GmbH", "OWNER"),
    ("company-member", "Bluebird Media GmbH", "MEMBER"),
    ("many-hats", "Bluebird Deals Ltd", "OWNER"),
)
_ASSIGNED_ACCOUNTS = {"affiliate-manager": (0, 1, 2), "affiliate-manager-nopay": (0, 3, 6)}
_ASSIGNED_ADVERTISERS = (NORTHWIND, GUEST_HIDING)


def make_grants(
    book: Book, rng: random.Random, *, society: Society, partners: Partners, roles: Roles, secrets: Secrets
) -> None:
    """Everything that gives access, for the cast and for everybody else."""
    _roles_held(book, society, roles)
    _collaborators(book, rng, society=society, partners=partners)
    _managers(book, rng, society=society, partners=partners)
    _sessions(book, society, secrets)
    _keys(book, society, secrets)


def _roles_held(book: Book, society: Society, roles: Roles) -> None:
    def hold(user: int, role: int, organization: int | None = None, **limits: str | datetime) -> int:
        return book.add(
            "role_assignment",
            user_id=user,
            scope="PLATFORM" if organization is None else "ORGANIZATION",
            organization_id=organization,
            role_id=role,
            **limits,
        )

    for key, name in _PLATFORM.items():
        hold(society.cast[key], roles.platform[name])
    for user, name in zip(society.staff, _STAFF, strict=True):
        hold(user, roles.platform[name])
    for key, role in roles.personal.items():
        hold(society.cast[key], role)
    for organization in society.organizations.values():
        for user, name in zip(organization.members, _MEMBERSHIPS, strict=False):
            limits = {"expires_at": DISTANT} if name == "Guest" else {}
            hold(user, roles.organization[name], organization.id, **limits)
    for key, (organization_name, name) in _ORGANIZATION.items():
        number = society.organizations[organization_name].id
        if key != "scoped-analyst":
            hold(society.cast[key], roles.organization[name], number)
            continue
        assignment = hold(
            society.cast[key], roles.organization[name], number, program_scope="LISTED", line_scope="LISTED"
        )
        book.add("assignment_product_line", assignment_id=assignment, product_line=SCOPED_LINE)
        for program in book.rows("program"):
            if program["name"] in SCOPED_PROGRAMS:
                book.add("assignment_program", assignment_id=assignment, program_id=program["id"])


def _collaborators(book: Book, rng: random.Random, *, society: Society, partners: Partners) -> None:
    given = {(place, society.cast[key]): role for key, place, role in _COLLABORATORS}
    for (place, user), role in given.items():
        book.add("collaborator", affiliate_account_id=partners.bluebird[place], user_id=user, role=role)
    for row in book.rows("affiliate_account"):
        # DR16: whoever opens an account is its owner.
        book.add("collaborator", affiliate_account_id=row["id"], user_id=row["created_by_id"], role="OWNER")
        if rng.random() < 0.4:
            book.add(
                "collaborator",
                affiliate_account_id=row["id"],
                user_id=rng.choice(society.freelancers),
                role=rng.choice(("READ_ONLY", "READ_ONLY", "MANAGER")),
                expires_at=DISTANT if rng.random() < 0.2 else None,
            )
    for key, company, level in _COMPANY_ACCESS:
        book.add("company_access", company_id=partners.companies[company], user_id=society.cast[key], level=level)


def _managers(book: Book, rng: random.Random, *, society: Society, partners: Partners) -> None:
    others = [account.id for account in partners.accounts if account.id not in partners.bluebird]
    for key, places in _ASSIGNED_ACCOUNTS.items():
        accounts = [partners.bluebird[place] for place in places] + sorted(rng.sample(others, 8))
        for account in accounts:
            book.add("manager_assignment", user_id=society.cast[key], affiliate_account_id=account)
    for advertiser in society.advertisers:
        if advertiser.name in _ASSIGNED_ADVERTISERS:
            book.add(
                "manager_assignment",
                user_id=society.cast["advertiser-manager"],
                advertiser_profile_id=advertiser.id,
                expires_at=None if advertiser.name == NORTHWIND else DISTANT,
            )


def _sessions(book: Book, society: Society, secrets: Secrets) -> None:
    for member in CAST:
        if member.email is not None:
            book.add(
                "session",
                user_id=society.cast[member.key],
                token_hash=secrets.token_hash(token_of(member, secrets)),
                expires_at=DISTANT,
            )


def _keys(book: Book, society: Society, secrets: Secrets) -> None:
    northwind, bluebird = society.organizations[NORTHWIND].id, society.organizations[BLUEBIRD].id
    cast = society.cast

    def key(
        name: str, creator: int, *, organization: int | None = None, user: int | None = None, **more: object
    ) -> None:
        # SM6: until its user claims it, a key made for somebody else has no secret.
        columns: dict[str, object] = {"prefix": None, "last_four": None, "hash": None}
        if more.get("state") != "PENDING":
            columns = key_secret(secrets.token_hash, secrets.demo_key(name)).columns
        values: dict[str, object] = {
            "owner_kind": "ORG" if user is None else "USER",
            "organization_id": organization,
            "user_id": user,
            "created_by_id": creator,
            "name": name,
            **columns,
            "scopes": None,
            "state": "ACTIVE",
            "expires_at": None,
            "revoked_at": None,
            "rotation_due_at": None,
        }
        book.add("api_key", **(values | more))

    key("northwind-key", cast["adv-admin"], organization=northwind)
    key("northwind-reports-key", cast["adv-admin"], organization=northwind, scopes=["PERFORMANCE_REPORTS:R"])
    # Made by somebody who was an administrator then, and is none now (SM6).
    due = PERIOD_END - timedelta(days=20)
    scopes = ["PROGRAMS:R"]
    key("outlived-key", cast["adv-member"], organization=northwind, scopes=scopes, rotation_due_at=due)
    key("bluebird-key", cast["partner-admin"], organization=bluebird)
    key("support-key", cast["manager"], user=cast["manager"], scopes=["TRANSACTIONS:R"])
    key("owner-key", cast["collab-owner"], user=cast["collab-owner"], scopes=["account:R"])
    # Still ACTIVE, as nobody has looked at it since: the date alone must refuse it.
    key("expired-key", cast["adv-admin"], organization=northwind, expires_at=FOUNDED + timedelta(days=90))
    revoked = PERIOD_END - timedelta(days=40)
    key("revoked-key", cast["partner-admin"], organization=bluebird, state="REVOKED", revoked_at=revoked)
    ended = FOUNDED + timedelta(days=90)
    key("last-years-key", cast["admin"], user=cast["admin"], scopes=["ADMIN:R"], state="EXPIRED", expires_at=ended)
    key("unclaimed-key", cast["admin"], user=cast["finance-manager"], scopes=["PAYOUTS:R"], state="PENDING")
