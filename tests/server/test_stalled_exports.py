"""Exports that nobody reads, over real connections: whom they keep waiting, and for how long."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from demo_platform import Platform
from files_of_reports import app_of, export_of, exports_over, state_of
from kept_reports import asked, member

from sightline.server.exports.fetching import GONE, Exports
from sightline.server.http_protocol import LimitedHttpProtocol
from sightline.server.serving import configuration, listen
from sightline.server.settings import Settings

SECONDS = 1.0
"""In place of 30."""

SMALL_WINDOW = 4_096
LARGE = ["order", "hour", "day", "program", "status"]


@asynccontextmanager
async def answering(exports: Exports) -> AsyncIterator[str]:
    """Where they are fetched; in this loop, which the database's connections belong to."""
    with listen("127.0.0.1", 0) as listening:
        settings = Settings(_env_file=None)  # type: ignore[call-arg]  # pydantic-settings' own argument
        server = uvicorn.Server(configuration(settings, lambda: app_of(exports)))
        running = asyncio.create_task(server._serve([listening]))
        while not server.started:  # noqa: ASYNC110  # uvicorn tells nobody
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


def stalled(origin: str, path: str, who: str) -> socket.socket:
    """A client that asks for an export, and takes nothing of it."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
    client.connect(("127.0.0.1", int(origin.rpartition(":")[2])))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {who}\r\n\r\n".encode())
    return client


async def test_f10_stalled_exports_keep_nobody_else_waiting(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F10, GOAL4: one person has one place, whatever he does with it, and loses it when he takes nothing."""
    monkeypatch.setattr(LimitedHttpProtocol, "write_seconds", SECONDS)
    ana, ben = [(await member(platform, "Admin")).token for _ in range(2)]
    report = await asked(platform, "conversions", "revenue", groupBy=LARGE)
    paths = [await export_of(platform, ana, report, "JSONL") for _ in range(3)]
    small = await export_of(platform, ben, await asked(platform, "clicks"))
    async with answering(exports_over(platform)) as origin, httpx.AsyncClient(base_url=origin, timeout=30) as client:

        async def status(path: str, who: str) -> int:
            return (await client.get(path, headers={"authorization": f"Bearer {who}"})).status_code

        async def state(path: str, expected: str) -> None:
            async with asyncio.timeout(10 * SECONDS):
                while (await state_of(platform, ana, path))["state"] != expected:  # noqa: ASYNC110  # the database's
                    await asyncio.sleep(0.02)

        with stalled(origin, paths[0], ana), stalled(origin, paths[1], ana):
            await asyncio.sleep(SECONDS / 2)
            states = sorted([(await state_of(platform, ana, path))["state"] for path in paths])
            assert states == ["RUNNING", "WAITING", "WAITING"]
            assert (await status(paths[2], ana), await status(small, ben)) == (503, 200)
            (first,) = [path for path in paths if (await state_of(platform, ana, path))["state"] == "RUNNING"]
            await state(first, "FAILED")
            assert (await state_of(platform, ana, first))["error"] == GONE
        assert await status(paths[2], ana) == 200


async def test_f10_a_slow_reader_gets_all_of_an_export(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """F10: for longer than somebody who takes nothing would be waited for, and to the last byte."""
    monkeypatch.setattr(LimitedHttpProtocol, "write_seconds", SECONDS)
    who = (await member(platform, "Admin")).token
    report = await asked(platform, "conversions", "revenue", groupBy=LARGE)
    path = await export_of(platform, who, report, "JSONL")
    async with answering(exports_over(platform)) as origin:
        with stalled(origin, path, who) as client:
            client.setblocking(False)
            loop, content = asyncio.get_running_loop(), b""
            began = loop.time()
            while not content.endswith(b"\r\n0\r\n\r\n"):
                part = await loop.sock_recv(client, 65_536)
                assert part, f"it was broken off after {len(content)} bytes"
                content += part
                if loop.time() - began < 2 * SECONDS:
                    await asyncio.sleep(len(part) / 120_000)
            assert loop.time() - began > 2 * SECONDS, len(content)
    assert (await state_of(platform, who, path))["state"] == "COMPLETED"
