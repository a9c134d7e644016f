"""The statement of a report: for each fact its sums by group, and then the facts beside each other.

Each fact is grouped by itself, so that no join can count a row twice; what they have in common is only the groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from cachetools import LRUCache

from sightline.authz.expr import Expr
from sightline.authz.reports.dimensions import DIMENSIONS, Place
from sightline.authz.reports.measures import Fact
from sightline.authz.visibility import Visibility
from sightline.db.authorised import Mark
from sightline.db.catalogue import Catalogue
from sightline.db.ordering import collated
from sightline.db.predicates import array_of, comparable
from sightline.db.reports.expressions import SINCE, UNTIL, columns_of, nothing, part_of, received, sent, sum_of
from sightline.db.reports.joins import Joined
from sightline.db.reports.queries import Groups, Sum, SumsQuery
from sightline.db.reports.sources import Source, facts_of, knows, source_of
from sightline.db.statements import Statement, read_statement

GROUPS, SALT = "groups", "salt"
_KEPT = 1_000
_STATUS = DIMENSIONS["status"]


@dataclass(frozen=True, slots=True, eq=False)
class ReportReads:
    """Compiles and keeps the statements of reports, over the model whose rows are those of reports (A5)."""

    catalogue: Catalogue
    _kept: LRUCache[object, Statement | None] = field(default_factory=lambda: LRUCache(_KEPT))

    def groups(self, visibility: Visibility, query: SumsQuery) -> Statement | None:
        """The groups of a query with their sums; None where no fact knows all that is grouped and filtered by."""
        return self._once((visibility.key, query.shape), lambda: self._groups(visibility, query))

    def streamed(self, visibility: Visibility, query: SumsQuery) -> Statement | None:
        """The same for reading one after the other: all of them, in an order, each with how many there are.

        What names a row is ordered by its number mixed with the parameter `salt`: that order tells nothing of rows.
        """
        return self._once(
            (visibility.key, query.shape, "streamed"), lambda: self._groups(visibility, query, streamed=True)
        )

    def programs(self, visibility: Visibility, query: SumsQuery, programs: Expr) -> Statement | None:
        """How many programs that satisfy a predicate have facts in a query's period and filters."""
        return self._once((visibility.key, query.shape, programs), lambda: self._programs(visibility, query, programs))

    def sources(self, visibility: Visibility, query: SumsQuery) -> dict[Fact, str]:
        """The relation that each fact's sums are taken from."""
        return {source.fact: source.entity for source in self._sources(visibility, query)}

    def _once(self, key: object, compile_statement: Callable[[], Statement | None]) -> Statement | None:
        if key not in self._kept:
            self._kept[key] = compile_statement()
        return self._kept[key]

    def _sources(self, visibility: Visibility, query: SumsQuery) -> list[Source]:
        known = (fact for fact in facts_of(query.sums) if knows(fact, query))
        return [source_of(self.catalogue, visibility, fact, query) for fact in known]

    def _parts(self, visibility: Visibility, query: SumsQuery, counted: Expr | None = None) -> list[_Part]:
        sources = self._sources(visibility, query)
        return [_Part(self.catalogue, visibility, query, source, counted) for source in sources]

    def _groups(self, visibility: Visibility, query: SumsQuery, *, streamed: bool = False) -> Statement | None:
        parts = self._parts(visibility, query)
        if not parts:
            return None
        summed = [part.sums() for part in parts]
        beside = (summed[0] if len(summed) == 1 else _together(query, summed)).subquery("beside")
        keys = [beside.c[f"group{at}"] for at in range(len(query.group_by))]
        sums = [sent(each, beside.c[f"sum{at}"]).label(f"sum{at}") for at, each in enumerate(query.sums)]
        covered = [beside.c[f"covered{at}"] for at in range(len(query.coverages))]
        select = sa.select(*keys, *sums, *covered)
        if streamed:
            select = select.add_columns(sa.func.count().over().label(GROUPS))
            select = select.order_by(
                *(_unrelated(key, each).asc().nulls_last() for key, each in zip(keys, query.group_by, strict=True))
            )
        elif query.limit is not None:
            select = select.order_by(*(collated(key).asc().nulls_last() for key in keys))
            select = select.limit(sa.literal_column(str(query.limit)))
        return _read(select, parts, query)

    def _programs(self, visibility: Visibility, query: SumsQuery, programs: Expr) -> Statement | None:
        parts = self._parts(visibility, query, counted=programs)
        if not parts:
            return None
        named = [part.programs() for part in parts]
        found = (named[0] if len(named) == 1 else sa.union_all(*named)).subquery("found")
        return _read(sa.select(sa.func.count(sa.distinct(found.c.program)).label("programs")), parts, query)


def _read(select: sa.Select[Any], parts: Sequence[_Part], query: SumsQuery) -> Statement:
    """The statement over what its parts read; of stored sums alone a plan for any period is good for every one."""
    views = [view for part in parts for view in part.joined.read]
    anew = any(not part.source.stored or len(part.joined.read) > 1 for part in parts)
    return read_statement(select, views=views, single=query.single, anew=anew)


def _together(query: SumsQuery, parts: Sequence[sa.Select[Any]]) -> sa.Select[Any]:
    """One row for each group of several facts, each of which has sums of its own and null in place of the others'."""
    each = sa.union_all(*parts).subquery("each")
    keys = [each.c[f"group{at}"] for at in range(len(query.group_by))]
    sums = [sa.func.max(each.c[f"sum{at}"]).label(f"sum{at}") for at in range(len(query.sums))]
    covered = [sa.func.bool_or(each.c[f"covered{at}"]).label(f"covered{at}") for at in range(len(query.coverages))]
    return sa.select(*keys, *sums, *covered).group_by(*keys)


def _unrelated(value: sa.ColumnElement[Any], dimension: str) -> sa.ColumnElement[Any]:
    if DIMENSIONS[dimension].entity is None:
        return collated(value)
    salt = sa.bindparam(SALT, type_=sa.Text())
    return sa.func.md5(salt + sa.cast(value, sa.Text()), type_=sa.Text()).collate("C")


def groups_from(query: SumsQuery, records: Sequence[Any]) -> Groups:
    """The groups that a statement of `groups` answered."""
    if not records:
        return Groups.none_of(query)
    columns = dict(zip(records[0].keys(), zip(*records, strict=True), strict=True))
    unknown = {each for fact, sums in facts_of(query.sums).items() if not knows(fact, query) for each in sums}
    return Groups(
        list(zip(*(columns[f"group{at}"] for at in range(len(query.group_by))), strict=True)) or [()],
        {
            each: (None,) * len(records) if each in unknown else received(each, columns[f"sum{at}"])
            for at, each in enumerate(query.sums)
        },
        {each: columns[f"covered{at}"] for at, each in enumerate(query.coverages)},
    )


class _Part:
    """The sums of one fact."""

    def __init__(
        self,
        catalogue: Catalogue,
        visibility: Visibility,
        query: SumsQuery,
        source: Source,
        counted: Expr | None = None,
    ) -> None:
        self.query, self.source, self.counted = query, source, counted
        self.own = facts_of(query.sums)[source.fact]
        self.places = {key: DIMENSIONS[key].places[source.fact] for key in self._named() if not DIMENSIONS[key].part}
        tested = {key for key in self._filtered() if DIMENSIONS[key].several}
        joined = (self.places[key] for key in self.places if key in query.group_by or key not in tested)
        values = (Place(name) for each in self.own for name in self._columns(each))
        program = Place("program_id", source.moment.via)
        self.joined = Joined.of(
            catalogue,
            visibility,
            source.entity,
            places=dict.fromkeys(
                [source.moment, *joined, *values, *self._status(), *([program] if counted is not None else [])]
            ),
            tested=[self.places[key] for key in sorted(tested)],
            marks=self._marks(),
            single=query.single,
        )

    def sums(self) -> sa.Select[Any]:
        """One row for each group."""
        inner = self._rows().subquery("rows")
        keys = [inner.c[f"group{at}"] for at in range(len(self.query.group_by))]
        sums = [
            (
                sum_of(
                    each,
                    inner.c.__getitem__,
                    self._counts(inner, at),
                    stored=self.source.stored,
                    native=self.query.native,
                )
                if each in self.own
                else nothing(each)
            ).label(f"sum{at}")
            for at, each in enumerate(self.query.sums)
        ]
        covered = [sa.func.bool_or(inner.c[f"of{at}"]).label(f"covered{at}") for at in range(len(self.query.coverages))]
        return sa.select(*keys, *sums, *covered).select_from(inner).group_by(*keys)

    def programs(self) -> sa.Select[Any]:
        """The programs that count, once each."""
        program = self.joined.column(Place("program_id", self.source.moment.via))
        marked = self.joined.views[()].relation.c["counted"]
        select = sa.select(program.label("program")).select_from(self.joined.relation)
        return select.where(self._within(), marked).distinct()

    def _rows(self) -> sa.Select[Any]:
        """The rows of the lens in the period: groups, marks, and the columns that are added up."""
        fact = self.joined.views[()].relation
        groups = [self._value(key).label(f"group{at}") for at, key in enumerate(self.query.group_by)]
        names = dict.fromkeys(name for each in self.own for name in self._columns(each))
        values = [self.joined.column(Place(name)).label(name) for name in names]
        marks = [fact.c[name] for name in self._marks()]
        return sa.select(*groups, *values, *marks).select_from(self.joined.relation).where(self._within())

    def _within(self) -> sa.ColumnElement[bool]:
        at = self.joined.column(self.source.moment)
        tests = [at >= SINCE, at < UNTIL, self.joined.views[()].relation.c["is_fact"]]
        for number, each in enumerate(self.query.filters):
            tests.append(self._test(each.dimension, f"filter{number}", excluded=each.excluded))
        tests += [_among(self.joined.column(place), "statuses") for place in self._status()]
        return sa.and_(*tests)

    def _test(self, key: str, parameter: str, *, excluded: bool) -> sa.ColumnElement[bool]:
        dimension = DIMENSIONS[key]
        if dimension.several:
            found = self.joined.has_one_of(self.places[key], lambda column: _among(column, parameter))
        else:
            found = _among(self._value(key), parameter)
        return found.is_not(sa.true()) if excluded else found  # what has no value is none of them

    def _value(self, key: str) -> sa.ColumnElement[Any]:
        part = DIMENSIONS[key].part
        if part is not None:
            return part_of(self.joined.column(self.source.moment), part)
        return self.joined.column(self.places[key])

    def _counts(self, inner: sa.Subquery, at: int) -> sa.ColumnElement[bool]:
        """Which rows a sum is over."""
        each = self.query.sums[at]
        counts: sa.ColumnElement[bool] = inner.c[f"counts{at}"]
        if each.programs in self.query.coverages:
            return sa.and_(counts, inner.c[f"of{self.query.coverages.index(each.programs)}"])
        return counts

    def _marks(self) -> dict[str, Mark]:
        is_fact = {"is_fact": Mark(self.source.counted)}
        if self.counted is not None:
            return is_fact | {"counted": Mark(self.source.of_program(self.counted))}
        counts = {
            f"counts{at}": Mark(self.source.rows(each), each.measure.classes)
            for at, each in enumerate(self.query.sums)
            if each in self.own
        }
        of = {f"of{at}": Mark(self.source.of_program(each)) for at, each in enumerate(self.query.coverages)}
        return is_fact | counts | of

    def _columns(self, each: Sum) -> tuple[str, ...]:
        if self.counted is not None:
            return ()
        return columns_of(each, stored=self.source.stored, native=self.query.native)

    def _status(self) -> Iterator[Place]:
        """Where the fact has the status that the query is limited to."""
        if self.query.statuses is not None and self.source.fact in _STATUS.places:
            yield _STATUS.places[self.source.fact]

    def _filtered(self) -> Iterator[str]:
        yield from (each.dimension for each in self.query.filters)

    def _named(self) -> Iterator[str]:
        yield from self.query.group_by
        yield from self._filtered()


def _among(column: sa.ColumnElement[Any], parameter: str) -> sa.ColumnElement[bool]:
    return collated(column) == sa.any_(sa.bindparam(parameter, type_=array_of(comparable(column.type))))
