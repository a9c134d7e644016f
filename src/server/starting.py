"""Why an application did not start: the log shows no texts of exceptions, and all uvicorn gives it is a traceback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from starlette.applications import Starlette

from sightline.db.errors import DatabaseUnavailableError
from sightline.db.secrets import SecretError
from sightline.server.logs import describe

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]

_FOR_OPERATORS = (DatabaseUnavailableError, SecretError)
"""Their messages are ours, carry no password, and say what to do."""


def telling_why(lifespan: Lifespan) -> Lifespan:
    """The same lifespan; where it fails, the log says why in a line of its own."""

    @asynccontextmanager
    async def told(app: Starlette) -> AsyncIterator[None]:
        when = "start"
        try:
            async with lifespan(app):
                when = "stop"
                yield
        except _FOR_OPERATORS as error:
            structlog.get_logger("sightline.start").error(f"the server failed to {when}", reason=str(error))
            raise
        except Exception as error:
            structlog.get_logger("sightline.start").error(f"the server failed to {when}", causes=describe(error))
            raise

    return told
