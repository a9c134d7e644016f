"""Comparing two ways of taking time by the ranks of many interleaved samples, never by a single one."""

from __future__ import annotations

import gc
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random
from time import perf_counter

Way = Callable[[], Awaitable[object]]

SAMPLES = 150
REPETITIONS = 3
WARMING = 12
EQUAL = (0.35, 0.65)


def effect(first: Sequence[float], second: Sequence[float]) -> float:
    """The chance that a sample of the first is less than one of the second; ties are halves (Mann-Whitney's U)."""
    ordered = sorted(second)
    size = len(ordered)
    less = sum((size - bisect_right(ordered, each)) + (size - bisect_left(ordered, each)) for each in first)
    return less / 2 / (len(first) * size)


@dataclass(frozen=True, slots=True)
class Compared:
    """The effect in each independent repetition; 0.5 is no difference at all."""

    effects: tuple[float, ...]

    @property
    def differs(self) -> bool:
        """Whether every repetition says so, and in the same direction: what the machine does besides, says neither."""
        low, high = EQUAL
        return all(each < low for each in self.effects) or all(each > high for each in self.effects)


async def compared(one: Way, other: Way, *, random: Random) -> Compared:
    """The two ways, each as often, in random order, warm, with the collector of garbage at rest."""
    for _ in range(WARMING):
        await one()
        await other()
    effects: list[float] = []
    for _ in range(REPETITIONS):
        took: tuple[list[float], list[float]] = ([], [])
        gc.disable()
        try:
            for _ in range(SAMPLES):
                # Pairs, in either order: what slows the machine for a while slows both.
                for at in random.sample((0, 1), 2):
                    started = perf_counter()
                    await (one, other)[at]()
                    took[at].append(perf_counter() - started)
        finally:
            gc.enable()
        effects.append(effect(*took))
        if EQUAL[0] <= effects[-1] <= EQUAL[1]:
            break  # one repetition without a difference decides
    return Compared(tuple(effects))
