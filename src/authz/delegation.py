"""Who may hand on what: a change of somebody's grant is decided on its effect (DR1, DR2, DR7, DR14, DR15).

What is gained or lost must lie inside *one* grant of the actor, in the same scope: every permission, switch and status
that is added or taken away is held there, and the rows reached afterwards are reached by it too. Rows are compared by
limits and ids, never by a flag alone: a manager of some accounts gives away some of these, to managers like himself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sightline.authz.grants import OrganizationGrant, PlatformGrant
from sightline.authz.permissions import ADMIN, CATALOGUE, Level, Scope, implied, token
from sightline.authz.roles import BaseType, Standing, Switch

SETTINGS_PERMISSIONS = frozenset({ADMIN, "USERS", "SETTINGS", "API_KEYS"})
"""What no role built on MANAGER, AFFILIATE_MANAGER or ADVERTISER_MANAGER may hold (DR7, DR15, C-16)."""

_BASES_WITHOUT_SETTINGS = frozenset({BaseType.MANAGER, BaseType.AFFILIATE_MANAGER, BaseType.ADVERTISER_MANAGER})


@dataclass(frozen=True, slots=True, order=True)
class Excess:
    """Something that the actor would hand on, or take away, and does not hold himself: its kind and its name."""

    kind: str
    name: str


def platform_excess(
    before: PlatformGrant | None, after: PlatformGrant | None, actor: PlatformGrant | None
) -> tuple[Excess, ...]:
    """What a change of a staff grant needs that the actor lacks; empty where he may make it. Admin W lacks nothing."""
    if actor is not None and token(ADMIN, Level.W) in _held(Scope.PLATFORM, actor):
        return ()
    return tuple(sorted(set(_of_platform(before, after, actor))))


def organization_excess(
    before: OrganizationGrant | None, after: OrganizationGrant | None, actor: OrganizationGrant | None
) -> tuple[Excess, ...]:
    """What a change of a membership needs that the actor lacks, in the same organization (DR2)."""
    return tuple(sorted(set(_of_organization(before, after, actor))))


def rows_gained(grant: PlatformGrant, actor: PlatformGrant | None) -> tuple[Excess, ...]:
    """The rows that a staff grant reaches, shown more of themselves, and that the actor's own does not reach (DR1)."""
    if actor is None:
        return (Excess("visibility", "ALL"),)
    statuses = (Excess("status", each) for each in (grant.statuses or frozenset()) - (actor.statuses or frozenset()))
    return tuple(sorted({*_rows_beyond(None, grant, actor), *(statuses if actor.statuses is not None else ())}))


def ungrantable(base: BaseType, permissions: frozenset[str]) -> frozenset[str]:
    """The permissions, by key, that a role of this base may never hold: settings, and what is reserved (DR7, DR15)."""
    scope = Scope.ORGANIZATION if base is BaseType.ORG else Scope.PLATFORM
    catalogue = CATALOGUE[scope]
    unknown = frozenset(key for key in permissions if key not in catalogue or catalogue[key].reserved)
    return unknown | (permissions & SETTINGS_PERMISSIONS if base in _BASES_WITHOUT_SETTINGS else frozenset())


def _held(scope: Scope, grant: PlatformGrant | OrganizationGrant | None) -> frozenset[str]:
    return frozenset() if grant is None else implied(scope, grant.permissions)


def _of_platform(
    before: PlatformGrant | None, after: PlatformGrant | None, actor: PlatformGrant | None
) -> Iterator[Excess]:
    had, has, own = (_held(Scope.PLATFORM, each) for each in (before, after, actor))
    for name in (had ^ has) - own:
        yield Excess("permission", name)
    for switch in _switches(before) ^ _switches(after):
        if switch not in _switches(actor):
            yield Excess("switch", switch)
    for status in _statuses_changed(before, after):
        if actor is None or (actor.statuses is not None and status not in actor.statuses):
            yield Excess("status", status)
    if after is not None and actor is not None:
        yield from _rows_beyond(before, after, actor)


def _rows_beyond(before: PlatformGrant | None, after: PlatformGrant, actor: PlatformGrant) -> Iterator[Excess]:
    """The rows that the grant would reach and the actor's own does not."""
    if actor.statuses is not None and after.statuses is None and (before is None or before.statuses is not None):
        yield Excess("status", "all")
    if not actor.assigned:
        return
    if not after.assigned or after.base_type is not actor.base_type:
        if before is None or before.assigned or _held(Scope.PLATFORM, after) - _held(Scope.PLATFORM, before):
            yield Excess("visibility", "ALL" if not after.assigned else after.base_type)
        return
    gained = after.assigned_accounts - (before.assigned_accounts if before else frozenset())
    for number in gained - actor.assigned_accounts:
        yield Excess("account", str(number))
    managed = after.assigned_advertisers - (before.assigned_advertisers if before else frozenset())
    for number in managed - actor.assigned_advertisers:
        yield Excess("advertiser", str(number))


def _switches(grant: PlatformGrant | None) -> frozenset[Switch]:
    return frozenset() if grant is None else grant.switches


def _statuses_changed(before: PlatformGrant | None, after: PlatformGrant | None) -> frozenset[str]:
    """The statuses named before or after, not both; a grant of every status names none."""
    named = [grant.statuses or frozenset() for grant in (before, after) if grant is not None]
    return named[0] ^ named[1] if len(named) == 2 else frozenset().union(*named)


def _of_organization(
    before: OrganizationGrant | None, after: OrganizationGrant | None, actor: OrganizationGrant | None
) -> Iterator[Excess]:
    standings = {grant.standing for grant in (before, after) if grant is not None}
    if standings != {None} and (actor is None or actor.standing is not Standing.ADMIN):
        for standing in standings - {None}:
            yield Excess("standing", str(standing))
    had, has, own = (_held(Scope.ORGANIZATION, each) for each in (before, after, actor))
    for name in (had ^ has) - own:
        yield Excess("permission", name)
    if after is None or actor is None:
        return
    programs = None if before is None else before.programs
    lines = None if before is None else before.product_lines
    yield from _beyond("program", programs, after.programs, actor.programs, is_new=before is None)
    yield from _beyond("product line", lines, after.product_lines, actor.product_lines, is_new=before is None)


def _beyond(
    kind: str,
    before: Collection[int | str] | None,
    after: Collection[int | str] | None,
    own: Collection[int | str] | None,
    *,
    is_new: bool,
) -> Iterator[Excess]:
    """What a list would reach beyond the actor's own; None is everything."""
    if own is None:
        return
    if after is None:
        if is_new or before is not None:
            yield Excess(kind, "all")
        return
    kept = () if is_new or before is None else before
    for each in after:
        if each not in kept and each not in own:
            yield Excess(kind, str(each))
