"""How much each caller may spend: a bucket of points per principal, filled again as time passes.

In memory, so it is each process that gives a caller its capacity. A bucket that nobody has used for long is full again
and may be forgotten; of those in use the most recent are kept.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from time import monotonic

from cachetools import LRUCache

from sightline.server.answers import ErrorCode, GraphQLAnswer, RefusedError

CAPACITY = 10_000
RESTORED_PER_SECOND = 1_000
MOST_BUCKETS = 10_000

Clock = Callable[[], float]


@dataclass(slots=True, eq=False)
class Bucket:
    """The points of one caller. Starts full."""

    capacity: int
    per_second: int
    clock: Clock
    _points: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._points, self._at = float(self.capacity), self.clock()

    @property
    def available(self) -> int:
        """The whole points that can be spent now."""
        now = self.clock()
        self._points = min(float(self.capacity), self._points + (now - self._at) * self.per_second)
        self._at = now
        return math.floor(self._points)

    def take(self, points: int) -> None:
        """Spend points. Raises RefusedError with RATE_LIMITED and 429 where there are too few, and spends none then."""
        available = self.available
        if points > available:
            seconds = max(1, math.ceil((points - available) / self.per_second))
            raise RefusedError(
                429,
                f"This may cost {points} and {available} of {self.capacity} are left: ask again in {seconds} s.",
                code=ErrorCode.RATE_LIMITED,
                headers=(("retry-after", str(seconds)),),
            )
        self._points -= points

    def give_back(self, points: int) -> None:
        """Return points that were taken and not needed."""
        self._points = min(float(self.capacity), self._points + points)

    def status(self) -> dict[str, int]:
        """The bucket as `extensions.cost.throttleStatus` has it: points, and points a second."""
        return {
            "maximumAvailable": self.capacity,
            "currentlyAvailable": self.available,
            "restoreRate": self.per_second,
        }


@dataclass(slots=True, eq=False)
class Rates:
    """The buckets of a process, by principal. `clock` is monotonic, in seconds."""

    capacity: int = CAPACITY
    per_second: int = RESTORED_PER_SECOND
    clock: Clock = monotonic
    most: int = MOST_BUCKETS
    _buckets: LRUCache[str, Bucket] = field(init=False)

    def __post_init__(self) -> None:
        self._buckets = LRUCache(self.most)

    def bucket(self, principal: str) -> Bucket:
        """The bucket of a principal, by its fingerprint."""
        if principal not in self._buckets:
            self._buckets[principal] = Bucket(self.capacity, self.per_second, self.clock)
        return self._buckets[principal]


async def charged(bucket: Bucket, requested: int, run: Callable[[], Awaitable[GraphQLAnswer]]) -> GraphQLAnswer:
    """The answer of `run`, paid for: `requested` beforehand, of which what it did not cost is given back.

    One that is cancelled (by its deadline, or as its client went away) keeps its price; one that fails costs nothing.
    Raises RefusedError where it cannot be paid for; nothing is run then.
    """
    bucket.take(requested)
    try:
        answer = await run()
    except Exception:
        bucket.give_back(requested)
        raise
    cost = answer.extensions.get("cost", {})
    bucket.give_back(requested - cost.get("actualQueryCost", 0))
    if not answer.executed:
        return answer
    return replace(answer, extensions=answer.extensions | {"cost": cost | {"throttleStatus": bucket.status()}})
