"""What the facts of the demo platform are made from: programs, plans and enrollments, as far as facts need them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

_MILLION = 1_000_000
_WHOLE = 100 * _MILLION  # a hundred percent, in millionths of a percent


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of the sale amount in millionths of a percent, and a fixed amount in minor units."""

    millionths: int
    fixed: int

    def of(self, sale: int) -> int:
        """What a sale earns, in minor units like the sale; rounded half to even."""
        amount, rest = divmod(sale * self.millionths + self.fixed * _WHOLE, _WHOLE)
        twice = 2 * rest
        return amount + (twice > _WHOLE or (twice == _WHOLE and amount % 2 == 1))


@dataclass(frozen=True, slots=True)
class Plan:
    """A commission plan. `goal_id` is the only goal it rewards, None for any."""

    id: int
    goal_id: int | None
    payout: Rate
    revenue: Rate


def rate(percent: Decimal | None, fixed: Decimal | None, *, digits: int) -> Rate:
    """A plan's columns as a rate; `digits` are those of the currency's minor unit.

    Raises ValueError for a fixed amount that no coin pays: it would have to be rounded together with the percentage.
    """
    minor = (fixed or Decimal(0)).scaleb(digits)
    if minor != int(minor):
        raise ValueError(f"{fixed} is no amount of a currency with {digits} digits")
    return Rate(int((percent or Decimal(0)) * _MILLION), int(minor))


@dataclass(frozen=True, slots=True)
class Article:
    """A product as orders name it."""

    id: int
    sku: str
    title: str


@dataclass(frozen=True, slots=True)
class Program:
    """A program. `typical_sale` is in minor units, 0 where customers pay nothing; `opens` and `closes` are milliseconds
    between which it has traffic; `event_goals` are the goals beside the base one."""

    id: int
    name: str
    advertiser_id: int
    organization_id: int
    currency: str
    digits: int
    direct: bool
    status: str
    base_goal: int
    event_goals: tuple[int, ...]
    plan: Plan
    preferred_plan: Plan
    typical_sale: int
    lock_days: int
    opens: int
    closes: int
    articles: tuple[Article, ...]
    media: tuple[int, ...]
    weight: float
    decider_id: int

    @property
    def payer_id(self) -> int | None:
        """The advertiser who pays the partners, None where the operator does."""
        return self.advertiser_id if self.direct else None


@dataclass(frozen=True, slots=True)
class Account:
    """An affiliate account that takes part. `closes` is the millisecond from which it has no traffic."""

    id: int
    profile_id: int
    organization_id: int
    status: str
    company: tuple[str, str] | None
    weight: float
    closes: int


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A traffic source in a program, active from `begins` to `ends` (milliseconds)."""

    id: int
    program: Program
    account: Account
    plan: Plan
    source_id: int
    source_url: str
    tracker_id: int | None
    begins: int
    ends: int
    weight: float
