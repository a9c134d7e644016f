"""The process that writes an export says that it lives, so that one in dead hands is found (RC11)."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the sign of life; what a server of before writes has none, and is left alone."""
    run_scripts("sql_0021", "[0-9]*.sql")


def downgrade() -> None:
    """Take it away."""
    run_scripts("sql_0021", "downgrade.sql")
