"""Mail that waits to be sent: written in the transaction that wants it, taken by one process at a time.

A mail that was taken is not offered again for a while, twice as long each time, and is deleted when it was sent. One
that was sent by a process that died before it could delete it is sent again: better twice than never.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from sightline.db.sign_in.mail_tokens import LIVES
from sightline.db.tables.enums import MailKind

KEPT = timedelta(days=1)
"""How long a mail is tried that carries no token; others are worth nothing when their token could have ended."""

INVITATION_LIVES = timedelta(days=7)
"""How long an invitation can be accepted, and so how long its mail is tried."""

REGISTRATION_LIVES = timedelta(days=1)
"""How long a registration can be confirmed, and so how long its mail is tried."""

_TAKE_BACK = "DELETE FROM outgoing_mail WHERE invitation_id = $1"
_TAKE_ALL_BACK = """
    DELETE FROM outgoing_mail USING app_user
    WHERE app_user.id = $2 AND outgoing_mail.email = app_user.email AND outgoing_mail.kind = $1
"""
_STILL_WAITS = "SELECT true FROM outgoing_mail WHERE id = $1 FOR UPDATE"
_PUT = """
    INSERT INTO outgoing_mail (kind, email, expires_at, invitation_id, registration_id, report_export_id)
    VALUES ($1, $2, now() + $3, $4, $5, $6)
"""
_TAKE = """
    UPDATE outgoing_mail SET attempts = attempts + 1, due_at = now() + interval '30 seconds' * 2 ^ least(attempts, 8)
    WHERE id = (
        SELECT id FROM outgoing_mail WHERE due_at <= now() AND expires_at > now()
        ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING id, kind, email, attempts, invitation_id, registration_id, report_export_id
"""
_DONE = "DELETE FROM outgoing_mail WHERE id = $1"
_GIVE_UP = "DELETE FROM outgoing_mail WHERE expires_at <= now() RETURNING id"


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """One mail that was taken to be sent."""

    id: int
    kind: MailKind
    email: str
    attempts: int
    invitation: int | None = None
    registration: int | None = None
    report_export: int | None = None

    def __repr__(self) -> str:
        return f"WaitingMail({self.id}, {self.kind})"


async def put_mail(connection: asyncpg.Connection, kind: MailKind, email: str) -> None:
    """Have a mail sent after the transaction commits, if the address is somebody's."""
    await _put(connection, kind, email, LIVES.get(kind, KEPT))


async def put_invitation_mail(connection: asyncpg.Connection, invitation: int, email: str) -> None:
    """Have an invitation sent after the transaction commits, whether or not the address is anybody's here."""
    await _put(connection, MailKind.INVITATION, email, INVITATION_LIVES, invitation=invitation)


async def put_registration_mail(connection: asyncpg.Connection, registration: int, email: str) -> None:
    """Have a mail sent after the transaction commits, to an address that may or may not be somebody's."""
    await _put(connection, MailKind.REGISTRATION, email, REGISTRATION_LIVES, registration=registration)


async def put_report_mail(connection: asyncpg.Connection, kind: MailKind, email: str, report_export: int) -> None:
    """Have somebody told after the transaction commits what became of a report that he scheduled."""
    await _put(connection, kind, email, KEPT, report_export=report_export)


async def _put(
    connection: asyncpg.Connection,
    kind: MailKind,
    email: str,
    lives: timedelta,
    *,
    invitation: int | None = None,
    registration: int | None = None,
    report_export: int | None = None,
) -> None:
    await connection.execute(_PUT, kind, email, lives, invitation, registration, report_export)


async def take_invitation_mail_back(connection: asyncpg.Connection, invitation: int) -> None:
    """Do not send an invitation that was not sent yet."""
    await connection.execute(_TAKE_BACK, invitation)


async def take_mails_back(connection: asyncpg.Connection, kind: MailKind, user_id: int) -> None:
    """Do not send mails of a kind to a user's address that were not sent yet."""
    await connection.execute(_TAKE_ALL_BACK, kind, user_id)


async def still_waits(connection: asyncpg.Connection, mail: WaitingMail) -> bool:
    """Whether a mail that was taken has not been taken back since; it is not until the transaction ends."""
    return await connection.fetchval(_STILL_WAITS, mail.id) is not None


async def take_mail(connection: asyncpg.Connection) -> WaitingMail | None:
    """The mail that is due first, or None."""
    row = await connection.fetchrow(_TAKE)
    if row is None:
        return None
    about = row["invitation_id"], row["registration_id"], row["report_export_id"]
    return WaitingMail(row["id"], MailKind(row["kind"]), row["email"], row["attempts"], *about)


async def mail_is_done(connection: asyncpg.Connection, mail: WaitingMail) -> None:
    """Forget a mail: it was sent, or is for nobody."""
    await connection.execute(_DONE, mail.id)


async def give_up_old(connection: asyncpg.Connection) -> int:
    """Forget what could not be sent in time; how many that were."""
    return len(await connection.fetch(_GIVE_UP))
