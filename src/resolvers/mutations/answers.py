"""Answering an invitation: it gives access when it is accepted, by the rights its inviter has then (SM2, C-06, L7)."""

from __future__ import annotations

from typing import Any

from sightline.authz.permissions import Scope
from sightline.db.secrets import TokenKind, token_kind
from sightline.db.tables.enums import CollaboratorRole, InvitationScope, InvitationState, ListScope, RoleStatus
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.collaborators import described
from sightline.resolvers.mutations.giving import acting_for, refuse_ungivable
from sightline.resolvers.mutations.handing_on import handing_on
from sightline.resolvers.mutations.invitations import record_answer, refuse_answered
from sightline.resolvers.mutations.refusals import InvalidError, MissingError, NotAllowedError

_BY_TOKEN = "SELECT id FROM invitation WHERE token_hash = $1"
_COLLABORATOR = "SELECT * FROM collaborator WHERE affiliate_account_id = $1 AND user_id = $2"
_ASSIGNMENT = "SELECT * FROM role_assignment WHERE user_id = $1 AND organization_id IS NOT DISTINCT FROM $2"
_ADMINISTERS = {
    InvitationScope.ORGANIZATION: ("organization:manage_members", "organization"),
    InvitationScope.PLATFORM: ("role:assign_platform", "app_user"),
}
_PRESENT = "You have access there already: decline this, and ask to have it changed."


async def accept_invitation(change: Change, *, token: str) -> Done:
    """The offer taken, with the mailed token, by whoever has proven the address.

    The invitation says what came of it: ACCEPTED; EXPIRED; or REVOKED, where its inviter may no longer give this.
    """
    row, before = await _presented(change, token)
    refuse_answered(before)
    clock = change.operation.snapshot.clock
    if before["expires_at"] <= clock:
        state = InvitationState.EXPIRED
    else:
        try:
            async with change.connection.transaction():
                await _give(change, before)
            state = InvitationState.ACCEPTED
        except NotAllowedError:
            state = InvitationState.REVOKED
    answered = None if state is InvitationState.EXPIRED else clock
    await change.update(row, state=state, answered_at=answered)
    await record_answer(change, "invitation:accept", row, before, state)
    return Done({"invitation": row})


async def decline_invitation(change: Change, *, invitation: str) -> Done:
    """The offer refused, by whom it is addressed to."""
    row = await change.find("invitation", invitation, "invitation")
    await change.allow("invitation:answer", row)
    before = await change.lock(row)
    refuse_answered(before)
    await change.update(row, state=InvitationState.DECLINED, answered_at=change.operation.snapshot.clock)
    await record_answer(change, "invitation:decline", row, before, InvitationState.DECLINED)
    return Done({"invitation": row})


async def _presented(change: Change, token: str) -> tuple[Found, Any]:
    """The invitation of a token, if it is addressed to the actor; any other token is answered alike."""
    found = []
    if token_kind(token) is TokenKind.MAIL:
        found = await change.fetch(_BY_TOKEN, change.operation.services.token_hash(token))
    row = Found("invitation", Key(found[0]["id"])) if found else None
    if row is None or not await change.may("invitation:answer", row):
        raise MissingError("token")
    await change.allow("invitation:answer", row)
    return row, await change.lock(row)


async def _give(change: Change, invitation: Any) -> None:
    """What was offered, by the inviter's rights of now. Raises NotAllowedError where he has them no longer."""
    inviter = await acting_for(change, invitation["invited_by_id"])
    if inviter is None or inviter.actor == change.actor:
        raise NotAllowedError("Whoever invited may no longer give this.")
    if invitation["scope"] == InvitationScope.ACCOUNT:
        await _make_collaborator(change, inviter, invitation)
    else:
        await _make_member(change, inviter, invitation)


async def _make_collaborator(change: Change, inviter: Change, invitation: Any) -> None:
    account = Found("affiliate_account", Key(invitation["affiliate_account_id"]))
    role = CollaboratorRole(invitation["collaborator_role"])
    organization = (await change.lock(account))["partner_org_id"]
    ends = await refuse_ungivable(inviter, account, gives=role, to=change.actor)
    present = await change.fetch(_COLLABORATOR, account.key.id, change.actor)
    if not present:
        made = await change.insert(
            "collaborator", affiliate_account_id=account.key.id, user_id=change.actor, role=role, expires_at=ends
        )
    elif _is_over(change, present[0]):
        made = await change.update(Found("collaborator", Key(present[0]["id"])), role=role, expires_at=ends)
    else:
        raise InvalidError(_PRESENT, "token")
    row = Found("collaborator", Key(made["id"]))
    after = described(made)
    await change.record("collaborator:create", row, after=after, organization=organization, account=account.key.id)


async def _make_member(change: Change, inviter: Change, invitation: Any) -> None:
    """A membership of an organization, or a role of the operator's staff."""
    scope, organization = InvitationScope(invitation["scope"]), invitation["organization_id"]
    verb, entity = _ADMINISTERS[scope]
    # Staff assign roles to users: here to whoever answers.
    target = Found(entity, Key(change.actor if organization is None else organization))
    if not await inviter.may(verb, target):
        raise NotAllowedError("Whoever invited may no longer give this.")
    role = await change.lock(Found("role", Key(invitation["role_id"])))
    if role["status"] != RoleStatus.ACTIVE:
        raise NotAllowedError("This role is no longer given.")
    present = await change.fetch(_ASSIGNMENT, change.actor, organization)
    if present and not _is_over(change, present[0]):
        raise InvalidError(_PRESENT, "token")
    own = await change.fetch(_ASSIGNMENT, inviter.actor, organization)
    ends = own[0]["expires_at"] if own else None
    async with handing_on(inviter, users=[change.actor], organization=organization, until=ends):
        values = {
            "role_id": role["id"],
            "program_scope": ListScope.ALL,
            "line_scope": ListScope.ALL,
            "expires_at": ends,
        }
        if present:
            made = await change.update(Found("role_assignment", Key(present[0]["id"])), **values)
        else:
            named = {"scope": Scope(scope.value), "organization_id": organization}
            made = await change.insert("role_assignment", user_id=change.actor, **named, **values)
    row = Found("role_assignment", Key(made["id"]))
    after = {"user": str(change.actor), "role": role["name"], "expires_at": ends}
    await change.record("membership:create", row, after=after, organization=organization)


def _is_over(change: Change, stored: Any) -> bool:
    """Whether a grant has ended by itself; its row is then used again."""
    return stored["expires_at"] is not None and bool(stored["expires_at"] <= change.operation.snapshot.clock)
