"""Several workers: who replaces one that ends, what ends with the supervisor, and what the log says of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import httpx
import psutil
import pytest
from commands_over_demo import free_port

PROGRAM = """
import asyncio
import os
import sys
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from sightline.db.errors import DatabaseUnavailableError
from sightline.server.logs import LogFormat, configure_logging
from sightline.server.serving import configuration, listen
from sightline.server.settings import Settings
from sightline.server.starting import telling_why
from sightline.server.workers import Supervisor, end_with_supervisor

def create():
    configure_logging(LogFormat.JSON)
    end_with_supervisor()
    return Starlette(lifespan=telling_why(empty), routes=[Route("/slow", slow), Route("/", quick)])

async def slow(request):
    await asyncio.sleep(4)
    return PlainTextResponse("done")

async def quick(request):
    return PlainTextResponse(str(os.getpid()))

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
    """An application of next to nothing, served by two workers."""
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    return file


@pytest.fixture
def port() -> int:
    """Where it is served."""
    return free_port()


@pytest.fixture
def running(program: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The same, started."""
    command = [sys.executable, program.name, str(port), "well"]
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
            if any("spawn_main" in part for part in _command_line(child))
        ]
        if len(found) == 2:
            return found
        sleep(0.1)
    raise AssertionError("there are no two workers")


def _command_line(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        line: list[str] = process.cmdline()
        return line
    return []


def until_served(port: int, serving: set[int]) -> None:
    """Wait until each of these processes has answered."""
    waiting, deadline = set(serving), monotonic() + 120
    while waiting and monotonic() < deadline:
        with suppress(httpx.HTTPError):
            waiting.discard(int(httpx.get(f"http://127.0.0.1:{port}/").text))
    assert not waiting


def test_f12_a_worker_that_is_killed_is_replaced_at_once_and_told_of(running: subprocess.Popen[str], port: int) -> None:
    """F12: also one that has only begun to start, and while another one is silent."""
    assert running.stderr is not None
    first, second = workers(running)
    until_served(port, {first.pid, second.pid})
    os.kill(second.pid, signal.SIGSTOP)
    sleep(1)  # it has been asked by then, and does not answer
    for _ in range(2):
        killed = next(each for each in workers(running) if each.pid != second.pid)
        killed.kill()
        began = monotonic()
        told = next(line for line in running.stderr if f"worker {killed.pid} ended, another was started" in line)
        assert '"exit_code":-9' in told
        assert monotonic() - began < 2
    os.kill(second.pid, signal.SIGCONT)


def test_f12_workers_end_with_a_supervisor_that_was_killed(running: subprocess.Popen[str], port: int) -> None:
    """F12, F6: they finish what they have begun, and leave the port to a server that is started anew."""
    both = workers(running)
    until_served(port, {each.pid for each in both})
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nhost: here\r\n\r\n")
        sleep(0.5)
        running.kill()
        client.settimeout(10)
        assert client.recv(12) == b"HTTP/1.1 200"
    assert not psutil.wait_procs(both, timeout=10)[1]
    socket.create_server(("127.0.0.1", port)).close()


def test_f6_nobody_is_let_in_while_workers_finish(running: subprocess.Popen[str], port: int) -> None:
    """F6, GOAL15: who comes later is refused at once, and not left to wait; what was begun is answered."""
    until_served(port, {each.pid for each in workers(running)})
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /slow HTTP/1.1\r\nhost: here\r\n\r\n")
        sleep(0.5)
        running.send_signal(signal.SIGTERM)
        sleep(1.5)
        assert running.poll() is None
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1)
        client.settimeout(10)
        assert client.recv(12) == b"HTTP/1.1 200"


def test_a_worker_that_cannot_start_says_why(program: Path) -> None:
    """And ends the server, which does not count as stopped on request."""
    command = [sys.executable, program.name, str(free_port()), "broken"]
    ended = subprocess.run(command, cwd=program.parent, stderr=subprocess.PIPE, text=True, timeout=300)
    assert ended.returncode == 1
    assert '"reason":"There is no database today."' in ended.stderr
    assert "the server failed to start" in ended.stderr
