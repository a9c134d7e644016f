"""Nothing that is seen counts, or gives way to, what is not: numbers of steps, and second invitations (AC8, LK15)."""

from __future__ import annotations

from sightline.db.migrations.scripts import run_scripts

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Number steps and proposals by their moments, and let each inviter invite an address."""
    run_scripts("sql_0017", "[0-9]*.sql")


def downgrade() -> None:
    """Number them by their places again; of several invitations of an address the first one stays."""
    run_scripts("sql_0017", "downgrade.sql")
