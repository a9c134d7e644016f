"""Requests for access to one of two scopes, and reviews of access grant by grant."""

from __future__ import annotations

from sightline.db.migrations.scripts import distribute, run_scripts
from sightline.db.tables.base import TableRole

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is asked of whom and until when, and a row for each grant of a review beside its counts."""
    run_scripts("sql_0009", "[0-9]*.sql")
    distribute("access_review_item", TableRole.LOCAL)


def downgrade() -> None:
    """Drop them, with what was found grant by grant; that a review was done stays."""
    run_scripts("sql_0009", "downgrade.sql")
