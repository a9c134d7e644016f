"""Scopes of API keys: which there are, and which somebody holds himself (AC5, C-10, A16).

A scope is a permission with its level, or one of a few words for what is no permission: `account`, `org`, `self`. What
a scope leaves of its owner's paths is `sightline.authz.grants.narrow`; a key never does more than its owner does now.
"""

from __future__ import annotations

from typing import Final

from sightline.authz.paths import Flag, PathKind, Paths
from sightline.authz.permissions import CATALOGUE, Level, Scope, token

ACCOUNT, ORG, SELF = "account", "org", "self"

_WRITES = f":{Level.W}"
_BY_PERMISSION: Final = frozenset({PathKind.PLATFORM, PathKind.ORG_ADVERTISER})
_OF_ORGANIZATIONS: Final = frozenset({PathKind.ORGANIZATION, PathKind.ORG_ADVERTISER, PathKind.ORG_PARTNER})
_ON_ACCOUNTS: Final = frozenset({PathKind.COLLABORATOR, PathKind.COMPANY})
_WRITERS: Final = frozenset({Flag.EDITS, Flag.COLLABORATOR_OWNER, Flag.COLLABORATOR_MANAGER})


def _both(name: str) -> frozenset[str]:
    return frozenset(token(name, level) for level in Level)


def _of(scope: Scope) -> frozenset[str]:
    """The permissions that can be held, with their levels. W includes R, so R is a scope wherever W is one."""
    held = [each for each in CATALOGUE[scope].values() if not each.reserved]
    return frozenset(token(each.key, level) for each in held for level in (*each.levels, Level.R))


ORGANIZATION_SCOPES: Final = _of(Scope.ORGANIZATION) | _both(ORG)
"""What an organization's key may be cut down to: never what is somebody's own, an account's or the platform's."""

USER_SCOPES: Final = (
    _of(Scope.PLATFORM) | _of(Scope.ORGANIZATION) | _both(ACCOUNT) | _both(ORG) | {token(SELF, Level.R)}
)


def held_scopes(paths: Paths) -> frozenset[str]:
    """The scopes that a user's paths hold: those which a key of his may name."""
    held: set[str] = set()
    for each in paths.ordered:
        kind, tokens = each.shape.kind, each.shape.tokens
        if kind in _BY_PERMISSION:
            held |= USER_SCOPES & tokens
        writes = bool(tokens & _WRITERS) or any(each_token.endswith(_WRITES) for each_token in tokens)
        levels = (Level.R, Level.W) if writes else (Level.R,)
        if kind in _OF_ORGANIZATIONS:
            held |= {token(ORG, level) for level in levels}
        if kind in _ON_ACCOUNTS:
            held |= {token(ACCOUNT, level) for level in levels}
        if kind is PathKind.SELF:
            held.add(token(SELF, Level.R))
    return frozenset(held)
