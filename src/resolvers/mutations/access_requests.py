"""Requests for access: asked for by one, answered by another who gives it by the ordinary way, or does not (DR1).

    REQUESTED -> APPROVED    something was given for it, by the mutation that gives it otherwise too
              -> REFUSED     nothing was
              -> WITHDRAWN   by whoever asked

Nothing leads out of the other states. A request grants nothing by itself, is answered to whoever makes it in one way
whatever it names, and says nothing of who could grant it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sightline.db.tables.enums import AccessRequestState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks, column_lists, members, staff
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError

MOST_OPEN = 20
"""How many requests of one user may wait at once."""
LONGEST_TYPED = 256

_HELD = """
    SELECT id, expires_at FROM role_assignment WHERE user_id = $1 AND organization_id IS NOT DISTINCT FROM $2
    AND (expires_at IS NULL OR expires_at > $3)
"""
_WAITING = "SELECT count(*) FROM access_request WHERE requester_id = $1 AND state = 'REQUESTED'"
_ASKED = "SELECT requester_id, organization_id FROM access_request WHERE id = $1"


async def request_access(
    change: Change,
    *,
    reason: str,
    coordinate: str | None = None,
    node: str | None = None,
    organization: str | None = None,
    wanted_until: datetime | None = None,
) -> Done:
    """What somebody asks for, as he typed it: whether there is such a thing is not looked at."""
    why = checks.needed(reason, "reason")
    named = {"coordinate": _typed(coordinate, "coordinate"), "node": _typed(node, "node")}
    if not any(named.values()):
        raise InvalidError("Say what it is about: a coordinate such as Conversion.payout, or an id.", "coordinate")
    until = checks.future(wanted_until, change.operation.snapshot.clock, "wantedUntil")
    asked = None if organization is None else await change.find("organization", organization, "organization")
    me = Found("app_user", Key(change.actor))
    await change.allow("access_request:create", me)
    if asked is not None and not await _held(change, change.actor, asked.key.id):
        raise InvalidError("Only its members ask an organization for access.", "organization")
    if await change.count_own(_WAITING) >= MOST_OPEN:
        raise InvalidError(f"{MOST_OPEN} of your requests wait for an answer: withdraw one first.")
    place = None if asked is None else asked.key.id
    made = await change.insert(
        "access_request",
        requester_id=change.actor,
        organization_id=place,
        reason=why,
        wanted_until=until,
        **named,
    )
    row = Found("access_request", Key(made["id"]))
    after = named | {"reason": why, "wanted_until": until, "state": made["state"]}
    await change.record("access_request:create", row, after=after, organization=place)
    return Done({"access_request": row})


async def withdraw_access_request(change: Change, *, access_request: str, version: int | None = None) -> Done:
    """Whoever asked does not ask any more."""
    row = await change.find("access_request", access_request, "accessRequest")
    await change.allow("access_request:withdraw", row, message="Somebody else asks for this: use denyAccessRequest.")
    return await _closed(change, row, await _waiting(change, row, version), AccessRequestState.WITHDRAWN, {})


async def deny_access_request(
    change: Change, *, access_request: str, answer: str | None = None, version: int | None = None
) -> Done:
    """Nothing is given; what is answered is shown to whoever asked."""
    said = checks.text(answer, "answer")
    row = await _decided(change, access_request)
    before = await _waiting(change, row, version)
    return await _closed(change, row, before, AccessRequestState.REFUSED, _decision(change) | {"answer": said})


async def approve_access_request(
    change: Change,
    *,
    access_request: str,
    role: str | None = None,
    columns: Sequence[str] | None = None,
    affiliate_account: str | None = None,
    advertiser_profile: str | None = None,
    expires_at: datetime | None = None,
    answer: str | None = None,
    version: int | None = None,
) -> Done:
    """Something is given for it: a role, report columns, or an assignment, as it would be given without a request."""
    gifts = (role, columns or None, affiliate_account, advertiser_profile)
    if sum(each is not None for each in gifts) != 1:
        raise InvalidError("Say what is given: a role, columns, an account or an advertiser, one of these.", "role")
    end = checks.future(expires_at, change.operation.snapshot.clock, "expiresAt")
    said = checks.text(answer, "answer")
    row = await _decided(change, access_request)
    before = await _waiting(change, row, version)
    via = change.via
    requester, organization = before["requester_id"], before["organization_id"]
    if role is not None:
        await _give_role(change, requester, organization, role, end)
    else:
        await _give_on_platform(change, requester, organization, columns, affiliate_account, advertiser_profile, end)
    change.via = via
    values = _decision(change) | {"answer": said, "granted_until": end}
    return await _closed(change, row, before, AccessRequestState.APPROVED, values)


async def _give_role(change: Change, requester: int, organization: int | None, role: str, end: datetime | None) -> None:
    """The role in place of the one he holds; where that has no end, one with an end would leave him with none."""
    held = await _held(change, requester, organization)
    if held is not None and held["expires_at"] is None and end is not None:
        raise InvalidError(
            "He holds a role without an end, and would be left with none: give this one without an end.", "expiresAt"
        )
    ids = change.operation.services.ids
    if organization is None:
        user = ids.of_row("app_user", Key(requester))
        await staff.assign_platform_role(change, user=user, role=role, expires_at=end)
        return
    if held is None:
        raise InvalidError("Whoever asked has left the organization: invite him first.", "accessRequest")
    membership = ids.of_row("role_assignment", Key(held["id"]))
    await members.change_membership(change, membership=membership, role=role, expires_at=end)


async def _give_on_platform(
    change: Change,
    requester: int,
    organization: int | None,
    columns: Sequence[str] | None,
    account: str | None,
    advertiser: str | None,
    end: datetime | None,
) -> None:
    if organization is not None:
        raise InvalidError("In an organization a role is given: columns and assignments are the operator's.", "role")
    user = change.operation.services.ids.of_row("app_user", Key(requester))
    if columns:
        if end is not None:
            raise InvalidError("A list of columns has no end: take them away with editColumns.", "expiresAt")
        await column_lists.edit_columns(change, user=user, add=columns)
        return
    await staff.assign_manager(
        change, user=user, affiliate_account=account, advertiser_profile=advertiser, expires_at=end
    )


async def _held(change: Change, user: int, organization: int | None) -> Any:
    """What somebody holds in an organization, or on the platform; None where it is nothing, or has ended."""
    (held,) = await change.fetch(_HELD, user, organization, change.operation.snapshot.clock) or (None,)
    return held


async def _decided(change: Change, text: str) -> Found:
    """A request that the actor may answer: never his own."""
    row = await change.find("access_request", text, "accessRequest")
    await change.allow("access_request:decide", row)
    (asked,) = await change.fetch(_ASKED, row.key.id)
    if asked["requester_id"] == change.actor:
        raise NotAllowedError(
            "You asked for this: somebody else answers; take it back with withdrawAccessRequest.", "accessRequest"
        )
    return row


async def _waiting(change: Change, row: Found, version: int | None) -> Any:
    """A request, locked. Raises InvalidError for one that was answered or taken back: nothing leads out of these."""
    stored = await change.lock(row)
    if stored["state"] != AccessRequestState.REQUESTED:
        raise InvalidError(f"This request is {stored['state']}: it is not answered again.", "accessRequest")
    refuse_stale(stored, version)
    return stored


async def _closed(change: Change, row: Found, before: Any, state: AccessRequestState, values: dict[str, Any]) -> Done:
    await change.update(row, state=state, **values)
    shown = {name: value for name, value in values.items() if name not in ("decided_by_id", "decided_at")}
    action = f"access_request:{_ACTIONS[state]}"
    await change.record(
        action, row, before=before, after=shown | {"state": state}, organization=before["organization_id"]
    )
    return Done({"access_request": row})


_ACTIONS = {
    AccessRequestState.APPROVED: "approve",
    AccessRequestState.REFUSED: "deny",
    AccessRequestState.WITHDRAWN: "withdraw",
}


def _decision(change: Change) -> dict[str, Any]:
    return {"decided_by_id": change.actor, "decided_at": change.operation.snapshot.clock}


def _typed(given: str | None, *path: str) -> str | None:
    """A short text as somebody typed it; blank is none."""
    text = checks.text(given, *path)
    if text is not None and (len(text) > LONGEST_TYPED or not text.isprintable()):
        raise InvalidError(f"This has at most {LONGEST_TYPED} characters that can be printed.", *path)
    return text
