"""The limits of HTTP itself, which uvicorn does not have: how large, how slow and how vague a request's head may be.

A head of more than 32 KB or 100 headers is answered with 431, a URL of more than 8 KB with 414, a request without
exactly one Host with 400, and one whose bytes do not arrive within 10 s with 408; the connection is then closed
(B72, B87, B89-B96, F10). So is one whose client takes nothing of its answer for 30 s, even if it goes on asking.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from sightline.server.answers import ErrorCode, error

HEALTHZ, READYZ = "/healthz", "/readyz"
"""What is answered however many connections there are (F29)."""
_ALWAYS_ANSWERED = frozenset({HEALTHZ.encode(), READYZ.encode()})

HEAD_BYTES = 32_768
URL_BYTES = 8_192
MOST_HEADERS = 100
READ_SECONDS = 10.0
WRITE_SECONDS = 30.0
"""Between two looks at what a client takes of its answers: one that stalls is cut off at the second."""


class _HeadError(Exception):
    """The head of a request is beyond a limit; the parser stops."""


class LimitedHttpProtocol(HttpToolsProtocol):
    """One connection. Kept to what uvicorn's own protocol calls and is called by."""

    read_seconds = READ_SECONDS
    write_seconds = WRITE_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._reading: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._unanswered: list[RequestResponseCycle] = []  # requests that a client sent without waiting
        self._unsent = 0  # bytes that waited for the client at the last look
        self.url = b""  # uvicorn sets it with the first byte of a request only
        self._in_head = True
        self._head_bytes = 0
        self._refusal = (HTTPStatus.BAD_REQUEST, "The request is not valid HTTP/1.1.")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._begin_reading()
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._end_reading()
        self._end_looking()
        for cycle in self._unanswered:  # uvicorn tells the last request only, and the others would go on, and answer
            cycle.disconnected = not cycle.response_complete
            cycle.message_event.set()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """Note that the client has taken nearly everything that waited for it."""
        self._unsent = 0
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        """Parse, and refuse a head that grows beyond the limit before it is complete."""
        self._begin_reading()
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            try:
                self._check_size(self._head_bytes)
            except _HeadError:
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a request."""
        super().on_message_begin()
        self._begin_reading()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count the headers, trailers included."""
        if len(self.headers) >= MOST_HEADERS:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"More than {MOST_HEADERS} headers.")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Check the head before the application hears of the request."""
        self._in_head = False
        self._check_size(len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers))
        if self.parser.get_http_version() != "1.0" and sum(name == b"host" for name, _ in self.headers) != 1:
            self._refuse(HTTPStatus.BAD_REQUEST, "Send exactly one Host header.")
        # A server that is busy lives, and must not be replaced for it: that is asked beside the limit of connections.
        always = self.url.partition(b"?")[0] in _ALWAYS_ANSWERED
        self.limit_concurrency = None if always else self.config.limit_concurrency
        super().on_headers_complete()
        if self.cycle is not None:  # else it is a WebSocket's
            self._unanswered = [each for each in self._unanswered if not each.response_complete] + [self.cycle]

    def on_message_complete(self) -> None:
        """Stop the clock: the next head begins when its first byte arrives."""
        self._in_head, self._head_bytes = True, 0
        self._end_reading()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the WebSocket protocol, which has limits of its own."""
        self._end_reading()
        self._end_looking()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser refused, in the form of every other error."""
        if self.transport.is_closing():
            return
        status, message = self._refusal
        code = ErrorCode.TIMEOUT if status is HTTPStatus.REQUEST_TIMEOUT else ErrorCode.BAD_INPUT
        content = orjson.dumps({"errors": [error(message, code)]})
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json; charset=utf-8\r\n"
            f"content-length: {len(content)}\r\ncache-control: private, no-store\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + content)
        self.transport.close()

    def _check_size(self, head_bytes: int) -> None:
        if len(self.url) > URL_BYTES:
            self._refuse(HTTPStatus.REQUEST_URI_TOO_LONG, f"The URL is longer than {URL_BYTES} bytes.")
        if head_bytes > HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"The headers are larger than {HEAD_BYTES} bytes.")

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        self._refusal = (status, message)
        raise _HeadError(message)

    def _begin_reading(self) -> None:
        if self._reading is None:
            self._reading = self.loop.call_later(self.read_seconds, self._too_slow)

    def _end_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _too_slow(self) -> None:
        self._reading = None
        if self.transport.is_closing():
            return
        if self._in_head and (self.cycle is None or self.cycle.response_complete):
            self._refusal = (HTTPStatus.REQUEST_TIMEOUT, "The request did not arrive in time: send it at once.")
            self.send_400_response("")
        elif self.cycle is not None and self.cycle.response_complete:
            self.transport.close()
        # Else the application is reading the body, or answering an earlier request: it has clocks of its own.

    def _look_again(self) -> None:
        self._writing = self.loop.call_later(self.write_seconds, self._look)

    def _end_looking(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def _look(self) -> None:
        """Cut a client off that took nothing of what waited for it, also on a connection that only waits to close.

        What waits is compared, not whether writing was resumed since: a large answer is one piece, which somebody slow
        may be taking for minutes.
        """
        before, self._unsent = self._unsent, self.transport.get_write_buffer_size()
        if 0 < before <= self._unsent:
            self.transport.abort()
        else:
            self._look_again()
