"""Pages of facts, newest first: indexes in the order of ids, and an account_shard that is complete (record 0013)."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ACCOUNT = "affiliate_account_id"
INDEXES = {
    "click": (
        ("advertiser_org",),
        ("partner_org",),
        ("program",),
        ("advertiser_org", "program"),
        ("account", "program"),
    ),
    "conversion": (
        ("advertiser_org",),
        ("partner_org",),
        ("program",),
        ("advertiser_org", "program"),
        ("account", "program"),
    ),
    "customer_referral": (("advertiser_org",),),
    "adjustment": (),
    "payout_invoice": (("partner_org",), ("payer_org",)),
}
"""Of each fact, the owners of which pages are asked for; the index of all of them is made besides."""


def upgrade() -> None:
    """Index each fact by id, alone and below its owners; tie facts to `account_shard`."""
    op.execute(
        "INSERT INTO account_shard (affiliate_account_id) SELECT id FROM affiliate_account ON CONFLICT DO NOTHING"
    )
    for table, owners in INDEXES.items():
        for each in ((), *owners):
            op.create_index(_name(table, each), table, [*map(_column, each), "id"])
        op.create_foreign_key(f"fk_{table}_account_shard", table, "account_shard", [ACCOUNT], [ACCOUNT])


def downgrade() -> None:
    """Drop the indexes and the keys; the rows of `account_shard` stay."""
    for table, owners in INDEXES.items():
        op.drop_constraint(f"fk_{table}_account_shard", table, type_="foreignkey")
        for each in ((), *owners):
            op.drop_index(_name(table, each), table)


def _name(table: str, owners: tuple[str, ...]) -> str:
    return "_".join(("ix", table, *owners, "newest"))


def _column(owner: str) -> str:
    return ACCOUNT if owner == "account" else f"{owner}_id"
