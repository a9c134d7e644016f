"""What is measured over HTTP, each in a process of its own: plans, the standard executor, no permissions, a floor.

    python -m benchmarks.contenders plans|standard|unguarded|floor PORT

The floor has no GraphQL, no rights and no transaction: it sends the statements that the engine would send for a query
by asyncpg, and writes their rows as JSON.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import uvicorn
from starlette.types import Receive, Scope, Send

from benchmarks.questions import QUESTIONS, TOKEN, asked
from benchmarks.recording import Recorded, statements
from benchmarks.unguarded import UnguardedApi, take_guards_away
from sightline.db.database import Database
from sightline.db.locations import data_directory
from sightline.db.secrets import load_secrets
from sightline.schema.api import Api
from sightline.server.answers import Execute
from sightline.server.app import build_app, lasting
from sightline.server.execution import Engine, make_execute
from sightline.server.logs import configure_logging
from sightline.server.memory import keep_what_lasts
from sightline.server.serving import configuration, listen
from sightline.server.settings import Settings, exposed, load_settings


def main() -> None:
    """Serve one contender until it is ended."""
    name, port = sys.argv[1], int(sys.argv[2])
    settings = load_settings()
    configure_logging(settings.log_format)
    with listen("127.0.0.1", port) as listening:
        if name == "floor":
            config = uvicorn.Config(Floor(settings), lifespan="on", log_config=None, access_log=False)
        else:
            config = configuration(settings, lambda: build_app(settings, lasting(_EXECUTE[name])))
        uvicorn.Server(config).run(sockets=[listening])


def _by_the_standard_executor(database: Database, services: Any, settings: Settings, access: Any) -> Execute:
    return Engine(database, services, access, Api(planned=False)).execute


def _without_permissions(database: Database, services: Any, settings: Settings, access: Any) -> Execute:
    take_guards_away()
    return Engine(database, services, access, UnguardedApi()).execute


_EXECUTE: Mapping[str, Callable[..., Execute]] = {
    "plans": make_execute,
    "standard": _by_the_standard_executor,
    "unguarded": _without_permissions,
}


class Floor:
    """A bare ASGI application: the query's name is the path."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.sent: dict[str, list[Recorded]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One answer, or the application's own life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        sent = self.sent[scope["path"].removeprefix("/")]
        async with self.database.reads.acquire() as connection:
            rows = [await connection.fetch(each.statement.text, *each.arguments()) for each in sent]
        body = orjson.dumps([[dict(row) for row in each] for each in rows], default=str)
        length = str(len(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        secrets = load_secrets(exposed(self.settings.secret_key), data_directory(self.settings.data_dir))
        async with Database.open(exposed(self.settings.database_url)) as self.database:
            engine, token = Engine.of(self.database, secrets), os.environ[TOKEN]
            for name, query in QUESTIONS.items():
                text, variables = await asked(engine, query, token)
                self.sent[name] = await statements(self.database, engine, text, token, variables)
            keep_what_lasts()  # as ours do
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    main()
