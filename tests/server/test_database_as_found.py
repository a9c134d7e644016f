"""`sightline db` and `doctor` over databases that are not as they should be: what they say, and what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest
from commands_over_demo import CommandsOver, Run, free_port

from sightline.db import migrate
from sightline.db.database import Database
from sightline.db.errors import DatabaseUnavailableError
from sightline.db.neighbours import neighbours
from sightline.db.role_names import DatabaseRole

NEWER = "UPDATE alembic_version SET version_num = '9999'"
MADE_BY_A_NEWER = "It was made by a newer Sightline: install that version."


@pytest.fixture
async def url(
    empty_database: Callable[..., Awaitable[str]], migrated_template: str, database_url: Callable[[str], str]
) -> str:
    """A database of the newest version that belongs to the test."""
    return database_url(await empty_database(migrated_template))


@pytest.fixture
async def owner(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Its owner's connection."""
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


@pytest.fixture
async def run(url: str, commands: CommandsOver) -> AsyncIterator[Run]:
    """Runs commands over it."""
    with commands(url) as running:
        yield running


@pytest.mark.parametrize("command", [("db", "status"), ("db", "upgrade"), ("serve",), ("doctor",)])
async def test_a_database_of_a_newer_program(run: Run, owner: asyncpg.Connection, command: tuple[str, ...]) -> None:
    """Upgrading it is no way out: there is nothing to upgrade it to."""
    await owner.execute(NEWER)
    code, out, err = await run(*command, port=str(free_port()))
    assert code == 1
    assert MADE_BY_A_NEWER in out + err
    assert "db upgrade" not in out + err


async def test_tables_of_others_are_no_difference(run: Run, owner: asyncpg.Connection) -> None:
    """Nobody is told to remove them, nor what belongs to them."""
    await owner.execute(
        "CREATE TYPE mood AS ENUM ('good'); CREATE SEQUENCE numbers;"
        "CREATE TABLE invoices (id serial PRIMARY KEY, amount int CHECK (amount > 0), mood mood UNIQUE)"
    )
    code, out, err = await run("db", "status")
    assert (code, err) == (0, "")
    assert "The table invoices is not Sightline's and is ignored.\n" in out
    assert "Warning" not in out
    assert "tables: invoices is not Sightline's and is ignored." in (await run("doctor"))[1]


async def test_roles_without_rights_are_found_and_get_them(run: Run, owner: asyncpg.Connection, url: str) -> None:
    """They were made anew by hand, as a warning asks for, and only an upgrade gives rights."""
    await owner.execute(f"REVOKE SELECT ON authz_epoch FROM {DatabaseRole.READ_ONLY}")
    code, out, err = await run("db", "status")
    assert code == 1
    assert "the role sightline_app_ro has no rights on the tables. Run `sightline db upgrade`." in out
    assert "see the lines above" in err
    assert "All is well" not in out
    assert "the role sightline_app_ro has no rights" in (await run("doctor"))[1]
    async with Database.open(url) as database:
        with pytest.raises(DatabaseUnavailableError, match=r"run `sightline db upgrade`\.$"):
            await database.ensure_alive()
        async with database.engine() as engine:
            await migrate.upgrade(engine)
        await database.take_roles()
        assert database.warnings == []
        await database.ensure_alive()


async def test_a_role_that_may_not_enter_the_schema_has_no_rights(owner: asyncpg.Connection, url: str) -> None:
    await owner.execute(f"REVOKE USAGE ON SCHEMA public FROM {DatabaseRole.READ_WRITE}")
    async with Database.open(url) as database:
        assert [DatabaseRole.READ_WRITE in warning for warning in database.warnings] == [True]


async def test_an_encoding_that_lacks_characters_is_refused(
    superuser: asyncpg.Connection, database_url: Callable[[str], str], commands: CommandsOver
) -> None:
    name = "test_of_latin1"
    await superuser.execute(
        f"CREATE DATABASE {name} OWNER {DatabaseRole.OWNER} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'"
        " LOCALE_PROVIDER libc"
    )
    try:
        with commands(database_url(name)) as run:
            code, _, err = await run("db", "upgrade")
            assert code == 1
            assert "The database's encoding is LATIN1. Make one with CREATE DATABASE … ENCODING 'UTF8'" in err
            assert "its encoding is LATIN1." in (await run("doctor"))[1]
    finally:
        await superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_an_upgrade_that_the_database_refuses_is_one_line(
    commands: CommandsOver,
    empty_database: Callable[..., Awaitable[str]],
    database_url: Callable[[str], str],
    superuser: asyncpg.Connection,
) -> None:
    """A table of that name is somebody else's; the owner of the database may not use its schema."""
    address = database_url(await empty_database())
    owner = await asyncpg.connect(address)
    with commands(address) as run:
        await owner.execute("CREATE TABLE organization (n int)")
        code, _, err = await run("db", "upgrade")
        assert code == 1
        assert err == (
            'sightline: The database was not upgraded, and nothing in it was changed: relation "organization" already '
            "exists. It is somebody else's: give Sightline a database of its own.\n"
        )
        await owner.execute(
            "DROP TABLE organization; REVOKE ALL ON SCHEMA public FROM PUBLIC, pg_database_owner CASCADE"
        )
        code, _, err = await run("db", "upgrade")
        assert code == 1
        assert "Let the user of SIGHTLINE_DATABASE_URL own the database and its schema public." in err
        assert "api_key" in (await run("keys", "list"))[2]
    await owner.close()


async def test_databases_of_other_owners_that_share_the_roles(
    superuser: asyncpg.Connection, owner: asyncpg.Connection, url: str
) -> None:
    """Those of the same owner are his to read anyway."""
    assert await neighbours(owner) == []
    name = url.partition("@/")[2].partition("?")[0]
    await superuser.execute("CREATE ROLE somebody_else")
    await superuser.execute(f"CREATE DATABASE {name}_2 OWNER somebody_else")
    other = await asyncpg.connect(url.replace(name, f"{name}_2"))
    try:
        assert await neighbours(owner) == []
        await superuser.execute(f"GRANT somebody_else TO {DatabaseRole.OWNER}")
        await other.execute(
            "SET ROLE somebody_else; CREATE TABLE authz_epoch (n int);"
            f"GRANT SELECT ON authz_epoch TO {DatabaseRole.READ_ONLY}"
        )
        assert await neighbours(owner) == [f"{name}_2"]
    finally:
        await other.close()
        await superuser.execute(f"DROP DATABASE {name}_2 WITH (FORCE)")
        await superuser.execute("DROP ROLE somebody_else")


async def test_the_cast_is_the_demos(run: Run) -> None:
    """Elsewhere its tokens would work nowhere."""
    for command in (("demo", "cast"), ("demo", "cast", "--json"), ("demo", "token", "admin@demo.example")):
        code, out, err = await run(*command)
        assert (code, out) == (1, "")
        assert "This installation is not the demo" in err
