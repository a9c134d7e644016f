"""Mail is sent once its transaction has committed, is not lost, and says only what we wrote (N44)."""

from __future__ import annotations

import asyncio
from email.message import EmailMessage
from pathlib import Path

import asyncpg
import pytest
from console import SITE, Console, Starting
from mail_sink import MailSink, make_certificate, receiving
from mailing import NEW, TOKEN, none_waits, smtp, until, waiting

from sightline.db.database import Database
from sightline.db.report_schedules import Delivered
from sightline.db.secrets import Secrets
from sightline.db.sign_in.mail_tokens import recipient
from sightline.db.sign_in.outbox import put_mail, take_mail
from sightline.db.sign_in.replacing import replace_password
from sightline.db.tables.enums import MailKind
from sightline.server.mail.carriers import MailTls, SmtpCarrier, UndeliveredError
from sightline.server.mail.letters import AddressError, Letters, is_address
from sightline.server.mail.outbox import Outbox


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
        " VALUES ('RESET_PASSWORD', 'ana@example.com', now() - interval '1 hour', now() - interval '1 minute')"
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


async def test_n15_a_reset_that_is_being_written_does_not_outlive_the_password(
    database: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N15: the password is replaced after the mail was taken to be sent: nothing is sent, and no token is kept."""
    sent: list[EmailMessage] = []

    async def carry(message: EmailMessage) -> None:
        sent.append(message)

    async def recipient_meanwhile(connection: asyncpg.Connection, kind: MailKind, email: str) -> int | None:
        found = await recipient(connection, kind, email)
        async with database.owner() as other, other.transaction():
            await replace_password(other, number, "another hash")
        return found

    outbox = Outbox(database, secrets, Letters("sightline@example.com", "https://sightline.example"), carry)
    async with database.owner() as connection:
        make = "INSERT INTO app_user (email, name) VALUES ('ana@example.com', 'Ana') RETURNING id"
        number = await connection.fetchval(make)
        for meanwhile, mails in ((recipient_meanwhile, 0), (recipient, 1)):
            monkeypatch.setattr("sightline.server.mail.outbox.recipient", meanwhile)
            await put_mail(connection, MailKind.RESET_PASSWORD, "ana@example.com")
            assert await outbox.send_one()
            kept = await connection.fetchval("SELECT count(*) FROM mail_token")
            waits = await connection.fetchval("SELECT count(*) FROM outgoing_mail")
            assert (len(sent), kept, waits) == (mails, mails, 0)


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
def test_a_mail_has_nothing_in_it_that_somebody_else_wrote(kind: MailKind) -> None:
    """Plain text, its headers ours, the same Message-ID at every attempt."""
    letters = Letters("sightline@example.com", SITE)
    his = letters.write(kind, "ana@example.com", number=7, token="a", about=Delivered("My own report", None))
    assert ("My own report" in his.get_content()) is kind.startswith("REPORT_")
    assert all("My own report" not in value for value in his.values())
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


async def test_former_owners_are_told_and_nothing_is_named(mailing: Console, sink: MailSink) -> None:
    """SM8, L12: the mail about a transfer says that an account was moved: not which, nor whose it is now."""
    await mailing.user()
    await put_mail(mailing.connection, MailKind.ACCOUNT_TRANSFERRED, "nobody@example.com")
    await put_mail(mailing.connection, MailKind.ACCOUNT_TRANSFERRED, "ana@example.com")
    await until(lambda: none_waits(mailing))
    (mail,) = sink.mails
    assert mail["To"] == "ana@example.com"
    assert mail["Subject"] == "An affiliate account has another owner"
    assert TOKEN.search(mail.get_content()) is None
    assert "was moved to another company, or to none" in mail.get_content()
