"""Counting the policy's version up, in the transaction of whatever changes who may do what."""

from __future__ import annotations

import asyncpg

_COUNT_UP = "UPDATE authz_epoch SET n = n + 1"


async def count_epoch_up(connection: asyncpg.Connection) -> None:
    """Have every principal read afresh by operations that begin after the commit."""
    await connection.execute(_COUNT_UP)
