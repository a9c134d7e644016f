"""A GraphQL endpoint without a database: a small real schema behind the real transport, and a real server for it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import strawberry
import uvicorn
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.routing import Route

from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError
from sightline.resolvers.errors import UnauthenticatedError
from sightline.server.answers import GraphQLAnswer, GraphQLRequest
from sightline.server.serving import configuration, listen
from sightline.server.settings import Settings
from sightline.server.transport import GraphQLEndpoint

TOKEN = "sl_live_" + "a" * 36
KEY = {"authorization": f"Bearer {TOKEN}"}
HIDDEN = "postgresql://owner:hidden-password@database/sightline"


@strawberry.type
class Query:
    """What the tests ask."""

    @strawberry.field
    def hello(self, name: str = "world") -> str:
        """A greeting."""
        return f"Hello, {name}!"


@dataclass(slots=True)
class TinyExecution:
    """Executes one small schema. Some operation names stand for what can happen below the transport."""

    schema: strawberry.Schema = field(default_factory=lambda: strawberry.Schema(Query))
    asked: list[GraphQLRequest] = field(default_factory=list)
    began: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)
    extra: dict[str, GraphQLAnswer] = field(default_factory=dict)

    async def __call__(self, request: GraphQLRequest, token: str | None) -> GraphQLAnswer:
        """The answer to a request of the holder of TOKEN."""
        self.asked.append(request)
        if token != TOKEN:
            raise UnauthenticatedError
        match request.operation_name:
            case "Busy":
                raise DatabaseBusyError("every connection is in use")
            case "Away":
                raise DatabaseUnavailableError("gone")
            case "Broken":
                raise RuntimeError(HIDDEN)
            case "Unanswerable":
                return GraphQLAnswer({"hello": object()})
            case "Slow":
                await self._wait()
            case name if name in self.extra:
                return self.extra[name]
        result = await self.schema.execute(
            request.query, variable_values=request.variables, operation_name=request.operation_name
        )
        # Strawberry's result has no data where nothing was executed.
        return GraphQLAnswer(
            result.data,
            [_formatted(error) for error in result.errors or ()],
            executed=result.data is not None,
        )

    async def _wait(self) -> None:
        self.began.set()
        try:
            await asyncio.sleep(60)
        finally:
            self.cancelled.set()


def _formatted(error: GraphQLError) -> dict[str, Any]:
    return dict(error.formatted)


def application(execution: TinyExecution, **options: float) -> Starlette:
    """The endpoint as the real application has it, around the small schema."""
    return Starlette(routes=[Route("/graphql", GraphQLEndpoint(execution, **options))])


def tiny_application() -> Starlette:
    """The same, for uvicorn to make."""
    return application(TinyExecution(), deadline_seconds=2.0, body_seconds=1.0)


@contextmanager
def serving(made: Callable[[], Starlette] = tiny_application, **settings: Any) -> Iterator[int]:
    """A real server on a free port of this machine, for the length of the block."""
    with listen("127.0.0.1", 0) as listening:
        server = uvicorn.Server(configuration(Settings(_env_file=None, **settings), made))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            deadline = monotonic() + 10
            while not server.started and thread.is_alive() and monotonic() < deadline:
                sleep(0.01)
            assert server.started
            port: int = listening.getsockname()[1]
            yield port
        finally:
            server.should_exit = True
            thread.join(15)


def exchange(port: int, *parts: bytes, wait: float = 5.0) -> bytes:
    """Everything a server answers to bytes on one connection, until it closes or is silent for `wait` seconds."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        # A server that refuses does not wait for the rest: sending it may fail, and the answer is there nevertheless.
        with suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
        with suppress(TimeoutError, ConnectionError):
            while chunk := connection.recv(65_536):
                received += chunk
    return received
