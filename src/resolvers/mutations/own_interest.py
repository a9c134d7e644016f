"""Decisions that are refused to whoever gains by them (C-12)."""

from __future__ import annotations

from sightline.authz.expr import TRUE
from sightline.resolvers.mutations.change import Change, Found
from sightline.resolvers.mutations.refusals import NotAllowedError

_GAINS = """
    SELECT a.created_by_id = $2
        OR EXISTS (SELECT FROM collaborator c WHERE c.affiliate_account_id = a.id AND c.user_id = $2
                   AND c.role = 'OWNER' AND (c.expires_at IS NULL OR c.expires_at > $3))
        OR EXISTS (SELECT FROM company_access m WHERE m.company_id = a.company_id AND m.user_id = $2
                   AND (m.expires_at IS NULL OR m.expires_at > $3))
    FROM affiliate_account a WHERE a.id = $1
"""


async def refuse_own_interest(change: Change, account: Found) -> None:
    """Go on only if the actor neither opened the account, nor is its OWNER, nor has access to its company.

    Who holds Admin W may all the same; the log has him as every actor. Raises NotAllowedError.
    """
    if change.operation.visibility.may("own_interest:decide") == TRUE:
        return
    (row,) = await change.fetch(_GAINS, account.key.id, change.actor, change.operation.snapshot.clock)
    if row[0]:
        raise NotAllowedError("This account is your own in part: somebody without a share in it decides this.")
