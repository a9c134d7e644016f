"""Access paths: what a grant becomes when it is seen from a row (AC1), and the principal who holds them.

A path has a *shape* (its kind and the tokens it carries: this decides the schema and the SQL) and *values* (which
organizations, accounts, programs: these are bind parameters). Ten thousand users share some dozens of shapes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from sightline.authz.classes import FieldClass
from sightline.authz.expr import Token


class PathKind(StrEnum):
    """The sources of access (docs/rules.md, "Access paths")."""

    ORGANIZATION = "ORGANIZATION"  # a membership, over the organization itself: record, members, roles, keys
    ORG_ADVERTISER = "ORG_ADVERTISER"  # a membership, over what the organization's advertisers own
    ORG_PARTNER = "ORG_PARTNER"  # a membership, over what the organization's partners own
    PLATFORM = "PLATFORM"  # a staff role of the operator
    COLLABORATOR = "COLLABORATOR"  # a collaborator's role on one affiliate account
    COMPANY = "COMPANY"  # access to a company, the beneficial owner of accounts
    COUNTERPARTY_ADVERTISER = "COUNTERPARTY_ADVERTISER"  # an advertiser looking at partners it works with
    COUNTERPARTY_PARTNER = "COUNTERPARTY_PARTNER"  # a partner looking at programs it works with
    PUBLIC = "PUBLIC"  # the marketplace, to any authenticated active user
    SELF = "SELF"  # oneself


class Flag(StrEnum):
    """Tokens that are no permission: standings, switches, limits and settings a path carries."""

    BELONGS = "standing:member"  # a membership, or a key for all of one; a key for some permissions lacks it
    FULL = "standing:full"  # ADMIN, MEMBER, GUEST or Account Administrator: reads the whole organization (K3, K16)
    ADMIN = "standing:admin"
    EDITS = "standing:edits"  # ADMIN, MEMBER or Account Administrator: writes what is the organization's (K16 to K19)
    HIDES_PARTNER_NAMES = "setting:guest_hides_partner_names"  # C-13, carried by a GUEST's paths only
    HIDES_ARCHIVED_PROFILES = "setting:hides_archived_profiles"  # K20, carried by MEMBER's and GUEST's paths only
    APPROVED_ADVERTISER = "standing:approved_advertiser"  # may browse partners in the marketplace (K12)
    SEE_REVENUE = "switch:see_revenue"
    SEE_PAYOUT = "switch:see_payout"
    SEE_SALE_AMOUNT = "switch:see_sale_amount"
    ASSIGNED_ACCOUNTS = "limit:assigned_accounts"  # AFFILIATE_MANAGER with ASSIGNED (S10)
    ASSIGNED_ADVERTISERS = "limit:assigned_advertisers"  # ADVERTISER_MANAGER with ASSIGNED (S12)
    LIMITED_STATUSES = "limit:statuses"  # AC8
    LISTED_PROGRAMS = "limit:programs"  # I2
    LISTED_LINES = "limit:product_lines"  # I2
    COLLABORATOR_OWNER = "collaborator:OWNER"
    COLLABORATOR_MANAGER = "collaborator:MANAGER"
    COMPANY_OWNER = "company:OWNER"
    BY_KEY = "by:key"  # an API key's path: never hands on access (SM6)
    READS_ONLY = "limit:reads_only"  # a key's path whose scope is for reading (AC5)


LISTED: Mapping[FieldClass, Token] = {
    FieldClass.SALE_AMOUNT: "list:sale_amount",
    FieldClass.REVENUE: "list:revenue",
    FieldClass.PAYOUT: "list:payout",
    FieldClass.PAYOUT_INVOICE: "list:payout",
    FieldClass.COMMISSION_RATE: "list:payout",
}
"""Tokens of a staff path: the columns, on its holder's list for reports, that classes of entities need there (RC7)."""


class Attribute(StrEnum):
    """The principal attributes a rule may compare a column with; each reaches SQL as one array parameter."""

    USER = "user"
    ORGANIZATIONS = "organizations"
    ACCOUNTS = "accounts"
    COMPANIES = "companies"
    ASSIGNED_ACCOUNTS = "assigned_accounts"
    ASSIGNED_ADVERTISERS = "assigned_advertisers"
    PROGRAMS = "programs"
    PRODUCT_LINES = "product_lines"
    STATUSES = "statuses"


_ATTRIBUTES = tuple(Attribute)

Value = int | str
Values = Mapping[Attribute, frozenset[Value]]

# What makes two paths of one shape different limits, so that their values must not be pooled: pooling (programs of
# organization A) with (programs of organization B) would let each list reach into the other organization.
_UNPOOLED = frozenset({Flag.LISTED_PROGRAMS, Flag.LISTED_LINES})


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a path decides schema and SQL: its kind and its tokens."""

    kind: PathKind
    tokens: frozenset[Token]

    @property
    def fingerprint(self) -> str:
        """A text that is equal exactly for equal shapes."""
        return f"{self.kind}({' '.join(sorted(self.tokens))})"


@dataclass(frozen=True, slots=True)
class Path:
    """A grant as the engine sees it: a shape and the values of its attributes."""

    shape: Shape
    values: Values = field(hash=False)

    @property
    def pooled(self) -> bool:
        """Whether paths of this shape may be merged by uniting their values."""
        return not (self.shape.tokens & _UNPOOLED)


def path(kind: PathKind, tokens: Iterable[Token] = (), **values: Iterable[Value]) -> Path:
    """A path from plain values. Raises ValueError for an attribute that no rule could name."""
    return Path(Shape(kind, frozenset(tokens)), {Attribute(name): frozenset(given) for name, given in values.items()})


@dataclass(frozen=True, slots=True)
class Paths:
    """A principal's paths in canonical order: equal shapes pooled, all sorted, so the order of grants never matters.

    `shapes` has theirs, in order: path i of the visibility is path i of the principal.
    """

    ordered: tuple[Path, ...]
    shapes: tuple[Shape, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shapes", tuple(each.shape for each in self.ordered))

    def binds(self, *, first: int = 0) -> dict[str, list[Value]]:
        """The value of every bind parameter the visibility's SQL may ask for, absent attributes as empty arrays.

        `first` is the number of the first path, where there are others before it.
        """
        return {
            bind_name(index, attribute): sorted(each.values.get(attribute, frozenset()), key=str)
            for index, each in enumerate(self.ordered, first)
            for attribute in _ATTRIBUTES
        }


@lru_cache(maxsize=4_096)  # every operation names all of its paths' parameters
def bind_name(index: int, attribute: Attribute | str) -> str:
    """The bind parameter of path `index` for an attribute."""
    return f"path{index}_{attribute}"


def combine(paths: Iterable[Path]) -> Paths:
    """Paths in canonical form. Idempotent and commutative: a grant given twice or in another order is nothing."""
    pooled: dict[Shape, dict[Attribute, frozenset[Value]]] = {}
    alone: set[tuple[Shape, tuple[tuple[Attribute, frozenset[Value]], ...]]] = set()
    for each in paths:
        if not each.pooled:
            alone.add((each.shape, tuple(sorted(each.values.items()))))
            continue
        values = pooled.setdefault(each.shape, {})
        for attribute, given in each.values.items():
            values[attribute] = values.get(attribute, frozenset()) | given
    merged = [Path(shape, values) for shape, values in pooled.items()]
    merged += [Path(shape, dict(listed)) for shape, listed in alone]
    return Paths(tuple(sorted(merged, key=_order)))


def _order(each: Path) -> tuple[str, str]:
    values = sorted((name, sorted(map(str, given))) for name, given in each.values.items())
    return each.shape.fingerprint, repr(values)


def visibility_key(policy_version: str, shapes: Iterable[Shape]) -> str:
    """The name of the visibility these shapes share. Ids are not in it: they are bind parameters."""
    text = "\n".join([policy_version, *(shape.fingerprint for shape in shapes)])
    return hashlib.sha256(text.encode()).hexdigest()
