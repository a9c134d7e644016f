"""Failures to sign in and mails to an address, counted where all workers see them, for a quarter of an hour.

An attempt is counted before it is looked at and taken back where it succeeds, so attempts at the same time are no way
around the limit.
"""

from __future__ import annotations

from collections.abc import Callable

import asyncpg

from sightline.db.tables.enums import MailKind

MOST_LETTERS = 3
"""Mails of one kind that an address is sent because somebody asked for them, within a quarter of an hour."""

_FORGET_OLD = """
    DELETE FROM sign_in_attempt WHERE subject IN (
        SELECT subject FROM sign_in_attempt WHERE counted_since <= now() - interval '15 minutes'
        LIMIT 100 FOR UPDATE SKIP LOCKED
    )
"""
_COUNT = """
    INSERT INTO sign_in_attempt AS counted (subject, failures) VALUES ($1, 1)
    ON CONFLICT (subject) DO UPDATE SET
        failures = CASE WHEN counted.counted_since > now() - interval '15 minutes'
                        THEN least(counted.failures + 1, 1000000) ELSE 1 END,
        counted_since = CASE WHEN counted.counted_since > now() - interval '15 minutes'
                             THEN counted.counted_since ELSE now() END
    RETURNING failures, ceil(extract(epoch FROM counted_since + interval '15 minutes' - now()))::integer AS seconds
"""
_TAKE_BACK = "UPDATE sign_in_attempt SET failures = failures - 1 WHERE subject = $1 AND failures > 0"
_FORGET = "DELETE FROM sign_in_attempt WHERE subject = $1"


async def count_attempt(connection: asyncpg.Connection, subject: bytes, *, most: int) -> int:
    """Count one more; how many seconds to wait where there are more than `most`, else 0."""
    counted = await connection.fetchrow(_COUNT, subject)
    return max(int(counted["seconds"]), 1) if counted["failures"] > most else 0


async def may_write_to(
    connection: asyncpg.Connection, attempt_hash: Callable[[str], bytes], kind: MailKind, email: str
) -> bool:
    """Count a mail that is asked for; whether the address has not had enough of its kind.

    Each kind counts by itself: nobody uses up the mails with which somebody else resets his password.
    """
    return not await count_attempt(connection, attempt_hash(f"mail {kind} {email}"), most=MOST_LETTERS)


async def take_back(connection: asyncpg.Connection, subject: bytes) -> None:
    """Take one attempt back: it was none."""
    await connection.execute(_TAKE_BACK, subject)


async def forget_attempts(connection: asyncpg.Connection, subject: bytes) -> None:
    """Begin counting anew."""
    await connection.execute(_FORGET, subject)


async def forget_old(connection: asyncpg.Connection) -> None:
    """Delete what is too old to count, so that the table holds a quarter of an hour at most.

    To be called last in a transaction: it waits for no lock, so it takes part in no deadlock.
    """
    await connection.execute(_FORGET_OLD)
