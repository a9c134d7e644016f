"""Clients that do not read what they are answered, and clients that read it slowly."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from time import monotonic, sleep

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from tiny_endpoint import exchange, serving

from sightline.server.http_protocol import LimitedHttpProtocol

SECONDS = 1.0
"""In place of 30."""

SIZE = 3_000_000
PART = 100_000
SMALL_WINDOW = 4_096
PATHS = ("/whole", "/parts")


async def _whole(_: Request) -> Response:
    return PlainTextResponse(b"#" * SIZE)


async def _parts(_: Request) -> Response:
    return StreamingResponse(b"#" * PART for _ in range(SIZE // PART))


async def _small(_: Request) -> Response:
    return PlainTextResponse(b"#" * 1_000)


ROUTES = [Route("/whole", _whole), Route("/parts", _parts), Route("/small", _small)]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's is short."""
    monkeypatch.setattr(LimitedHttpProtocol, "write_seconds", SECONDS)


@pytest.fixture
def port() -> Iterator[int]:
    """Where large answers are to be had, whole and in parts."""
    with serving(lambda: Starlette(routes=ROUTES)) as found:
        yield found


@pytest.fixture
def narrow() -> Iterator[int]:
    """The same for one connection at a time."""
    with serving(lambda: Starlette(routes=ROUTES), max_connections=2) as found:
        yield found


def request(path: str, *headers: str, method: str = "GET") -> bytes:
    """A request as its bytes."""
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: test", *headers, "", "")).encode()


def connected(port: int) -> socket.socket:
    """A client whose system takes next to nothing that it does not read."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
    client.settimeout(15)
    client.connect(("127.0.0.1", port))
    return client


def is_free(port: int) -> bool:
    """Whether the server has room for another connection."""
    return exchange(port, request("/small", "Connection: close")).startswith(b"HTTP/1.1 200 ")


def becomes_free(port: int) -> bool:
    """Whether it has, within a few times its patience."""
    deadline = monotonic() + 10 * SECONDS
    while monotonic() < deadline:
        if is_free(port):
            return True
        sleep(SECONDS / 10)
    return False


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("headers", [(), ("Connection: close",)], ids=["kept", "closed"])
def test_f10_a_client_that_does_not_read_loses_its_place(narrow: int, path: str, headers: tuple[str, ...]) -> None:
    """F10: also one whose answer was written in whole, and whose connection only waits to be closed."""
    with closing(connected(narrow)) as client:
        client.sendall(request(path, *headers))
        sleep(SECONDS / 2)
        assert not is_free(narrow)
        assert becomes_free(narrow)


def test_f10_asking_on_does_not_help_who_does_not_read(port: int) -> None:
    """F10: small answers that nobody reads, and always one more."""
    with closing(connected(port)) as client:
        client.sendall(request("/small") * 200)
        deadline = monotonic() + 10 * SECONDS
        with suppress(ConnectionError):
            while monotonic() < deadline:
                sleep(SECONDS / 10)
                client.sendall(request("/small"))
        assert monotonic() < deadline


@pytest.mark.parametrize("path", PATHS)
def test_f10_a_slow_reader_gets_everything(port: int, path: str) -> None:
    """F10: for several times as long as somebody who does not read would be waited for."""
    with closing(connected(port)) as client:
        client.sendall(request(path, "Connection: close"))
        began, size = monotonic(), 0
        while part := client.recv(PART):
            size += part.count(b"#")
            sleep(len(part) / SIZE * 5 * SECONDS)
        assert size == SIZE
        assert monotonic() - began > 4 * SECONDS


def test_a_connection_on_which_nothing_waits_is_kept(port: int) -> None:
    """As long as before: the clock is for answers that are not read."""
    with closing(connected(port)) as client:
        for _ in range(2):
            client.sendall(request("/small"))
            answer = b""
            while answer.count(b"#") < 1_000:
                part = client.recv(PART)
                assert part
                answer += part
            sleep(2.5 * SECONDS)


def test_who_asks_much_at_once_or_for_heads_only_is_answered(port: int) -> None:
    """Requests behind one another, each answered in its turn, and HEAD without a body."""
    answers = exchange(port, request("/whole") * 2 + request("/small", "Connection: close"))
    assert answers.count(b"HTTP/1.1 200 ") == 3
    assert answers.count(b"#") == 2 * SIZE + 1_000
    head = exchange(port, request("/whole", method="HEAD") + request("/small", "Connection: close"))
    assert (head.count(b"HTTP/1.1 200 "), head.count(b"#")) == (2, 1_000)
