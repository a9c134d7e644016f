"""What is owed and how it is paid: payout runs, invoices with their lines, payout methods."""

from __future__ import annotations

from sightline.authz.classes import FieldClass
from sightline.authz.entities.pieces import (
    ACCOUNT,
    ADVERTISER,
    COLLABORATOR,
    COMPANY,
    CONVERSION,
    PARTNER,
    PLATFORM,
    UNASSIGNED_STAFF,
    EntityRule,
    assigned,
    assigned_account,
    follows,
    own_accounts,
    own_organizations,
    through,
    within_programs,
)
from sightline.authz.expr import (
    Edge,
    Exists,
    Holds,
    In,
    IsNull,
    Masks,
    Reached,
    ReachedBy,
    all_of,
    any_of,
    negate,
)
from sightline.authz.paths import Attribute, Flag
from sightline.authz.permissions import permitted

_INVOICE = Edge("payout_invoice", (("affiliate_account_id", "affiliate_account_id"), ("invoice_id", "id")))
_LINES = Edge("payout_invoice_line", (("affiliate_account_id", "affiliate_account_id"), ("id", "invoice_id")))
_LINE_ADJUSTMENT = Edge("adjustment", (("affiliate_account_id", "affiliate_account_id"), ("adjustment_id", "id")))
_LINE_IS_WITHIN = any_of(Exists(CONVERSION, within_programs()), Exists(_LINE_ADJUSTMENT, within_programs()))
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

PAYOUT_RUN_RULE = EntityRule("payout_run", {PLATFORM: all_of(permitted("PAYOUTS"), UNASSIGNED_STAFF)})

# A company's path shows how accounts are paid that another path already shows: it never makes an account visible (L1),
# and no module shows a payout method at all (AC9).
_SHOWS_ACCOUNTS = (PARTNER, PLATFORM, COLLABORATOR)

PAYOUT_METHOD_RULE = EntityRule(
    "payout_method",
    {
        PARTNER: all_of(Masks(FieldClass.PAYOUT_METHOD_REDACTED), Exists(ACCOUNT, Reached())),
        COLLABORATOR: all_of(Masks(FieldClass.PAYOUT_METHOD_REDACTED), own_accounts("affiliate_account_id")),
        COMPANY: all_of(In("company_id", Attribute.COMPANIES), Exists(ACCOUNT, ReachedBy(_SHOWS_ACCOUNTS))),
    },
)
