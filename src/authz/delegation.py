"""Who may hand on what: a change of somebody's grant is decided on its effect (DR1, DR2, DR7, DR14, DR15).

What is gained or lost must lie inside *one* grant of the actor, in the same scope: every permission, switch and status
that is added or taken away is held there, and the rows reached afterwards are reached by it too. Rows are compared by
limits and ids, never by a flag alone: a manager of some accounts gives away some of these, to managers like himself.

A grant is a product: what it permits, in all its rows, with all its switches, and some of it only together. So what
comes to it comes over all that is there: whoever widens a grant holds all that it is then, whoever narrows it all that
it was.
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
    return tuple(sorted({*_rows_beyond(grant, actor), *(statuses if actor.statuses is not None else ())}))


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
    if after is not None and _grows(before, after):
        yield from _beyond_own(after, actor)
    if before is not None and (after is None or _grows(after, before)):
        yield from _beyond_own(before, actor)


def _beyond_own(grant: PlatformGrant, actor: PlatformGrant | None) -> Iterator[Excess]:
    """What a staff grant is and the actor's own is not."""
    for name in _held(Scope.PLATFORM, grant) - _held(Scope.PLATFORM, actor):
        yield Excess("permission", name)
    for switch in _switches(grant) - _switches(actor):
        yield Excess("switch", switch)
    yield from rows_gained(grant, actor)


def _grows(before: PlatformGrant | None, after: PlatformGrant) -> bool:
    """Whether a staff grant is anything that it was not."""
    return before is None or any(_beyond_own(after, before))


def _rows_beyond(grant: PlatformGrant, actor: PlatformGrant) -> Iterator[Excess]:
    """The rows that a grant reaches and the actor's own does not."""
    if actor.statuses is not None and grant.statuses is None:
        yield Excess("status", "all")
    if not actor.assigned:
        return
    if not grant.assigned or grant.base_type is not actor.base_type:
        yield Excess("visibility", "ALL" if not grant.assigned else grant.base_type)
        return
    for number in grant.assigned_accounts - actor.assigned_accounts:
        yield Excess("account", str(number))
    for number in grant.assigned_advertisers - actor.assigned_advertisers:
        yield Excess("advertiser", str(number))


def _switches(grant: PlatformGrant | None) -> frozenset[Switch]:
    if grant is None:
        return frozenset()
    return frozenset(Switch) if grant.is_admin else grant.switches  # DR15


def _of_organization(
    before: OrganizationGrant | None, after: OrganizationGrant | None, actor: OrganizationGrant | None
) -> Iterator[Excess]:
    standings = {grant.standing for grant in (before, after) if grant is not None}
    if standings != {None} and (actor is None or actor.standing is not Standing.ADMIN):
        for standing in standings - {None}:
            yield Excess("standing", str(standing))
    if after is not None and _covers_more(before, after):
        yield from _beyond_membership(after, actor)
    if before is not None and (after is None or _covers_more(after, before)):
        yield from _beyond_membership(before, actor)


def _covers_more(before: OrganizationGrant | None, after: OrganizationGrant) -> bool:
    """Whether a membership permits anything, or anywhere, that it did not."""
    return before is None or any(_beyond_membership(after, before))


def _beyond_membership(grant: OrganizationGrant, actor: OrganizationGrant | None) -> Iterator[Excess]:
    """What a membership is and the actor's own is not, beside its standing."""
    for name in _held(Scope.ORGANIZATION, grant) - _held(Scope.ORGANIZATION, actor):
        yield Excess("permission", name)
    if actor is not None:
        yield from _beyond("program", grant.programs, actor.programs)
        yield from _beyond("product line", grant.product_lines, actor.product_lines)


def _beyond(kind: str, listed: Collection[int | str] | None, own: Collection[int | str] | None) -> Iterator[Excess]:
    """What a list reaches beyond the actor's own; None is everything."""
    if own is None:
        return
    if listed is None:
        yield Excess(kind, "all")
        return
    for each in listed:
        if each not in own:
            yield Excess(kind, str(each))
