"""`sightline import` as it is typed: what it prints, and its exit codes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
import typer
from typer.testing import CliRunner

from sightline.db.audit import COMMAND_LINE, verify
from sightline.server.commands.imports import import_orders
from sightline.server.commands.running import CommandError

Command = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
async def command(
    connection: asyncpg.Connection,
    database_url: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Command:
    """Runs the command on a database with an administrator; returns exit code and output."""
    monkeypatch.setenv("SIGHTLINE_DATABASE_URL", database_url(await connection.fetchval("SELECT current_database()")))
    monkeypatch.chdir(tmp_path)
    application = typer.Typer()
    application.command()(import_orders)

    def invoke(arguments: tuple[str, ...]) -> tuple[int, str]:
        result = CliRunner().invoke(application, arguments, standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return result.return_value, result.output

    async def run(*arguments: str | Path) -> tuple[int, str]:
        return await asyncio.to_thread(invoke, tuple(map(str, arguments)))

    return run


async def test_it_says_what_it_did_and_that_rows_were_logged(command: Command, examples: Path) -> None:
    file, mapping = examples / "orders.csv", examples / "orders.yaml"
    code, said = await command(file, "--map", mapping, "--create-missing", "--dry-run")
    assert (code, said.splitlines()[0]) == (3, "Dry run: nothing was changed. This is what the import would do.")
    code, said = await command(file, "--map", mapping, "--create-missing", "--as", "clerk@example.org")
    assert code == 3
    assert "conversions  4 created, 0 already there" in said
    assert "line 7: Date '29.03.2026 02:30' does not exist in Europe/Berlin" in said
    code, said = await command(file, "--map", mapping)
    assert "conversions  0 created, 4 already there" in said


async def test_a15_dr17_an_import_is_recorded_as_one_of_the_api(
    command: Command, connection: asyncpg.Connection, examples: Path
) -> None:
    """A15, DR17: asked for and done, in the name of whom it runs as; a dry run and one that cannot begin leave none."""
    file, mapping = examples / "orders.csv", examples / "orders.yaml"
    await command(file, "--map", mapping, "--create-missing", "--dry-run")
    with pytest.raises(CommandError, match="No active user"):
        await command(file, "--map", mapping, "--as", "nobody@example.org")
    assert await connection.fetch("SELECT * FROM audit_log") == []
    await command(file, "--map", mapping, "--create-missing", "--as", "clerk@example.org")
    await command(file, "--map", mapping)
    asked = {"name": "orders.csv", "source": "lamp-shop", "dry_run": False}
    done = {"rows_read": 11, "rows_accepted": 7, "rows_refused": 4, "dry_run": False}
    jobs = await connection.fetch("SELECT id, created_by_id FROM import_job ORDER BY id")
    assert [job["created_by_id"] for job in jobs] == [2, 1]
    found = await connection.fetch("SELECT * FROM audit_log ORDER BY id")
    assert [(row["action"], row["actor_id"], row["target_id"], row["before"], row["after"]) for row in found] == [
        (f"import_job:{verb}", job["created_by_id"], str(job["id"]), None, after)
        for job in jobs
        for verb, after in (("create", asked), ("complete", done))
    ]
    assert {(row["target_type"], row["via_path"], row["organization_id"]) for row in found} == {
        ("import_job", COMMAND_LINE, None)
    }
    assert (await verify(connection)).sound


async def test_it_exits_with_0_where_every_row_came_in(command: Command, examples: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.csv"
    good.write_bytes(b"".join((examples / "orders.csv").read_bytes().splitlines(keepends=True)[:3]))
    code, said = await command(good, "--map", examples / "orders.yaml", "--create-missing")
    assert code == 0
    assert "logged       0 rows" in said


async def test_n44_what_the_file_says_cannot_forge_a_line(command: Command, examples: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    header = (examples / "orders.csv").read_bytes().splitlines(keepends=True)[0]
    bad.write_bytes(header + b'DE;1;"x\nline 9: [bold]all is well\x1b[2J";A-1;;;1;1;;offen;\n')
    _, said = await command(bad, "--map", examples / "orders.yaml", "--create-missing")
    assert "line 2: Date 'x\\nline 9: [bold]all is well\\x1b[2J' is not a date" in said


@pytest.mark.parametrize(
    ("file", "mapping", "said"),
    [
        ("none.csv", "orders.yaml", "cannot be read: No such file"),
        ("orders.csv", "none.yaml", "cannot be read: No such file"),
        ("orders.csv", "online-retail-es.yaml", "has no column 'Country'"),
    ],
)
async def test_what_cannot_run_is_one_line(
    command: Command, examples: Path, file: str, mapping: str, said: str
) -> None:
    with pytest.raises(CommandError) as caught:
        await command(examples / file, "--map", examples / mapping)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_import_nobody_reads_of_has_the_code_of_what_was_done(command: Command, examples: Path) -> None:
    """1 would say that nothing was changed."""
    typed = [sys.executable, "-c", "from sightline.server.cli import main; main()", "import"]
    arguments = [examples / "orders.csv", "--map", examples / "orders.yaml", "--create-missing"]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run([*typed, *arguments], stdout=writing, stderr=subprocess.PIPE, text=True)
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (
        3,
        "The import ended as the exit code says; its summary could not be shown whole.\n",
    )
