"""What is asked of the facts, as data: sums, groups, period, filters. Values are parameters and not in the shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from sightline.authz.expr import TRUE, Expr
from sightline.authz.reports.dimensions import DateBasis
from sightline.authz.reports.measures import MEASURES, Measure


class Whole(IntEnum):
    """What something consists of without remainder, as UTC has it: moments, hours, or days. Days are hours too."""

    MOMENTS = 0
    HOURS = 1
    DAYS = 2


@dataclass(frozen=True, slots=True)
class Sum:
    """Measures of one value, summed together over the programs that satisfy a predicate (RC5); or the median of one."""

    measures: tuple[str, ...]
    programs: Expr = TRUE
    median: bool = False
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Every group has a dictionary by these: a predicate would be walked for each of its cells.
        object.__setattr__(self, "_hash", hash((self.measures, self.programs, self.median)))

    @property
    def measure(self) -> Measure:
        """What they have in common: all but statuses and settlements."""
        return MEASURES[self.measures[0]]

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class DimensionFilter:
    """The values a dimension must have, or must not have. What has no value has none of them."""

    dimension: str
    values: tuple[object, ...]
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class SumsQuery:
    """Sums by group. `coverages` are the predicates over programs to say of each group whether it has such a program.

    `native` sums amounts as they are, else in the platform's currency. `whole` says whether period and time zone begin
    and end days, or at least hours, where UTC does, so that sums over these can answer. `statuses` limits conversions
    and what belongs to them; clicks and ad views have none. With `as_of` everything is as it stood at that moment.
    `single` names the lens's parameters that have exactly one value.
    """

    sums: tuple[Sum, ...]
    coverages: tuple[Expr, ...] = ()
    group_by: tuple[str, ...] = ()
    basis: DateBasis = DateBasis.EVENT
    native: bool = False
    whole: Whole = Whole.HOURS
    filters: tuple[DimensionFilter, ...] = ()
    statuses: tuple[str, ...] | None = None
    limit: int | None = None
    as_of: datetime | None = None
    single: frozenset[str] = frozenset()

    @property
    def shape(self) -> object:
        """What of it decides the text of its statement."""
        filters = tuple((each.dimension, each.excluded) for each in self.filters)
        limited = (self.statuses is None, self.limit, self.single)
        grouped = (self.group_by, self.basis, self.native, self.whole)
        return (self.sums, self.coverages, grouped, filters, limited)

    def values(self, period: Period) -> dict[str, object]:
        """The parameters of its statement, beside those of the lens."""
        given: dict[str, object] = {f"filter{at}": list(each.values) for at, each in enumerate(self.filters)}
        given |= {"since": period.since, "until": period.until, "time_zone": period.time_zone}
        return given | {"statuses": list(self.statuses or ()), "as_of": self.as_of}


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment up to, and without, another; days begin as they do in the time zone."""

    since: datetime
    until: datetime
    time_zone: str


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups, column by column: the values each stands for, and in the same order its sums and coverages.

    A sum is None where its fact knows nothing of a dimension that the query groups or filters by. A coverage is False
    where facts are in the group and none is of such a program.
    """

    keys: Sequence[tuple[object, ...]]
    sums: Mapping[Sum, Sequence[Any]]
    covered: Mapping[Expr, Sequence[bool | None]]

    @classmethod
    def one(cls, sums: Mapping[Sum, Any], covered: Mapping[Expr, bool | None]) -> Groups:
        """The single group of a query that does not group."""
        return cls(
            ((),),
            {each: (value,) for each, value in sums.items()},
            {each: (value,) for each, value in covered.items()},
        )

    @classmethod
    def none_of(cls, query: SumsQuery) -> Groups:
        """The groups of a query that no fact answers."""
        return cls((), dict.fromkeys(query.sums, ()), dict.fromkeys(query.coverages, ()))

    def __len__(self) -> int:
        return len(self.keys)

    def only(self, places: Sequence[int]) -> Groups:
        """The groups in some places."""
        return Groups(
            [self.keys[at] for at in places],
            {each: [values[at] for at in places] for each, values in self.sums.items()},
            {each: [values[at] for at in places] for each, values in self.covered.items()},
        )
