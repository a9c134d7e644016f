"""What each kind of path shows on a row it reaches: one cell per path kind and class, as a predicate over the row.

A cell that the table does not name is FALSE: a path holds no class it was not given. A field is visible where some path
reaches the row *and* holds the field's classes there (AC2); several classes of one field may come from several paths.
"""

from __future__ import annotations

from collections.abc import Mapping

from sightline.authz.classes import FieldClass as C
from sightline.authz.expr import TRUE, Condition, Expr, Holds, all_of, any_of, negate
from sightline.authz.paths import LISTED, Flag, PathKind
from sightline.authz.permissions import permitted

Mask = Mapping[C, Expr]

# Conditions an entity must declare to have a column of a class whose cell names them (checked at build).
DIRECT = Condition("DIRECT")  # a program invoiced by its advertiser, who therefore knows payouts and terms
SHARED_SALE_AMOUNT = Condition("SHARED_SALE_AMOUNT")  # the program lets partners see sale amounts
SETTLED = Condition("SETTLED")  # invoiced or paid
PLAN_OF_REACHED_ACCOUNT = Condition("PLAN_OF_REACHED_ACCOUNT")  # the path reaches an account that the plan is for
MANAGED = Condition("MANAGED")  # the path may manage this kind of row

FULL = Holds(Flag.FULL)


def or_full(*keys: str) -> Expr:
    """A member with full sight of the organization, or a role that holds R of one of these keys."""
    return any_of(FULL, permitted(*keys))


def listed(field_class: C) -> Expr:
    """The column list of a staff member leaves him the class on entities (RC7)."""
    return Holds(LISTED[field_class])


# Staff see plans with the module, and without it those of accounts in their rows.
_PLANS = any_of(permitted("COMMISSION_PLANS"), PLAN_OF_REACHED_ACCOUNT)

MASKS: Mapping[PathKind, Mask] = {
    PathKind.ORGANIZATION: {
        C.RECORD: TRUE,
        C.USER_CONTACT: TRUE,
        C.KEY_META: Holds(Flag.ADMIN),
        C.POLICY: any_of(Holds(Flag.ADMIN), permitted("ACCOUNT_USERS")),
    },
    PathKind.ORG_ADVERTISER: {
        C.RECORD: TRUE,
        C.TRAFFIC: or_full("PERFORMANCE_REPORTS"),
        C.CONVERSIONS: or_full("PERFORMANCE_REPORTS", "FINANCE_REPORTING"),
        C.SALE_AMOUNT: or_full("PERFORMANCE_REPORTS"),
        C.REVENUE: or_full("PERFORMANCE_REPORTS", "FINANCE_REPORTING"),
        C.PAYOUT: all_of(
            DIRECT,
            any_of(
                FULL,
                all_of(SETTLED, permitted("FINANCE_REPORTING")),
                all_of(negate(SETTLED), permitted("PENDING_PAYOUTS")),
            ),
        ),
        C.PAYOUT_INVOICE: all_of(DIRECT, or_full("FINANCE_REPORTING")),
        C.CUSTOMER_PII: FULL,
        C.PARTNER_IDENTITY: all_of(or_full("PARTNERS"), negate(Holds(Flag.HIDES_PARTNER_NAMES))),
        C.INTERNAL_NOTES: any_of(FULL, MANAGED),
        C.COMMISSION_TERMS: all_of(DIRECT, or_full("TEMPLATE_TERMS")),
        C.COMMISSION_RATE: all_of(DIRECT, or_full("TEMPLATE_TERMS")),
    },
    PathKind.ORG_PARTNER: {
        C.RECORD: TRUE,
        C.TRAFFIC: TRUE,
        C.CONVERSIONS: TRUE,
        C.SALE_AMOUNT: SHARED_SALE_AMOUNT,
        C.PAYOUT: TRUE,
        C.PAYOUT_INVOICE: TRUE,
        C.PAYOUT_METHOD_REDACTED: Holds(Flag.ADMIN),
        C.PARTNER_IDENTITY: TRUE,
        C.COMMISSION_TERMS: TRUE,
        C.COMMISSION_RATE: TRUE,
    },
    PathKind.PLATFORM: {
        C.RECORD: TRUE,
        C.TRAFFIC: permitted("TRANSACTIONS", "AFFILIATES"),
        C.CONVERSIONS: permitted("TRANSACTIONS", "AFFILIATES"),
        C.SALE_AMOUNT: all_of(Holds(Flag.SEE_SALE_AMOUNT), listed(C.SALE_AMOUNT)),
        C.REVENUE: all_of(Holds(Flag.SEE_REVENUE), listed(C.REVENUE)),
        C.PAYOUT: all_of(Holds(Flag.SEE_PAYOUT), listed(C.PAYOUT)),
        C.PAYOUT_INVOICE: all_of(
            permitted("PAYOUTS"),
            Holds(Flag.SEE_PAYOUT),
            listed(C.PAYOUT_INVOICE),
            negate(Holds(Flag.LIMITED_STATUSES)),
            negate(Holds(Flag.ASSIGNED_ADVERTISERS)),
        ),
        C.CUSTOMER_PII: permitted("TRANSACTIONS"),
        C.PARTNER_IDENTITY: TRUE,
        C.USER_CONTACT: permitted("USERS"),
        C.INTERNAL_NOTES: TRUE,  # a platform row is reached by R of its module only, which is what the notes need
        C.OPERATOR_NOTES: TRUE,
        C.COMMISSION_TERMS: _PLANS,
        C.COMMISSION_RATE: all_of(Holds(Flag.SEE_PAYOUT), listed(C.COMMISSION_RATE), _PLANS),
        C.KEY_META: permitted("API_KEYS"),
        C.POLICY: permitted("USERS"),
    },
    PathKind.COLLABORATOR: {
        C.RECORD: TRUE,
        C.TRAFFIC: TRUE,
        C.CONVERSIONS: TRUE,
        C.SALE_AMOUNT: SHARED_SALE_AMOUNT,
        C.PAYOUT: TRUE,
        C.PAYOUT_INVOICE: TRUE,
        C.PAYOUT_METHOD_REDACTED: Holds(Flag.COLLABORATOR_OWNER),
        C.CUSTOMER_PII: TRUE,
        C.PARTNER_IDENTITY: TRUE,
        C.USER_CONTACT: Holds(Flag.COLLABORATOR_OWNER),
        C.COMMISSION_TERMS: TRUE,
        C.COMMISSION_RATE: PLAN_OF_REACHED_ACCOUNT,  # of an offerable plan a MANAGER reads the terms, not the rates
    },
    PathKind.COMPANY: {
        C.RECORD: TRUE,
        C.USER_CONTACT: TRUE,
        C.PAYOUT_METHOD_REDACTED: TRUE,
        C.PAYOUT_METHOD_FULL: Holds(Flag.COMPANY_OWNER),
    },
    PathKind.COUNTERPARTY_ADVERTISER: {},
    PathKind.COUNTERPARTY_PARTNER: {},
    PathKind.PUBLIC: {},
    PathKind.SELF: {C.RECORD: TRUE, C.USER_CONTACT: TRUE, C.KEY_META: TRUE, C.POLICY: TRUE},
}
