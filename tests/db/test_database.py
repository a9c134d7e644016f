"""The database door: roles, limits, recovery (F2, F3, F4, F13, F29), no session state of a viewer."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from sightline.db.database import Database, check_version
from sightline.db.embedded import Cluster
from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError
from sightline.db.pool import Pool
from sightline.db.role_names import DATABASE_NAME, DatabaseRole

TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"


@pytest.fixture
async def url(empty_database: Callable[[], Awaitable[str]], database_url: Callable[[str], str]) -> str:
    """An empty database with one table the application may use."""
    name = await empty_database()
    address = database_url(name)
    connection = await asyncpg.connect(address)
    await connection.execute(
        "CREATE TABLE item (n int PRIMARY KEY, body jsonb);"
        "GRANT SELECT ON item TO sightline_app_ro;"
        "GRANT SELECT, INSERT, UPDATE, DELETE ON item TO sightline_app_rw"
    )
    await connection.close()
    return address


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with Database.open(url, reads=3, writes=2) as opened:
        yield opened


async def one(pool: Pool, statement: str, *arguments: Any) -> Any:
    async with pool.acquire() as connection:
        return await connection.fetchval(statement, *arguments)


async def test_every_pool_has_its_role(database: Database) -> None:
    """reads may not write, by grant and by session; writes may not create; the owner may."""
    assert database.warnings == []
    assert await one(database.reads, "SELECT current_user") == DatabaseRole.READ_ONLY
    assert await one(database.writes, "SELECT current_user") == DatabaseRole.READ_WRITE
    async with database.owner() as connection:
        assert await connection.fetchval("SELECT current_user") == DatabaseRole.OWNER
        await connection.execute("CREATE TABLE other (n int)")
    await one(database.writes, "INSERT INTO item VALUES (1, $1)", {"a": [1, None, "ü"]})
    assert await one(database.reads, "SELECT body FROM item") == {"a": [1, None, "ü"]}
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await one(database.reads, "INSERT INTO item VALUES (2)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await one(database.writes, "SELECT n FROM other")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.reads.acquire() as connection:
            await connection.execute("BEGIN READ WRITE; INSERT INTO item VALUES (2)")


async def test_sessions_are_told_their_limits(database: Database) -> None:
    """GOAL22: statement 5 s, lock 2 s; UTC; the owner's long statements have no such limit."""
    for pool in (database.reads, database.writes):
        for setting, expected in {
            "statement_timeout": "5s",
            "lock_timeout": "2s",
            "idle_in_transaction_session_timeout": "10s",
            "TimeZone": "UTC",
            "application_name": "sightline",
        }.items():
            assert await one(pool, "SELECT current_setting($1)", setting) == expected
    async with database.owner() as connection:
        assert await connection.fetchval("SELECT current_setting('statement_timeout')") == "0"


async def test_release_sends_nothing(database: Database, superuser: asyncpg.Connection) -> None:
    """No RESET between two users of a connection, and a forgotten transaction is rolled back."""
    last = "SELECT query FROM pg_stat_activity WHERE pid = $1"
    async with database.reads.acquire() as connection:
        process = connection.get_server_pid()
        await connection.fetchval("SELECT 42")
    assert await superuser.fetchval(last, process) == "SELECT 42"
    loop = asyncio.get_running_loop()
    forgotten: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: forgotten.append(context))
    try:
        async with database.reads.acquire() as connection:
            await connection.execute("BEGIN")
            process = connection.get_server_pid()
    finally:
        loop.set_exception_handler(None)
    assert "active transaction" in forgotten[0]["message"]
    assert await superuser.fetchval("SELECT state FROM pg_stat_activity WHERE pid = $1", process) == "idle"


async def test_engine_for_migrations(database: Database) -> None:
    """SQLAlchemy runs as the owner on the same address."""
    async with database.engine() as engine, engine.begin() as connection:
        assert (await connection.execute(sa.text("SELECT current_user"))).scalar() == DatabaseRole.OWNER
        await connection.execute(sa.text("CREATE TABLE made_by_engine (n int)"))
    async with database.owner() as connection:
        assert await connection.fetchval("SELECT count(*) FROM made_by_engine") == 0


async def test_f4_exhausted_pool_is_busy_after_a_second(database: Database) -> None:
    """The answer comes after 1 s; the server is alive all the same; the pool serves again afterwards."""

    async def keep() -> None:
        await one(database.reads, "SELECT pg_sleep(1.6)")

    kept = [asyncio.create_task(keep()) for _ in range(3)]
    await asyncio.sleep(0.1)
    begun = time.perf_counter()
    with pytest.raises(DatabaseBusyError, match="try again"):
        await one(database.reads, "SELECT 1")
    assert 0.9 < time.perf_counter() - begun < 1.3
    await database.ensure_alive()
    await asyncio.gather(*kept)
    assert await one(database.reads, "SELECT 1") == 1


async def test_f2_terminated_backends(database: Database, superuser: asyncpg.Connection, url: str) -> None:
    """All backends are ended again and again under load: no read fails, no write is applied twice."""
    name = url.rsplit("/", 1)[1].split("?")[0]
    ended = asyncio.Event()
    refused = 0
    applied: list[int] = []
    numbers = iter(range(1, 10**9))

    async def reader() -> int:
        count = 0
        while not ended.is_set():
            await database.reads.read(lambda connection: connection.fetchval("SELECT count(*) FROM item"))
            count += 1
        return count

    async def writer() -> None:
        nonlocal refused
        while not ended.is_set():
            number = next(numbers)
            try:
                await one(database.writes, "INSERT INTO item VALUES ($1)", number)
                applied.append(number)
            except DatabaseUnavailableError:
                refused += 1

    workers = [asyncio.create_task(work()) for work in (reader, reader, reader, writer, writer)]
    for _ in range(6):
        await asyncio.sleep(0.25)
        await superuser.fetch(TERMINATE, name)
    ended.set()
    results = await asyncio.gather(*workers)
    assert sum(count or 0 for count in results) > 100
    assert refused > 0
    present = {row["n"] for row in await database.reads.read(lambda c: c.fetch("SELECT n FROM item"))}
    assert set(applied) <= present
    assert len(present) <= len(applied) + refused


async def test_errors_of_the_statement_are_not_taken_for_lost_connections(database: Database) -> None:
    """A mistake in a statement or in our own code stays what it is."""
    with pytest.raises(asyncpg.UndefinedTableError):
        await one(database.reads, "SELECT * FROM nothing_of_that_name")
    with pytest.raises(asyncpg.QueryCanceledError):
        async with database.reads.acquire() as connection:
            await connection.execute("BEGIN; SET LOCAL statement_timeout = 50; SELECT pg_sleep(9)")
    with pytest.raises(FileNotFoundError):
        async with database.reads.acquire():
            raise FileNotFoundError
    assert await one(database.reads, "SELECT 1") == 1


async def test_embedded_database_survives_kill(short_directory: Callable[[], Path]) -> None:
    """F13 and F3 on the embedded server: nobody asks, it is back in 3 s, the pools serve, committed rows are there."""
    async with Database.open(None, data_dir=short_directory() / "pg") as database:
        assert database.cluster is not None
        assert database.warnings == []
        assert await one(database.reads, "SELECT current_database()") == DATABASE_NAME
        assert await one(database.reads, "SELECT current_user") == DatabaseRole.READ_ONLY
        async with database.owner() as connection:
            await connection.execute("CREATE TABLE kept (n int); GRANT SELECT, INSERT ON kept TO sightline_app_rw")
        for number in range(200):
            await one(database.writes, "INSERT INTO kept VALUES ($1)", number)
        kill(database.cluster)
        assert await seconds_until_answer(database.writes) < 3
        assert await one(database.writes, "SELECT count(*) FROM kept") == 200
        kill(database.cluster)
        begun = time.perf_counter()
        await database.ensure_alive()
        assert time.perf_counter() - begun < 3
        assert await one(database.writes, "SELECT count(*) FROM kept") == 200
        cluster = database.cluster
    assert cluster.postmaster() is None


def kill(cluster: Cluster) -> None:
    server = cluster.postmaster()
    assert server is not None
    os.kill(server, signal.SIGKILL)


async def seconds_until_answer(pool: Pool) -> float:
    """How long the pool refuses; every refusal is a DatabaseUnavailableError."""
    begun = time.perf_counter()
    await asyncio.sleep(0.05)
    while time.perf_counter() - begun < 10:
        try:
            await one(pool, "SELECT 1")
        except DatabaseUnavailableError:
            await asyncio.sleep(0.02)
        else:
            break
    return time.perf_counter() - begun


async def refusal(url: str) -> str:
    with pytest.raises(DatabaseUnavailableError) as refused:
        async with Database.open(url):
            pass
    text = str(refused.value)
    assert "\n" not in text
    assert len(text) < 320
    assert "hunter2" not in text
    return text


async def test_f29_refusals_hide_the_password(cluster: Cluster, database_url: Callable[[str], str]) -> None:
    """Unreachable, unknown, unreadable: one line that says why."""
    assert "must begin with postgresql://" in await refusal("mysql://me:hunter2@localhost/x")
    assert "expected postgresql://" in await refusal("postgresql://me:hunter2@localhost:hunter2/x")
    assert "127.0.0.1:9 cannot be used" in await refusal("postgres://me:hunter2@127.0.0.1:9/x")
    assert "host.invalid" in await refusal("postgresql://me:hunter2@host.invalid/x")
    assert "percent-encode" in await refusal("postgresql://me:@hunter2@127.0.0.1:9/x")
    assert "at SIGHTLINE_DATABASE_URL cannot" in await refusal("postgresql://me:@hunter2.invalid?a=b@127.0.0.1/x")
    assert "/nowhere cannot be used" in await refusal("postgresql://me@/x?host=%2Fnowhere")
    assert 'database "no_such" does not exist' in await refusal(database_url("no_such"))
    socket = str(cluster.socket_directory)
    assert "authentication failed" in await refusal(f"postgresql://stranger:hunter2@/sightline?host={socket}")


async def test_f29_wrong_password(cluster: Cluster, superuser: asyncpg.Connection) -> None:
    """A password that the server checks and refuses; the right one opens, without the roles and with a warning."""
    rules = cluster.home / "conf" / "pg_hba.conf"
    usual = rules.read_text()
    await superuser.execute("CREATE ROLE guest LOGIN PASSWORD 'right'; GRANT CREATE ON DATABASE sightline TO guest")
    try:
        rules.write_text("local all guest scram-sha-256\n" + usual)
        await superuser.execute("SELECT pg_reload_conf()")
        address = f"postgresql://guest:{{}}@/sightline?host={cluster.socket_directory}"
        for _ in range(50):
            text = await refusal(address.format("hunter2"))
            if "Peer" not in text:  # the server has read the new rules
                break
        assert 'password authentication failed for user "guest"' in text
        async with Database.open(address.format("right")) as database:
            assert [
                DatabaseRole.READ_ONLY in database.warnings[0],
                DatabaseRole.READ_WRITE in database.warnings[1],
            ] == [True, True]
            assert await one(database.reads, "SELECT current_user") == "guest"
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await one(database.reads, "CREATE TABLE x (n int)")
            await superuser.execute("GRANT sightline_app_ro, sightline_app_rw TO guest")
            await database.take_roles()
            assert database.warnings == []
            assert await one(database.reads, "SELECT current_user") == DatabaseRole.READ_ONLY
            assert await one(database.writes, "SELECT current_user") == DatabaseRole.READ_WRITE
    finally:
        rules.write_text(usual)
        await superuser.execute("SELECT pg_reload_conf()")
        await superuser.execute("REVOKE CREATE ON DATABASE sightline FROM guest; DROP ROLE guest")


def test_older_than_15_is_refused() -> None:
    check_version(15, 0)
    with pytest.raises(DatabaseUnavailableError, match=r"^PostgreSQL 14\.9 is too old: Sightline needs PostgreSQL 15"):
        check_version(14, 9)
