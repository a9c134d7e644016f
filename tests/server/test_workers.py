"""Several workers: what the log says of one that ends, and of one that cannot start."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest
from commands_over_demo import free_port

PROGRAM = """
import sys
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from sightline.db.errors import DatabaseUnavailableError
from sightline.server.logs import LogFormat, configure_logging
from sightline.server.serving import Supervisor, configuration, listen
from sightline.server.settings import Settings
from sightline.server.starting import telling_why

def create():
    configure_logging(LogFormat.JSON)
    return Starlette(lifespan=telling_why(empty))

@asynccontextmanager
async def empty(app):
    if sys.argv[2] == "broken":
        raise DatabaseUnavailableError("There is no database today.")
    yield

if __name__ == "__main__":
    configure_logging(LogFormat.JSON)
    settings = Settings(_env_file=None, workers=2)
    supervisor = Supervisor(configuration(settings, "program:create"), sockets=[listen("127.0.0.1", int(sys.argv[1]))])
    supervisor.run()
    sys.exit(supervisor.failed)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """An application of nothing, served by two workers."""
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    return file


@pytest.fixture
def running(program: Path) -> Iterator[subprocess.Popen[str]]:
    """The same, started."""
    command = [sys.executable, program.name, str(free_port()), "well"]
    with subprocess.Popen(command, cwd=program.parent, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.send_signal(signal.SIGTERM)


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Its workers, once there are two."""
    deadline = monotonic() + 120
    while monotonic() < deadline:
        found = [
            child
            for child in psutil.Process(process.pid).children()
            if any("spawn_main" in part for part in child.cmdline())
        ]
        if len(found) == 2:
            return found
        sleep(0.1)
    raise AssertionError("there are no two workers")


def test_a_worker_that_is_killed_is_replaced_and_told_of(running: subprocess.Popen[str]) -> None:
    assert running.stderr is not None
    killed = workers(running)[0]
    killed.kill()
    told = next(line for line in running.stderr if f"worker {killed.pid} ended, another was started" in line)
    assert '"exit_code":-9' in told


def test_a_worker_that_cannot_start_says_why(program: Path) -> None:
    """And ends the server, which does not count as stopped on request."""
    command = [sys.executable, program.name, str(free_port()), "broken"]
    ended = subprocess.run(command, cwd=program.parent, stderr=subprocess.PIPE, text=True, timeout=300)
    assert ended.returncode == 1
    assert '"reason":"There is no database today."' in ended.stderr
    assert "the server failed to start" in ended.stderr
