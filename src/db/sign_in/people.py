"""The password and the address of a user, as signing in reads and writes them. A suspended user is nobody (AC6)."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from sightline.db.epoch import count_epoch_up

_CREDENTIALS = "SELECT id, password_hash FROM app_user WHERE email = $1 AND status = 'ACTIVE'"
_STILL = """
    SELECT id FROM app_user
    WHERE id = $1 AND status = 'ACTIVE' AND password_hash = $2
    FOR NO KEY UPDATE
"""
# Whoever is shown the version is not shown whether there is a password, or another: so it stays (AC11).
_SET_PASSWORD = "UPDATE app_user SET password_hash = $2 WHERE id = $1"
_MAKE = """
    INSERT INTO app_user (email, name, password_hash, email_verified_at) VALUES ($1, $2, $3, now())
    ON CONFLICT (email) DO NOTHING RETURNING id
"""
_KNOWN = "SELECT EXISTS (SELECT FROM app_user WHERE email = $1)"
_VERIFY_EMAIL = """
    UPDATE app_user SET email_verified_at = now(), version = version + 1
    WHERE id = $1 AND email_verified_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Credentials:
    """An active user, and the hash of his password where he has one."""

    user_id: int
    password_hash: str | None

    def __repr__(self) -> str:
        return f"Credentials({self.user_id}, ...)"


async def credentials_of(connection: asyncpg.Connection, email: str) -> Credentials | None:
    """The active user with this address, which is in lower case."""
    row = await connection.fetchrow(_CREDENTIALS, email)
    return None if row is None else Credentials(row["id"], row["password_hash"])


async def still_has(connection: asyncpg.Connection, user_id: int, password_hash: str) -> bool:
    """Whether the user is still active with this password; he stays so until the transaction ends."""
    return await connection.fetchval(_STILL, user_id, password_hash) is not None


async def set_password(connection: asyncpg.Connection, user_id: int, password_hash: str) -> None:
    """Give a user another password, or have the same one hashed with newer parameters."""
    await connection.execute(_SET_PASSWORD, user_id, password_hash)


async def verify_email(connection: asyncpg.Connection, user_id: int) -> None:
    """Note that a user has proved his address to be his."""
    await connection.execute(_VERIFY_EMAIL, user_id)


async def is_known(connection: asyncpg.Connection, email: str) -> bool:
    """Whether an address is a user's, suspended or not."""
    return bool(await connection.fetchval(_KNOWN, email))


async def make_user(connection: asyncpg.Connection, email: str, *, name: str, password_hash: str) -> int | None:
    """A new user, who has proved his address to be his; nothing is granted (A1). None where somebody has it."""
    made: int | None = await connection.fetchval(_MAKE, email, name, password_hash)
    if made is not None:
        await count_epoch_up(connection)
    return made
