"""Beginning and ending sessions of browsers. Ending one counts the epoch up: whoever was kept under it is nobody."""

from __future__ import annotations

from datetime import timedelta

import asyncpg

from sightline.db.epoch import count_epoch_up

LONGEST = timedelta(days=30)
MOST = 20
"""Sessions one user may have at once; beginning one more ends those that would end first."""

_FORGET_ENDED = "DELETE FROM session WHERE user_id = $1 AND (revoked_at IS NOT NULL OR expires_at <= now())"
_BEGIN = "INSERT INTO session (user_id, token_hash, expires_at) VALUES ($1, $2, now() + $3)"
_END_SURPLUS = """
    UPDATE session SET revoked_at = now() WHERE revoked_at IS NULL AND id IN (
        SELECT id FROM session WHERE user_id = $1 AND revoked_at IS NULL ORDER BY expires_at DESC, id DESC OFFSET $2
    ) RETURNING id
"""
_END = "UPDATE session SET revoked_at = now() WHERE token_hash = $1 AND revoked_at IS NULL RETURNING id"
_END_ALL = "UPDATE session SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL"


async def begin_session(connection: asyncpg.Connection, user_id: int, digest: bytes) -> None:
    """Begin a session for the token with this hash."""
    await connection.execute(_FORGET_ENDED, user_id)
    await connection.execute(_BEGIN, user_id, digest, LONGEST)
    if await connection.fetch(_END_SURPLUS, user_id, MOST):
        await count_epoch_up(connection)


async def end_session(connection: asyncpg.Connection, digest: bytes) -> None:
    """End the session of the token with this hash, where there is one."""
    if await connection.fetchval(_END, digest) is not None:
        await count_epoch_up(connection)


async def end_sessions_of(connection: asyncpg.Connection, user_id: int) -> None:
    """End every session of a user: whoever knew his old password is out."""
    await end_sessions_with(connection, user_id)
    await count_epoch_up(connection)


async def end_sessions_with(connection: asyncpg.Connection, user_id: int) -> None:
    """The same within a change that counts the epoch up itself, where it is made and not only tried."""
    await connection.execute(_END_ALL, user_id)
