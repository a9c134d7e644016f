"""A mail server on this machine that keeps what it is sent, or refuses it where it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from aiosmtpd.controller import Controller


@dataclass(slots=True, eq=False)
class MailSink:
    """What arrived: the mails, and for each the addresses of its envelope. `answer` is what the next ones get."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)
    answer: str = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take one mail, as the server calls it."""
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=SMTP)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.envelopes.append(envelope.rcpt_tos)
        return self.answer


@contextmanager
def receiving() -> Iterator[MailSink]:
    """A mail server without encryption on a free port."""
    sink = MailSink()
    controller = Controller(sink, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        assert controller.server is not None
        sink.port = controller.server.sockets[0].getsockname()[1]
        yield sink
    finally:
        controller.stop()
