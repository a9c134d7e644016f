"""`sightline audit`: whether the audit log is what was written."""

from __future__ import annotations

from time import perf_counter
from typing import Annotated

import typer

from sightline.db.audit import Head, Verdict, verify
from sightline.db.audit_seal import FILE, SealError, read_seal, write_seal
from sightline.db.locations import data_directory
from sightline.server.app import open_database
from sightline.server.commands.running import CommandError, err, out, run, secrets_of
from sightline.server.settings import load_settings

commands = typer.Typer(help="The audit log.")


@commands.callback()
def audit() -> None:
    """Keep the commands a group, although there is one."""


@commands.command(name="verify")
def verify_log(
    seal: Annotated[bool, typer.Option("--seal", help="Write the head of a sound log to the data directory.")] = False,
) -> None:
    """Follow the chain of the audit log, and hold it against its seal."""
    settings = load_settings()
    secrets = secrets_of(settings)
    directory = data_directory(settings.data_dir)
    try:
        sealed = read_seal(directory, secrets=secrets)
    except SealError as error:
        raise CommandError(str(error)) from None

    async def work() -> tuple[Verdict, float]:
        async with open_database(settings) as database, database.owner() as connection:
            begin = perf_counter()
            return await verify(connection, sealed=sealed), perf_counter() - begin

    verdict, seconds = run(work())
    _refuse_unsound(verdict, sealed)
    rate = verdict.head.records / seconds
    out().print(f"{verdict.head.records:,} records hold ({rate:,.0f} in a second).", markup=False)
    if seal:
        path = write_seal(directory, verdict.head, secrets=secrets)
        err().print(f"Sealed in {path}: keep a copy elsewhere.", markup=False)
    elif sealed is None:
        err().print("There is no seal: records cut off the end would not be found. See --seal.", markup=False)
    else:
        err().print(f"The seal covers {sealed.records:,} of them.", markup=False)


def _refuse_unsound(verdict: Verdict, sealed: Head | None) -> None:
    if verdict.broken_at is not None:
        raise CommandError(
            f"The audit log was tampered with: record {verdict.broken_at} does not follow the"
            f" {verdict.head.records:,} before it. Compare it with a backup."
        )
    if verdict.lost_seal and sealed is not None:
        raise CommandError(
            f"The audit log was tampered with: record {sealed.records:,}, sealed in {FILE}, is not in it any more;"
            f" it has {verdict.head.records:,} records. Compare it with a backup."
        )
