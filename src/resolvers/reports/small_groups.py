"""Groups too small to show (N29, LK25): for whoever has sums only, no figure is over fewer conversions than are set.

Who reads conversions as rows can count them himself, so this is for staff who report with AFFILIATES R alone (A5). A
row that is too small is left out, and so are further ones, the smallest first, until what is left out is no small group
either: the totals less the rows would give it back. Where filters leave out too little, nothing is shown.

What it does not do: compare two reports. The difference of two periods, or of two moments that they are as of, can be
over fewer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sightline.authz.expr import Expr
from sightline.authz.reports.measures import Fact
from sightline.db.reports.queries import Groups, Sum, SumsQuery

Sizes = Sequence[tuple[Sum, ...]]
"""The sizes of a group, each as the sums that add up to it: by fact, and by the programs that are counted."""

_COUNTS: Mapping[Fact, tuple[str, ...]] = {
    Fact.CONVERSION: (
        *("approved_conversions", "pending_conversions", "hold_conversions"),
        *("rejected_conversions", "reversed_conversions", "events"),
    ),
    Fact.CONVERSION_ITEM: ("items",),
}
_COUNTED_BY: Mapping[Fact, Fact] = {Fact.ADJUSTMENT: Fact.CONVERSION}


def sizes_of(sums: Sequence[Sum]) -> Sizes:
    """The sizes that groups with these sums have; traffic has none."""
    found: dict[tuple[Fact, Expr], None] = {}
    for each in sums:
        fact = each.measure.fact
        fact = _COUNTED_BY.get(fact, fact)
        if fact in _COUNTS:
            found[fact, each.programs] = None
    return tuple(tuple(Sum((measure,), programs) for measure in _COUNTS[fact]) for fact, programs in found)


def with_sizes(query: SumsQuery, sizes: Sizes) -> SumsQuery:
    """The query that takes the sizes of its groups too."""
    return replace(query, sums=tuple(dict.fromkeys((*query.sums, *(each for size in sizes for each in size)))))


def unfiltered(query: SumsQuery, sizes: Sizes) -> SumsQuery | None:
    """The query for the sizes of everything that filters choose from; None where they choose all."""
    if not query.filters and query.statuses is None:
        return None
    counts = tuple(dict.fromkeys(each for size in sizes for each in size))
    return replace(query, sums=counts, group_by=(), filters=(), statuses=None, limit=None)


def too_small(sizes: Sizes, group: Groups, least: int) -> bool:
    """Whether a single group is over some conversions, and over too few."""
    return any(0 < size < least for (size,) in _sizes(sizes, group))


def left_out_too_small(sizes: Sizes, total: Groups, everything: Groups, least: int) -> bool:
    """Whether what filters leave out of everything is some, and too few. Both are single groups."""
    pairs = zip(_sizes(sizes, everything), _sizes(sizes, total), strict=True)
    return any(0 < whole - part < least for (whole,), (part,) in pairs)


def withheld(sizes: Sizes, groups: Groups, least: int) -> frozenset[int]:
    """The places of the groups that are not shown: those that are too small, and those that hide them."""
    measured = _sizes(sizes, groups)
    hidden = {at for size in measured for at, count in enumerate(size) if 0 < count < least}
    changed = True
    while changed:
        changed = False
        for size in measured:
            total = sum(size[at] for at in hidden)
            if 0 < total < least:
                # By its size, then by what it stands for: the same rows whoever asks, and however often.
                left = (at for at, count in enumerate(size) if count > 0 and at not in hidden)
                others = [(size[at], repr(groups.keys[at]), at) for at in left]
                if others:
                    hidden.add(min(others)[-1])
                    changed = True
    return frozenset(hidden)


def _sizes(sizes: Sizes, groups: Groups) -> list[list[int]]:
    """Each size of all groups."""
    return [
        [sum(map(_whole, counts)) for counts in zip(*(groups.sums[each] for each in size), strict=True)]
        for size in sizes
    ]


def _whole(count: Any) -> int:
    return int(count or 0)
