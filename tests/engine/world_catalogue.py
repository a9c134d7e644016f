"""What a world promotes, and with what: brands, plans, products, media, goals, pages; trackers and testimonials."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from drawing import CURRENCIES, WorldRows
from world_roles import pairs

from sightline.db.tables import enums


def add_brands_and_plans(world: WorldRows) -> None:
    """Add what programs refer to; advertisers come before."""
    for number in range(1, 7):
        world.numbered(
            "brand",
            version=1,
            advertiser_profile_id=world.any("advertiser_profile")["id"],
            name=f"{world.text()} {number}",
            status=world.one_of(list(enums.CatalogueStatus)),
            description=world.perhaps(world.text()),
            website_url=world.perhaps(f"https://brand{number}.example.org"),
            internal_notes=world.perhaps(world.text()),
            operator_notes=world.perhaps(world.text()),
        )
    for _ in range(9):
        advertiser = world.perhaps(world.any("advertiser_profile"), chance=0.8)
        world.numbered(
            "commission_plan",
            version=1,
            advertiser_profile_id=advertiser["id"] if advertiser else None,
            created_by_id=world.perhaps(world.any("app_user")["id"]),
            name=world.text(),
            terms=world.perhaps(world.text()),
            payout_percent=Decimal(world.random.randrange(1, 20)),
            payout_fixed=world.perhaps(world.money()),
            revenue_percent=world.perhaps(Decimal(world.random.randrange(1, 30))),
            revenue_fixed=world.perhaps(world.money()),
            currency=world.one_of(CURRENCIES),
            valid_from=world.perhaps(date(2026, 1, world.random.randrange(1, 9))),
            valid_to=world.perhaps(date(2027, 1, 1)),
            offerable=world.chance(0.5),
            restricts_modification=world.chance(0.5),
        )


def add_materials(world: WorldRows) -> None:
    """Add what programs and brands are promoted with; both come before."""
    for program in world.tables["program"]:
        for name in ("sale", "sign-up")[: world.random.randrange(3)]:
            world.numbered(
                "program_goal",
                version=1,
                program_id=program["id"],
                name=name,
                description=world.perhaps(world.text()),
                is_base=name == "sale",
            )
    for number in range(1, 9):
        world.numbered(
            "product",
            version=1,
            brand_id=world.any("brand")["id"],
            name=f"{world.text()} {number}",
            status=world.one_of(list(enums.CatalogueStatus)),
            description=world.perhaps(world.text()),
            sku=world.perhaps(f"sku{number}"),
            operator_notes=world.perhaps(world.text()),
        )
    for number in range(1, 41):
        kind = world.one_of(list(enums.MediaKind))
        world.numbered(
            "media",
            version=1,
            brand_id=world.any("brand")["id"],
            program_id=world.perhaps(world.any("program")["id"]),
            name=f"{world.text()} {number}",
            kind=kind,
            status=world.one_of(list(enums.CatalogueStatus)),
            url=f"https://media{number}.example.org",
            html="<b>now</b>" if kind is enums.MediaKind.HTML_BANNER else None,
            width=world.perhaps(world.random.randrange(1, 9)),
            height=world.perhaps(world.random.randrange(1, 9)),
            operator_notes=world.perhaps(world.text()),
        )
    for number in range(1, 6):
        state = world.one_of(list(enums.PublicationState))
        world.numbered(
            "content_page",
            version=1,
            slug=f"page-{number}",
            name=f"{world.text()} {number}",
            body=world.text(),
            status=state,
            published_at=world.moment() if state is enums.PublicationState.PUBLISHED else None,
        )


def add_promotion(world: WorldRows) -> None:
    """Add what accounts promote with; enrollments come before."""
    for number in range(1, 13):
        world.numbered(
            "tracker",
            version=1,
            affiliate_account_id=world.any("affiliate_account")["id"],
            enrollment_id=None,
            media_id=world.perhaps(world.any("media")["id"]),
            name=f"{world.text()} {number}",
            code=f"code{number}",
            landing_url=world.perhaps(f"https://landing{number}.example.org"),
        )
        world.numbered(
            "testimonial",
            version=1,
            affiliate_account_id=world.any("affiliate_account")["id"],
            name=world.text(),
            text=world.text(),
            state=world.one_of(list(enums.PublicationState)),
        )
    for plan, account in pairs(world, "commission_plan", "affiliate_account", 10):
        world.numbered(
            "commission_plan_assignment",
            commission_plan_id=plan,
            affiliate_account_id=account,
            assigned_by_id=world.perhaps(world.any("app_user")["id"]),
        )
