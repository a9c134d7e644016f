"""From when on an organization's key should be rotated, as its maker is no administrator then (SM6)."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_CHECK = """
    ALTER TABLE api_key ADD CONSTRAINT ck_api_key_rotation CHECK (owner_kind = 'ORG' OR rotation_due_at IS NULL)
"""
_COMMENT = """
    COMMENT ON COLUMN api_key.rotation_due_at
        IS 'From when on it should be rotated, as whoever made it is no administrator of its organization then.'
"""
# Whose maker is nobody's administrator by now is due at once; of the others it is when his membership ends by itself.
_DUE = """
    UPDATE api_key SET rotation_due_at = found.due FROM (
        SELECT k.id, CASE WHEN a.user_id IS NULL OR u.status <> 'ACTIVE' THEN now() ELSE a.expires_at END AS due
        FROM api_key k JOIN app_user u ON u.id = k.created_by_id
        LEFT JOIN (
            SELECT a.user_id, a.organization_id, a.expires_at
            FROM role_assignment a JOIN role r ON r.id = a.role_id
            WHERE r.origin = 'PREDEFINED' AND r.name IN ('Admin', 'Account Administrator')
        ) a ON a.user_id = k.created_by_id AND a.organization_id = k.organization_id
        WHERE k.owner_kind = 'ORG' AND k.state = 'ACTIVE'
    ) found
    WHERE api_key.id = found.id
"""


def upgrade() -> None:
    """Add the column, and look at the keys that there are."""
    op.execute("ALTER TABLE api_key ADD COLUMN rotation_due_at TIMESTAMP WITH TIME ZONE")
    for statement in (_COMMENT, _CHECK, _DUE):
        op.execute(statement)


def downgrade() -> None:
    """Drop the column, and with it its check."""
    op.execute("ALTER TABLE api_key DROP COLUMN rotation_due_at")
