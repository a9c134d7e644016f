"""Random rows of every table that the rules read: referentially valid, with ids that collide between tables."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from drawing import CURRENCIES, Values, WorldRows
from world_access import add_access, add_payout_runs
from world_catalogue import add_brands_and_plans, add_materials
from world_facts import add_facts
from world_oversight import add_oversight
from world_roles import add_roles, pairs

from sightline.db.tables import enums


def rows_of_world(random: Random, *, size: int = 1) -> dict[str, list[Values]]:
    """A world's rows by table, in an order in which they can be inserted."""
    world = WorldRows(random, size)
    _people(world)
    _profiles(world)
    add_roles(world)
    add_payout_runs(world)
    add_facts(world)
    add_access(world)
    add_oversight(world)
    return world.tables


def _people(world: WorldRows) -> None:
    for number in range(1, 11):
        world.numbered(
            "app_user",
            version=world.random.randrange(1, 5),
            email=f"user{number}@example.org",
            email_verified_at=world.perhaps(world.moment()),
            name=f"{world.text()} {number}",
            status=world.one_of(list(enums.UserStatus)),
            time_zone=world.perhaps("Europe/Paris"),
        )
    for number in range(1, 5):
        world.numbered(
            "organization",
            version=1,
            name=f"{world.text()} {number}",
            created_by_id=world.perhaps(world.any("app_user")["id"]),
            time_zone=world.perhaps("Europe/Oslo"),
            guest_hides_partner_names=world.chance(0.5),
            hides_archived_profiles=world.chance(0.5),
        )
    for number in range(1, 5):
        world.numbered("company", version=1, name=f"{world.text()} {number} Ltd", tax_id=world.perhaps(f"TAX{number}"))
    for company, user in pairs(world, "company", "app_user", 7):
        world.numbered("company_access", company_id=company, user_id=user, level=world.one_of(list(enums.CompanyLevel)))


def _profiles(world: WorldRows) -> None:
    for number in range(1, 7):
        world.numbered(
            "advertiser_profile",
            version=1,
            organization_id=world.any("organization")["id"],
            name=f"{world.text()} {number}",
            approved_at=world.perhaps(world.moment()),
            archived_at=world.perhaps(world.moment(), chance=0.2),
        )
    for number in range(1, 7):
        world.numbered(
            "partner_profile",
            version=1,
            organization_id=world.any("organization")["id"],
            name=f"{world.text()} {number}",
            description=world.perhaps(world.text()),
            listed=world.chance(0.5),
            archived_at=world.perhaps(world.moment(), chance=0.5),
        )
    add_brands_and_plans(world)
    for _ in range(10):
        advertiser = world.any("advertiser_profile")
        world.numbered(
            "program",
            version=1,
            advertiser_profile_id=advertiser["id"],
            advertiser_org_id=advertiser["organization_id"],
            advertiser_name=advertiser["name"],
            name=world.text(),
            description=world.perhaps(world.text()),
            status=world.one_of((*enums.ProgramStatus, enums.ProgramStatus.ACTIVE, enums.ProgramStatus.ACTIVE)),
            listed=world.chance(0.5),
            currency=world.one_of(CURRENCIES),
            commission_model=world.one_of(list(enums.CommissionModel)),
            share_sale_amount=world.chance(0.5),
            product_line=world.one_of(list(enums.ProductLine)),
            brand_id=_brand_of(world, advertiser),
            default_plan_id=world.perhaps(world.any("commission_plan")["id"]),
        )
    add_materials(world)
    partners = world.tables["partner_profile"]
    for number, partner in enumerate((*partners, world.one_of(partners), world.one_of(partners)), start=1):
        carried = {"partner_profile_id": partner["id"], "partner_org_id": partner["organization_id"]}
        world.numbered(
            "affiliate_account",
            version=1,
            **carried,
            name=world.text(),
            status=world.one_of(list(enums.AccountStatus)),
            company_id=world.perhaps(world.any("company")["id"]),
            created_by_id=world.any("app_user")["id"],
            external_id=world.perhaps(f"x{number}"),
        )
        world.add("account_shard", affiliate_account_id=number)
        world.numbered(
            "traffic_source",
            version=1,
            **carried,
            name=world.text(),
            kind=world.one_of(list(enums.SourceKind)),
            url=world.perhaps(f"https://{number}.example.org"),
        )
    for account, user in pairs(world, "affiliate_account", "app_user", 14):
        world.numbered(
            "collaborator",
            affiliate_account_id=account,
            user_id=user,
            role=world.one_of(list(enums.CollaboratorRole)),
            expires_at=world.perhaps(world.moment() + timedelta(days=36_500), chance=0.3),
        )


def _brand_of(world: WorldRows, advertiser: Values) -> Any:
    brands = [brand["id"] for brand in world.tables["brand"] if brand["advertiser_profile_id"] == advertiser["id"]]
    return world.perhaps(world.one_of(brands)) if brands else None
