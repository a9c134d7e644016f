"""The relations of one fact's sums: its authorised view, and those of the rows that places of dimensions lead to.

Whatever a dimension is read from is reached by the lens itself: a row that it does not reach gives no value, as it
gives no row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from sightline.authz.expr import Edge
from sightline.authz.reports.dimensions import Place
from sightline.authz.visibility import Visibility
from sightline.db.authorised import AuthorisedView, Mark, authorised
from sightline.db.catalogue import Catalogue

Way = tuple[Edge, ...]


@dataclass(slots=True, eq=False)
class Joined:
    """A fact's view with the views beside it, by the way that leads there; () is the fact itself."""

    catalogue: Catalogue
    visibility: Visibility
    entity: str
    single: frozenset[str]
    views: dict[Way, AuthorisedView] = field(default_factory=dict)
    beside: list[sa.FromClause] = field(default_factory=list)

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        visibility: Visibility,
        entity: str,
        *,
        places: Iterable[Place],
        tested: Iterable[Place],
        marks: Mapping[str, Mark],
        single: frozenset[str],
    ) -> Joined:
        """The relations in which these places can be read, and the `tested` ones by `has_one_of`."""
        columns: dict[Way, set[str]] = {(): set()}
        carried: dict[Way, set[str]] = {(): set()}
        ends = [(place.via, place.column) for place in places] + [(place.via[:-1], None) for place in tested]
        hops = [place.via for place in (*places, *tested)]
        for way, column in ends:
            for length in range(len(way) + 1):
                columns.setdefault(way[:length], set())
            columns[way] |= {column} if column else set()
        for way in hops:
            for at, edge in enumerate(way):
                carried.setdefault(way[:at], set()).update(here for here, _ in edge.on)
                carried.setdefault(way[: at + 1], set()).update(there for _, there in edge.on)
        joined = cls(catalogue, visibility, entity, single)
        for way in sorted(columns, key=len):
            joined.views[way] = authorised(
                catalogue,
                visibility,
                way[-1].target if way else entity,
                columns=columns[way],
                carried=sorted(carried.get(way, ())),
                marks=marks if not way else None,
                single=single,
            )
        return joined

    @property
    def relation(self) -> sa.FromClause:
        """All of them, joined."""
        found: sa.FromClause = self.views[()].relation
        for way, view in self.views.items():
            if way:
                found = found.outerjoin(view.relation, _on(self.views[way[:-1]], way[-1], view))
        return found

    @property
    def read(self) -> list[sa.FromClause]:
        """Every authorised view in use."""
        return [*(view.relation for view in self.views.values()), *self.beside]

    def column(self, place: Place) -> sa.ColumnElement[Any]:
        """The value of a place, masked as the lens has it."""
        return self.views[place.via].column(place.column)

    def has_one_of(self, place: Place, test: Any) -> sa.ColumnElement[bool]:
        """Whether one of the rows that a way leads to passes a test of its column: a row counts once, not for each."""
        view = authorised(
            self.catalogue,
            self.visibility,
            place.via[-1].target,
            columns={place.column},
            carried=sorted(there for _, there in place.via[-1].on),
            single=self.single,
        )
        self.beside.append(view.relation)
        here = self.views[place.via[:-1]]
        found: sa.Select[Any] = (
            sa.select(sa.literal_column("1")).select_from(view.relation).where(_on(here, place.via[-1], view))
        )
        return sa.exists(found.where(test(view.column(place.column))).correlate(here.relation))


def _on(here: AuthorisedView, edge: Edge, there: AuthorisedView) -> sa.ColumnElement[bool]:
    return sa.and_(*(here.key(mine) == there.key(its) for mine, its in edge.on))
