"""Mails that say which scheduled report they tell of, and why one was refused."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a mail name the delivery it tells of; one of the version before names none."""
    run_scripts("sql_0016", "[0-9]*.sql")


def downgrade() -> None:
    """Drop it, with the mails about refusals."""
    run_scripts("sql_0016", "downgrade.sql")
