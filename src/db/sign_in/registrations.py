"""Registrations that wait until their address is confirmed. Several may wait for one address, each with its token."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from sightline.db.sign_in.outbox import REGISTRATION_LIVES, put_registration_mail

_PUT = "INSERT INTO registration (email, name, password_hash, expires_at) VALUES ($1, $2, $3, now() + $4) RETURNING id"
_KEEP_TOKEN = "UPDATE registration SET token_hash = $2 WHERE id = $1 AND expires_at > now() RETURNING true"
_LIVE = "SELECT id, email, name, password_hash FROM registration WHERE token_hash = $1 AND expires_at > now()"
# In one order, so that two who confirm registrations of the same address wait for each other and do not deadlock.
_LOCK = "SELECT id FROM registration WHERE email = $1 ORDER BY id FOR UPDATE"
_FORGET = """
    WITH mails AS (DELETE FROM outgoing_mail WHERE registration_id = ANY($1::bigint[]))
    DELETE FROM registration WHERE id = ANY($1::bigint[])
"""
_OLD = "SELECT id FROM registration WHERE expires_at <= now() LIMIT 100 FOR UPDATE SKIP LOCKED"


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody said of himself. Its repr shows none of it."""

    id: int
    email: str
    name: str
    password_hash: str

    def __repr__(self) -> str:
        return f"Registration({self.id}, ...)"


async def put_registration(connection: asyncpg.Connection, email: str, *, name: str, password_hash: str) -> None:
    """Note a registration, and the mail that it is confirmed with, whether or not the address is somebody's."""
    number = await connection.fetchval(_PUT, email, name, password_hash, REGISTRATION_LIVES)
    await put_registration_mail(connection, number, email)


async def keep_token_of_registration(connection: asyncpg.Connection, registration: int, *, digest: bytes) -> bool:
    """Keep the hash of a token that is about to be sent; whether the registration still waits."""
    return await connection.fetchval(_KEEP_TOKEN, registration, digest) is not None


async def registration_of(connection: asyncpg.Connection, digest: bytes) -> Registration | None:
    """The registration that waits for the token with this hash."""
    row = await connection.fetchrow(_LIVE, digest)
    return None if row is None else Registration(*row)


async def use_registration(connection: asyncpg.Connection, registration: Registration) -> bool:
    """Use a registration up, and all others of its address; whether it was there still."""
    return registration.id in await forget_registrations(connection, registration.email)


async def forget_registrations(connection: asyncpg.Connection, email: str) -> set[int]:
    """Forget all registrations of an address, with their mails; which they were."""
    numbers = [row["id"] for row in await connection.fetch(_LOCK, email)]
    await connection.execute(_FORGET, numbers)
    return set(numbers)


async def forget_old_registrations(connection: asyncpg.Connection) -> None:
    """Delete what was not confirmed in time, some at once. It waits for no registration that somebody else locks."""
    await connection.execute(_FORGET, [row["id"] for row in await connection.fetch(_OLD)])
