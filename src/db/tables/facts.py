"""What happened: clicks, conversions with their items and history, referred customers. Sharded by affiliate account.

Each carries the keys that row sets and masks read, tied to their owners by composite foreign keys, so that deciding who
sees a fact needs no join.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.authz.classes import FieldClass
from sightline.db.tables.base import FOLLOWS_ROW, INTERNAL, PUBLIC, Row, TableRole, column, derived
from sightline.db.tables.enums import ClickKind, ConversionStatus, CustomerStatus, ProposalState, Settlement
from sightline.db.tables.parts import (
    account_key,
    advertiser_org,
    child_account,
    choice,
    currency,
    currency_check,
    enrollment_key,
    fact_account,
    fact_id,
    milliseconds,
    moment_number,
    ordinal,
    partner_org,
    program_key,
    reference,
    shard_key,
)

TRAFFIC = FieldClass.TRAFFIC
SALE_AMOUNT = FieldClass.SALE_AMOUNT
REVENUE = FieldClass.REVENUE
PAYOUT = FieldClass.PAYOUT
CUSTOMER_PII = FieldClass.CUSTOMER_PII
PARTNER_IDENTITY = FieldClass.PARTNER_IDENTITY

FACT_COUNTER = sa.Sequence(
    "fact_counter", data_type=sa.BigInteger, start=0, minvalue=0, maxvalue=2**20 - 1, cycle=True, metadata=Row.metadata
)
"""The low twenty bits of fact ids; shared, so that processes never make the same id (D2)."""


class ClickRow(Row):
    """One visit to an advertiser through an affiliate's link. Written by the tracking import only."""

    __tablename__ = "click"
    __role__ = TableRole.FACT
    __table_args__ = (
        program_key("click"),
        account_key("click"),
        shard_key("click"),
        enrollment_key("click"),
        sa.ForeignKeyConstraint(
            ["tracker_id", "affiliate_account_id"],
            ["tracker.id", "tracker.affiliate_account_id"],
            name="fk_click_tracker",
        ),
        milliseconds(),
        sa.Index("ix_click_advertiser_org", "advertiser_org_id", sa.text("event_at DESC"), "id"),
        sa.Index("ix_click_partner_org", "partner_org_id", sa.text("event_at DESC"), "id"),
        sa.Index("ix_click_program", "program_id", "event_at"),
        sa.Index("ix_click_event", "event_at", "id"),
        sa.Index("ix_click_newest", "id"),
        sa.Index("ix_click_advertiser_org_newest", "advertiser_org_id", "id"),
        sa.Index("ix_click_partner_org_newest", "partner_org_id", "id"),
        sa.Index("ix_click_program_newest", "program_id", "id"),
        sa.Index("ix_click_advertiser_org_program_newest", "advertiser_org_id", "program_id", "id"),
        sa.Index("ix_click_account_program_newest", "affiliate_account_id", "program_id", "id"),
    )

    affiliate_account_id: Mapped[int] = fact_account()
    id: Mapped[int] = fact_id()
    event_at: Mapped[datetime] = column(FOLLOWS_ROW, "When it happened, to the millisecond.")
    enrollment_id: Mapped[int] = column(PARTNER_IDENTITY, "The enrollment it belongs to.")
    program_id: Mapped[int] = column(FOLLOWS_ROW, "The program clicked.")
    advertiser_profile_id: Mapped[int] = column(FOLLOWS_ROW, "The advertiser of the program.")
    advertiser_org_id: Mapped[int] = advertiser_org()
    partner_profile_id: Mapped[int] = column(PARTNER_IDENTITY, "The partner it came from.")
    partner_org_id: Mapped[int] = partner_org()
    traffic_source_id: Mapped[int] = column(PARTNER_IDENTITY, "The traffic source it came from.")
    tracker_id: Mapped[int | None] = column(PARTNER_IDENTITY, "The tracker clicked.")
    media_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The media clicked.", "media.id")
    kind: Mapped[ClickKind] = choice(TRAFFIC, "Whether it is unique, a valid repeat, or invalid.", ClickKind)
    sub1: Mapped[str | None] = column(PARTNER_IDENTITY, "The affiliate's first own label.")
    sub2: Mapped[str | None] = column(PARTNER_IDENTITY, "The affiliate's second own label.")
    sub3: Mapped[str | None] = column(PARTNER_IDENTITY, "The affiliate's third own label.")
    sub4: Mapped[str | None] = column(PARTNER_IDENTITY, "The affiliate's fourth own label.")
    sub5: Mapped[str | None] = column(PARTNER_IDENTITY, "The affiliate's fifth own label.")
    referrer: Mapped[str | None] = column(PARTNER_IDENTITY, "The page the visitor came from.")
    country: Mapped[str | None] = column(TRAFFIC, "ISO 3166 code of the visitor's country.")
    device: Mapped[str | None] = column(TRAFFIC, "The visitor's type of device.")


class CustomerReferralRow(Row):
    """A customer that an affiliate brought, as the advertiser reports him (A22)."""

    __tablename__ = "customer_referral"
    __role__ = TableRole.FACT
    __table_args__ = (
        program_key("customer_referral"),
        account_key("customer_referral"),
        shard_key("customer_referral"),
        enrollment_key("customer_referral"),
        milliseconds(),
        sa.UniqueConstraint("affiliate_account_id", "source", "external_ref", name="uq_customer_referral_external"),
        sa.Index("ix_customer_referral_advertiser_org", "advertiser_org_id", sa.text("event_at DESC"), "id"),
        sa.Index("ix_customer_referral_partner_org", "partner_org_id", sa.text("event_at DESC"), "id"),
        sa.Index("ix_customer_referral_event", "event_at", "id"),
        sa.Index("ix_customer_referral_newest", "id"),
        sa.Index("ix_customer_referral_advertiser_org_newest", "advertiser_org_id", "id"),
    )

    affiliate_account_id: Mapped[int] = fact_account()
    id: Mapped[int] = fact_id()
    event_at: Mapped[datetime] = column(FOLLOWS_ROW, "When the customer registered, to the millisecond.")
    enrollment_id: Mapped[int] = column(PARTNER_IDENTITY, "The enrollment it belongs to.")
    program_id: Mapped[int] = column(FOLLOWS_ROW, "The program it belongs to.")
    advertiser_profile_id: Mapped[int] = column(FOLLOWS_ROW, "The advertiser of the program.")
    advertiser_org_id: Mapped[int] = advertiser_org()
    partner_profile_id: Mapped[int] = column(PARTNER_IDENTITY, "The partner who brought him.")
    partner_org_id: Mapped[int] = partner_org()
    traffic_source_id: Mapped[int] = column(PARTNER_IDENTITY, "The traffic source he came from.")
    source: Mapped[str] = column(FOLLOWS_ROW, "The system that reported him.")
    external_ref: Mapped[str] = column(CUSTOMER_PII, "His number in that system.")
    customer_name: Mapped[str | None] = column(CUSTOMER_PII, "The customer's name.")
    customer_email: Mapped[str | None] = column(CUSTOMER_PII, "The customer's address.")


class ConversionRow(Row):
    """One action credited to one affiliate account. Written by imports and `recordConversion` only."""

    __tablename__ = "conversion"
    __role__ = TableRole.FACT
    __table_args__ = (
        program_key("conversion"),
        account_key("conversion"),
        shard_key("conversion"),
        enrollment_key("conversion"),
        sa.ForeignKeyConstraint(
            ["goal_id", "program_id"], ["program_goal.id", "program_goal.program_id"], name="fk_conversion_goal"
        ),
        sa.ForeignKeyConstraint(
            ["affiliate_account_id", "click_id"], ["click.affiliate_account_id", "click.id"], name="fk_conversion_click"
        ),
        milliseconds(),
        currency_check(),
        sa.CheckConstraint("fx_rate > 0", name="fx_rate"),
        sa.CheckConstraint("refunded_amount BETWEEN 0 AND coalesce(sale_amount, 0)", name="refunded_amount"),
        # SM4
        sa.CheckConstraint("settlement = 'OPEN' OR status IN ('APPROVED', 'REJECTED', 'REVERSED')", name="settlement"),
        sa.CheckConstraint(
            "settlement NOT IN ('INVOICED', 'PAID') OR (status = 'APPROVED' AND payout <> 0)", name="invoiced"
        ),
        sa.CheckConstraint("(status IN ('APPROVED', 'REVERSED')) = (approved_at IS NOT NULL)", name="approved"),
        sa.CheckConstraint("status <> 'HOLD' OR lock_at IS NOT NULL", name="hold"),
        sa.UniqueConstraint("affiliate_account_id", "source", "external_ref", name="uq_conversion_external"),  # D3
        sa.Index("ix_conversion_advertiser_org", "advertiser_org_id", sa.text("event_at DESC"), "id"),
        sa.Index("ix_conversion_partner_org", "partner_org_id", sa.text("event_at DESC"), "id"),
        sa.Index("ix_conversion_program", "program_id", "event_at"),
        sa.Index("ix_conversion_account", "affiliate_account_id", "event_at"),
        sa.Index("ix_conversion_event", "event_at", "id"),
        sa.Index("ix_conversion_newest", "id"),
        sa.Index("ix_conversion_advertiser_org_newest", "advertiser_org_id", "id"),
        sa.Index("ix_conversion_partner_org_newest", "partner_org_id", "id"),
        sa.Index("ix_conversion_program_newest", "program_id", "id"),
        sa.Index("ix_conversion_advertiser_org_program_newest", "advertiser_org_id", "program_id", "id"),
        sa.Index("ix_conversion_account_program_newest", "affiliate_account_id", "program_id", "id"),
        sa.Index("ix_conversion_lock", "lock_at", postgresql_where=sa.text("settlement = 'OPEN'")),
    )

    affiliate_account_id: Mapped[int] = fact_account()
    id: Mapped[int] = fact_id()
    enrollment_id: Mapped[int] = column(PARTNER_IDENTITY, "The enrollment it belongs to.")
    program_id: Mapped[int] = column(FOLLOWS_ROW, "The program it belongs to.")
    goal_id: Mapped[int | None] = column(FOLLOWS_ROW, "What the customer did; the program's main goal if none.")
    advertiser_profile_id: Mapped[int] = column(FOLLOWS_ROW, "The advertiser of the program.")
    advertiser_org_id: Mapped[int] = advertiser_org()
    partner_profile_id: Mapped[int] = column(PARTNER_IDENTITY, "The partner it is credited to.")
    partner_org_id: Mapped[int] = partner_org()
    traffic_source_id: Mapped[int] = column(PARTNER_IDENTITY, "The traffic source it came from.")
    source: Mapped[str] = column(FOLLOWS_ROW, "The system that reported it.")
    external_ref: Mapped[str] = column(CUSTOMER_PII, "Its number in that system, unique per account and system.")
    click_id: Mapped[int | None] = column(FOLLOWS_ROW, "The click it followed from, of the same account.")
    order_ref: Mapped[str | None] = column(CUSTOMER_PII, "The advertiser's order number.")
    promo_code: Mapped[str | None] = column(PARTNER_IDENTITY, "The promo code the customer used.")
    customer_status: Mapped[CustomerStatus | None] = choice(
        CUSTOMER_PII, "Whether the customer bought before.", CustomerStatus
    )
    country: Mapped[str | None] = column(FOLLOWS_ROW, "ISO 3166 code of the customer's country.")
    device: Mapped[str | None] = column(FOLLOWS_ROW, "The customer's type of device.")
    status: Mapped[ConversionStatus] = choice(PUBLIC, "Where it stands in its life cycle.", ConversionStatus)
    status_reason: Mapped[str | None] = column(FOLLOWS_ROW, "Code of the reason for its status.")
    settlement: Mapped[Settlement] = choice(
        PAYOUT, "How far its payment has come.", Settlement, server_default=Settlement.OPEN.value
    )
    event_at: Mapped[datetime] = column(FOLLOWS_ROW, "When it happened, to the millisecond; never changed.")
    click_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When the click it followed from happened.")
    posted_at: Mapped[datetime] = column(FOLLOWS_ROW, "When it was recorded.", server_default=sa.text("now()"))
    # Stored, not derived: what SM5b shows to everybody must not depend on a column of class payout.
    locked: Mapped[bool] = column(
        FOLLOWS_ROW, "Whether its amounts are final.", sa.Computed("settlement <> 'OPEN'", persisted=True)
    )
    lock_at: Mapped[datetime | None] = column(
        FOLLOWS_ROW, "When its amounts become final; one on hold is approved then."
    )
    approved_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was approved.")
    modified_at: Mapped[datetime] = column(
        FOLLOWS_ROW,
        "When a date, flag or reference of it last changed; amounts do not count.",
        server_default=sa.text("now()"),
    )
    # INVARIANT: of the moment, not a count, which would tell how many steps there were through statuses not seen (AC8).
    version: Mapped[int] = column(
        INTERNAL,
        "What stands for `modified_at`; a write names the version it read.",
        sa.Integer,
        sa.Computed(
            "((extract(epoch FROM timezone('UTC', modified_at)) * 1000000)::bigint & 2147483647)::integer",
            persisted=True,
        ),
    )
    sale_amount: Mapped[Decimal | None] = column(SALE_AMOUNT, "What the customer paid for the order, in `currency`.")
    refunded_amount: Mapped[Decimal] = column(
        SALE_AMOUNT, "The part of the sale amount that was paid back, in `currency`.", server_default="0"
    )
    revenue: Mapped[Decimal] = column(
        REVENUE, "What the advertiser owes the operator for it, in `currency`.", server_default="0"
    )
    payout: Mapped[Decimal] = column(
        PAYOUT, "What is owed to the affiliate account for it, in `currency`.", server_default="0"
    )
    currency: Mapped[str] = currency()
    fx_rate: Mapped[Decimal] = column(
        FOLLOWS_ROW,
        "Units of the platform's currency for one of `currency` on the event's date, frozen.",
        sa.Numeric(20, 10),
        server_default="1",
    )
    profit = derived((REVENUE, PAYOUT), "Revenue less payout, in `currency`.", lambda t: t.c.revenue - t.c.payout)
    net_sale_amount = derived(
        SALE_AMOUNT, "Sale amount less refunds, in `currency`.", lambda t: t.c.sale_amount - t.c.refunded_amount
    )


class ConversionItemRow(Row):
    """One line of the order behind a conversion."""

    __tablename__ = "conversion_item"
    __role__ = TableRole.FACT
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["affiliate_account_id", "conversion_id"],
            ["conversion.affiliate_account_id", "conversion.id"],
            name="fk_conversion_item_conversion",
        ),
        sa.CheckConstraint("n > 0", name="n"),
        sa.CheckConstraint("quantity > 0", name="quantity"),
    )

    affiliate_account_id: Mapped[int] = child_account()
    conversion_id: Mapped[int] = column(
        FOLLOWS_ROW, "The conversion it belongs to.", primary_key=True, autoincrement=False
    )
    n: Mapped[int] = ordinal("Its place in the order, from 1 on.")
    product_id: Mapped[int | None] = reference(SALE_AMOUNT, "The product bought.", "product.id")
    sku: Mapped[str | None] = column(SALE_AMOUNT, "The advertiser's article number.")
    title: Mapped[str | None] = column(SALE_AMOUNT, "What the article is called.")
    quantity: Mapped[Decimal] = column(SALE_AMOUNT, "How many were bought.", sa.Numeric(12, 3), server_default="1")
    amount: Mapped[Decimal] = column(SALE_AMOUNT, "What was paid for all of them, in the conversion's currency.")


class ConversionEventRow(Row):
    """One step in the life of a conversion. Append-only: the application may neither change nor delete it."""

    __tablename__ = "conversion_event"
    __role__ = TableRole.FACT
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["affiliate_account_id", "conversion_id"],
            ["conversion.affiliate_account_id", "conversion.id"],
            name="fk_conversion_event_conversion",
        ),
        sa.CheckConstraint("n > 0", name="n"),
    )

    affiliate_account_id: Mapped[int] = child_account()
    conversion_id: Mapped[int] = column(
        FOLLOWS_ROW, "The conversion it belongs to.", primary_key=True, autoincrement=False
    )
    n: Mapped[int] = moment_number("Its number, of its moment: later steps have higher ones.")
    status: Mapped[ConversionStatus] = choice(PUBLIC, "The status it took.", ConversionStatus)
    reason: Mapped[str | None] = column(FOLLOWS_ROW, "Code of the reason.")
    at: Mapped[datetime] = column(FOLLOWS_ROW, "When it happened.", server_default=sa.text("now()"))
    actor_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "Who did it; none if it came by import or time.", "app_user.id"
    )


class ConversionProposalRow(Row):
    """What the advertiser of an INTERMEDIATED program asks for: a status, a correction; the operator decides (SM4)."""

    __tablename__ = "conversion_proposal"
    __role__ = TableRole.FACT
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["affiliate_account_id", "conversion_id"],
            ["conversion.affiliate_account_id", "conversion.id"],
            name="fk_conversion_proposal_conversion",
        ),
        sa.CheckConstraint("n > 0", name="n"),
        # What is put on hold needs a date, and that is the operator's to give. A correction alone leaves the status.
        sa.CheckConstraint(
            "status IN ('APPROVED', 'REJECTED', 'REVERSED') OR sale_adjustment IS NOT NULL", name="status"
        ),
        sa.CheckConstraint(
            "sale_adjustment IS NULL OR sale_adjustment <> 0 AND status NOT IN ('REJECTED', 'REVERSED')",
            name="sale_adjustment",
        ),
        sa.CheckConstraint("(state = 'OPEN') = (answered_at IS NULL)", name="answered"),
        sa.Index(
            "uq_conversion_proposal_open",
            "affiliate_account_id",
            "conversion_id",
            unique=True,
            postgresql_where=sa.text("state = 'OPEN'"),
        ),
    )

    affiliate_account_id: Mapped[int] = child_account()
    conversion_id: Mapped[int] = column(
        FOLLOWS_ROW, "The conversion it is about.", primary_key=True, autoincrement=False
    )
    n: Mapped[int] = moment_number("Its number, of its moment: later proposals have higher ones.")
    state: Mapped[ProposalState] = choice(
        PUBLIC, "What became of it.", ProposalState, server_default=ProposalState.OPEN.value
    )
    status: Mapped[ConversionStatus] = choice(
        PUBLIC, "The status that is asked for; with a correction alone, the one it had.", ConversionStatus
    )
    sale_adjustment: Mapped[Decimal | None] = column(
        SALE_AMOUNT,
        "What shall be added to the sale amount, in the currency of the conversion; negative takes away.",
    )
    reason: Mapped[str | None] = column(FOLLOWS_ROW, "Code of the reason.")
    at: Mapped[datetime] = column(FOLLOWS_ROW, "When it was made.", server_default=sa.text("now()"))
    answered_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was answered or taken back.")
    proposed_by_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "Who made it; none if an organization's key did.", "app_user.id"
    )
