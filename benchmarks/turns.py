"""Works that are compared: run in turn, round by round, as a machine is not always the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Any


@dataclass(frozen=True, slots=True)
class Taken:
    """The median seconds of a work: on the clock, and of this process."""

    wall: float
    cpu: float


async def in_turn(*works: Callable[[], Awaitable[Any]], rounds: int) -> list[Taken]:
    """What each takes."""
    loop = asyncio.get_running_loop()
    taken: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            wall, cpu = loop.time(), process_time()
            await work()
            times.append((loop.time() - wall, process_time() - cpu))
    return [Taken(median(w for w, _ in times), median(c for _, c in times)) for times in taken]
