"""Registering (A1): somebody becomes a user by proving that an address is his, where the operator lets people do so.

INVARIANT: nobody learns here whether an address is somebody's (LK14). Registering does the same work and gets the same
answer for every address; what differs is the mail, and only whoever reads the mails of the address sees that. Until it
is confirmed there is no user, so nothing that asks about users, signing in included, tells the difference either.

The password is asked for again with the mailed token: otherwise whoever registers with somebody else's address, and has
him follow the link, would know the password of his account.
"""

from __future__ import annotations

from dataclasses import dataclass

from sightline.db.audit import append
from sightline.db.database import Database
from sightline.db.secrets import Secrets, TokenKind, new_token, token_kind
from sightline.db.sign_in.people import make_user
from sightline.db.sign_in.registrations import (
    forget_old_registrations,
    put_registration,
    registration_of,
    use_registration,
)
from sightline.db.sign_in.sessions import begin_session, end_session
from sightline.db.tables.enums import MailKind
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.refusals import InvalidError
from sightline.server.answers import ErrorCode, RefusedError, bad_input
from sightline.server.identity.browsers import Browsers
from sightline.server.identity.endpoints import Asked, Handler, Said
from sightline.server.identity.limits import Limits
from sightline.server.identity.passwords import Passwords, check_password
from sightline.server.mail.letters import is_address

REGISTER_PATH, CONFIRM_PATH = "/session/register", "/session/register/confirm"
REGISTRATION_PATHS = (REGISTER_PATH, CONFIRM_PATH)


@dataclass(frozen=True, slots=True, eq=False)
class Registering:
    """Registering and confirming it. `offered`: whether the operator lets people do so."""

    database: Database
    secrets: Secrets
    passwords: Passwords
    limits: Limits
    offered: bool

    async def register(self, email: str, name: str, password: str, *, client: str) -> None:
        """Have a mail sent that brings what confirms it. Raises RefusedError (400, 403, 429, 503)."""
        self._refuse_where_not_offered()
        # What is wrong in itself is said of every address alike, before anything is counted.
        shown = _checked_name(name)
        if not is_address(email):
            raise bad_input('"email" must be an address that mail can be sent to, such as ana@example.com.')
        check_password(password, email=email)
        await self.limits.count_registration(client)
        hashed = await self.passwords.hash(password)
        async with self.database.writes.acquire() as connection, connection.transaction():
            if await self.limits.may_write_to(connection, MailKind.REGISTRATION, email):
                await put_registration(connection, email, name=shown, password_hash=hashed)
            await forget_old_registrations(connection)

    async def confirm(self, token: str, password: str, *, client: str, former: str | None) -> str:
        """Make the user, whose address is proven; the token of his session. Raises as `register` does."""
        self._refuse_where_not_offered()
        await self.limits.count(client)
        if token_kind(token) is not TokenKind.MAIL:
            raise _not_valid()
        async with self.database.writes.acquire() as connection:
            found = await registration_of(connection, self.secrets.token_hash(token))
        if found is None:
            raise _not_valid()
        if not (await self.passwords.verify(found.password_hash, password)).right:
            raise bad_input("That is not the password you registered with: give that one, or register again.")
        session = new_token(TokenKind.SESSION)
        async with self.database.writes.acquire() as connection, connection.transaction():
            # Somebody else may have come first: with the token, another registration, or the operator's command.
            if not await use_registration(connection, found):
                raise _not_valid()
            user = await make_user(connection, found.email, name=found.name, password_hash=found.password_hash)
            if user is None:
                raise _not_valid()
            if former is not None:
                await end_session(connection, self.secrets.token_hash(former))
            await begin_session(connection, user, self.secrets.token_hash(session))
            await self.limits.succeeded(connection, client, found.email)
            await append(
                connection,
                actor_id=user,
                action="user:register",
                target_type="app_user",
                target_id=str(user),
                after={"email": found.email, "name": found.name},
            )
        return session

    def _refuse_where_not_offered(self) -> None:
        if not self.offered:
            raise RefusedError(
                403,
                "Nobody registers here by himself: ask whoever runs this installation for an account.",
                code=ErrorCode.FORBIDDEN,
            )


@dataclass(frozen=True, slots=True, eq=False)
class RegistrationRoutes:
    """What is answered below /session/register."""

    service: Registering
    browsers: Browsers

    def routes(self) -> dict[str, dict[str, Handler]]:
        """The handlers, by path and method."""
        return {REGISTER_PATH: {"POST": self.register}, CONFIRM_PATH: {"POST": self.confirm_registration}}

    async def register(self, asked: Asked) -> Said:
        """The same answer for every address."""
        password = asked.text("password")
        await self.service.register(asked.email(), asked.text("name"), password, client=asked.client)
        return Said(202, {"message": "A mail is on its way to this address: it says how to go on."})

    async def confirm_registration(self, asked: Asked) -> Said:
        """A new user and his session, in a cookie. What session the browser had before ends."""
        former = self.browsers.former(asked.headers)
        token, password = asked.text("token"), asked.text("password")
        session = await self.service.confirm(token, password, client=asked.client, former=former)
        return Said(headers=(self.browsers.set_cookie(session),))


def _checked_name(given: str) -> str:
    try:
        return checks.name(given)
    except InvalidError as error:
        raise bad_input(error.message) from None


def _not_valid() -> RefusedError:
    return bad_input("This link is not valid: it was used, has ended, or there is an account. Sign in, or register.")
