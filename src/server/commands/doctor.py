"""`sightline doctor`: what is wrong with an installation, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sightline.db.administrators import ADMINISTRATORS
from sightline.db.errors import DatabaseUnavailableError
from sightline.db.locations import data_directory
from sightline.db.migrate import newest
from sightline.db.neighbours import neighbours
from sightline.db.secrets import SecretError
from sightline.server.app import open_database
from sightline.server.commands.database import differences, other_encoding, other_version, revision, strangers
from sightline.server.commands.running import CommandError, out, run, secrets_of
from sightline.server.serving import ListenError, is_loopback, listen
from sightline.server.settings import PREFIX, Settings, load_settings, variable


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `advice` says what to do where it is not well."""

    subject: str
    said: str
    advice: str | None = None


def doctor() -> None:
    """Look at the installation and say what is wrong with it, and what to do."""
    settings = load_settings()

    async def work() -> list[Finding]:
        return [
            *_settings(settings),
            *_secret(settings),
            _port(settings),
            *[each async for each in _database(settings)],
        ]

    findings = run(work())
    for finding in findings:
        mark = "[green]ok[/]     " if finding.advice is None else "[red]problem[/]"
        console = out()
        console.print(f"{mark}  {finding.subject}: ", end="")
        console.print(finding.said + (f" {finding.advice}" if finding.advice else ""), markup=False)
    problems = sum(finding.advice is not None for finding in findings)
    if problems:
        raise CommandError(f"{problems} problem(s) found: see the lines above.")


def _settings(settings: Settings) -> list[Finding]:
    known = {variable(name) for name in type(settings).model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    return [Finding("settings", f"{name} is not a setting.", "Correct its name or remove it.") for name in unknown] or [
        Finding("settings", "all are known.")
    ]


def _secret(settings: Settings) -> list[Finding]:
    try:
        secrets_of(settings)
    except SecretError as error:
        return [Finding("secret", "it cannot be used.", str(error))]
    except OSError as error:
        place = data_directory(settings.data_dir)
        return [Finding("secret", f"{place}: {error.strerror}.", "Set SIGHTLINE_DATA_DIR to a directory of yours.")]
    return [Finding("secret", "it can be used.")]


def _port(settings: Settings) -> Finding:
    try:
        listen(settings.host, settings.port).close()
    except ListenError as error:
        return Finding("address", "it cannot be listened on now.", str(error))
    reach = "this machine only" if is_loopback(settings.host) else "the network: put a TLS proxy in front"
    return Finding("address", f"{settings.host}:{settings.port} is free and reached by {reach}.")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with open_database(settings) as database:
            for warning in database.warnings:
                yield Finding("database roles", "they are not as they should be.", warning)
            if advice := other_encoding(database):
                yield Finding("database", f"its encoding is {database.encoding}.", advice)
            at = await revision(database)
            if at != newest():
                yield Finding("database", f"it is at version {at or 'none'}.", other_version(at))
                return
            yield Finding("database", f"it answers and is at version {at}.")
            for difference in await differences(database, at):
                yield Finding("tables", difference, "Find out who changed it, and undo that.")
            for table in await strangers(database, at):
                yield Finding("tables", f"{table} is not Sightline's and is ignored.")
            async with database.owner() as connection:
                for other in await neighbours(connection):
                    yield Finding(
                        "database roles",
                        f"the database {other} of another owner uses them too: each owner can read and write both.",
                        "Give each its own PostgreSQL server, unless they trust each other (docs/settings.md).",
                    )
                if not await connection.fetch(ADMINISTRATORS):
                    yield Finding(
                        "people",
                        "nobody is administrator.",
                        "Run `sightline users create EMAIL --name NAME --administrator`.",
                    )
    except DatabaseUnavailableError as error:
        place = "SIGHTLINE_DATABASE_URL" if settings.database_url else "SIGHTLINE_DATA_DIR"
        yield Finding("database", str(error), f"Check {place}.")
