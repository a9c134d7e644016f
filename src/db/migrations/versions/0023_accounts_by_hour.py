"""Sums of accounts in the order of hours: what is read of an account for a week does not grow with its past."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the hour before the program in both primary keys."""
    run_scripts("sql_0023", "[0-9]*.sql")


def downgrade() -> None:
    """Put the program first again."""
    run_scripts("sql_0023", "downgrade.sql")
