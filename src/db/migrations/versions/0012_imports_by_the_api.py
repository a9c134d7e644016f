"""Imports through the API: what a file means, how far it has been read, and why an import failed."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a state and the columns of progress; the table stays LOCAL."""
    run_scripts("sql_0012", "[0-9]*.sql")


def downgrade() -> None:
    """Take them away; what was cancelled has failed."""
    run_scripts("sql_0012", "downgrade.sql")
