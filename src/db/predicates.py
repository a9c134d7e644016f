"""`Expr` as SQL: the interpreter that must agree, cell for cell, with `sightline.authz.expr.evaluate`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import Grouping

from sightline.authz.expr import And, Compare, Constant, Exists, Expr, In, IsNull, Not, Operator, Or, Truth
from sightline.db.catalogue import NOW, Catalogue


class SharedPredicate(sa.ColumnElement[bool]):
    """A predicate that many statements of a viewer share; its text and its parameters, once one of them was written."""

    __visit_name__ = "shared_predicate"
    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, predicate: sa.ColumnElement[bool]) -> None:
        self.predicate = predicate
        self.written: tuple[str, tuple[sa.BindParameter[Any], ...]] | None = None

    def self_group(self, against: Any = None) -> sa.ColumnElement[Any]:
        """In brackets beside others, whatever it is made of."""
        return self if against is None else Grouping(self)

    def get_children(self, **_: Any) -> tuple[sa.ColumnElement[bool]]:
        """What it is made of."""
        return (self.predicate,)


NUMBER: Final = sa.BigInteger()
"""The type of ids and of whole numbers, as parameters."""
_AMOUNT: Final = sa.Numeric()


@dataclass(frozen=True, slots=True)
class Predicates:
    """Compiles folded predicates. Principal attributes become array bind parameters of their bind names.

    Those in `single` are compared by their one value, so that an index on the column gives an order too; the statement
    refuses any other number of values. With `now` columns that have what was at a moment are read as they are now.
    Existing rows are read at the next `depth`, where they have other names than the rows around them.
    """

    catalogue: Catalogue
    single: frozenset[str] = frozenset()
    now: bool = False
    depth: int = 0

    def sql(self, expr: Expr, source: sa.FromClause) -> sa.ColumnElement[bool]:
        """The predicate over one alias of its entity's table. Raises TypeError for an unfolded atom."""
        match expr:
            case Truth(value):
                return sa.true() if value else sa.false()
            case Compare(column, operator, constant):
                read = self._column(column, source)
                given = _constant(constant, read.type)
                return read == given if operator is Operator.EQUAL else read != given
            case IsNull(column):
                return self._column(column, source).is_(None)
            case In(column, attribute) if attribute in self.single:
                read = self._column(column, source)
                return read == the_only(attribute, read.type)
            case In(column, attribute):
                return among(self._column(column, source), attribute)
            case Exists(edge, where):
                deeper = replace(self, depth=self.depth + 1)
                target = self.catalogue[edge.target].alias(deeper.depth)
                joined = [target.c[there] == source.c[here] for here, there in edge.on]
                return sa.exists(sa.select(sa.literal_column("1")).where(*joined, deeper.sql(where, target)))
            case And(parts):
                return sa.and_(*(self.sql(part, source) for part in parts))
            case Or(parts):
                return sa.or_(*(self.sql(part, source) for part in parts))
            case Not(part):
                return sa.not_(self.sql(part, source))
            case _:
                raise TypeError(f"{expr} belongs to a path and has no SQL before it is folded")

    def _column(self, name: str, source: sa.FromClause) -> sa.ColumnElement[Any]:
        is_now = name + NOW
        return source.c[is_now if self.now and is_now in source.c else name]


def comparable(type_: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """The type of a parameter that a column is compared with: as wide as there is, and never rounded to the column's.

    A number that no column can hold matches nothing, and is no error.
    """
    match type_:
        case sa.Integer():
            return NUMBER
        case sa.Numeric():
            return _AMOUNT
        case _:
            return type_


@lru_cache(1_000)
def array_of(type_: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """The type of an array parameter: one for each type, as SQLAlchemy finds out for every one how it is written."""
    return ARRAY(type_)


def _constant(constant: Constant, type_: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    if isinstance(constant, bool):  # written out: asyncpg and SQLAlchemy disagree about boolean parameters
        return sa.true() if constant else sa.false()
    return sa.literal(constant, type_=type_)


def among(
    column: sa.ColumnElement[Any], parameter: str, type_: sa.types.TypeEngine[Any] | None = None
) -> sa.ColumnElement[bool]:
    """`column = ANY($parameter)`: one array parameter, so the statement's text does not depend on how many values."""
    return column == sa.any_(sa.bindparam(parameter, type_=array_of(type_ or column.type)))


def the_only(parameter: str, type_: sa.types.TypeEngine[Any]) -> sa.ColumnElement[Any]:
    """The one value of an array parameter that has exactly one."""
    array = Grouping(sa.bindparam(parameter, type_=array_of(type_)))  # $n::type[][1] would be another type
    return array[sa.literal_column("1")]
