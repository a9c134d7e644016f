"""Whom an assertion about access speaks of: users with their paths of now, and what their roles are called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from sightline.authz.assertions import Group, Person
from sightline.authz.grants import NOTHING, paths_of
from sightline.authz.paths import Paths
from sightline.authz.roles import PREDEFINED_ORGANIZATION_ROLES
from sightline.db.snapshot import Snapshot
from sightline.db.statements import system_statement
from sightline.resolvers.grants import grants_of_user

_USER = system_statement(sa.text("SELECT id, email, status::text AS status FROM app_user WHERE email = :email"))
_USERS = system_statement(
    sa.text("SELECT id, email, status::text AS status FROM app_user WHERE status = 'ACTIVE' ORDER BY email")
)
_HOLDERS = system_statement(
    sa.text("""
    SELECT u.id, u.email, u.status::text AS status, array_agg(coalesce(a.organization_id, 0)) AS places
    FROM role_assignment a
    JOIN role r ON r.id = a.role_id
    JOIN app_user u ON u.id = a.user_id
    LEFT JOIN organization o ON o.id = a.organization_id
    WHERE u.status = 'ACTIVE' AND (a.expires_at IS NULL OR a.expires_at > :clock) AND r.name = ANY(:names)
      AND (NOT :predefined OR r.origin = 'PREDEFINED')
      AND (CAST(:organization AS text) IS NULL OR o.name = :organization)
    GROUP BY u.id ORDER BY u.email
""")
)
_ROLES = system_statement(
    sa.text("""
    SELECT a.user_id, a.organization_id, r.name AS role, o.name AS organization
    FROM role_assignment a JOIN role r ON r.id = a.role_id LEFT JOIN organization o ON o.id = a.organization_id
    WHERE a.user_id = ANY(:users)
""")
)
_IS_ROLE = system_statement(sa.text("SELECT 1 FROM role WHERE name = :name AND status = 'ACTIVE' LIMIT 1"))
_IS_ORGANIZATION = system_statement(sa.text("SELECT 1 FROM organization WHERE name = :name LIMIT 1"))

Roles = Mapping[int | None, tuple[str, str | None]]
"""What somebody's roles and their organizations are called, by organization; None is the platform."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A user as assertions see him. Who is not active has no paths at all (AC6).

    `only` are the organizations whose roles alone count, None for the platform's; without it all he has does.
    """

    user_id: int
    email: str
    is_active: bool
    only: frozenset[int | None] | None = None


async def subjects(snapshot: Snapshot, of: Person | Group) -> list[Subject]:
    """Those whom an assertion speaks of, by e-mail address. A group is of active users only."""
    match of:
        case Person(email):
            rows = await snapshot.fetch(_USER, {"email": email})
        case Group(None, None):
            rows = await snapshot.fetch(_USERS, {})
        case Group(role, standing, organization, as_such):
            named = [each.name for each in PREDEFINED_ORGANIZATION_ROLES if standing and each.standing is standing]
            names = named if role is None else [role]
            asked = {"names": names, "predefined": role is None, "organization": organization}
            rows = await snapshot.fetch(_HOLDERS, asked | {"clock": snapshot.clock})
            if as_such:
                return [replace(_subject(row), only=frozenset(each or None for each in row["places"])) for row in rows]
    return [_subject(row) for row in rows]


def _subject(row: Any) -> Subject:
    return Subject(row["id"], row["email"], row["status"] == "ACTIVE")


async def unknown_name(snapshot: Snapshot, of: Person | Group) -> str | None:
    """What of a group's names nothing is called by, in words; None where all are known."""
    if isinstance(of, Person):
        return None
    if of.role is not None and not await snapshot.fetch(_IS_ROLE, {"name": of.role}):
        return f"there is no role {of.role!r}"
    if of.organization is not None and not await snapshot.fetch(_IS_ORGANIZATION, {"name": of.organization}):
        return f"there is no organization {of.organization!r}"
    return None


async def paths_of_subject(snapshot: Snapshot, subject: Subject) -> Paths:
    """What he has at this moment."""
    if not subject.is_active:
        return NOTHING
    grants = (await grants_of_user(snapshot, subject.user_id))[0]
    if subject.only is not None:
        grants = replace(
            grants,
            platform=grants.platform if None in subject.only else None,
            organizations=tuple(each for each in grants.organizations if each.organization_id in subject.only),
            collaborators=(),
            companies=(),
        )
    return paths_of(grants)


async def roles_of(snapshot: Snapshot, users: Iterable[int]) -> Mapping[int, Roles]:
    """What the roles of users are called."""
    found: defaultdict[int, dict[int | None, tuple[str, str | None]]] = defaultdict(dict)
    for row in await snapshot.fetch(_ROLES, {"users": list(users)}):
        found[row["user_id"]][row["organization_id"]] = (row["role"], row["organization"])
    return found
