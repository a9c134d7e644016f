"""What conversions were before they became what they are, so that a report can be had as it stood."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.authz.classes import FieldClass
from sightline.db.tables.base import FOLLOWS_ROW, PUBLIC, Row, TableRole, column
from sightline.db.tables.enums import ConversionStatus, Settlement
from sightline.db.tables.parts import child_account, choice


class ConversionPastRow(Row):
    """What a conversion was from one moment until another; the last one ends where what it is now began.

    One that never changed has none. Append-only, and never shown as a row: it would tell of changes to hidden columns.
    """

    __tablename__ = "conversion_past"
    __role__ = TableRole.FACT
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["affiliate_account_id", "conversion_id"],
            ["conversion.affiliate_account_id", "conversion.id"],
            name="fk_conversion_past_conversion",
        ),
        sa.CheckConstraint("since < until", name="until"),
    )

    affiliate_account_id: Mapped[int] = child_account()
    conversion_id: Mapped[int] = column(FOLLOWS_ROW, "The conversion it was.", primary_key=True, autoincrement=False)
    since: Mapped[datetime] = column(FOLLOWS_ROW, "The first moment it was so.", primary_key=True)
    until: Mapped[datetime] = column(FOLLOWS_ROW, "The first moment it was not any more.")
    status: Mapped[ConversionStatus] = choice(PUBLIC, "Its status then.", ConversionStatus)
    settlement: Mapped[Settlement] = choice(FieldClass.PAYOUT, "Its settlement then.", Settlement)
    lock_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When its amounts were to become final.")
    approved_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it had been approved.")
    modified_at: Mapped[datetime] = column(FOLLOWS_ROW, "When a date, flag or reference of it had last changed.")
    sale_amount: Mapped[Decimal | None] = column(FieldClass.SALE_AMOUNT, "Its sale amount then.")
    refunded_amount: Mapped[Decimal] = column(FieldClass.SALE_AMOUNT, "What of it had been paid back.")
    revenue: Mapped[Decimal] = column(FieldClass.REVENUE, "What the advertiser owed the operator for it.")
    payout: Mapped[Decimal] = column(FieldClass.PAYOUT, "What was owed to the affiliate account for it.")
