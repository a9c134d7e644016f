"""Passwords and addresses by mailed tokens, and mail that is sent once and not lost (A1, DR14)."""

from __future__ import annotations

import asyncio

from console import OURS, PASSWORD, SITE, Console
from mail_sink import MailSink
from mailing import NEW, TOKEN, nearly, none_waits, until

from sightline.db.secrets import TokenKind, token_kind
from sightline.db.sign_in.attempts import MOST_LETTERS
from sightline.server.identity.limits import MOST_OF_ADDRESS


async def mailed_token(console: Console, sink: MailSink, path: str = "/reset-request") -> str:
    """The token of the mail that asking for one brings."""
    before = len(sink.mails)
    assert (await console.post(path, {"email": "ana@example.com"})).status_code == 202
    await until(lambda: len(sink.mails) > before)
    await until(lambda: none_waits(console))
    (token,) = set(TOKEN.findall(sink.mails[-1].get_content()))
    return str(token)


async def test_a_password_is_reset_by_a_mailed_token_once(mailing: Console, sink: MailSink) -> None:
    """Every session ends, the address is proven, the user is told; the token is used up."""
    await mailing.user(email_verified_at=None)
    await mailing.sign_in()
    token = await mailed_token(mailing, sink)
    assert token_kind(token) is TokenKind.MAIL
    assert sink.envelopes == [["ana@example.com"]]
    assert f"{SITE}/#reset={token}\r\n" in sink.mails[0].get_content().replace("\n", "\r\n").replace("\r\r", "\r")
    stored = await mailing.connection.fetch(
        "SELECT t::text FROM mail_token t UNION SELECT t::text FROM outgoing_mail t"
    )
    assert not any(token in row[0] for row in stored)
    assert (await mailing.post("/reset", {"token": token, "password": NEW})).status_code == 204
    assert await mailing.me(**OURS) is None
    assert (await mailing.sign_in()).status_code == 401
    assert (await mailing.sign_in(password=NEW)).status_code == 204
    assert (await mailing.browser.get("/session", headers=OURS)).json()["user"]["email_verified"] is True
    await until(lambda: len(sink.mails) == 2)
    assert sink.mails[1]["subject"] == "Your password was changed"
    assert not TOKEN.search(sink.mails[1].get_content())
    again = await mailing.post("/reset", {"token": token, "password": PASSWORD})
    assert again.status_code == 400
    assert (await mailing.sign_in(password=NEW)).status_code == 204


async def test_n15_a_mailed_token_is_used_once_even_at_the_same_time(mailing: Console, sink: MailSink) -> None:
    """N15: what names a single use has one."""
    await mailing.user()
    token = await mailed_token(mailing, sink)
    passwords = [f"{NEW} {at}" for at in range(6)]
    answers = await asyncio.gather(*(mailing.post("/reset", {"token": token, "password": each}) for each in passwords))
    assert sorted(answer.status_code for answer in answers) == [204, 400, 400, 400, 400, 400]
    signed_in = [(await mailing.sign_in(password=each)).status_code for each in passwords]
    assert signed_in == [204 if answer.status_code == 204 else 401 for answer in answers]


async def test_a_token_is_good_for_one_purpose_one_user_one_address_and_an_hour(
    mailing: Console, sink: MailSink
) -> None:
    """Denied: for another purpose, when it has ended, after a newer one, after another address, once suspended."""
    user = await mailing.user()

    async def refused(token: str) -> bool:
        return (await mailing.post("/reset", {"token": token, "password": NEW})).status_code == 400

    first = await mailed_token(mailing, sink)
    assert (await mailing.post("/verify", {"token": first})).status_code == 400
    second = await mailed_token(mailing, sink)
    assert await refused(first)
    await mailing.connection.execute("UPDATE mail_token SET expires_at = now()")
    assert await refused(second)
    third = await mailed_token(mailing, sink)
    for change, undo in (
        ("UPDATE app_user SET email = 'new@example.com'", "UPDATE app_user SET email = 'ana@example.com'"),
        ("UPDATE app_user SET status = 'SUSPENDED'", "UPDATE app_user SET status = 'ACTIVE'"),
    ):
        await mailing.change(change)
        assert await refused(third)
        await mailing.change(undo)
    for wrong in (*nearly(third), ""):
        assert await refused(wrong)
    for weak in ("short", "x" * 257, "aaaaaaaaaaaaaaaa", "ana@example.com"):
        assert (await mailing.post("/reset", {"token": third, "password": weak})).status_code == 400
    assert (await mailing.sign_in()).status_code == 204
    assert (await mailing.post("/reset", {"token": third, "password": NEW})).status_code == 204
    assert await mailing.connection.fetchval("SELECT count(*) FROM app_user WHERE id = $1", user) == 1


async def test_the_answer_is_the_same_for_every_address(mailing: Console, sink: MailSink) -> None:
    """Known, unknown, suspended, of another provider, asked for too often: one answer; a mail for one of them."""
    await mailing.user()
    await mailing.user("suspended@example.com", status="SUSPENDED")
    await mailing.user("elsewhere@example.com", None, oidc_issuer="https://issuer.test", oidc_subject="1")
    addresses = ["ana@example.com", "nobody@example.com", "suspended@example.com", "elsewhere@example.com"]
    answers = []
    for email in addresses:
        answer = await mailing.post("/reset-request", {"email": email})
        answers.append((answer.status_code, answer.json()["message"], sorted(answer.headers)))
    for _ in range(MOST_LETTERS + 2):
        answer = await mailing.post("/reset-request", {"email": "ana@example.com"})
        answers.append((answer.status_code, answer.json()["message"], sorted(answer.headers)))
    assert answers == [answers[0]] * len(answers)
    await until(lambda: none_waits(mailing))
    assert [each["to"] for each in sink.mails] == ["ana@example.com"] * MOST_LETTERS


async def test_a_reset_opens_a_locked_address(mailing: Console, sink: MailSink) -> None:
    """Whoever has the mailbox is not kept out by somebody who guesses."""
    await mailing.user()
    for _ in range(MOST_OF_ADDRESS):
        await mailing.sign_in(password="something else")
    assert (await mailing.sign_in()).status_code == 429
    token = await mailed_token(mailing, sink)
    assert (await mailing.post("/reset", {"token": token, "password": NEW})).status_code == 204
    assert (await mailing.sign_in(password=NEW)).status_code == 204


async def test_an_address_is_verified_by_a_mailed_token(mailing: Console, sink: MailSink) -> None:
    """Asked for by the signed-in user, for his own address, whatever he writes; nobody else can ask (DR14)."""
    await mailing.user()
    await mailing.user("ben@example.com")
    assert (await mailing.post("/verify-request", {"email": "ben@example.com"})).status_code == 401
    await mailing.sign_in()
    token = await mailed_token(mailing, sink, "/verify-request")
    assert sink.envelopes == [["ana@example.com"]]
    assert f"{SITE}/#verify={token}" in sink.mails[0].get_content()
    assert (await mailing.post("/reset", {"token": token, "password": NEW})).status_code == 400
    assert (await mailing.post("/verify", {"token": token})).status_code == 204
    verified = await mailing.connection.fetch("SELECT email FROM app_user WHERE email_verified_at IS NOT NULL")
    assert [row["email"] for row in verified] == ["ana@example.com"]
    assert (await mailing.post("/verify", {"token": token})).status_code == 400
    await mailing.post("/verify-request", {})
    await until(lambda: none_waits(mailing))
    assert len(sink.mails) == 1
