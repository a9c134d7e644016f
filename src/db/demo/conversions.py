"""The traffic of the demo platform: clicks, conversions with their items and history, and referred customers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate
from typing import Any

from sightline.db.demo.billing import Billing, Sold
from sightline.db.demo.facts import Facts, money, monthly_rates
from sightline.db.demo.life import Life, live
from sightline.db.demo.model import Enrollment
from sightline.db.demo.past import past_of
from sightline.db.demo.season import DAY, HOUR, HOUR_FACTORS, Month, moment, months, shares
from sightline.db.demo.vocabulary import (
    CONVERSION_SOURCES,
    COUNTRIES,
    DEVICES,
    FIRST_NAMES,
    LAST_NAMES,
    PLACEMENTS,
    PROMO_CODES,
    SUB_IDS,
    slug,
)

CLICKS_BESIDE = 0.9  # clicks that led to nothing, for each conversion
_HOURS = range(24)
_HOUR_WEIGHTS = tuple(accumulate(HOUR_FACTORS))
_KINDS = ("UNIQUE",) * 12 + ("DUPLICATE",) * 3 + ("INVALID",)


class Traffic:
    """Makes the facts of the period, month by month; `billing` hears of every conversion that is to be paid."""

    def __init__(
        self, facts: Facts, rng: random.Random, *, enrollments: tuple[Enrollment, ...], billing: Billing, operator: int
    ) -> None:
        self._facts = facts
        self._rng = rng
        self._enrollments = enrollments
        self._billing = billing
        self._operator = operator
        self._rates = monthly_rates()

    def run(self, conversions: int) -> Iterator[None]:
        """Make so many conversions and what belongs to them; stops whenever there is enough to be copied."""
        counts = shares(conversions)
        for month in months():
            active = [each for each in self._enrollments if each.begins <= month.begin and each.ends >= month.end]
            weights = list(accumulate(each.weight for each in active))
            for day in range(month.days):
                count = counts[month.first + timedelta(days=day)]
                begin = month.begin + day * DAY
                # A day is cut so that a busy one does not fill the memory.
                for done in range(0, count, 4_000):
                    part = min(4_000, count - done)
                    for enrollment, event_at in self._picked(active, weights, begin=begin, count=part):
                        self._conversion(enrollment, event_at, month)
                    beside = round(part * CLICKS_BESIDE)
                    for enrollment, event_at in self._picked(active, weights, begin=begin, count=beside):
                        self._click(enrollment, event_at, self._rng.getrandbits(48))
                    if self._facts.many:
                        yield
            self._billing.close(month)
            yield

    def _picked(
        self, active: list[Enrollment], weights: list[float], *, begin: int, count: int
    ) -> Iterator[tuple[Enrollment, int]]:
        """Enrollments by weight, each with a moment of the day that begins then, in the order of time."""
        hours = self._rng.choices(_HOURS, cum_weights=_HOUR_WEIGHTS, k=count)
        moments = sorted(begin + hour * HOUR + int(self._rng.random() * HOUR) for hour in hours)
        return zip(self._rng.choices(active, cum_weights=weights, k=count), moments, strict=True)

    def _click(self, enrollment: Enrollment, event_at: int, bits: int, *, kind: str | None = None) -> int:
        number = self._facts.id_at(event_at)
        program = enrollment.program
        self._facts.add["click"](
            (
                enrollment.account.id,
                number,
                moment(event_at),
                *_carried(enrollment),
                enrollment.tracker_id if bits & 7 else None,
                program.media[bits >> 3 & 1] if bits >> 4 & 3 else None,
                kind or _KINDS[bits >> 6 & 15],
                SUB_IDS[bits >> 10 & 7],
                PLACEMENTS[bits >> 13 & 7] if bits >> 16 & 1 else None,
                f"{bits >> 17 & 255:02x}" if bits >> 25 & 7 == 0 else None,
                None,
                None,
                f"{enrollment.source_url}{PLACEMENTS[bits >> 28 & 7]}" if bits >> 31 & 3 else None,
                COUNTRIES[bits >> 33 & bits >> 37 & 15],
                DEVICES[bits >> 41 & 3],
            )
        )
        return number

    def _conversion(self, enrollment: Enrollment, event_at: int, month: Month) -> None:
        rng, program, plan = self._rng, enrollment.program, enrollment.plan
        bits = rng.getrandbits(64)
        is_event = bits & 15 < 2
        goal = program.event_goals[bits >> 4 & 1] if is_event else program.base_goal
        has_sale = program.typical_sale > 0 and not is_event
        sale = max(1, int(program.typical_sale * rng.lognormvariate(0, 0.6))) if has_sale else 0
        rewarded = plan.goal_id is None or plan.goal_id == goal
        payout = plan.payout.of(sale) if rewarded else 0
        revenue = plan.revenue.of(sale) if rewarded else 0
        life = live(rng, event_at, lock_days=program.lock_days)
        refunded = sale if life.status == "REVERSED" else 0
        reason = life.reason
        if life.status == "APPROVED" and sale and bits >> 5 & 31 == 0:
            refunded, reason = sale * (1 + (bits >> 10 & 31)) // 64, "ORDER_UPDATE"
        number = self._facts.id_at(event_at)
        sold = Sold(number, enrollment, sale - refunded if has_sale else None, revenue, payout)
        settlement = "LOCKED" if life.locked else "OPEN"
        if life.locked and life.status == "APPROVED":
            settlement = self._billing.settle(sold, month)
        click_id, clicked_at = self._click_before(enrollment, event_at, bits)
        source, reference = CONVERSION_SOURCES[bits >> 15 & 3], self._facts.reference()
        digits = program.digits
        self._facts.add["conversion"](
            (
                enrollment.account.id,
                number,
                moment(event_at),
                *_carried(enrollment),
                None if not is_event and bits >> 17 & 31 == 0 else goal,
                source,
                reference,
                click_id,
                f"{program.id:02d}-{reference}" if has_sale else None,
                PROMO_CODES[bits >> 22 & 7] if bits >> 25 & 7 == 0 else None,
                ("NEW", "RETURNING", "NEW", None)[bits >> 28 & 3],
                COUNTRIES[bits >> 30 & bits >> 34 & 15],
                DEVICES[bits >> 38 & 3],
                life.status,
                reason,
                settlement,
                None if clicked_at is None else moment(clicked_at),
                moment(life.posted_at),
                moment(life.lock_at),
                None if life.approved_at is None else moment(life.approved_at),
                moment(life.steps[-1][2]),
                money(sale, digits) if has_sale else None,
                money(refunded, digits),
                money(revenue, digits),
                money(payout, digits),
                program.currency,
                self._rates[month.index][program.currency],
            )
        )
        self._facts.add["import_claim"](("conversion", source, reference, moment(life.posted_at)))
        self._history(sold, life)
        for was in past_of(life, settlement, refunded=refunded, invoiced_at=self._billing.issued_at(month)):
            self._facts.add["conversion_past"](
                (
                    enrollment.account.id,
                    number,
                    moment(was.since),
                    moment(was.until),
                    was.status,
                    was.settlement,
                    moment(life.lock_at),
                    None if was.approved_at is None else moment(was.approved_at),
                    moment(was.modified_at),
                    money(sale, digits) if has_sale else None,
                    money(was.refunded, digits),
                    money(revenue, digits),
                    money(payout, digits),
                )
            )
        if not program.direct and bits >> 11 & 7 == 0:
            self._proposal(sold, life, refused=bool(bits >> 14 & 1), corrected=bool(bits >> 15 & 1))
        if has_sale and bits >> 40 & 7 < 3:
            self._items(sold, sale, bits >> 43)
        if is_event and goal == program.event_goals[0]:
            self._referral(enrollment, event_at, bits >> 43)

    def _click_before(self, enrollment: Enrollment, event_at: int, bits: int) -> tuple[int | None, int | None]:
        """The click that led to a conversion, made here; none for those that came by another way."""
        if bits >> 46 & 15 >= 9:
            return None, None
        clicked_at = max(enrollment.begins, event_at - 20_000 - int(self._rng.expovariate(1 / (14 * HOUR))))
        clicked_at = min(clicked_at, event_at - 1)
        return self._click(enrollment, clicked_at, self._rng.getrandbits(48), kind="UNIQUE"), clicked_at

    def _history(self, sold: Sold, life: Life) -> None:
        enrollment = sold.enrollment
        decider = enrollment.program.decider_id if enrollment.program.direct else self._operator
        for n, (status, reason, at, by_person) in enumerate(life.steps, 1):
            self._facts.add["conversion_event"](
                (
                    enrollment.account.id,
                    sold.id,
                    at << 20 | n,
                    status,
                    reason,
                    moment(at),
                    decider if by_person else None,
                )
            )

    def _proposal(self, sold: Sold, life: Life, *, refused: bool, corrected: bool) -> None:
        """What the advertiser asked for before the last step, and what became of it with that."""
        status, reason, at, by_person = life.steps[-1]
        enrollment = sold.enrollment
        opposite = "APPROVED" if status == "REJECTED" else "REJECTED"
        answer: tuple[str, str, str | None]
        correction = None
        if status == "PENDING" and corrected and sold.net_sale:
            correction = money(-max(sold.net_sale // 5, 1), enrollment.program.digits)
            answer = ("OPEN", "APPROVED", "ITEM_RETURNED")
        elif status == "PENDING":
            answer = ("OPEN", opposite, None)
        elif not by_person:
            return
        elif status == "HOLD":
            answer = ("WITHDRAWN", opposite, None)
        elif refused and status != "REVERSED":
            answer = ("DECLINED", opposite, None)
        else:
            answer = ("ACCEPTED", status, reason)
        asked_at = life.approved_at if status == "REVERSED" and life.approved_at else life.posted_at
        state, asked, why = answer
        row = (state, asked, correction, why, moment(asked_at), None if status == "PENDING" else moment(at))
        number, decider = asked_at << 20 | 1, enrollment.program.decider_id
        self._facts.add["conversion_proposal"]((enrollment.account.id, sold.id, number, *row, decider))

    def _items(self, sold: Sold, sale: int, bits: int) -> None:
        """The lines of the order; they add up to the sale amount."""
        program = sold.enrollment.program
        lines = min(1 + (bits & 3), sale)
        left = sale
        for n in range(1, lines + 1):
            amount = left if n == lines else 1 + (left - (lines - n) - 1) * (3 + (bits >> 2 * n & 3)) // 8
            left -= amount
            article = program.articles[(bits + n) % len(program.articles)]
            quantity = 1 + (bits >> 12 + n & 1) * (n & 1)
            row = (sold.enrollment.account.id, sold.id, n, article.id, article.sku, article.title, quantity)
            self._facts.add["conversion_item"]((*row, money(amount, program.digits)))

    def _referral(self, enrollment: Enrollment, event_at: int, bits: int) -> None:
        first, last = FIRST_NAMES[bits % len(FIRST_NAMES)], LAST_NAMES[(bits >> 7) % len(LAST_NAMES)]
        reference = self._facts.reference()
        self._facts.add["customer_referral"](
            (
                enrollment.account.id,
                self._facts.id_at(event_at),
                moment(event_at),
                *_carried(enrollment),
                "tracking",
                reference,
                f"{first} {last}",
                f"{slug(first)}.{slug(last)}.{int(reference)}@customer.example",
            )
        )
        self._facts.add["import_claim"](("customer_referral", "tracking", reference, moment(event_at)))


def _carried(enrollment: Enrollment) -> tuple[Any, ...]:
    """What every fact carries of its enrollment, in the order of the columns."""
    program, account = enrollment.program, enrollment.account
    return (
        enrollment.id,
        program.id,
        program.advertiser_id,
        program.organization_id,
        account.profile_id,
        account.organization_id,
        enrollment.source_id,
    )
