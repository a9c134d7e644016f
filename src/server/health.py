"""/healthz says that the process lives, /readyz that it can answer: its database does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import monotonic

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sightline.db.database import Database
from sightline.db.errors import DatabaseUnavailableError

REMEMBERED_SECONDS = 1.0
_NOT_CACHED = {"cache-control": "no-store"}


async def healthz(_: Request) -> Response:
    """200 while the process lives, whatever the database does (F29)."""
    return PlainTextResponse("ok\n", headers=_NOT_CACHED)


@dataclass(slots=True, eq=False)
class Readiness:
    """Asks the database at most once a second, however often it is asked itself."""

    database: Database
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _ready: bool = False
    _until: float = 0.0

    async def ready(self) -> bool:
        """Whether the database answers and may be read; an embedded one that was killed is started first (F13)."""
        async with self._asking:
            if monotonic() >= self._until:
                try:
                    await self.database.ensure_alive()
                    self._ready = True
                except DatabaseUnavailableError as error:
                    self._ready = False
                    structlog.get_logger("sightline.health").warning("not ready", reason=str(error))
                self._until = monotonic() + REMEMBERED_SECONDS
            return self._ready


async def readyz(request: Request) -> Response:
    """200 where operations can be answered, else 503 with one line; the reason is in the log."""
    if await request.app.state.readiness.ready():
        return PlainTextResponse("ready\n", headers=_NOT_CACHED)
    return PlainTextResponse(
        "The database cannot be used: the log says why.\n", status_code=503, headers=_NOT_CACHED | {"retry-after": "1"}
    )
