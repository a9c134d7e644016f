"""A viewer's statement reads authorised views and nothing else, wherever a table may be named (authorization 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from sightline.db.statements import UnguardedTableError, read_statement, system_statement
from sightline.db.tables import ConversionRow, ProgramRow

TABLE = ConversionRow.__table__
Statement = Callable[[sa.Subquery], Any]


def view_of() -> sa.Subquery:
    """Stands for an authorised view."""
    source = TABLE.alias()
    return sa.select(source.c.id.label("key_id"), source.c.status).where(source.c.partner_org_id == 1).subquery()


OUTSIDE: dict[str, Statement] = {
    "a column": lambda _: sa.select(TABLE.c.payout),
    "a mapped column": lambda _: sa.select(ConversionRow.payout),
    "a mapped class": lambda _: sa.select(ConversionRow),
    "an alias": lambda _: sa.select(TABLE.alias().c.payout),
    "a subquery": lambda _: sa.select(sa.select(TABLE.c.payout).subquery().c.payout),
    "a subquery like the view": lambda _: sa.select(view_of().c.key_id),
    "a scalar subquery": lambda view: sa.select(
        view.c.key_id, sa.select(sa.func.max(TABLE.c.payout)).scalar_subquery()
    ),
    "a join": lambda view: sa.select(view.c.key_id).join_from(view, TABLE, sa.true()),
    "an outer join": lambda view: sa.select(view.c.key_id).outerjoin_from(view, TABLE, TABLE.c.id == view.c.key_id),
    "where": lambda view: sa.select(view.c.key_id).where(TABLE.c.payout > 1),
    "exists": lambda view: sa.select(view.c.key_id).where(
        sa.exists(sa.select(sa.literal_column("1")).where(TABLE.c.id == view.c.key_id))
    ),
    "not exists": lambda view: sa.select(view.c.key_id).where(~sa.exists(sa.select(TABLE.c.id))),
    "in": lambda view: sa.select(view.c.key_id).where(view.c.key_id.in_(sa.select(TABLE.c.id))),
    "lateral": lambda view: sa.select(view.c.key_id).join_from(view, sa.select(TABLE.c.id).lateral(), sa.true()),
    "a common table expression": lambda _: sa.select(sa.select(TABLE.c.payout).cte().c.payout),
    "an unused common table expression": lambda view: sa.select(view.c.key_id).add_cte(sa.select(TABLE.c.payout).cte()),
    "a union": lambda view: sa.select(sa.union(sa.select(view.c.key_id), sa.select(TABLE.c.id)).subquery()),
    "order by": lambda view: sa.select(view.c.key_id).order_by(TABLE.c.payout),
    "group by": lambda view: sa.select(sa.func.count()).select_from(view).group_by(TABLE.c.payout),
    "having": lambda view: sa.select(sa.func.count()).select_from(view).having(sa.func.max(TABLE.c.payout) > 1),
    "distinct on": lambda view: sa.select(view.c.key_id).ext(distinct_on(TABLE.c.payout)),
    "limit": lambda view: sa.select(view.c.key_id).limit(sa.select(TABLE.c.id).scalar_subquery()),
    "case": lambda view: sa.select(sa.case((TABLE.c.payout > 1, view.c.key_id))),
    "a function's argument": lambda view: sa.select(sa.func.coalesce(view.c.key_id, TABLE.c.id)),
    "a window": lambda view: sa.select(sa.func.row_number().over(order_by=TABLE.c.payout)).select_from(view),
    "an aggregate's filter": lambda view: sa.select(sa.func.count().filter(TABLE.c.payout > 1)).select_from(view),
    "a set-returning function": lambda _: sa.select(
        sa.func.unnest(sa.select(TABLE.c.id).scalar_subquery()).table_valued("id").c.id
    ),
    "a sample": lambda _: sa.select(sa.tablesample(TABLE, 1).c.id),
    "a tuple": lambda view: sa.select(view.c.key_id).where(sa.tuple_(TABLE.c.id, TABLE.c.payout) == sa.tuple_(1, 2)),
    "a cast and a label": lambda _: sa.select(sa.cast(TABLE.c.payout, sa.Text).label("harmless")),
    "a table by its name": lambda _: sa.select(sa.table("conversion", sa.column("payout")).c.payout),
    "text": lambda _: sa.select(sa.text("payout")).select_from(sa.text("conversion")),
    "another entity's table": lambda view: sa.select(view.c.key_id).where(sa.exists(sa.select(ProgramRow.id))),
}
RAW: dict[str, Statement] = {
    "a literal column": lambda view: sa.select(
        view.c.key_id, sa.literal_column("(SELECT max(payout) FROM conversion)")
    ),
    "a prefix": lambda view: sa.select(view.c.key_id).prefix_with("(SELECT max(payout) FROM conversion),"),
}


@pytest.mark.parametrize("statement", [*OUTSIDE.values(), *RAW.values()], ids=[*OUTSIDE, *RAW])
def test_a_table_outside_its_view_is_refused(statement: Statement) -> None:
    view = view_of()
    with pytest.raises(UnguardedTableError):
        read_statement(statement(view), views=(view,))


INSIDE: dict[str, Statement] = {
    "the view": lambda view: sa.select(*view.c),
    "a condition and an order": lambda view: sa.select(view.c.key_id).where(view.c.key_id > 1).order_by(view.c.status),
    "a count": lambda view: sa.select(sa.func.count()).select_from(view),
    "a subquery of it": lambda view: sa.select(sa.select(view.c.key_id).subquery()),
    "a lateral of it": lambda view: sa.select(sa.select(view.c.key_id).lateral("below").c.key_id),
    "an array of keys": lambda view: sa.select(view.c.key_id).where(
        view.c.key_id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.BigInteger)))
    ),
    "a constant": lambda view: sa.select(view.c.key_id, sa.literal_column("1")),
}


@pytest.mark.parametrize("statement", INSIDE.values(), ids=INSIDE)
def test_a_statement_over_the_view_is_accepted(statement: Statement) -> None:
    view = view_of()
    assert "conversion" in read_statement(statement(view), views=(view,)).text


def test_two_views_may_be_read_together() -> None:
    view, other = view_of(), view_of()
    joined = sa.select(view.c.key_id).join_from(view, other, view.c.key_id == other.c.key_id)
    read_statement(joined, views=(view, other))
    with pytest.raises(UnguardedTableError):
        read_statement(joined, views=(view,))


def test_a_refusal_is_raised_before_there_is_a_statement() -> None:
    with pytest.raises(UnguardedTableError, match="conversion"):
        read_statement(sa.select(TABLE.c.payout), views=())


def test_the_servers_own_statements_have_their_own_door() -> None:
    assert "conversion" in system_statement(sa.select(TABLE.c.id)).text


def test_a_statement_has_one_text_for_any_number_of_ids() -> None:
    """An expanding IN would make a text per number of values, and never be prepared twice."""
    view = view_of()
    with pytest.raises(TypeError, match="ANY"):
        read_statement(sa.select(view.c.key_id).where(view.c.key_id.in_([1, 2])), views=(view,))


def test_a_missing_value_is_an_error_of_ours() -> None:
    view = view_of()
    bound = sa.select(view.c.key_id).where(view.c.key_id == sa.bindparam("given", type_=sa.BigInteger))
    statement = read_statement(bound, views=(view,))
    assert 7 in statement.arguments({"given": 7})
    with pytest.raises(KeyError):
        statement.arguments({})


def test_constants_are_in_the_text_and_parameters_are_not() -> None:
    """A plan for any parameters is one for the rules' constants, quotes and all; nobody's values are among them."""
    view = view_of()
    given = sa.bindparam("given", type_=sa.Text)
    named = sa.select(view.c.key_id, sa.literal("it's \\' :x %s $1").label("said")).where(
        given == sa.literal("O'Neill")
    )
    statement = read_statement(named, views=(view,))
    assert statement.names == ("given",)
    assert statement.constants == {}
    assert "partner_org_id = 1" in statement.text
    assert "'it''s \\'' :x %s $1'" in statement.text
    assert "= 'O''Neill'" in statement.text
    assert "$1::" in statement.text
