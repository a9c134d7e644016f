"""The columns of reports, typed by hand from the rules: classes, the statuses they name, and how they are computed.

Nothing here is taken from the program. Classes: T traffic, C conversions, S sale amount, R revenue, P payout.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import CodeType

Sums = dict[str, Fraction]

# key | classes | digits | facts it reads | formula over the sums named in `measured`
_TABLE = """
impressions                T  0 views        views
gross_clicks               T  0 click        unique + duplicate + invalid
clicks                     T  0 click        unique + duplicate
unique_clicks              T  0 click        unique
duplicate_clicks           T  0 click        duplicate
invalid_clicks             T  0 click        invalid
ctr                        T  6 click,views  over(unique + duplicate, views)
conversions                C  0 conversion   live
gross_conversions          C  0 conversion   live + rejected + reversed_
approved_conversions       C  0 conversion   approved
pending_conversions        C  0 conversion   pending
hold_conversions           C  0 conversion   hold
rejected_conversions       C  0 conversion   rejected
reversed_conversions       C  0 conversion   reversed_
events                     C  0 conversion   events
evr                        C  6 conversion   over(events, live)
cr                         CT 6 conversion,click over(live, unique + duplicate)
ucr                        CT 6 conversion,click over(live, unique)
approval_rate              C  6 conversion   over(approved, approved + rejected + reversed_)
reversal_rate              C  6 conversion   over(rejected + reversed_, live + rejected + reversed_)
sale_amount                S  4 conversion   sale
net_sale_amount            S  4 conversion   sale - refunded
refunded_amount            S  4 conversion   refunded
aov                        CS 4 conversion   over(sale, with_sale)
quantity                   S  3 item         quantity
items                      S  0 item         items
revenue                    R  4 conversion   revenue
payout                     P  4 conversion   waiting + unpaid + paid
pending_payout             P  4 conversion   waiting
approved_payout            P  4 conversion   unpaid + paid
paid_payout                P  4 conversion   paid
reversed_payout            P  4 conversion   taken_back
profit                     RP 4 conversion   revenue - waiting - unpaid - paid
adjustments                RP 4 adjustment   adjusted_revenue - adjusted_payout
sale_adjustments           S  4 adjustment   adjusted_sale
revenue_adjustments        R  4 adjustment   adjusted_revenue
payout_adjustments         P  4 adjustment   adjusted_payout
margin                     RP 6 conversion   over(revenue - waiting - unpaid - paid, revenue)
rpc                        RT 4 conversion,click over(revenue, unique + duplicate)
rpa                        RC 4 conversion   over(revenue, live)
rpm                        RT 4 conversion,views over(1000 * revenue, views)
cpc                        PT 4 conversion,click over(waiting + unpaid + paid, unique + duplicate)
cpa                        PC 4 conversion   over(waiting + unpaid + paid, live)
cpm                        PT 4 conversion,views over(1000 * (waiting + unpaid + paid), views)
epc                        PT 4 conversion,click over(waiting + unpaid + paid, unique + duplicate)
epc100                     PT 4 conversion,click over(100 * (waiting + unpaid + paid), unique + duplicate)
uepc                       PT 4 conversion,click over(waiting + unpaid + paid, unique)
roas                       SR 6 conversion   over(sale, revenue)
effective_commission_rate  PS 6 conversion   over(waiting + unpaid + paid, sale)
click_to_conversion_time   C  3 conversion   over(seconds, followed)
median_time_to_conversion  C  3 conversion   median
"""

MONEY = frozenset(
    {"sale", "refunded", "revenue", "waiting", "unpaid", "paid", "taken_back"}
    | {"adjusted_sale", "adjusted_revenue", "adjusted_payout"}
)
STATUSES_NAMED = {
    "approved_conversions": {"APPROVED"},
    "pending_conversions": {"PENDING"},
    "hold_conversions": {"HOLD"},
    "rejected_conversions": {"REJECTED"},
    "reversed_conversions": {"REVERSED"},
    "approval_rate": {"APPROVED", "REJECTED", "REVERSED"},
    "reversal_rate": {"REJECTED", "REVERSED"},
    "pending_payout": {"PENDING", "HOLD"},
    "approved_payout": {"APPROVED"},
    "paid_payout": {"APPROVED"},
    "reversed_payout": {"REJECTED", "REVERSED"},
}
"""M5: the statuses without which a column is unusable; every other one is over those that a path has."""


@dataclass(frozen=True)
class ByHand:
    """One column."""

    key: str
    classes: frozenset[str]
    digits: int
    facts: frozenset[str]
    formula: str

    @property
    def is_money(self) -> bool:
        """Whether amounts are in it, which cannot be added over currencies."""
        return bool(self.sums & MONEY)

    @cached_property
    def sums(self) -> frozenset[str]:
        """The sums that its formula names."""
        names = set(re.findall(r"[a-z_]+", self.formula))
        more = ({"approved", "pending", "hold"} if "live" in names else set()) | (
            {"seconds"} if "median" in names else set()
        )
        return frozenset(names | more)

    @cached_property
    def _compiled(self) -> CodeType:
        return compile(self.formula, self.key, "eval")

    def value(self, sums: Sums | None) -> Fraction | None:
        """What it is for these sums; None for those that nobody may know."""
        if sums is None:
            return None
        live = sums["approved"] + sums["pending"] + sums["hold"]
        found = eval(self._compiled, {"over": _over}, dict(sums) | {"live": live})  # typed above
        return None if found is None else Fraction(found)


def _over(one: Fraction, other: Fraction) -> Fraction | None:
    return None if other == 0 else Fraction(one) / other


def _column(line: str) -> ByHand:
    key, classes, digits, facts, formula = line.split(maxsplit=4)
    return ByHand(key, frozenset(classes), int(digits), frozenset(facts.split(",")), formula)


COLUMNS = {column.key: column for column in map(_column, _TABLE.strip().splitlines())}
