"""The first schema: every table, as the SQL files of `sql_0001` say."""

from __future__ import annotations

from sightline.db.migrations.scripts import distribute, run_scripts
from sightline.db.tables.base import TableRole

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Parents before their children.
REFERENCE = [
    "app_user",
    "company",
    "organization",
    "payout_run",
    "advertiser_profile",
    "partner_profile",
    "affiliate_account",
    "brand",
    "traffic_source",
    "product",
    "program",
    "media",
    "program_goal",
    "commission_plan",
    "enrollment",
    "tracker",
]
FACT = [
    "account_shard",
    "payout_invoice",
    "conversion_hour_by_account",
    "traffic_hour_by_account",
    "customer_referral",
    "click",
    "conversion",
    "adjustment",
    "conversion_event",
    "conversion_item",
    "payout_invoice_line",
]


def upgrade() -> None:
    """Create types, sequences, tables, indexes, comments and foreign keys; begin the policy's version."""
    run_scripts("sql_0001", "[0-9]*.sql")
    for table in REFERENCE:
        distribute(table, TableRole.REFERENCE)
    for table in FACT:
        distribute(table, TableRole.FACT)


def downgrade() -> None:
    """Drop everything, with all data."""
    run_scripts("sql_0001", "downgrade.sql")
