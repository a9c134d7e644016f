"""Who asks: a bearer token to the principal it stands for, decided inside the operation's own snapshot.

A principal is kept between operations with the epoch it was read at. It is read again when the epoch has moved or the
clock has reached the end of its shortest grant, before anything is decided; there is no other freshness rule.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from sightline.authz.grants import by_key, narrow, paths_of
from sightline.authz.paths import Paths
from sightline.db.secrets import Secrets, TokenKind, token_kind
from sightline.db.snapshot import Snapshot
from sightline.resolvers.grants import (
    LiveKey,
    grants_of_organization,
    grants_of_user,
    key_owner,
    session_user,
)

_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody or something that asks, and what it may do.

    `fingerprint` names it stably (cursors are bound to it). `valid_until` is the first moment at which some grant, key
    or session of it ends, None where none does. `key_id` is the API key it asks with, None for a person. `columns` is
    the list of report columns that holds for it: its owner's, of a key (AC5).
    """

    fingerprint: str
    user_id: int | None
    organization_id: int | None
    paths: Paths
    valid_until: datetime | None
    key_id: int | None = None
    columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Known:
    epoch: int
    principal: Principal


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """Finds principals by token, keeping the recent ones."""

    secrets: Secrets
    _known: OrderedDict[bytes, _Known] = field(default_factory=OrderedDict)

    async def find(self, token: str, snapshot: Snapshot) -> Principal | None:
        """The principal of a token; None for a token that is malformed, unknown, ended, or of a suspended user."""
        kind = token_kind(token)
        if kind is None:
            return None
        digest = self.secrets.token_hash(token)
        known = self._known.get(digest)
        if known is not None and known.epoch == snapshot.epoch and _current(known.principal, snapshot):
            self._known.move_to_end(digest)
            return known.principal
        principal = await (_of_key if kind is TokenKind.KEY else _of_session)(digest, snapshot)
        if principal is None:
            self._known.pop(digest, None)
            return None
        self._known[digest] = _Known(snapshot.epoch, principal)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return principal


def _current(principal: Principal, snapshot: Snapshot) -> bool:
    return principal.valid_until is None or snapshot.clock < principal.valid_until


async def _of_session(digest: bytes, snapshot: Snapshot) -> Principal | None:
    found = await session_user(snapshot, digest)
    return None if found is None else await principal_of_user(snapshot, found.user_id, ends=found.expires_at)


async def principal_of_user(snapshot: Snapshot, user_id: int, *, ends: datetime | None = None) -> Principal:
    """An active user's principal. `ends` is when what identified the user ends."""
    grants, until = await grants_of_user(snapshot, user_id)
    until = _earliest(ends, until)
    return Principal(f"user:{user_id}", user_id, None, paths_of(grants), until, columns=grants.columns)


async def _of_key(digest: bytes, snapshot: Snapshot) -> Principal | None:
    key = await key_owner(snapshot, digest)
    if key is None:
        return None
    if key.user_id is not None:
        grants, until = await grants_of_user(snapshot, key.user_id)
    else:
        grants, until = await grants_of_organization(snapshot, _organization(key)), None
    paths = paths_of(grants)
    if key.scopes is not None:
        paths = narrow(paths, key.scopes)
    until = _earliest(key.expires_at, until)
    owner = (key.user_id, key.organization_id)
    return Principal(f"key:{key.key_id}", *owner, by_key(paths), until, key.key_id, grants.columns)


def _organization(key: LiveKey) -> int:
    # The table holds one owner for every key: no user means an organization.
    assert key.organization_id is not None
    return key.organization_id


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
