"""What row sets are made of: the shape of a rule, and the predicates that many rules share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sightline.authz.classes import FieldClass
from sightline.authz.expr import (
    Condition,
    Edge,
    Exists,
    Expr,
    Holds,
    In,
    IsNull,
    Reached,
    all_of,
    any_of,
    asks_others,
    equals,
    negate,
    one_of,
)
from sightline.authz.paths import Attribute, Flag, PathKind

ADVERTISER, PARTNER, PLATFORM = PathKind.ORG_ADVERTISER, PathKind.ORG_PARTNER, PathKind.PLATFORM
ORGANIZATION, COLLABORATOR, COMPANY = PathKind.ORGANIZATION, PathKind.COLLABORATOR, PathKind.COMPANY
TO_PARTNERS, TO_PROGRAMS = PathKind.COUNTERPARTY_ADVERTISER, PathKind.COUNTERPARTY_PARTNER
PUBLIC, SELF = PathKind.PUBLIC, PathKind.SELF


@dataclass(frozen=True, slots=True)
class EntityRule:
    """The row sets of one entity, and the conditions its masks may name.

    `without` has the classes that a path lacks on this entity although the mask table gives them to its kind.
    """

    entity: str
    rows: Mapping[PathKind, Expr]
    conditions: Mapping[str, Expr] = field(default_factory=dict)
    without: Mapping[PathKind, frozenset[FieldClass]] = field(default_factory=dict)

    def reached_alone(self, kind: PathKind) -> bool:
        """Whether a kind of path reaches rows of it by itself, and not only where another path does too."""
        return kind in self.rows and not asks_others(self.rows[kind])

    def withholds(self, kind: PathKind, field_class: FieldClass) -> bool:
        """Whether a kind of path lacks a class on this entity."""
        return field_class in self.without.get(kind, frozenset())


def own_organizations(column: str) -> Expr:
    """The column names one of the path's organizations."""
    return In(column, Attribute.ORGANIZATIONS)


def own_accounts(column: str) -> Expr:
    """The column names one of the accounts the path collaborates on."""
    return In(column, Attribute.ACCOUNTS)


def assigned(*, account: Expr | None = None, advertiser: Expr | None = None) -> Expr:
    """The limit ALL or ASSIGNED (S9 to S12): what an assigned manager of each base type still reaches; None is all."""
    limits = []
    if account is not None:
        limits.append(any_of(negate(Holds(Flag.ASSIGNED_ACCOUNTS)), account))
    if advertiser is not None:
        limits.append(any_of(negate(Holds(Flag.ASSIGNED_ADVERTISERS)), advertiser))
    return all_of(*limits)


def assigned_account(column: str = "affiliate_account_id") -> Expr:
    """The column names an account assigned to this manager."""
    return In(column, Attribute.ASSIGNED_ACCOUNTS)


def assigned_advertiser(column: str = "advertiser_profile_id") -> Expr:
    """The column names an advertiser assigned to this manager."""
    return In(column, Attribute.ASSIGNED_ADVERTISERS)


# What belongs to the whole platform is nobody's assignment: a manager limited to his own does not reach it.
UNASSIGNED_STAFF = all_of(negate(Holds(Flag.ASSIGNED_ACCOUNTS)), negate(Holds(Flag.ASSIGNED_ADVERTISERS)))


def oneself(column: str) -> Expr:
    """The column names the user who asks."""
    return In(column, Attribute.USER)


def within_programs(column: str = "program_id") -> Expr:
    """The limit to listed programs and product lines (I2) of an organization role that carries one."""
    line = In("product_line", Attribute.PRODUCT_LINES)
    by_line = line if column == "id" else Exists(Edge("program", ((column, "id"),)), line)
    return all_of(
        any_of(negate(Holds(Flag.LISTED_PROGRAMS)), In(column, Attribute.PROGRAMS)),
        any_of(negate(Holds(Flag.LISTED_LINES)), by_line),
    )


def follows(edge: Edge, parent: EntityRule) -> dict[PathKind, Expr]:
    """A child's row sets: on every path, exactly the rows whose parent that path reaches."""
    return dict.fromkeys(parent.rows, Exists(edge, Reached()))


def through(edge: Edge, *conditions: str) -> dict[str, Expr]:
    """A child's conditions: those of its parent."""
    return {name: Exists(edge, Condition(name)) for name in conditions}


PROGRAM = Edge("program", (("program_id", "id"),))
PROGRAM_CONDITIONS: dict[str, Expr] = {
    "DIRECT": Exists(PROGRAM, equals("commission_model", "DIRECT")),
    "SHARED_SALE_AMOUNT": Exists(PROGRAM, equals("share_sale_amount", True)),
}
ACCOUNT = Edge("affiliate_account", (("affiliate_account_id", "id"),))
CONVERSION = Edge("conversion", (("affiliate_account_id", "affiliate_account_id"), ("conversion_id", "id")))

# An enrollment by which the two sides know each other: applied for, or (ever) active.
ENGAGED = any_of(one_of("state", "APPLIED"), negate(IsNull("activated_at")))

# The limit to statuses (AC8): a limit of rows, within the platform's path only (AC4).
ALLOWED_STATUS = any_of(negate(Holds(Flag.LIMITED_STATUSES)), In("status", Attribute.STATUSES))
