"""Fetching exports in this process: whole, or chunk by chunk with something happening in between."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
from demo_platform import Platform
from starlette.applications import Starlette
from starlette.routing import Route

from sightline.server.exports.endpoint import ExportEndpoint
from sightline.server.exports.fetching import Exports
from sightline.server.identity.browsers import Browsers

ASKED = "reportExport { state rowsWritten rowsTotal error } link"
STATE = "... on ReportExport { state rowsWritten rowsTotal error }"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a fetch; not `complete` where it was cut off."""

    status: int
    body: bytes
    complete: bool

    @property
    def lines(self) -> list[list[str]]:
        """The lines of a CSV file."""
        return list(csv.reader(io.StringIO(self.body.decode(), newline="")))


def exports_over(platform: Platform, **more: Any) -> Exports:
    """What fetches over the platform; rights are looked at before every piece."""
    engine = platform.engine
    return Exports(engine.database, engine.services, engine.access, check_seconds=0, **more)


def app_of(exports: Exports) -> Starlette:
    """The endpoint alone."""
    return Starlette(routes=[Route("/exports/{id}", ExportEndpoint(lambda: exports, Browsers(demo=True)))])


async def export_of(platform: Platform, who: str, report: dict[str, Any], file: str = "CSV", **more: Any) -> str:
    """The path of an export that somebody asks for."""
    answer = await platform.change_by(who, "exportReport", ASKED, report=report, format=file, **more)
    assert answer["__typename"] == "ExportReportSuccess", answer
    assert answer["reportExport"] == {"state": "WAITING", "rowsWritten": 0, "rowsTotal": None, "error": None}
    return str(answer["link"])


async def fetched(exports: Exports, path: str, who: str | None, **headers: str) -> httpx.Response:
    """A whole fetch, by a client that speaks HTTP."""
    given = headers if who is None else headers | {"authorization": f"Bearer {who}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_of(exports)), base_url="http://test") as client:
        return await client.get(path, headers=given)


async def watched(
    exports: Exports, path: str, who: str, after_first: Callable[[], Awaitable[Any]] | None = None
) -> Fetched:
    """A fetch of which something happens after the first chunk has come."""
    messages: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        messages.append(message)
        if after_first is not None and sum(1 for each in messages if each.get("body")) == 1 and message.get("body"):
            await after_first()

    waits = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        if waits:
            return waits.pop()
        return await asyncio.get_running_loop().create_future()

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {who}".encode())],
    }
    await app_of(exports)(scope, receive, send)
    body = b"".join(each.get("body", b"") for each in messages)
    done = messages[-1]["type"] == "http.response.body" and not messages[-1].get("more_body", False)
    return Fetched(messages[0]["status"], body, done)


async def state_of(platform: Platform, who: str, path: str) -> dict[str, Any]:
    """How an export stands."""
    query = f"query ($id: ID!) {{ node(id: $id) {{ {STATE} }} }}"
    found: dict[str, Any] = (await platform.read(who, query, id=path.rpartition("/")[2]))["node"]
    return found
