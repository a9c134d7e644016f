"""People whose random grants are stored: what they may do is read from the tables, as of any user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from random import Random

import asyncpg
from drawing import NOON, Values
from viewers import grants_in
from worlds import World, insert, inserted, read_back

from sightline.authz.grants import Grants, OrganizationGrant, PlatformGrant
from sightline.authz.permissions import Level
from sightline.authz.roles import PREDEFINED_ORGANIZATION_ROLES, BaseType
from sightline.db.catalogue import Catalogue
from sightline.db.snapshot import Snapshot
from sightline.resolvers.identity import Principal, principal_of_user

FIRST = 5_000
"""Their rows have numbers of their own."""

TABLES = (
    "app_user",
    "role",
    "role_permission",
    "role_assignment",
    "assignment_program",
    "assignment_product_line",
    "manager_assignment",
    "collaborator",
    "company_access",
)

_ASSIGNED = (BaseType.AFFILIATE_MANAGER, BaseType.ADVERTISER_MANAGER)
"""Only these see what is assigned to them alone (S8)."""


async def people_of(
    connection: asyncpg.Connection, catalogue: Catalogue, random: Random, number: int
) -> tuple[World, list[Principal]]:
    """A random world where everybody is active, with so many people more in it; and all who may do anything."""
    world = await inserted(connection, catalogue, random)
    rows = _Rows({name: [] for name in TABLES})
    for _ in range(number):
        rows.person(grants_in(random, world, most=2))
    for name in TABLES:
        await insert(connection, catalogue[name], rows.tables[name])
    await connection.execute("UPDATE app_user SET status = 'ACTIVE'")
    world = await read_back(connection, catalogue)
    snapshot = Snapshot(connection, 0, NOON)
    return world, [await principal_of_user(snapshot, each["id"]) for each in world.tables["app_user"]]


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    tables: dict[str, list[Values]]
    _numbers: Iterable[int] = field(default_factory=lambda: count(FIRST))

    def person(self, grants: Grants) -> None:
        """Somebody with these grants, of each organization, account and company the first."""
        user = self._add(
            "app_user", version=1, email=f"{next(iter(self._numbers))}@example.org", name="Somebody", status="ACTIVE"
        )
        for each in {grant.organization_id: grant for grant in grants.organizations}.values():
            self._membership(user, each)
        if grants.platform is not None:
            self._staff(user, grants.platform)
        for account, role in {each.account_id: each.role for each in grants.collaborators}.items():
            self._add("collaborator", affiliate_account_id=account, user_id=user, role=role)
        for company, level in {each.company_id: each.level for each in grants.companies}.items():
            self._add("company_access", company_id=company, user_id=user, level=level)

    def _membership(self, user: int, grant: OrganizationGrant) -> None:
        organization = grant.organization_id
        known = [
            at for at, role in enumerate(PREDEFINED_ORGANIZATION_ROLES, 1) if role.permissions == grant.permissions
        ]
        made = self._add(
            "role_assignment",
            version=1,
            user_id=user,
            scope="ORGANIZATION",
            organization_id=organization,
            role_id=known[0] if known else self._role("ORG", grant.permissions, organization_id=organization),
            program_scope="ALL" if grant.programs is None else "LISTED",
            line_scope="ALL" if grant.product_lines is None else "LISTED",
        )
        for program in sorted(grant.programs or ()):
            self._listed("assignment_program", assignment_id=made, program_id=program)
        for line in sorted(grant.product_lines or ()):
            self._listed("assignment_product_line", assignment_id=made, product_line=line)

    def _staff(self, user: int, grant: PlatformGrant) -> None:
        base = BaseType.MANAGER if grant.base_type is BaseType.ORG else grant.base_type
        role = self._role(
            base,
            grant.permissions,
            user_visibility="ASSIGNED" if grant.assigned and base in _ASSIGNED else "ALL",
            statuses=sorted(grant.statuses) if grant.statuses is not None else None,
            owner_id=user if base is BaseType.PERSONAL else None,
            **{switch.value: True for switch in grant.switches},
        )
        self._add(
            "role_assignment",
            version=1,
            user_id=user,
            scope="PLATFORM",
            role_id=role,
            program_scope="ALL",
            line_scope="ALL",
        )
        for account in sorted(grant.assigned_accounts):
            self._add("manager_assignment", user_id=user, affiliate_account_id=account)
        for advertiser in sorted(grant.assigned_advertisers):
            self._add("manager_assignment", user_id=user, advertiser_profile_id=advertiser)

    def _role(self, base: str, permissions: Iterable[tuple[str, Level]], **values: object) -> int:
        number = next(iter(self._numbers))
        plain: Values = {"see_revenue": False, "see_payout": False, "see_sale_amount": False, "user_visibility": "ALL"}
        plain |= {"version": 1, "status": "ACTIVE", "scope": "ORGANIZATION" if base == "ORG" else "PLATFORM"}
        plain |= {"name": f"Role {number}", "origin": "PERSONAL" if base == "PERSONAL" else "CUSTOM"}
        role = self._add("role", base_type=base, **plain | values)
        for key, level in permissions:
            self._listed("role_permission", role_id=role, permission=key, level=level)
        return role

    def _add(self, table: str, **values: object) -> int:
        number = next(iter(self._numbers))
        self.tables[table].append({"id": number, "created_at": NOON, **values})
        return number

    def _listed(self, table: str, **values: object) -> None:
        self.tables[table].append({"created_at": NOON, **values})
