"""What was sold: conversions, their items, and adjustments of their amounts."""

from __future__ import annotations

from sightline.db.tables import (
    AdjustmentRow,
    ConversionEventRow,
    ConversionItemRow,
    ConversionProposalRow,
    ConversionRow,
    PayoutInvoiceLineRow,
)
from sightline.db.tables.enums import (
    AdjustmentSide,
    AdjustmentState,
    ConversionStatus,
    CustomerStatus,
    Settlement,
)
from sightline.schema.connections import edges_from
from sightline.schema.fields import edge, field_of, money_of
from sightline.schema.node import Node, entity_type
from sightline.schema.scalars import CurrencyCode, DateTime, Decimal, Money


@entity_type(ConversionRow)
class Conversion(Node):
    """One action credited to one affiliate account."""

    program = edge(ConversionRow.program_id)
    goal = edge(ConversionRow.goal_id)
    click = edge(ConversionRow.click_id)
    advertiser_profile = edge(ConversionRow.advertiser_profile_id)
    enrollment = edge(ConversionRow.enrollment_id)
    affiliate_account = edge(ConversionRow.affiliate_account_id)
    partner_profile = edge(ConversionRow.partner_profile_id)
    traffic_source = edge(ConversionRow.traffic_source_id)
    source: str | None = field_of(ConversionRow.source)
    external_ref: str | None = field_of(ConversionRow.external_ref)
    order_ref: str | None = field_of(ConversionRow.order_ref)
    promo_code: str | None = field_of(ConversionRow.promo_code)
    customer_status: CustomerStatus | None = field_of(ConversionRow.customer_status)
    country: str | None = field_of(ConversionRow.country)
    device: str | None = field_of(ConversionRow.device)
    status: ConversionStatus = field_of(ConversionRow.status)
    status_reason: str | None = field_of(ConversionRow.status_reason)
    settlement: Settlement | None = field_of(ConversionRow.settlement)
    locked: bool | None = field_of(ConversionRow.locked)
    event_at: DateTime | None = field_of(ConversionRow.event_at)
    click_at: DateTime | None = field_of(ConversionRow.click_at)
    posted_at: DateTime | None = field_of(ConversionRow.posted_at)
    lock_at: DateTime | None = field_of(ConversionRow.lock_at)
    approved_at: DateTime | None = field_of(ConversionRow.approved_at)
    modified_at: DateTime | None = field_of(ConversionRow.modified_at)
    sale_amount: Money | None = money_of(ConversionRow.sale_amount)
    refunded_amount: Money | None = money_of(ConversionRow.refunded_amount)
    net_sale_amount: Money | None = money_of(ConversionRow.net_sale_amount)
    revenue: Money | None = money_of(ConversionRow.revenue)
    payout: Money | None = money_of(ConversionRow.payout)
    profit: Money | None = money_of(ConversionRow.profit)
    currency: CurrencyCode | None = field_of(ConversionRow.currency)
    fx_rate: Decimal | None = field_of(ConversionRow.fx_rate)
    history = edges_from(ConversionEventRow.conversion_id, description="How it came to its status.")
    proposals = edges_from(ConversionProposalRow.conversion_id, description="What its advertiser asked for.")
    items = edges_from(ConversionItemRow.conversion_id, description="What was bought.")
    adjustments = edges_from(AdjustmentRow.conversion_id)
    payout_invoice_lines = edges_from(PayoutInvoiceLineRow.conversion_id)


@entity_type(ConversionItemRow)
class ConversionItem:
    """One article of a conversion's order."""

    conversion = edge(ConversionItemRow.conversion_id)
    n: int | None = field_of(ConversionItemRow.n)
    product = edge(ConversionItemRow.product_id)
    sku: str | None = field_of(ConversionItemRow.sku)
    title: str | None = field_of(ConversionItemRow.title)
    quantity: Decimal | None = field_of(ConversionItemRow.quantity)
    amount: Decimal | None = field_of(ConversionItemRow.amount)


@entity_type(AdjustmentRow)
class Adjustment(Node):
    """A manual correction of an amount, of one conversion or of an account."""

    event_at: DateTime | None = field_of(AdjustmentRow.event_at)
    conversion = edge(AdjustmentRow.conversion_id)
    affiliate_account = edge(AdjustmentRow.affiliate_account_id)
    program = edge(AdjustmentRow.program_id)
    advertiser_profile = edge(AdjustmentRow.advertiser_profile_id)
    source: str | None = field_of(AdjustmentRow.source)
    external_ref: str | None = field_of(AdjustmentRow.external_ref)
    side: AdjustmentSide | None = field_of(AdjustmentRow.side)
    state: AdjustmentState = field_of(AdjustmentRow.state)
    payout_amount: Money | None = money_of(AdjustmentRow.payout_amount)
    revenue_amount: Money | None = money_of(AdjustmentRow.revenue_amount)
    sale_amount: Money | None = money_of(AdjustmentRow.sale_amount)
    currency: CurrencyCode | None = field_of(AdjustmentRow.currency)
    fx_rate: Decimal | None = field_of(AdjustmentRow.fx_rate)
    reason: str | None = field_of(AdjustmentRow.reason)
    created_by = edge(AdjustmentRow.created_by_id)
    posted_at: DateTime | None = field_of(AdjustmentRow.posted_at)
    payout_invoice_lines = edges_from(PayoutInvoiceLineRow.adjustment_id)
