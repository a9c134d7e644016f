"""Payout runs are done beside requests: how far one came, and why one failed (A10)."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what a run that goes on is known by."""
    run_scripts("sql_0020", "[0-9]*.sql")


def downgrade() -> None:
    """Take it away. A run that was not done by then has failed: nothing would do it, and another one does the rest."""
    run_scripts("sql_0020", "downgrade.sql")
