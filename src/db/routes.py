"""Routes to a page: which index ranges a viewer's own ids allow. Rows, order and cursors are the same on every one.

The plain route reads the view in the order asked for. With one value to meet, an index on that column gives the order.
With a few accounts that hold all the viewer's rows, the newest of each are taken by a LATERAL (D7), so a viewer of
little reads little, however large the table and however old his rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from sightline.authz.bounds import ACCOUNT, AccountBounds, account_bounds, required
from sightline.authz.visibility import Visibility
from sightline.db.authorised import AuthorisedView
from sightline.db.catalogue import Entity
from sightline.db.ordering import order_by, page_limit, tie_break, with_tie_break
from sightline.db.predicates import among
from sightline.db.queries import PageQuery
from sightline.db.statements import is_single, system_statement
from sightline.db.tables import AccountShardRow, AffiliateAccountRow

# Each costs the rows of a page, some 0.1 ms for a hundred: above this many the plain route is as fast (record 0013).
MOST_ACCOUNTS = 40
DRIVING = "driving"

ACCOUNTS_OF_ORGANIZATIONS = system_statement(
    sa.select(AffiliateAccountRow.id)
    .where(among(AffiliateAccountRow.__table__.c.partner_org_id, "organizations"))
    .limit(sa.bindparam("limit", type_=sa.BigInteger))
)
"""The accounts of some organizations, up to a limit."""


@dataclass(frozen=True, slots=True)
class Route:
    """How a page is read. `single` names array parameters that have exactly one value.

    `accounts` are all the accounts that can have rows of the page; None where they are unknown or too many.
    """

    single: frozenset[str] = frozenset()
    accounts: tuple[int, ...] | None = None

    @property
    def shape(self) -> object:
        """What of the route decides the SQL text."""
        return (self.single, self.accounts is not None)


PLAIN = Route()


def single_values(
    visibility: Visibility, entity: Entity, query: PageQuery, binds: Mapping[str, object]
) -> frozenset[str]:
    """The parameters with one value that every row must meet in a column whose index gives the page's order."""
    after = _equal_then_ordered(entity, query)
    return frozenset(
        each.attribute
        for each in required(visibility.rows(entity.name))
        if is_single(binds[each.attribute]) and entity.has_index(each.column, *after)
    )


def bounds_by_account(visibility: Visibility, entity: Entity, query: PageQuery) -> AccountBounds | None:
    """The bounds of a page that may be read account by account: of a fact, in an order each account's index has."""
    parent = query.selection.parent
    if not entity.is_fact or (parent is not None and parent.carries_account):
        return None
    if not entity.has_index(*dict.fromkeys((ACCOUNT, *_equal_then_ordered(entity, query)))):
        return None
    return account_bounds(visibility.rows(entity.name))


def _equal_then_ordered(entity: Entity, query: PageQuery) -> tuple[str, ...]:
    """What an index needs after a column that has one value: the reference to the parent, then the first to sort by."""
    first = query.order[0].column if query.order else tie_break(entity)[0]
    parent = query.selection.parent
    return (first,) if parent is None else (parent.column, first)


def driving_accounts() -> sa.Subquery:
    """The accounts of the parameter `driving`, as rows beside their facts: no column but the id, no other account.

    Not unnested from the array, as a distributed database would not find the facts beside it (D7).
    """
    shard = AccountShardRow.__table__.alias()
    account = shard.c.affiliate_account_id
    return sa.select(account).where(among(account, DRIVING)).subquery(DRIVING)


def account_by_account(
    page: sa.Select[Any], view: AuthorisedView, query: PageQuery, accounts: sa.Subquery
) -> sa.Select[Any]:
    """The same page of a view, taken as the best of the pages of each account: the limit holds for each, and for all.

    The view stays inside, whole: an account that is driven without need adds nothing.
    """
    # Correlated with what is around it: the accounts, and further out the parents.
    of_one = page.where(view.key(ACCOUNT) == accounts.c[ACCOUNT]).correlate_except(view.relation).lateral("of_one")
    order = with_tie_break(replace(view, relation=of_one), query.order)
    joined = sa.select(*of_one.c).select_from(accounts.join(of_one, sa.true()))
    return joined.order_by(*order_by(order, backward=query.backward)).limit(page_limit())
