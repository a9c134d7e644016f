"""The roles that ship: predefined organization roles (immutable) and the platform's default roles (editable).

These tables are seed data for `role` and `role_permission`; at run time a predefined organization role is recognised by
its name (DR9 makes it immutable), everything else by the rows of the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sightline.authz.permissions import Level, Scope

R, W = Level.R, Level.W


class BaseType(StrEnum):
    """What a role is built on (S4); it never changes after creation (DR5)."""

    ADMINISTRATOR = "ADMINISTRATOR"
    MANAGER = "MANAGER"
    AFFILIATE_MANAGER = "AFFILIATE_MANAGER"
    ADVERTISER_MANAGER = "ADVERTISER_MANAGER"
    PERSONAL = "PERSONAL"
    ORG = "ORG"


class Standing(StrEnum):
    """What a predefined organization role is to the rules: the three of K2, which see both sides of an organization."""

    ADMIN = "ADMIN"
    MEMBER = "MEMBER"
    GUEST = "GUEST"


class Switch(StrEnum):
    """The per-role switches (S13)."""

    REVENUE = "see_revenue"
    PAYOUT = "see_payout"
    SALE_AMOUNT = "see_sale_amount"


@dataclass(frozen=True, slots=True)
class RoleDefinition:
    """A role as data. `standing` and `both_sides` are set for predefined organization roles only."""

    name: str
    scope: Scope
    base_type: BaseType
    permissions: tuple[tuple[str, Level], ...]
    switches: frozenset[Switch] = frozenset()
    standing: Standing | None = None
    both_sides: bool = False


def _levels(level: Level, keys: str) -> tuple[tuple[str, Level], ...]:
    return tuple((key, level) for key in keys.split())


ALL_SWITCHES = frozenset(Switch)

DEFAULT_PLATFORM_ROLES: tuple[RoleDefinition, ...] = (
    RoleDefinition("Administrator", Scope.PLATFORM, BaseType.ADMINISTRATOR, _levels(W, "ADMIN"), ALL_SWITCHES),
    RoleDefinition(
        "Manager",
        Scope.PLATFORM,
        BaseType.MANAGER,
        _levels(W, "AFFILIATES ADVERTISERS OFFERS BRANDS PRODUCTS MEDIA TRANSACTIONS COMMISSION_PLANS CONTENT REPORTS")
        + _levels(R, "PAYOUTS DATA_IMPORTS"),
        ALL_SWITCHES,
    ),
    RoleDefinition(
        "Affiliate Manager",
        Scope.PLATFORM,
        BaseType.AFFILIATE_MANAGER,
        _levels(W, "AFFILIATES REPORTS")
        + _levels(R, "ADVERTISERS OFFERS BRANDS PRODUCTS MEDIA TRANSACTIONS PAYOUTS COMMISSION_PLANS"),
        frozenset({Switch.PAYOUT, Switch.SALE_AMOUNT}),
    ),
    RoleDefinition(
        "Advertiser Manager",
        Scope.PLATFORM,
        BaseType.ADVERTISER_MANAGER,
        _levels(W, "ADVERTISERS OFFERS BRANDS PRODUCTS MEDIA REPORTS") + _levels(R, "AFFILIATES TRANSACTIONS"),
        frozenset({Switch.REVENUE, Switch.SALE_AMOUNT}),
    ),
    RoleDefinition(
        "Financial Manager",
        Scope.PLATFORM,
        BaseType.MANAGER,
        _levels(W, "PAYOUTS REPORTS") + _levels(R, "AFFILIATES ADVERTISERS OFFERS TRANSACTIONS COMMISSION_PLANS"),
        ALL_SWITCHES,
    ),
)

# One line per permission of the organization catalogue: Account Administrator, Analyst, Finance, Implementation
# Specialist, Performance Marketing Manager; "M" manage, "V" view, "-" none. Only the cells that the source pages
# state are facts, the others are proposals: hence data, never code.
_MATRIX = """
ACCOUNT_SECURITY       M - - - -
ACCOUNT_USERS          M - - - -
ACTION_INQUIRIES       M - - - M
CONTENT_LABELS         M - - - M
CONTENT                M V - - M
APPLICATIONS           M - - - M
BLOCKING_RULES         M - - M M
BRANDING               M - - - M
PROGRAMS               M V V V V
CHANNELS               M - - M M
COMPANY_INFO           M - V - -
CUSTOM_NOTIFICATIONS   M - - - M
CUSTOM_REPORTS         M V V - M
DASHBOARD              M V V V M
DEALS                  M - - - M
EXCEPTION_LISTS        M - - - M
EXPIRE_PARTNERS        M - - - M
FEED_DISTRIBUTION      M - - M V
FINANCE_REPORTING      V - V - V
FUNDING                M - M - -
PORTAL_INFO            V V V V V
IMPORT_PARTNERS        M - - - M
INSIGHTS_REPORT        V V - - V
MARKETPLACE_LISTING    M - - - M
MEDIA_SOURCES          M - - M M
PARTNERS               M V V - M
PARTNER_MANAGER        M - - - M
PARTNER_CUSTOM_VALUES  M - - - M
PARTNER_GROUPS         M V - - M
PARTNER_MESSAGES       M - - - M
PENDING_PAYOUTS        M - V - M
PERFORMANCE_REPORTS    V V - - V
PHONE_NUMBERS          M - - M M
PRODUCT_CATALOGS       M - - M M
PROMO_CODES            M - - - M
PROPOSALS              M V V - M
REPORT_MANAGEMENT      V V V - V
SEND_PARTNER_MESSAGES  M - - - M
TASKS                  M - - - M
TECHNICAL_SETTINGS     M - - M -
TEMPLATE_TERMS_RULES   M - - - M
TEMPLATE_TERMS         M V V - M
TEMPLATE_TERMS_ADMIN   M - - - -
TRACKING               M - - M V
VIEW_TASKS             V V V V V
"""


def _matrix_column(index: int) -> tuple[tuple[str, Level], ...]:
    rows = [line.split() for line in _MATRIX.strip().splitlines()]
    return tuple((key, W if cells[index] == "M" else R) for key, *cells in rows if cells[index] != "-")


_EVERYTHING = _matrix_column(0)


def _organization_role(
    name: str, permissions: tuple[tuple[str, Level], ...], standing: Standing | None = None, *, both_sides: bool = False
) -> RoleDefinition:
    return RoleDefinition(name, Scope.ORGANIZATION, BaseType.ORG, permissions, standing=standing, both_sides=both_sides)


_NOT_A_MEMBERS = frozenset({"ACCOUNT_SECURITY", "ACCOUNT_USERS", "TECHNICAL_SETTINGS"})

PREDEFINED_ORGANIZATION_ROLES: tuple[RoleDefinition, ...] = (
    _organization_role("Admin", _EVERYTHING, Standing.ADMIN, both_sides=True),
    _organization_role(
        "Member", tuple(p for p in _EVERYTHING if p[0] not in _NOT_A_MEMBERS), Standing.MEMBER, both_sides=True
    ),
    _organization_role(
        "Guest",
        tuple((key, R) for key, _ in _EVERYTHING if key not in _NOT_A_MEMBERS),
        Standing.GUEST,
        both_sides=True,
    ),
    _organization_role("Account Administrator", _EVERYTHING, Standing.ADMIN),
    _organization_role("Analyst", _matrix_column(1)),
    _organization_role("Finance", _matrix_column(2)),
    _organization_role("Implementation Specialist", _matrix_column(3)),
    _organization_role("Performance Marketing Manager", _matrix_column(4)),
)

PREDEFINED_BY_NAME: dict[str, RoleDefinition] = {role.name: role for role in PREDEFINED_ORGANIZATION_ROLES}
