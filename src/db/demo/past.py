"""What the conversions of the demo platform were before they became what they are, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sightline.db.demo.life import Life
from sightline.db.demo.season import DAY

_PAID_AFTER = 8 * DAY


@dataclass(frozen=True, slots=True)
class Was:
    """How a conversion stood from a moment until another, in milliseconds, as far as it changed with time."""

    since: int
    until: int
    status: str
    settlement: str
    approved_at: int | None
    modified_at: int
    refunded: int


def past_of(life: Life, settlement: str, *, refunded: int, invoiced_at: int) -> Iterator[Was]:
    """Everything that a conversion was before it stood at this settlement and with this refund."""
    status, reached, approved_at, modified_at, repaid = life.steps[0][0], "OPEN", None, life.posted_at, 0
    changes: list[tuple[int, str | None, str | None]] = [(at, name, None) for name, _, at, _ in life.steps[1:]]
    changes += [(at, None, name) for at, name in _settled(life, settlement, invoiced_at)]
    since = life.posted_at
    for at, status_then, settlement_then in sorted(changes, key=lambda change: change[0]):
        if at > since:
            yield Was(since, at, status, reached, approved_at, modified_at, repaid)
            since = at
        if status_then is not None:
            status, modified_at = status_then, at
            approved_at = at if status == "APPROVED" else approved_at
            repaid = refunded if (status, at) == (life.steps[-1][0], life.steps[-1][2]) else repaid
        reached = settlement_then or reached


def _settled(life: Life, settlement: str, invoiced_at: int) -> Iterator[tuple[int, str]]:
    """When it reached which settlement."""
    if settlement != "OPEN":
        yield life.lock_at, "LOCKED"
    invoiced_at = max(invoiced_at, life.lock_at)
    if settlement in ("INVOICED", "PAID"):
        yield invoiced_at, "INVOICED"
    if settlement == "PAID":
        yield invoiced_at + _PAID_AFTER, "PAID"
