"""The account that a partner names when it applies: approving makes it the payee (SM1)."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NAMED = """
    UPDATE enrollment SET proposed_account_id = (
        SELECT min(id) FROM affiliate_account a WHERE a.partner_profile_id = enrollment.partner_profile_id
        HAVING count(*) = 1
    ) WHERE state = 'APPLIED'
"""
_UNNAMED = """
    UPDATE enrollment SET state = 'WITHDRAWN', ended_at = now(), version = version + 1
    WHERE state = 'APPLIED' AND proposed_account_id IS NULL
"""
_KEY = """
    ALTER TABLE enrollment ADD CONSTRAINT fk_enrollment_proposed_account
        FOREIGN KEY (proposed_account_id, partner_profile_id, partner_org_id)
        REFERENCES affiliate_account (id, partner_profile_id, partner_org_id)
"""
_CHECK = """
    ALTER TABLE enrollment ADD CONSTRAINT ck_enrollment_proposed
        CHECK (state <> 'APPLIED' OR proposed_account_id IS NOT NULL)
"""
_COMMENT = """
    COMMENT ON COLUMN enrollment.proposed_account_id
        IS 'The account that the partner named when it applied; approving makes it the payee.'
"""


def upgrade() -> None:
    """Add the column. An open application gets its partner's only account; of several nobody may choose for it.

    Such an application is withdrawn: the partner applies again, and names the account.
    """
    op.execute("ALTER TABLE enrollment ADD COLUMN proposed_account_id BIGINT")
    for statement in (_COMMENT, _NAMED, _UNNAMED, _KEY, _CHECK):
        op.execute(statement)
    op.execute("CREATE INDEX ix_enrollment_proposed_account ON enrollment (proposed_account_id)")


def downgrade() -> None:
    """Drop the column, and with it its key, check and index."""
    op.execute("ALTER TABLE enrollment DROP CONSTRAINT ck_enrollment_proposed")
    op.execute("ALTER TABLE enrollment DROP CONSTRAINT fk_enrollment_proposed_account")
    op.execute("ALTER TABLE enrollment DROP COLUMN proposed_account_id")
