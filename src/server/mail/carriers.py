"""How a mail leaves: by SMTP, or, in the demo, into a folder that only this account may read."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path

import aiosmtplib
import structlog

SEND_SECONDS = 20.0
MOST_KEPT = 200

Carrier = Callable[[EmailMessage], Awaitable[None]]
"""Hands a mail on. Raises UndeliveredError where it could not."""


class UndeliveredError(Exception):
    """A mail was not taken; `forever`: and never will be. The message has no address and no text of the mail."""

    def __init__(self, reason: str, *, forever: bool = False) -> None:
        super().__init__(reason)
        self.forever = forever


class MailTls(StrEnum):
    """How the way to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpCarrier:
    """Hands mails to one server. Its repr does not show the password."""

    host: str
    port: int
    tls: MailTls
    user: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"SmtpCarrier({self.host}:{self.port})"

    async def __call__(self, message: EmailMessage) -> None:
        """Hand one mail over."""
        try:
            await aiosmtplib.send(
                message,
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                use_tls=self.tls is MailTls.TLS,
                start_tls=self.tls is MailTls.STARTTLS,
                timeout=SEND_SECONDS,
            )
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            # What a server says may quote the address: its code is enough.
            code = _code(error)
            raise UndeliveredError(f"the mail server answered {code}", forever=_is_final(error)) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise UndeliveredError(f"the mail server cannot be used: {type(error).__name__}") from None


@dataclass(frozen=True, slots=True)
class FolderCarrier:
    """Writes mails into files, and a line without their text to the log: for the demo. The oldest go."""

    folder: Path

    async def __call__(self, message: EmailMessage) -> None:
        """Keep one mail."""
        name = await asyncio.to_thread(self._write, message)
        structlog.get_logger("sightline.mail").info("mail was written", subject=str(message["Subject"]), file=name)

    def _write(self, message: EmailMessage) -> str:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = sorted(self.folder.glob("*.eml"), key=lambda path: path.stat().st_mtime)
        for path in kept[: max(0, len(kept) - MOST_KEPT + 1)]:
            path.unlink(missing_ok=True)
        name = str(message["Message-ID"]).strip("<>").partition("@")[0] + ".eml"
        descriptor = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(bytes(message))
        return name


def _code(error: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPResponseException) -> int:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return error.code
    return min((each.code for each in error.recipients), default=0)


def _is_final(error: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPResponseException) -> bool:
    """Whether the recipient is refused for good. A refused login or sender is for the operator to mend: tried again."""
    return isinstance(error, aiosmtplib.SMTPRecipientsRefused) and _code(error) >= 500
