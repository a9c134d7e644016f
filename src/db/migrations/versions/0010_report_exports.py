"""Reports as files: exports that were asked for, what schedules delivered, and the news of it."""

from __future__ import annotations

from sightline.db.migrations.scripts import distribute, run_scripts
from sightline.db.tables.base import TableRole

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, a format of files, and a kind of mail."""
    run_scripts("sql_0010", "[0-9]*.sql")
    distribute("report_export", TableRole.LOCAL)


def downgrade() -> None:
    """Drop it, with what was asked for; schedules of the format and mails of the kind are gone."""
    run_scripts("sql_0010", "downgrade.sql")
