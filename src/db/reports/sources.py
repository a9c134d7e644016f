"""Where the sums of a fact are taken: from those stored at the coarsest grain that holds all of it, or the fact.

A relation answers only if it carries every attribute that row set and masks depend on (RC5). It is not asked here: one
that lacks any has no row set for such a path (`sightline.authz.reports.rows`), and does not exist in the lens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sightline.authz.entities.pieces import CONVERSION, PROGRAM
from sightline.authz.expr import TRUE, Compare, Exists, Expr, Operator, all_of, any_of
from sightline.authz.reports.dimensions import DIMENSIONS, DateBasis, DatePart, Dimension, Place
from sightline.authz.reports.measures import MEASURES, Fact
from sightline.authz.visibility import Deny, Visibility
from sightline.db.catalogue import Catalogue
from sightline.db.reports.queries import Sum, SumsQuery, Whole

_MOMENTS = {Whole.DAYS: Place("day"), Whole.HOURS: Place("hour")}
"""Where stored sums of each width have the date."""
_TRAFFIC = {
    "traffic_day_by_program": Whole.DAYS,
    "traffic_hour_by_program": Whole.HOURS,
    "traffic_hour_by_account": Whole.HOURS,
}
_STORED: Mapping[Fact, Mapping[str, Whole]] = {
    Fact.IMPRESSIONS: _TRAFFIC,
    Fact.CLICK: _TRAFFIC,
    Fact.CONVERSION: {
        "conversion_day_by_program": Whole.DAYS,
        "conversion_hour_by_program": Whole.HOURS,
        "conversion_hour_by_account": Whole.HOURS,
    },
}
"""The stored sums of each fact and what they are over, the cheapest first."""
_HELD: Mapping[Fact, tuple[str, ...]] = {
    Fact.IMPRESSIONS: ("impressions",),
    Fact.CLICK: ("unique_clicks", "duplicate_clicks", "invalid_clicks"),
}
"""The columns of stored sums that two facts share which belong to each."""


@dataclass(frozen=True, slots=True)
class Source:
    """The relation that the sums of a fact are taken from, `stored` as sums; `moment` is where it has the date."""

    fact: Fact
    entity: str
    stored: bool
    moment: Place

    def rows(self, each: Sum) -> Expr:
        """Which rows are summed. Stored sums have all but statuses and settlements in their columns."""
        states = any_of(*(MEASURES[measure].states for measure in each.measures))
        return states if self.stored else all_of(each.measure.where, states)

    @property
    def counted(self) -> Expr:
        """Which rows stand for a fact at all: an hour of clicks alone has no ad views, and the other way round."""
        if not self.stored or self.fact not in _HELD:
            return TRUE
        return any_of(*(Compare(each, Operator.DIFFERENT, 0) for each in _HELD[self.fact]))

    def of_program(self, programs: Expr) -> Expr:
        """A predicate over programs, as one over rows of the relation."""
        if programs == TRUE:
            return TRUE
        of_program = Exists(PROGRAM, programs)
        return Exists(CONVERSION, of_program) if self.fact is Fact.CONVERSION_ITEM else of_program


def facts_of(sums: Iterable[Sum]) -> dict[Fact, tuple[Sum, ...]]:
    """The sums by the fact they are taken over."""
    found: dict[Fact, tuple[Sum, ...]] = {}
    for each in sums:
        fact = each.measure.fact
        found[fact] = (*found.get(fact, ()), each)
    return found


def knows(fact: Fact, query: SumsQuery) -> bool:
    """Whether a fact has every dimension that is grouped and filtered by."""
    return all(fact in each.places or each.part is not None for each in _dimensions(query))


def source_of(catalogue: Catalogue, visibility: Visibility, fact: Fact, query: SumsQuery) -> Source:
    """The cheapest relation of the lens that can answer the sums of a fact."""
    whole = _whole(fact, query)
    for entity, width in _STORED.get(fact, {}).items():
        if width <= whole and visibility.sees(entity) and _carries(catalogue, entity, fact, query):
            return Source(fact, entity, True, _MOMENTS[width])
    if fact is Fact.IMPRESSIONS:
        return Source(fact, fact.value, True, _MOMENTS[Whole.HOURS])
    return Source(fact, fact.value, False, moment(catalogue, fact, query.basis))


def moment(catalogue: Catalogue, fact: Fact, basis: DateBasis) -> Place:
    """Where a fact has the date of a basis: its own column, that of its conversion, or when it happened."""
    via = (CONVERSION,) if fact is Fact.CONVERSION_ITEM else ()
    columns = catalogue[via[0].target if via else fact.value].columns
    return Place(basis.value if basis.value in columns else DateBasis.EVENT.value, via)


def has_dimension(visibility: Visibility, dimension: Dimension) -> bool:
    """Whether the lens has a dimension on some fact: it reaches the row that the value is read from, and reads it."""
    if dimension.part is not None:
        return True
    return any(
        not isinstance(visibility.decide(place.via[-1].target if place.via else fact.value, place.column), Deny)
        for fact, place in dimension.places.items()
    )


def _whole(fact: Fact, query: SumsQuery) -> Whole:
    """The widest sums that can be put together to what is asked of a fact. Ad views have none below hours."""
    by_hour = any(each.part is DatePart.HOUR for each in _dimensions(query))
    whole = min(query.whole, Whole.HOURS) if by_hour else query.whole
    if fact is Fact.IMPRESSIONS:
        return max(whole, Whole.HOURS)
    sums = facts_of(query.sums)[fact]
    held = all(each.measure.rollup is not None and not each.median for each in sums)
    return whole if held and query.basis is DateBasis.EVENT else Whole.MOMENTS


def _carries(catalogue: Catalogue, entity: str, fact: Fact, query: SumsQuery) -> bool:
    columns = catalogue[entity].columns
    return all(
        column in columns
        for each in _dimensions(query)
        if each.part is None
        for column in _read_first(each.places[fact])
    )


def _read_first(place: Place) -> Iterator[str]:
    """The columns of the fact itself that a place begins with."""
    yield from (here for here, _ in place.via[0].on) if place.via else (place.column,)


def _dimensions(query: SumsQuery) -> Iterator[Dimension]:
    yield from (DIMENSIONS[key] for key in query.group_by)
    yield from (DIMENSIONS[each.dimension] for each in query.filters)
