"""Statuses that advertisers of INTERMEDIATED programs ask for."""

from __future__ import annotations

from sightline.db.migrations.scripts import distribute, run_scripts
from sightline.db.tables.base import TableRole

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, beside its conversions."""
    run_scripts("sql_0007", "[0-9]*.sql")
    distribute("conversion_proposal", TableRole.FACT)


def downgrade() -> None:
    """Drop it, with what was asked for; what was decided stays."""
    run_scripts("sql_0007", "downgrade.sql")
