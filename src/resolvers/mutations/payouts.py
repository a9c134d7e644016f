"""Payout runs, and what becomes of the invoices that they draft (A10, SM4, SM5, SM5b)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sightline.db.payouts import Facts, delete_invoices, settle_lines
from sightline.db.tables.enums import AdjustmentState, InvoiceState, PayoutRunState, Settlement
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.interests import own_interest
from sightline.resolvers.mutations.refusals import InvalidError

_NEXT: dict[InvoiceState, frozenset[InvoiceState]] = {
    InvoiceState.DRAFT: frozenset({InvoiceState.APPROVED, InvoiceState.DELETED}),
    InvoiceState.APPROVED: frozenset({InvoiceState.PAID, InvoiceState.DELETED}),
    InvoiceState.PAID: frozenset(),
    InvoiceState.DELETED: frozenset(),
}
_MADE_BY = """
    SELECT DISTINCT a.created_by_id FROM payout_invoice_line l
    JOIN adjustment a ON (a.affiliate_account_id, a.id) = (l.affiliate_account_id, l.adjustment_id)
    WHERE l.affiliate_account_id = $1 AND l.invoice_id = $2
"""


async def start_payout_run(change: Change, *, period_start: date, period_end: date) -> Done:
    """A run over a period of days in UTC, which is done beside requests (`sightline.db.payout_runs`)."""
    clock = change.operation.snapshot.clock
    if period_start >= period_end:
        raise InvalidError("A period ends after it begins: its end is the day after the last one.", "periodEnd")
    if period_end > clock.date() + timedelta(days=1):
        raise InvalidError("This period has not come yet: end it with tomorrow at the latest.", "periodEnd")
    await change.allow("payout_run:start")
    run = await change.insert(
        "payout_run",
        started_by_id=change.actor,
        state=PayoutRunState.RUNNING,
        period_start=period_start,
        period_end=period_end,
    )
    row = Found("payout_run", Key(run["id"]))
    after = {"state": run["state"], "period_start": period_start, "period_end": period_end}
    await change.record("payout_run:start", row, after=after)
    return Done({"payout_run": row})


async def approve_payout_invoice(change: Change, *, payout_invoice: str, version: int | None = None) -> Done:
    """Somebody else than who made it, or anything on it, says that it is right. A negative one waits (SM5b)."""
    row = await change.find("payout_invoice", payout_invoice, "payoutInvoice")
    await change.allow("payout_invoice:decide", row)
    before = await change.lock(row)
    makers = [each["created_by_id"] for each in await change.fetch(_MADE_BY, row.key.account, row.key.id)]
    interested = await own_interest(change, row.key.account, makers=[before["created_by_id"], *makers])
    _refuse(before, InvoiceState.APPROVED)
    if before["total"] < 0:
        raise InvalidError("More was taken back than earned: it stays a draft, and the next run carries it over.")
    refuse_stale(before, version)
    await change.update(row, state=InvoiceState.APPROVED, approved_at=change.operation.snapshot.clock)
    return await _decided(change, row, before, "payout_invoice:approve", InvoiceState.APPROVED, interested=interested)


async def pay_payout_invoice(change: Change, *, payout_invoice: str, version: int | None = None) -> Done:
    """That an approved invoice was paid; so is all that it names. It is final."""
    row = await change.find("payout_invoice", payout_invoice, "payoutInvoice")
    await change.allow("payout_invoice:decide", row)
    before = await change.lock(row)
    _refuse(before, InvoiceState.PAID)
    refuse_stale(before, version)
    await change.update(row, state=InvoiceState.PAID, paid_at=change.operation.snapshot.clock)
    await settle_lines(change.connection, _only(row), Settlement.PAID, AdjustmentState.PAID)
    return await _decided(change, row, before, "payout_invoice:pay", InvoiceState.PAID)


async def delete_payout_invoice(change: Change, *, payout_invoice: str, version: int | None = None) -> Done:
    """An invoice that was not paid, deleted; what it names can be invoiced again."""
    row = await change.find("payout_invoice", payout_invoice, "payoutInvoice")
    await change.allow("payout_invoice:decide", row)
    before = await change.lock(row)
    _refuse(before, InvoiceState.DELETED)
    refuse_stale(before, version)
    await delete_invoices(change.connection, _only(row))
    return await _decided(change, row, before, "payout_invoice:delete", InvoiceState.DELETED)


def _only(row: Found) -> Facts:
    return Facts([row.key.account], [row.key.id])


def _refuse(stored: Any, state: InvoiceState) -> None:
    if state not in _NEXT[InvoiceState(stored["state"])]:
        raise InvalidError(f"An invoice that is {stored['state']} does not become {state}.", "payoutInvoice")


async def _decided(
    change: Change, row: Found, before: Any, action: str, state: InvoiceState, *, interested: bool = False
) -> Done:
    after = {"state": state} | ({"own_interest": True} if interested else {})
    await change.record(
        action,
        row,
        before={"state": before["state"]},
        after=after,
        organization=before["payer_org_id"],
        account=row.key.account,
    )
    return Done({"payout_invoice": row})
