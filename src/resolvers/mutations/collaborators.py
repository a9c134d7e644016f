"""Collaborators of an account: other roles, removal, and leaving (L8, A24, C-06, C-07)."""

from __future__ import annotations

from typing import Any

from sightline.db.tables.enums import CollaboratorRole
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.giving import refuse_ungivable
from sightline.resolvers.mutations.owners import keeping_an_owner, refuse_longer
from sightline.resolvers.mutations.refusals import MissingError

_PLACE = "SELECT affiliate_account_id FROM collaborator WHERE id = $1"
_OWN = "SELECT id FROM collaborator WHERE affiliate_account_id = $1 AND user_id = $2"
_ORGANIZATION = "SELECT partner_org_id FROM affiliate_account WHERE id = $1"


async def change_collaborator(
    change: Change, *, collaborator: str, role: CollaboratorRole | None = None, **given: Any
) -> Done:
    """Another role, another end; an end of null is none. One path gives the one role and takes the other."""
    values: dict[str, Any] = {} if role is None else {"role": role}
    if "expires_at" in given:
        values["expires_at"] = checks.future(given["expires_at"], change.operation.snapshot.clock, "expiresAt")
    row = await change.find("collaborator", collaborator, "collaborator")
    account, before = await _locked(change, row)
    had = CollaboratorRole(before["role"])
    own = await refuse_ungivable(change, account, gives=role or had, takes=had, to=before["user_id"])
    if values:
        refuse_longer(own, [before["expires_at"], values.get("expires_at", before["expires_at"])])
        async with keeping_an_owner(change, "affiliate_account", account.key.id):
            after = await change.update(row, **values)
        await _record(change, "collaborator:edit", row, account, before=described(before), after=described(after))
    return Done({"collaborator": row, "affiliate_account": account})


async def remove_collaborator(change: Change, *, collaborator: str) -> Done:
    """The end of somebody's access, at once. An OWNER who stays remains."""
    row = await change.find("collaborator", collaborator, "collaborator")
    account, before = await _locked(change, row)
    own = await refuse_ungivable(change, account, takes=CollaboratorRole(before["role"]), to=before["user_id"])
    refuse_longer(own, [before["expires_at"]])
    return await _removed(change, "collaborator:remove", row, account, before)


async def leave_account(change: Change, *, affiliate_account: str) -> Done:
    """The end of one's own access. The last OWNER stays."""
    account = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    own = await change.fetch(_OWN, account.key.id, change.actor)
    if not own:
        raise MissingError("affiliateAccount")
    row = Found("collaborator", Key(own[0]["id"]))
    await change.allow("collaborator:leave", row)
    _, before = await _locked(change, row)
    return await _removed(change, "collaborator:leave", row, account, before)


async def _locked(change: Change, row: Found) -> tuple[Found, Any]:
    """The account of a collaborator and the stored row; the account is locked first, so removals do not cross."""
    ((account,),) = await change.fetch(_PLACE, row.key.id)
    parent = Found("affiliate_account", Key(account))
    await change.lock(parent)
    return parent, await change.lock(row)


async def _removed(change: Change, action: str, row: Found, account: Found, before: Any) -> Done:
    async with keeping_an_owner(change, "affiliate_account", account.key.id):
        await change.delete(row)
    await _record(change, action, row, account, before=described(before))
    return Done({"affiliate_account": account})


async def _record(change: Change, action: str, row: Found, account: Found, **values: Any) -> None:
    ((organization,),) = await change.fetch(_ORGANIZATION, account.key.id)
    await change.record(action, row, organization=organization, account=account.key.id, **values)


def described(stored: Any) -> dict[str, Any]:
    """A collaborator as the log has him."""
    return {"user": str(stored["user_id"]), "role": str(stored["role"]), "expires_at": stored["expires_at"]}
