"""How a table is declared: every column says what it is and who may see it, once.

`column(PUBLIC, "...")`, `column(FieldClass.PAYOUT, "...")`, `column(INTERNAL, "...")`: the access is kept in the
column's `info["access"]`, the sentence becomes the GraphQL description and the SQL comment.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

from sightline.authz.classes import Access, FieldClass, Marker, access_of

PUBLIC = Marker.PUBLIC
FOLLOWS_ROW = Marker.FOLLOWS_ROW
INTERNAL = Marker.INTERNAL

MONEY = sa.Numeric(20, 4)

Declared = Marker | FieldClass | tuple[FieldClass, ...]


class TableRole(StrEnum):
    """Where a table lives when the database is distributed (decision record 0003)."""

    REFERENCE = "reference"  # small, everywhere: targets of the facts' foreign keys and their parents
    LOCAL = "local"  # on the coordinator: grants, keys, jobs, logs
    FACT = "fact"  # sharded by affiliate_account_id


class Row(DeclarativeBase):
    """The base of every table. A subclass sets `__tablename__`, `__role__` and a docstring."""

    __role__: ClassVar[TableRole]

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: sa.BigInteger,
        str: sa.Text,
        bool: sa.Boolean,
        bytes: sa.LargeBinary,
        Decimal: MONEY,
        datetime: sa.TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB,
    }

    def __init_subclass__(cls, **options: Any) -> None:
        """The docstring, on one line, is the table's comment. Raises ValueError where it is missing."""
        super().__init_subclass__(**options)
        if not cls.__doc__:
            raise ValueError(f"{cls.__name__} needs a docstring that says what one row is")
        assert isinstance(cls.__table__, sa.Table)
        cls.__table__.comment = " ".join(cls.__doc__.split())


def column(declared: Declared, doc: str, *args: Any, opaque: bool = False, **options: Any) -> MappedColumn[Any]:
    """A column with its access and its description. Raises ValueError when either is missing.

    An `opaque` one holds stored numbers: it is shown as what it stands for, and cannot be filtered or ordered by.
    """
    if not doc.endswith("."):
        raise ValueError(f"a column's description is a sentence: {doc!r}")
    return mapped_column(*args, comment=doc, info={"access": access_of(declared), "opaque": opaque}, **options)


def enum_type(values: type[StrEnum]) -> sa.Enum:
    """The PostgreSQL enum of a StrEnum: labels are the members' values, the name is the class in snake case."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in values.__name__).lstrip("_")
    return sa.Enum(values, name=name, values_callable=lambda members: [member.value for member in members])


class Derived:
    """A column of the authorised view that no table stores: computed from the row, classed like what it reveals.

    INVARIANT: its classes include those of every column the expression reads (M5a); the catalogue checks it.
    """

    __slots__ = ("access", "doc", "expression", "name", "owner")

    def __init__(self, declared: Declared, doc: str, expression: Callable[[Any], sa.ColumnElement[Any]]) -> None:
        self.access: Access = access_of(declared)
        self.doc = doc
        self.expression = expression

    def __set_name__(self, owner: type[Row], name: str) -> None:
        self.owner, self.name = owner, name


def derived(declared: Declared, doc: str, expression: Callable[[Any], sa.ColumnElement[Any]]) -> Any:
    """Declare a derived column: `profit = derived((REVENUE, PAYOUT), "...", lambda t: t.c.revenue - t.c.payout)`."""
    return Derived(declared, doc, expression)
