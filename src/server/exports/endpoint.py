"""GET /exports/{id}: a report as a file, for whoever it was made for and nobody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from sightline.server.answers import ErrorCode, RefusedError, bad_input
from sightline.server.exports.fetching import Exports, Fetch, TruncatedError
from sightline.server.identity.browsers import Browsers
from sightline.server.logs import OperationLine, log_fault, note, operation_line
from sightline.server.negotiation import JSON, check_no_token_in_query, request_id_of
from sightline.server.transport import CLIENT_GONE, encode, refusal, refusal_body, send_response

EXPORT_SECONDS = 900
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._-]+")


@dataclass(frozen=True, slots=True, eq=False)
class ExportEndpoint:
    """The ASGI application behind /exports/{id}. `exports` is asked at each request: it is there once serving began."""

    exports: Callable[[], Exports]
    browsers: Browsers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        with operation_line(request_id_of(headers)) as line:
            note(operation="fetchExport")
            try:
                if scope["method"] != "GET":
                    raise bad_input("Fetch an export by GET.", status=405, headers=(("allow", "GET"),))
                check_no_token_in_query(scope.get("query_string", b""))
                token = self.browsers.presented_for_download(headers)
                fetch = await self.exports().find(token, scope["path_params"]["id"])
                await self._answer(fetch, send, receive, line)
            except Exception as raised:
                if line.status is not None:
                    log_fault(raised)
                    return  # the head was sent, and nothing more can be
                refused = refusal(raised)
                line.status = refused.status
                content = encode(refusal_body(refused, raised), line)
                typed = ("content-type", f"{JSON}; charset=utf-8")
                await send_response(send, refused.status, content, headers=(typed, *refused.headers), line=line)

    async def _answer(self, fetch: Fetch, send: Send, receive: Receive, line: OperationLine) -> None:
        """Send the file; what ends before its end says so, and why, in its last line."""
        try:
            async with asyncio.timeout(EXPORT_SECONDS), aclosing(fetch.parts()) as parts:
                await self._send(fetch, parts, send, receive, line)
        except TruncatedError as ended:
            if line.status is None:
                raise RefusedError(409, ended.message, code=ErrorCode.CONFLICT) from ended
            await _break_off(fetch, ended.code, ended.message, send, line)
        except Exception as raised:
            if line.status is None:
                raise
            refused, error_id = refusal(raised), log_fault(raised)
            await _break_off(fetch, refused.code, f"{refused.message} Error id: {error_id}", send, line)

    async def _send(
        self, fetch: Fetch, parts: AsyncGenerator[bytes], send: Send, receive: Receive, line: OperationLine
    ) -> None:
        """Send its parts. Nothing is sent until there is something of it, so that what is refused has a status."""
        gone = asyncio.create_task(_disconnected(receive))
        waiting: bytes | None = b""
        try:
            while waiting == b"" and not gone.done():
                waiting = await anext(parts, None)  # a report without rows may be no bytes at all
            if gone.done():
                line.status = CLIENT_GONE
                return
            await send(_head(fetch, line))
            line.status = 200
            await _pass_on(send, waiting)
            async for part in parts:
                if gone.done():
                    line.status = CLIENT_GONE
                    return
                await _pass_on(send, part)
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b""})


async def _break_off(fetch: Fetch, code: str, message: str, send: Send, line: OperationLine) -> None:
    """Say in a file that it is not all. No last chunk follows, so that every client knows."""
    line.codes = [code]
    await _pass_on(send, fetch.writer.truncated(message))


async def _pass_on(send: Send, part: bytes | None) -> None:
    if part:
        await send({"type": "http.response.body", "body": part, "more_body": True})


def _head(fetch: Fetch, line: OperationLine) -> dict[str, object]:
    name = f"{fetch.export.name}.{fetch.export.format.lower()}"
    plain = _UNSAFE.sub("_", name)
    headers = (
        ("content-type", fetch.writer.media_type),
        ("content-disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"),
        ("cache-control", "private, no-store"),
        ("vary", "Authorization, Cookie"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", line.request_id),
    )
    raw = [(header.encode("latin-1"), value.encode("latin-1")) for header, value in headers]
    return {"type": "http.response.start", "status": 200, "headers": raw}


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
