"""A mail server on this machine that keeps what it is sent, or refuses it where it is told to; with TLS or without."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sightline.server.mail.carriers import MailTls


# Without slots: aiosmtpd reads every attribute, and up to Python 3.11.2 `__weakref__` of a slotted one cannot be read.
@dataclass(eq=False)
class MailSink:
    """What arrived: the mails, and for each the addresses of its envelope. `answer` is what is said to the next."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    answer: str = "250 OK"
    refused: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # the name aiosmtpd calls
        """Take one mail, as the server calls it."""
        if self.answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=SMTP_POLICY)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.envelopes.append(envelope.rcpt_tos)
            self.encrypted.append(server.transport.get_extra_info("ssl_object") is not None)
        else:
            self.refused += 1
        return self.answer


@asynccontextmanager
async def receiving(tls: MailTls = MailTls.NONE, certificate: Path | None = None) -> AsyncIterator[MailSink]:
    """A mail server on a free port. With TLS it has the certificate and key of a file."""
    sink = MailSink()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    starttls = context if tls is MailTls.STARTTLS else None

    def protocol() -> SMTP:
        return SMTP(sink, hostname="localhost", tls_context=starttls, require_starttls=starttls is not None)

    whole = context if tls is MailTls.TLS else None
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=whole)
    try:
        sink.port = server.sockets[0].getsockname()[1]
        yield sink
    finally:
        server.close()


def make_certificate(path: Path) -> Path:
    """A file with a new certificate of this machine, vouched for by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
