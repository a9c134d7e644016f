"""An account's moves from company to company are counted apart, for who may know of them (AC11, L1)."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the counter; moves of before are in the version that everybody knows."""
    run_scripts("sql_0018", "[0-9]*.sql")


def downgrade() -> None:
    """Take it away; what it counted is in the version again."""
    run_scripts("sql_0018", "downgrade.sql")
