"""Passwords and addresses by mailed tokens, and mail that is sent once and not lost (A1, DR14)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from conftest import Starting
from console import OURS, PASSWORD, SITE, Console
from mail_sink import MailSink, make_certificate, receiving

from sightline.db.database import Database
from sightline.db.secrets import TokenKind, token_kind
from sightline.db.sign_in.outbox import put_mail, take_mail
from sightline.db.tables.enums import MailKind
from sightline.server.identity.limits import MOST_LETTERS, MOST_OF_ADDRESS
from sightline.server.mail.carriers import MailTls, SmtpCarrier, UndeliveredError
from sightline.server.mail.letters import AddressError, Letters, is_address

NEW = "another horse, another battery"
TOKEN = re.compile(r"sl_mail_[0-9A-Za-z]{36}")


@pytest.fixture
async def mailing(start: Starting, sink: MailSink, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Console]:
    """An application that sends mail to the sink, and looks for it often."""
    monkeypatch.setattr("sightline.server.mail.outbox.LOOK_SECONDS", 0.02)
    async with start(**smtp(sink), public_url=SITE) as made:
        yield made


def smtp(sink: MailSink) -> dict[str, Any]:
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
    for wrong in (third[:-1] + "0", "", "sl_live_" + third[8:], third + "a", third.lower()):
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


async def test_mail_waits_until_the_server_takes_it(mailing: Console, sink: MailSink) -> None:
    """A refusal for now is tried again, with a new token; until then nothing is lost, and nothing leaves."""
    await mailing.user()
    sink.answer = "451 try again later"
    await mailing.post("/reset-request", {"email": "ana@example.com"})
    await until(lambda: sink.refused == 1)
    row = "SELECT attempts FROM outgoing_mail WHERE due_at > now() + interval '20 seconds'"
    assert await mailing.connection.fetchval(row) == 1
    sink.answer = "250 OK"
    await asyncio.sleep(0.1)
    assert sink.mails == []
    await mailing.connection.execute("UPDATE outgoing_mail SET due_at = now()")
    await until(lambda: len(sink.mails) == 1)
    token = TOKEN.search(sink.mails[0].get_content())
    assert token is not None
    assert (await mailing.post("/reset", {"token": token[0], "password": NEW})).status_code == 204


async def test_mail_outlives_the_process(start: Starting, sink: MailSink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for while the mail server is away, sent by the process that comes next."""
    monkeypatch.setattr("sightline.server.mail.outbox.LOOK_SECONDS", 0.02)
    async with start(**smtp(sink) | {"smtp_port": 1}) as console:
        await console.user()
        await console.post("/reset-request", {"email": "ana@example.com"})
        attempts = "SELECT attempts FROM outgoing_mail"
        await until(lambda: console.connection.fetchval(attempts))
        await console.connection.execute("UPDATE outgoing_mail SET due_at = now() + interval '1 second'")
    async with start(**smtp(sink)):
        await until(lambda: len(sink.mails) == 1)
    assert "#reset=" not in sink.mails[0].get_content()  # without a public URL, the bare code
    assert TOKEN.search(sink.mails[0].get_content())


async def test_what_cannot_be_sent_in_time_is_given_up(mailing: Console, sink: MailSink) -> None:
    """A mail whose token has ended is worth nothing."""
    await mailing.user()
    await mailing.connection.execute(
        "INSERT INTO outgoing_mail (kind, email, due_at, expires_at)"
        " VALUES ('RESET_PASSWORD', 'ana@example.com', now() - interval '1 hour', now())"
    )
    await until(lambda: none_waits(mailing))
    assert sink.mails == []


async def test_a_mail_is_taken_by_one_and_not_before_its_transaction_commits(database: Database) -> None:
    """Of eight that look at once, one has it; what is rolled back never was."""
    async with database.owner() as writer:
        transaction = writer.transaction()
        await transaction.start()
        await put_mail(writer, MailKind.RESET_PASSWORD, "ana@example.com")
        async with database.writes.acquire() as connection:
            assert await take_mail(connection) is None
        await transaction.rollback()
        await put_mail(writer, MailKind.RESET_PASSWORD, "ana@example.com")

    async def look() -> bool:
        async with database.writes.acquire() as connection:
            return await take_mail(connection) is not None

    assert sorted(await asyncio.gather(*(look() for _ in range(8)))) == [False] * 7 + [True]


async def test_the_demo_keeps_mails_in_a_folder_and_logs_no_token(
    start: Starting, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readable by this account alone."""
    monkeypatch.setattr("sightline.server.mail.outbox.LOOK_SECONDS", 0.02)
    async with start(demo=True, site="http://127.0.0.1:8000") as console:
        await console.user()
        origin = {"origin": "http://127.0.0.1:8000"}
        assert (await console.post("/reset-request", {"email": "ana@example.com"}, **origin)).status_code == 202
        await until(lambda: none_waits(console))
    (file,) = (tmp_path / "mail").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    token = TOKEN.search(file.read_text())
    assert token is not None
    logged = "".join(capfd.readouterr())
    assert "mail was written" in logged
    assert token[0] not in logged
    assert "ana@example.com" not in logged


async def test_without_mail_nothing_waits(console: Console) -> None:
    """The answer is the same; nobody would ever send it."""
    await console.user()
    assert (await console.post("/reset-request", {"email": "ana@example.com"})).status_code == 202
    assert await waiting(console) == 0


HOSTILE = [
    "ana@example.com\r\nBcc: eve@evil.test",
    "ana@example.com\nBcc: eve@evil.test",
    "ana@example.com, eve@evil.test",
    "ana@example.com>\r\n<eve@evil.test",
    '"ana\r\nBcc: eve"@example.com',
    "ana @example.com",
    "ana@example.com\0",
    "@example.com",
    "ana@",
    "ana@example.com\u2028Bcc: eve@evil.test",
    "=?utf-8?q?=0d=0aBcc:_eve?=@example.com ",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_no_address_can_write_a_header(address: str) -> None:
    """N44: neither the recipient's nor the sender's."""
    for letters, to in ((Letters("sightline@example.com", SITE), address), (Letters(address, SITE), "ana@example.com")):
        with pytest.raises(AddressError):
            letters.write(MailKind.VERIFY_EMAIL, to, number=1, token="x")
    assert not is_address(address)


async def test_a_hostile_address_that_is_stored_is_sent_nothing(mailing: Console, sink: MailSink) -> None:
    """N44: the next mail is sent all the same."""
    hostile = "ana@example.com\r\nbcc: eve@evil.test"
    await mailing.user(hostile)
    await mailing.user()
    await put_mail(mailing.connection, MailKind.RESET_PASSWORD, hostile)
    await put_mail(mailing.connection, MailKind.RESET_PASSWORD, "ana@example.com")
    await until(lambda: none_waits(mailing))
    assert sink.envelopes == [["ana@example.com"]]
    (mail,) = sink.mails
    assert mail["bcc"] is None
    assert mail.get_content_type() == "text/plain"
    assert mail["auto-submitted"] == "auto-generated"


@pytest.mark.parametrize("kind", MailKind)
def test_a_mail_has_nothing_in_it_that_a_user_wrote(kind: MailKind) -> None:
    """Plain text, its headers ours, the same Message-ID at every attempt."""
    letters = Letters("sightline@example.com", SITE)
    one, two = (letters.write(kind, "ana@example.com", number=7, token=token) for token in ("a", "b"))
    assert one["message-id"] == two["message-id"]
    assert one.get_content_type() == "text/plain"
    assert (one["from"].addresses[0].addr_spec, one["to"]) == ("sightline@example.com", "ana@example.com")


async def test_a_mail_server_that_cannot_be_trusted_is_sent_nothing(sink: MailSink) -> None:
    """One that does not offer STARTTLS, one that speaks no TLS, one that is away; no reason names an address."""
    message = Letters("sightline@example.com", SITE).write(
        MailKind.VERIFY_EMAIL, "ana@example.com", number=1, token="x"
    )
    for tls, port in ((MailTls.STARTTLS, sink.port), (MailTls.TLS, sink.port), (MailTls.NONE, 1)):
        with pytest.raises(UndeliveredError) as raised:
            await SmtpCarrier("127.0.0.1", port, tls)(message)
        assert not raised.value.forever
        assert "@" not in str(raised.value)
    assert sink.mails == []
    await SmtpCarrier("127.0.0.1", sink.port, MailTls.NONE)(message)
    assert len(sink.mails) == 1
    assert "hidden" not in repr(SmtpCarrier("h", 1, MailTls.TLS, "user", "hidden"))


@pytest.mark.parametrize("tls", [MailTls.STARTTLS, MailTls.TLS])
async def test_mail_goes_out_encrypted_to_a_server_that_is_vouched_for(
    tls: MailTls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same server is sent nothing while nobody vouches for its certificate."""
    certificate = make_certificate(tmp_path / "certificate.pem")
    message = Letters("sightline@example.com", SITE).write(
        MailKind.VERIFY_EMAIL, "ana@example.com", number=1, token="x"
    )
    async with receiving(tls, certificate) as sink:
        carrier = SmtpCarrier("127.0.0.1", sink.port, tls)
        with pytest.raises(UndeliveredError):
            await carrier(message)
        assert sink.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        await carrier(message)
    assert sink.encrypted == [True]
