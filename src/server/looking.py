"""Work that waits in the database, in no process's hands: each looks for the next of it, again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sightline.db.changes import CrossedChangesError
from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError
from sightline.server.logs import log_fault

_PASSING = (DatabaseBusyError, DatabaseUnavailableError, CrossedChangesError)


async def one_after_another(do_next: Callable[[], Awaitable[bool]], *, seconds: float) -> None:
    """Do what waits until cancelled; `do_next` says whether there was anything, and where not, is asked anew after a
    while. What goes wrong is logged, unless it passes by itself, and tried again."""
    while True:
        try:
            done = await do_next()
        except _PASSING:
            done = False
        except Exception as error:
            log_fault(error)
            done = False
        if not done:
            await asyncio.sleep(seconds)
