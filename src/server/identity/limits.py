"""How often one may fail: by client and by address, counted where all workers see it."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.db.sign_in.attempts import count_attempt, forget_attempts, forget_old, may_write_to, take_back
from sightline.db.tables.enums import MailKind
from sightline.server.answers import ErrorCode, RefusedError

MOST_OF_CLIENT = 60
MOST_OF_ADDRESS = 10
MOST_REGISTRATIONS = 10
"""Of a client, who has us write to whatever address he names."""


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Counts attempts within a quarter of an hour. Whether an address is somebody's makes no difference to it.

    `most_registrations` is of all clients together: many are easily had, and each names other addresses.
    """

    database: Database
    secrets: Secrets
    most_registrations: int

    async def count(self, client: str, email: str | None = None) -> None:
        """Count an attempt. Raises RefusedError with 429 for one too many, of the client or at the address."""
        async with self.database.writes.acquire() as connection, connection.transaction():
            seconds = await count_attempt(connection, self._client(client), most=MOST_OF_CLIENT)
            if not seconds and email is not None:
                seconds = await count_attempt(connection, self._address(email), most=MOST_OF_ADDRESS)
            await forget_old(connection)
        _refuse_for(seconds)

    async def count_registration(self, client: str) -> None:
        """Count a registration, which is never taken back.

        Raises RefusedError with 429 for one too many, of the client or of all clients. What a client is refused does
        not count for all: no single one uses up what there is for the others.
        """
        subject, of_all = (self.secrets.attempt_hash(each) for each in (f"registration {client}", "registrations"))
        async with self.database.writes.acquire() as connection, connection.transaction():
            seconds = await count_attempt(connection, subject, most=MOST_REGISTRATIONS)
            if not seconds:
                seconds = await count_attempt(connection, of_all, most=self.most_registrations)
            await forget_old(connection)
        _refuse_for(seconds)

    async def may_write_to(self, connection: asyncpg.Connection, kind: MailKind, email: str) -> bool:
        """Count a mail that is asked for; whether the address has not had enough of its kind."""
        return await may_write_to(connection, self.secrets.attempt_hash, kind, email)

    async def succeeded(self, connection: asyncpg.Connection, client: str, email: str) -> None:
        """Take an attempt back that was none, and begin anew at the address."""
        await take_back(connection, self._client(client))
        await forget_attempts(connection, self._address(email))

    def _client(self, client: str) -> bytes:
        return self.secrets.attempt_hash(f"client {client}")

    def _address(self, email: str) -> bytes:
        return self.secrets.attempt_hash(f"address {email}")


def _refuse_for(seconds: int) -> None:
    """Raise RefusedError with 429 where there is something to wait for."""
    if seconds:
        raise RefusedError(
            429,
            "There were too many attempts: wait a quarter of an hour.",
            code=ErrorCode.RATE_LIMITED,
            headers=(("retry-after", str(seconds)),),
        )
