"""People with confirmed addresses, invitations in every state, and the post that brings their tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

from demo_platform import Grant, Person, Platform

from sightline.db.secrets import TokenKind, new_token
from sightline.server.mail.letters import Letters
from sightline.server.mail.outbox import Outbox

_TOKEN = re.compile(r"sl_mail_[0-9A-Za-z]{36}")


async def confirmed(platform: Platform, *grants: Grant) -> Person:
    """A new user whose address is confirmed."""
    person = await platform.person(*grants)
    await platform.change(f"UPDATE app_user SET email_verified_at = now() WHERE id = {person.id}")
    return person


async def address(platform: Platform, person: Person) -> str:
    """Somebody's address."""
    return str(await platform.one("SELECT email FROM app_user WHERE id = $1", person.id))


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation that a test wrote itself, and the token it is accepted with."""

    id: int
    token: str


async def offer(platform: Platform, to: Person, by: Person, **values: Any) -> Offer:
    """An invitation that waits for an answer, unless said otherwise."""
    token = new_token(TokenKind.MAIL)
    plain = {
        "email": await address(platform, to),
        "invited_by_id": by.id,
        "target_name": "Somewhere",
        "inviter_name": "Somebody",
        "token_hash": platform.secrets.token_hash(token),
        "expires_at": await platform.one("SELECT now() + interval '3 days'"),
    }
    if "affiliate_account_id" in values:
        plain |= {"scope": "ACCOUNT", "collaborator_role": "READ_ONLY"}
    return Offer(await platform.add("invitation", **(plain | values)), token)


async def mailed(platform: Platform, to: str) -> str | None:
    """The token that the post brings to an address, None where it brings nothing there. Sends all that waits."""
    sent: list[EmailMessage] = []

    async def carry(message: EmailMessage) -> None:
        sent.append(message)

    letters = Letters("sightline@example.com", "https://sightline.example")
    outbox = Outbox(platform.engine.database, platform.secrets, letters, carry)
    while await outbox.send_one():
        pass
    texts = [each.get_content() for each in sent if each["To"] == to]
    assert len(texts) <= 1
    return str(_TOKEN.findall(texts[0])[0]) if texts else None


async def accepted(platform: Platform, who: Person, token: str) -> dict[str, Any]:
    """What accepting answers somebody."""
    return await platform.change_by(who.token, "acceptInvitation", "invitation { id state }", token=token)


def unknown_token() -> str:
    """A token that was never sent."""
    return new_token(TokenKind.MAIL)


def unique_address() -> str:
    """An address that nobody here has."""
    return f"{uuid4().hex}@nobody.example"
