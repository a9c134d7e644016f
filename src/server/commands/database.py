"""`sightline db`: bringing the database to the version that this program needs, and saying how it stands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

import asyncpg
import sqlalchemy as sa
import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from sightline.db import migrate
from sightline.db.database import Database
from sightline.db.errors import one_line, refusal
from sightline.db.migrate import is_known, newest
from sightline.db.rollup_repair import differences as differences_of_sums
from sightline.db.rollup_repair import rebuild
from sightline.server.app import open_database
from sightline.server.commands.running import CommandError, err, out, run
from sightline.server.settings import Settings, load_settings

ENCODING = "UTF8"

commands = typer.Typer(help="The database: bring it up to date, see how it stands.")


@commands.command()
def upgrade() -> None:
    """Bring the database to the version of this program. Safe to repeat."""

    async def work() -> tuple[str | None, list[str]]:
        async with open_database(load_settings()) as database:
            before = await revision(database)
            return before, await bring_up_to_date(database)

    before, warnings = run(work())
    for warning in warnings:
        err().print(f"Warning: {warning}")
    out().print("The database was up to date." if before == newest() else f"The database is now at {newest()}.")


@commands.command()
def status() -> None:
    """Show the version of the database, and where it differs from what this program expects."""

    async def work() -> tuple[str | None, list[str], list[str]]:
        async with open_database(load_settings()) as database:
            at = await revision(database)
            return at, [*database.warnings, *await differences(database, at)], await strangers(database, at)

    at, found, others = run(work())
    out().print(f"Version:  {at or 'none'} (this program needs {newest()})")
    for sentence in found:
        out().print(f"Warning:  {sentence}", markup=False)
    for table in others:
        out().print(f"Note:     The table {table} is not Sightline's and is ignored.", markup=False)
    if at != newest():
        raise CommandError(_of_another_version(at))
    if found:
        raise CommandError("The database is not as this program expects it: see the lines above.")
    out().print("All is well.")


@commands.command()
def rollups(
    again: Annotated[
        bool, typer.Option("--rebuild", help="Make them anew from the facts; ad views, which have none, stay.")
    ] = False,
) -> None:
    """Compare the hourly and daily sums that reports are answered from with the facts, or make them anew."""

    async def work() -> dict[str, int]:
        async with open_database(load_settings()) as database, database.owner() as connection:
            if again:
                await rebuild(connection)
            return await differences_of_sums(connection)

    found = run(work())
    for table, number in found.items():
        out().print(f"Differs:  {table} in {number:,} rows")
    if found:
        raise CommandError("Sums differ from the facts: run `sightline db rollups --rebuild`.")
    out().print("All sums equal the facts.")


async def revision(database: Database) -> str | None:
    """The version of the database; None for an empty one."""
    async with database.engine() as engine:
        return await migrate.current(engine)


async def differences(database: Database, at: str | None) -> list[str]:
    """Where a database of the newest version differs from what the program declares; nothing is said of others."""
    return await _of_newest(database, at, migrate.check)


async def strangers(database: Database, at: str | None) -> list[str]:
    """Tables that others keep in a database of the newest version, by name; nothing is said of others."""
    return await _of_newest(database, at, migrate.strangers)


async def _of_newest(
    database: Database, at: str | None, look: Callable[[AsyncEngine], Awaitable[list[str]]]
) -> list[str]:
    if at != newest():
        return []
    async with database.engine() as engine:
        return await look(engine)


async def bring_up_to_date(database: Database) -> list[str]:
    """Upgrade, create roles and rights, and have the pools take them. Returns warnings, one sentence each.

    Raises CommandError for a database of a newer program or of another encoding, and where the owner may not do it.
    """
    at = await revision(database)
    if at is not None and not is_known(at):
        raise CommandError(_of_another_version(at))
    if advice := other_encoding(database):
        raise CommandError(f"The database's encoding is {database.encoding}. {advice}")
    try:
        async with database.engine() as engine:
            warnings = await migrate.upgrade(engine)
    except (asyncpg.PostgresError, sa.exc.SQLAlchemyError) as error:
        raise CommandError(_not_upgraded(error)) from error
    await database.take_roles()
    return warnings


async def make_ready(database: Database, settings: Settings) -> list[str]:
    """Have a database that can be served. The embedded one is ours alone and is upgraded without being asked.

    Raises CommandError for an external database of another version.
    """
    at = await revision(database)
    if at == newest():
        return []
    if settings.database_url is not None and not settings.demo:
        raise CommandError(_of_another_version(at))
    return await bring_up_to_date(database)


def other_version(at: str | None) -> str:
    """What to do about a database that is not at the version this program needs."""
    if at is None or is_known(at):
        return "Run `sightline db upgrade`."
    return "It was made by a newer Sightline: install that version."


def other_encoding(database: Database) -> str | None:
    """What to do about a database that cannot hold every text; None for one that can."""
    if database.encoding == ENCODING:
        return None
    return (
        f"Make one with CREATE DATABASE … ENCODING '{ENCODING}' TEMPLATE template0, and name it in "
        "SIGHTLINE_DATABASE_URL; pg_dump and pg_restore move what there is."
    )


def _of_another_version(at: str | None) -> str:
    return f"The database is at version {at or 'none'}, this program needs {newest()}. {other_version(at)}"


def _not_upgraded(error: Exception) -> str:
    refused = refusal(error)
    match refused:
        case asyncpg.InsufficientPrivilegeError() | asyncpg.InvalidSchemaNameError():
            advice = "Let the user of SIGHTLINE_DATABASE_URL own the database and its schema public."
        case asyncpg.DuplicateTableError() | asyncpg.DuplicateObjectError():
            advice = "It is somebody else's: give Sightline a database of its own."
        case asyncpg.LockNotAvailableError():
            advice = "Something else keeps a table locked: try again when it has ended."
        case _:
            advice = "See `sightline doctor`."
    return f"The database was not upgraded, and nothing in it was changed: {one_line(refused or error)}. {advice}"
