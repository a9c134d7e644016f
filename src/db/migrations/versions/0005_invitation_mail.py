"""Mail that brings an invitation."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a mail name the invitation whose token it carries."""
    op.execute("ALTER TYPE mail_kind ADD VALUE 'INVITATION'")
    op.execute("ALTER TABLE outgoing_mail ADD COLUMN invitation_id BIGINT REFERENCES invitation (id)")
    op.execute(
        "ALTER TABLE outgoing_mail RENAME CONSTRAINT outgoing_mail_invitation_id_fkey TO fk_outgoing_mail_invitation_id"
    )
    op.execute("CREATE INDEX ix_outgoing_mail_invitation_id ON outgoing_mail (invitation_id)")
    # As text: a value that was added to a type cannot be used in the same transaction.
    op.execute(
        "ALTER TABLE outgoing_mail ADD CONSTRAINT ck_outgoing_mail_invitation"
        " CHECK ((kind::text = 'INVITATION') = (invitation_id IS NOT NULL))"
    )
    op.execute("COMMENT ON COLUMN outgoing_mail.invitation_id IS 'The invitation it brings.'")


def downgrade() -> None:
    """Forget the invitations that were not yet sent; no value is ever taken from a type, so it is made anew."""
    op.execute("DELETE FROM outgoing_mail WHERE invitation_id IS NOT NULL")
    op.execute("ALTER TABLE outgoing_mail DROP COLUMN invitation_id")
    op.execute("ALTER TABLE mail_token DROP CONSTRAINT ck_mail_token_purpose")
    op.execute("ALTER TYPE mail_kind RENAME TO mail_kind_with_invitation")
    op.execute("CREATE TYPE mail_kind AS ENUM ('RESET_PASSWORD', 'VERIFY_EMAIL', 'PASSWORD_CHANGED')")
    for table, column in (("outgoing_mail", "kind"), ("mail_token", "purpose")):
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE mail_kind USING {column}::text::mail_kind")
    op.execute("DROP TYPE mail_kind_with_invitation")
    op.execute("ALTER TABLE mail_token ADD CONSTRAINT ck_mail_token_purpose CHECK (purpose <> 'PASSWORD_CHANGED')")
