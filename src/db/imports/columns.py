"""The columns of a file: how many it has at most, and whether two of them are called the same."""

from __future__ import annotations

from collections.abc import Iterable

MOST_COLUMNS = 1000
"""Each row becomes so many cells, however little of it the file says."""


def first_twice(names: Iterable[str]) -> str | None:
    """The first name that has been there before; None where each is there once."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
