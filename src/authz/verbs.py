"""What may be done: which rows a verb is done on, and what a single path must hold to do it there (AC3).

A verb is `resource:verb`. A path does it on a row that it reaches *and* where its cell here is true; two paths that
each hold half of it never add up. What is made new is done on its parent: `program:create` on the advertiser. The
conjunctions over companies (AC9, AC9b) are the only exceptions, and are decided where those changes are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sightline.authz.classes import FieldClass
from sightline.authz.entities.pieces import (
    ADVERTISER,
    COLLABORATOR,
    COMPANY,
    ORGANIZATION,
    PARTNER,
    PLATFORM,
    SELF,
    UNASSIGNED_STAFF,
    assigned,
    assigned_account,
    oneself,
)
from sightline.authz.expr import TRUE, Condition, Expr, Holds, Masks, all_of, any_of, equals, negate
from sightline.authz.masks import DIRECT, MASKS, or_full
from sightline.authz.paths import Flag, PathKind
from sightline.authz.permissions import ADMIN, Level, permitted, token


@dataclass(frozen=True, slots=True)
class VerbRule:
    """One verb: the entity whose rows it is done on (None: on the platform itself), and what a path must hold there."""

    verb: str
    entity: str | None
    holds: Mapping[PathKind, Expr]


def writes(*keys: str) -> Expr:
    """The path holds W of one of these keys."""
    return any_of(*(Holds(token(key, Level.W)) for key in keys))


def in_person(expr: Expr) -> Expr:
    """Never with an API key: no key hands on access (SM6)."""
    return all_of(expr, negate(Holds(Flag.BY_KEY)))


EDITS = Holds(Flag.EDITS)
OWNER, MANAGER = Holds(Flag.COLLABORATOR_OWNER), Holds(Flag.COLLABORATOR_MANAGER)

_IS_ADMIN = in_person(all_of(Holds(Flag.ADMIN), EDITS))
_ADMINISTERS = any_of(_IS_ADMIN, in_person(writes("ACCOUNT_USERS")))
_PROMOTES: Mapping[PathKind, Expr] = {
    PARTNER: EDITS,
    COLLABORATOR: any_of(OWNER, MANAGER),
    PLATFORM: writes("AFFILIATES"),
}
_SEES_AS_COLLABORATOR = all_of(
    writes("AFFILIATES"),
    *(MASKS[PLATFORM][each] for each in (FieldClass.PAYOUT, FieldClass.PAYOUT_INVOICE, FieldClass.CUSTOMER_PII)),
)

_OWNS_IN_PERSON: Mapping[PathKind, Expr] = {
    PARTNER: in_person(EDITS),
    COLLABORATOR: in_person(OWNER),
    PLATFORM: in_person(writes("AFFILIATES")),
}
_TRANSACTS = writes("TRANSACTIONS")
_INQUIRES = any_of(writes("ACTION_INQUIRIES"), writes("PENDING_PAYOUTS"))
_ADMIN_W = in_person(writes(ADMIN))
# A run drafts the invoices of everybody: whoever does not see them all reaches not all of its rows (3.11, 7).
_SEES_ALL_INVOICES = all_of(Holds(Flag.SEE_PAYOUT), negate(Holds(Flag.LIMITED_STATUSES)), UNASSIGNED_STAFF)
_UNLIMITED = all_of(negate(Holds(Flag.LISTED_PROGRAMS)), negate(Holds(Flag.LISTED_LINES)))
_NAMES_TERMS = all_of(DIRECT, writes("PARTNERS"), or_full("TEMPLATE_TERMS"))
_UNRESTRICTED = equals("restricts_modification", False)
# Whether a name is free, what a copy holds and whether a role may end rests on what all roles consist of and on who
# holds them. So whoever makes, edits, clones or archives roles of the platform sees them whole, with their holders.
_EDITS_ROLES = in_person(all_of(writes("SETTINGS"), permitted("USERS")))

VERBS: tuple[VerbRule, ...] = (
    # Organizations and their members (K6, K16 to K19). Making an organization is everybody's (K6).
    VerbRule("organization:create", "app_user", {SELF: in_person(oneself("id"))}),
    VerbRule("organization:edit", "organization", {ORGANIZATION: any_of(EDITS, writes("COMPANY_INFO"))}),
    VerbRule("organization:configure", "organization", {ORGANIZATION: _IS_ADMIN}),
    VerbRule("organization:manage_members", "organization", {ORGANIZATION: _ADMINISTERS}),
    VerbRule("membership:leave", "role_assignment", {SELF: in_person(equals("scope", "ORGANIZATION"))}),
    VerbRule("advertiser_profile:create", "organization", {ORGANIZATION: EDITS}),
    VerbRule("advertiser_profile:edit", "advertiser_profile", {ADVERTISER: EDITS, PLATFORM: writes("ADVERTISERS")}),
    VerbRule("advertiser_profile:approve", "advertiser_profile", {PLATFORM: in_person(writes("ADVERTISERS"))}),
    VerbRule("partner_profile:create", "organization", {ORGANIZATION: EDITS}),
    VerbRule("partner_profile:edit", "partner_profile", {PARTNER: EDITS, PLATFORM: writes("AFFILIATES")}),
    VerbRule("traffic_source:create", "partner_profile", {PARTNER: EDITS}),
    VerbRule("traffic_source:edit", "traffic_source", {PARTNER: EDITS}),
    # Programs and what brings sources into them (K13 to K15, SM1). Staff decide for neither side, but applications.
    VerbRule("program:create", "advertiser_profile", {ADVERTISER: writes("PROGRAMS"), PLATFORM: writes("OFFERS")}),
    VerbRule("program:edit", "program", {ADVERTISER: writes("PROGRAMS"), PLATFORM: writes("OFFERS")}),
    VerbRule("program_goal:create", "program", {ADVERTISER: writes("PROGRAMS"), PLATFORM: writes("OFFERS")}),
    VerbRule("program_goal:edit", "program_goal", {ADVERTISER: writes("PROGRAMS"), PLATFORM: writes("OFFERS")}),
    VerbRule("program:list", "program", {ADVERTISER: writes("MARKETPLACE_LISTING"), PLATFORM: writes("OFFERS")}),
    VerbRule("enrollment:apply", "traffic_source", {PARTNER: EDITS}),
    VerbRule("enrollment:decide", "enrollment", {ADVERTISER: writes("APPLICATIONS"), PLATFORM: writes("OFFERS")}),
    VerbRule("enrollment:invite", "program", {ADVERTISER: writes("PARTNERS")}),
    # Naming a plan tells whether it is the program's: so its terms must be the inviter's to read (M5b).
    VerbRule("enrollment:offer_plan", "program", {ADVERTISER: _NAMES_TERMS}),
    # The plan of everybody who is taken in without one of his own. Of an INTERMEDIATED program the terms are between
    # partners and the operator, who owes what they earn: the advertiser neither names nor reads them (M5b).
    VerbRule(
        "program:set_plan",
        "program",
        {ADVERTISER: _NAMES_TERMS, PLATFORM: all_of(writes("OFFERS"), writes("COMMISSION_PLANS"))},
    ),
    # A plan that is seen as a partner, who is paid by it, is not the advertiser's to offer. Nor is one the operator's
    # staff's of which they cannot tell whose it is: to them another advertiser's reads like the operator's own (LK15).
    VerbRule(
        "commission_plan:offer",
        "commission_plan",
        {
            ADVERTISER: writes("PARTNERS"),
            PLATFORM: all_of(
                writes("OFFERS"),
                any_of(
                    all_of(permitted("ADVERTISERS"), negate(Holds(Flag.ASSIGNED_ADVERTISERS))),
                    Condition("OF_REACHED_ADVERTISER"),
                ),
            ),
        },
    ),
    VerbRule("enrollment:answer", "enrollment", {PARTNER: EDITS}),
    VerbRule("enrollment:withdraw", "enrollment", {PARTNER: EDITS}),
    VerbRule("enrollment:leave", "enrollment", {PARTNER: EDITS}),
    VerbRule("enrollment:revoke", "enrollment", {ADVERTISER: writes("PARTNERS")}),
    VerbRule("enrollment:expire", "enrollment", {ADVERTISER: writes("EXPIRE_PARTNERS")}),
    # Roles and who holds them (DR1 to DR15); what may be handed on is decided on its effect.
    VerbRule("role:create_platform", None, {PLATFORM: _EDITS_ROLES}),
    VerbRule("role:create_organization", "organization", {ORGANIZATION: _ADMINISTERS}),
    VerbRule("role:edit", "role", {PLATFORM: _EDITS_ROLES, ORGANIZATION: _ADMINISTERS}),
    VerbRule("role:assign_platform", "app_user", {PLATFORM: in_person(writes("USERS"))}),
    VerbRule("manager_assignment:edit", "app_user", {PLATFORM: in_person(writes("USERS"))}),
    VerbRule("user:suspend", "app_user", {PLATFORM: in_person(writes("USERS"))}),
    VerbRule("user:edit_columns", "app_user", {PLATFORM: in_person(writes("USERS"))}),
    VerbRule("user:edit", "app_user", {SELF: in_person(TRUE)}),
    # Asking what somebody else may see; what is told of it is only what the asker sees himself.
    VerbRule(
        "user:explain",
        "app_user",
        {PLATFORM: permitted("USERS"), ORGANIZATION: any_of(Holds(Flag.ADMIN), permitted("ACCOUNT_USERS"))},
    ),
    VerbRule("column_list:edit_default", None, {PLATFORM: _ADMIN_W}),
    VerbRule("platform_setting:edit", "platform_setting", {PLATFORM: in_person(writes("SETTINGS"))}),
    # Requests for access, and reviews of it (L12). What is given for a request is given as always (DR1).
    VerbRule("access_request:create", "app_user", {SELF: in_person(oneself("id"))}),
    VerbRule("access_request:withdraw", "access_request", {SELF: in_person(TRUE)}),
    VerbRule(
        "access_request:decide", "access_request", {ORGANIZATION: _ADMINISTERS, PLATFORM: in_person(writes("USERS"))}
    ),
    VerbRule("access_review:open_platform", None, {PLATFORM: in_person(writes("USERS"))}),
    VerbRule("access_review:open_organization", "organization", {ORGANIZATION: _IS_ADMIN}),
    VerbRule("access_review:open_account", "affiliate_account", {COLLABORATOR: in_person(OWNER)}),
    VerbRule("access_review:open_keys", None, {PLATFORM: _ADMIN_W}),
    VerbRule("access_review:open_company", "company", {COMPANY: in_person(Holds(Flag.COMPANY_OWNER))}),
    VerbRule(
        "access_review:decide",
        "access_review",
        {
            ORGANIZATION: _IS_ADMIN,
            COLLABORATOR: in_person(OWNER),
            PLATFORM: in_person(writes("USERS")),
            COMPANY: in_person(Holds(Flag.COMPANY_OWNER)),
        },
    ),
    # Custom metrics are one's own; offering one to an organization is making one of its reports (C-22).
    VerbRule("custom_metric:create", "app_user", {SELF: in_person(oneself("id"))}),
    VerbRule("custom_metric:edit", "custom_metric", {SELF: in_person(TRUE)}),
    VerbRule("custom_metric:offer", "organization", {ORGANIZATION: in_person(any_of(EDITS, writes("CUSTOM_REPORTS")))}),
    # Affiliate accounts and what hangs on them (A2, A3, A20 to A24, L4 to L10).
    VerbRule("affiliate_account:create", "partner_profile", {PARTNER: in_person(EDITS)}),
    VerbRule(
        "affiliate_account:edit",
        "affiliate_account",
        {PARTNER: EDITS, COLLABORATOR: any_of(OWNER, MANAGER), PLATFORM: writes("AFFILIATES")},
    ),
    VerbRule("affiliate_account:decide", "affiliate_account", {PLATFORM: in_person(writes("AFFILIATES"))}),
    VerbRule("affiliate_account:promote", "affiliate_account", _PROMOTES),
    VerbRule("tracker:edit", "tracker", _PROMOTES),
    VerbRule("testimonial:edit", "testimonial", _PROMOTES),
    VerbRule("testimonial:publish", "testimonial", {PLATFORM: writes("AFFILIATES")}),
    VerbRule(
        "affiliate_account:assign_company",
        "affiliate_account",
        {PARTNER: in_person(EDITS), COLLABORATOR: in_person(OWNER)},
    ),
    # The WRITE path of AC9: whose company an account has, and where it is paid. A MANAGER is not among them.
    VerbRule(
        "affiliate_account:own",
        "affiliate_account",
        _OWNS_IN_PERSON,
    ),
    # C-07: what a collaborator's role shows, its giver sees there by the same path. Who is an OWNER has it all.
    VerbRule(
        "affiliate_account:give_read_only",
        "affiliate_account",
        {COLLABORATOR: in_person(OWNER), PLATFORM: in_person(_SEES_AS_COLLABORATOR)},
    ),
    VerbRule(
        "affiliate_account:give_owner",
        "affiliate_account",
        # Whether there is an owner depends on who is suspended, which is for who sees users.
        {COLLABORATOR: in_person(OWNER), PLATFORM: in_person(all_of(_SEES_AS_COLLABORATOR, permitted("USERS")))},
    ),
    VerbRule(
        "affiliate_account:give_manager",
        "affiliate_account",
        {PLATFORM: in_person(all_of(_SEES_AS_COLLABORATOR, writes("COMMISSION_PLANS")))},
    ),
    VerbRule("collaborator:leave", "collaborator", {COLLABORATOR: in_person(TRUE)}),
    VerbRule("invitation:answer", "invitation", {SELF: in_person(TRUE)}),
    VerbRule(
        "invitation:revoke",
        "invitation",
        {
            ORGANIZATION: _ADMINISTERS,
            COLLABORATOR: in_person(OWNER),
            PLATFORM: in_person(
                any_of(
                    all_of(equals("scope", "PLATFORM"), writes("USERS")),
                    all_of(equals("scope", "ACCOUNT"), writes("AFFILIATES"), assigned(account=assigned_account())),
                )
            ),
        },
    ),
    # The rows are those on which one satisfies AC9 already (SM8).
    VerbRule("ownership_transfer:decide", "ownership_transfer", _OWNS_IN_PERSON),
    VerbRule("ownership_transfer:withdraw", "ownership_transfer", _OWNS_IN_PERSON),
    VerbRule("company:create", "app_user", {SELF: in_person(oneself("id"))}),
    VerbRule("company:act_for", "company", {COMPANY: in_person(TRUE)}),
    VerbRule("company:manage", "company", {COMPANY: in_person(Holds(Flag.COMPANY_OWNER))}),
    # Commission plans (A14, AC9b, I10). What the advertiser owes the operator is the operator's to say.
    VerbRule("commission_plan:create_operator", None, {PLATFORM: writes("COMMISSION_PLANS")}),
    VerbRule(
        "commission_plan:create",
        "advertiser_profile",
        {ADVERTISER: all_of(writes("TEMPLATE_TERMS"), _UNLIMITED), PLATFORM: writes("COMMISSION_PLANS")},
    ),
    VerbRule(
        "commission_plan:edit",
        "commission_plan",
        {
            PLATFORM: all_of(writes("COMMISSION_PLANS"), any_of(_UNRESTRICTED, writes(ADMIN))),
            ADVERTISER: all_of(
                writes("TEMPLATE_TERMS"),
                _UNLIMITED,
                Condition("OWN"),
                any_of(_UNRESTRICTED, writes("TEMPLATE_TERMS_ADMIN")),
            ),
        },
    ),
    VerbRule("commission_plan:charge", None, {PLATFORM: all_of(writes("COMMISSION_PLANS"), Holds(Flag.SEE_REVENUE))}),
    # AC9b: the module together with whatever path reaches the account, or a MANAGER with a plan that he sees.
    VerbRule("commission_plan:assign", None, {PLATFORM: writes("COMMISSION_PLANS")}),
    VerbRule("commission_plan:apply", "affiliate_account", {COLLABORATOR: MANAGER}),
    VerbRule("own_interest:decide", None, {PLATFORM: _ADMIN_W}),
    # Money (A9, A10, SM4, SM5, I9). The advertiser decides on DIRECT programs itself. What one does not see one does
    # not write: each amount needs its class on the path that writes it, and an adjustment that of its side.
    VerbRule("conversion:create", "enrollment", {PLATFORM: _TRANSACTS}),
    VerbRule(
        "conversion:decide",
        "conversion",
        {
            PLATFORM: _TRANSACTS,
            ADVERTISER: all_of(DIRECT, _INQUIRES),
        },
    ),
    # Of the others it asks for a status, and takes that back; the operator answers (SM4, 3.10). Corrections of amounts
    # are asked for with PENDING_PAYOUTS alone (I9), and are there for whoever sees the amount.
    VerbRule("conversion:propose", "conversion", {ADVERTISER: all_of(negate(DIRECT), _INQUIRES)}),
    VerbRule(
        "conversion:propose_correction",
        "conversion",
        {ADVERTISER: all_of(negate(DIRECT), writes("PENDING_PAYOUTS"), Masks(FieldClass.SALE_AMOUNT))},
    ),
    VerbRule(
        "conversion:answer_correction",
        "conversion",
        {
            PLATFORM: all_of(_TRANSACTS, Masks(FieldClass.SALE_AMOUNT)),
            ADVERTISER: all_of(negate(DIRECT), _INQUIRES, Masks(FieldClass.SALE_AMOUNT)),
        },
    ),
    VerbRule("conversion:accept_proposal", "conversion", {PLATFORM: _TRANSACTS}),
    VerbRule("conversion:decline_proposal", "conversion", {PLATFORM: _TRANSACTS}),
    VerbRule(
        "conversion:give_sale_amount", "conversion", {PLATFORM: all_of(_TRANSACTS, Masks(FieldClass.SALE_AMOUNT))}
    ),
    VerbRule("conversion:give_revenue", "conversion", {PLATFORM: all_of(_TRANSACTS, Masks(FieldClass.REVENUE))}),
    VerbRule("conversion:give_payout", "conversion", {PLATFORM: all_of(_TRANSACTS, Masks(FieldClass.PAYOUT))}),
    VerbRule("conversion:adjust", "conversion", {PLATFORM: _TRANSACTS}),
    VerbRule("affiliate_account:adjust", "affiliate_account", {PLATFORM: _TRANSACTS}),
    VerbRule("adjustment:create", "adjustment", {PLATFORM: _TRANSACTS}),
    VerbRule("payout_run:start", None, {PLATFORM: in_person(all_of(writes("PAYOUTS"), _SEES_ALL_INVOICES))}),
    VerbRule("payout_invoice:decide", "payout_invoice", {PLATFORM: in_person(writes("PAYOUTS"))}),
    # Catalogue and content (A6 to A8, A11).
    VerbRule("brand:create", "advertiser_profile", {ADVERTISER: writes("BRANDING"), PLATFORM: writes("BRANDS")}),
    VerbRule("brand:edit", "brand", {ADVERTISER: writes("BRANDING"), PLATFORM: writes("BRANDS")}),
    VerbRule("brand:annotate", "brand", {PLATFORM: writes("BRANDS")}),
    VerbRule("product:create", "brand", {ADVERTISER: EDITS, PLATFORM: writes("PRODUCTS")}),
    VerbRule("product:edit", "product", {ADVERTISER: EDITS, PLATFORM: writes("PRODUCTS")}),
    VerbRule("product:annotate", "product", {PLATFORM: writes("PRODUCTS")}),
    # A role of some programs makes media for these, not for all of the brand's (I2).
    VerbRule("media:create", "brand", {ADVERTISER: all_of(writes("CONTENT"), _UNLIMITED), PLATFORM: writes("MEDIA")}),
    VerbRule("media:create_for_program", "program", {ADVERTISER: writes("CONTENT"), PLATFORM: writes("MEDIA")}),
    VerbRule("media:edit", "media", {ADVERTISER: writes("CONTENT"), PLATFORM: writes("MEDIA")}),
    VerbRule("media:annotate", "media", {PLATFORM: writes("MEDIA")}),
    VerbRule("content_page:create", None, {PLATFORM: writes("CONTENT")}),
    VerbRule("content_page:edit", "content_page", {PLATFORM: writes("CONTENT")}),
    # Saved reports, their schedules, and exports (RC10, RC11, C-22), all in person: a key only reads what is one's own.
    VerbRule("saved_report:create_platform", None, {PLATFORM: in_person(writes("REPORTS"))}),
    VerbRule(
        "saved_report:create_organization",
        "organization",
        {ORGANIZATION: in_person(any_of(EDITS, writes("CUSTOM_REPORTS")))},
    ),
    VerbRule("saved_report:create_account", "affiliate_account", {COLLABORATOR: in_person(TRUE)}),
    VerbRule("saved_report:edit", "saved_report", {SELF: in_person(oneself("owner_id"))}),
    VerbRule("report_schedule:edit", "report_schedule", {SELF: in_person(TRUE)}),
    VerbRule("report_export:create", "app_user", {SELF: in_person(oneself("id"))}),
    VerbRule("report_export:cancel", "report_export", {SELF: in_person(TRUE)}),
    # Imports (A15): each of their rows is decided like the mutation of one row. One's own are sent and given up.
    VerbRule("import_job:create", None, {PLATFORM: writes("DATA_IMPORTS")}),
    VerbRule("import_job:run", "import_job", {PLATFORM: all_of(writes("DATA_IMPORTS"), oneself("created_by_id"))}),
    # API keys (K5, A16, SM6). What shows a secret is done by whose key it is. An organization's key is Admin's to read.
    VerbRule("api_key:create_organization", "organization", {ORGANIZATION: _IS_ADMIN}),
    VerbRule("api_key:create_user", "app_user", {PLATFORM: in_person(writes("API_KEYS")), SELF: in_person(TRUE)}),
    VerbRule("api_key:claim", "api_key", {SELF: in_person(TRUE)}),
    VerbRule("api_key:rotate", "api_key", {ORGANIZATION: _IS_ADMIN, SELF: in_person(TRUE)}),
    VerbRule(
        "api_key:revoke",
        "api_key",
        {
            ORGANIZATION: _IS_ADMIN,
            PLATFORM: in_person(
                all_of(
                    equals("owner_kind", "USER"),
                    any_of(writes(ADMIN), all_of(writes("API_KEYS"), oneself("user_id"))),
                )
            ),
            SELF: in_person(TRUE),
        },
    ),
)
