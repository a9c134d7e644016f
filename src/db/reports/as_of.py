"""The relations of reports as they stood at a moment: what was recorded by then, as it was then.

A conversion stands there with the status, the settlement, the dates and the amounts it had; one that was recorded later
does not exist. Everything else that has happened is there if it happened, or was posted, by then. Nothing else changes:
the same rules, masks and sums read these relations in place of the others, so that what a lens has not today it has not
of a day that is past. Rows and cells must moreover be the viewer's as they are now, whatever they were
(`Catalogue.changing`). Stored sums know of no past: none of them is here but ad views, which have nothing finer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from sightline.authz.entities.pieces import CONVERSION
from sightline.authz.model import PolicyError, build_model
from sightline.authz.reports.measures import Fact
from sightline.authz.reports.rows import AS_OF_RULES
from sightline.db.catalogue import NOW, Catalogue, Entity
from sightline.db.conversion_past import CHANGING

AS_OF = sa.bindparam("as_of", type_=sa.TIMESTAMP(timezone=True))
PAST = "conversion_past"
READ_BY_RULES = ("status", "settlement")
"""The columns of a conversion that rows and masks depend on, of those that change."""


def as_it_stood(catalogue: Catalogue) -> Catalogue:
    """The catalogue of reports with its relations as they stood at the parameter `as_of`.

    Raises PolicyError where a column of the past is not classed as the one that it was.
    """
    entities = dict(catalogue.entities)
    entities[CONVERSION.target] = _conversions(entities[CONVERSION.target], entities[PAST])
    for fact, happened in _HAPPENED.items():
        entities[fact.value] = _happened(entities[fact.value], happened)
    model = build_model({name: entity.columns for name, entity in entities.items()}, AS_OF_RULES)
    return Catalogue(entities, model, frozenset((CONVERSION.target, column) for column in READ_BY_RULES))


_HAPPENED: dict[Fact, Callable[[Any], sa.ColumnElement[bool]]] = {
    Fact.CLICK: lambda row: row.event_at <= AS_OF,
    Fact.ADJUSTMENT: lambda row: row.posted_at <= AS_OF,
    # Of an hour that was not over it is not known how many of its ad views there had been.
    Fact.IMPRESSIONS: lambda row: row.hour < sa.func.date_trunc("hour", AS_OF, "UTC"),
}


def _happened(entity: Entity, test: Callable[[Any], sa.ColumnElement[bool]]) -> Entity:
    source = entity.relation.alias()
    return replace(entity, relation=sa.select(*source.c).where(test(source.c)).subquery())


def _conversions(now: Entity, past: Entity) -> Entity:
    wrong = [name for name in CHANGING if now.columns[name] != past.columns[name]]
    if wrong:
        raise PolicyError(f"what conversions were is classed otherwise than what they are: {', '.join(wrong)}")
    it, was = now.relation.alias(), past.relation.alias()
    then = sa.and_(
        was.c.affiliate_account_id == it.c.affiliate_account_id,
        was.c.conversion_id == it.c.id,
        was.c.since <= AS_OF,
        was.c.until > AS_OF,
    )
    # Where nothing is kept of that moment, it was what it is now.
    changed = was.c.since.is_not(None)
    columns = [
        sa.case((changed, was.c[each.name]), else_=each).label(each.name) if each.name in CHANGING else each
        for each in it.c
    ]
    columns += [it.c[name].label(name + NOW) for name in READ_BY_RULES]
    stood = sa.select(*columns).select_from(it.outerjoin(was, then)).where(it.c.posted_at <= AS_OF)
    return replace(now, relation=stood.subquery())
