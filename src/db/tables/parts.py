"""The columns and constraints that many tables share, each said once."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import MappedColumn

from sightline.authz.classes import FieldClass
from sightline.db.tables.base import FOLLOWS_ROW, INTERNAL, PUBLIC, Declared, Row, column, enum_type

PARTNER_IDENTITY = FieldClass.PARTNER_IDENTITY

NOW = sa.text("now()")


def numbered(table: str, declared: Declared = PUBLIC) -> MappedColumn[Any]:
    """The primary key of a REFERENCE or LOCAL table: bigint from a sequence of its own (D2)."""
    sequence = sa.Sequence(f"{table}_id_seq", data_type=sa.BigInteger, metadata=Row.metadata)
    default = sequence.next_value()
    return column(declared, "Its number.", sequence, server_default=default, primary_key=True, autoincrement=True)


def created_at(declared: Declared = FOLLOWS_ROW) -> MappedColumn[Any]:
    """When the row was written, by the database's clock."""
    return column(declared, "When it was created.", server_default=NOW)


def version() -> MappedColumn[Any]:
    """The counter of optimistic concurrency. Internal here: only a path with a write verb on the row is shown it."""
    return column(INTERNAL, "How often the row was changed; a write names the version it read.", server_default="1")


def flag(declared: Declared, doc: str, *, default: bool = False) -> MappedColumn[Any]:
    """A boolean that is `default` unless said."""
    return column(declared, doc, server_default=sa.true() if default else sa.false())


def choice(declared: Declared, doc: str, values: type[StrEnum], **options: Any) -> MappedColumn[Any]:
    """A column over a closed list of values, stored as a PostgreSQL enum."""
    return column(declared, doc, enum_type(values), **options)


def reference(declared: Declared, doc: str, target: str, **options: Any) -> MappedColumn[Any]:
    """A foreign key over one column: `reference(FOLLOWS_ROW, "...", "program.id")`."""
    return column(declared, doc, sa.ForeignKey(target), **options)


def currency(declared: Declared = FOLLOWS_ROW, doc: str = "ISO 4217 code of its amounts.") -> MappedColumn[Any]:
    """A currency code; the table adds `currency_check()`."""
    return column(declared, doc)


def currency_check() -> sa.CheckConstraint:
    """ISO 4217 has the shape of three capitals; which codes exist is the application's list."""
    return sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency")


def lower_case_email() -> sa.CheckConstraint:
    """Addresses are compared case-folded (SM2), so they are stored that way."""
    return sa.CheckConstraint("email = lower(email) AND email LIKE '_%@_%'", name="email")


def named() -> sa.CheckConstraint:
    """A name has no blanks around it and is not empty (DR3)."""
    return sa.CheckConstraint("name = btrim(name) AND name <> ''", name="name")


MOMENT = "moment"
"""Where a table's constraint says which column its ids begin with."""


def milliseconds(moment: str = "event_at") -> sa.CheckConstraint:
    """A fact's id begins with the milliseconds of its moment, which is cut to them: id order is event order (D2)."""
    return sa.CheckConstraint(
        f"(id >> 20) = extract(epoch FROM {moment}) * 1000", name=f"{moment}_milliseconds", info={MOMENT: moment}
    )


def composite(table: str, target: str, columns: dict[str, str], **options: Any) -> sa.ForeignKeyConstraint:
    """A foreign key over several columns, named after its target: what a row carries is what the target says."""
    there = [f"{target}.{name}" for name in columns.values()]
    return sa.ForeignKeyConstraint(list(columns), there, name=f"fk_{table}_{target}", **options)


def program_key(table: str) -> sa.ForeignKeyConstraint:
    """The carried advertiser profile and organization are the program's."""
    columns = {"program_id": "id", "advertiser_profile_id": "advertiser_profile_id"}
    return composite(table, "program", columns | {"advertiser_org_id": "advertiser_org_id"})


def account_key(table: str) -> sa.ForeignKeyConstraint:
    """The carried partner profile and organization are the affiliate account's."""
    columns = {"affiliate_account_id": "id", "partner_profile_id": "partner_profile_id"}
    return composite(table, "affiliate_account", columns | {"partner_org_id": "partner_org_id"})


def shard_key(table: str) -> sa.ForeignKeyConstraint:
    """The account has its row in `account_shard`: what a search account by account is driven by lacks no fact (D7)."""
    return composite(table, "account_shard", {"affiliate_account_id": "affiliate_account_id"})


def enrollment_key(table: str) -> sa.ForeignKeyConstraint:
    """The carried program and traffic source are the enrollment's."""
    columns = {"enrollment_id": "id", "program_id": "program_id", "traffic_source_id": "traffic_source_id"}
    return composite(table, "enrollment", columns)


def fact_account() -> MappedColumn[Any]:
    """The shard key of a fact (D1), first in its primary key."""
    return column(PARTNER_IDENTITY, "The affiliate account it is credited to.", primary_key=True, autoincrement=False)


def fact_id() -> MappedColumn[Any]:
    """The id of a fact: milliseconds of its moment << 20, plus a counter, given by the application (D2)."""
    return column(PUBLIC, "Its number within the affiliate account.", primary_key=True, autoincrement=False)


def child_account() -> MappedColumn[Any]:
    """The shard key of a fact's child: the parent's, which is where a viewer reads it."""
    return column(INTERNAL, "The affiliate account of its parent.", primary_key=True, autoincrement=False)


def ordinal(doc: str) -> MappedColumn[Any]:
    """The place of a child within its parent, from 1 on; the last part of its primary key."""
    return column(FOLLOWS_ROW, doc, sa.SmallInteger, primary_key=True, autoincrement=False)


def moment_number(doc: str) -> MappedColumn[Any]:
    """What `ordinal` is for children of which a viewer sees some: made like the id of a fact, so that it counts none.

    A place would count those that he does not see, and cursors are made of it (AC8).
    """
    return column(INTERNAL, doc, primary_key=True, autoincrement=False)


def advertiser_org() -> MappedColumn[Any]:
    """Carried so that row sets need no join."""
    return column(INTERNAL, "The organization of the advertiser.")


def partner_org() -> MappedColumn[Any]:
    """Carried so that row sets need no join."""
    return column(INTERNAL, "The organization of the partner.")
