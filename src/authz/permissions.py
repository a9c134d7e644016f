"""The permission catalogue: every key a role may carry, its levels, and which entities it opens.

A key without an entry in `opens` or `allows` is reserved: it keeps its name and cannot be assigned (docs/rules.md,
"Permissions"). Tokens are written `KEY:R` and `KEY:W`; W implies R of the same key, ADMIN implies every key (DR11).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sightline.authz.expr import Expr, Holds, any_of


class Level(StrEnum):
    """R reads (View), W also creates, changes and deletes (Manage): I7, C-17."""

    R = "R"
    W = "W"


class Scope(StrEnum):
    """Where a role, and so a permission, applies."""

    PLATFORM = "PLATFORM"
    ORGANIZATION = "ORGANIZATION"


@dataclass(frozen=True, slots=True)
class Permission:
    """One key of the catalogue: its name for people, its levels, what R opens and what W allows."""

    key: str
    label: str
    levels: tuple[Level, ...]
    opens: tuple[str, ...] = ()
    allows: str = ""

    @property
    def reserved(self) -> bool:
        """Whether the key opens and allows nothing yet, hence cannot be assigned."""
        return not self.opens and not self.allows


R, W = Level.R, Level.W
ADMIN = "ADMIN"

PLATFORM_PERMISSIONS: tuple[Permission, ...] = (
    Permission("ADMIN", "Administrator", (R, W), ("audit_log", "api_key"), "everything of every module, never company access"),
    Permission("AFFILIATES", "Manage affiliates", (R, W), ("affiliate_account", "partner_profile", "traffic_source", "tracker", "testimonial", "collaborator", "invitation", "enrollment", "click"), "edit and decide accounts, collaborators"),
    Permission("ADVERTISERS", "Advertisers", (R, W), ("advertiser_profile", "organization"), "edit and approve advertiser profiles"),
    Permission("OFFERS", "Offers", (R, W), ("program", "program_goal", "enrollment"), "create and edit programs and goals, decide applications"),
    Permission("BRANDS", "Brand management", (R, W), ("brand",), "create and edit brands"),
    Permission("PRODUCTS", "Product management", (R, W), ("product",), "create and edit products"),
    Permission("MEDIA", "Media", (R, W), ("media",), "create and edit media"),
    Permission("TRANSACTIONS", "Affiliate transactions", (R, W), ("conversion", "conversion_item", "conversion_event", "conversion_proposal", "adjustment", "customer_referral", "click"), "create conversions and adjustments, decide statuses"),
    Permission("PAYOUTS", "Affiliate payouts", (R, W), ("payout_run", "payout_invoice", "payout_invoice_line"), "start a run; approve, delete and pay invoices"),
    Permission("CONTENT", "Content management", (R, W), ("content_page",), "edit content pages"),
    Permission("USERS", "User management", (R, W), ("app_user", "role", "role_permission", "role_product_line", "role_assignment", "assignment_program", "assignment_product_line", "manager_assignment", "invitation", "column_list", "access_request", "access_review", "access_review_item"), "assign roles and module sets, edit column lists, suspend"),
    Permission("COMMISSION_PLANS", "Commission plans", (R, W), ("commission_plan", "commission_plan_assignment"), "create, edit and assign plans"),
    Permission("DATA_IMPORTS", "Data imports", (R, W), ("import_job", "import_log"), "run imports"),
    Permission("API_KEYS", "API keys", (R, W), ("api_key",), "create and revoke own keys"),
    Permission("REPORTS", "Reports", (R, W), ("saved_report",), "save, schedule and share reports"),
    Permission("SETTINGS", "Settings", (R, W), ("role", "role_permission", "platform_setting"), "edit platform settings and, with USERS R, roles"),
)  # fmt: skip

_V, _M, _VM = (R,), (W,), (R, W)

ORGANIZATION_PERMISSIONS: tuple[Permission, ...] = (
    Permission("ACCOUNT_SECURITY", "Account Security Settings", _M),
    Permission("ACCOUNT_USERS", "Account Users", _M, ("role", "role_permission", "role_assignment", "invitation", "access_request"), "members and roles"),
    Permission("ACTION_INQUIRIES", "Action Inquiries", _VM, (), "decide conversions of DIRECT programs, propose statuses of others"),
    Permission("CONTENT_LABELS", "Content Labels", _VM),
    Permission("CONTENT", "Content", _VM, ("media",), "create and edit media"),
    Permission("APPLICATIONS", "Applications", _VM, ("enrollment",), "decide applications"),
    Permission("BLOCKING_RULES", "Blocking/Redirect Rules", _VM),
    Permission("BRANDING", "Branding", _VM, ("brand",), "create and edit brands"),
    Permission("PROGRAMS", "Programs", _VM, ("program", "program_goal"), "create and edit programs"),
    Permission("CHANNELS", "Channels", _VM),
    Permission("COMPANY_INFO", "Company Information", _VM, ("organization",), "edit the organization's record"),
    Permission("CUSTOM_NOTIFICATIONS", "Custom Notifications", _M),
    Permission("CUSTOM_REPORTS", "Custom Reports", _VM, ("saved_report",), "save reports"),
    Permission("DASHBOARD", "Dashboard", _VM, ("saved_report",), ""),
    Permission("DEALS", "Deals", _VM),
    Permission("EXCEPTION_LISTS", "Exception Lists", _VM),
    Permission("EXPIRE_PARTNERS", "Expire Partners", _M, (), "end an enrollment"),
    Permission("FEED_DISTRIBUTION", "Feed Distribution", _VM),
    Permission("FINANCE_REPORTING", "Finance Reporting", _V, ("conversion", "click", "adjustment", "payout_invoice"), ""),
    Permission("FUNDING", "Funding", _VM),
    Permission("PORTAL_INFO", "Portal Information", _V),
    Permission("IMPORT_PARTNERS", "Import Partners", _M),
    Permission("INSIGHTS_REPORT", "Insights Report", _V),
    Permission("MARKETPLACE_LISTING", "Marketplace Listing", _VM, (), "list programs in the marketplace"),
    Permission("MEDIA_SOURCES", "Media Sources", _VM),
    Permission("PARTNERS", "Partners", _VM, ("partner_profile", "traffic_source", "enrollment"), "edit and end enrollments"),
    Permission("PARTNER_MANAGER", "Partner Manager Access", _M),
    Permission("PARTNER_CUSTOM_VALUES", "Partner Custom Values", _VM),
    Permission("PARTNER_GROUPS", "Partner Groups", _VM),
    Permission("PARTNER_MESSAGES", "Partner Messages", _VM),
    Permission("PENDING_PAYOUTS", "Pending Payouts", _VM, ("conversion",), "decide conversions of DIRECT programs, propose statuses and corrections of others"),
    Permission("PERFORMANCE_REPORTS", "Performance Reports", _V, ("conversion", "click", "adjustment"), ""),
    Permission("PHONE_NUMBERS", "Phone Numbers", _VM),
    Permission("PRODUCT_CATALOGS", "Product Catalogs", _VM),
    Permission("PROMO_CODES", "Promo Codes", _VM),
    Permission("PROPOSALS", "Proposals", _VM, ("commission_plan",), ""),
    Permission("REPORT_MANAGEMENT", "Report Management", _V, ("saved_report",), ""),
    Permission("SEND_PARTNER_MESSAGES", "Send Partner Messages", _M),
    Permission("TASKS", "Tasks", _M),
    Permission("TECHNICAL_SETTINGS", "Technical Settings", _VM),
    Permission("TEMPLATE_TERMS_RULES", "Template Terms Rules", _VM),
    Permission("TEMPLATE_TERMS", "Template Terms", _VM, ("commission_plan",), "create and edit plans"),
    Permission("TEMPLATE_TERMS_ADMIN", "Template Terms Administrator", _M, (), "edit plans that restrict modification"),
    Permission("TRACKING", "Tracking", _VM),
    Permission("VIEW_TASKS", "View Tasks", _V),
)  # fmt: skip

CATALOGUE: dict[Scope, dict[str, Permission]] = {
    Scope.PLATFORM: {permission.key: permission for permission in PLATFORM_PERMISSIONS},
    Scope.ORGANIZATION: {permission.key: permission for permission in ORGANIZATION_PERMISSIONS},
}


def token(key: str, level: Level = Level.R) -> str:
    """How a permission is written as a token of a path."""
    return f"{key}:{level}"


def permitted(*keys: str) -> Expr:
    """The path holds R of one of these keys."""
    return any_of(*(Holds(token(key)) for key in keys))


def implied(scope: Scope, held: Iterable[tuple[str, Level]]) -> frozenset[str]:
    """The tokens of a permission set, with what they imply (DR11): W gives R, ADMIN gives every key at its level.

    A key that the catalogue lacks, or reserves, gives nothing: default deny.
    """
    catalogue = CATALOGUE[scope]
    tokens: set[str] = set()
    for key, level in held:
        if key not in catalogue or catalogue[key].reserved:
            continue
        everything = scope is Scope.PLATFORM and key == ADMIN
        for each in catalogue if everything else (key,):
            tokens.add(token(each, Level.R))
            if level is Level.W:
                tokens.add(token(each, Level.W))
    return frozenset(tokens)
