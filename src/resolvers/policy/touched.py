"""Whom a change of the policy touches, and what each of them would be given by it (DR2); nothing is written.

What a role gives is exchanged inside the grants that its holder has now; what they mean is `sightline.authz.grants`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sightline.authz.grants import Grants, OrganizationGrant
from sightline.authz.paths import LISTED
from sightline.authz.reports.lists import narrowed
from sightline.db.snapshot import Snapshot
from sightline.resolvers.grants import grants_of_user
from sightline.resolvers.mutations.roles import RoleContent
from sightline.resolvers.policy.compare import ColumnsDifference, Differences

STAFF_ON_DEFAULT = """
    SELECT a.user_id FROM role_assignment a JOIN app_user u ON u.id = a.user_id
    WHERE a.scope = 'PLATFORM' AND u.status = 'ACTIVE' AND (a.expires_at IS NULL OR a.expires_at > $1)
      AND NOT EXISTS (SELECT 1 FROM column_list l WHERE l.user_id = a.user_id)
    ORDER BY a.user_id
"""
_EMAILS = "SELECT id, email FROM app_user WHERE id = ANY($1)"


@dataclass(frozen=True, slots=True)
class Touched:
    """Somebody whose grants differ before and after."""

    user_id: int
    email: str
    before: Grants
    after: Grants


@dataclass(slots=True)
class _Held:
    """What of one user's roles changes: the content of his platform role, and by organization that with his limits."""

    platform: RoleContent | None = None
    organizations: dict[int, tuple[RoleContent, frozenset[str] | None]] | None = None


async def touched_by(snapshot: Snapshot, differences: Differences) -> list[Touched]:
    """The active users whose grants the differences change, by e-mail address.

    Of a change of the system's column list only staff is here: on entities it changes nothing for others (RC7).
    """
    held = _held(differences)
    on_default: set[int] = set()
    if differences.columns is not None:
        rows = await snapshot.connection.fetch(STAFF_ON_DEFAULT, snapshot.clock)
        on_default = {row["user_id"] for row in rows}
    users = sorted(held.keys() | on_default)
    emails = {row["id"]: row["email"] for row in await snapshot.connection.fetch(_EMAILS, users)}
    found = []
    for user in users:
        before = (await grants_of_user(snapshot, user))[0]
        after = _with_roles(before, held.get(user, _Held()))
        if differences.columns is not None and user in on_default:
            after = _with_list(after, differences.columns)
        after = _narrowed(after)
        if after != before:
            found.append(Touched(user, emails[user], before, after))
    return sorted(found, key=lambda each: each.email)


def _held(differences: Differences) -> Mapping[int, _Held]:
    held: dict[int, _Held] = {}
    for each in differences.roles:
        if each.before is None or each.after is None:
            continue  # nobody holds a new role yet, nor one that can be archived
        for holder in each.before.holders:
            of_user = held.setdefault(holder.user_id, _Held())
            if each.organization_id is None:
                of_user.platform = each.after.content
            else:
                of_user.organizations = (of_user.organizations or {}) | {
                    each.organization_id: (each.after.content, holder.lines)
                }
    return held


def _with_roles(grants: Grants, held: _Held) -> Grants:
    platform = grants.platform
    if held.platform is not None and platform is not None:
        given = held.platform.on_platform()
        platform = replace(
            platform,
            permissions=given.permissions,
            switches=given.switches,
            statuses=given.statuses,
            assigned=given.assigned,
        )
    changed = held.organizations or {}
    organizations = tuple(
        _in_organization(each, *changed[each.organization_id]) if each.organization_id in changed else each
        for each in grants.organizations
    )
    return replace(grants, platform=platform, organizations=organizations)


def _in_organization(grant: OrganizationGrant, role: RoleContent, limits: frozenset[str] | None) -> OrganizationGrant:
    lines = [each for each in (role.lines or None, limits) if each is not None]
    return replace(
        grant,
        permissions=role.permissions,
        product_lines=frozenset.intersection(*lines) if lines else None,
    )


def _with_list(grants: Grants, columns: ColumnsDifference) -> Grants:
    if grants.platform is not None and grants.platform.is_admin:
        return grants  # RC2: every column, whatever the lists say
    return replace(grants, columns=frozenset(columns.after))


def _narrowed(grants: Grants) -> Grants:
    if grants.platform is None:
        return grants
    return replace(grants, platform=replace(grants.platform, listed=narrowed(LISTED, grants.columns)))
