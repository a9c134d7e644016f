"""No version tells of changes not seen: conversions' are of a moment, accounts' of the company they have (AC11)."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make a conversion's version from its last change, and count no moves of accounts."""
    run_scripts("sql_0019", "[0-9]*.sql")


def downgrade() -> None:
    """Count again, from now on."""
    run_scripts("sql_0019", "downgrade.sql")
