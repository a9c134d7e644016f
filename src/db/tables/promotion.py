"""What a partner works with: trackers and testimonials of its accounts, and the commission plans they are paid by."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.authz.classes import FieldClass
from sightline.db.tables.base import FOLLOWS_ROW, PUBLIC, Row, TableRole, column
from sightline.db.tables.enums import PublicationState
from sightline.db.tables.parts import choice, created_at, currency_check, flag, named, numbered, reference, version

COMMISSION_TERMS = FieldClass.COMMISSION_TERMS
COMMISSION_RATE = FieldClass.COMMISSION_RATE
REVENUE = FieldClass.REVENUE

PERCENT = sa.Numeric(9, 6)


class TrackerRow(Row):
    """A link of an affiliate account, by whose code a click is recognised (A2)."""

    __tablename__ = "tracker"
    __role__ = TableRole.REFERENCE
    __table_args__ = (
        named(),
        sa.UniqueConstraint("id", "affiliate_account_id"),
        sa.Index("ix_tracker_affiliate_account", "affiliate_account_id"),
    )

    id: Mapped[int] = numbered("tracker")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    affiliate_account_id: Mapped[int] = reference(
        FOLLOWS_ROW, "The affiliate account that its clicks are credited to.", "affiliate_account.id"
    )
    enrollment_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The enrollment that its clicks belong to.", "enrollment.id", index=True
    )
    media_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The media it is placed with.", "media.id", index=True)
    name: Mapped[str] = column(PUBLIC, "What it is called.")
    code: Mapped[str] = column(FOLLOWS_ROW, "The part of the link that identifies it.", unique=True)
    landing_url: Mapped[str | None] = column(FOLLOWS_ROW, "Where it leads, unless to the program's own page.")


class TestimonialRow(Row):
    """What an affiliate says about working with the platform (A2)."""

    __test__ = False  # a name that begins with "Test" is not a test

    __tablename__ = "testimonial"
    __role__ = TableRole.LOCAL

    id: Mapped[int] = numbered("testimonial")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    affiliate_account_id: Mapped[int] = reference(
        FOLLOWS_ROW, "The affiliate account that gave it.", "affiliate_account.id", index=True
    )
    name: Mapped[str] = column(PUBLIC, "Its headline.")
    text: Mapped[str] = column(FOLLOWS_ROW, "What is said.")
    state: Mapped[PublicationState] = choice(
        PUBLIC, "Whether it is published.", PublicationState, server_default=PublicationState.DRAFT.value
    )


class CommissionPlanRow(Row):
    """How a conversion is rewarded. Amounts are rounded half to even, to the minor unit of the currency."""

    __tablename__ = "commission_plan"
    __role__ = TableRole.REFERENCE
    __table_args__ = (
        named(),
        currency_check(),
        sa.CheckConstraint(
            "currency IS NOT NULL OR num_nonnulls(payout_fixed, revenue_fixed) = 0", name="fixed_currency"
        ),
        sa.CheckConstraint("num_nonnulls(payout_percent, payout_fixed) > 0", name="payout"),
        sa.CheckConstraint("payout_percent BETWEEN 0 AND 100 AND revenue_percent BETWEEN 0 AND 100", name="percent"),
        sa.CheckConstraint("payout_fixed >= 0 AND revenue_fixed >= 0", name="fixed"),
        sa.CheckConstraint("valid_from < valid_to", name="validity"),
    )

    id: Mapped[int] = numbered("commission_plan")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    advertiser_profile_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The advertiser whose plan it is; the operator's if none.", "advertiser_profile.id", index=True
    )
    created_by_id: Mapped[int | None] = reference(FOLLOWS_ROW, "Who made it.", "app_user.id")
    name: Mapped[str] = column(COMMISSION_TERMS, "What it is called.")
    terms: Mapped[str | None] = column(COMMISSION_TERMS, "Its conditions, in words.")
    goal_id: Mapped[int | None] = reference(
        COMMISSION_TERMS, "The only goal it rewards; any goal if none.", "program_goal.id", index=True
    )
    payout_percent: Mapped[Decimal | None] = column(
        COMMISSION_RATE, "Percent of the sale amount that the affiliate account earns.", PERCENT
    )
    payout_fixed: Mapped[Decimal | None] = column(
        COMMISSION_RATE, "What the affiliate account earns for each conversion, in `currency`."
    )
    # What the advertiser pays is nothing a payee may learn from the plan he is paid by (M5b).
    revenue_percent: Mapped[Decimal | None] = column(
        (COMMISSION_RATE, REVENUE), "Percent of the sale amount that the advertiser owes the operator.", PERCENT
    )
    revenue_fixed: Mapped[Decimal | None] = column(
        (COMMISSION_RATE, REVENUE), "What the advertiser owes the operator for each conversion, in `currency`."
    )
    currency: Mapped[str | None] = column(COMMISSION_TERMS, "ISO 4217 code of its fixed amounts.")
    valid_from: Mapped[date | None] = column(COMMISSION_TERMS, "The first day it applies, in UTC.")
    valid_to: Mapped[date | None] = column(COMMISSION_TERMS, "The day from which it no longer applies, in UTC.")
    offerable: Mapped[bool] = flag(FOLLOWS_ROW, "Whether managers of an account may apply it by themselves.")
    restricts_modification: Mapped[bool] = flag(
        FOLLOWS_ROW, "Whether only a template terms administrator may change or delete it."
    )


class CommissionPlanAssignmentRow(Row):
    """One affiliate account that a plan is assigned to."""

    __tablename__ = "commission_plan_assignment"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.UniqueConstraint("commission_plan_id", "affiliate_account_id", name="uq_commission_plan_assignment_account"),
        sa.Index("ix_commission_plan_assignment_account", "affiliate_account_id"),
    )

    id: Mapped[int] = numbered("commission_plan_assignment")
    created_at: Mapped[datetime] = created_at()
    commission_plan_id: Mapped[int] = reference(FOLLOWS_ROW, "The commission plan.", "commission_plan.id")
    affiliate_account_id: Mapped[int] = reference(FOLLOWS_ROW, "The affiliate account.", "affiliate_account.id")
    assigned_by_id: Mapped[int | None] = reference(FOLLOWS_ROW, "Who assigned it.", "app_user.id")
