"""People whose random grants are stored: what they may do is read from the tables, as of any user."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import asyncpg
from drawing import NOON, WorldRows
from viewers import grants_in
from world_roles import assign
from world_rows import rows_of_world
from worlds import World, inserted_rows

from sightline.authz.grants import Grants, OrganizationGrant, PlatformGrant
from sightline.authz.permissions import Level
from sightline.authz.roles import PREDEFINED_ORGANIZATION_ROLES, BaseType
from sightline.db.catalogue import Catalogue
from sightline.db.snapshot import Snapshot
from sightline.db.tables.enums import AdjustmentSide, Settlement
from sightline.resolvers.identity import Principal, principal_of_user

_ASSIGNED = (BaseType.AFFILIATE_MANAGER, BaseType.ADVERTISER_MANAGER)
"""Only these see what is assigned to them alone (S8)."""


async def people_of(
    connection: asyncpg.Connection, catalogue: Catalogue, random: Random, number: int
) -> tuple[World, list[Principal]]:
    """A random world where everybody is active, with so many people more in it; and all who may do anything."""
    rows = WorldRows(random, tables=rows_of_world(random))
    for _ in range(number):
        _add_person(rows, grants_in(random, World(rows.tables), most=2))
    _invoice_what_is_due(rows)
    users = rows.tables["app_user"]
    for user in users:
        user["status"] = "ACTIVE"
    world = await inserted_rows(connection, catalogue, rows.tables)
    return world, [await as_stored(connection, user["id"]) for user in users]


async def as_stored(connection: asyncpg.Connection, user: int) -> Principal:
    """A user's principal as the tables have it now."""
    return await principal_of_user(Snapshot(connection, 0, NOON), user)


def _invoice_what_is_due(world: WorldRows) -> None:
    """Let invoices name only what is owed to an account and was invoiced: nothing else can be paid."""
    owed = {
        "conversion_id": [
            each for each in world.tables["conversion"] if each["settlement"] in (Settlement.INVOICED, Settlement.PAID)
        ],
        "adjustment_id": [each for each in world.tables["adjustment"] if each["side"] == AdjustmentSide.PAYOUT],
    }
    due = {(name, each["affiliate_account_id"], each["id"]) for name, rows in owed.items() for each in rows}
    lines = world.tables["payout_invoice_line"]
    lines[:] = [
        line for line in lines if any((name, line["affiliate_account_id"], line.get(name)) in due for name in owed)
    ]


def _add_person(world: WorldRows, grants: Grants) -> None:
    """Somebody with these grants, of each organization, account and company one."""
    number = len(world.tables["app_user"]) + 1
    values = {"email": f"user{number}@example.org", "name": f"Somebody {number}", "status": "ACTIVE"}
    user = world.numbered("app_user", version=1, **values)["id"]
    for each in {grant.organization_id: grant for grant in grants.organizations}.values():
        _add_membership(world, user, each)
    if grants.platform is not None:
        _add_staff(world, user, grants.platform)
    for account, role in {each.account_id: each.role for each in grants.collaborators}.items():
        world.numbered("collaborator", affiliate_account_id=account, user_id=user, role=role)
    for company, level in {each.company_id: each.level for each in grants.companies}.items():
        world.numbered("company_access", company_id=company, user_id=user, level=level)


def _add_membership(world: WorldRows, user: int, grant: OrganizationGrant) -> None:
    organization = grant.organization_id
    known = [at for at, each in enumerate(PREDEFINED_ORGANIZATION_ROLES, 1) if each.permissions == grant.permissions]
    role = known[0] if known else _add_role(world, BaseType.ORG, grant.permissions, organization_id=organization)
    made = assign(
        world,
        user,
        role,
        organization,
        programs="ALL" if grant.programs is None else "LISTED",
        lines="ALL" if grant.product_lines is None else "LISTED",
    )
    for program in sorted(grant.programs or ()):
        world.add("assignment_program", assignment_id=made["id"], program_id=program, created_at=NOON)
    for line in sorted(grant.product_lines or ()):
        world.add("assignment_product_line", assignment_id=made["id"], product_line=line, created_at=NOON)


def _add_staff(world: WorldRows, user: int, grant: PlatformGrant) -> None:
    base = BaseType.MANAGER if grant.base_type is BaseType.ORG else grant.base_type
    role = _add_role(
        world,
        base,
        grant.permissions,
        user_visibility="ASSIGNED" if grant.assigned and base in _ASSIGNED else "ALL",
        statuses=sorted(grant.statuses) if grant.statuses is not None else None,
        owner_id=user if base is BaseType.PERSONAL else None,
        **{switch.value: True for switch in grant.switches},
    )
    assign(world, user, role)
    for account in sorted(grant.assigned_accounts):
        world.numbered("manager_assignment", user_id=user, affiliate_account_id=account)
    for advertiser in sorted(grant.assigned_advertisers):
        world.numbered("manager_assignment", user_id=user, advertiser_profile_id=advertiser)


def _add_role(world: WorldRows, base: BaseType, permissions: Iterable[tuple[str, Level]], **values: Any) -> int:
    plain: dict[str, Any] = {"see_revenue": False, "see_payout": False, "see_sale_amount": False}
    plain |= {"version": 1, "status": "ACTIVE", "user_visibility": "ALL", "base_type": base}
    plain |= {"name": f"Role {len(world.tables['role']) + 1}", "scope": "ORGANIZATION" if base == "ORG" else "PLATFORM"}
    plain["origin"] = "PERSONAL" if base is BaseType.PERSONAL else "CUSTOM"
    role: int = world.numbered("role", **plain | values)["id"]
    for key, level in permissions:
        world.add("role_permission", role_id=role, permission=key, level=level, created_at=NOON)
    return role
