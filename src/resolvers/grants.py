"""Reading grants: the rows behind a principal, as `sightline.authz.grants` takes them.

Statements here answer no viewer; they run in the operation's snapshot, so a grant and what it opens are of one state.
Grants that have ended are not read, and the first end to come is returned beside the grants.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from sightline.authz.grants import (
    CollaboratorGrant,
    CompanyGrant,
    Grants,
    OrganizationGrant,
    PlatformGrant,
)
from sightline.authz.paths import LISTED
from sightline.authz.permissions import Level
from sightline.authz.reports.lists import narrowed
from sightline.authz.roles import PREDEFINED_BY_NAME, BaseType, RoleDefinition, Switch
from sightline.db.snapshot import Snapshot
from sightline.db.statements import Statement, system_statement
from sightline.db.tables import (
    AdvertiserProfileRow,
    ApiKeyRow,
    AppUserRow,
    AssignmentProductLineRow,
    AssignmentProgramRow,
    CollaboratorRow,
    CompanyAccessRow,
    ManagerAssignmentRow,
    OrganizationRow,
    PartnerProfileRow,
    RoleAssignmentRow,
    RolePermissionRow,
    RoleProductLineRow,
    RoleRow,
    SessionRow,
)
from sightline.db.tables.enums import KeyState, UserStatus
from sightline.resolvers.column_lists import listed_columns


@dataclass(frozen=True, slots=True)
class SessionUser:
    """The active user of a live session."""

    user_id: int
    expires_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class LiveKey:
    """The owner of a live API key: an active user, or an organization. `scopes` None means everything the owner may."""

    key_id: int
    user_id: int | None
    organization_id: int | None
    scopes: frozenset[str] | None
    expires_at: datetime | None


def _parameter(name: str, type_: sa.types.TypeEngine[Any]) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=type_)


_USER = _parameter("user_id", sa.BigInteger())
_ORGANIZATION = _parameter("organization_id", sa.BigInteger())
_DIGEST = _parameter("digest", sa.LargeBinary())
_CLOCK = _parameter("clock", sa.TIMESTAMP(timezone=True))


def _live(expires_at: Any) -> sa.ColumnElement[bool]:
    # INVARIANT: the snapshot's clock and never now(): that is the time of BEGIN, when the snapshot was not yet taken.
    return sa.or_(expires_at.is_(None), expires_at > _CLOCK)


_SESSION = system_statement(
    sa.select(
        SessionRow.user_id,
        SessionRow.expires_at,
        sa.func.coalesce(SessionRow.last_seen_at, SessionRow.created_at).label("last_seen_at"),
    )
    .join(AppUserRow, AppUserRow.id == SessionRow.user_id)
    .where(SessionRow.token_hash == _DIGEST, SessionRow.revoked_at.is_(None), _live(SessionRow.expires_at))
    .where(AppUserRow.status == UserStatus.ACTIVE)
)

_KEY = system_statement(
    sa.select(ApiKeyRow.id, ApiKeyRow.user_id, ApiKeyRow.organization_id, ApiKeyRow.scopes, ApiKeyRow.expires_at)
    .outerjoin(AppUserRow, AppUserRow.id == ApiKeyRow.user_id)
    .where(ApiKeyRow.hash == _DIGEST, ApiKeyRow.state == KeyState.ACTIVE, _live(ApiKeyRow.expires_at))
    .where(sa.or_(ApiKeyRow.user_id.is_(None), AppUserRow.status == UserStatus.ACTIVE))
)

_ASSIGNMENTS = system_statement(
    sa.select(
        RoleAssignmentRow.id,
        RoleAssignmentRow.organization_id,
        RoleAssignmentRow.expires_at,
        RoleAssignmentRow.program_scope,
        RoleAssignmentRow.line_scope,
        RoleRow.name,
        RoleRow.origin,
        RoleRow.base_type,
        RoleRow.user_visibility,
        RoleRow.see_revenue,
        RoleRow.see_payout,
        RoleRow.see_sale_amount,
        RoleRow.statuses,
        sa.select(sa.func.array_agg(RolePermissionRow.permission + ":" + sa.cast(RolePermissionRow.level, sa.Text)))
        .where(RolePermissionRow.role_id == RoleRow.id)
        .scalar_subquery()
        .label("permissions"),
        sa.select(sa.func.array_agg(AssignmentProgramRow.program_id))
        .where(AssignmentProgramRow.assignment_id == RoleAssignmentRow.id)
        .scalar_subquery()
        .label("programs"),
        sa.select(sa.func.array_agg(AssignmentProductLineRow.product_line))
        .where(AssignmentProductLineRow.assignment_id == RoleAssignmentRow.id)
        .scalar_subquery()
        .label("assignment_lines"),
        sa.select(sa.func.array_agg(RoleProductLineRow.product_line))
        .where(RoleProductLineRow.role_id == RoleRow.id)
        .scalar_subquery()
        .label("role_lines"),
    )
    .join(RoleRow, RoleRow.id == RoleAssignmentRow.role_id)
    .where(RoleAssignmentRow.user_id == _USER, _live(RoleAssignmentRow.expires_at))
)
_ROLE = system_statement(
    sa.select(
        RoleRow.name,
        RoleRow.origin,
        sa.select(sa.func.array_agg(RolePermissionRow.permission + ":" + sa.cast(RolePermissionRow.level, sa.Text)))
        .where(RolePermissionRow.role_id == RoleRow.id)
        .scalar_subquery()
        .label("permissions"),
        sa.select(sa.func.array_agg(RoleProductLineRow.product_line))
        .where(RoleProductLineRow.role_id == RoleRow.id)
        .scalar_subquery()
        .label("role_lines"),
    ).where(RoleRow.id == _parameter("role_id", sa.BigInteger()))
)


def _owns(profile: type[AdvertiserProfileRow | PartnerProfileRow]) -> sa.Exists:
    return sa.exists(sa.select(sa.literal_column("1"))).where(profile.organization_id == OrganizationRow.id)


def _organization_settings(of: sa.ColumnElement[bool]) -> Statement:
    return system_statement(
        sa.select(
            OrganizationRow.id,
            OrganizationRow.guest_hides_partner_names,
            OrganizationRow.hides_archived_profiles,
            _owns(AdvertiserProfileRow).label("has_advertisers"),
            _owns(PartnerProfileRow).label("has_partners"),
            _owns(AdvertiserProfileRow)
            .where(AdvertiserProfileRow.approved_at.is_not(None), AdvertiserProfileRow.archived_at.is_(None))
            .label("advertiser_approved"),
        ).where(of)
    )


_USERS_ORGANIZATIONS = _organization_settings(
    OrganizationRow.id.in_(sa.select(RoleAssignmentRow.organization_id).where(RoleAssignmentRow.user_id == _USER))
)
_ONE_ORGANIZATION = _organization_settings(OrganizationRow.id == _ORGANIZATION)

_COLLABORATIONS = system_statement(
    sa.select(
        CollaboratorRow.id, CollaboratorRow.affiliate_account_id, CollaboratorRow.role, CollaboratorRow.expires_at
    ).where(CollaboratorRow.user_id == _USER, _live(CollaboratorRow.expires_at))
)
_COMPANIES = system_statement(
    sa.select(
        CompanyAccessRow.id, CompanyAccessRow.company_id, CompanyAccessRow.level, CompanyAccessRow.expires_at
    ).where(CompanyAccessRow.user_id == _USER, _live(CompanyAccessRow.expires_at))
)
_MANAGED = system_statement(
    sa.select(
        ManagerAssignmentRow.affiliate_account_id,
        ManagerAssignmentRow.advertiser_profile_id,
        ManagerAssignmentRow.expires_at,
    ).where(ManagerAssignmentRow.user_id == _USER, _live(ManagerAssignmentRow.expires_at))
)
_USER_BY_EMAIL = system_statement(
    sa.select(AppUserRow.id).where(
        AppUserRow.email == _parameter("email", sa.Text()), AppUserRow.status == UserStatus.ACTIVE
    )
)


async def session_user(snapshot: Snapshot, digest: bytes) -> SessionUser | None:
    """The active user whose live session has this token hash."""
    rows = await snapshot.fetch(_SESSION, {"digest": digest, "clock": snapshot.clock})
    return SessionUser(**rows[0]) if rows else None


async def key_owner(snapshot: Snapshot, digest: bytes) -> LiveKey | None:
    """The owner of the live API key with this hash. A user's key is dead while its user is not active (SM6)."""
    rows = await snapshot.fetch(_KEY, {"digest": digest, "clock": snapshot.clock})
    if not rows:
        return None
    row = rows[0]
    scopes = None if row["scopes"] is None else frozenset(row["scopes"])
    return LiveKey(row["id"], row["user_id"], row["organization_id"], scopes, row["expires_at"])


async def active_user_by_email(snapshot: Snapshot, email: str) -> int | None:
    """The id of the active user with this address, compared case-folded."""
    rows = await snapshot.fetch(_USER_BY_EMAIL, {"email": email.lower()})
    return int(rows[0]["id"]) if rows else None


async def grants_of_organization(snapshot: Snapshot, organization_id: int) -> Grants:
    """What an organization's key has: its ADMIN's sight of the organization, nothing that is somebody's own (AC5)."""
    (row,) = await snapshot.fetch(_ONE_ORGANIZATION, {"organization_id": organization_id})
    columns = await listed_columns(snapshot, None, admin=False)
    return Grants(None, organizations=(_membership(row, PREDEFINED_BY_NAME["Admin"]),), columns=columns)


@dataclass(frozen=True, slots=True)
class Source:
    """A row that gives its user access, by its table and id, and what he would have of it alone."""

    entity: str
    id: int
    grants: Grants


async def grants_of_user(
    snapshot: Snapshot, user_id: int, *, at: datetime | None = None
) -> tuple[Grants, datetime | None]:
    """The live grants of an active user, and when the first of them ends; `at` a later moment, those that last."""
    given, columns, ends = await _given(snapshot, user_id, at or snapshot.clock)
    return united(user_id, given, columns), ends


def united(user_id: int, given: Iterable[Source], columns: frozenset[str]) -> Grants:
    """What a user holds by these rows together, with the list of report columns that holds for him."""
    grants = [each.grants for each in given]
    return Grants(
        user_id,
        organizations=tuple(each for one in grants for each in one.organizations),
        platform=next((one.platform for one in grants if one.platform is not None), None),
        collaborators=tuple(each for one in grants for each in one.collaborators),
        companies=tuple(each for one in grants for each in one.companies),
        columns=columns,
    )


async def given_to_user(snapshot: Snapshot, user_id: int) -> tuple[list[Source], frozenset[str]]:
    """The rows behind the live grants of an active user, each with what it gives him, and his report columns."""
    given, columns, _ = await _given(snapshot, user_id, snapshot.clock)
    return given, columns


async def sources_of_user(snapshot: Snapshot, user_id: int) -> list[Source]:
    """The rows behind the live grants of an active user, each with what it gives him."""
    return (await given_to_user(snapshot, user_id))[0]


async def _given(
    snapshot: Snapshot, user_id: int, clock: datetime
) -> tuple[list[Source], frozenset[str], datetime | None]:
    values = {"user_id": user_id, "clock": clock}
    assignments, organizations, collaborations, companies, managed = [
        await snapshot.fetch(statement, values)
        for statement in (_ASSIGNMENTS, _USERS_ORGANIZATIONS, _COLLABORATIONS, _COMPANIES, _MANAGED)
    ]
    settings = {row["id"]: row for row in organizations}
    platform = {row["id"]: _platform_grant(row, managed) for row in assignments if row["organization_id"] is None}
    columns = await listed_columns(snapshot, user_id, admin=any(grant.is_admin for grant in platform.values()))
    listed = narrowed(LISTED, columns)

    def alone(entity: str, row: Any, **grants: Any) -> Source:
        return Source(entity, row["id"], Grants(user_id, columns=columns, **grants))

    given = [
        alone("role_assignment", row, platform=replace(platform[row["id"]], listed=listed))
        if row["id"] in platform
        else alone("role_assignment", row, organizations=(_organization_grant(row, settings[row["organization_id"]]),))
        for row in assignments
    ]
    given += [
        alone("collaborator", row, collaborators=(CollaboratorGrant(row["affiliate_account_id"], row["role"]),))
        for row in collaborations
    ]
    given += [
        alone("company_access", row, companies=(CompanyGrant(row["company_id"], row["level"]),)) for row in companies
    ]
    return given, columns, _first_end(assignments, collaborations, companies, managed)


async def grant_of_role(snapshot: Snapshot, role_id: int, organization_id: int) -> OrganizationGrant:
    """What a role of organizations would give its holder in one, without limits of his own."""
    (role,) = await snapshot.fetch(_ROLE, {"role_id": role_id})
    (settings,) = await snapshot.fetch(_ONE_ORGANIZATION, {"organization_id": organization_id})
    unlimited = {"organization_id": organization_id, "program_scope": "ALL", "line_scope": "ALL", "programs": None}
    return _organization_grant(dict(role) | unlimited, settings)


def _first_end(*results: Iterable[Any]) -> datetime | None:
    ends = (row["expires_at"] for rows in results for row in rows)
    return min((end for end in ends if end is not None), default=None)


def _permissions(row: Any) -> tuple[tuple[str, Level], ...]:
    pairs = (text.split(":") for text in row["permissions"] or ())
    return tuple((key, Level(level)) for key, level in pairs)


def _membership(settings: Any, role: RoleDefinition) -> OrganizationGrant:
    """The grant of a predefined role. Its permissions are the shipped ones: nobody can write them (DR9)."""
    return OrganizationGrant(
        settings["id"],
        role.permissions,
        standing=role.standing,
        both_sides=role.both_sides,
        has_advertisers=settings["has_advertisers"],
        has_partners=settings["has_partners"],
        guest_hides_partner_names=settings["guest_hides_partner_names"],
        hides_archived_profiles=settings["hides_archived_profiles"],
        advertiser_approved=settings["advertiser_approved"],
    )


def _organization_grant(row: Any, settings: Any) -> OrganizationGrant:
    predefined = PREDEFINED_BY_NAME.get(row["name"]) if row["origin"] == "PREDEFINED" else None
    if predefined is not None and predefined.standing is not None:
        return _membership(settings, predefined)
    lines = [frozenset(row["role_lines"])] if row["role_lines"] else []
    if row["line_scope"] == "LISTED":
        lines.append(frozenset(row["assignment_lines"] or ()))
    return OrganizationGrant(
        row["organization_id"],
        predefined.permissions if predefined is not None else _permissions(row),
        has_advertisers=settings["has_advertisers"],
        programs=frozenset(row["programs"] or ()) if row["program_scope"] == "LISTED" else None,
        product_lines=frozenset.intersection(*lines) if lines else None,
        advertiser_approved=settings["advertiser_approved"],
    )


def _platform_grant(row: Any, managed: Iterable[Any]) -> PlatformGrant:
    assigned: dict[str, set[int]] = defaultdict(set)
    for target in managed:
        for column in ("affiliate_account_id", "advertiser_profile_id"):
            if target[column] is not None:
                assigned[column].add(target[column])
    return PlatformGrant(
        BaseType(row["base_type"]),
        _permissions(row),
        switches=frozenset(switch for switch in Switch if row[switch]),
        statuses=None if row["statuses"] is None else frozenset(row["statuses"]),
        assigned=row["user_visibility"] == "ASSIGNED",
        assigned_accounts=frozenset(assigned["affiliate_account_id"]),
        assigned_advertisers=frozenset(assigned["advertiser_profile_id"]),
    )
