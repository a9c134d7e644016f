"""What every command needs: a place to write, one way to fail, and a database for the length of a block."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import typer
from rich.console import Console

from sightline.db.locations import data_directory
from sightline.db.secrets import Secrets, load_secrets
from sightline.server.settings import Settings, exposed

Result = TypeVar("Result")


WHOLE = 10_000
"""Columns; no line is as long."""


class CommandError(Exception):
    """A command cannot do what it was asked to; the message is one line that says what to do."""


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of a coroutine, in an event loop of its own."""
    return asyncio.run(work)


def out() -> Console:
    """Where results go: standard output, each line whole, as a token that is cut is of no use."""
    return Console(highlight=False, soft_wrap=True, width=WHOLE)


def err() -> Console:
    """Where notices and errors go."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def drop_unwritten() -> None:
    """Let go of what standard output did not take: Python tries again at its end, and fails with a code of its own."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def printable(text: str) -> str:
    """A text with what no terminal should be told spelled out (N44)."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def write(text: str, file: Path | None, *, said: str) -> None:
    """Write a text to a file, and say so, or to standard output. Raises CommandError."""
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
    err().print(f"{said} was written to {file}.", markup=False)


def secrets_of(settings: Settings) -> Secrets:
    """The installation's secrets. Raises SecretError."""
    return load_secrets(exposed(settings.secret_key), data_directory(settings.data_dir))
