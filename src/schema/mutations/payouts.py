"""Mutations of payouts."""

from __future__ import annotations

from typing import Final

from sightline.resolvers.mutations import payouts
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of
from sightline.schema.scalars import Date

_INVOICE: Final = {"payout_invoice": id_of("The invoice."), "version": VERSION}

MUTATIONS: Final = (
    Mutation(
        "start_payout_run",
        verb="payout_run:start",
        description=(
            "Start a payout run over a period: beside requests, account by account and one run after the other, it "
            "makes final what is due, and drafts one invoice for each account, payer and currency of what is owed; a "
            "draft below zero is carried over into it. The run's `state` says when it has ended."
        ),
        takes={
            "period_start": given(Date, "The first day, in UTC."),
            "period_end": given(Date, "The day after the last one, in UTC; tomorrow at the latest."),
        },
        gives={"payout_run": "payout_run"},
        work=payouts.start_payout_run,
    ),
    Mutation(
        "approve_payout_invoice",
        verb="payout_invoice:decide",
        description="Approve a drafted invoice, as somebody who neither made it nor earns by it.",
        takes=_INVOICE,
        gives={"payout_invoice": "payout_invoice"},
        work=payouts.approve_payout_invoice,
    ),
    Mutation(
        "pay_payout_invoice",
        verb="payout_invoice:decide",
        description="Say that an approved invoice was paid, which is final.",
        takes=_INVOICE,
        gives={"payout_invoice": "payout_invoice"},
        work=payouts.pay_payout_invoice,
    ),
    Mutation(
        "delete_payout_invoice",
        verb="payout_invoice:decide",
        description="Delete an invoice that was not paid; what it names can be invoiced again.",
        takes=_INVOICE,
        gives={"payout_invoice": "payout_invoice"},
        work=payouts.delete_payout_invoice,
    ),
)
