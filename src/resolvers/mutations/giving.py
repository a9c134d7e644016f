"""Which collaborator's role somebody may give, change or take on an account (A23, A24, C-06, C-07, L10).

The question is asked three times: when a role is offered, when it is changed, and of whoever offered it when it is
accepted. So it is asked of a `Change`, whoever acts in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sightline.authz.paths import PathKind
from sightline.db.tables.enums import CollaboratorRole, UserStatus
from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import principal_of_user
from sightline.resolvers.mutations.change import Change, Found
from sightline.resolvers.mutations.owners import is_owned
from sightline.resolvers.mutations.refusals import NotAllowedError
from sightline.resolvers.operation import Operation

GIVES: Mapping[CollaboratorRole, str] = {
    CollaboratorRole.READ_ONLY: "affiliate_account:give_read_only",
    CollaboratorRole.OWNER: "affiliate_account:give_owner",
    CollaboratorRole.MANAGER: "affiliate_account:give_manager",
}
_STATUS = "SELECT status::text FROM app_user WHERE id = $1"
_COMPANY = "SELECT company_id FROM affiliate_account WHERE id = $1"
_NEEDS_COMPANY = "SELECT 1 FROM platform_setting WHERE key = 'invite_requires_company' AND value = 'true'::jsonb"
_OWN_END = {
    PathKind.COLLABORATOR: "SELECT expires_at FROM collaborator WHERE user_id = $1 AND affiliate_account_id = $2",
    PathKind.PLATFORM: (
        "SELECT expires_at FROM role_assignment WHERE user_id = $1 AND scope = 'PLATFORM' AND $2::bigint IS NOT NULL"
    ),
}


async def acting_for(change: Change, user: int) -> Change | None:
    """The same transaction as somebody else would act in it with his rights of now; None where he is not active."""
    ((status,),) = await change.fetch(_STATUS, user)
    if status != UserStatus.ACTIVE:
        return None
    operation = change.operation
    principal = await principal_of_user(operation.snapshot, user)
    visibility = operation.services.visibilities.of(principal.paths)
    return Change(Operation(operation.services, principal, visibility, operation.snapshot))


async def refuse_ungivable(
    change: Change,
    account: Found,
    *,
    gives: CollaboratorRole | None = None,
    takes: CollaboratorRole | None = None,
    to: int | None = None,
) -> datetime | None:
    """Go on only if one path of the actor gives the one role and takes the other. Returns when his own path ends.

    `to` is who gets or has the role, where that is known. Raises NotAllowedError.
    """
    roles = {role for role in (gives, takes) if role is not None}
    for kind, end in _OWN_END.items():
        holds = [await change.operation.does(GIVES[role], account.key, through=kind) for role in sorted(roles)]
        if all(holds) and await _fits(change, account, kind, gives, to):
            change.via = kind
            (own,) = await change.fetch(end, change.actor, account.key.id)
            ends: datetime | None = own["expires_at"]
            return ends
    raise NotAllowedError("You may not give this role on this account, nor change or take it.")


async def _fits(change: Change, account: Found, kind: PathKind, gives: CollaboratorRole | None, to: int | None) -> bool:
    if kind is PathKind.PLATFORM:
        # Staff never raise themselves, and make an OWNER only where there is none to do it.
        is_another = to != change.actor
        return is_another and not (
            gives is CollaboratorRole.OWNER and await is_owned(change, "affiliate_account", account.key.id)
        )
    if gives is None or not await change.fetch(_NEEDS_COMPANY):
        return True
    ((company,),) = await change.fetch(_COMPANY, account.key.id)
    return company is not None and await change.may("company:act_for", Found("company", Key(company)))
