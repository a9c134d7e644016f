"""Signing in and out, setting a password and proving an address, each in one transaction.

INVARIANT: nobody learns here whether an address is somebody's. An unknown address, a wrong password, a suspended user
and one without a password get the same answer after the same work; whether a mail is sent is found out by who sends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.db.database import Database
from sightline.db.secrets import Secrets, TokenKind, new_token, token_kind
from sightline.db.sign_in.mail_tokens import is_live, use_token
from sightline.db.sign_in.outbox import put_mail
from sightline.db.sign_in.people import credentials_of, set_password, still_has, verify_email
from sightline.db.sign_in.replacing import replace_password
from sightline.db.sign_in.sessions import begin_session, end_session
from sightline.db.tables.enums import MailKind
from sightline.server.answers import ErrorCode, RefusedError, bad_input
from sightline.server.identity.limits import Limits
from sightline.server.identity.passwords import Passwords, check_password


@dataclass(frozen=True, slots=True, eq=False)
class SignIn:
    """What a browser can do about who it is. `client` names where a request comes from, `email` is in lower case."""

    database: Database
    secrets: Secrets
    passwords: Passwords
    limits: Limits
    sends_mail: bool

    async def sign_in(self, email: str, password: str, *, client: str, former: str | None) -> str:
        """The token of a new session; the `former` one of the browser ends. Raises RefusedError (401, 429, 503)."""
        await self.limits.count(client, email)
        async with self.database.writes.acquire() as connection:
            found = await credentials_of(connection, email)
        stored = None if found is None else found.password_hash
        verdict = await self.passwords.verify(stored, password)
        if found is None or stored is None or not verdict.right:
            raise _wrong()
        token = new_token(TokenKind.SESSION)
        async with self.database.writes.acquire() as connection, connection.transaction():
            # The password may have been changed, or the user suspended, while it was verified.
            if not await still_has(connection, found.user_id, stored):
                raise _wrong()
            if verdict.better_hash is not None:
                await set_password(connection, found.user_id, verdict.better_hash)
            if former is not None:
                await end_session(connection, self.secrets.token_hash(former))
            await begin_session(connection, found.user_id, self.secrets.token_hash(token))
            await self.limits.succeeded(connection, client, email)
        return token

    async def sign_out(self, token: str) -> None:
        """End the session of a token, where there is one; no operation that begins afterwards is of it."""
        async with self.database.writes.acquire() as connection, connection.transaction():
            await end_session(connection, self.secrets.token_hash(token))

    async def ask_for_mail(self, kind: MailKind, email: str, *, client: str) -> None:
        """Have a mail with a token sent to an address, if it is somebody's. Raises RefusedError (429)."""
        await self.limits.count(client)
        if not self.sends_mail:
            return
        async with self.database.writes.acquire() as connection, connection.transaction():
            if await self.limits.may_write_to(connection, kind, email):
                await put_mail(connection, kind, email)

    async def reset_password(self, token: str, password: str, *, client: str) -> None:
        """Set a password by a mailed token, which is used up. All sessions end. Raises RefusedError (400, 429, 503)."""
        await self.limits.count(client)
        check_password(password)
        digest = self._digest(token)
        async with self.database.writes.acquire() as connection:
            if not await is_live(connection, digest, MailKind.RESET_PASSWORD):
                raise _used_up()
        hashed = await self.passwords.hash(password)
        async with self.database.writes.acquire() as connection, connection.transaction():
            used = await use_token(connection, digest, MailKind.RESET_PASSWORD)
            if used is None:
                raise _used_up()
            user_id, email = used
            check_password(password, email=email)
            await verify_email(connection, user_id)
            await replace_password(connection, user_id, hashed)
            await self.limits.succeeded(connection, client, email)
            if self.sends_mail:
                await put_mail(connection, MailKind.PASSWORD_CHANGED, email)

    async def verify_email(self, token: str, *, client: str) -> None:
        """Note that an address is its user's, by a mailed token, which is used up. Raises RefusedError (400, 429)."""
        await self.limits.count(client)
        async with self.database.writes.acquire() as connection, connection.transaction():
            used = await use_token(connection, self._digest(token), MailKind.VERIFY_EMAIL)
            if used is None:
                raise _used_up()
            await verify_email(connection, used[0])
            await self.limits.succeeded(connection, client, used[1])

    def _digest(self, token: str) -> bytes:
        if token_kind(token) is not TokenKind.MAIL:
            raise _used_up()
        return self.secrets.token_hash(token)


def _wrong() -> RefusedError:
    return RefusedError(401, "The e-mail address or the password is wrong.", code=ErrorCode.UNAUTHENTICATED)


def _used_up() -> RefusedError:
    return bad_input("This link is not valid: it was used, has ended, or a newer one was sent. Ask for another.")
