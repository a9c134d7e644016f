"""Offering access by mail, and taking the offer back (L7, C-06, C-07, K18).

No answer and no row depends on whether the address is anybody's here: nobody is looked up by it. The token is made when
the mail is written, and stored as a hash only; until then no token fits.

Inviting has mail sent to whatever address is named, so it is bounded twice: how many somebody makes within a day, which
he is told, and how many mails an address is sent, whoever has them sent, which nobody is told (LK15).
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from sightline.authz.delegation import organization_excess
from sightline.db.sign_in.attempts import may_write_to
from sightline.db.sign_in.outbox import INVITATION_LIVES, put_invitation_mail, take_invitation_mail_back
from sightline.db.tables.enums import CollaboratorRole, InvitationScope, InvitationState, MailKind
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import grant_of_role, grants_of_user
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.giving import GIVES, refuse_ungivable
from sightline.resolvers.mutations.handing_on import membership_in, refuse
from sightline.resolvers.mutations.members import assignable
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError
from sightline.resolvers.shown import Cell, is_shown

MOST_INVITATIONS = 100
"""How many invitations one user makes within a day, those that he took back included: their mails may be sent."""
_DAY = timedelta(days=1)

_MADE = "SELECT count(*) FROM invitation WHERE invited_by_id = $1 AND created_at > $2"
_ONE_OF_THE_LAST = (
    "SELECT created_at FROM invitation WHERE invited_by_id = $1 ORDER BY created_at DESC OFFSET $2 LIMIT 1"
)
_SELF = "SELECT name, email FROM app_user WHERE id = $1"
_EXPIRE = """
    UPDATE invitation SET state = 'EXPIRED' WHERE state = 'PENDING' AND expires_at <= $1
    AND affiliate_account_id IS NOT DISTINCT FROM $2 AND organization_id IS NOT DISTINCT FROM $3
"""
_PENDING = """
    SELECT id, invited_by_id FROM invitation WHERE email = $1 AND state = 'PENDING' AND scope::text = $2
    AND affiliate_account_id IS NOT DISTINCT FROM $3 AND organization_id IS NOT DISTINCT FROM $4
"""
_HASH_BYTES = 32


async def invite_collaborator(change: Change, *, affiliate_account: str, email: str, role: CollaboratorRole) -> Done:
    """An offer of a role on one account (L9). What may be offered is what may be given (C-07)."""
    address = checks.email(email, "email")
    account = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    if not await change.may(GIVES[role], account):
        raise NotAllowedError(f"You may not give the role {role} on this account.", "role")
    stored = await change.lock(account)
    await refuse_ungivable(change, account, gives=role)
    return await _invited(
        change,
        InvitationScope.ACCOUNT,
        address,
        stored["name"],
        after={"collaborator_role": role},
        organization=stored["partner_org_id"],
        affiliate_account_id=account.key.id,
        collaborator_role=role,
    )


async def invite_member(change: Change, *, organization: str, email: str, role: str) -> Done:
    """An offer of a membership, in a role that the actor may hand on (DR1, DR2, K18)."""
    address = checks.email(email, "email")
    parent = await change.find("organization", organization, "organization")
    await change.find("role", role, "role")
    await change.allow("organization:manage_members", parent)
    stored = await change.lock(parent)
    chosen = await assignable(change, role, parent.key.id)
    offered = await grant_of_role(change.operation.snapshot, chosen, parent.key.id)
    own = (await grants_of_user(change.operation.snapshot, change.actor))[0]
    refuse(organization_excess(None, offered, membership_in(own, parent.key.id)))
    return await _invited(
        change,
        InvitationScope.ORGANIZATION,
        address,
        stored["name"],
        after={"role_id": chosen},
        organization=parent.key.id,
        organization_id=parent.key.id,
        role_id=chosen,
    )


async def revoke_invitation(change: Change, *, invitation: str) -> Done:
    """An offer taken back: its token no longer fits, and mail that was not sent is not."""
    row = await change.find("invitation", invitation, "invitation")
    await change.allow("invitation:revoke", row)
    before = await change.lock(row)
    refuse_answered(before)
    await change.update(row, state=InvitationState.REVOKED, answered_at=change.operation.snapshot.clock)
    await take_invitation_mail_back(change.connection, row.key.id)
    await record_answer(change, "invitation:revoke", row, before, InvitationState.REVOKED)
    return Done({"invitation": row})


def refuse_answered(stored: Any) -> None:
    """Raise InvalidError for an invitation that is not PENDING any more: every other state is final (SM2)."""
    if stored["state"] != InvitationState.PENDING:
        raise InvalidError(f"This invitation is {stored['state']}: it is not answered any more.", "invitation")


async def record_answer(change: Change, action: str, row: Found, before: Any, state: InvitationState) -> None:
    """Write down what became of an invitation, for those whom its target concerns."""
    await change.record(
        action,
        row,
        before={"state": before["state"]},
        after={"state": state},
        organization=before["organization_id"],
        account=before["affiliate_account_id"],
    )


async def _refuse_too_many(change: Change) -> None:
    """Raise InvalidError for one more invitation than somebody makes within a day; it says when he may go on."""
    if await change.count_own(_MADE, change.operation.snapshot.clock - _DAY) >= MOST_INVITATIONS:
        ((made,),) = await change.fetch(_ONE_OF_THE_LAST, change.actor, MOST_INVITATIONS - 1)
        moment = f"{made + _DAY:%Y-%m-%d %H:%M:%S %Z}"
        raise InvalidError(f"You invite {MOST_INVITATIONS} times within a day at the most: go on after {moment}.")


async def _invited(
    change: Change,
    scope: InvitationScope,
    address: str,
    target: str,
    *,
    after: dict[str, Any],
    organization: int,
    affiliate_account_id: int | None = None,
    organization_id: int | None = None,
    **offered: Any,
) -> Done:
    ((name, own_address),) = await change.fetch(_SELF, change.actor)
    if address == own_address:
        raise NotAllowedError("Nobody invites himself.", "email")
    await _refuse_too_many(change)
    clock = change.operation.snapshot.clock
    # All that have lapsed: which of them has this address is not told by what becomes of it.
    await change.connection.execute(_EXPIRE, clock, affiliate_account_id, organization_id)
    for other in await change.fetch(_PENDING, address, scope, affiliate_account_id, organization_id):
        # Whose address is masked, his invitation is not told of (LK15): he gets another one.
        cell = Cell("invitation", other["id"], "email")
        if other["invited_by_id"] == change.actor or await is_shown(change.operation, cell):
            raise InvalidError("This address is invited already: revoke that invitation first.", "email")
    made = await change.insert(
        "invitation",
        scope=scope,
        email=address,
        affiliate_account_id=affiliate_account_id,
        organization_id=organization_id,
        invited_by_id=change.actor,
        target_name=target,
        inviter_name=name,
        token_hash=secrets.token_bytes(_HASH_BYTES),
        expires_at=clock + INVITATION_LIVES,
        **offered,
    )
    row = Found("invitation", Key(made["id"]))
    await change.record("invitation:create", row, after=after, organization=organization, account=affiliate_account_id)
    # The answer is the same where no mail is sent: else it told that others have invited this address.
    if await may_write_to(change.connection, change.operation.services.attempt_hash, MailKind.INVITATION, address):
        await put_invitation_mail(change.connection, made["id"], address)
    return Done({"invitation": row})
