"""Serving the application: the listening socket, uvicorn's options, one process or several."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from sightline.server.http_protocol import LimitedHttpProtocol
from sightline.server.settings import Settings
from sightline.server.workers import WORKER_SECONDS, Supervisor

APPLICATION = "sightline.server.app:create"
BACKLOG = 1_024
UNSENT_BYTES = 65_536
"""What the operating system takes of an answer before it can send it. It would take megabytes, and that a slow client
takes some of them would be seen only when a third is gone."""

KEEP_ALIVE_SECONDS = 5
WEBSOCKET_BYTES = 65_536


class ListenError(Exception):
    """The address cannot be listened on; the message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Connections wait in it until a process serves them. Raises ListenError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise ListenError(f"{host} is not an address of this machine: choose another --host.") from None
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise ListenError(_why(error, host, port)) from error
    listening.set_inheritable(True)
    # Connections have it from the socket that accepts them. Not every system knows it.
    if (unsent := getattr(socket, "TCP_NOTSENT_LOWAT", None)) is not None:
        listening.setsockopt(socket.IPPROTO_TCP, unsent, UNSENT_BYTES)
    return listening


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    return host in ("localhost", "::1") or host.startswith("127.")


def configuration(settings: Settings, application: str | Callable[[], Starlette] = APPLICATION) -> uvicorn.Config:
    """uvicorn's options. `application` makes the application; several workers need its import string."""
    return uvicorn.Config(
        application,
        factory=True,
        http=LimitedHttpProtocol,
        ws="websockets-sansio",
        ws_max_size=WEBSOCKET_BYTES,
        lifespan="on",
        workers=settings.workers,
        log_config=None,
        access_log=False,  # it would write query strings, and each operation has a line of its own (N19)
        proxy_headers=False,
        server_header=False,
        limit_concurrency=settings.max_connections,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.drain_seconds,
        timeout_worker_healthcheck=WORKER_SECONDS,
    )


def serve(settings: Settings, listening: socket.socket) -> bool:
    """Serve until SIGINT or SIGTERM, then finish what was begun (F6). Whether serving ever started."""
    config = configuration(settings)
    if settings.workers > 1:
        supervisor = Supervisor(config, sockets=[listening])
        supervisor.run()
        return not supervisor.failed
    server = uvicorn.Server(config)
    # uvicorn raises the signal that stopped it once more when it has finished: stopping on request is no failure.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _nothing_more)
    # The terminal that it was started from is closed: it ends like on SIGTERM, and not in the midst of things.
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    try:
        server.run(sockets=[listening])
    except SystemExit:
        return False
    return server.started


def _nothing_more(*_: object) -> None:
    """The server has already stopped."""


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is in use: stop what uses it, or choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by this account: choose one above 1023 with --port."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this machine: choose another --host."
    return f"{host}:{port} cannot be listened on: {error.strerror}."
