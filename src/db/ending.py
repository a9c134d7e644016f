"""Ending work that goes on beside other work."""

from __future__ import annotations

import asyncio
from typing import Any

AGAIN_SECONDS = 1.0


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it has ended.

    It is told again and again: a library may take a cancellation that meets the very end of what it waits for as part
    of that, and whoever loops would go on for ever, and hold up a server that is to stop.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=AGAIN_SECONDS)
