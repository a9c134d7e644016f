"""`sightline import`: orders from a file, by a mapping."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from sightline.db.imports import (
    ImportRefusedError,
    ImportSummary,
    LogEntry,
    Mapping,
    MappingError,
    load_mapping,
    run_import,
)
from sightline.db.imports import Progress as Report
from sightline.server.app import open_database
from sightline.server.commands.database import make_ready
from sightline.server.commands.running import CommandError, drop_unwritten, err, out, run
from sightline.server.settings import load_settings

SOME_ROWS_LOGGED = 3
"""Exit code of an import that was done, and that logged rows which became nothing."""


def import_orders(
    file: Annotated[Path, typer.Argument(help="The file of orders: CSV, TSV, NDJSON or XLSX.", show_default=False)],
    map_file: Annotated[Path, typer.Option("--map", help="The mapping: what the columns mean.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, report it, and take it back.")] = False,
    create_missing: Annotated[
        bool, typer.Option("--create-missing", help="Create accounts, sources and enrollments that are not found.")
    ] = False,
    actor: Annotated[
        str | None,
        typer.Option("--as", help="E-mail address of the user it runs as; the first administrator unless given."),
    ] = None,
) -> int:
    """Import conversions, their items and adjustments. Exits with 3 where rows were logged. Safe to repeat."""
    mapping = _mapping(map_file)
    settings = load_settings()

    async def work() -> ImportSummary:
        async with open_database(settings) as database:
            await make_ready(database, settings)
            async with database.owner() as connection:
                with _progress() as progress:
                    return await run_import(
                        connection,
                        file,
                        mapping,
                        dry_run=dry_run,
                        create_missing=create_missing,
                        progress=progress,
                        actor=actor,
                    )

    try:
        summary = run(work())
    except ImportRefusedError as error:
        raise CommandError(str(error)) from None
    except asyncpg.PostgresError as error:
        raise CommandError(f"The database stopped the import, and nothing was changed: {error}") from error
    try:
        _show(summary)
    except (OSError, SystemExit):
        # Nobody reads on (rich ends the program then), or there is no room: what was imported is in the database.
        drop_unwritten()
        err().print("The import ended as the exit code says; its summary could not be shown whole.")
    return SOME_ROWS_LOGGED if summary.logged else 0


def _mapping(path: Path) -> Mapping:
    try:
        return load_mapping(path)
    except MappingError as error:
        raise CommandError(str(error)) from None


@contextmanager
def _progress() -> Iterator[Report | None]:
    """A bar on standard error, where that is a terminal."""
    console = err()
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("Importing"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Importing")
        yield lambda read, size, rows: bar.update(task, completed=read, total=size)


def _show(summary: ImportSummary) -> None:
    """Print what was done. What the file says is shown with its control characters spelled out (N44)."""
    console = out()
    if summary.dry_run:
        console.print("Dry run: nothing was changed. This is what the import would do.")
    console.print(f"{summary.rows:,} rows, {summary.orders:,} orders")
    console.print(f"  conversions  {summary.conversions:,} created, {summary.conversions_present:,} already there")
    console.print(f"  items        {summary.items:,} created")
    console.print(f"  adjustments  {summary.adjustments:,} created, {summary.adjustments_present:,} already there")
    for kind, number in summary.created.items():
        console.print(f"  created      {number:,} x {kind}")
    console.print(f"  logged       {summary.logged:,} rows" + (f" (job {summary.job_id})" if summary.job_id else ""))
    table = Table("currency", box=None, pad_edge=False)
    for heading in ("rows read", "conversions", "adjustments", "already there", "logged"):
        table.add_column(heading, justify="right")
    for sums in summary.sums:
        amounts = (sums.read, sums.conversions, sums.adjustments, sums.present, sums.logged)
        table.add_row(sums.currency, *map(_amount, amounts))
    if summary.sums:
        console.print(table)
    for entry in summary.entries:
        console.print(f"  {_entry(entry)}")
    if summary.logged > len(summary.entries):
        console.print(f"  and {summary.logged - len(summary.entries):,} more. All reasons:")
        for reason, number in summary.reasons:
            console.print(f"  {number:,} x {escape(reason)}")


def _amount(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount == round(amount, 2) else f"{amount.normalize():,f}"


def _entry(entry: LogEntry) -> str:
    value = "" if entry.value is None else f" {_printable(entry.value)}"
    return escape(f"line {entry.line}: {entry.column or 'the row'}{value} {entry.reason}")


def _printable(value: str) -> str:
    shown = value if len(value) <= 60 else value[:59] + "…"
    return repr(shown)
