"""Tokens that were sent by mail: each is good for one purpose, once, and while the user still has that address."""

from __future__ import annotations

from datetime import timedelta

import asyncpg

from sightline.db.tables.enums import MailKind

LIVES = {MailKind.RESET_PASSWORD: timedelta(hours=1), MailKind.VERIFY_EMAIL: timedelta(days=3)}

_ACTIVE = "SELECT id FROM app_user WHERE email = $1 AND status = 'ACTIVE'"
# Whom each mail is for. Nobody who signs in elsewhere and has no password here is given one by mail.
_USER = {
    MailKind.RESET_PASSWORD: f"{_ACTIVE} AND (password_hash IS NOT NULL OR oidc_subject IS NULL)",
    MailKind.VERIFY_EMAIL: f"{_ACTIVE} AND email_verified_at IS NULL",
    MailKind.PASSWORD_CHANGED: _ACTIVE,
    MailKind.ACCOUNT_TRANSFERRED: _ACTIVE,
    MailKind.REPORT_READY: _ACTIVE,
    MailKind.REPORT_REFUSED: _ACTIVE,
    MailKind.ALREADY_REGISTERED: _ACTIVE,
}
_KEEP = """
    INSERT INTO mail_token (user_id, purpose, email, token_hash, expires_at) VALUES ($1, $2, $3, $4, now() + $5)
    ON CONFLICT (user_id, purpose) DO UPDATE SET
        created_at = now(), email = excluded.email, token_hash = excluded.token_hash, expires_at = excluded.expires_at
"""
_FORGET = "DELETE FROM mail_token WHERE user_id = $1 AND purpose = $2"
_KEEP_OF_INVITATION = """
    UPDATE invitation SET token_hash = $2 WHERE id = $1 AND state = 'PENDING' AND expires_at > now() RETURNING true
"""
_LIVE = """
    FROM app_user WHERE app_user.id = mail_token.user_id AND app_user.status = 'ACTIVE'
    AND app_user.email = mail_token.email AND mail_token.token_hash = $1 AND mail_token.purpose = $2
    AND mail_token.expires_at > now()
"""
_LOOK = f"SELECT mail_token.user_id FROM mail_token WHERE EXISTS (SELECT {_LIVE})"
_USE = f"DELETE FROM mail_token USING {_LIVE.partition('FROM')[2]} RETURNING mail_token.user_id, mail_token.email"


async def recipient(connection: asyncpg.Connection, kind: MailKind, email: str) -> int | None:
    """The user that a mail of this kind to this address is for; None where it is for nobody."""
    found: int | None = await connection.fetchval(_USER[kind], email)
    return found


async def keep_token(
    connection: asyncpg.Connection, user_id: int, *, purpose: MailKind, email: str, digest: bytes
) -> None:
    """Keep the hash of a token that is about to be sent, in place of any earlier one for the purpose."""
    await connection.execute(_KEEP, user_id, purpose, email, digest, LIVES[purpose])


async def forget_token(connection: asyncpg.Connection, user_id: int, *, purpose: MailKind) -> None:
    """Have no token of a user for the purpose: one that was sent is worth nothing any more."""
    await connection.execute(_FORGET, user_id, purpose)


async def keep_token_of_invitation(connection: asyncpg.Connection, invitation: int, *, digest: bytes) -> bool:
    """Keep the hash of a token that is about to be sent with an invitation; whether that still waits for an answer."""
    return await connection.fetchval(_KEEP_OF_INVITATION, invitation, digest) is not None


async def is_live(connection: asyncpg.Connection, digest: bytes, purpose: MailKind) -> bool:
    """Whether a token could be used now."""
    return await connection.fetchval(_LOOK, digest, purpose) is not None


async def use_token(connection: asyncpg.Connection, digest: bytes, purpose: MailKind) -> tuple[int, str] | None:
    """Use a token up: whose it was and the address it was sent to; None where it is not live."""
    row = await connection.fetchrow(_USE, digest, purpose)
    return None if row is None else (row["user_id"], row["email"])
