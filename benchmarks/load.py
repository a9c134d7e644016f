"""Eight connections that ask one server the same question, as fast as it answers; every body is checked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter

from benchmarks.servers import Server

CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: where to, by whom, and the body."""

    path: str
    token: str
    body: bytes

    def bytes(self) -> bytes:
        """The request as it goes over the wire."""
        head = (
            f"POST /{self.path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {self.token}\r\n"
            f"content-type: application/json\r\naccept: application/json\r\ncontent-length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


@dataclass(slots=True)
class Figures:
    """Of one contender and one question, a value for each round."""

    per_second: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    tail: list[float] = field(default_factory=list)

    def add(self, taken: list[float], *, seconds: float, cpu: float) -> None:
        """A round: what each answer took, in how many seconds, for how much CPU of the server."""
        cuts = quantiles(taken, n=100)
        self.per_second.append(len(taken) / seconds)
        self.cpu.append(cpu / len(taken))
        self.tail.append(cuts[98] / cuts[49])

    def faster_than(self, other: Figures) -> float:
        """How many times the other's requests a second."""
        return median(self.per_second) / median(other.per_second)

    def cheaper_than(self, other: Figures) -> float:
        """How many times the CPU for a request the other takes."""
        return median(other.cpu) / median(self.cpu)


async def take_turns(
    asked: list[tuple[Server, Request]], *, warm: float, seconds: float, rounds: int
) -> dict[str, Figures]:
    """The figures of contenders that answer in turn, round by round, by their names."""
    figures = {server.name: Figures() for server, _ in asked}
    for server, request in asked:
        await load(server, request, seconds=warm)
    for _ in range(rounds):
        for server, request in asked:
            before, begun = server.cpu(), perf_counter()
            taken = await load(server, request, seconds=seconds)
            figures[server.name].add(taken, seconds=perf_counter() - begun, cpu=server.cpu() - before)
    return figures


async def load(server: Server, request: Request, *, seconds: float) -> list[float]:
    """The seconds that each answer took. Ends the run where an answer is not as long as the first one."""
    wire, length = request.bytes(), len(await once(server, request))
    until, taken = perf_counter() + seconds, list[float]()

    async def ask() -> None:
        async with _connected(server) as (reader, writer):
            while perf_counter() < until:
                begun = perf_counter()
                writer.write(wire)
                body = await _answer(server, reader)
                if len(body) != length:
                    raise SystemExit(f"{server.name}: {len(body)} bytes instead of {length}: {body[:300]!r}")
                taken.append(perf_counter() - begun)

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    return taken


async def once(server: Server, request: Request) -> bytes:
    """The body of one answer."""
    async with _connected(server) as (reader, writer):
        writer.write(request.bytes())
        return await _answer(server, reader)


async def _answer(server: Server, reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(f"{server.name} refused: {head!r}")
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    if body.startswith(b'{"errors"'):
        raise SystemExit(f"{server.name} answered with errors: {body[:300]!r}")
    return body


@asynccontextmanager
async def _connected(server: Server) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=2**20)
    try:
        yield reader, writer
    finally:
        writer.close()
