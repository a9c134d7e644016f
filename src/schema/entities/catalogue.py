"""What is promoted: brands, products, media, goals, and the pages that explain the platform."""

from __future__ import annotations

from sightline.db.tables import (
    BrandRow,
    ClickRow,
    CommissionPlanRow,
    ContentPageRow,
    ConversionItemRow,
    ConversionRow,
    MediaRow,
    ProductRow,
    ProgramGoalRow,
    ProgramRow,
    TrackerRow,
)
from sightline.db.tables.enums import CatalogueStatus, MediaKind, PublicationState
from sightline.schema.connections import edges_from
from sightline.schema.fields import edge, field_of
from sightline.schema.node import Node, entity_type
from sightline.schema.scalars import DateTime


@entity_type(BrandRow)
class Brand(Node):
    """A name under which an advertiser sells."""

    created_at: DateTime | None = field_of(BrandRow.created_at)
    advertiser_profile = edge(BrandRow.advertiser_profile_id)
    name: str = field_of(BrandRow.name)
    status: CatalogueStatus = field_of(BrandRow.status)
    description: str | None = field_of(BrandRow.description)
    website_url: str | None = field_of(BrandRow.website_url)
    internal_notes: str | None = field_of(BrandRow.internal_notes)
    operator_notes: str | None = field_of(BrandRow.operator_notes)
    products = edges_from(ProductRow.brand_id)
    media = edges_from(MediaRow.brand_id)
    programs = edges_from(ProgramRow.brand_id)


@entity_type(ProductRow)
class Product(Node):
    """Something that is sold under a brand."""

    created_at: DateTime | None = field_of(ProductRow.created_at)
    brand = edge(ProductRow.brand_id)
    name: str = field_of(ProductRow.name)
    status: CatalogueStatus = field_of(ProductRow.status)
    description: str | None = field_of(ProductRow.description)
    sku: str | None = field_of(ProductRow.sku)
    operator_notes: str | None = field_of(ProductRow.operator_notes)
    conversion_items = edges_from(ConversionItemRow.product_id)


@entity_type(MediaRow)
class Media(Node):
    """An image, a banner or a link for partners to place."""

    created_at: DateTime | None = field_of(MediaRow.created_at)
    brand = edge(MediaRow.brand_id)
    program = edge(MediaRow.program_id)
    name: str = field_of(MediaRow.name)
    kind: MediaKind = field_of(MediaRow.kind)
    status: CatalogueStatus = field_of(MediaRow.status)
    url: str | None = field_of(MediaRow.url)
    html: str | None = field_of(MediaRow.html)
    width: int | None = field_of(MediaRow.width)
    height: int | None = field_of(MediaRow.height)
    operator_notes: str | None = field_of(MediaRow.operator_notes)
    trackers = edges_from(TrackerRow.media_id)
    clicks = edges_from(ClickRow.media_id)


@entity_type(ProgramGoalRow)
class ProgramGoal(Node):
    """Something that a customer of a program may do."""

    created_at: DateTime | None = field_of(ProgramGoalRow.created_at)
    program = edge(ProgramGoalRow.program_id)
    name: str = field_of(ProgramGoalRow.name)
    description: str | None = field_of(ProgramGoalRow.description)
    is_base: bool = field_of(ProgramGoalRow.is_base)
    conversions = edges_from(ConversionRow.goal_id)
    commission_plans = edges_from(CommissionPlanRow.goal_id)


@entity_type(ContentPageRow)
class ContentPage(Node):
    """A page of the platform's own."""

    created_at: DateTime | None = field_of(ContentPageRow.created_at)
    slug: str = field_of(ContentPageRow.slug)
    name: str = field_of(ContentPageRow.name)
    body: str = field_of(ContentPageRow.body)
    status: PublicationState = field_of(ContentPageRow.status)
    published_at: DateTime | None = field_of(ContentPageRow.published_at)
