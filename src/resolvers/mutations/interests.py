"""Who is too near to an account's money to decide on it: who made the thing, and who earns by it (AC9b, C-12)."""

from __future__ import annotations

from collections.abc import Iterable

from sightline.authz.expr import TRUE
from sightline.resolvers.mutations.change import Change
from sightline.resolvers.mutations.refusals import NotAllowedError

_EARNS = """
    SELECT EXISTS (SELECT FROM collaborator WHERE affiliate_account_id = $1 AND user_id = $2 AND role = 'OWNER'
                   AND coalesce(expires_at > $3, true))
        OR EXISTS (SELECT FROM company_access c JOIN affiliate_account a ON a.company_id = c.company_id
                   WHERE a.id = $1 AND c.user_id = $2 AND coalesce(c.expires_at > $3, true)) AS earns
"""


async def own_interest(change: Change, account: int, *, makers: Iterable[int | None] = ()) -> bool:
    """Whether the actor made this, or has an interest in the account. Raises NotAllowedError unless he is Admin W.

    The caller writes what it returns to the audit log: an Admin's decision on what is his own is on record.
    """
    made = change.actor in set(makers)
    (row,) = await change.fetch(_EARNS, account, change.actor, change.operation.snapshot.clock)
    if not (made or row["earns"]):
        return False
    if change.operation.visibility.may("own_interest:decide") == TRUE:
        return True
    if made:
        raise NotAllowedError("You made this: somebody else has to decide it.")
    raise NotAllowedError("You earn by this account: somebody else has to do this.")
