"""Sees to it that mail which waits is sent: in every process, one mail at a time, until it is told to stop."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from sightline.db.database import Database
from sightline.db.report_schedules import delivered
from sightline.db.secrets import Secrets, TokenKind, new_token
from sightline.db.sign_in.mail_tokens import LIVES, keep_token, keep_token_of_invitation, recipient
from sightline.db.sign_in.outbox import WaitingMail, give_up_old, mail_is_done, put_mail, still_waits, take_mail
from sightline.db.sign_in.people import is_known
from sightline.db.sign_in.registrations import forget_registrations, keep_token_of_registration
from sightline.db.tables.enums import MailKind
from sightline.server.looking import one_after_another
from sightline.server.mail.carriers import Carrier, UndeliveredError
from sightline.server.mail.letters import AddressError, Letters

LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Outbox:
    """Sends what waits."""

    database: Database
    secrets: Secrets
    letters: Letters
    carrier: Carrier

    async def run(self) -> None:
        """Send until cancelled. What goes wrong is logged, without an address, and tried again later."""
        await one_after_another(self.send_one, seconds=LOOK_SECONDS)

    async def send_one(self) -> bool:
        """Send the mail that is due first; whether there was one."""
        async with self.database.writes.acquire() as connection, connection.transaction():
            given_up = await give_up_old(connection)
            mail = await take_mail(connection)
        if given_up:
            structlog.get_logger("sightline.mail").warning("mails could not be sent in time", count=given_up)
        if mail is None:
            return False
        try:
            await self._send(mail)
        except UndeliveredError as error:
            structlog.get_logger("sightline.mail").warning(
                "a mail was not sent", mail=mail.id, attempts=mail.attempts, reason=str(error), forever=error.forever
            )
            if not error.forever:
                return True
        except AddressError as error:
            structlog.get_logger("sightline.mail").warning("a mail was not sent", mail=mail.id, reason=str(error))
        async with self.database.writes.acquire() as connection:
            await mail_is_done(connection, mail)
        return True

    async def _send(self, mail: WaitingMail) -> None:
        """Write a mail and hand it on, if its address is somebody's. Its token is made here, and stored nowhere."""
        if mail.invitation is not None:
            await self._invite(mail, mail.invitation)
            return
        if mail.registration is not None:
            await self._confirm(mail, mail.registration)
            return
        token = new_token(TokenKind.MAIL) if mail.kind in LIVES else None
        async with self.database.writes.acquire() as connection, connection.transaction():
            user_id = await recipient(connection, mail.kind, mail.email)
            if user_id is None or not await still_waits(connection, mail):
                return
            about = None if mail.report_export is None else await delivered(connection, mail.report_export, user_id)
            message = self.letters.write(mail.kind, mail.email, number=mail.id, token=token, about=about)
            if token is not None:
                digest = self.secrets.token_hash(token)
                await keep_token(connection, user_id, purpose=mail.kind, email=mail.email, digest=digest)
        await self.carrier(message)

    async def _invite(self, mail: WaitingMail, invitation: int) -> None:
        """Write an invitation and hand it on, to whoever has the address. One that was answered is not sent."""
        token = new_token(TokenKind.MAIL)
        message = self.letters.write(mail.kind, mail.email, number=mail.id, token=token)
        async with self.database.writes.acquire() as connection:
            waits = await keep_token_of_invitation(connection, invitation, digest=self.secrets.token_hash(token))
        if waits:
            await self.carrier(message)

    async def _confirm(self, mail: WaitingMail, registration: int) -> None:
        """Write what confirms a registration and hand it on; whoever has an account is told that instead (LK14)."""
        token = new_token(TokenKind.MAIL)
        message = self.letters.write(mail.kind, mail.email, number=mail.id, token=token)
        async with self.database.writes.acquire() as connection, connection.transaction():
            if await is_known(connection, mail.email):
                await forget_registrations(connection, mail.email)
                await put_mail(connection, MailKind.ALREADY_REGISTERED, mail.email)
                return
            digest = self.secrets.token_hash(token)
            waits = await keep_token_of_registration(connection, registration, digest=digest)
        if waits:
            await self.carrier(message)
