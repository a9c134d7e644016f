"""Contenders that run: a process each, reached over HTTP, ended with the benchmark."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from time import perf_counter, sleep
from urllib.request import urlopen

from benchmarks.questions import TOKEN
from sightline.db.database import Database
from sightline.db.role_names import DatabaseRole

SECRET = "the benchmark's secret, which is no secret"
STARTING_SECONDS = 60
PORT = "{port}"


@dataclass(frozen=True, slots=True)
class Contender:
    """How a server is started; `{port}` in its command becomes its port. `ready` is a page that says when it serves."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    directory: Path | None = None
    ready: str = ""
    pinned: bool = True


@dataclass(frozen=True, slots=True)
class Server:
    """A contender that runs."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """The seconds of CPU that it has used, with the processes that it started."""
        return sum(_ticks(process) for process in self.processes()) / os.sysconf("SC_CLK_TCK")

    def processes(self) -> list[int]:
        """Its process, and those that this one started."""
        own = self.process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
        return [own, *(int(child) for child in children)]


def ours(name: str, database: Database, token: str, **settings: str) -> Contender:
    """A contender of `benchmarks.contenders`."""
    return Contender(
        name,
        (sys.executable, "-m", "benchmarks.contenders", name, PORT),
        environment(database, token) | settings,
        ready="" if name == "floor" else "readyz",
    )


def environment(database: Database, token: str) -> dict[str, str]:
    """What a server of ours is told: the benchmark's database, and budgets that never end."""
    assert database.cluster is not None
    return {
        "SIGHTLINE_DATABASE_URL": f"postgresql://{DatabaseRole.OWNER}@/sightline?host={database.cluster.socket_directory}",
        "SIGHTLINE_SECRET_KEY": SECRET,
        "SIGHTLINE_SKIP_CONSOLE": "1",
        "SIGHTLINE_RUN_SCHEDULES": "0",
        "SIGHTLINE_LOG_FORMAT": "json",
        "SIGHTLINE_COST_CAPACITY": "1000000000",
        "SIGHTLINE_COST_PER_SECOND": "1000000000",
        TOKEN: token,
    }


@contextmanager
def running(contenders: Iterable[Contender]) -> Iterator[list[Server]]:
    """All of them, started and reachable."""
    servers: list[Server] = []
    try:
        for contender in contenders:
            server = _start(contender)
            servers.append(server)
            _wait_for(server, contender.ready)
        yield servers
    finally:
        for server in servers:
            server.process.terminate()
            server.process.wait()


def _start(contender: Contender) -> Server:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [each.replace(PORT, str(port)) for each in contender.command],
        env=os.environ | contender.environment,
        cwd=contender.directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # Where there is a single core, everything has it.
    os.sched_setaffinity(process.pid, {0} if contender.pinned else range(os.cpu_count() or 1))
    return Server(contender.name, port, process)


def _wait_for(server: Server, ready: str) -> None:
    until = perf_counter() + STARTING_SECONDS
    while perf_counter() < until and server.process.poll() is None:
        try:
            with socket() as reached:
                reached.settimeout(1)
                reached.connect(("127.0.0.1", server.port))
            if not ready or urlopen(f"http://127.0.0.1:{server.port}/{ready}", timeout=30).status == 200:
                return
        except OSError:
            sleep(0.02)
    raise SystemExit(f"{server.name} does not start")


def _ticks(process: int) -> int:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
