"""The viewer's statements: lookup, page and count over an authorised view, compiled once per visibility and shape.

Every one is set-based: it takes all keys or parents at once. Rows come back with their position (`_parent`), so one
statement serves any number of parents, and list, lookup, edge and count read the very same relation. Where there is
one, which its `single` parameters say, it is written for one: planners know that to be little, and keep such a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa
from cachetools import LRUCache

from sightline.authz.bounds import ACCOUNT
from sightline.authz.paths import PathKind
from sightline.authz.visibility import Visibility
from sightline.db.authorised import AuthorisedView, SharedPredicates, authorised
from sightline.db.catalogue import Catalogue, Entity
from sightline.db.fact_ids import WITH_ORDER, compared_by_id
from sightline.db.ordering import collated, follows_in_order, order_by, page_limit, with_tie_break
from sightline.db.predicates import NUMBER, among, array_of, comparable, the_only
from sightline.db.queries import (
    Apart,
    Compound,
    Connective,
    Filter,
    Operator,
    PageQuery,
    Selection,
    Test,
    filter_columns,
    filter_shape,
)
from sightline.db.routes import MOST_ACCOUNTS, PLAIN, Route, account_by_account, driving_accounts
from sightline.db.statements import Statement, read_statement

PARENT = "_parent"
COUNT = "_count"
IDS, ACCOUNTS = "ids", "accounts"
VERSION, REFERRED = "_version", "_referred"
_KEPT, _KEPT_PREDICATES = 2_000, 1_000


@dataclass(frozen=True, slots=True)
class Read:
    """A compiled read: its statement, and the bit of each conditional column in `_hidden`."""

    statement: Statement
    bits: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Reads:
    """Compiles and keeps the statements of all visibilities; least recently used ones go first.

    `most_accounts` is how many accounts a page is read from one by one, at most.
    """

    catalogue: Catalogue
    most_accounts: int = MOST_ACCOUNTS
    _kept: LRUCache[object, Read] = field(default_factory=lambda: LRUCache(_KEPT))
    _shared: SharedPredicates = field(default_factory=lambda: LRUCache(_KEPT_PREDICATES))

    def lookup(self, visibility: Visibility, entity: str, columns: frozenset[str], *, single: frozenset[str]) -> Read:
        """Rows by key. Parameters: `ids`, and for facts `accounts` beside them; `_parent` is the position in them."""
        shape = ("lookup", entity, columns, single)
        return self._once(visibility, shape, lambda: self._lookup(visibility, entity, columns, single=single))

    def doable(
        self,
        visibility: Visibility,
        verb: str,
        through: PathKind | None = None,
        *,
        single: frozenset[str],
    ) -> Read:
        """Of the keys of a lookup, those on whose row the verb is done: the same view, the other verb."""
        entity = self.catalogue.model.verbs[verb].entity
        if entity is None:
            raise TypeError(f"{verb} is done on the platform, not on a row")
        return self._once(
            visibility,
            ("doable", verb, through, single),
            lambda: self._lookup(visibility, entity, frozenset(), verbs=(verb,), through=through, single=single),
        )

    def versions(
        self,
        visibility: Visibility,
        entity: str,
        verbs: frozenset[str],
        apart: Apart | None,
        *,
        single: frozenset[str],
    ) -> Read:
        """Of the keys of a lookup, the version of each row on which one of the verbs is done, as `_version`.

        What stands apart in it is `_referred`: the number of the row that it leads to, where he sees that (AC11).
        """
        return self._once(
            visibility,
            ("versions", entity, verbs, single),
            lambda: self._versions(visibility, entity, verbs, apart, single=single),
        )

    def page(self, visibility: Visibility, query: PageQuery, route: Route = PLAIN) -> Read:
        """A page of a selection. Parameters: `limit`, `filterN`, `afterN`, and with parents those of a lookup.

        With the route's accounts, `driving` names them.
        """
        after = None if query.after is None else tuple(value is None for value in query.after)
        shape = (_selection_shape(query.selection), query.columns, query.order, after, query.backward, route.shape)
        return self._once(visibility, ("page", shape), lambda: self._page(visibility, query, route))

    def count(self, visibility: Visibility, selection: Selection, *, single: frozenset[str]) -> Read:
        """How many rows a selection has, per parent where there are parents."""
        shape = ("count", _selection_shape(selection), single)
        return self._once(visibility, shape, lambda: self._count(visibility, selection, single=single))

    def _once(self, visibility: Visibility, shape: object, compile_read: Callable[[], Read]) -> Read:
        key = (visibility.key, shape)
        if key not in self._kept:
            self._kept[key] = compile_read()
        return self._kept[key]

    def _lookup(
        self,
        visibility: Visibility,
        entity: str,
        columns: frozenset[str],
        *,
        verbs: Collection[str] = (),
        through: PathKind | None = None,
        single: frozenset[str],
    ) -> Read:
        view = authorised(
            self.catalogue, visibility, entity, columns=columns, through=through, verbs=verbs, shared=self._shared
        )
        keys, found = _found(view, single)
        select = sa.select(keys.c.position.label(PARENT), *view.relation.c).select_from(found)
        return _read(select, view, single=single)

    def _versions(
        self,
        visibility: Visibility,
        entity: str,
        verbs: frozenset[str],
        apart: Apart | None,
        *,
        single: frozenset[str],
    ) -> Read:
        carried = ("version",) if apart is None else ("version", apart.column)
        view = authorised(self.catalogue, visibility, entity, columns=(), carried=carried, verbs=sorted(verbs))
        keys, found = _found(view, single)
        told = [keys.c.position.label(PARENT), view.key("version").label(VERSION)]
        if apart is None:
            return _read(sa.select(*told).select_from(found), view, single=single)
        verbs_there = () if apart.verb is None else (apart.verb,)
        there = authorised(self.catalogue, visibility, apart.entity, columns=(), verbs=verbs_there)
        found = found.outerjoin(there.relation, there.key("id") == view.key(apart.column))
        told.append(there.key("id").label(REFERRED))
        return _read(sa.select(*told).select_from(found), view, there.relation, single=single)

    def _page(self, visibility: Visibility, query: PageQuery, route: Route) -> Read:
        selection = query.selection
        columns = query.columns | {key.column for key in query.order}
        view = self._view(visibility, selection, columns, single=route.single)
        order = with_tie_break(view, query.order)
        select = sa.select(*view.relation.c).where(_matching(view, selection.where))
        if query.after is not None:
            select = select.where(follows_in_order(view, order, query.after, backward=query.backward))
        select = select.order_by(*order_by(order, backward=query.backward)).limit(page_limit())
        if route.accounts is None:
            return _read(_below_parents(select, view, selection, route.single), view, single=route.single)
        accounts = driving_accounts()
        below = _below_parents(
            select, view, selection, route.single, whole=lambda page: account_by_account(page, view, query, accounts)
        )
        return _read(below, view, accounts, single=route.single)

    def _count(self, visibility: Visibility, selection: Selection, *, single: frozenset[str]) -> Read:
        view = self._view(visibility, selection, frozenset())
        counted = sa.select(sa.func.count().label(COUNT)).select_from(view.relation)
        counted = counted.where(_matching(view, selection.where))
        return _read(_below_parents(counted, view, selection, single), view, single=single)

    def _view(
        self,
        visibility: Visibility,
        selection: Selection,
        columns: frozenset[str],
        *,
        single: frozenset[str] = frozenset(),
    ) -> AuthorisedView:
        named: set[str] = set(columns) | set(filter_columns(selection.where))
        carried: Iterable[str] = ()
        if selection.parent is not None:
            named.add(selection.parent.column)
            carried = (ACCOUNT,) if selection.parent.carries_account else ()
        return authorised(
            self.catalogue,
            visibility,
            selection.entity,
            columns=named,
            carried=carried,
            through=selection.through,
            single=single,
            shared=self._shared,
        )


def _read(
    select: sa.Select[Any], view: AuthorisedView, *beside: sa.FromClause, single: frozenset[str] = frozenset()
) -> Read:
    return Read(read_statement(select, views=(view.relation, *beside), single=single), view.bits)


def _selection_shape(selection: Selection) -> object:
    return (selection.entity, filter_shape(selection.where), selection.parent, selection.through)


@cache
def _keys(single: frozenset[str], *, with_account: bool) -> sa.FromClause:
    """The keys asked for, one row each, with their position from 1."""
    parameters = {"id": IDS} | ({"account": ACCOUNTS} if with_account else {})
    if single.issuperset(parameters.values()):
        key = [the_only(parameter, NUMBER).label(name) for name, parameter in parameters.items()]
        return sa.select(*key, sa.literal_column("1").label("position")).subquery("parents")
    arrays = [sa.bindparam(parameter, type_=array_of(NUMBER)) for parameter in parameters.values()]
    columns = [sa.column(name, NUMBER) for name in parameters]
    return sa.func.unnest(*arrays).table_valued(*columns, with_ordinality="position", name="parents").render_derived()


def _found(view: AuthorisedView, single: frozenset[str]) -> tuple[sa.FromClause, sa.Join]:
    """The keys asked for, and these with the rows of a view that have them."""
    keys = _keys(single, with_account=view.entity.is_fact)
    matches = [view.key("id") == keys.c.id]
    if view.entity.is_fact:
        matches.append(view.key(ACCOUNT) == keys.c.account)
    return keys, keys.join(view.relation, sa.and_(*matches))


def _itself(select: sa.Select[Any]) -> sa.Select[Any]:
    return select


def _below_parents(
    select: sa.Select[Any],
    view: AuthorisedView,
    selection: Selection,
    single: frozenset[str],
    *,
    whole: Callable[[sa.Select[Any]], sa.Select[Any]] = _itself,
) -> sa.Select[Any]:
    """The same rows for each of many parents, in one statement: a LATERAL per parent keeps the limit per parent.

    The reference is compared as the viewer has it: a masked reference joins no parent, so it tells nothing. `whole`
    makes what is read for one parent (or for none) of the select over the view.
    """
    if selection.parent is None:
        return whole(select)
    keys = _keys(single, with_account=selection.parent.carries_account)
    select = select.where(view.column(selection.parent.column) == keys.c.id)
    if selection.parent.carries_account:
        select = select.where(view.key(ACCOUNT) == keys.c.account)
    below = whole(select).lateral("below")
    return sa.select(keys.c.position.label(PARENT), *below.c).select_from(keys.join(below, sa.true()))


def _matching(view: AuthorisedView, where: Filter) -> sa.ColumnElement[bool]:
    numbers = iter(range(1 << 20))
    return _condition(view, where, lambda: f"filter{next(numbers)}")


def _condition(view: AuthorisedView, where: Filter, parameter: Callable[[], str]) -> sa.ColumnElement[bool]:
    match where:
        case Compound(Connective.NOT, (part,)):
            return _fails(_condition(view, part, parameter))
        case Compound(Connective.OR, parts):
            return sa.or_(sa.false(), *(_condition(view, part, parameter) for part in parts))
        case Compound(_, parts):
            return sa.and_(sa.true(), *(_condition(view, part, parameter) for part in parts))
        case Test(name, Operator.IS_NULL, wanted):
            column = view.column(name)
            return column.is_(None) if wanted else column.is_not(None)
        case Test(view.entity.moment as name, operator, _) if operator in WITH_ORDER and name not in view.bits:
            return compared_by_id(view.key("id"), operator, parameter())
        case Test(name, operator, _):
            return _test(view.entity, view.column(name), operator, parameter())


def _fails(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether it does not hold. Nothing holds of a cell that is absent or masked, so its row is among these, alike."""
    return condition.is_not(sa.true())


def _test(entity: Entity, column: sa.ColumnElement[Any], operator: Operator, name: str) -> sa.ColumnElement[bool]:
    type_ = comparable(column.type)
    if operator in (Operator.IN, Operator.NOT_IN):
        found = among(column, name, type_)
        return found if operator is Operator.IN else _fails(found)
    value: sa.ColumnElement[Any] = sa.bindparam(name, type_=type_)
    column = collated(column)
    match operator:
        case Operator.EQ:
            return column == value
        case Operator.LT:
            return column < value
        case Operator.LTE:
            return column <= value
        case Operator.GT:
            return column > value
        case Operator.GTE:
            return column >= value
        case Operator.STARTS_WITH:
            return sa.func.starts_with(column, value, type_=sa.Boolean)
        case _:
            raise TypeError(f"{entity.name} has no SQL for {operator}")
