"""Another password in place of one: what the old one, and whoever asked for a new one before, still had, has ended."""

from __future__ import annotations

import asyncpg

from sightline.db.sign_in.mail_tokens import forget_token
from sightline.db.sign_in.outbox import take_mails_back
from sightline.db.sign_in.people import set_password
from sightline.db.sign_in.sessions import end_sessions_of
from sightline.db.tables.enums import MailKind


async def replace_password(connection: asyncpg.Connection, user_id: int, password_hash: str) -> None:
    """Give a user another password: his sessions end, and a reset that was asked for before does not undo it.

    Mails first, then the token, as who sends mails takes them.
    """
    await set_password(connection, user_id, password_hash)
    await take_mails_back(connection, MailKind.RESET_PASSWORD, user_id)
    await forget_token(connection, user_id, purpose=MailKind.RESET_PASSWORD)
    await end_sessions_of(connection, user_id)
