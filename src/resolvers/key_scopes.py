"""Which scopes a key would have beyond its user: a key may what he may, for no longer than he may it (A16, DR13)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from sightline.authz.grants import paths_of
from sightline.authz.scopes import held_scopes
from sightline.db.snapshot import Snapshot
from sightline.resolvers.grants import grants_of_user

_MOMENT = timedelta(microseconds=1)
# Of grants, only those that never end last until then.
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


async def beyond_now(snapshot: Snapshot, user: int, scopes: Collection[str]) -> list[str]:
    """The scopes that an active user does not hold."""
    return await _beyond(snapshot, user, scopes, None)


async def beyond_until(snapshot: Snapshot, user: int, scopes: Collection[str], end: datetime | None) -> list[str]:
    """The scopes that he does not hold for as long as a key with this end would last; None is for ever."""
    return await _beyond(snapshot, user, scopes, _NEVER if end is None else end - _MOMENT)


async def _beyond(snapshot: Snapshot, user: int, scopes: Collection[str], at: datetime | None) -> list[str]:
    grants, _ = await grants_of_user(snapshot, user, at=at)
    return sorted(set(scopes) - held_scopes(paths_of(grants)))
