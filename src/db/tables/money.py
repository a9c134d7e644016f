"""What is owed and paid: corrections of conversions, payout runs, and invoices to affiliate accounts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.authz.classes import FieldClass
from sightline.db.tables.base import FOLLOWS_ROW, INTERNAL, PUBLIC, Row, TableRole, column
from sightline.db.tables.enums import AdjustmentSide, AdjustmentState, InvoiceState, PayoutRunState
from sightline.db.tables.parts import (
    advertiser_org,
    child_account,
    choice,
    composite,
    created_at,
    currency,
    currency_check,
    fact_account,
    fact_id,
    milliseconds,
    numbered,
    partner_org,
    program_key,
    reference,
    shard_key,
    version,
)

SALE_AMOUNT = FieldClass.SALE_AMOUNT
REVENUE = FieldClass.REVENUE
PAYOUT = FieldClass.PAYOUT
PAYOUT_INVOICE = FieldClass.PAYOUT_INVOICE
PARTNER_IDENTITY = FieldClass.PARTNER_IDENTITY
PAYOUT_METHOD_FULL = FieldClass.PAYOUT_METHOD_FULL
CUSTOMER_PII = FieldClass.CUSTOMER_PII
INTERNAL_NOTES = FieldClass.INTERNAL_NOTES


class AdjustmentRow(Row):
    """A correction of one amount, of a conversion or of an account. From LOCKED on the only way to correct (SM4)."""

    __tablename__ = "adjustment"
    __role__ = TableRole.FACT
    __table_args__ = (
        program_key("adjustment"),
        composite(
            "adjustment", "affiliate_account", {"affiliate_account_id": "id", "partner_org_id": "partner_org_id"}
        ),
        shard_key("adjustment"),
        sa.ForeignKeyConstraint(
            ["affiliate_account_id", "conversion_id"],
            ["conversion.affiliate_account_id", "conversion.id"],
            name="fk_adjustment_conversion",
        ),
        milliseconds(),
        currency_check(),
        # One row corrects one side; each amount is a column of its own because each has a class of its own.
        sa.CheckConstraint(
            "num_nonnulls(payout_amount, revenue_amount, sale_amount) = 1"
            " AND CASE side WHEN 'PAYOUT' THEN payout_amount WHEN 'REVENUE' THEN revenue_amount"
            " ELSE sale_amount END IS NOT NULL",
            name="side",
        ),
        sa.CheckConstraint("coalesce(payout_amount, revenue_amount, sale_amount) <> 0", name="amount"),
        sa.CheckConstraint("state = 'OPEN' OR side = 'PAYOUT'", name="state"),
        sa.UniqueConstraint("affiliate_account_id", "source", "external_ref", name="uq_adjustment_external"),
        sa.Index("ix_adjustment_conversion", "affiliate_account_id", "conversion_id"),
        sa.Index("ix_adjustment_advertiser_org", "advertiser_org_id", sa.text("event_at DESC"), "id"),
        sa.Index("ix_adjustment_partner_org", "partner_org_id", sa.text("event_at DESC"), "id"),
        sa.Index("ix_adjustment_program", "program_id", "event_at"),
        sa.Index("ix_adjustment_event", "event_at", "id"),
        sa.Index("ix_adjustment_newest", "id"),
    )

    affiliate_account_id: Mapped[int] = fact_account()
    id: Mapped[int] = fact_id()
    event_at: Mapped[datetime] = column(FOLLOWS_ROW, "When it takes effect, to the millisecond.")
    conversion_id: Mapped[int | None] = column(
        FOLLOWS_ROW, "The conversion it corrects; the account as a whole if none."
    )
    program_id: Mapped[int] = column(FOLLOWS_ROW, "The program it belongs to.")
    advertiser_profile_id: Mapped[int] = column(FOLLOWS_ROW, "The advertiser of the program.")
    advertiser_org_id: Mapped[int] = advertiser_org()
    partner_org_id: Mapped[int] = partner_org()
    source: Mapped[str] = column(FOLLOWS_ROW, "The system that reported it.")
    external_ref: Mapped[str] = column(CUSTOMER_PII, "Its number in that system, unique per account and system.")
    side: Mapped[AdjustmentSide] = choice(FOLLOWS_ROW, "Which amount it corrects.", AdjustmentSide)
    state: Mapped[AdjustmentState] = choice(
        PUBLIC, "How far it is paid.", AdjustmentState, server_default=AdjustmentState.OPEN.value
    )
    payout_amount: Mapped[Decimal | None] = column(
        PAYOUT, "What is added to what is owed to the affiliate account, in `currency`; negative takes away."
    )
    revenue_amount: Mapped[Decimal | None] = column(
        REVENUE, "What is added to what the advertiser owes the operator, in `currency`; negative takes away."
    )
    sale_amount: Mapped[Decimal | None] = column(
        SALE_AMOUNT, "What is added to what the customer paid, in `currency`; negative takes away."
    )
    currency: Mapped[str] = currency()
    fx_rate: Mapped[Decimal] = column(
        FOLLOWS_ROW,
        "Units of the platform's currency for one of `currency` on the event's date, frozen.",
        sa.Numeric(20, 10),
        server_default="1",
    )
    reason: Mapped[str | None] = column(INTERNAL_NOTES, "Why it was made.")
    created_by_id: Mapped[int | None] = reference(FOLLOWS_ROW, "Who made it; none if it came by import.", "app_user.id")
    posted_at: Mapped[datetime] = column(FOLLOWS_ROW, "When it was recorded.", server_default=sa.text("now()"))
    version: Mapped[int] = version()


class PayoutRunRow(Row):
    """One start of the payout process, which drafts the invoices of a period (A10)."""

    __tablename__ = "payout_run"
    __role__ = TableRole.REFERENCE  # invoices refer to it, and they are facts
    __table_args__ = (sa.CheckConstraint("period_start < period_end", name="period"),)

    id: Mapped[int] = numbered("payout_run")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    started_by_id: Mapped[int] = reference(FOLLOWS_ROW, "Who started it.", "app_user.id")
    state: Mapped[PayoutRunState] = choice(
        PUBLIC, "Where it stands.", PayoutRunState, server_default=PayoutRunState.RUNNING.value
    )
    period_start: Mapped[date] = column(FOLLOWS_ROW, "The first day it covers, in UTC.")
    period_end: Mapped[date] = column(FOLLOWS_ROW, "The day after the last one it covers, in UTC.")
    completed_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was done.")
    problem: Mapped[str | None] = column(FOLLOWS_ROW, "Why it failed, and what to do.")
    done_through: Mapped[int] = column(
        INTERNAL, "The last affiliate account that it is done for, in the order of their numbers.", server_default="0"
    )
    locked_conversions: Mapped[int] = column(INTERNAL, "How many conversions it made final.", server_default="0")
    failures: Mapped[int] = column(
        INTERNAL, "How often in a row it could not go on; at least 1 from the first time on.", server_default="0"
    )


class PayoutInvoiceRow(Row):
    """What one payer owes one affiliate account for a period, in one currency (SM5)."""

    __tablename__ = "payout_invoice"
    __role__ = TableRole.FACT
    __table_args__ = (
        composite(
            "payout_invoice", "affiliate_account", {"affiliate_account_id": "id", "partner_org_id": "partner_org_id"}
        ),
        shard_key("payout_invoice"),
        composite(
            "payout_invoice", "advertiser_profile", {"payer_advertiser_id": "id", "payer_org_id": "organization_id"}
        ),
        milliseconds("issued_at"),
        currency_check(),
        sa.CheckConstraint("(payer_advertiser_id IS NULL) = (payer_org_id IS NULL)", name="payer"),
        sa.CheckConstraint("period_start < period_end", name="period"),
        sa.CheckConstraint("(state = 'PAID') = (paid_at IS NOT NULL)", name="paid"),
        sa.CheckConstraint(
            "CASE state WHEN 'DRAFT' THEN approved_at IS NULL WHEN 'DELETED' THEN true"
            " ELSE approved_at IS NOT NULL END",
            name="approved",
        ),
        # SM5b: a negative total stays a draft and carries over.
        sa.CheckConstraint("total >= 0 OR state IN ('DRAFT', 'DELETED')", name="total"),
        # What the lines of an invoice carry of it refers to this key.
        sa.UniqueConstraint("affiliate_account_id", "id", "currency", "deleted", name="uq_payout_invoice_carried"),
        sa.Index("ix_payout_invoice_partner_org", "partner_org_id", sa.text("issued_at DESC"), "id"),
        sa.Index("ix_payout_invoice_payer_org", "payer_org_id", sa.text("issued_at DESC"), "id"),
        sa.Index("ix_payout_invoice_run", "run_id"),
        sa.Index("ix_payout_invoice_issued", "issued_at", "id"),
        sa.Index("ix_payout_invoice_newest", "id"),
        sa.Index("ix_payout_invoice_partner_org_newest", "partner_org_id", "id"),
        sa.Index("ix_payout_invoice_payer_org_newest", "payer_org_id", "id"),
    )

    affiliate_account_id: Mapped[int] = fact_account()
    id: Mapped[int] = fact_id()
    run_id: Mapped[int | None] = reference(FOLLOWS_ROW, "The payout run that drafted it.", "payout_run.id")
    partner_org_id: Mapped[int] = partner_org()
    payer_advertiser_id: Mapped[int | None] = column(FOLLOWS_ROW, "The advertiser who pays it; the operator if none.")
    payer_org_id: Mapped[int | None] = column(INTERNAL, "The organization of the advertiser who pays it.")
    company_name: Mapped[str | None] = column(
        (PAYOUT_INVOICE, PARTNER_IDENTITY), "Legal name of the account's company when it was made."
    )
    company_tax_id: Mapped[str | None] = column(INTERNAL, "Tax number of that company when it was made.")
    currency: Mapped[str] = currency()
    state: Mapped[InvoiceState] = choice(
        PUBLIC, "Where it stands.", InvoiceState, server_default=InvoiceState.DRAFT.value
    )
    deleted: Mapped[bool] = column(
        INTERNAL,
        "Whether it is deleted, which frees what its lines name.",
        sa.Computed("state = 'DELETED'", persisted=True),
    )
    total: Mapped[Decimal] = column(PAYOUT_INVOICE, "The sum of its lines, in `currency`.")
    period_start: Mapped[date] = column(FOLLOWS_ROW, "The first day it covers, in UTC.")
    period_end: Mapped[date] = column(FOLLOWS_ROW, "The day after the last one it covers, in UTC.")
    issued_at: Mapped[datetime] = column(FOLLOWS_ROW, "When it was made, to the millisecond; never changed.")
    approved_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was approved.")
    paid_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was paid.")
    created_by_id: Mapped[int | None] = reference(FOLLOWS_ROW, "Who made it; somebody else approves it.", "app_user.id")
    version: Mapped[int] = version()


class PayoutInvoiceLineRow(Row):
    """One conversion or one adjustment on an invoice; each is on one invoice at most that is not deleted."""

    __tablename__ = "payout_invoice_line"
    __role__ = TableRole.FACT
    __table_args__ = (
        # INVARIANT: a line's currency and deletion are its invoice's. Checked at commit, since deleting an invoice
        # changes both tables; no cascade, which a distributed database refuses on keys that carry the shard key.
        sa.ForeignKeyConstraint(
            ["affiliate_account_id", "invoice_id", "currency", "deleted"],
            [f"payout_invoice.{name}" for name in ("affiliate_account_id", "id", "currency", "deleted")],
            name="fk_payout_invoice_line_invoice",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["affiliate_account_id", "conversion_id"],
            ["conversion.affiliate_account_id", "conversion.id"],
            name="fk_payout_invoice_line_conversion",
        ),
        sa.ForeignKeyConstraint(
            ["affiliate_account_id", "adjustment_id"],
            ["adjustment.affiliate_account_id", "adjustment.id"],
            name="fk_payout_invoice_line_adjustment",
        ),
        currency_check(),
        sa.CheckConstraint("num_nonnulls(conversion_id, adjustment_id) = 1", name="one_subject"),
        sa.CheckConstraint("n > 0", name="n"),
        sa.CheckConstraint("amount <> 0", name="amount"),
        sa.Index(
            "uq_payout_invoice_line_conversion",
            "affiliate_account_id",
            "conversion_id",
            unique=True,
            postgresql_where=sa.text("NOT deleted AND conversion_id IS NOT NULL"),
        ),
        sa.Index(
            "uq_payout_invoice_line_adjustment",
            "affiliate_account_id",
            "adjustment_id",
            unique=True,
            postgresql_where=sa.text("NOT deleted AND adjustment_id IS NOT NULL"),
        ),
    )

    affiliate_account_id: Mapped[int] = child_account()
    invoice_id: Mapped[int] = column(FOLLOWS_ROW, "The invoice it is on.", primary_key=True, autoincrement=False)
    n: Mapped[int] = column(
        FOLLOWS_ROW, "Its place on the invoice, from 1 on.", sa.Integer, primary_key=True, autoincrement=False
    )
    program_id: Mapped[int] = reference(FOLLOWS_ROW, "The program it is paid for.", "program.id")
    conversion_id: Mapped[int | None] = column(FOLLOWS_ROW, "The conversion it pays.")
    adjustment_id: Mapped[int | None] = column(FOLLOWS_ROW, "The adjustment it pays.")
    amount: Mapped[Decimal] = column(PAYOUT_INVOICE, "What is paid, in `currency`; negative is taken off.")
    currency: Mapped[str] = currency()
    deleted: Mapped[bool] = column(
        INTERNAL, "Whether its invoice is deleted; changed in the same transaction.", server_default=sa.false()
    )
