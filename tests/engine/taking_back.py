"""Mutations of which nothing is left, and which meet the same chance each time.

That is what is drawn for secrets and codes, the numbers of new rows, and the moment that the log writes down.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from random import Random
from unittest.mock import patch

import asyncpg

from sightline.db import audit

# No row of a world has so high a number, nor one that is planted in a twin of it.
NUMBERED_ANEW = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1000000) FROM pg_sequences
    WHERE schemaname = 'public'
"""

BEGUN = "SELECT date_trunc('milliseconds', now())"
"""What the log writes down as the moment: when the transaction began that holds all of it."""


@asynccontextmanager
async def taken_back(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """What is done inside a transaction of the connection, and is as if it had not been.

    Whatever is checked when a transaction is committed is checked in the end.
    """
    attempt = connection.transaction()
    await attempt.start()
    try:
        await connection.execute(NUMBERED_ANEW)
        await connection.execute("SET CONSTRAINTS ALL DEFERRED")
        with same_chance():
            yield
        await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    finally:
        await attempt.rollback()


@contextmanager
def same_chance() -> Iterator[None]:
    """Nothing is left to chance while this lasts."""
    drawn = Random(0)
    same = {
        "choice": drawn.choice,
        "token_bytes": drawn.randbytes,
        "token_urlsafe": lambda count: urlsafe_b64encode(drawn.randbytes(count)).decode().rstrip("="),
    }
    with patch.multiple(secrets, **same), patch.object(audit, "_NOW", BEGUN):
        yield
