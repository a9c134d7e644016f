"""What the database itself holds of the rules: each constraint refuses the row that breaks it, and no valid one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from constraint_cases import ACCEPTED, CONVERSION, INVOICE, LINE, REFUSED, Rows
from table_rows import FACT, VALID, WORLD, add

from sightline.db import migrate
from sightline.db.catalogue import build_catalogue
from sightline.db.database import Database
from sightline.db.embedded import Cluster
from sightline.db.role_names import DatabaseRole
from sightline.db.tables import Row

ROWS = [mapper.class_ for mapper in Row.registry.mappers]


@pytest.fixture(scope="module")
async def migrated(
    cluster: Cluster, superuser: asyncpg.Connection, database_url: Callable[[str], str]
) -> AsyncIterator[str]:
    """A migrated database with the rows of `WORLD`; its name."""
    name = f"test_{uuid4().hex[:12]}"
    await superuser.execute(f"CREATE DATABASE {name} OWNER {DatabaseRole.OWNER} TEMPLATE template0")
    async with Database.open(database_url(name)) as database:
        async with database.engine() as engine:
            assert await migrate.upgrade(engine) == []
        async with database.owner() as connection:
            for table, values in WORLD:
                await add(connection, table, values)
            for sequence in Row.metadata._sequences:
                await connection.execute(f"SELECT setval('{sequence}', 100)")
    yield name
    await superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def connect(cluster: Cluster, migrated: str) -> AsyncIterator[Callable[..., Any]]:
    """Connects as a role, in a transaction that is undone after the test."""
    made: list[asyncpg.Connection] = []

    async def make(role: DatabaseRole = DatabaseRole.OWNER) -> asyncpg.Connection:
        made.append(await asyncpg.connect(**cluster.arguments(role, database=migrated)))
        await made[-1].transaction().start()
        return made[-1]

    yield make
    for connection in made:
        await connection.close()


async def add_all(connection: asyncpg.Connection, rows: Rows) -> None:
    for table, values in rows:
        await add(connection, table, VALID[table] | values)


@pytest.mark.parametrize(("constraint", "rows"), REFUSED)
async def test_refused(connect: Callable[..., Any], constraint: str, rows: Rows) -> None:
    connection = await connect()
    await add_all(connection, rows[:-1])
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
        await add_all(connection, rows[-1:])
    assert refusal.value.constraint_name == constraint


@pytest.mark.parametrize("rows", ACCEPTED)
async def test_accepted(connect: Callable[..., Any], rows: Rows) -> None:
    connection = await connect()
    await add_all(connection, rows)
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("table", sorted(VALID.keys() - {"authz_epoch"}))
async def test_the_valid_rows_are_valid(connect: Callable[..., Any], table: str) -> None:
    """So that a refusal above is of the one value that the case changes."""
    connection = await connect()
    parents = () if table in {"conversion", "payout_invoice"} else (CONVERSION, INVOICE)
    await add_all(connection, (*parents, (table, {})))
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


async def test_sm5_a_deleted_invoice_frees_its_lines(connect: Callable[..., Any]) -> None:
    connection = await connect()
    await add_all(connection, (CONVERSION, INVOICE, LINE))
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    await connection.execute("SET CONSTRAINTS ALL DEFERRED")
    await connection.execute("UPDATE payout_invoice SET state = 'DELETED'")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with connection.transaction():
            await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    await connection.execute("UPDATE payout_invoice_line SET deleted = true")
    await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    await add_all(connection, (("payout_invoice", {"id": FACT + 1}), ("payout_invoice_line", {"invoice_id": FACT + 1})))


async def test_the_advertisers_name_follows_its_profile(connect: Callable[..., Any]) -> None:
    connection = await connect()
    await connection.execute("UPDATE advertiser_profile SET name = 'Boots' WHERE id = 1")
    assert await connection.fetchval("SELECT advertiser_name FROM program WHERE id = 1") == "Boots"


async def test_sm5b_locked_follows_settlement(connect: Callable[..., Any]) -> None:
    connection = await connect()
    await add_all(connection, (CONVERSION,))
    assert await connection.fetchval("SELECT locked FROM conversion") is False
    await connection.execute("UPDATE conversion SET status = 'REJECTED', settlement = 'LOCKED'")
    assert await connection.fetchval("SELECT locked FROM conversion") is True


async def test_d2_the_counter_of_fact_ids_goes_round(connect: Callable[..., Any]) -> None:
    connection = await connect()
    await connection.execute("SELECT setval('fact_counter', 1048575)")
    assert await connection.fetchval("SELECT nextval('fact_counter')") == 0


@pytest.mark.parametrize("table", ["conversion_event", "audit_log"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = at", "DELETE FROM {}", "TRUNCATE {}"])
async def test_f25_history_is_not_rewritten(connect: Callable[..., Any], table: str, statement: str) -> None:
    connection = await connect(DatabaseRole.READ_WRITE)
    await add_all(connection, (CONVERSION, (table, {})))
    assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement.format(table))


async def test_the_writer_counts_the_epoch_up_and_nothing_else(connect: Callable[..., Any]) -> None:
    connection = await connect(DatabaseRole.READ_WRITE)
    assert await connection.fetchval("UPDATE authz_epoch SET n = n + 1 RETURNING n") == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("DELETE FROM authz_epoch")


async def test_the_writer_numbers_rows_and_changes_no_schema(connect: Callable[..., Any]) -> None:
    connection = await connect(DatabaseRole.READ_WRITE)
    await add_all(connection, (("role", {}), ("app_user", {})))
    await connection.execute("SELECT nextval('fact_counter')")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TABLE mine (id bigint)")


@pytest.mark.parametrize("table", sorted(Row.metadata.tables))
async def test_the_reader_only_reads(connect: Callable[..., Any], table: str) -> None:
    connection = await connect(DatabaseRole.READ_ONLY)
    await connection.execute(f"SELECT FROM {table}")
    for statement in (f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.execute(statement)


@pytest.mark.parametrize("sequence", sorted(Row.metadata._sequences))
async def test_the_reader_takes_no_number(connect: Callable[..., Any], sequence: str) -> None:
    connection = await connect(DatabaseRole.READ_ONLY)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(f"SELECT nextval('{sequence}')")


def test_every_table_fits_the_rules_of_access() -> None:
    """Every column has a class or a marker, and whatever the rules name exists (M5a)."""
    assert set(build_catalogue(ROWS).entities) == set(Row.metadata.tables)
