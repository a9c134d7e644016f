"""Which rows each kind of path reaches: one rule per entity, one row set per path kind. Everything else is denied.

Read it as the table "Row sets" of docs/rules.md. A row set may ask the path for tokens (`permitted`, `Holds`), compare
columns with the principal's attributes (`own_*`), and follow declared edges. Adding an entity is adding a rule here, a
table and a GraphQL type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sightline.authz.classes import FieldClass
from sightline.authz.expr import (
    FALSE,
    Condition,
    Edge,
    Exists,
    Expr,
    Holds,
    In,
    IsNull,
    Masks,
    Reached,
    all_of,
    any_of,
    equals,
    negate,
    one_of,
)
from sightline.authz.masks import or_full
from sightline.authz.paths import Attribute, Flag, PathKind
from sightline.authz.permissions import permitted

ADVERTISER, PARTNER, PLATFORM = PathKind.ORG_ADVERTISER, PathKind.ORG_PARTNER, PathKind.PLATFORM
ORGANIZATION, COLLABORATOR, COMPANY = PathKind.ORGANIZATION, PathKind.COLLABORATOR, PathKind.COMPANY
TO_PARTNERS, TO_PROGRAMS = PathKind.COUNTERPARTY_ADVERTISER, PathKind.COUNTERPARTY_PARTNER
PUBLIC, SELF = PathKind.PUBLIC, PathKind.SELF


@dataclass(frozen=True, slots=True)
class EntityRule:
    """The row sets of one entity, and the conditions its masks may name."""

    entity: str
    rows: Mapping[PathKind, Expr]
    conditions: Mapping[str, Expr] = field(default_factory=dict)


# Pieces the row sets are made of.


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


_PROGRAM = Edge("program", (("program_id", "id"),))
_PROGRAM_CONDITIONS = {
    "DIRECT": Exists(_PROGRAM, equals("commission_model", "DIRECT")),
    "SHARED_SALE_AMOUNT": Exists(_PROGRAM, equals("share_sale_amount", True)),
}
_ENGAGED = any_of(one_of("state", "APPLIED"), negate(IsNull("activated_at")))
_MEMBERS = Edge("role_assignment", (("id", "user_id"),))

ORGANIZATION_RULE = EntityRule(
    "organization",
    {
        ORGANIZATION: own_organizations("id"),
        PLATFORM: all_of(
            permitted("ADVERTISERS"),
            Exists(
                Edge("advertiser_profile", (("id", "organization_id"),)), assigned(advertiser=assigned_advertiser("id"))
            ),
        ),
    },
)

# A member is the fact that somebody belongs to an organization (K8: all members know it); the role behind it is policy.
MEMBERSHIP_RULE = EntityRule(
    "role_assignment",
    {
        ORGANIZATION: own_organizations("organization_id"),
        PLATFORM: permitted("USERS"),
        SELF: In("user_id", Attribute.USER),
    },
)

USER_RULE = EntityRule(
    "app_user",
    {
        ORGANIZATION: Exists(_MEMBERS, own_organizations("organization_id")),
        PLATFORM: permitted("USERS"),
        COLLABORATOR: Exists(Edge("collaborator", (("id", "user_id"),)), own_accounts("affiliate_account_id")),
        COMPANY: Exists(Edge("company_access", (("id", "user_id"),)), In("company_id", Attribute.COMPANIES)),
        SELF: In("id", Attribute.USER),
    },
)

ROLE_RULE = EntityRule(
    "role",
    {
        ORGANIZATION: all_of(
            any_of(Holds(Flag.ADMIN), permitted("ACCOUNT_USERS")),
            equals("scope", "ORGANIZATION"),
            any_of(IsNull("organization_id"), own_organizations("organization_id")),
        ),
        PLATFORM: permitted("USERS", "SETTINGS"),
        SELF: Exists(Edge("role_assignment", (("id", "role_id"),)), In("user_id", Attribute.USER)),
    },
)

ADVERTISER_PROFILE_RULE = EntityRule(
    "advertiser_profile",
    {
        ADVERTISER: all_of(Holds(Flag.BELONGS), own_organizations("organization_id")),
        PLATFORM: all_of(permitted("ADVERTISERS"), assigned(advertiser=assigned_advertiser("id"))),
    },
)

PARTNER_PROFILE_RULE = EntityRule(
    "partner_profile",
    {
        PARTNER: all_of(
            own_organizations("organization_id"),
            any_of(negate(Holds(Flag.HIDES_ARCHIVED_PROFILES)), IsNull("archived_at")),
        ),
        PLATFORM: all_of(
            permitted("AFFILIATES"),
            assigned(
                account=any_of(
                    Exists(Edge("affiliate_account", (("id", "partner_profile_id"),)), assigned_account("id")),
                    Exists(Edge("enrollment", (("id", "partner_profile_id"),)), assigned_account()),
                )
            ),
        ),
        TO_PARTNERS: all_of(
            or_full("PARTNERS"),
            negate(Holds(Flag.HIDES_PARTNER_NAMES)),
            Exists(
                Edge("enrollment", (("id", "partner_profile_id"),)),
                all_of(own_organizations("advertiser_org_id"), _ENGAGED, within_programs()),
            ),
        ),
        PUBLIC: all_of(Holds(Flag.APPROVED_ADVERTISER), equals("listed", True), IsNull("archived_at")),
    },
)

TRAFFIC_SOURCE_RULE = EntityRule(
    "traffic_source",
    {
        PARTNER: own_organizations("partner_org_id"),
        PLATFORM: all_of(
            permitted("AFFILIATES"),
            assigned(account=Exists(Edge("enrollment", (("id", "traffic_source_id"),)), assigned_account())),
        ),
        TO_PARTNERS: all_of(
            or_full("PARTNERS"),
            negate(Holds(Flag.HIDES_PARTNER_NAMES)),
            Exists(
                Edge("enrollment", (("id", "traffic_source_id"),)),
                all_of(own_organizations("advertiser_org_id"), _ENGAGED, within_programs()),
            ),
        ),
        PUBLIC: Exists(Edge("partner_profile", (("partner_profile_id", "id"),)), Reached()),
    },
)

PROGRAM_RULE = EntityRule(
    "program",
    {
        ADVERTISER: all_of(or_full("PROGRAMS"), own_organizations("advertiser_org_id"), within_programs("id")),
        PLATFORM: all_of(permitted("OFFERS"), assigned(advertiser=assigned_advertiser())),
        TO_PROGRAMS: Exists(
            Edge("enrollment", (("id", "program_id"),)),
            all_of(
                any_of(own_organizations("partner_org_id"), own_accounts("affiliate_account_id")),
                any_of(_ENGAGED, equals("state", "INVITED")),
            ),
        ),
        PUBLIC: all_of(equals("listed", True), equals("status", "ACTIVE")),
    },
    {"DIRECT": equals("commission_model", "DIRECT")},
)

ENROLLMENT_RULE = EntityRule(
    "enrollment",
    {
        ADVERTISER: all_of(
            or_full("PARTNERS", "APPLICATIONS"), own_organizations("advertiser_org_id"), within_programs()
        ),
        PARTNER: own_organizations("partner_org_id"),
        PLATFORM: all_of(
            permitted("AFFILIATES", "OFFERS"), assigned(account=assigned_account(), advertiser=assigned_advertiser())
        ),
        COLLABORATOR: own_accounts("affiliate_account_id"),
    },
    _PROGRAM_CONDITIONS,
)

AFFILIATE_ACCOUNT_RULE = EntityRule(
    "affiliate_account",
    {
        PARTNER: own_organizations("partner_org_id"),
        PLATFORM: all_of(permitted("AFFILIATES"), assigned(account=assigned_account("id"))),
        COLLABORATOR: own_accounts("id"),
    },
)

COLLABORATOR_RULE = EntityRule(
    "collaborator",
    {
        PLATFORM: all_of(permitted("AFFILIATES"), assigned(account=assigned_account())),
        COLLABORATOR: own_accounts("affiliate_account_id"),
    },
)

CONVERSION_RULE = EntityRule(
    "conversion",
    {
        ADVERTISER: all_of(
            or_full("PERFORMANCE_REPORTS", "FINANCE_REPORTING"),
            own_organizations("advertiser_org_id"),
            within_programs(),
        ),
        PARTNER: own_organizations("partner_org_id"),
        PLATFORM: all_of(
            permitted("TRANSACTIONS"),
            assigned(account=assigned_account(), advertiser=assigned_advertiser()),
            any_of(negate(Holds(Flag.LIMITED_STATUSES)), In("status", Attribute.STATUSES)),
        ),
        COLLABORATOR: own_accounts("affiliate_account_id"),
    },
    _PROGRAM_CONDITIONS | {"SETTLED": one_of("settlement", "INVOICED", "PAID")},
)

_CONVERSION = Edge("conversion", (("affiliate_account_id", "affiliate_account_id"), ("conversion_id", "id")))

CONVERSION_ITEM_RULE = EntityRule(
    "conversion_item",
    follows(_CONVERSION, CONVERSION_RULE),
    through(_CONVERSION, "DIRECT", "SHARED_SALE_AMOUNT", "SETTLED"),
)


# An adjustment of a conversion is reached where the conversion is; one of an account, where the account's money is
# (never by an advertiser or an assigned advertiser manager); and only by a path that holds the class of its side.
_OF_A_CONVERSION = Exists(_CONVERSION, Reached())
_OF_THE_ACCOUNT = IsNull("conversion_id")
_SIDE_IS_HELD = any_of(
    all_of(equals("side", "PAYOUT"), Masks(FieldClass.PAYOUT)),
    all_of(equals("side", "REVENUE"), Masks(FieldClass.REVENUE)),
    all_of(equals("side", "SALE"), Masks(FieldClass.SALE_AMOUNT)),
)

ADJUSTMENT_RULE = EntityRule(
    "adjustment",
    {
        ADVERTISER: all_of(_SIDE_IS_HELD, _OF_A_CONVERSION),
        PARTNER: all_of(
            _SIDE_IS_HELD, any_of(_OF_A_CONVERSION, all_of(_OF_THE_ACCOUNT, own_organizations("partner_org_id")))
        ),
        PLATFORM: all_of(
            permitted("TRANSACTIONS"),
            _SIDE_IS_HELD,
            any_of(
                _OF_A_CONVERSION,
                all_of(
                    _OF_THE_ACCOUNT,
                    negate(Holds(Flag.ASSIGNED_ADVERTISERS)),
                    assigned(account=assigned_account()),
                ),
            ),
        ),
        COLLABORATOR: all_of(
            _SIDE_IS_HELD, any_of(_OF_A_CONVERSION, all_of(_OF_THE_ACCOUNT, own_accounts("affiliate_account_id")))
        ),
    },
    # No role by permissions manages adjustments: what opens them is there to be viewed only.
    _PROGRAM_CONDITIONS | {"SETTLED": one_of("state", "INVOICED", "PAID"), "MANAGED": FALSE},
)

_INVOICE = Edge("payout_invoice", (("affiliate_account_id", "affiliate_account_id"), ("invoice_id", "id")))
_LINES = Edge("payout_invoice_line", (("affiliate_account_id", "affiliate_account_id"), ("id", "invoice_id")))
_LINE_ADJUSTMENT = Edge("adjustment", (("affiliate_account_id", "affiliate_account_id"), ("adjustment_id", "id")))
_LINE_IS_WITHIN = any_of(Exists(_CONVERSION, within_programs()), Exists(_LINE_ADJUSTMENT, within_programs()))
_LIMITED = any_of(Holds(Flag.LISTED_PROGRAMS), Holds(Flag.LISTED_LINES))
_INVOICE_IS_HELD = Masks(FieldClass.PAYOUT_INVOICE)

# INVARIANT: a path without the class payout_invoice reaches no invoice at all, so its total cannot be counted either.
PAYOUT_INVOICE_RULE = EntityRule(
    "payout_invoice",
    {
        ADVERTISER: all_of(
            _INVOICE_IS_HELD,
            own_organizations("payer_org_id"),
            # The limit to programs shows an invoice only if every line is inside it: its total is over all of them.
            any_of(negate(_LIMITED), negate(Exists(_LINES, negate(_LINE_IS_WITHIN)))),
        ),
        PARTNER: all_of(_INVOICE_IS_HELD, own_organizations("partner_org_id")),
        PLATFORM: all_of(_INVOICE_IS_HELD, assigned(account=assigned_account())),
        COLLABORATOR: all_of(_INVOICE_IS_HELD, own_accounts("affiliate_account_id")),
    },
    {"DIRECT": negate(IsNull("payer_advertiser_id"))},
)

PAYOUT_INVOICE_LINE_RULE = EntityRule(
    "payout_invoice_line", follows(_INVOICE, PAYOUT_INVOICE_RULE), through(_INVOICE, "DIRECT")
)

# Company ownership is apart from every permission and membership (L1): nobody reaches a company but its members.
COMPANY_RULE = EntityRule("company", {COMPANY: In("id", Attribute.COMPANIES)})
COMPANY_ACCESS_RULE = EntityRule("company_access", {COMPANY: In("company_id", Attribute.COMPANIES)})

ENTITY_RULES: tuple[EntityRule, ...] = (
    ORGANIZATION_RULE,
    MEMBERSHIP_RULE,
    USER_RULE,
    ROLE_RULE,
    ADVERTISER_PROFILE_RULE,
    PARTNER_PROFILE_RULE,
    TRAFFIC_SOURCE_RULE,
    PROGRAM_RULE,
    ENROLLMENT_RULE,
    AFFILIATE_ACCOUNT_RULE,
    COLLABORATOR_RULE,
    CONVERSION_RULE,
    CONVERSION_ITEM_RULE,
    ADJUSTMENT_RULE,
    PAYOUT_INVOICE_RULE,
    PAYOUT_INVOICE_LINE_RULE,
    COMPANY_RULE,
    COMPANY_ACCESS_RULE,
)
