"""How somebody comes to be a user who is signed in: he registers, and a mail that he is sent proves his address."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage

from demo_platform import Platform

from sightline.server.identity.limits import Limits
from sightline.server.identity.passwords import Passwords
from sightline.server.identity.registration import Registering
from sightline.server.mail.letters import Letters
from sightline.server.mail.outbox import Outbox

PASSWORD = "a harbour at five in the morning"
_CLIENT = "192.0.2.7"
_TOKEN = re.compile(r"sl_mail_[0-9A-Za-z]{36}")


@dataclass(frozen=True, slots=True, eq=False)
class FrontDoor:
    """The post, and the functions behind the endpoints that people register at."""

    platform: Platform
    registering: Registering

    @classmethod
    @asynccontextmanager
    async def of(cls, platform: Platform) -> AsyncIterator[FrontDoor]:
        """The door of a platform."""
        database, secrets, passwords = platform.engine.database, platform.secrets, Passwords()
        try:
            limits = Limits(database, secrets, most_registrations=100)
            yield cls(platform, Registering(database, secrets, passwords, limits, offered=True))
        finally:
            passwords.close()

    async def registers(self, email: str, name: str) -> str:
        """The token of a new user's session, whose address is proven."""
        await self.registering.register(email, name, PASSWORD, client=_CLIENT)
        return await self.registering.confirm(await self.mailed(email), PASSWORD, client=_CLIENT, former=None)

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
