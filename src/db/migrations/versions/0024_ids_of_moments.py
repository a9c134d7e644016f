"""The ids of facts begin with their moments: a page of a period is read from where the period ends."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Have it checked of every fact, which reads all there are."""
    run_scripts("sql_0024", "[0-9]*.sql")


def downgrade() -> None:
    """Check again only that moments are cut to milliseconds."""
    run_scripts("sql_0024", "downgrade.sql")
