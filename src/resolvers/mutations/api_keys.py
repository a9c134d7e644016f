"""API keys: making, claiming, rotating and revoking them (K5, A16, C-10, C-19, SM6, DR13).

A secret is made where the key's own user is there to be shown it, once: it is part of the answer and of nothing else.
What is kept of it is a keyed hash, its beginning and its end; none of them is written to the audit log.

An owner has so many keys that can be used. One that waits to be claimed is none yet: whoever makes keys for somebody
else is not told how many that one has (LK15), so he makes so many for him within a day, and claiming is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any

from sightline.authz.scopes import ORGANIZATION_SCOPES, USER_SCOPES
from sightline.db.key_secrets import key_secret
from sightline.db.live_keys import KEYS_OF_ORGANIZATION, KEYS_OF_USER, MOST_KEYS, MOST_ROTATED
from sightline.db.tables.enums import KeyOwner, KeyState, UserStatus
from sightline.resolvers.global_ids import Key
from sightline.resolvers.key_scopes import beyond_now, beyond_until
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.handing_on import handing_on
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError

LONGEST_OVERLAP = timedelta(days=1)
MOST_FOR_ANOTHER = 50
"""How many keys somebody makes for one other user within a day, whatever becomes of them."""
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)

RECORDED_COLUMNS = ("name", "owner_kind", "user_id", "scopes", "state", "expires_at")
"""The columns of a new key that the audit log has."""

_MADE_FOR_ANOTHER = "SELECT count(*) FROM api_key WHERE created_by_id = $1 AND user_id = $2 AND created_at > $3"
_STATUS = "SELECT status::text FROM app_user WHERE id = $1"


async def create_organization_api_key(
    change: Change,
    *,
    organization: str,
    name: str,
    scopes: Sequence[str] | None = None,
    expires_at: datetime | None = None,
) -> Done:
    """A key of an organization, by its ADMIN; for all that it owns unless scopes are named (K5, C-10)."""
    title = checks.name(name, "name")
    wanted = None if scopes is None else _scopes(scopes, ORGANIZATION_SCOPES)
    end = checks.future(expires_at, change.operation.snapshot.clock, "expiresAt")
    parent = await change.find("organization", organization, "organization")
    await change.allow("api_key:create_organization", parent)
    await _refuse_too_many(change, parent.key.id)
    values = {"owner_kind": KeyOwner.ORG, "organization_id": parent.key.id, "scopes": wanted, "expires_at": end}
    async with handing_on(change, users=[], organization=parent.key.id, until=end):
        row, token = await _make(change, values | {"name": title})
    return Done({"api_key": row}, once={"secret": token})


async def create_user_api_key(
    change: Change,
    *,
    name: str,
    scopes: Sequence[str],
    user: str | None = None,
    expires_at: datetime | None = None,
) -> Done:
    """A key of one's own, at once; or one for somebody else, which waits without a secret until he claims it.

    What somebody else holds is not asked here, and so not told: his key is measured when he claims it, by him.
    """
    title = checks.name(name, "name")
    wanted = _scopes(scopes, USER_SCOPES)
    end = checks.future(expires_at, change.operation.snapshot.clock, "expiresAt")
    target = Found("app_user", Key(change.actor)) if user is None else await change.find("app_user", user, "user")
    await change.allow("api_key:create_user", target)
    values = {"owner_kind": KeyOwner.USER, "user_id": target.key.id, "scopes": wanted, "expires_at": end}
    if target.key.id == change.actor:
        await _refuse_unheld(change, wanted, end)
        await _refuse_too_many(change)
        row, token = await _make(change, values | {"name": title})
        return Done({"api_key": row}, once={"secret": token})
    ((status,),) = await change.fetch(_STATUS, target.key.id)
    if status != UserStatus.ACTIVE:
        raise InvalidError("This user is suspended: reinstate him first.", "user")
    since = change.operation.snapshot.clock - _DAY
    if await change.count_own(_MADE_FOR_ANOTHER, target.key.id, since) >= MOST_FOR_ANOTHER:
        raise InvalidError(f"You make {MOST_FOR_ANOTHER} keys for one user within a day at the most.", "user")
    async with handing_on(change, users=[], organization=None, until=end):
        row = await _inserted(change, values | {"name": title, "state": KeyState.PENDING})
    return Done({"api_key": row})


async def claim_api_key(
    change: Change, *, api_key: str, expires_at: datetime | None = None, version: int | None = None
) -> Done:
    """A key that somebody else made for the actor, taken: from now on it has a secret (SM6)."""
    clock = change.operation.snapshot.clock
    sooner = checks.future(expires_at, clock, "expiresAt")
    row = await change.find("api_key", api_key, "apiKey")
    await change.allow("api_key:claim", row)
    before = await change.lock(row)
    _refuse_unless(KeyState.PENDING, before, clock)
    end = before["expires_at"]
    if sooner is not None and end is not None and sooner > end:
        raise InvalidError(f"This key was made to end at {end.isoformat()}: it ends then, or sooner.", "expiresAt")
    end = sooner or end
    await _refuse_unheld(change, before["scopes"], end)
    await _refuse_too_many(change)
    refuse_stale(before, version)
    secret = key_secret(change.operation.services.token_hash)
    after = await change.update(row, state=KeyState.ACTIVE, expires_at=end, **secret.columns)
    shown = {"state": after["state"], "expires_at": after["expires_at"]}
    await change.record("api_key:claim", row, before=before, after=shown)
    return Done({"api_key": row}, once={"secret": secret.token})


async def rotate_api_key(
    change: Change, *, api_key: str, overlap_minutes: int | None = None, version: int | None = None, **given: Any
) -> Done:
    """A new key beside the old one, which ends after the overlap. It may what the old one may, and ends when it would.

    `expires_at`, where it is given, is when the new one ends instead.
    """
    clock = change.operation.snapshot.clock
    overlap = LONGEST_OVERLAP if overlap_minutes is None else overlap_minutes * _MINUTE
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        most = LONGEST_OVERLAP // _MINUTE
        raise InvalidError(f"The old key goes on for 0 to {most} minutes beside the new one.", "overlapMinutes")
    other_end = checks.future(given.get("expires_at"), clock, "expiresAt")
    row = await change.find("api_key", api_key, "apiKey")
    await change.allow("api_key:rotate", row)
    before = await change.lock(row)
    _refuse_unless(KeyState.ACTIVE, before, clock)
    end = other_end if "expires_at" in given else before["expires_at"]
    names = ("owner_kind", "organization_id", "user_id", "scopes", "name")
    values = {name: before[name] for name in names} | {"expires_at": end}
    organization = before["organization_id"]
    bounds: AbstractAsyncContextManager[None] = nullcontext()
    if organization is None:
        await _refuse_unheld(change, before["scopes"], end)
    else:
        bounds = handing_on(change, users=[], organization=organization, until=end)
    await _refuse_too_many(change, organization, most=MOST_ROTATED)
    async with bounds:
        refuse_stale(before, version)
        made, token = await _make(change, values)
        last = clock + overlap
        old = await change.update(row, expires_at=min(last, before["expires_at"] or last))
    ended = {"expires_at": old["expires_at"]}
    await change.record("api_key:rotate", row, before=before, after=ended, organization=organization)
    return Done({"api_key": made, "previous": row}, once={"secret": token})


async def revoke_api_key(change: Change, *, api_key: str, version: int | None = None) -> Done:
    """A key ended at once, for ever."""
    clock = change.operation.snapshot.clock
    row = await change.find("api_key", api_key, "apiKey")
    await change.allow("api_key:revoke", row)
    before = await change.lock(row)
    _refuse_unless(KeyState.ACTIVE, before, clock)
    return await change.edit(
        "api_key:revoke",
        row,
        before,
        {"state": KeyState.REVOKED, "revoked_at": clock},
        version=version,
        organization=before["organization_id"],
    )


def _scopes(given: Sequence[str], known: Collection[str]) -> list[str]:
    if not given:
        raise InvalidError("Name at least one scope: a permission and R or W, such as PROGRAMS:R.", "scopes")
    unknown = sorted(each for each in given if each not in known)
    if unknown:
        raise InvalidError("There is a scope among these that such a key cannot have.", "scopes")
    return sorted(set(given))


async def _make(change: Change, values: dict[str, Any]) -> tuple[Found, str]:
    """A key that can be used, and its secret."""
    secret = key_secret(change.operation.services.token_hash)
    return await _inserted(change, values | {"state": KeyState.ACTIVE} | secret.columns), secret.token


async def _inserted(change: Change, values: dict[str, Any]) -> Found:
    made = await change.insert("api_key", created_by_id=change.actor, **values)
    row = Found("api_key", Key(made["id"]))
    shown = {name: made[name] for name in RECORDED_COLUMNS}
    await change.record("api_key:create", row, after=shown, organization=made["organization_id"])
    return row


def _refuse_unless(state: KeyState, stored: Any, clock: datetime) -> None:
    """SM6: PENDING becomes ACTIVE, ACTIVE becomes REVOKED; EXPIRED is a key whose end has come. Nothing else moves."""
    ends = stored["expires_at"]
    present = KeyState(stored["state"])
    if present in (KeyState.PENDING, KeyState.ACTIVE) and ends is not None and ends <= clock:
        present = KeyState.EXPIRED
    if present is not state:
        wrong = {
            KeyState.PENDING: "This key waits to be claimed by its user: until then it opens nothing.",
            KeyState.ACTIVE: "This key is in use already: rotate it to have a new secret.",
            KeyState.REVOKED: "This key is revoked, for ever: make a new one.",
            KeyState.EXPIRED: "This key has ended by itself: make a new one.",
        }
        raise InvalidError(wrong[present], "apiKey")


async def _refuse_too_many(change: Change, organization: int | None = None, *, most: int = MOST_KEYS) -> None:
    """Raise InvalidError for one more key than an organization, or else the actor, may have at once.

    No other is made for it until the change ends.
    """
    if organization is None:
        count = await change.count_own(KEYS_OF_USER)
    else:
        await change.lock(Found("organization", Key(organization)))
        ((count,),) = await change.fetch(KEYS_OF_ORGANIZATION, organization)
    if count >= most:
        whose = "You have" if organization is None else "This organization has"
        raise InvalidError(f"{whose} {count} keys that can be used, the most there can be: revoke one first.")


async def _refuse_unheld(change: Change, scopes: Collection[str], end: datetime | None) -> None:
    """A16, DR13: a key may what its user may himself, and for no longer than he may it. Raises NotAllowedError."""
    snapshot = change.operation.snapshot
    if beyond := await beyond_now(snapshot, change.actor, scopes):
        raise NotAllowedError(f"A key does no more than you do. You do not hold {', '.join(beyond)}.", "scopes")
    if beyond := await beyond_until(snapshot, change.actor, scopes, end):
        named = ", ".join(beyond)
        raise NotAllowedError(f"You do not hold {named} for as long as this key: let it end sooner.", "expiresAt")
