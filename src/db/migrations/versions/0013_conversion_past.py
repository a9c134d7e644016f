"""What conversions were before they changed."""

from __future__ import annotations

from sightline.db.migrations.scripts import distribute, run_scripts
from sightline.db.tables.base import TableRole

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; where conversions have changed before, say since when it is known what they were.

    What they were earlier is written nowhere: their history has statuses, and no amounts.
    """
    run_scripts("sql_0013", "[0-9]*.sql")
    distribute("conversion_past", TableRole.FACT)


def downgrade() -> None:
    """Drop it; what conversions were is forgotten."""
    run_scripts("sql_0013", "downgrade.sql")
