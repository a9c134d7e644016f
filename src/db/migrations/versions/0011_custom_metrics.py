"""Custom metrics."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; it is LOCAL."""
    run_scripts("sql_0011", "[0-9]*.sql")


def downgrade() -> None:
    """Drop it, with the metrics in it: reports that name one are refused from then on."""
    run_scripts("sql_0011", "downgrade.sql")
