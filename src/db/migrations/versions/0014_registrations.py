"""Registrations that wait until their address is confirmed, and the mails they bring."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, which is LOCAL; let a mail name the registration whose token it carries."""
    run_scripts("sql_0014", "[0-9]*.sql")


def downgrade() -> None:
    """Drop it, with what waited."""
    run_scripts("sql_0014", "downgrade.sql")
