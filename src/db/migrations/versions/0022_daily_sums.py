"""Daily sums of programs, beside the hourly ones: reports by days of UTC read a tenth of the rows."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the two tables, and add up the hours that there are."""
    run_scripts("sql_0022", "[0-9]*.sql")


def downgrade() -> None:
    """Drop them: they hold nothing that hourly sums do not."""
    run_scripts("sql_0022", "downgrade.sql")
