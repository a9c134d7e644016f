"""Rows that the database refuses, with the rule and the constraint that does it, and rows beside them that it takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from table_rows import ACCOUNT_KEYS, FACT, LATER, NOON, Values

Rows = tuple[tuple[str, Values], ...]

CONVERSION: tuple[str, Values] = ("conversion", {})
PROPOSAL: tuple[str, Values] = ("conversion_proposal", {})
INVOICE: tuple[str, Values] = ("payout_invoice", {})
LINE: tuple[str, Values] = ("payout_invoice_line", {})
SECOND_SUBJECT: tuple[str, Values] = ("payout_invoice_line", {"adjustment_id": FACT})
ORGANIZATION_ROLE: Values = {"scope": "ORGANIZATION", "base_type": "ORG", "organization_id": 1}
APPROVED: Values = {"status": "APPROVED", "approved_at": NOON}


def refused(rule: str, constraint: str, *rows: tuple[str, Values]) -> Any:
    """A case: the last of these rows breaks the rule, the ones before are fine."""
    return pytest.param(constraint, rows, id=f"{rule}-{constraint}")


REFUSED = [
    # Users and organizations
    refused("SM2", "ck_app_user_email", ("app_user", {"email": "Cleo@example.org"})),
    refused("SM2", "ck_app_user_email", ("app_user", {"email": "cleo"})),
    refused("domain3.2", "uq_app_user_email", ("app_user", {"email": "ada@example.org"})),
    refused("domain3.2", "uq_company_access_company_id_user_id", ("company_access", {}), ("company_access", {})),
    # Roles
    refused("DR3", "ck_role_name_reserved", ("role", {"name": "Custom"})),
    refused("I5", "ck_role_name_reserved", ("role", {"name": "cUSTOM"})),
    refused("DR3", "ck_role_name", ("role", {"name": " Buyers"})),
    refused("DR3", "ck_role_name", ("role", {"name": ""})),
    refused("DR3", "uq_role_name", ("role", {}), ("role", {"name": "BUYERS"})),
    refused("DR3", "uq_role_name", ("role", ORGANIZATION_ROLE), ("role", ORGANIZATION_ROLE)),
    refused("S8", "ck_role_visibility", ("role", {"base_type": "MANAGER", "user_visibility": "ASSIGNED"})),
    refused("DR6", "ck_role_visibility", ("role", {"base_type": "ADMINISTRATOR", "user_visibility": "ASSIGNED"})),
    refused("DR6", "ck_role_visibility", ("role", ORGANIZATION_ROLE | {"user_visibility": "ASSIGNED"})),
    refused("AC8", "ck_role_statuses", ("role", {"statuses": []})),
    refused("AC8", "ck_role_statuses_scope", ("role", ORGANIZATION_ROLE | {"statuses": ["PENDING"]})),
    refused("domain3.2", "ck_role_owner", ("role", {"organization_id": 1})),
    refused("domain3.2", "ck_role_owner", ("role", ORGANIZATION_ROLE | {"organization_id": None})),
    refused("S4", "ck_role_base_type", ("role", ORGANIZATION_ROLE | {"base_type": "MANAGER"})),
    refused("S4", "ck_role_base_type", ("role", {"base_type": "ORG"})),
    refused("C-02", "ck_role_personal_base", ("role", {"origin": "PERSONAL", "owner_id": 1})),
    refused("C-02", "ck_role_personal_owner", ("role", {"owner_id": 1})),
    refused(
        "C-02",
        "uq_role_owner",
        ("role", {"name": "Custom", "origin": "PERSONAL", "base_type": "PERSONAL", "owner_id": 1}),
        ("role", {"name": "Custom", "origin": "PERSONAL", "base_type": "PERSONAL", "owner_id": 1}),
    ),
    refused("C-03", "ck_role_origin", ("role", {"origin": "PREDEFINED"})),
    refused("SM7", "ck_role_archived", ("role", {"origin": "DEFAULT", "status": "ARCHIVED"})),
    refused("domain3.2", "pk_role_permission", ("role_permission", {}), ("role_permission", {"level": "W"})),
    refused("domain3.10", "ck_role_permission_permission", ("role_permission", {"permission": "offers"})),
    refused("I1", "uq_role_assignment_user_id_scope_organization_id", ("role_assignment", {}), ("role_assignment", {})),
    refused("domain3.2", "ck_role_assignment_organization", ("role_assignment", {"organization_id": 1})),
    refused("I2", "ck_role_assignment_platform_unlisted", ("role_assignment", {"program_scope": "LISTED"})),
    refused(
        "domain3.2", "fk_role_assignment_role", ("role_assignment", {"scope": "ORGANIZATION", "organization_id": 1})
    ),
    refused("S10", "ck_manager_assignment_one_target", ("manager_assignment", {"advertiser_profile_id": 1})),
    refused("S12", "ck_manager_assignment_one_target", ("manager_assignment", {"affiliate_account_id": None})),
    refused(
        "domain3.2",
        "uq_manager_assignment_target",
        ("manager_assignment", {}),
        ("manager_assignment", {}),
    ),
    # The catalogue
    refused("AC10", "fk_program_advertiser_profile", ("program", {"advertiser_name": "Boots"})),
    refused("V2", "fk_program_brand", ("program", {"advertiser_profile_id": 1, "brand_id": 99})),
    refused("M3", "ck_program_currency", ("program", {"currency": "eur"})),
    refused("domain3.2", "uq_program_goal_base", ("program_goal", {"is_base": True})),
    refused("domain3.2", "ck_commission_plan_fixed_currency", ("commission_plan", {"payout_fixed": Decimal(5)})),
    refused("domain3.2", "ck_commission_plan_percent", ("commission_plan", {"payout_percent": Decimal(101)})),
    # Partners
    refused("L9", "uq_collaborator_affiliate_account_id_user_id", ("collaborator", {}), ("collaborator", {})),
    refused("SM2", "ck_invitation_target", ("invitation", {"organization_id": 1})),
    refused("SM2", "ck_invitation_role", ("invitation", {"role_id": 1})),
    refused("domain3.2", "uq_invitation_pending", ("invitation", {}), ("invitation", {"token_hash": bytes([1]) * 32})),
    refused("AC9", "uq_payout_method_current", ("payout_method", {}), ("payout_method", {})),
    refused("SM1", "ck_enrollment_initiated_by", ("enrollment", {"initiated_by": "ADVERTISER"})),
    refused("SM1", "ck_enrollment_initiated_by", ("enrollment", {"state": "INVITED"})),
    refused("SM1", "ck_enrollment_activated", ("enrollment", {"state": "ACTIVE"})),
    refused("SM1", "ck_enrollment_activated", ("enrollment", {"activated_at": NOON})),
    refused("SM1", "ck_enrollment_payee", ("enrollment", {"state": "ACTIVE", "activated_at": NOON})),
    refused("SM1", "ck_enrollment_ended", ("enrollment", {"state": "DENIED"})),
    refused("SM1", "ck_enrollment_ended", ("enrollment", {"ended_at": NOON})),
    refused("SM1", "ck_enrollment_proposed", ("enrollment", {"proposed_account_id": None})),
    refused("SM1", "fk_enrollment_proposed_account", ("enrollment", {"proposed_account_id": 1})),
    refused(
        "domain3.2",
        "uq_enrollment_open",
        ("enrollment", {"traffic_source_id": 1, "partner_profile_id": 1, "proposed_account_id": 1}),
    ),
    refused(
        "domain3.2",
        "fk_enrollment_affiliate_account",
        ("enrollment", {"state": "ACTIVE", "activated_at": NOON, "affiliate_account_id": 1}),
    ),
    # Facts
    refused("D2", "ck_click_event_at_milliseconds", ("click", {"event_at": NOON.replace(microsecond=1500)})),
    refused("D2", "ck_conversion_event_at_milliseconds", ("conversion", {"event_at": NOON.replace(microsecond=1)})),
    refused("D2", "ck_conversion_event_at_milliseconds", ("conversion", {"event_at": LATER})),
    refused("D2", "ck_adjustment_event_at_milliseconds", ("adjustment", {"id": 1})),
    refused("domain3.2", "fk_conversion_affiliate_account", ("conversion", {"partner_org_id": 1})),
    refused("domain3.2", "fk_conversion_program", ("conversion", {"advertiser_org_id": 2})),
    refused("domain3.2", "fk_conversion_enrollment", ("conversion", {"traffic_source_id": 2})),
    refused("D1", "fk_conversion_click", ("conversion", {"click_id": FACT})),
    refused("D3", "uq_conversion_external", CONVERSION, ("conversion", {"id": FACT + 1})),
    refused("M3", "ck_conversion_currency", ("conversion", {"currency": "EURO"})),
    refused("SM4", "ck_conversion_approved", ("conversion", {"status": "APPROVED"})),
    refused("SM4", "ck_conversion_approved", ("conversion", {"approved_at": NOON})),
    refused("SM4", "ck_conversion_hold", ("conversion", {"status": "HOLD"})),
    refused("SM4", "ck_conversion_settlement", ("conversion", {"settlement": "LOCKED"})),
    refused(
        "SM4", "ck_conversion_settlement", ("conversion", {"status": "HOLD", "lock_at": NOON, "settlement": "LOCKED"})
    ),
    refused("SM4", "ck_conversion_invoiced", ("conversion", {"status": "REJECTED", "settlement": "INVOICED"})),
    refused("SM4", "ck_conversion_invoiced", ("conversion", APPROVED | {"settlement": "PAID", "payout": Decimal(0)})),
    refused("SM4", "ck_conversion_proposal_status", CONVERSION, ("conversion_proposal", {"status": "HOLD"})),
    *(
        refused("I9", "ck_conversion_proposal_sale_adjustment", CONVERSION, ("conversion_proposal", wrong))
        for wrong in (
            {"status": "APPROVED", "sale_adjustment": Decimal(0)},
            {"status": "REJECTED", "sale_adjustment": Decimal(-1)},
            {"status": "REVERSED", "sale_adjustment": Decimal(-1)},
        )
    ),
    refused("SM4", "ck_conversion_proposal_answered", CONVERSION, ("conversion_proposal", {"state": "DECLINED"})),
    refused("SM4", "ck_conversion_proposal_answered", CONVERSION, ("conversion_proposal", {"answered_at": NOON})),
    refused(
        "SM4", "uq_conversion_proposal_open", CONVERSION, ("conversion_proposal", {}), ("conversion_proposal", {"n": 2})
    ),
    refused("M5b", "ck_conversion_refunded_amount", ("conversion", {"refunded_amount": Decimal(101)})),
    refused("M5b", "ck_conversion_refunded_amount", ("conversion", {"refunded_amount": Decimal(-1)})),
    refused(
        "M5b", "ck_conversion_refunded_amount", ("conversion", {"sale_amount": None, "refunded_amount": Decimal(1)})
    ),
    refused("D1", "fk_conversion_item_conversion", ("conversion_item", {})),
    refused("domain3.2", "ck_conversion_item_quantity", CONVERSION, ("conversion_item", {"quantity": Decimal(0)})),
    # Money
    refused("domain3.2", "ck_adjustment_side", ("adjustment", {"side": "REVENUE"})),
    refused("domain3.2", "ck_adjustment_side", ("adjustment", {"payout_amount": None})),
    refused("domain3.2", "ck_adjustment_side", ("adjustment", {"revenue_amount": Decimal(1)})),
    refused("domain3.2", "ck_adjustment_amount", ("adjustment", {"payout_amount": Decimal(0)})),
    refused("D1", "fk_adjustment_conversion", ("adjustment", {"conversion_id": FACT})),
    refused("D3", "uq_adjustment_external", ("adjustment", {}), ("adjustment", {"id": FACT + 1})),
    refused("SM5", "ck_payout_invoice_paid", ("payout_invoice", {"state": "PAID", "approved_at": NOON})),
    refused("SM5", "ck_payout_invoice_paid", ("payout_invoice", {"paid_at": NOON})),
    refused("SM5", "ck_payout_invoice_approved", ("payout_invoice", {"state": "APPROVED"})),
    refused("SM5", "ck_payout_invoice_approved", ("payout_invoice", {"approved_at": NOON})),
    refused(
        "SM5b",
        "ck_payout_invoice_total",
        ("payout_invoice", {"state": "APPROVED", "approved_at": NOON, "total": Decimal(-1)}),
    ),
    refused("domain3.2", "ck_payout_invoice_payer", ("payout_invoice", {"payer_org_id": 1})),
    refused(
        "D2", "ck_payout_invoice_issued_at_milliseconds", ("payout_invoice", {"issued_at": NOON.replace(microsecond=1)})
    ),
    refused(
        "SM5",
        "ck_payout_invoice_line_one_subject",
        CONVERSION,
        INVOICE,
        ("payout_invoice_line", {"adjustment_id": FACT}),
    ),
    refused("SM5", "uq_payout_invoice_line_conversion", CONVERSION, INVOICE, LINE, ("payout_invoice_line", {"n": 2})),
    refused("SM5", "fk_payout_invoice_line_invoice", CONVERSION, INVOICE, ("payout_invoice_line", {"currency": "USD"})),
    refused("SM5", "fk_payout_invoice_line_invoice", CONVERSION, INVOICE, ("payout_invoice_line", {"deleted": True})),
    refused(
        "domain3.2",
        "ck_conversion_hour_by_account_hour",
        ("conversion_hour_by_account", {"hour": NOON.replace(minute=30)}),
    ),
    refused("domain3.2", "ck_conversion_day_by_program_day", ("conversion_day_by_program", {"day": NOON})),
    # Reports and operations
    refused("A17", "uq_column_list_user_id", ("column_list", {}), ("column_list", {})),
    refused("A18", "ck_column_list_owner", ("column_list", {"owner_kind": "USER"})),
    refused("M5", "ck_report_column_classes", ("report_column", {"classes": []})),
    refused("RC13", "ck_conversion_past_until", ("conversion_past", {"until": NOON})),
    refused("RC6", "uq_custom_metric_key", ("custom_metric", {}), ("custom_metric", {})),
    refused("RC6", "ck_custom_metric_key", ("custom_metric", {"key": "payout"})),
    refused("M5a", "ck_custom_metric_formula", ("custom_metric", {"formula": ""})),
    refused("DR3", "ck_custom_metric_name", ("custom_metric", {"name": " "})),
    refused("C-10", "ck_api_key_owner", ("api_key", {"organization_id": 1})),
    refused("C-10", "ck_api_key_scopes", ("api_key", {"scopes": []})),
    refused("SM6", "ck_api_key_claimed", ("api_key", {"state": "PENDING"})),
    refused("SM6", "ck_api_key_secret", ("api_key", {"last_four": None})),
    refused("SM6", "ck_api_key_rotation", ("api_key", {"rotation_due_at": LATER})),
    refused("authorization7", "pk_authz_epoch", ("authz_epoch", {})),
    refused("authorization7", "ck_authz_epoch_one_row", ("authz_epoch", {"id": False})),
    refused("DR17", "pk_idempotency_key", ("idempotency_key", {}), ("idempotency_key", {})),
    refused("D3", "pk_import_claim", ("import_claim", {}), ("import_claim", {})),
    refused("F25", "uq_audit_log_prev_hash", ("audit_log", {}), ("audit_log", {})),
    refused(
        "SM8",
        "ck_ownership_transfer_second_person",
        ("ownership_transfer", {"state": "APPROVED", "approved_by_id": 1, "approved_at": NOON}),
    ),
    refused("SM8", "ck_ownership_transfer_approved", ("ownership_transfer", {"state": "APPROVED"})),
    refused("SM8", "uq_ownership_transfer_open", ("ownership_transfer", {}), ("ownership_transfer", {})),
    refused(
        "F24",
        "ck_access_request_second_person",
        ("access_request", {"state": "APPROVED", "decided_by_id": 1, "decided_at": NOON}),
    ),
    refused("DR1", "ck_access_request_granted", ("access_request", {"granted_until": LATER})),
    refused("DR1", "ck_access_request_answered", ("access_request", {"answer": "No"})),
    refused("L12", "uq_access_review_open", ("access_review", {}), ("access_review", {})),
    refused(
        "L12",
        "ck_access_review_item_decided",
        ("access_review_item", {"state": "CONFIRMED"}),
    ),
    refused(
        "L12",
        "ck_access_review_item_decision",
        ("access_review_item", {"decided_by_id": 1}),
    ),
    refused(
        "L12",
        "uq_access_review_item_user",
        ("access_review_item", {}),
        ("access_review_item", {}),
    ),
    refused("L12", "ck_access_review_completed", ("access_review", {"state": "COMPLETED"})),
]

ACCEPTED: list[Rows] = [
    # SM8: one open for what is asked, not for the account.
    (("ownership_transfer", {}), ("ownership_transfer", {"from_company_id": 1, "to_company_id": None})),
    (
        ("role", {"name": "Custom", "origin": "PERSONAL", "base_type": "PERSONAL", "owner_id": 1}),
        ("role", {"name": "Custom", "origin": "PERSONAL", "base_type": "PERSONAL", "owner_id": 2}),
    ),
    (("role", {"status": "ARCHIVED"}), ("role", {}), ("role", ORGANIZATION_ROLE)),
    (("role", {"scope": "ORGANIZATION", "base_type": "ORG", "origin": "PREDEFINED"}),),
    (("role", {"user_visibility": "ASSIGNED", "statuses": ["APPROVED", "PENDING"]}),),
    (("invitation", {"state": "REVOKED"}), ("invitation", {"token_hash": bytes([1]) * 32})),
    (("payout_method", {"ended_at": NOON}), ("payout_method", {})),
    (
        ("enrollment", {"state": "DENIED", "ended_at": NOON}),
        ("enrollment", {"state": "WITHDRAWN", "ended_at": NOON}),
        ("enrollment", {}),
    ),
    (
        (
            "enrollment",
            ACCOUNT_KEYS
            | {"proposed_account_id": None, "traffic_source_id": 1, "state": "LEFT"}
            | {"activated_at": NOON, "ended_at": LATER},
        ),
    ),
    (
        ("click", {"event_at": NOON.replace(microsecond=7000), "id": FACT + (7 << 20)}),
        ("conversion", {"click_id": FACT + (7 << 20)}),
    ),
    (("conversion", APPROVED | {"settlement": "PAID"}),),
    (("conversion", {"status": "REJECTED", "settlement": "LOCKED"}),),
    (("conversion", {"status": "REVERSED", "approved_at": NOON, "settlement": "LOCKED"}),),
    (
        CONVERSION,
        ("adjustment", {"conversion_id": FACT, "side": "SALE", "payout_amount": None, "sale_amount": Decimal(-1)}),
    ),
    (
        ("payout_invoice", {"state": "DELETED"}),
        CONVERSION,
        ("payout_invoice_line", {"deleted": True}),
        ("payout_invoice", {"id": FACT + 1}),
        ("payout_invoice_line", {"invoice_id": FACT + 1}),
    ),
    (("payout_invoice", {"total": Decimal(-1)}),),
    (("api_key", {"state": "PENDING", "hash": None, "prefix": None, "last_four": None}),),
    (("api_key", {"owner_kind": "ORG", "user_id": None, "organization_id": 1, "scopes": None}),),
]
