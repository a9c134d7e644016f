"""Transfers of ownership that two people agree on: several may be asked for at once, and former owners are told."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OPEN = """
    CREATE UNIQUE INDEX uq_ownership_transfer_open
    ON ownership_transfer (affiliate_account_id, from_company_id, to_company_id) NULLS NOT DISTINCT
    WHERE state IN ('REQUESTED', 'APPROVED')
"""
_ONE_OPEN = """
    CREATE UNIQUE INDEX uq_ownership_transfer_open ON ownership_transfer (affiliate_account_id)
    WHERE state IN ('REQUESTED', 'APPROVED')
"""
# Of several that are open the oldest is kept.
_CLOSE_LATER = """
    UPDATE ownership_transfer t SET state = 'EXPIRED', version = version + 1
    WHERE state IN ('REQUESTED', 'APPROVED') AND EXISTS (
        SELECT 1 FROM ownership_transfer o WHERE o.affiliate_account_id = t.affiliate_account_id AND o.id < t.id
        AND o.state IN ('REQUESTED', 'APPROVED')
    )
"""


def upgrade() -> None:
    """One open transfer for each thing that is asked for, and a kind of mail."""
    op.execute("ALTER TYPE mail_kind ADD VALUE 'ACCOUNT_TRANSFERRED'")
    op.execute("DROP INDEX uq_ownership_transfer_open")
    op.execute(_OPEN)


def downgrade() -> None:
    """One open transfer for each account. No value is ever taken from a type, so that is made anew."""
    op.execute(_CLOSE_LATER)
    op.execute("DROP INDEX uq_ownership_transfer_open")
    op.execute(_ONE_OPEN)
    op.execute("DELETE FROM outgoing_mail WHERE kind::text = 'ACCOUNT_TRANSFERRED'")
    op.execute("ALTER TABLE mail_token DROP CONSTRAINT ck_mail_token_purpose")
    op.execute("ALTER TABLE outgoing_mail DROP CONSTRAINT ck_outgoing_mail_invitation")
    op.execute("ALTER TYPE mail_kind RENAME TO mail_kind_with_transfers")
    op.execute("CREATE TYPE mail_kind AS ENUM ('RESET_PASSWORD', 'VERIFY_EMAIL', 'PASSWORD_CHANGED', 'INVITATION')")
    for table, column in (("outgoing_mail", "kind"), ("mail_token", "purpose")):
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE mail_kind USING {column}::text::mail_kind")
    op.execute("DROP TYPE mail_kind_with_transfers")
    op.execute("ALTER TABLE mail_token ADD CONSTRAINT ck_mail_token_purpose CHECK (purpose <> 'PASSWORD_CHANGED')")
    op.execute(
        "ALTER TABLE outgoing_mail ADD CONSTRAINT ck_outgoing_mail_invitation"
        " CHECK ((kind::text = 'INVITATION') = (invitation_id IS NOT NULL))"
    )
