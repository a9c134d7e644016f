"""Random principals over a world: every kind of grant, limit, switch and scope, alone and together."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from worlds import World

from sightline.authz.grants import (
    NOTHING,
    CollaboratorGrant,
    CompanyGrant,
    Grants,
    OrganizationGrant,
    PlatformGrant,
    by_key,
    narrow,
    paths_of,
)
from sightline.authz.paths import LISTED, Paths
from sightline.authz.permissions import CATALOGUE, Level, Scope, token
from sightline.authz.reports.lists import BASE_COLUMNS, narrowed
from sightline.authz.roles import DEFAULT_PLATFORM_ROLES, PREDEFINED_ORGANIZATION_ROLES, BaseType, Switch
from sightline.db.tables.enums import CollaboratorRole, CompanyLevel, ConversionStatus, ProductLine
from sightline.resolvers.identity import Principal


def principal(name: str, paths: Paths, *, user_id: int | None = None) -> Principal:
    """A principal with these paths, whose grants never end."""
    return Principal(name, user_id, None, paths, None)


def principals(random: Random, world: World, count: int) -> list[Principal]:
    """That many principals; every tenth is suspended, every third asks with a key of some scopes."""
    made = []
    for number in range(count):
        grants = grants_in(random, world, most=1 if number % 2 else 3)
        paths = paths_of(grants)
        if number % 10 == 9:
            paths = NOTHING
        elif number % 3 == 2:
            paths = narrow(paths, scopes(random))
        made.append(principal(f"user:{number}", paths, user_id=grants.user_id))
    return made


def grants_in(random: Random, world: World, *, most: int = 2) -> Grants:
    """Random grants of a user of this world: up to `most` of each kind, mostly of few kinds."""

    def some(likely: float) -> range:
        return range(random.randint(1, most) if random.random() < likely else 0)

    return Grants(
        _id(random, world, "app_user"),
        organizations=tuple(organization_grant(random, world) for _ in some(0.55)),
        platform=platform_grant(random, world) if random.random() < 0.45 else None,
        collaborators=tuple(
            CollaboratorGrant(_id(random, world, "affiliate_account"), random.choice(list(CollaboratorRole)))
            for _ in some(0.4)
        ),
        companies=tuple(
            CompanyGrant(_id(random, world, "company"), random.choice(list(CompanyLevel))) for _ in some(0.25)
        ),
    )


def organization_grant(random: Random, world: World) -> OrganizationGrant:
    """A membership: of a predefined role, or of one made of random permissions and limits."""
    settings: dict[str, Any] = {
        "guest_hides_partner_names": random.random() < 0.5,
        "hides_archived_profiles": random.random() < 0.5,
        "advertiser_approved": random.random() < 0.5,
    }
    organization = _id(random, world, "organization")
    if random.random() < 0.5:
        role = random.choice(PREDEFINED_ORGANIZATION_ROLES)
        return OrganizationGrant(
            organization, role.permissions, standing=role.standing, both_sides=role.both_sides, **settings
        )
    programs = [row["id"] for row in world.tables["program"]]
    return OrganizationGrant(
        organization,
        permissions(random, Scope.ORGANIZATION),
        programs=frozenset(random.sample(programs, 4)) if random.random() < 0.35 else None,
        product_lines=frozenset(random.sample(list(ProductLine), 2)) if random.random() < 0.35 else None,
        **settings,
    )


def platform_grant(random: Random, world: World) -> PlatformGrant:
    """A staff role: a default one or random permissions, with random switches, statuses and assignments."""
    role = random.choice(DEFAULT_PLATFORM_ROLES)
    drawn = random.random() < 0.5
    return PlatformGrant(
        random.choice(list(BaseType)) if drawn else role.base_type,
        permissions(random, Scope.PLATFORM) if drawn else role.permissions,
        switches=frozenset(switch for switch in Switch if random.random() < 0.5),
        statuses=frozenset(random.sample(list(ConversionStatus), 2)) if random.random() < 0.3 else None,
        assigned=random.random() < 0.5,
        assigned_accounts=frozenset(_id(random, world, "affiliate_account") for _ in range(4)),
        assigned_advertisers=frozenset(_id(random, world, "advertiser_profile") for _ in range(3)),
        listed=narrowed(LISTED, [key for key in BASE_COLUMNS.values() if random.random() < 0.8]),
    )


def permissions(
    random: Random, scope: Scope, *, likely: tuple[float, ...] = (0.15, 0.4, 0.8)
) -> tuple[tuple[str, Level], ...]:
    """Random permissions of the catalogue, never the administrator's; reserved ones among them."""
    chance = random.choice(likely)
    return tuple(
        (each.key, random.choice(each.levels))
        for each in CATALOGUE[scope].values()
        if each.key != "ADMIN" and random.random() < chance
    )


def scopes(random: Random) -> frozenset[str]:
    """Random scopes of an API key."""
    keys = [*CATALOGUE[Scope.PLATFORM], *CATALOGUE[Scope.ORGANIZATION]]
    held = {token(random.choice(keys), random.choice(list(Level))) for _ in range(random.randrange(12))}
    return frozenset(held | {name for name in ("org:R", "account:R", "self:R", "org:W") if random.random() < 0.4})


def _id(random: Random, world: World, table: str) -> int:
    return int(random.choice(world.tables[table])["id"])


def focused(random: Random, world: World, count: int) -> list[Principal]:
    """Principals of one grant each that differ in little: limited roles of organizations, staff with every switch.

    A few more see API keys of their own and nothing else, and a few would own everything, were it not by key.
    """
    made = []
    for number in range(count):
        user = _id(random, world, "app_user")
        if number % 3:
            limits = organization_grant(random, world)
            programs = frozenset(row["id"] for row in world.tables["program"] if random.random() < 0.6)
            grant = OrganizationGrant(
                limits.organization_id,
                permissions(random, Scope.ORGANIZATION, likely=(0.5, 0.8)),
                programs=programs if number % 4 > 1 else None,
                product_lines=frozenset(random.sample(list(ProductLine), 2)) if number % 8 > 4 else None,
                advertiser_approved=number % 5 == 0,
            )
            guest = next(role for role in PREDEFINED_ORGANIZATION_ROLES if role.name == "Guest")
            if number % 7 == 0:
                grant = OrganizationGrant(limits.organization_id, guest.permissions, guest.standing, both_sides=True)
            grants = Grants(user, organizations=(grant,))
        else:
            base = random.choice((BaseType.ADVERTISER_MANAGER, BaseType.AFFILIATE_MANAGER, BaseType.MANAGER))
            given = platform_grant(random, world)
            grants = Grants(
                user,
                platform=PlatformGrant(
                    base,
                    permissions(random, Scope.PLATFORM),
                    switches=frozenset(Switch),
                    assigned=number % 2 == 0,
                    assigned_accounts=given.assigned_accounts,
                    assigned_advertisers=given.assigned_advertisers,
                ),
            )
        made.append(principal(f"focused:{number}", paths_of(grants), user_id=user))
    return [*made, *map(_by_key_for_own_keys, _owners(world)), *_keys_of_owners(world)]


def _owners(world: World) -> list[int]:
    """Some users who own API keys."""
    return sorted({row["user_id"] for row in world.tables["api_key"] if row["user_id"] is not None})[:3]


def _by_key_for_own_keys(user: int) -> Principal:
    """Staff by a key without `self`: the user's own keys are reached through the platform, or not at all."""
    staff = PlatformGrant(BaseType.MANAGER, (("API_KEYS", Level.R),))
    paths = narrow(paths_of(Grants(user, platform=staff)), frozenset({token("API_KEYS", Level.R)}))
    return principal(f"owner:{user}", paths, user_id=user)


def _keys_of_owners(world: World) -> list[Principal]:
    """Keys by which somebody would own everything, were it not by key: what is done in person only is not theirs."""
    admin = next(role for role in PREDEFINED_ORGANIZATION_ROLES if role.name == "Admin")
    accounts, organizations = [
        [row["id"] for row in world.tables[name]] for name in ("affiliate_account", "organization")
    ]
    companies = tuple(CompanyGrant(row["id"], CompanyLevel.OWNER) for row in world.tables["company"])
    owners = (
        Grants(None, collaborators=tuple(CollaboratorGrant(each, CollaboratorRole.OWNER) for each in accounts)),
        Grants(
            None,
            organizations=tuple(
                OrganizationGrant(each, admin.permissions, admin.standing, both_sides=True) for each in organizations
            ),
        ),
        Grants(None, platform=PlatformGrant(BaseType.MANAGER, (("AFFILIATES", Level.W),))),
    )
    return [
        principal(f"owner by key:{number}", by_key(paths_of(replace(each, companies=companies))))
        for number, each in enumerate(owners)
    ]
