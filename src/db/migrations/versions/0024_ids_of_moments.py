"""The ids of facts begin with their moments: a page of a period is read from where the period ends."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

MOMENTS = {
    "click": "event_at",
    "customer_referral": "event_at",
    "conversion": "event_at",
    "adjustment": "event_at",
    "payout_invoice": "issued_at",
}


def upgrade() -> None:
    """Have it checked of every fact, which reads all there are."""
    _check("(id >> 20) = extract(epoch FROM {0}) * 1000")


def downgrade() -> None:
    """Check again only that moments are cut to milliseconds."""
    _check("date_trunc('milliseconds', {0}) = {0}")


def _check(condition: str) -> None:
    for table, moment in MOMENTS.items():
        name = f"ck_{table}_{moment}_milliseconds"
        op.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} CHECK ({condition.format(moment)})"
        )
