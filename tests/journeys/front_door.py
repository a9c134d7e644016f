"""How somebody comes to be a user who is signed in: the operator makes him, a mail proves his address, he signs in."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from io import StringIO
from pathlib import Path

import pytest
import structlog
from demo_platform import Platform

from sightline.server.cli import main
from sightline.server.identity.limits import Limits
from sightline.server.identity.passwords import Passwords
from sightline.server.identity.sign_in import SignIn
from sightline.server.mail.letters import Letters
from sightline.server.mail.outbox import Outbox

PASSWORD = "a harbour at five in the morning"
_CLIENT = "192.0.2.7"
_TOKEN = re.compile(r"sl_mail_[0-9A-Za-z]{36}")


@dataclass(frozen=True, slots=True, eq=False)
class FrontDoor:
    """The command that makes users, the post, and the functions behind the sign-in endpoints."""

    platform: Platform
    sign_in: SignIn
    environment: dict[str, str]
    around: pytest.MonkeyPatch

    @classmethod
    @asynccontextmanager
    async def of(
        cls, platform: Platform, url: str, directory: Path, around: pytest.MonkeyPatch
    ) -> AsyncIterator[FrontDoor]:
        """The door of a platform."""
        database, secrets = platform.engine.database, platform.secrets
        # With a mail server configured, a new user is sent a token; here the mails are taken out of the outbox.
        given = {
            "DATABASE_URL": url,
            "SECRET_KEY": secrets.root.decode(),
            "DATA_DIR": str(directory),
            "SMTP_HOST": "mail.invalid",
            "MAIL_FROM": "sightline@example.com",
        }
        passwords, handlers = Passwords(), logging.getLogger().handlers[:]
        try:
            service = SignIn(database, secrets, passwords, Limits(database, secrets), sends_mail=True)
            yield cls(platform, service, {f"SIGHTLINE_{name}": value for name, value in given.items()}, around)
        finally:
            passwords.close()
            # The command sets up the logging of its process, which here is the tests'.
            logging.getLogger().handlers = handlers
            structlog.reset_defaults()

    async def registers(self, email: str, name: str) -> str:
        """The token of a new user's session, whose address is proven."""
        code = await asyncio.to_thread(self._create, email, name)
        assert code == 0
        await self.sign_in.verify_email(await self.mailed(email), client=_CLIENT)
        return await self.sign_in.sign_in(email, PASSWORD, client=_CLIENT, former=None)

    async def mailed(self, email: str) -> str:
        """The token in the one mail that waits for an address. Takes out all that waits."""
        sent: list[EmailMessage] = []

        async def carry(message: EmailMessage) -> None:
            sent.append(message)

        letters = Letters("sightline@example.com", "https://sightline.example")
        outbox = Outbox(self.platform.engine.database, self.platform.secrets, letters, carry)
        while await outbox.send_one():
            pass
        (text,) = [each.get_content() for each in sent if each["To"] == email]
        (token,) = set(_TOKEN.findall(text))
        return str(token)

    def _create(self, email: str, name: str) -> object:
        with self.around.context() as around:
            for variable, value in self.environment.items():
                around.setenv(variable, value)
            around.setattr("sys.stdin", StringIO(PASSWORD + "\n"))
            with pytest.raises(SystemExit) as ended:
                main(["users", "create", email, "--name", name, "--password"])
        return ended.value.code
