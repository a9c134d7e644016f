"""How the conversions of the demo platform are paid: monthly runs, invoices with their lines, and adjustments."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sightline.db.demo.book import Book
from sightline.db.demo.facts import Facts, money, monthly_rates
from sightline.db.demo.model import Enrollment
from sightline.db.demo.season import DAY, HOUR, PERIOD_END, Month, milliseconds, moment, months
from sightline.db.payout_runs import BROKEN

LAST_INVOICED = 15  # the month of April 2026, paid out in June
_END = milliseconds(PERIOD_END)

# Of a hundred invoices, up to where each fate reaches; the youngest runs are still being worked on.
_OF_OLD_RUNS = ((92, "PAID"), (94, "APPROVED"), (95, "DRAFT"), (97, "DELETED"), (100, "REISSUED"))
_OF_RUNS = {
    LAST_INVOICED: ((30, "APPROVED"), (97, "DRAFT"), (100, "DELETED")),
    LAST_INVOICED - 1: ((25, "PAID"), (80, "APPROVED"), (97, "DRAFT"), (100, "DELETED")),
    LAST_INVOICED - 2: ((70, "PAID"), (95, "APPROVED"), (98, "DELETED"), (100, "REISSUED")),
}
_SETTLEMENTS = {"PAID": "PAID", "REISSUED": "PAID", "APPROVED": "INVOICED", "DRAFT": "INVOICED", "DELETED": "LOCKED"}
_ADJUSTED = {"PAID": "PAID", "REISSUED": "PAID", "APPROVED": "INVOICED", "DRAFT": "INVOICED", "DELETED": "OPEN"}
_BONUS_REASONS = ("Bonus for the quarter.", "Placement fee of the campaign.", "Thanks for the review.")


@dataclass(frozen=True, slots=True)
class Sold:
    """A conversion as far as its payment needs it; amounts in minor units, `net_sale` None where nothing was sold."""

    id: int
    enrollment: Enrollment
    net_sale: int | None
    revenue: int
    payout: int


@dataclass(slots=True)
class Draft:
    """An invoice that is being written; lines are (program, conversion, adjustment, amount in minor units)."""

    enrollment: Enrollment
    fate: str
    first: Sold
    lines: list[tuple[int, int | None, int | None, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """The sum of the lines, in minor units."""
        return sum(line[3] for line in self.lines)


class Billing:
    """Pays out every month's conversions some fifty days after it. `settle` tells what becomes of a conversion."""

    def __init__(self, facts: Facts, rng: random.Random, *, book: Book, finance: int, approver: int) -> None:
        self._facts = facts
        self._rng = rng
        self._finance = finance
        self._approver = approver
        self._rates = [(month.end, rates) for month, rates in zip(months(), monthly_rates(), strict=True)]
        self._drafts: dict[tuple[int, int | None, str], Draft] = {}
        self._unpaid: list[Sold] = []
        self._runs = self._payout_runs(book)

    def settle(self, sold: Sold, month: Month) -> str:
        """The settlement of an approved conversion whose amounts are final; it is put on its invoice, if any."""
        if sold.payout == 0:
            return "LOCKED"
        if month.index > LAST_INVOICED:
            if self._rng.random() < 0.03:
                self._unpaid.append(sold)
            return "LOCKED"
        program = sold.enrollment.program
        key = (sold.enrollment.account.id, program.payer_id, program.currency)
        if key not in self._drafts:
            self._drafts[key] = Draft(sold.enrollment, self._fate(month), sold)
        draft = self._drafts[key]
        draft.lines.append((program.id, sold.id, None, sold.payout))
        return _SETTLEMENTS[draft.fate]

    def close(self, month: Month) -> None:
        """Write the invoices of a month, and the adjustments that came up until then."""
        issued_at = self.issued_at(month)
        for draft in self._drafts.values():
            self._adjust(draft, issued_at)
            self._invoice(draft, month, issued_at=issued_at)
            issued_at += 1_137  # one after the other
        self._drafts.clear()
        for sold in self._unpaid:
            at = _END - self._rng.randrange(DAY, 3 * DAY)
            self._refund(sold, at=at, state="OPEN")
            if self._rng.random() < 0.3:
                self._bonus(sold, at=at, state="OPEN")
        self._unpaid.clear()

    def _fate(self, month: Month) -> str:
        drawn = self._rng.random() * 100
        return next(name for up_to, name in _OF_RUNS.get(month.index, _OF_OLD_RUNS) if drawn < up_to)

    @staticmethod
    def issued_at(month: Month) -> int:
        """When the first invoice of a month's conversions is issued."""
        year, following = divmod(month.first.month + 1, 12)
        return milliseconds(datetime(month.first.year + year, following + 1, 20, 6, tzinfo=UTC))

    def _payout_runs(self, book: Book) -> list[int]:
        def run(month: Month, state: str, started: datetime) -> int:
            return book.add(
                "payout_run",
                created_at=started,
                started_by_id=self._finance,
                state=state,
                period_start=month.first,
                period_end=month.first + timedelta(days=month.days),
                completed_at=started + timedelta(minutes=25) if state == "COMPLETED" else None,
                problem=BROKEN.format(error_id="5d2f80c1b9e64a37") if state == "FAILED" else None,
            )

        *paid, _, _ = months()
        runs = [run(month, "COMPLETED", moment(self.issued_at(month))) for month in paid]
        run(paid[7], "FAILED", moment(self.issued_at(paid[7]) - 2 * HOUR))
        # None is RUNNING: the first server over this platform would do it, and change the figures. May is there to do.
        return runs

    def _adjust(self, draft: Draft, issued_at: int) -> None:
        """A refund after locking, or a bonus, for some; and one account that owes more than it earned (SM5b)."""
        drawn = self._rng.random()
        at = issued_at - self._rng.randrange(HOUR, 4 * DAY)
        state = _ADJUSTED[draft.fate]
        program = draft.first.enrollment.program.id
        if drawn < 0.05 and draft.first.payout > 9:
            number, amount = self._refund(draft.first, at=at, state=state)
            draft.lines.append((program, None, number, amount))
        elif drawn < 0.08:
            number, amount = self._bonus(draft.first, at=at, state=state)
            draft.lines.append((program, None, number, amount))
        elif drawn < 0.12 and draft.fate == "DRAFT":
            amount = -draft.total - 1_000
            number = self._adjustment(
                draft.first, "PAYOUT", amount, at=at, state=state, reason="Paid twice in spring.", whole_account=True
            )
            draft.lines.append((program, None, number, amount))

    def _refund(self, sold: Sold, *, at: int, state: str) -> tuple[int, int]:
        """Takes back a third of every side of a conversion; returns the payout side's number and amount."""
        reason = "Part of the order was returned after locking."
        if sold.net_sale and sold.net_sale > 2:
            self._adjustment(sold, "SALE", -(sold.net_sale // 3), at=at, state="OPEN", reason=reason)
        if sold.revenue > 2:
            self._adjustment(sold, "REVENUE", -(sold.revenue // 3), at=at, state="OPEN", reason=reason)
        amount = -max(1, sold.payout // 3)
        return self._adjustment(sold, "PAYOUT", amount, at=at, state=state, reason=reason), amount

    def _bonus(self, sold: Sold, *, at: int, state: str) -> tuple[int, int]:
        """A present to the account as a whole, charged to the advertiser; returns the payout side's."""
        amount = self._rng.randrange(20, 200) * 10**sold.enrollment.program.digits
        reason = self._rng.choice(_BONUS_REASONS)
        for side in ("REVENUE", "SALE") if self._rng.random() < 0.2 else ("REVENUE",):
            self._adjustment(sold, side, amount, at=at, state="OPEN", reason=reason, whole_account=True)
        number = self._adjustment(sold, "PAYOUT", amount, at=at, state=state, reason=reason, whole_account=True)
        return number, amount

    def _adjustment(
        self, sold: Sold, side: str, amount: int, *, at: int, state: str, reason: str, whole_account: bool = False
    ) -> int:
        enrollment, program = sold.enrollment, sold.enrollment.program
        number, reference = self._facts.id_at(at), self._facts.reference()
        value = money(amount, program.digits)
        amounts: tuple[Decimal | None, ...] = tuple(
            value if side == each else None for each in ("PAYOUT", "REVENUE", "SALE")
        )
        rates = next(rates for end, rates in self._rates if at < end)
        self._facts.add["adjustment"](
            (
                enrollment.account.id,
                number,
                moment(at),
                None if whole_account else sold.id,
                program.id,
                program.advertiser_id,
                program.organization_id,
                enrollment.account.organization_id,
                "console",
                reference,
                side,
                state,
                *amounts,
                program.currency,
                rates[program.currency],
                reason,
                self._approver,
                moment(at),
            )
        )
        self._facts.add["import_claim"](("adjustment", "console", reference, moment(at)))
        return number

    def _invoice(self, draft: Draft, month: Month, *, issued_at: int) -> None:
        if draft.fate == "REISSUED":
            self._written(draft, month, state="DELETED", issued_at=issued_at, run=self._runs[month.index])
            self._written(draft, month, state="PAID", issued_at=issued_at + DAY, run=None)
        else:
            self._written(draft, month, state=draft.fate, issued_at=issued_at, run=self._runs[month.index])

    def _written(self, draft: Draft, month: Month, *, state: str, issued_at: int, run: int | None) -> None:
        account, program = draft.enrollment.account, draft.enrollment.program
        number = self._facts.id_at(issued_at)
        name, tax_id = account.company or (None, None)
        begin: date = month.first
        self._facts.add["payout_invoice"](
            (
                account.id,
                number,
                run,
                account.organization_id,
                program.payer_id,
                program.organization_id if program.direct else None,
                name,
                tax_id,
                program.currency,
                state,
                money(draft.total, program.digits),
                begin,
                begin + timedelta(days=month.days),
                moment(issued_at),
                moment(issued_at + 3 * DAY) if state in ("APPROVED", "PAID") else None,
                moment(issued_at + 8 * DAY) if state == "PAID" else None,
                self._finance,
            )
        )
        for n, (program_id, conversion, adjustment, amount) in enumerate(draft.lines, 1):
            self._facts.add["payout_invoice_line"](
                (
                    account.id,
                    number,
                    n,
                    program_id,
                    conversion,
                    adjustment,
                    money(amount, program.digits),
                    program.currency,
                    state == "DELETED",
                )
            )
