"""From when on an organization's key should be replaced: it survives its maker, who knows its secret (SM6).

That moment is when its maker is ADMIN no more: at once where he was removed, given another role or suspended, later
where his membership ends by itself. Once it has come it stays, whatever he is given again, until the key is rotated.
"""

from __future__ import annotations

from collections.abc import Iterable

from sightline.resolvers.mutations.change import Change

_FLAG = """
    UPDATE api_key SET rotation_due_at = found.due FROM (
        SELECT k.id, CASE WHEN a.id IS NULL OR u.status <> 'ACTIVE' THEN $1::timestamptz ELSE a.expires_at END AS due
        FROM api_key k JOIN app_user u ON u.id = k.created_by_id
        LEFT JOIN (
            SELECT a.id, a.user_id, a.organization_id, a.expires_at
            FROM role_assignment a JOIN role r ON r.id = a.role_id
            WHERE r.origin = 'PREDEFINED' AND r.name IN ('Admin', 'Account Administrator')
        ) a ON a.user_id = k.created_by_id AND a.organization_id = k.organization_id
        WHERE k.owner_kind = 'ORG' AND k.state = 'ACTIVE' AND (k.rotation_due_at IS NULL OR k.rotation_due_at > $1)
          AND (k.organization_id = $2 OR k.created_by_id = ANY($3::bigint[]))
    ) found
    WHERE api_key.id = found.id AND api_key.rotation_due_at IS DISTINCT FROM found.due
"""


async def flag_keys(change: Change, *, organization: int | None, makers: Iterable[int]) -> None:
    """Look anew at the keys of an organization, and at those that these people made."""
    await change.connection.execute(_FLAG, change.operation.snapshot.clock, organization, list(makers))
