"""The measures: what reports sum over the facts, before any formula. Data, from which the database layer makes SQL.

No two measures of one value overlap, so that a column over several statuses is their sum, and so that the inference
test knows every column as a function of independent numbers. A measure over no rows is 0, not null.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sightline.authz.classes import FieldClass
from sightline.authz.entities.pieces import CONVERSION
from sightline.authz.expr import (
    TRUE,
    Compare,
    Edge,
    Exists,
    Expr,
    IsNull,
    Operator,
    all_of,
    any_of,
    equals,
    negate,
    one_of,
)


class Fact(StrEnum):
    """The relations that measures are taken over, by the names of their tables."""

    IMPRESSIONS = "traffic_hour_by_account"  # ad views are imported as hourly sums; there is no finer fact
    CLICK = "click"
    CONVERSION = "conversion"
    CONVERSION_ITEM = "conversion_item"
    ADJUSTMENT = "adjustment"


class Unit(StrEnum):
    """What a value is counted in, and so how it is shown."""

    COUNT = "COUNT"
    QUANTITY = "QUANTITY"  # like a count, but articles may be sold by weight
    MONEY = "MONEY"  # in one currency, that of the report or of the group
    PERCENT = "PERCENT"  # a part of a whole: 0.25 is 25 %
    FACTOR = "FACTOR"  # how many times
    SECONDS = "SECONDS"
    NUMBER = "NUMBER"  # of a custom metric: nobody but its author knows


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows."""


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a column; NULL adds nothing."""

    column: str


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The sum of the seconds between two columns."""

    since: str
    until: str


Value = Count | Total | Elapsed

COUNTED = frozenset({"APPROVED", "HOLD", "PENDING"})
"""The statuses of what counts: neither rejected nor taken back."""

STATUSES = COUNTED | {"REJECTED", "REVERSED"}
SETTLEMENTS = frozenset({"OPEN", "LOCKED", "INVOICED", "PAID"})


@dataclass(frozen=True, slots=True)
class Measure:
    """One sum over the rows of a fact that satisfy `where` and, if given, are of these statuses and settlements.

    `rollup` is the column of the stored sums that holds the same, where there is one: those carry status and settlement
    in their keys. `classes` are those of every column it reads (M5a).
    """

    key: str
    fact: Fact
    value: Value
    classes: frozenset[FieldClass]
    unit: Unit
    statuses: frozenset[str] = frozenset()
    settlements: frozenset[str] = frozenset()
    where: Expr = TRUE
    rollup: str | None = None

    @property
    def states(self) -> Expr:
        """Which statuses and settlements it sums, as a predicate over the fact."""
        status, settlement = one_of("status", *sorted(self.statuses)), one_of("settlement", *sorted(self.settlements))
        return all_of(
            (Exists(CONVERSION, status) if self.fact is Fact.CONVERSION_ITEM else status) if self.statuses else TRUE,
            settlement if self.settlements else TRUE,
        )

    @property
    def statuses_needed(self) -> frozenset[str]:
        """M5: a sum over all that counts is over what a path has of it; one of certain statuses needs these."""
        return frozenset() if self.statuses == COUNTED else self.statuses

    @property
    def settlements_needed(self) -> frozenset[str]:
        """RC5: the settlements whose payouts it adds up; some roles see settled or open payouts only."""
        return (self.settlements or SETTLEMENTS) if FieldClass.PAYOUT in self.classes else frozenset()


_TRAFFIC = frozenset({FieldClass.TRAFFIC})
_CONVERSIONS = frozenset({FieldClass.CONVERSIONS})
_SALE = frozenset({FieldClass.SALE_AMOUNT})
_REVENUE = frozenset({FieldClass.REVENUE})
_PAYOUT = frozenset({FieldClass.PAYOUT})

_GOAL = Edge("program_goal", (("goal_id", "id"),))
MAIN_GOAL = any_of(IsNull("goal_id"), Exists(_GOAL, equals("is_base", True)))
OTHER_GOAL = Exists(_GOAL, equals("is_base", False))
_AFTER_A_CLICK = all_of(MAIN_GOAL, negate(IsNull("click_at")))
_WITH_A_SALE = Compare("sale_amount", Operator.DIFFERENT, 0)  # a sale amount is never negative


def _clicks(kind: str) -> Measure:
    key = f"{kind.lower()}_clicks"
    return Measure(key, Fact.CLICK, Count(), _TRAFFIC, Unit.COUNT, where=equals("kind", kind), rollup=key)


def _conversions(status: str) -> Measure:
    return Measure(
        f"{status.lower()}_conversions",
        Fact.CONVERSION,
        Count(),
        _CONVERSIONS,
        Unit.COUNT,
        statuses=frozenset({status}),
        where=MAIN_GOAL,
        rollup="conversions",
    )


def _of_what_counts(
    key: str, value: Value, classes: frozenset[FieldClass], unit: Unit, *, where: Expr = TRUE, rollup: str | None
) -> Measure:
    return Measure(key, Fact.CONVERSION, value, classes, unit, statuses=COUNTED, where=where, rollup=rollup)


def _amount(key: str, classes: frozenset[FieldClass]) -> Measure:
    return _of_what_counts(key, Total(key), classes, Unit.MONEY, rollup=key)


def _payout(key: str, statuses: str, settlements: str) -> Measure:
    return Measure(
        key,
        Fact.CONVERSION,
        Total("payout"),
        _PAYOUT,
        Unit.MONEY,
        statuses=frozenset(statuses.split()),
        settlements=frozenset(settlements.split()),
        rollup="payout",
    )


def _items(key: str, value: Value, unit: Unit) -> Measure:
    return Measure(key, Fact.CONVERSION_ITEM, value, _SALE, unit, statuses=COUNTED)


def _adjustments(key: str, column: str, classes: frozenset[FieldClass]) -> Measure:
    return Measure(key, Fact.ADJUSTMENT, Total(column), classes, Unit.MONEY)


_ALL = (
    Measure("impressions", Fact.IMPRESSIONS, Total("impressions"), _TRAFFIC, Unit.COUNT, rollup="impressions"),
    *(_clicks(kind) for kind in ("UNIQUE", "DUPLICATE", "INVALID")),
    *(_conversions(status) for status in ("APPROVED", "PENDING", "HOLD", "REJECTED", "REVERSED")),
    _of_what_counts("events", Count(), _CONVERSIONS, Unit.COUNT, where=OTHER_GOAL, rollup="events"),
    _of_what_counts(
        "conversions_with_sale",
        Count(),
        _CONVERSIONS | _SALE,
        Unit.COUNT,
        where=_WITH_A_SALE,
        rollup="conversions_with_sale",
    ),
    _of_what_counts("conversions_with_click", Count(), _CONVERSIONS, Unit.COUNT, where=_AFTER_A_CLICK, rollup=None),
    _of_what_counts(
        "seconds_to_conversion",
        Elapsed("click_at", "event_at"),
        _CONVERSIONS,
        Unit.SECONDS,
        where=_AFTER_A_CLICK,
        rollup=None,
    ),
    _amount("sale_amount", _SALE),
    _amount("refunded_amount", _SALE),
    _amount("revenue", _REVENUE),
    _payout("pending_payout", "PENDING HOLD", "OPEN"),
    _payout("unpaid_payout", "APPROVED", "OPEN LOCKED INVOICED"),
    _payout("paid_payout", "APPROVED", "PAID"),
    _payout("reversed_payout", "REJECTED REVERSED", "OPEN LOCKED"),
    _items("items", Count(), Unit.COUNT),
    _items("quantity", Total("quantity"), Unit.QUANTITY),
    _adjustments("sale_adjustments", "sale_amount", _SALE),
    _adjustments("revenue_adjustments", "revenue_amount", _REVENUE),
    _adjustments("payout_adjustments", "payout_amount", _PAYOUT),
)

MEASURES: Mapping[str, Measure] = {measure.key: measure for measure in _ALL}
