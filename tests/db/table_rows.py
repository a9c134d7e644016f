"""One valid row of every table that rules speak of, as far as a test does not say otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import asyncpg

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 4, 1, tzinfo=UTC)
FACT = (round(NOON.timestamp() * 1000) << 20) + 1
"""The id of a fact at noon, and of every fact here."""
HASH = bytes(32)

Values = dict[str, Any]

PROGRAM_KEYS: Values = {"program_id": 1, "advertiser_profile_id": 1, "advertiser_org_id": 1}
ACCOUNT_KEYS: Values = {"affiliate_account_id": 1, "partner_profile_id": 1, "partner_org_id": 2}
FACT_KEYS: Values = PROGRAM_KEYS | ACCOUNT_KEYS | {"enrollment_id": 1, "traffic_source_id": 1}

WORLD: tuple[tuple[str, Values], ...] = (
    ("app_user", {"id": 1, "email": "ada@example.org", "name": "Ada"}),
    ("app_user", {"id": 2, "email": "ben@example.org", "name": "Ben"}),
    ("organization", {"id": 1, "name": "Advertiser"}),
    ("organization", {"id": 2, "name": "Partner"}),
    ("advertiser_profile", {"id": 1, "organization_id": 1, "name": "Shoes"}),
    ("partner_profile", {"id": 1, "organization_id": 2, "name": "Blog"}),
    ("partner_profile", {"id": 2, "organization_id": 2, "name": "Other blog"}),
    ("company", {"id": 1, "name": "Blog Ltd"}),
    ("brand", {"id": 1, "advertiser_profile_id": 1, "name": "Sole"}),
    (
        "program",
        {
            "id": 1,
            "advertiser_profile_id": 1,
            "advertiser_org_id": 1,
            "advertiser_name": "Shoes",
            "name": "Shoes for all",
            "currency": "EUR",
            "commission_model": "DIRECT",
        },
    ),
    ("program_goal", {"id": 1, "program_id": 1, "name": "Sale", "is_base": True}),
    (
        "affiliate_account",
        {"id": 1, "partner_profile_id": 1, "partner_org_id": 2, "name": "Blog", "created_by_id": 1},
    ),
    (
        "affiliate_account",
        {"id": 2, "partner_profile_id": 2, "partner_org_id": 2, "name": "Other blog", "created_by_id": 1},
    ),
    ("account_shard", {"affiliate_account_id": 1}),
    ("traffic_source", {"id": 1, "partner_profile_id": 1, "partner_org_id": 2, "name": "blog", "kind": "WEBSITE"}),
    ("traffic_source", {"id": 2, "partner_profile_id": 2, "partner_org_id": 2, "name": "other", "kind": "WEBSITE"}),
    (
        "enrollment",
        FACT_KEYS | {"id": 1, "enrollment_id": ..., "initiated_by": "PARTNER", "state": "ACTIVE", "activated_at": NOON},
    ),
    ("role", {"id": 1, "name": "Boss", "scope": "PLATFORM", "origin": "CUSTOM", "base_type": "MANAGER"}),
    ("access_review", {"id": 1, "scope": "ORGANIZATION", "organization_id": 2, "due_at": LATER}),
)
"""Every row that others need, parents first."""

VALID: dict[str, Values] = {
    "app_user": {"email": "cleo@example.org", "name": "Cleo"},
    "program": dict(WORLD[9][1]) | {"id": ...},
    "program_goal": {"program_id": 1, "name": "Registration"},
    "commission_plan": {"name": "Ten percent", "payout_percent": Decimal(10)},
    "role": {"name": "Buyers", "scope": "PLATFORM", "origin": "CUSTOM", "base_type": "AFFILIATE_MANAGER"},
    "role_permission": {"role_id": 1, "permission": "OFFERS", "level": "R"},
    "role_assignment": {"user_id": 1, "scope": "PLATFORM", "role_id": 1},
    "manager_assignment": {"user_id": 1, "affiliate_account_id": 1},
    "company_access": {"company_id": 1, "user_id": 1, "level": "OWNER"},
    "collaborator": {"affiliate_account_id": 1, "user_id": 1, "role": "READ_ONLY"},
    "invitation": {
        "scope": "ACCOUNT",
        "affiliate_account_id": 1,
        "email": "dan@example.org",
        "collaborator_role": "READ_ONLY",
        "invited_by_id": 1,
        "target_name": "Blog",
        "inviter_name": "Ada",
        "token_hash": HASH,
        "expires_at": LATER,
    },
    "payout_method": {
        "affiliate_account_id": 1,
        "company_id": 1,
        "created_by_id": 1,
        "kind": "IBAN",
        "redacted": "..42",
        "details": b"secret",
    },
    "enrollment": PROGRAM_KEYS
    | {
        "traffic_source_id": 2,
        "partner_profile_id": 2,
        "partner_org_id": 2,
        "proposed_account_id": 2,
        "initiated_by": "PARTNER",
        "state": "APPLIED",
    },
    "click": FACT_KEYS | {"id": FACT, "event_at": NOON, "kind": "UNIQUE"},
    "conversion": FACT_KEYS
    | {
        "id": FACT,
        "source": "shop",
        "external_ref": "1",
        "status": "PENDING",
        "event_at": NOON,
        "sale_amount": Decimal(100),
        "payout": Decimal(10),
        "currency": "EUR",
    },
    "conversion_item": {"affiliate_account_id": 1, "conversion_id": FACT, "n": 1, "amount": Decimal(100)},
    "conversion_event": {"affiliate_account_id": 1, "conversion_id": FACT, "n": 1, "status": "PENDING"},
    "conversion_past": {
        "affiliate_account_id": 1,
        "conversion_id": FACT,
        "since": NOON,
        "until": LATER,
        "status": "PENDING",
        "settlement": "OPEN",
        "modified_at": NOON,
        "refunded_amount": Decimal(0),
        "revenue": Decimal(12),
        "payout": Decimal(10),
    },
    "conversion_proposal": {"affiliate_account_id": 1, "conversion_id": FACT, "n": 1, "status": "REJECTED"},
    "adjustment": PROGRAM_KEYS
    | {
        "affiliate_account_id": 1,
        "partner_org_id": 2,
        "id": FACT,
        "event_at": NOON,
        "source": "staff",
        "external_ref": "1",
        "side": "PAYOUT",
        "payout_amount": Decimal(-3),
        "currency": "EUR",
    },
    "payout_invoice": {
        "affiliate_account_id": 1,
        "partner_org_id": 2,
        "id": FACT,
        "currency": "EUR",
        "total": Decimal(10),
        "period_start": date(2026, 2, 1),
        "period_end": date(2026, 3, 1),
        "issued_at": NOON,
    },
    "payout_invoice_line": {
        "affiliate_account_id": 1,
        "invoice_id": FACT,
        "n": 1,
        "program_id": 1,
        "conversion_id": FACT,
        "amount": Decimal(10),
        "currency": "EUR",
    },
    "conversion_hour_by_account": PROGRAM_KEYS
    | {
        "affiliate_account_id": 1,
        "partner_org_id": 2,
        "hour": NOON,
        "status": "PENDING",
        "settlement": "OPEN",
        "currency": "EUR",
        "fx_rate": Decimal(1),
    },
    "conversion_day_by_program": PROGRAM_KEYS
    | {
        "day": NOON.replace(hour=0),
        "status": "PENDING",
        "settlement": "OPEN",
        "currency": "EUR",
        "fx_rate": Decimal(1),
    },
    "report_column": {
        "key": "revenue",
        "label": "Revenue",
        "description": "What is owed.",
        "classes": ["revenue"],
        "aggregation": "SUM",
    },
    "column_list": {"owner_kind": "SYSTEM"},
    "custom_metric": {"owner_id": 1, "key": "custom_1", "name": "Clicks twice", "formula": "2 * clicks"},
    "api_key": {
        "owner_kind": "USER",
        "user_id": 1,
        "name": "script",
        "scopes": ["self:R"],
        "state": "ACTIVE",
        "prefix": "sl_live_",
        "last_four": "abcd",
        "hash": HASH,
    },
    "authz_epoch": {"id": True},
    "idempotency_key": {"principal": "user:1", "key": "k", "request_hash": HASH, "expires_at": LATER},
    "import_claim": {"claim_key": "conversion", "source": "shop", "external_ref": "1"},
    "audit_log": {
        "action": "role:create",
        "target_type": "role",
        "target_id": "1",
        "prev_hash": HASH,
        "hash": HASH,
    },
    "ownership_transfer": {
        "affiliate_account_id": 1,
        "to_company_id": 1,
        "requested_by_id": 1,
        "content_hash": HASH,
        "expires_at": LATER,
    },
    "access_request": {"requester_id": 1, "reason": "audit"},
    "access_review": {"scope": "PLATFORM", "due_at": LATER},
    "access_review_item": {"review_id": 1, "user_id": 1, "person": "Ada", "role": "Buyers"},
}


async def add(connection: asyncpg.Connection, table: str, values: Values) -> None:
    """Insert one row; `...` leaves a column to its default."""
    given = {name: value for name, value in values.items() if value is not ...}
    places = ", ".join(f"${at}" for at in range(1, len(given) + 1))
    await connection.execute(f"INSERT INTO {table} ({', '.join(given)}) VALUES ({places})", *given.values())
