"""Running commands in the tests' own process, over a database of theirs."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import StringIO
from pathlib import Path

import pytest
import structlog

from sightline.db.secrets import Secrets
from sightline.server.cli import main

Run = Callable[..., Awaitable[tuple[int, str, str]]]
"""Runs a command, with what is typed and with further settings; exit code, standard output and standard error."""

CommandsOver = Callable[[str], AbstractContextManager[Run]]
"""What runs commands over the database of a URL."""


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number: int = taken.getsockname()[1]
        return number


@contextmanager
def commands_over(
    url: str, secrets: Secrets, place: Path, around: tuple[pytest.MonkeyPatch, pytest.CaptureFixture[str]]
) -> Iterator[Run]:
    """What runs `sightline` over the database of a URL; it returns exit code, standard output and standard error."""
    monkeypatch, capfd = around
    given = {"DATABASE_URL": url, "SECRET_KEY": secrets.root.decode(), "DATA_DIR": str(place)}
    for name, value in given.items():
        monkeypatch.setenv(f"SIGHTLINE_{name}", value)

    def work(arguments: tuple[str, ...]) -> int:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert isinstance(ended.value.code, int)
        return ended.value.code

    async def run(*arguments: str, typed: str = "", **settings: str) -> tuple[int, str, str]:
        capfd.readouterr()
        with monkeypatch.context() as meanwhile:
            for name, value in settings.items():
                meanwhile.setenv(f"SIGHTLINE_{name}", value)
            meanwhile.setattr("sys.stdin", StringIO(typed))
            code = await asyncio.to_thread(work, arguments)  # a command has an event loop of its own
        written = capfd.readouterr()
        return code, written.out, written.err

    handlers = logging.getLogger().handlers[:]
    yield run
    # A command sets up the logging of its process, which here is the tests'.
    logging.getLogger().handlers = handlers
    structlog.reset_defaults()
