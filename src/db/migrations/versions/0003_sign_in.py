"""What signing in needs: counted failures, tokens sent by mail, mail that waits to be sent."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; they are LOCAL."""
    run_scripts("sql_0003", "[0-9]*.sql")


def downgrade() -> None:
    """Drop them, with what was counted and what was not yet sent."""
    run_scripts("sql_0003", "downgrade.sql")
