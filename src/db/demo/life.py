"""How a conversion of the demo platform fares: its status and settlement by age, and the steps that led there (SM4)."""

from __future__ import annotations

import random
from dataclasses import dataclass

from sightline.db.demo.season import DAY, PERIOD_END, milliseconds
from sightline.db.demo.vocabulary import REJECTION_REASONS, REVERSAL_REASONS

_END = milliseconds(PERIOD_END)
_YOUNG = 10 * DAY

# Of a hundred conversions, up to where each status reaches: of a few days, before locking, and after it, when none
# is on hold any more and the undecided ones are few.
_OF_THE_YOUNG = ((58, "PENDING"), (80, "HOLD"), (91, "APPROVED"), (98, "REJECTED"), (100, "REVERSED"))
_OF_THE_OPEN = ((20, "PENDING"), (40, "HOLD"), (86, "APPROVED"), (95, "REJECTED"), (100, "REVERSED"))
_OF_THE_LOCKED = ((2, "PENDING"), (88, "APPROVED"), (95, "REJECTED"), (100, "REVERSED"))

Step = tuple[str, str | None, int, bool]
"""A status, its reason, when it was taken, and whether a person did it."""


@dataclass(frozen=True, slots=True)
class Life:
    """Where a conversion stands at the end of the period. Moments are milliseconds."""

    status: str
    reason: str | None
    locked: bool
    lock_at: int
    posted_at: int
    approved_at: int | None
    steps: tuple[Step, ...]


def live(rng: random.Random, event_at: int, *, lock_days: int) -> Life:
    """A life that the state machine allows, for a conversion of that moment."""
    lock_at = event_at + lock_days * DAY
    over = lock_at <= _END
    limit = lock_at if over else _END
    posted_at = min(event_at + 1000 + int(rng.random() * 1_800_000), _END - 1)
    age = _END - event_at
    table = _OF_THE_LOCKED if over else _OF_THE_YOUNG if age < _YOUNG else _OF_THE_OPEN
    drawn = rng.random() * 100
    status = next(name for up_to, name in table if drawn < up_to)
    first: Step = ("PENDING", None, posted_at, False)
    later = posted_at + int(rng.random() * (limit - posted_at))
    if status == "PENDING":
        return Life(status, None, False, lock_at, posted_at, None, (first,))
    if status == "HOLD":
        return Life(status, None, False, lock_at, posted_at, None, (first, (status, None, later, True)))
    if status == "REJECTED":
        reason = rng.choice(REJECTION_REASONS)
        return Life(status, reason, over, lock_at, posted_at, None, (first, (status, reason, later, True)))
    if status == "REVERSED":
        reason = rng.choice(REVERSAL_REASONS)
        final = later + int(rng.random() * (limit - later))
        reversal: Step = (status, reason, final, True)
        return Life(status, reason, over, lock_at, posted_at, later, (first, ("APPROVED", None, later, True), reversal))
    if over and drawn < 20:  # held, and approved by time
        steps = (first, ("HOLD", None, later, True), (status, None, lock_at, False))
        return Life(status, None, over, lock_at, posted_at, lock_at, steps)
    return Life(status, None, over, lock_at, posted_at, later, (first, (status, None, later, drawn < 60)))
