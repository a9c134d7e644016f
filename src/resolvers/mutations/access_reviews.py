"""Reviews of access (L12): the grants of an account, an organization or the platform, each kept or taken away.

    review  OPEN -> COMPLETED            when every grant is decided about, or has ended
    item    OPEN -> CONFIRMED | REVOKED  by whoever reviews; revoking is the ordinary removal, with its rules
                 -> ENDED                when the review is closed, where the grant is gone by then

A review has the grants that whoever begins it sees. Nothing of it moves once it is closed: it is evidence then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sightline.db.tables.enums import InvitationScope, ReviewItemState, ReviewState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks, collaborators, members, staff
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.refusals import InvalidError

_OPEN = """
    SELECT 1 FROM access_review WHERE state = 'OPEN' AND scope = $1
    AND affiliate_account_id IS NOT DISTINCT FROM $2 AND organization_id IS NOT DISTINCT FROM $3
"""
_MEMBERSHIPS = """
    SELECT a.id, a.user_id, u.name AS person, r.name AS role, a.expires_at AS access_until
    FROM role_assignment a JOIN role r ON r.id = a.role_id JOIN app_user u ON u.id = a.user_id
    WHERE a.organization_id IS NOT DISTINCT FROM $1 AND (a.expires_at IS NULL OR a.expires_at > $2) ORDER BY a.id
"""
_COLLABORATORS = """
    SELECT c.id, c.user_id, u.name AS person, c.role::text AS role, c.expires_at AS access_until
    FROM collaborator c JOIN app_user u ON u.id = c.user_id
    WHERE c.affiliate_account_id = $1 AND (c.expires_at IS NULL OR c.expires_at > $2) ORDER BY c.id
"""
_REVIEW = "SELECT r.* FROM access_review r JOIN access_review_item i ON i.review_id = r.id WHERE i.id = $1"
_PRESENT = {
    "role_assignment": """
        SELECT r.name AS role, a.expires_at AS access_until FROM role_assignment a JOIN role r ON r.id = a.role_id
        WHERE a.id = $1
    """,
    "collaborator": "SELECT role::text AS role, expires_at AS access_until FROM collaborator WHERE id = $1",
}
_WAITING = "SELECT count(*) FROM access_review_item WHERE review_id = $1 AND state = 'OPEN'"
_END_GONE = """
    UPDATE access_review_item i SET state = 'ENDED', version = version + 1
    WHERE i.review_id = $1 AND i.state = 'OPEN' AND (
        num_nonnulls(i.membership_id, i.collaborator_id) = 0
        OR EXISTS (SELECT 1 FROM role_assignment a WHERE a.id = i.membership_id AND a.expires_at <= $2)
        OR EXISTS (SELECT 1 FROM collaborator c WHERE c.id = i.collaborator_id AND c.expires_at <= $2)
    )
"""


async def open_access_review(
    change: Change, *, due_at: datetime, organization: str | None = None, affiliate_account: str | None = None
) -> Done:
    """A review of everybody whose access to this the actor sees; one at a time of each."""
    clock = change.operation.snapshot.clock
    due = checks.future(due_at, clock, "dueAt")
    if organization is not None and affiliate_account is not None:
        raise InvalidError("Review an organization or an account, one of the two.", "organization")
    target: dict[str, int | None] = {"organization_id": None, "affiliate_account_id": None}
    if organization is not None:
        place = await change.find("organization", organization, "organization")
        await change.allow("access_review:open_organization", place)
        scope, target["organization_id"] = InvitationScope.ORGANIZATION, place.key.id
    elif affiliate_account is not None:
        place = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
        await change.allow("access_review:open_account", place)
        scope, target["affiliate_account_id"] = InvitationScope.ACCOUNT, place.key.id
    else:
        await change.allow("access_review:open_platform")
        scope = InvitationScope.PLATFORM
    if await change.fetch(_OPEN, scope, target["affiliate_account_id"], target["organization_id"]):
        raise InvalidError("A review of this is open already: see accessReviews.")
    made = await change.insert("access_review", scope=scope, due_at=due, opened_by_id=change.actor, **target)
    for item in await _grants(change, scope, target, clock):
        await change.insert("access_review_item", review_id=made["id"], **item)
    row = Found("access_review", Key(made["id"]))
    after = {"scope": scope, "due_at": due, "state": made["state"]}
    await change.record("access_review:create", row, after=after, **_place(made))
    return Done({"access_review": row})


async def confirm_access(change: Change, *, item: str, note: str | None = None, version: int | None = None) -> Done:
    """A grant is kept, as it is at this moment: that is what the evidence has then."""
    said = checks.text(note, "note")
    row, review = await _looked_at(change, item)
    before = await change.lock(row)
    grant = _refuse_decided(before)
    (present,) = await change.fetch(_PRESENT[grant.entity], grant.key.id)
    refuse_stale(before, version)
    values = {"role": present["role"], "access_until": present["access_until"]}
    return await _decide(change, row, review, before, ReviewItemState.CONFIRMED, values | {"note": said})


async def revoke_access(change: Change, *, item: str, note: str | None = None, version: int | None = None) -> Done:
    """A grant is taken away, by the mutation that takes it otherwise too, and with all its rules."""
    said = checks.text(note, "note")
    row, review = await _looked_at(change, item)
    before = await change.lock(row)
    grant = _refuse_decided(before)
    refuse_stale(before, version)
    via = change.via
    ids = change.operation.services.ids
    named = ids.of_row(grant.entity, grant.key)
    if grant.entity == "collaborator":
        await collaborators.remove_collaborator(change, collaborator=named)
    elif review["organization_id"] is not None:
        await members.remove_member(change, membership=named)
    else:
        await staff.remove_platform_role(change, user=ids.of_row("app_user", Key(before["user_id"])))
    change.via = via
    return await _decide(change, row, review, before, ReviewItemState.REVOKED, {"note": said})


async def close_access_review(change: Change, *, access_review: str, version: int | None = None) -> Done:
    """The end of a review in which every grant is decided about."""
    row = await change.find("access_review", access_review, "accessReview")
    await change.allow("access_review:decide", row)
    before = await change.lock(row)
    clock = change.operation.snapshot.clock
    _refuse_completed(before, "accessReview")
    await change.connection.execute(_END_GONE, row.key.id, clock)
    ((waiting,),) = await change.fetch(_WAITING, row.key.id)
    if waiting:
        raise InvalidError(f"Confirm or revoke every grant first: {waiting} are not decided about.", "accessReview")
    refuse_stale(before, version)
    values = {"state": ReviewState.COMPLETED, "completed_by_id": change.actor, "completed_at": clock}
    await change.update(row, **values)
    was = {"state": before["state"]}
    await change.record(
        "access_review:complete", row, before=was, after={"state": ReviewState.COMPLETED}, **_place(before)
    )
    return Done({"access_review": row})


async def _grants(
    change: Change, scope: InvitationScope, target: dict[str, int | None], clock: datetime
) -> list[dict[str, Any]]:
    """The live grants of a place that the actor sees, as items have them."""
    if scope is InvitationScope.ACCOUNT:
        entity, column, rows = (
            "collaborator",
            "collaborator_id",
            await change.fetch(_COLLABORATORS, target["affiliate_account_id"], clock),
        )
    else:
        entity, column, rows = (
            "role_assignment",
            "membership_id",
            await change.fetch(_MEMBERSHIPS, target["organization_id"], clock),
        )
    seen = await change.operation.rows_by_key(entity, [Key(row["id"]) for row in rows], columns=frozenset())
    return [
        {column: row["id"], **{name: row[name] for name in ("user_id", "person", "role", "access_until")}}
        for row, visible in zip(rows, seen, strict=True)
        if visible is not None
    ]


async def _looked_at(change: Change, item: str) -> tuple[Found, Any]:
    """An item that the actor may decide about, and its review as it is stored. The review stays open meanwhile."""
    row = await change.find("access_review_item", item, "item")
    (stored,) = await change.fetch(_REVIEW, row.key.id)
    parent = Found("access_review", Key(stored["id"]))
    await change.allow("access_review:decide", parent)
    review = await change.lock(parent)
    _refuse_completed(review, "item")
    return row, review


def _refuse_completed(review: Any, *path: str) -> None:
    if review["state"] != ReviewState.OPEN:
        raise InvalidError("This review is COMPLETED: nothing of it is changed any more.", *path)


def _refuse_decided(item: Any) -> Found:
    """The grant of an item that waits. Raises InvalidError for one that is decided about, or gone."""
    if item["state"] != ReviewItemState.OPEN:
        raise InvalidError(f"This grant is {item['state']} already.", "item")
    for entity, column in (("role_assignment", "membership_id"), ("collaborator", "collaborator_id")):
        if item[column] is not None:
            return Found(entity, Key(item[column]))
    raise InvalidError("This access has ended otherwise: closing the review says so.", "item")


async def _decide(
    change: Change, row: Found, review: Any, before: Any, state: ReviewItemState, values: dict[str, Any]
) -> Done:
    decision = {"decided_by_id": change.actor, "decided_at": change.operation.snapshot.clock}
    await change.update(row, state=state, **decision, **values)
    action = "confirm" if state is ReviewItemState.CONFIRMED else "revoke"
    shown = {"state": state} | values
    await change.record(f"access_review_item:{action}", row, before=before, after=shown, **_place(review))
    return Done({"item": row, "access_review": Found("access_review", Key(review["id"]))})


def _place(review: Any) -> dict[str, Any]:
    return {"organization": review["organization_id"], "account": review["affiliate_account_id"]}
