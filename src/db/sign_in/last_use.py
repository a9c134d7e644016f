"""When keys and sessions were last used, to the minute, written in batches aside from what they are used for."""

from __future__ import annotations

from collections.abc import Iterable

import asyncpg

_NOTE = """
    UPDATE {table} SET {moment} = date_trunc('minute', now()) WHERE id IN (
        SELECT id FROM {table} WHERE {digest} = ANY($1::bytea[])
        AND ({moment} IS NULL OR {moment} < date_trunc('minute', now()))
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
    )
"""
_OF_SESSIONS = _NOTE.format(table="session", moment="last_seen_at", digest="token_hash")
_OF_KEYS = _NOTE.format(table="api_key", moment="last_used_at", digest="hash")


async def note_use(connection: asyncpg.Connection, digests: Iterable[bytes]) -> None:
    """Note that the tokens with these hashes are in use now. A lock held by somebody else is not waited for."""
    used = list(digests)
    await connection.execute(_OF_SESSIONS, used)
    await connection.execute(_OF_KEYS, used)
