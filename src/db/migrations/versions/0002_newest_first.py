"""Pages of facts, newest first: indexes in the order of ids, and an account_shard that is complete (record 0013)."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ACCOUNT = "affiliate_account_id"
INDEXES = {
    "click": ("advertiser_org", "partner_org", "program"),
    "conversion": ("advertiser_org", "partner_org", "program"),
    "customer_referral": ("advertiser_org",),
    "adjustment": (),
    "payout_invoice": ("partner_org", "payer_org"),
}


def upgrade() -> None:
    """Index each fact by id, and below each owner whose pages of it are asked for; tie facts to `account_shard`."""
    op.execute(
        "INSERT INTO account_shard (affiliate_account_id) SELECT id FROM affiliate_account ON CONFLICT DO NOTHING"
    )
    for table, owners in INDEXES.items():
        op.create_index(f"ix_{table}_newest", table, ["id"])
        for owner in owners:
            op.create_index(f"ix_{table}_{owner}_newest", table, [f"{owner}_id", "id"])
        op.create_foreign_key(f"fk_{table}_account_shard", table, "account_shard", [ACCOUNT], [ACCOUNT])


def downgrade() -> None:
    """Drop the indexes and the keys; the rows of `account_shard` stay."""
    for table, owners in INDEXES.items():
        op.drop_constraint(f"fk_{table}_account_shard", table, type_="foreignkey")
        op.drop_index(f"ix_{table}_newest", table)
        for owner in owners:
            op.drop_index(f"ix_{table}_{owner}_newest", table)
