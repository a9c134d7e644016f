"""Reviews of access (L12): grants of an account, an organization, a company or the platform, each kept or taken away.

    review  OPEN -> COMPLETED            when every grant is decided about, or has ended
    item    OPEN -> CONFIRMED | REVOKED  by whoever reviews; revoking is the ordinary removal, with its rules
                 -> ENDED                when the review is closed, where the grant is gone by then

A review has the grants that whoever begins it sees. Nothing of it moves once it is closed: it is evidence then.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sightline.db.tables.enums import ReviewItemState, ReviewScope, ReviewState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import api_keys, checks, collaborators, companies, members, staff
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.refusals import InvalidError

_OPEN = """
    SELECT 1 FROM access_review WHERE state = 'OPEN' AND scope = $1
    AND affiliate_account_id IS NOT DISTINCT FROM $2 AND organization_id IS NOT DISTINCT FROM $3
    AND company_id IS NOT DISTINCT FROM $4
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
# A key that nobody claimed yet is looked at too: it may be claimed at any time.
_KEY = "k.name || coalesce(': ' || array_to_string(k.scopes, ', '), '')"
_LIVES = "k.state IN ('PENDING', 'ACTIVE') AND (k.expires_at IS NULL OR k.expires_at > $2)"
_KEYS_OF_ORGANIZATION = f"""
    SELECT k.id, NULL::bigint AS user_id, o.name AS person, {_KEY} AS role, k.expires_at AS access_until
    FROM api_key k JOIN organization o ON o.id = k.organization_id
    WHERE k.organization_id = $1 AND {_LIVES} ORDER BY k.id
"""
_KEYS_OF_USERS = f"""
    SELECT k.id, k.user_id, u.name AS person, {_KEY} AS role, k.expires_at AS access_until
    FROM api_key k JOIN app_user u ON u.id = k.user_id WHERE $1::bigint IS NULL AND {_LIVES} ORDER BY k.id
"""
_WITH_ACCESS = """
    SELECT a.id, a.user_id, u.name AS person, a.level::text AS role, a.expires_at AS access_until
    FROM company_access a JOIN app_user u ON u.id = a.user_id
    WHERE a.company_id = $1 AND (a.expires_at IS NULL OR a.expires_at > $2) ORDER BY a.id
"""
_LOOKED_AT = {
    ReviewScope.ACCOUNT: ("collaborator", _COLLABORATORS, "affiliate_account_id"),
    ReviewScope.ORGANIZATION: ("role_assignment", _MEMBERSHIPS, "organization_id"),
    ReviewScope.PLATFORM: ("role_assignment", _MEMBERSHIPS, "organization_id"),
    ReviewScope.ORGANIZATION_KEYS: ("api_key", _KEYS_OF_ORGANIZATION, "organization_id"),
    ReviewScope.PLATFORM_KEYS: ("api_key", _KEYS_OF_USERS, "organization_id"),
    ReviewScope.COMPANY: ("company_access", _WITH_ACCESS, "company_id"),
}
"""What a review of a scope has: the entity of its grants, all live ones, and the place they are of."""
_COLUMNS = {
    "role_assignment": "membership_id",
    "collaborator": "collaborator_id",
    "api_key": "api_key_id",
    "company_access": "company_access_id",
}
"""Where an item names its grant."""
_REVIEW = "SELECT r.* FROM access_review r JOIN access_review_item i ON i.review_id = r.id WHERE i.id = $1"
_PRESENT = {
    "role_assignment": """
        SELECT r.name AS role, a.expires_at AS access_until FROM role_assignment a JOIN role r ON r.id = a.role_id
        WHERE a.id = $1
    """,
    "collaborator": "SELECT role::text AS role, expires_at AS access_until FROM collaborator WHERE id = $1",
    "api_key": f"""
        SELECT {_KEY} AS role, k.expires_at AS access_until FROM api_key k
        WHERE k.id = $1 AND k.state IN ('PENDING', 'ACTIVE')
    """,
    "company_access": "SELECT level::text AS role, expires_at AS access_until FROM company_access WHERE id = $1",
}
_ENDED = "This access has ended otherwise: closing the review says so."
_WAITING = "SELECT count(*) FROM access_review_item WHERE review_id = $1 AND state = 'OPEN'"
_END_GONE = f"""
    UPDATE access_review_item i SET state = 'ENDED', version = version + 1
    WHERE i.review_id = $1 AND i.state = 'OPEN' AND (
        num_nonnulls(i.membership_id, i.collaborator_id, i.api_key_id, i.company_access_id) = 0
        OR EXISTS (SELECT 1 FROM role_assignment a WHERE a.id = i.membership_id AND a.expires_at <= $2)
        OR EXISTS (SELECT 1 FROM collaborator c WHERE c.id = i.collaborator_id AND c.expires_at <= $2)
        OR EXISTS (SELECT 1 FROM company_access a WHERE a.id = i.company_access_id AND a.expires_at <= $2)
        OR EXISTS (SELECT 1 FROM api_key k WHERE k.id = i.api_key_id AND NOT ({_LIVES}))
    )
"""


async def open_access_review(
    change: Change,
    *,
    due_at: datetime,
    organization: str | None = None,
    affiliate_account: str | None = None,
    company: str | None = None,
    keys: bool | None = None,
) -> Done:
    """A review of everything of a place that the actor sees: grants, or keys; one at a time of each."""
    clock = change.operation.snapshot.clock
    due = checks.future(due_at, clock, "dueAt")
    if sum(place is not None for place in (organization, affiliate_account, company)) > 1:
        raise InvalidError("Review an organization, an account or a company, one of them.", "organization")
    if keys and (affiliate_account or company):
        raise InvalidError("Keys are an organization's or users': an account or a company has none.", "keys")
    scope, target = await _place_of(change, organization, affiliate_account, company, keys=bool(keys))
    if await change.fetch(_OPEN, scope, *target.values()):
        raise InvalidError("A review of this is open already: see accessReviews.")
    made = await change.insert("access_review", scope=scope, due_at=due, opened_by_id=change.actor, **target)
    for item in await _grants(change, scope, target, clock):
        await change.insert("access_review_item", review_id=made["id"], **item)
    row = Found("access_review", Key(made["id"]))
    after = {"scope": scope, "due_at": due, "state": made["state"]}
    await change.record("access_review:create", row, after=after, **_place(made))
    return Done({"access_review": row})


async def _place_of(
    change: Change, organization: str | None, account: str | None, company: str | None, *, keys: bool
) -> tuple[ReviewScope, dict[str, int | None]]:
    """What is looked at, and where, if the actor may begin that."""
    target: dict[str, int | None] = {"affiliate_account_id": None, "organization_id": None, "company_id": None}
    if organization is not None:
        place = await change.find("organization", organization, "organization")
        await change.allow("access_review:open_organization", place)
        scope = ReviewScope.ORGANIZATION_KEYS if keys else ReviewScope.ORGANIZATION
        return scope, target | {"organization_id": place.key.id}
    if account is not None:
        place = await change.find("affiliate_account", account, "affiliateAccount")
        await change.allow("access_review:open_account", place)
        return ReviewScope.ACCOUNT, target | {"affiliate_account_id": place.key.id}
    if company is not None:
        place = await change.find("company", company, "company")
        await change.allow("access_review:open_company", place)
        return ReviewScope.COMPANY, target | {"company_id": place.key.id}
    await change.allow("access_review:open_keys" if keys else "access_review:open_platform")
    return (ReviewScope.PLATFORM_KEYS if keys else ReviewScope.PLATFORM), target


async def confirm_access(change: Change, *, item: str, note: str | None = None, version: int | None = None) -> Done:
    """A grant is kept, as it is at this moment: that is what the evidence has then."""
    said = checks.text(note, "note")
    row, review = await _looked_at(change, item)
    before = await change.lock(row)
    grant = _refuse_decided(before)
    (present,) = await change.fetch(_PRESENT[grant.entity], grant.key.id) or (None,)
    if present is None:
        raise InvalidError(_ENDED, "item")
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
    elif grant.entity == "api_key":
        await api_keys.revoke_api_key(change, api_key=named)
    elif grant.entity == "company_access":
        await companies.remove_company_access(change, company_access=named)
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
    change: Change, scope: ReviewScope, target: dict[str, int | None], clock: datetime
) -> list[dict[str, Any]]:
    """The live grants of a place that the actor sees, as items have them."""
    entity, live, place = _LOOKED_AT[scope]
    rows = await change.fetch(live, target[place], clock)
    seen = await change.operation.rows_by_key(entity, [Key(row["id"]) for row in rows], columns=frozenset())
    return [
        {_COLUMNS[entity]: row["id"], **{name: row[name] for name in ("user_id", "person", "role", "access_until")}}
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
    for entity, column in _COLUMNS.items():
        if item[column] is not None:
            return Found(entity, Key(item[column]))
    raise InvalidError(_ENDED, "item")


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
