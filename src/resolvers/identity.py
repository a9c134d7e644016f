"""Who asks: a token, or what an identity provider vouches for, to the principal it stands for.

That is decided inside the operation's own snapshot, by the snapshot's clock; only the signature of a provider's token
is checked before. A principal is kept between operations with the epoch it was read at. It is read again when the epoch
has moved or the clock has reached the end of its shortest grant, before anything is decided; there is no other
freshness rule.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cachetools import LRUCache

from sightline.authz.grants import Grants, by_key, narrow, paths_of
from sightline.authz.paths import Paths, Value
from sightline.db.secrets import Secrets, TokenKind, token_kind
from sightline.db.snapshot import Snapshot
from sightline.resolvers.grants import LiveKey, grants_of_organization, grants_of_user, key_owner, session_user
from sightline.resolvers.people import unlinked_user_of_email, user_of_subject

LEEWAY = timedelta(seconds=60)
"""How far the clock of an identity provider may be from the database's (F26)."""

IDLE = timedelta(days=7)
"""After how long without use the session of a browser ends."""

_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Assertion:
    """What the configured identity provider vouches for, its signature checked, its times not yet.

    `verified_email` is None where addresses do not identify, or where the provider does not vouch for the address.
    """

    issuer: str
    subject: str
    expires_at: datetime
    not_before: datetime | None = None
    verified_email: str | None = None


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
    binds: Mapping[str, list[Value]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # What every statement of every operation binds, made once.
        object.__setattr__(self, "binds", self.paths.binds())


def same_rights(one: Principal, other: Principal) -> bool:
    """Whether two readings of a principal found the same, but for when it ends."""
    return (one.fingerprint, one.paths, one.columns) == (other.fingerprint, other.paths, other.columns)


@dataclass(frozen=True, slots=True)
class _Known:
    epoch: int
    principal: Principal


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """Finds principals, keeping the recent ones. `used` has the hashes of tokens used since somebody emptied it."""

    secrets: Secrets
    used: set[bytes] = field(default_factory=set)
    _known: LRUCache[bytes | Assertion, _Known] = field(default_factory=lambda: LRUCache(_KEPT))

    async def find(self, presented: str | Assertion, snapshot: Snapshot) -> Principal | None:
        """The principal of a token or an assertion; None for one that is malformed, unknown, ended, or nobody's."""
        if isinstance(presented, Assertion):
            if not _timely(presented, snapshot.clock):
                return None
            return await self._find(presented, snapshot, lambda: _of_assertion(presented, snapshot))
        source = _SOURCES.get(token_kind(presented))
        if source is None:
            return None
        digest = self.secrets.token_hash(presented)
        principal = await self._find(digest, snapshot, lambda: source(digest, snapshot))
        if principal is not None:
            self._use(digest)
        return principal

    def recent(self, presented: str | Assertion) -> tuple[int, Principal] | None:
        """The principal that a token had when it was last found, with the epoch of then: it may have changed since.

        None for an assertion: that has times of its own to be checked.
        """
        if isinstance(presented, Assertion):
            return None
        digest = self.secrets.token_hash(presented)
        known = self._known.get(digest)
        if known is None:
            return None
        self._use(digest)
        return known.epoch, known.principal

    def _use(self, digest: bytes) -> None:
        if len(self.used) < _KEPT:
            self.used.add(digest)

    async def _find(
        self, key: bytes | Assertion, snapshot: Snapshot, read: Callable[[], Awaitable[Principal | None]]
    ) -> Principal | None:
        known = self._known.get(key)
        if known is not None and known.epoch == snapshot.epoch and _current(known.principal, snapshot):
            return known.principal
        principal = await read()
        if principal is None:
            self._known.pop(key, None)
            return None
        self._known[key] = _Known(snapshot.epoch, principal)
        return principal


def _current(principal: Principal, snapshot: Snapshot) -> bool:
    return principal.valid_until is None or snapshot.clock < principal.valid_until


def _timely(assertion: Assertion, clock: datetime) -> bool:
    begun = assertion.not_before is None or assertion.not_before - LEEWAY <= clock
    return begun and clock < assertion.expires_at + LEEWAY


async def _of_assertion(assertion: Assertion, snapshot: Snapshot) -> Principal | None:
    user_id = await user_of_subject(snapshot, assertion.issuer, assertion.subject)
    if user_id is None and assertion.verified_email is not None:
        user_id = await unlinked_user_of_email(snapshot, assertion.verified_email)
    return None if user_id is None else await principal_of_user(snapshot, user_id, ends=assertion.expires_at)


async def _of_demo_session(digest: bytes, snapshot: Snapshot) -> Principal | None:
    found = await session_user(snapshot, digest)
    return None if found is None else await principal_of_user(snapshot, found.user_id, ends=found.expires_at)


async def _of_session(digest: bytes, snapshot: Snapshot) -> Principal | None:
    found = await session_user(snapshot, digest)
    if found is None or found.last_seen_at + IDLE <= snapshot.clock:
        return None
    ends = min(found.expires_at, found.last_seen_at + IDLE)
    return await principal_of_user(snapshot, found.user_id, ends=ends)


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
    until = _earliest(key.expires_at, until)
    owner = (key.user_id, key.organization_id)
    paths = paths_of_key(grants, key.scopes)
    return Principal(f"key:{key.key_id}", *owner, paths, until, key.key_id, grants.columns)


def paths_of_key(grants: Grants, scopes: frozenset[str] | None) -> Paths:
    """What a key has of what its owner was given; scopes None are everything (AC5)."""
    paths = paths_of(grants)
    return by_key(paths if scopes is None else narrow(paths, scopes))


# What was sent by mail stands for nobody: it is used up where it is presented.
_SOURCES: Mapping[TokenKind | None, Callable[[bytes, Snapshot], Awaitable[Principal | None]]] = {
    TokenKind.KEY: _of_key,
    TokenKind.DEMO: _of_demo_session,
    TokenKind.SESSION: _of_session,
}


def _organization(key: LiveKey) -> int:
    # The table holds one owner for every key: no user means an organization.
    assert key.organization_id is not None
    return key.organization_id


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
