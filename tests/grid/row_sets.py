"""Which rows the words of the grid mean: SQL over the stored tables, typed by hand for each kind of path.

Conditions are over the entity's table `t`; :user and :org are the member's user and organization, 0 where he has none.
Several words in one cell mean all of their rows together (AC1).
"""

from __future__ import annotations

from dataclasses import dataclass

_ASSIGNED_ACCOUNTS = "(SELECT affiliate_account_id FROM manager_assignment WHERE user_id = :user)"
_ASSIGNED_ADVERTISERS = "(SELECT advertiser_profile_id FROM manager_assignment WHERE user_id = :user)"
_ACCOUNTS = "(SELECT affiliate_account_id FROM collaborator WHERE user_id = :user)"
_OWN_ACCOUNTS = "(SELECT id FROM affiliate_account WHERE partner_org_id = :org)"
_OWN_ADVERTISERS = "(SELECT id FROM advertiser_profile WHERE organization_id = :org)"
_OWNED_ACCOUNTS = "(SELECT affiliate_account_id FROM collaborator WHERE user_id = :user AND role = 'OWNER')"
_COMPANIES = "(SELECT company_id FROM company_access WHERE user_id = :user)"

# Program and product line both: a limit never widens the other (G6).
_SCOPE = """(
    SELECT p.id FROM role_assignment a JOIN program p ON p.advertiser_org_id = a.organization_id
    WHERE a.user_id = :user
      AND p.id IN (SELECT program_id FROM assignment_program WHERE assignment_id = a.id)
      AND p.product_line IN (SELECT product_line FROM assignment_product_line WHERE assignment_id = a.id)
      AND p.product_line IN (SELECT product_line FROM role_product_line WHERE role_id = a.role_id))"""

_LISTED_PROFILES = "(SELECT id FROM partner_profile WHERE listed AND archived_at IS NULL)"
_MET = "(e.state = 'APPLIED' OR e.activated_at IS NOT NULL)"  # a counterparty by application, or ever active
_DIRECT = "t.program_id IN (SELECT id FROM program WHERE commission_model = 'DIRECT')"
_SHARED = "t.program_id IN (SELECT id FROM program WHERE share_sale_amount)"

# An adjustment is there only for those who see the side that it corrects.
_ADVERTISERS_SIDES = f"t.conversion_id IS NOT NULL AND (t.side <> 'PAYOUT' OR {_DIRECT})"
_PARTNERS_SIDES = f"(t.side = 'PAYOUT' OR t.side = 'SALE' AND {_SHARED})"
_COSTS_AND_SALES = "t.conversion_id IS NOT NULL AND t.side IN ('REVENUE', 'SALE')"

_JOINED = """t.id IN (SELECT e.program_id FROM enrollment e WHERE {of}
             AND (e.state IN ('APPLIED', 'INVITED') OR e.activated_at IS NOT NULL))"""


@dataclass(frozen=True, slots=True)
class Rows:
    """An entity's table, its key, and its sets.

    The key is (account, number), 0 for the account of what is no fact, or the columns that make up a part's key.
    `parent` is the table whose sets the entity takes over, joined as `t`, with its own rows as `c`.
    """

    table: str
    sets: dict[str, str]
    key: str = "0, t.id"
    parent: str | None = None

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns of the key without their table; 0 stands for itself."""
        return tuple(part.rpartition(".")[2] for part in self.key.split(", "))

    def statement(self, words: tuple[str, ...], *, user: int, organization: int) -> str:
        """The keys of the rows that the words mean."""
        where = " OR ".join(f"({self.sets[word]})" for word in words)
        source = f"{self.table} t" if self.parent is None else f"{self.table} c JOIN {self.parent}"
        text = f"SELECT {self.key} FROM {source} WHERE {where}"
        return text.replace(":user", str(user)).replace(":org", str(organization))


_OF_JOINED = """t.program_id IN (SELECT e.program_id FROM enrollment e WHERE {of}
                AND (e.state IN ('APPLIED', 'INVITED') OR e.activated_at IS NOT NULL))"""
_OF_BRAND = "t.brand_id IN (SELECT id FROM brand WHERE {of})"
_ENABLED = "t.status = 'ENABLED' AND t.brand_id IN (SELECT id FROM brand WHERE status = 'ENABLED')"
_PLACEABLE = "(t.program_id IS NULL OR t.program_id IN (SELECT id FROM program WHERE listed AND status = 'ACTIVE'))"
_ASSIGNED_PLANS = "t.id IN (SELECT commission_plan_id FROM commission_plan_assignment WHERE {of})"
_PLANS_OF_ACCOUNTS = f"({_ASSIGNED_PLANS} OR t.id IN (SELECT commission_plan_id FROM enrollment WHERE {{of}}))"

_CONVERSIONS = {
    "all": "true",
    "approved": "t.status = 'APPROVED'",
    "assigned accounts'": f"t.affiliate_account_id IN {_ASSIGNED_ACCOUNTS}",
    "assigned advertisers'": f"t.advertiser_profile_id IN {_ASSIGNED_ADVERTISERS}",
    "own programs'": "t.advertiser_org_id = :org",
    "own programs' in scope": f"t.program_id IN {_SCOPE}",
    "own accounts'": "t.partner_org_id = :org",
    "accounts'": f"t.affiliate_account_id IN {_ACCOUNTS}",
}
# A step to a status that is hidden is hidden, whatever the conversion became (AC8).
_STEPS = _CONVERSIONS | {"approved": "t.status = 'APPROVED' AND c.status = 'APPROVED'"}
_FACTS = {word: condition for word, condition in _CONVERSIONS.items() if word != "approved"}
_INVOICES = {
    "all": "true",
    "assigned accounts'": f"t.affiliate_account_id IN {_ASSIGNED_ACCOUNTS}",
    "own to pay": "t.payer_org_id = :org",
    "own accounts'": "t.partner_org_id = :org",
    "accounts'": f"t.affiliate_account_id IN {_ACCOUNTS}",
}
_ENROLLED = "t.{at} IN (SELECT e.{of} FROM enrollment e WHERE e.advertiser_org_id = :org AND {met})"
_FACT = "t.affiliate_account_id, t.id"
_ROLES = {
    "all": "true",
    "held": "t.id IN (SELECT role_id FROM role_assignment WHERE user_id = :user)",
    "of the organization": "t.organization_id = :org OR t.scope = 'ORGANIZATION' AND t.origin = 'PREDEFINED'",
}
_MEMBERSHIPS = {"all": "true", "own": "t.user_id = :user", "fellows'": "t.organization_id = :org"}
_IMPORTS = {"scheduled": "t.scheduled", "own": "t.created_by_id = :user"}
_BY_ACCOUNT = {
    "all": "true",
    "assigned accounts'": f"t.affiliate_account_id IN {_ASSIGNED_ACCOUNTS}",
    "own accounts'": f"t.affiliate_account_id IN {_OWN_ACCOUNTS}",
    "accounts'": f"t.affiliate_account_id IN {_ACCOUNTS}",
}

_REVIEWS = {
    "of the platform": "t.scope = 'PLATFORM'",
    "of the organization": "t.organization_id = :org",
    "of owned accounts": f"t.affiliate_account_id IN {_OWNED_ACCOUNTS}",
    "of all keys": "t.scope = 'PLATFORM_KEYS'",
    "of own company": "t.company_id IN (SELECT company_id FROM company_access"
    " WHERE user_id = :user AND level = 'OWNER')",
}

ROWS: dict[str, Rows] = {
    "Organization": Rows(
        "organization",
        {
            "of advertisers": "t.id IN (SELECT organization_id FROM advertiser_profile)",
            "assigned advertisers'": "t.id IN (SELECT organization_id FROM advertiser_profile"
            f" WHERE id IN {_ASSIGNED_ADVERTISERS})",
            "own": "t.id = :org",
        },
    ),
    "Membership": Rows("role_assignment", _MEMBERSHIPS),
    "User": Rows(
        "app_user",
        {
            "all": "true",
            "self": "t.id = :user",
            "fellows": "t.id IN (SELECT user_id FROM role_assignment WHERE organization_id = :org)",
            "co-collaborators": f"t.id IN (SELECT user_id FROM collaborator WHERE affiliate_account_id IN {_ACCOUNTS})",
            "company fellows": f"t.id IN (SELECT user_id FROM company_access WHERE company_id IN {_COMPANIES})",
        },
    ),
    "Role": Rows("role", _ROLES),
    "RolePermission": Rows("role_permission", _ROLES, "c.role_id, c.permission", "role t ON t.id = c.role_id"),
    "RoleProductLine": Rows("role_product_line", _ROLES, "c.role_id, c.product_line", "role t ON t.id = c.role_id"),
    "AssignmentProgram": Rows(
        "assignment_program",
        _MEMBERSHIPS,
        "c.assignment_id, c.program_id",
        "role_assignment t ON t.id = c.assignment_id",
    ),
    "AssignmentProductLine": Rows(
        "assignment_product_line",
        _MEMBERSHIPS,
        "c.assignment_id, c.product_line",
        "role_assignment t ON t.id = c.assignment_id",
    ),
    "ManagerAssignment": Rows("manager_assignment", {"all": "true", "own": "t.user_id = :user"}),
    "ApiKey": Rows(
        "api_key",
        {
            "all": "true",
            "own": "t.owner_kind = 'USER' AND t.user_id = :user",
            "organization's": "t.owner_kind = 'ORG' AND t.organization_id = :org",
        },
    ),
    "CustomMetric": Rows("custom_metric", {"own": "t.owner_id = :user"}),
    "Invitation": Rows(
        "invitation",
        {
            "all": "true",
            "to accounts": "t.scope = 'ACCOUNT'",
            "to assigned accounts": f"t.scope = 'ACCOUNT' AND t.affiliate_account_id IN {_ASSIGNED_ACCOUNTS}",
            "to owned accounts": f"t.scope = 'ACCOUNT' AND t.affiliate_account_id IN {_OWNED_ACCOUNTS}",
            "to the organization": "t.scope = 'ORGANIZATION' AND t.organization_id = :org",
            "addressed": "t.email = (SELECT lower(email) FROM app_user"
            " WHERE id = :user AND email_verified_at IS NOT NULL)",
        },
    ),
    "AdvertiserProfile": Rows(
        "advertiser_profile",
        {"all": "true", "own": "t.organization_id = :org", "assigned": f"t.id IN {_ASSIGNED_ADVERTISERS}"},
    ),
    "PartnerProfile": Rows(
        "partner_profile",
        {
            "all": "true",
            "own": "t.organization_id = :org",
            "own unarchived": "t.organization_id = :org AND t.archived_at IS NULL",
            "enrolled": _ENROLLED.format(at="id", of="partner_profile_id", met=_MET),
            "enrolled in scope": _ENROLLED.format(
                at="id", of="partner_profile_id", met=f"{_MET} AND e.program_id IN {_SCOPE}"
            ),
            "listed": f"t.id IN {_LISTED_PROFILES}",
            "of assigned accounts": "t.id IN (SELECT partner_profile_id FROM affiliate_account"
            f" WHERE id IN {_ASSIGNED_ACCOUNTS})",
        },
    ),
    "TrafficSource": Rows(
        "traffic_source",
        {
            "all": "true",
            "own": "t.partner_org_id = :org",
            "enrolled": _ENROLLED.format(at="id", of="traffic_source_id", met=_MET),
            "enrolled in scope": _ENROLLED.format(
                at="id", of="traffic_source_id", met=f"{_MET} AND e.program_id IN {_SCOPE}"
            ),
            "listed": f"t.partner_profile_id IN {_LISTED_PROFILES}",
            "of assigned accounts": "t.id IN (SELECT traffic_source_id FROM enrollment"
            f" WHERE affiliate_account_id IN {_ASSIGNED_ACCOUNTS})",
        },
    ),
    "Program": Rows(
        "program",
        {
            "all": "true",
            "own": "t.advertiser_org_id = :org",
            "own in scope": f"t.id IN {_SCOPE}",
            "assigned advertisers'": f"t.advertiser_profile_id IN {_ASSIGNED_ADVERTISERS}",
            "listed": "t.listed AND t.status = 'ACTIVE'",
            "joined": _JOINED.format(of="e.partner_org_id = :org"),
            "joined by accounts": _JOINED.format(of=f"e.affiliate_account_id IN {_ACCOUNTS}"),
        },
    ),
    "Enrollment": Rows(
        "enrollment",
        {
            "all": "true",
            "own programs'": "t.advertiser_org_id = :org",
            "own programs' in scope": f"t.program_id IN {_SCOPE}",
            "own sources'": "t.partner_org_id = :org",
            "assigned accounts'": f"t.affiliate_account_id IN {_ASSIGNED_ACCOUNTS}",
            "assigned advertisers'": f"t.advertiser_profile_id IN {_ASSIGNED_ADVERTISERS}",
            "accounts'": f"t.affiliate_account_id IN {_ACCOUNTS}",
        },
    ),
    "AffiliateAccount": Rows(
        "affiliate_account",
        {
            "all": "true",
            "own": "t.partner_org_id = :org",
            "assigned": f"t.id IN {_ASSIGNED_ACCOUNTS}",
            "collaborated": f"t.id IN {_ACCOUNTS}",
        },
    ),
    "Collaborator": Rows(
        "collaborator",
        {
            "all": "true",
            "assigned accounts'": f"t.affiliate_account_id IN {_ASSIGNED_ACCOUNTS}",
            "accounts'": f"t.affiliate_account_id IN {_ACCOUNTS}",
        },
    ),
    "Company": Rows("company", {"own": f"t.id IN {_COMPANIES}"}),
    "CompanyAccess": Rows("company_access", {"company's": f"t.company_id IN {_COMPANIES}"}),
    "Brand": Rows(
        "brand",
        {
            "all": "true",
            "own": f"t.advertiser_profile_id IN {_OWN_ADVERTISERS}",
            "assigned advertisers'": f"t.advertiser_profile_id IN {_ASSIGNED_ADVERTISERS}",
            "enabled": "t.status = 'ENABLED'",
        },
    ),
    "Product": Rows(
        "product",
        {
            "all": "true",
            "own": _OF_BRAND.format(of=f"advertiser_profile_id IN {_OWN_ADVERTISERS}"),
            "assigned advertisers'": _OF_BRAND.format(of=f"advertiser_profile_id IN {_ASSIGNED_ADVERTISERS}"),
            "enabled": _ENABLED,
        },
    ),
    "Media": Rows(
        "media",
        {
            "all": "true",
            "own": _OF_BRAND.format(of=f"advertiser_profile_id IN {_OWN_ADVERTISERS}"),
            "assigned advertisers'": _OF_BRAND.format(of=f"advertiser_profile_id IN {_ASSIGNED_ADVERTISERS}"),
            "enabled": f"{_ENABLED} AND {_PLACEABLE}",
            "of joined": f"t.status = 'ENABLED' AND {_OF_JOINED.format(of='e.partner_org_id = :org')}",
            "of joined by accounts": "t.status = 'ENABLED'"
            f" AND {_OF_JOINED.format(of=f'e.affiliate_account_id IN {_ACCOUNTS}')}",
        },
    ),
    "ProgramGoal": Rows(
        "program_goal",
        {
            "all": "true",
            "assigned advertisers'": "t.program_id IN (SELECT id FROM program"
            f" WHERE advertiser_profile_id IN {_ASSIGNED_ADVERTISERS})",
            "own programs'": "t.program_id IN (SELECT id FROM program WHERE advertiser_org_id = :org)",
            "own programs' in scope": f"t.program_id IN {_SCOPE}",
            "of joined": _OF_JOINED.format(of="e.partner_org_id = :org"),
            "of joined by accounts": _OF_JOINED.format(of=f"e.affiliate_account_id IN {_ACCOUNTS}"),
        },
    ),
    "ContentPage": Rows("content_page", {"all": "true", "published": "t.status = 'PUBLISHED'"}),
    "Tracker": Rows("tracker", _BY_ACCOUNT),
    "Testimonial": Rows("testimonial", _BY_ACCOUNT),
    "CommissionPlan": Rows(
        "commission_plan",
        {
            "all": "true",
            "assigned to any": _PLANS_OF_ACCOUNTS.format(of="affiliate_account_id IS NOT NULL"),
            "assigned to accounts": _PLANS_OF_ACCOUNTS.format(of=f"affiliate_account_id IN {_ACCOUNTS}"),
            "offerable": "t.offerable",
            "own": "t.advertiser_profile_id IN (SELECT id FROM advertiser_profile WHERE organization_id = :org)"
            " AND NOT EXISTS (SELECT FROM program p LEFT JOIN enrollment e ON e.program_id = p.id"
            " WHERE p.commission_model = 'INTERMEDIATED' AND t.id IN (p.default_plan_id, e.commission_plan_id))",
            "of own direct": "t.id IN (SELECT e.commission_plan_id FROM enrollment e JOIN program p"
            " ON p.id = e.program_id WHERE e.advertiser_org_id = :org AND p.commission_model = 'DIRECT')",
            "of own partners": f"{_ASSIGNED_PLANS.format(of=f'affiliate_account_id IN {_OWN_ACCOUNTS}')}"
            " OR t.id IN (SELECT commission_plan_id FROM enrollment WHERE partner_org_id = :org)",
        },
    ),
    "CommissionPlanAssignment": Rows("commission_plan_assignment", _BY_ACCOUNT),
    "Click": Rows("click", _FACTS, _FACT),
    "CustomerReferral": Rows("customer_referral", _FACTS, _FACT),
    "ConversionEvent": Rows(
        "conversion_event",
        _STEPS,
        "c.affiliate_account_id, c.conversion_id, c.n",
        "conversion t ON t.affiliate_account_id = c.affiliate_account_id AND t.id = c.conversion_id",
    ),
    "ConversionProposal": Rows(
        "conversion_proposal",
        # Of corrections know those who see sale amounts.
        _STEPS
        | {
            "uncorrected": "c.sale_adjustment IS NULL",
            "own programs' uncorrected": "t.advertiser_org_id = :org AND c.sale_adjustment IS NULL",
        },
        "c.affiliate_account_id, c.conversion_id, c.n",
        "conversion t ON t.affiliate_account_id = c.affiliate_account_id AND t.id = c.conversion_id",
    ),
    "Conversion": Rows("conversion", _CONVERSIONS, _FACT),
    "ConversionItem": Rows(
        "conversion_item",
        # Lines are there only for those who see the sale amount.
        _CONVERSIONS
        | {
            "own accounts' shared": f"t.partner_org_id = :org AND {_SHARED}",
            "accounts' shared": f"t.affiliate_account_id IN {_ACCOUNTS} AND {_SHARED}",
        },
        "c.affiliate_account_id, c.conversion_id, c.n",
        "conversion t ON t.affiliate_account_id = c.affiliate_account_id AND t.id = c.conversion_id",
    ),
    "Adjustment": Rows(
        "adjustment",
        {
            "all": "true",
            "of approved or none": "t.conversion_id IS NULL OR EXISTS (SELECT FROM conversion c WHERE c.id ="
            " t.conversion_id AND c.affiliate_account_id = t.affiliate_account_id AND c.status = 'APPROVED')",
            "payout and sale": "t.side IN ('PAYOUT', 'SALE')",
            "revenue and sale": "t.side IN ('REVENUE', 'SALE')",
            "assigned accounts' payout and sale": f"t.affiliate_account_id IN {_ASSIGNED_ACCOUNTS}"
            " AND t.side IN ('PAYOUT', 'SALE')",
            "assigned accounts' sale": f"t.affiliate_account_id IN {_ASSIGNED_ACCOUNTS} AND t.side = 'SALE'",
            "assigned advertisers' revenue and sale": f"t.advertiser_profile_id IN {_ASSIGNED_ADVERTISERS}"
            f" AND {_COSTS_AND_SALES}",
            "own programs'": f"t.advertiser_org_id = :org AND {_ADVERTISERS_SIDES}",
            "own programs' revenue and sale": f"t.advertiser_org_id = :org AND {_COSTS_AND_SALES}",
            "own programs' payout and revenue": f"t.advertiser_org_id = :org AND {_ADVERTISERS_SIDES}"
            " AND t.side <> 'SALE'",
            "in scope revenue and sale": f"t.program_id IN {_SCOPE} AND {_COSTS_AND_SALES}",
            "own accounts'": f"t.partner_org_id = :org AND {_PARTNERS_SIDES}",
            "accounts'": f"t.affiliate_account_id IN {_ACCOUNTS} AND {_PARTNERS_SIDES}",
        },
        _FACT,
    ),
    "PayoutRun": Rows("payout_run", {"all": "true"}),
    "PayoutMethod": Rows(
        "payout_method",
        {
            "own accounts'": f"t.affiliate_account_id IN {_OWN_ACCOUNTS}",
            "owned accounts'": f"t.affiliate_account_id IN {_OWNED_ACCOUNTS}",
            # A company alone shows no account: one of the other paths must (AC9).
            "own companies'": f"t.company_id IN {_COMPANIES} AND (t.affiliate_account_id IN {_ACCOUNTS}"
            f" OR t.affiliate_account_id IN {_OWN_ACCOUNTS})",
        },
    ),
    "PayoutInvoice": Rows("payout_invoice", _INVOICES, _FACT),
    "PayoutInvoiceLine": Rows(
        "payout_invoice_line",
        _INVOICES,
        "c.affiliate_account_id, c.invoice_id, c.n",
        "payout_invoice t ON t.affiliate_account_id = c.affiliate_account_id AND t.id = c.invoice_id",
    ),
    "ImportJob": Rows("import_job", _IMPORTS),
    "ImportLog": Rows("import_log", _IMPORTS, "0, c.id", "import_job t ON t.id = c.job_id"),
    "PlatformSetting": Rows("platform_setting", {"all": "true"}, "t.key"),
    "AuditLog": Rows(
        "audit_log",
        {
            "all": "true",
            # Who works on its accounts, and whose they are, the organization does not see.
            "of the organization": "t.organization_id = :org AND NOT (t.affiliate_account_id IS NOT NULL"
            " AND t.target_type IN ('collaborator', 'invitation', 'ownership_transfer'))",
            "of owned accounts' people and owners": f"t.affiliate_account_id IN {_OWNED_ACCOUNTS}"
            " AND t.target_type IN ('collaborator', 'invitation', 'ownership_transfer')",
        },
    ),
    "AccessRequest": Rows(
        "access_request",
        {
            "of the operator": "t.organization_id IS NULL",
            "of the organization": "t.organization_id = :org",
            "own": "t.requester_id = :user",
        },
    ),
    "AccessReview": Rows("access_review", _REVIEWS),
    "AccessReviewItem": Rows("access_review_item", _REVIEWS, "0, c.id", "access_review t ON t.id = c.review_id"),
    "OwnershipTransfer": Rows(
        "ownership_transfer",
        {
            "of owned accounts to own company": f"t.affiliate_account_id IN {_OWNED_ACCOUNTS}"
            f" AND (t.from_company_id IS NULL OR t.from_company_id IN {_COMPANIES})"
            f" AND (t.to_company_id IS NULL OR t.to_company_id IN {_COMPANIES})",
        },
    ),
    "SavedReport": Rows(
        "saved_report",
        {
            "own or shared": "t.owner_id = :user"
            " OR t.id IN (SELECT saved_report_id FROM saved_report_share WHERE user_id = :user)",
            "of the organization": "t.organization_id = :org",
        },
    ),
    "ReportSchedule": Rows("report_schedule", {"own": "t.owner_id = :user"}),
    "ReportExport": Rows("report_export", {"own": "t.owner_id = :user"}),
}
