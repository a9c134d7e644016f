"""What is promoted: brands, products, media, goals, and the pages that explain the platform."""

from __future__ import annotations

from sightline.authz.entities.partnerships import PROGRAM_RULE
from sightline.authz.entities.pieces import (
    ADVERTISER,
    PLATFORM,
    PROGRAM,
    PUBLIC,
    TO_PROGRAMS,
    EntityRule,
    assigned,
    assigned_advertiser,
    follows,
    own_organizations,
    within_programs,
)
from sightline.authz.expr import Edge, Exists, Holds, IsNull, Reached, all_of, any_of, equals
from sightline.authz.masks import FULL, or_full
from sightline.authz.permissions import permitted

_ADVERTISER = Edge("advertiser_profile", (("advertiser_profile_id", "id"),))
_BRAND = Edge("brand", (("brand_id", "id"),))
_OWN_BRAND = Exists(_BRAND, Exists(_ADVERTISER, own_organizations("organization_id")))
_ASSIGNED_BRAND = assigned(advertiser=Exists(_BRAND, assigned_advertiser()))
_ENABLED = equals("status", "ENABLED")

BRAND_RULE = EntityRule(
    "brand",
    {
        ADVERTISER: all_of(or_full("BRANDING"), Exists(_ADVERTISER, own_organizations("organization_id"))),
        PLATFORM: all_of(permitted("BRANDS"), assigned(advertiser=assigned_advertiser())),
        PUBLIC: _ENABLED,
    },
    {"MANAGED": Holds("BRANDING:W")},
)

# What stands under a disabled brand, or belongs to a program that is not listed and active, is not public.
PRODUCT_RULE = EntityRule(
    "product",
    {
        ADVERTISER: all_of(FULL, _OWN_BRAND),
        PLATFORM: all_of(permitted("PRODUCTS"), _ASSIGNED_BRAND),
        PUBLIC: all_of(_ENABLED, Exists(_BRAND, Reached())),
    },
)

MEDIA_RULE = EntityRule(
    "media",
    {
        ADVERTISER: all_of(or_full("CONTENT"), _OWN_BRAND, within_programs()),
        PLATFORM: all_of(permitted("MEDIA"), _ASSIGNED_BRAND),
        TO_PROGRAMS: all_of(_ENABLED, Exists(PROGRAM, Reached())),
        PUBLIC: all_of(_ENABLED, Exists(_BRAND, Reached()), any_of(IsNull("program_id"), Exists(PROGRAM, Reached()))),
    },
)

# Goals are for those who work with the program; the marketplace shows the program alone.
PROGRAM_GOAL_RULE = EntityRule(
    "program_goal",
    {kind: rows for kind, rows in follows(PROGRAM, PROGRAM_RULE).items() if kind is not PUBLIC},
)

CONTENT_PAGE_RULE = EntityRule("content_page", {PLATFORM: permitted("CONTENT"), PUBLIC: equals("status", "PUBLISHED")})
