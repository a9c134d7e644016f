"""Roles of a world and who holds them: predefined, custom and default ones, with lists and assignments."""

from __future__ import annotations

from collections.abc import Iterator

from drawing import NOON, Values, WorldRows

from sightline.authz.permissions import CATALOGUE, Scope
from sightline.authz.roles import DEFAULT_PLATFORM_ROLES, PREDEFINED_ORGANIZATION_ROLES, BaseType
from sightline.db.tables import enums


def add_roles(world: WorldRows) -> None:
    """Add roles, their permissions, and assignments of them."""
    plain = {"version": 1, "status": "ACTIVE"}
    switches = ("see_revenue", "see_payout", "see_sale_amount")
    for predefined in PREDEFINED_ORGANIZATION_ROLES:
        hidden = dict.fromkeys(switches, False) | {"user_visibility": "ALL"}
        world.numbered(
            "role", name=predefined.name, scope="ORGANIZATION", origin="PREDEFINED", base_type="ORG", **plain, **hidden
        )
    for number in range(1, 6):
        role = world.numbered(
            "role",
            name=f"{world.text()} {number}",
            scope="ORGANIZATION",
            origin="CUSTOM",
            base_type="ORG",
            organization_id=world.any("organization")["id"],
            user_visibility="ALL",
            **plain,
            **{switch: world.chance(0.5) for switch in switches},
        )
        _permissions(world, role, Scope.ORGANIZATION)
    for default in DEFAULT_PLATFORM_ROLES:
        assigned = default.base_type in (BaseType.AFFILIATE_MANAGER, BaseType.ADVERTISER_MANAGER) and world.chance(0.5)
        role = world.numbered(
            "role",
            name=default.name,
            scope="PLATFORM",
            origin="DEFAULT",
            base_type=default.base_type,
            user_visibility="ASSIGNED" if assigned else "ALL",
            statuses=world.perhaps(sorted({world.one_of(list(enums.ConversionStatus)) for _ in range(3)}), chance=0.4),
            **plain,
            **{switch: world.chance(0.5) for switch in switches},
        )
        for key, level in default.permissions:
            world.add("role_permission", role_id=role["id"], permission=key, level=level, created_at=NOON)
    _assignments(world)


def _permissions(world: WorldRows, role: Values, scope: Scope) -> None:
    for permission in CATALOGUE[scope].values():
        if world.chance(0.4):
            level = world.one_of(permission.levels)
            world.add("role_permission", role_id=role["id"], permission=permission.key, level=level, created_at=NOON)


def _assignments(world: WorldRows) -> None:
    roles = world.tables["role"]
    everybody, platform = roles[: len(PREDEFINED_ORGANIZATION_ROLES)], roles[-len(DEFAULT_PLATFORM_ROLES) :]
    world.tables["role_assignment"], world.tables["assignment_program"] = [], []
    for organization, user in pairs(world, "organization", "app_user", 16):
        own = [role for role in roles if role.get("organization_id") == organization]
        given = world.one_of(own) if own and world.chance(0.6) else world.one_of(everybody)
        listed = world.one_of(list(enums.ListScope))
        lines = world.one_of(list(enums.ListScope))
        made = assign(world, user, given["id"], organization, programs=listed, lines=lines)
        for program in world.tables["program"]:
            if listed is enums.ListScope.LISTED and world.chance(0.4):
                ids = {"assignment_id": made["id"], "program_id": program["id"]}
                world.add("assignment_program", **ids, created_at=NOON)
    for manager in world.random.sample(world.tables["app_user"], 5):
        assign(world, manager["id"], world.one_of(platform)["id"])
        for target, column in (
            ("affiliate_account", "affiliate_account_id"),
            ("advertiser_profile", "advertiser_profile_id"),
        ):
            for each in world.random.sample(world.tables[target], 3):
                world.numbered("manager_assignment", user_id=manager["id"], **{column: each["id"]})


def assign(
    world: WorldRows,
    user: int,
    role: int,
    organization: int | None = None,
    *,
    programs: str = "ALL",
    lines: str = "ALL",
) -> Values:
    """A role given to somebody, in an organization or on the platform."""
    return world.numbered(
        "role_assignment",
        version=1,
        user_id=user,
        scope="PLATFORM" if organization is None else "ORGANIZATION",
        organization_id=organization,
        role_id=role,
        program_scope=programs,
        line_scope=lines,
    )


def pairs(world: WorldRows, first: str, second: str, most: int) -> Iterator[tuple[int, int]]:
    """Different pairs of ids of two tables."""
    drawn = {(world.any(first)["id"], world.any(second)["id"]) for _ in range(most)}
    yield from sorted(drawn)
