"""An application that sends mail, and waiting for what it does."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from time import monotonic
from typing import Any

from console import Console
from mail_sink import MailSink

NEW = "another horse, another battery"
TOKEN = re.compile(r"sl_mail_[0-9A-Za-z]{36}")


def smtp(sink: MailSink) -> dict[str, Any]:
    """The settings of a mail server."""
    given = {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_tls": "none"}
    return given | {"mail_from": "sightline@example.com"}


async def until(holds: Callable[[], Any]) -> None:
    """Wait for something, ten seconds at most."""
    deadline = monotonic() + 10
    while monotonic() < deadline:
        found = holds()
        if (await found) if asyncio.iscoroutine(found) else found:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come to be")


async def waiting(console: Console) -> int:
    """How many mails wait."""
    count: int = await console.connection.fetchval("SELECT count(*) FROM outgoing_mail")
    return count


async def none_waits(console: Console) -> bool:
    return await waiting(console) == 0


def nearly(token: str) -> tuple[str, ...]:
    """Texts that a token is not, though one character of it, its kind, its length or its case alone differs."""
    other = "1" if token.endswith("0") else "0"  # one token of 62 ends with 0
    return token[:-1] + other, "sl_live_" + token[8:], token + "a", token.lower()
