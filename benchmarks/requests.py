"""What a request costs over HTTP: plans against the standard executor and against a floor without GraphQL.

    python -m benchmarks.requests [--scale N] [--seconds S] [--rounds N]

One server process on the first core; PostgreSQL and eight connections of load on the others. Contenders take turns,
round by round; ratios of their medians are printed: requests a second, CPU of the server for one request, and p99 over
p50. Bodies are checked: plans and the standard executor answer with the same bytes, and no answer has errors.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from statistics import median, quantiles
from time import perf_counter, sleep
from urllib.request import urlopen

import orjson

from benchmarks.questions import QUESTIONS, TOKEN, asked
from sightline.db import migrate
from sightline.db.database import Database
from sightline.db.demo import cast, seed
from sightline.db.role_names import DatabaseRole
from sightline.db.secrets import Secrets
from sightline.server.execution import Engine

CONTENDERS = ("plans", "standard", "floor")
CONNECTIONS = 8
SECRET = "the benchmark's secret, which is no secret"
STARTING_SECONDS = 60


@dataclass(slots=True)
class Figures:
    """Of one contender and one query, a value for each round."""

    per_second: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    tail: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Server:
    """A contender that runs."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """The seconds of CPU that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def main() -> None:
    """Seed a demo platform in a directory of its own, serve it three ways, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=int, default=1, help="1 is 50,000 conversions, 20 a million")
    options.add_argument("--seconds", type=float, default=2.0)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    secrets = Secrets(SECRET.encode())
    token = next(member["token"] for member in cast(secrets) if member["email"].startswith("admin@"))
    with tempfile.TemporaryDirectory(prefix="slr", dir="/tmp") as directory:
        await asyncio.to_thread(Path(directory).chmod, 0o711)  # the server's account has to enter it
        async with Database.open(None, data_dir=Path(directory) / "pg") as database:
            async with database.engine() as engine:
                await migrate.upgrade(engine)
            async with database.owner() as connection:
                summary = await seed(connection, secrets, scale=given.scale)
                await connection.execute("VACUUM ANALYZE")
            print(f"{summary.conversions} conversions; {given.rounds} rounds of {given.seconds} s, 8 connections")
            os.sched_setaffinity(0, set(os.sched_getaffinity(0)) - {0} or {0})
            with _servers(database, token) as servers:
                await _measure(database, secrets, token, servers, seconds=given.seconds, rounds=given.rounds)


async def _measure(
    database: Database, secrets: Secrets, token: str, servers: list[Server], *, seconds: float, rounds: int
) -> None:
    engine = Engine.of(database, secrets)
    for name, query in QUESTIONS.items():
        text, variables = await asked(engine, query, token)
        body = orjson.dumps({"query": text, "variables": variables})
        answers = {server.name: await _once(server, name, token, body) for server in servers}
        _check(name, answers)
        figures = {server.name: Figures() for server in servers}
        for server in servers:
            await _load(server, name, token, body, seconds=seconds)  # warm
        for _ in range(rounds):
            for server in servers:
                before = server.cpu()
                taken = await _load(server, name, token, body, seconds=seconds)
                of = figures[server.name]
                of.per_second.append(len(taken) / seconds)
                of.cpu.append((server.cpu() - before) / len(taken))
                cuts = quantiles(taken, n=100)
                of.tail.append(cuts[98] / cuts[49])
        _print(name, figures)


def _check(name: str, answers: dict[str, bytes]) -> None:
    plans, standard = orjson.loads(answers["plans"]), orjson.loads(answers["standard"])
    if plans.get("errors") or orjson.dumps(plans["data"]) != orjson.dumps(standard["data"]):
        raise SystemExit(f"{name}: the executors do not answer the same: {plans} {standard}")


def _print(name: str, figures: dict[str, Figures]) -> None:
    ours = figures["plans"]
    said = [
        f"vs {other}: {median(ours.per_second) / median(of.per_second):5.2f}x requests,"
        f" {median(of.cpu) / median(ours.cpu):5.2f}x less CPU"
        for other, of in figures.items()
        if other != "plans"
    ]
    print(f"{name:>8}  {'; '.join(said)}; p99/p50 {median(ours.tail):4.1f}  ({median(ours.per_second):.0f}/s here)")


async def _load(server: Server, name: str, token: str, body: bytes, *, seconds: float) -> list[float]:
    """The seconds that each answer took; eight connections ask as fast as they are answered."""
    until, taken = perf_counter() + seconds, list[float]()

    async def ask() -> None:
        async with _connected(server) as (reader, writer):
            request = _request(server, name, token, body)
            while perf_counter() < until:
                begun = perf_counter()
                writer.write(request)
                await _answer(reader)
                taken.append(perf_counter() - begun)

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    return taken


async def _once(server: Server, name: str, token: str, body: bytes) -> bytes:
    async with _connected(server) as (reader, writer):
        writer.write(_request(server, name, token, body))
        return await _answer(reader)


def _request(server: Server, name: str, token: str, body: bytes) -> bytes:
    path = name if server.name == "floor" else "graphql"
    head = (
        f"POST /{path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\naccept: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(f"refused: {head!r}")
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    if body.startswith(b'{"errors"'):
        raise SystemExit(f"an answer with errors: {body[:300]!r}")
    return body


@asynccontextmanager
async def _connected(server: Server) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield reader, writer
    finally:
        writer.close()


@contextmanager
def _servers(database: Database, token: str) -> Iterator[list[Server]]:
    assert database.cluster is not None
    url = f"postgresql://{DatabaseRole.OWNER}@/sightline?host={database.cluster.socket_directory}"
    environment = os.environ | {
        "SIGHTLINE_DATABASE_URL": url,
        "SIGHTLINE_SECRET_KEY": SECRET,
        "SIGHTLINE_SKIP_CONSOLE": "1",
        "SIGHTLINE_RUN_SCHEDULES": "0",
        "SIGHTLINE_LOG_FORMAT": "json",
        "SIGHTLINE_COST_CAPACITY": "1000000000",
        "SIGHTLINE_COST_PER_SECOND": "1000000000",
        TOKEN: token,
    }
    servers: list[Server] = []
    try:
        for name in CONTENDERS:
            with socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            command = [sys.executable, "-m", "benchmarks.contenders", name, str(port)]
            process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
            servers.append(Server(name, port, process))
        for server in servers:
            _wait_for(server)
        yield servers
    finally:
        for server in servers:
            server.process.terminate()
            server.process.wait()


def _wait_for(server: Server) -> None:
    until = perf_counter() + STARTING_SECONDS
    while perf_counter() < until and server.process.poll() is None:
        try:
            with socket() as reached:
                reached.settimeout(1)
                reached.connect(("127.0.0.1", server.port))
            if server.name == "floor" or urlopen(f"http://127.0.0.1:{server.port}/readyz", timeout=30).status == 200:
                return
        except OSError:
            sleep(0.2)
    raise SystemExit(f"{server.name} does not start")


if __name__ == "__main__":
    asyncio.run(main())
