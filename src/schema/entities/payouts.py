"""What is owed and how it is paid: payout runs, invoices with their lines, payout methods."""

from __future__ import annotations

from sightline.db.tables import PayoutInvoiceLineRow, PayoutInvoiceRow, PayoutMethodRow, PayoutRunRow
from sightline.db.tables.enums import InvoiceState, PayoutRunState
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row
from sightline.schema.bindings import Binding
from sightline.schema.connections import edges_from
from sightline.schema.fields import bound, edge, field_of, money_of
from sightline.schema.node import Node, entity_type
from sightline.schema.scalars import CurrencyCode, Date, DateTime, Money


@entity_type(PayoutRunRow)
class PayoutRun(Node):
    """One start of the payout process, which drafts the invoices of a period."""

    created_at: DateTime | None = field_of(PayoutRunRow.created_at)
    started_by = edge(PayoutRunRow.started_by_id)
    state: PayoutRunState = field_of(PayoutRunRow.state)
    period_start: Date | None = field_of(PayoutRunRow.period_start)
    period_end: Date | None = field_of(PayoutRunRow.period_end)
    completed_at: DateTime | None = field_of(PayoutRunRow.completed_at)
    problem: str | None = field_of(PayoutRunRow.problem)
    payout_invoices = edges_from(PayoutInvoiceRow.run_id)


@entity_type(PayoutInvoiceRow)
class PayoutInvoice(Node):
    """What one payer owes one affiliate account, in one currency."""

    run = edge(PayoutInvoiceRow.run_id)
    affiliate_account = edge(PayoutInvoiceRow.affiliate_account_id)
    payer_advertiser = edge(PayoutInvoiceRow.payer_advertiser_id)
    company_name: str | None = field_of(PayoutInvoiceRow.company_name)
    currency: CurrencyCode | None = field_of(PayoutInvoiceRow.currency)
    state: InvoiceState = field_of(PayoutInvoiceRow.state)
    total: Money | None = money_of(PayoutInvoiceRow.total)
    period_start: Date | None = field_of(PayoutInvoiceRow.period_start)
    period_end: Date | None = field_of(PayoutInvoiceRow.period_end)
    issued_at: DateTime | None = field_of(PayoutInvoiceRow.issued_at)
    approved_at: DateTime | None = field_of(PayoutInvoiceRow.approved_at)
    paid_at: DateTime | None = field_of(PayoutInvoiceRow.paid_at)
    created_by = edge(PayoutInvoiceRow.created_by_id)
    lines = edges_from(PayoutInvoiceLineRow.invoice_id, description="What it is made of.")


@entity_type(PayoutInvoiceLineRow)
class PayoutInvoiceLine:
    """One conversion or adjustment on a payout invoice."""

    invoice = edge(PayoutInvoiceLineRow.invoice_id)
    n: int | None = field_of(PayoutInvoiceLineRow.n)
    program = edge(PayoutInvoiceLineRow.program_id)
    conversion = edge(PayoutInvoiceLineRow.conversion_id)
    adjustment = edge(PayoutInvoiceLineRow.adjustment_id)
    amount: Money | None = money_of(PayoutInvoiceLineRow.amount)
    currency: CurrencyCode | None = field_of(PayoutInvoiceLineRow.currency)


def _opened(operation: Operation, row: Row) -> str | None:
    sealed, account, company = row["details"], row["affiliate_account_id"], row["company_id"]
    if sealed is None:
        return None
    return operation.services.vault.open_payout_details(sealed, account=account, company=company)


@entity_type(PayoutMethodRow)
class PayoutMethod(Node):
    """How an affiliate account is paid, as long as it belongs to the same company."""

    created_at: DateTime | None = field_of(PayoutMethodRow.created_at)
    affiliate_account = edge(PayoutMethodRow.affiliate_account_id)
    company = edge(PayoutMethodRow.company_id)
    created_by = edge(PayoutMethodRow.created_by_id)
    kind: str | None = field_of(PayoutMethodRow.kind)
    redacted: str | None = field_of(PayoutMethodRow.redacted)
    details: str | None = bound(
        Binding("payout_method", ("details", "affiliate_account_id", "company_id")),
        "details",
        _opened,
        description="The whole destination, for owners of the company.",
    )
    ended_at: DateTime | None = field_of(PayoutMethodRow.ended_at)
