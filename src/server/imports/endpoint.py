"""POST /imports/{id}: the file of an import that was asked for, as its plain bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from sightline.server.answers import ErrorCode, RefusedError, bad_input
from sightline.server.bodies import CLOSE, ClientGoneError
from sightline.server.identity.browsers import Browsers
from sightline.server.imports.running import Imports
from sightline.server.logs import note, operation_line
from sightline.server.negotiation import JSON, check_no_token_in_query, request_id_of
from sightline.server.transport import CLIENT_GONE, encode, refusal, refusal_body, send_response

PART_SECONDS = 30.0
FILE_SECONDS = 900.0
ACCEPTED = 202


@dataclass(frozen=True, slots=True, eq=False)
class ImportEndpoint:
    """The ASGI application behind /imports/{id}. `imports` is asked at each request: it is there once serving began."""

    imports: Callable[[], Imports]
    browsers: Browsers
    most_bytes: int
    part_seconds: float = PART_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope=scope)
        with operation_line(request_id_of(headers)) as line:
            note(operation="sendImport")
            try:
                said = await self._take(scope, headers, receive)
                status, content, more = ACCEPTED, encode(said, line), ()
            except ClientGoneError:
                line.status = CLIENT_GONE
                return
            except Exception as raised:
                refused = refusal(raised)
                # What is left of the body is not worth reading.
                status, more = refused.status, (*refused.headers, *(() if CLOSE[0] in refused.headers else CLOSE))
                content = encode(refusal_body(refused, raised), line)
            line.status = status
            typed = ("content-type", f"{JSON}; charset=utf-8")
            await send_response(send, status, content, headers=(typed, *more), line=line)

    async def _take(self, scope: Scope, headers: Headers, receive: Receive) -> dict[str, object]:
        """Take the file, and have it imported. Everything that can be refused without it is refused before."""
        if scope["method"] != "POST":
            raise bad_input("Send the file by POST.", status=405, headers=(("allow", "POST"),))
        check_no_token_in_query(scope.get("query_string", b""))
        token = self.browsers.presented(headers)
        if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise bad_input("Send the file without content-encoding.", status=415)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > self.most_bytes:
            raise self._too_large()
        imports, text = self.imports(), scope["path_params"]["id"]
        sender = await imports.find(token, text)
        async with imports.room(sender) as file:
            size = await self._keep(file, receive)
            if size == 0:
                raise bad_input("The file is empty: send its bytes as the body.")
            await imports.take(sender, file, size)
        return {"data": {"importJob": {"id": text, "state": "QUEUED"}}}

    async def _keep(self, file: Path, receive: Receive) -> int:
        """Write the body down. Returns its size. Raises RefusedError for one that is too large, or too slow."""
        size = 0
        try:
            async with asyncio.timeout(FILE_SECONDS):
                with file.open("wb") as kept:
                    async for part in self._parts(receive):
                        size += len(part)
                        if size > self.most_bytes:
                            raise self._too_large()
                        await asyncio.to_thread(kept.write, part)
        except TimeoutError:
            raise RefusedError(
                408, "The file did not arrive in time: send it at once.", code=ErrorCode.TIMEOUT, headers=CLOSE
            ) from None
        return size

    async def _parts(self, receive: Receive) -> AsyncIterator[bytes]:
        more = True
        while more:
            async with asyncio.timeout(self.part_seconds):
                message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            yield message.get("body", b"")
            more = message.get("more_body", False)

    def _too_large(self) -> RefusedError:
        return bad_input(
            f"The file is larger than {self.most_bytes} bytes: send it in parts, or have the operator import it.",
            status=413,
            headers=CLOSE,
        )
