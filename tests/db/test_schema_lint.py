"""The lint accepts the declared tables and refuses, for each rule, a table that breaks it."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from sightline.authz.classes import Marker
from sightline.db.schema_lint import lint
from sightline.db.tables import Row, TableRole

FACT, REFERENCE, LOCAL = TableRole.FACT, TableRole.REFERENCE, TableRole.LOCAL


def column(name: str, *args: Any, declared: bool = True, **options: Any) -> sa.Column[Any]:
    """A bigint column with a marker and a sentence, unless said."""
    if not declared:
        return sa.Column(name, sa.BigInteger, *args, **options)
    return sa.Column(name, sa.BigInteger, *args, comment="A number.", info={"access": Marker.PUBLIC}, **options)


def key(name: str, *args: Any, **options: Any) -> sa.Column[Any]:
    return column(name, *args, primary_key=True, autoincrement=False, **options)


def numbered(table: str) -> sa.Column[Any]:
    sequence = sa.Sequence(f"{table}_id_seq")
    return column("id", sequence, server_default=sequence.next_value(), primary_key=True)


def cut() -> sa.CheckConstraint:
    return sa.CheckConstraint("true", name="event_at_milliseconds")


def fact(table: str, *more: Any) -> tuple[str, TableRole, tuple[Any, ...]]:
    """A fact that breaks no rule, and more columns or constraints."""
    return table, FACT, (key("affiliate_account_id"), key("id"), cut(), *more)


def declared(*tables: tuple[str, TableRole | None, tuple[Any, ...]]) -> list[type[Row]]:
    """Tables of a schema of their own, declared as the real ones are."""

    class Elsewhere(DeclarativeBase):
        metadata = sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})
        __role__: ClassVar[TableRole]

    made: list[Any] = []
    for name, role, parts in tables:
        table = sa.Table(name, Elsewhere.metadata, *parts, comment="One row.")
        attributes = {"__table__": table, "__tablename__": name} | ({"__role__": role} if role else {})
        made.append(type(f"{name.title()}Row", (Elsewhere,), attributes))
    return made


def to(target: str, *columns: str, **options: Any) -> sa.ForeignKeyConstraint:
    """A foreign key to the same columns of another table; `there` renames them."""
    there = options.pop("there", columns)
    return sa.ForeignKeyConstraint(list(columns), [f"{target}.{name}" for name in there], **options)


def test_the_declared_tables_break_no_rule() -> None:
    assert lint(mapper.class_ for mapper in Row.registry.mappers) == []


def test_tables_that_break_no_rule() -> None:
    reference = ("account", REFERENCE, (numbered("account"),))
    child = (
        "item",
        FACT,
        (
            *(key(name) for name in ("affiliate_account_id", "sale_id", "n")),
            to("sale", "affiliate_account_id", "sale_id", there=("affiliate_account_id", "id")),
        ),
    )
    sale = fact("sale", to("account", "affiliate_account_id", there=("id",)))
    local = ("log", LOCAL, (numbered("log"), column("account_id", sa.ForeignKey("account.id"))))
    assert lint(declared(reference, sale, child, local)) == []


@pytest.mark.parametrize(
    ("fault", "tables"),
    [
        ("declares no role", [("log", None, (numbered("log"),))]),
        ("log.word has neither a class", [("log", LOCAL, (numbered("log"), column("word", declared=False)))]),
        ("log.word has no description", [("log", LOCAL, (numbered("log"), column("word", declared=False)))]),
        ("is an IDENTITY", [("log", LOCAL, (column("id", sa.Identity(), primary_key=True),))]),
        ("no number from a sequence", [("log", REFERENCE, (key("id"),))]),
        ("is no bigint", [("log", LOCAL, (sa.Column("id", sa.Integer, primary_key=True),))]),
        ("has a default", [("sale", FACT, (key("affiliate_account_id"), numbered("sale"), cut()))]),
        ("cut to milliseconds", [("sale", FACT, (key("affiliate_account_id"), key("id")))]),
        ("does not begin with", [("sale", FACT, (key("id"), key("affiliate_account_id"), cut()))]),
        (
            "a unique key (reference)",
            [fact("sale", column("reference"), sa.UniqueConstraint("reference"))],
        ),
        (
            "a unique key (reference)",
            [fact("sale", column("reference"), sa.Index("u", "reference", unique=True))],
        ),
        (
            "refers to sale without affiliate_account_id",
            [fact("sale", sa.UniqueConstraint("id", "affiliate_account_id")), fact("item", to("sale", "id"))],
        ),
        (
            "an action that a distributed database refuses",
            [fact("sale"), fact("item", to("sale", "affiliate_account_id", "id", onupdate="CASCADE"))],
        ),
        ("which is no REFERENCE table", [("log", LOCAL, (numbered("log"),)), fact("sale", to("log", "id"))]),
        (
            "the parents of reference tables",
            [
                ("log", LOCAL, (numbered("log"),)),
                ("account", REFERENCE, (numbered("account"), column("log_id", sa.ForeignKey("log.id")))),
            ],
        ),
        (
            "only facts may refer to facts",
            [
                fact("sale"),
                (
                    "log",
                    LOCAL,
                    (numbered("log"), column("affiliate_account_id"), to("sale", "affiliate_account_id", "id")),
                ),
            ],
        ),
    ],
)
def test_a_table_that_breaks_a_rule_is_refused(fault: str, tables: list[Any]) -> None:
    """D1, D2, D5, and that every column is declared."""
    found = lint(declared(*tables))
    assert any(fault in each for each in found), found
