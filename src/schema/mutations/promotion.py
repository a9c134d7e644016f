"""Mutations of brands, products and media."""

from __future__ import annotations

from typing import Any, Final

import strawberry

from sightline.db.tables.enums import CatalogueStatus, MediaKind
from sightline.resolvers.mutations import promotion
from sightline.schema.mutations.framework import VERSION, Given, Mutation, given, id_of, optional

_NAME = given(str, "What it is called.")
_BRAND = id_of("The brand.")
_OF_BRAND: Final = {
    "description": optional(str, "What it stands for."),
    "website_url": optional(str, "Its web site."),
    "internal_notes": optional(str, "Notes for the advertiser's own people and the operator's."),
}
_OF_PRODUCT: Final = {
    "description": optional(str, "What it is."),
    "sku": optional(str, "The advertiser's own article number."),
}
_OF_MEDIA: Final = {
    "url": optional(str, "The image, or where the link leads."),
    "html": optional(str, "The banner's markup."),
    "width": optional(int, "Width in pixels."),
    "height": optional(int, "Height in pixels."),
}


def _edit(entity: str, takes: dict[str, Given], work: Any) -> Mutation:
    named = {"name": optional(str, "What it is called."), "status": optional(CatalogueStatus, "Whether it is in use.")}
    return Mutation(
        f"edit_{entity}",
        verb=f"{entity}:edit",
        description=f"Change, enable or disable a {entity}.".replace("a media", "media"),
        takes={entity: id_of(f"The {entity}."), **named, **takes, "version": VERSION},
        gives={entity: entity},
        work=work,
    )


def _annotate(entity: str, work: Any) -> Mutation:
    return Mutation(
        f"annotate_{entity}",
        verb=f"{entity}:annotate",
        description="Write the operator's notes, which nobody but its staff sees.",
        takes={
            entity: id_of(f"The {entity}."),
            "operator_notes": given(str, "The notes; blank takes them away."),
        },
        gives={entity: entity},
        work=work,
    )


MUTATIONS: Final = (
    Mutation(
        "create_brand",
        verb="brand:create",
        description="Make an enabled brand of an advertiser.",
        takes={"advertiser_profile": id_of("The advertiser whose brand it is."), "name": _NAME, **_OF_BRAND},
        gives={"brand": "brand"},
        work=promotion.create_brand,
    ),
    _edit("brand", _OF_BRAND, promotion.edit_brand),
    _annotate("brand", promotion.annotate_brand),
    Mutation(
        "create_product",
        verb="product:create",
        description="Make an enabled product of a brand.",
        takes={"brand": _BRAND, "name": _NAME, **_OF_PRODUCT},
        gives={"product": "product"},
        work=promotion.create_product,
    ),
    _edit("product", _OF_PRODUCT, promotion.edit_product),
    _annotate("product", promotion.annotate_product),
    Mutation(
        "create_media",
        verb=("media:create", "media:create_for_program"),
        description="Make an enabled image, banner or link of a brand.",
        takes={
            "brand": _BRAND,
            "name": _NAME,
            "kind": given(MediaKind, "Image, banner or link; it stays what it is."),
            "program": optional(strawberry.ID, "The only program it may be used for; any of the brand's if none."),
            **_OF_MEDIA,
        },
        gives={"media": "media"},
        work=promotion.create_media,
    ),
    _edit("media", _OF_MEDIA, promotion.edit_media),
    _annotate("media", promotion.annotate_media),
)
