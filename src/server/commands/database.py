"""`sightline db`: bringing the database to the version that this program needs, and saying how it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from alembic.script import ScriptDirectory

from sightline.db import migrate
from sightline.db.database import Database
from sightline.db.rollup_repair import differences as hourly_differences
from sightline.db.rollup_repair import rebuild
from sightline.server.app import open_database
from sightline.server.commands.running import CommandError, err, out, run
from sightline.server.settings import Settings, load_settings

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
            return at, await differences(database, at), database.warnings

    at, found, warnings = run(work())
    out().print(f"Version:  {at or 'none'} (this program needs {newest()})")
    for sentence in [*warnings, *found]:
        out().print(f"Warning:  {sentence}")
    if at != newest():
        raise CommandError(_behind(at))
    if found:
        raise CommandError("The database differs from what this program expects: see the lines above.")
    out().print("All is well.")


@commands.command()
def rollups(
    again: Annotated[
        bool, typer.Option("--rebuild", help="Make them anew from the facts; ad views, which have none, stay.")
    ] = False,
) -> None:
    """Compare the hourly sums that reports are answered from with the facts, or make them anew."""

    async def work() -> dict[str, int]:
        async with open_database(load_settings()) as database, database.owner() as connection:
            if again:
                await rebuild(connection)
            return await hourly_differences(connection)

    found = run(work())
    for table, number in found.items():
        out().print(f"Differs:  {table} in {number:,} rows")
    if found:
        raise CommandError("Hourly sums differ from the facts: run `sightline db rollups --rebuild`.")
    out().print("All hourly sums equal the facts.")


def newest() -> str:
    """The version that this program needs."""
    head = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations")).get_current_head()
    assert head is not None
    return head


async def revision(database: Database) -> str | None:
    """The version of the database; None for an empty one."""
    async with database.engine() as engine:
        return await migrate.current(engine)


async def differences(database: Database, at: str | None) -> list[str]:
    """Where a database of the newest version differs from what the program declares; nothing is said of others."""
    if at != newest():
        return []
    async with database.engine() as engine:
        return await migrate.check(engine)


async def bring_up_to_date(database: Database) -> list[str]:
    """Upgrade, create roles and rights, and have the pools take them. Returns warnings, one sentence each."""
    async with database.engine() as engine:
        warnings = await migrate.upgrade(engine)
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
        raise CommandError(_behind(at))
    return await bring_up_to_date(database)


def _behind(at: str | None) -> str:
    return f"The database is at version {at or 'none'}, this program needs {newest()}: run `sightline db upgrade`."
