"""Rules that every table keeps so that one schema runs on one machine and distributed (D1, D2, D5, D6).

Each lint takes the declared tables and returns what breaks its rule, one sentence each; empty where all is well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from sightline.authz.bounds import ACCOUNT
from sightline.db.tables.base import Row, TableRole


def lint(rows: Iterable[type[Row]]) -> list[str]:
    """Everything that breaks a rule, table after table."""
    tables = {row.__tablename__: row for row in rows}
    faults: list[str] = []
    for _, row in sorted(tables.items()):
        faults += [*_declarations(row), *_keys(row), *_references(row, tables)]
    return faults


def lint_triggers(connection: sa.Connection, rows: Iterable[type[Row]]) -> list[str]:
    """D6: FACT and REFERENCE tables have no triggers, asked of a migrated database."""
    bare = [row.__tablename__ for row in rows if role_of(row) in {TableRole.FACT, TableRole.REFERENCE}]
    statement = sa.text(
        "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND relname = ANY(:names) ORDER BY relname, tgname"
    )
    found = connection.execute(statement, {"names": bare})
    return [
        f"{relname} has the trigger {tgname}: only LOCAL tables may have triggers (D6)." for tgname, relname in found
    ]


def role_of(row: type[Row]) -> TableRole | None:
    """The role a table declares, None where it forgot."""
    return getattr(row, "__role__", None)


def _table(row: type[Row]) -> sa.Table:
    assert isinstance(row.__table__, sa.Table)
    return row.__table__


def _declarations(row: type[Row]) -> Iterator[str]:
    table = _table(row)
    if role_of(row) is None:
        yield f"{table.name} declares no role: set __role__ to FACT, REFERENCE or LOCAL (D5)."
    if not table.comment:
        yield f"{table.name} has no docstring that says what one row is."
    for column in table.columns:
        if not column.info.get("access"):
            yield f"{table.name}.{column.name} has neither a class nor a marker: declare it with column()."
        if not column.comment:
            yield f"{table.name}.{column.name} has no description: declare it with column()."


def _keys(row: type[Row]) -> Iterator[str]:
    table = _table(row)
    key = [column.name for column in table.primary_key.columns]
    for column in table.primary_key.columns:
        if column.identity is not None:
            yield f"{table.name}.{column.name} is an IDENTITY: use a sequence of its own (D2)."
    if role_of(row) is TableRole.FACT:
        yield from _fact_keys(table, key)
    elif "id" in key:
        yield from _sequence(table)


def _sequence(table: sa.Table) -> Iterator[str]:
    column = table.c.id
    if isinstance(column.type, sa.Boolean):
        return  # the key of a table that has one row
    if not isinstance(column.type, sa.BigInteger):
        yield f"{table.name}.id is no bigint (D2)."
    elif not isinstance(column.default, sa.Sequence) or column.server_default is None:
        yield f"{table.name}.id takes no number from a sequence of its own: declare it with numbered() (D2)."


def _fact_keys(table: sa.Table, key: list[str]) -> Iterator[str]:
    if key[:1] != [ACCOUNT]:
        yield f"{table.name} is a FACT whose primary key does not begin with {ACCOUNT} (D1)."
    for column in table.primary_key.columns:
        if column.server_default is not None or column.default is not None:
            yield f"{table.name}.{column.name} has a default: the application gives the keys of facts (D2)."
    if "id" in key:
        if not isinstance(table.c.id.type, sa.BigInteger):
            yield f"{table.name}.id is no bigint (D2)."
        if not any(str(constraint.name).endswith("_milliseconds") for constraint in table.constraints):
            yield f"{table.name} has an id made from a moment that is not cut to milliseconds: add milliseconds() (D2)."
    for unique in _uniques(table):
        if ACCOUNT not in unique:
            yield f"{table.name} has a unique key ({', '.join(unique)}) without {ACCOUNT} (D1)."


def _uniques(table: sa.Table) -> Iterator[list[str]]:
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            yield [column.name for column in constraint.columns]
    for index in table.indexes:
        if index.unique:
            yield [getattr(each, "name", str(each)) for each in index.expressions]


def _references(row: type[Row], tables: dict[str, type[Row]]) -> Iterator[str]:
    table, role = _table(row), role_of(row)
    for constraint in table.foreign_key_constraints:
        target = constraint.referred_table.name
        there = role_of(tables[target]) if target in tables else None
        where = f"{table.name} refers to {target}"
        if role is TableRole.FACT and there is TableRole.FACT:
            pairs = {(element.parent.name, element.column.name) for element in constraint.elements}
            if (ACCOUNT, ACCOUNT) not in pairs:
                yield f"{where} without {ACCOUNT}, so they may lie on different shards (D1)."
            if constraint.onupdate or constraint.ondelete in {"SET NULL", "SET DEFAULT"}:
                yield f"{where} with an action that a distributed database refuses (D1)."
        elif role is TableRole.FACT and there is not TableRole.REFERENCE:
            yield f"{where}, which is no REFERENCE table (D5)."
        elif role is TableRole.REFERENCE and there is not TableRole.REFERENCE:
            yield f"{where}, which is no REFERENCE table: the parents of reference tables are ones too (D5)."
        elif role is TableRole.LOCAL and there is TableRole.FACT:
            yield f"{where}, a FACT: only facts may refer to facts (D5)."
