"""What advertisers offer: brands, products, media, programs and their goals, and the platform's pages."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.authz.classes import FieldClass
from sightline.db.tables.base import FOLLOWS_ROW, PUBLIC, Row, TableRole, column
from sightline.db.tables.enums import (
    CatalogueStatus,
    CommissionModel,
    MediaKind,
    ProductLine,
    ProgramStatus,
    PublicationState,
)
from sightline.db.tables.parts import (
    advertiser_org,
    choice,
    composite,
    created_at,
    currency_check,
    flag,
    named,
    numbered,
    reference,
    version,
)

INTERNAL_NOTES = FieldClass.INTERNAL_NOTES
OPERATOR_NOTES = FieldClass.OPERATOR_NOTES
COMMISSION_TERMS = FieldClass.COMMISSION_TERMS


class BrandRow(Row):
    """A brand of an advertiser. Enabled ones are shown to every user (A6)."""

    __tablename__ = "brand"
    __role__ = TableRole.REFERENCE
    __table_args__ = (
        named(),
        sa.UniqueConstraint("id", "advertiser_profile_id"),
    )

    id: Mapped[int] = numbered("brand")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    advertiser_profile_id: Mapped[int] = reference(
        FOLLOWS_ROW, "The advertiser it belongs to.", "advertiser_profile.id", index=True
    )
    name: Mapped[str] = column(PUBLIC, "What it is called.")
    status: Mapped[CatalogueStatus] = choice(
        PUBLIC, "Whether it is shown to everybody.", CatalogueStatus, server_default=CatalogueStatus.ENABLED.value
    )
    description: Mapped[str | None] = column(PUBLIC, "What it stands for.")
    website_url: Mapped[str | None] = column(PUBLIC, "Its web site.")
    internal_notes: Mapped[str | None] = column(INTERNAL_NOTES, "Notes of the advertiser's organization.")
    operator_notes: Mapped[str | None] = column(OPERATOR_NOTES, "Notes of the platform's operator.")


class ProductRow(Row):
    """Something a brand sells. Enabled ones are shown to every user (A7)."""

    __tablename__ = "product"
    __role__ = TableRole.REFERENCE
    __table_args__ = (named(),)

    id: Mapped[int] = numbered("product")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    brand_id: Mapped[int] = reference(PUBLIC, "The brand it is sold under.", "brand.id", index=True)
    name: Mapped[str] = column(PUBLIC, "What it is called.")
    status: Mapped[CatalogueStatus] = choice(
        PUBLIC, "Whether it is shown to everybody.", CatalogueStatus, server_default=CatalogueStatus.ENABLED.value
    )
    description: Mapped[str | None] = column(PUBLIC, "What it is.")
    sku: Mapped[str | None] = column(PUBLIC, "The advertiser's own article number.")
    operator_notes: Mapped[str | None] = column(OPERATOR_NOTES, "Notes of the platform's operator.")


class MediaRow(Row):
    """An image, banner or link that partners place. Enabled ones are shown to every user (A8)."""

    __tablename__ = "media"
    __role__ = TableRole.REFERENCE
    __table_args__ = (
        named(),
        sa.CheckConstraint("(kind = 'HTML_BANNER') = (html IS NOT NULL)", name="html"),
        sa.CheckConstraint("kind = 'HTML_BANNER' OR url IS NOT NULL", name="url"),
        sa.CheckConstraint("width > 0 AND height > 0", name="size"),
    )

    id: Mapped[int] = numbered("media")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    brand_id: Mapped[int] = reference(PUBLIC, "The brand it advertises.", "brand.id", index=True)
    program_id: Mapped[int | None] = reference(
        PUBLIC, "The only program it may be used for; any of the brand's if none.", "program.id", index=True
    )
    name: Mapped[str] = column(PUBLIC, "What it is called.")
    kind: Mapped[MediaKind] = choice(PUBLIC, "Image, banner or link.", MediaKind)
    status: Mapped[CatalogueStatus] = choice(
        PUBLIC, "Whether it is shown to everybody.", CatalogueStatus, server_default=CatalogueStatus.ENABLED.value
    )
    url: Mapped[str | None] = column(PUBLIC, "The image, or where the link leads.")
    html: Mapped[str | None] = column(PUBLIC, "The banner's markup.")
    width: Mapped[int | None] = column(PUBLIC, "Width in pixels.", sa.Integer)
    height: Mapped[int | None] = column(PUBLIC, "Height in pixels.", sa.Integer)
    operator_notes: Mapped[str | None] = column(OPERATOR_NOTES, "Notes of the platform's operator.")


class ContentPageRow(Row):
    """A page of the platform's own text. Published ones are shown to every user."""

    __tablename__ = "content_page"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        named(),
        sa.CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        sa.CheckConstraint("status = 'DRAFT' OR published_at IS NOT NULL", name="published"),
    )

    id: Mapped[int] = numbered("content_page")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    slug: Mapped[str] = column(PUBLIC, "Its name in addresses.", unique=True)
    name: Mapped[str] = column(PUBLIC, "Its title.")
    body: Mapped[str] = column(PUBLIC, "Its text, in Markdown.")
    status: Mapped[PublicationState] = choice(
        PUBLIC, "Whether it is published.", PublicationState, server_default=PublicationState.DRAFT.value
    )
    published_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was first published.")


class ProgramRow(Row):
    """What an advertiser offers partners to promote; also called offer or campaign (V1)."""

    __tablename__ = "program"
    __role__ = TableRole.REFERENCE
    __table_args__ = (
        named(),
        currency_check(),
        composite(
            "program",
            "advertiser_profile",
            {"advertiser_profile_id": "id", "advertiser_org_id": "organization_id", "advertiser_name": "name"},
            onupdate="CASCADE",  # the name follows the profile's
        ),
        composite("program", "brand", {"brand_id": "id", "advertiser_profile_id": "advertiser_profile_id"}),
        sa.UniqueConstraint("id", "advertiser_profile_id", "advertiser_org_id"),
        sa.Index("ix_program_advertiser_profile", "advertiser_profile_id"),
        sa.Index("ix_program_advertiser_org", "advertiser_org_id"),
        sa.Index("ix_program_brand", "brand_id"),
    )

    id: Mapped[int] = numbered("program")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    advertiser_profile_id: Mapped[int] = column(FOLLOWS_ROW, "The advertiser whose program it is.")
    advertiser_org_id: Mapped[int] = advertiser_org()
    advertiser_name: Mapped[str] = column(PUBLIC, "Name of the advertiser, as partners see it.")
    brand_id: Mapped[int | None] = column(PUBLIC, "The brand it promotes.")
    name: Mapped[str] = column(PUBLIC, "What it is called.")
    description: Mapped[str | None] = column(PUBLIC, "What partners should know of it.")
    status: Mapped[ProgramStatus] = choice(
        PUBLIC, "Where it stands in its life cycle.", ProgramStatus, server_default=ProgramStatus.DRAFT.value
    )
    listed: Mapped[bool] = flag(PUBLIC, "Whether it is shown in the program marketplace.")
    currency: Mapped[str] = column(PUBLIC, "ISO 4217 code of the currency its commissions are paid in.")
    commission_model: Mapped[CommissionModel] = choice(
        FOLLOWS_ROW, "Whether the advertiser pays partners itself or through the operator.", CommissionModel
    )
    share_sale_amount: Mapped[bool] = flag(FOLLOWS_ROW, "Whether partners are shown what customers paid.")
    product_line: Mapped[ProductLine] = choice(
        FOLLOWS_ROW, "The product line it belongs to.", ProductLine, server_default=ProductLine.PERFORMANCE.value
    )
    default_plan_id: Mapped[int | None] = column(
        COMMISSION_TERMS,
        "The commission plan of enrollments that name no other.",
        # Plans name goals and goals name programs: the circle is closed after all three exist.
        sa.ForeignKey("commission_plan.id", use_alter=True),
    )


class ProgramGoalRow(Row):
    """What a customer does that is rewarded, such as a sale or a registration."""

    __tablename__ = "program_goal"
    __role__ = TableRole.REFERENCE
    __table_args__ = (
        named(),
        sa.UniqueConstraint("program_id", "name"),
        sa.UniqueConstraint("id", "program_id"),
        sa.Index("uq_program_goal_base", "program_id", unique=True, postgresql_where=sa.text("is_base")),
    )

    id: Mapped[int] = numbered("program_goal")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    program_id: Mapped[int] = reference(PUBLIC, "The program it belongs to.", "program.id")
    name: Mapped[str] = column(PUBLIC, "What it is called.")
    description: Mapped[str | None] = column(PUBLIC, "When it counts as reached.")
    is_base: Mapped[bool] = flag(PUBLIC, "Whether it is the program's main goal; the others count as events.")
