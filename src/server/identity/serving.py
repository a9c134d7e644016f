"""What identity needs while the application serves: what is made at its start, and what runs beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import structlog

from sightline.db.database import Database
from sightline.db.ending import end
from sightline.db.errors import DatabaseBusyError, DatabaseUnavailableError
from sightline.db.locations import data_directory
from sightline.db.secrets import Secrets
from sightline.db.sign_in.last_use import note_use
from sightline.resolvers.identity import Identities
from sightline.server.identity.access import Access
from sightline.server.identity.browsers import Browsers
from sightline.server.identity.demo import CAST_PATH, CastRoutes
from sightline.server.identity.endpoints import Handler, SessionRoutes
from sightline.server.identity.issuer import Issuer, Rules
from sightline.server.identity.jwks import KeySource
from sightline.server.identity.limits import Limits
from sightline.server.identity.passwords import Passwords
from sightline.server.identity.registration import Registering, RegistrationRoutes
from sightline.server.identity.sign_in import SignIn
from sightline.server.logs import log_fault
from sightline.server.mail.carriers import Carrier, FolderCarrier, SmtpCarrier
from sightline.server.mail.letters import Letters
from sightline.server.mail.outbox import Outbox
from sightline.server.settings import Settings, exposed

NOTE_SECONDS = 20.0
DEMO_SENDER = "demo@sightline.invalid"


@dataclass(frozen=True, slots=True, eq=False)
class IdentityServices:
    """What proves who one is, open."""

    access: Access
    sessions: dict[str, dict[str, Handler]]


def browsers_of(settings: Settings) -> Browsers:
    """How browsers are known at an installation."""
    return Browsers(settings.public_url, demo=settings.demo)


@asynccontextmanager
async def identity_services(
    settings: Settings, database: Database, secrets: Secrets
) -> AsyncIterator[IdentityServices]:
    """Everything, for as long as the application serves."""
    identities, passwords = Identities(secrets), Passwords()
    carrier = carrier_of(settings)
    async with AsyncExitStack() as stack:
        stack.callback(passwords.close)
        issuer = await stack.enter_async_context(_issuer(settings))
        await stack.enter_async_context(beside(_note_uses(database, identities)))
        if carrier is not None:
            outbox = Outbox(database, secrets, letters_of(settings), carrier)
            await stack.enter_async_context(beside(outbox.run()))
        limits = Limits(database, secrets, settings.most_registrations)
        browsers = browsers_of(settings)
        service = SignIn(database, secrets, passwords, limits, sends_mail=carrier is not None)
        registering = Registering(database, secrets, passwords, limits, offered=settings.registration)
        sessions = SessionRoutes(service, identities, browsers).routes()
        sessions |= RegistrationRoutes(registering, browsers).routes()
        if settings.demo:
            sessions[CAST_PATH] = CastRoutes(database, secrets, browsers).handlers()
        yield IdentityServices(Access(identities, issuer), sessions)


def carrier_of(settings: Settings) -> Carrier | None:
    """How mail leaves an installation; None where it does not."""
    if settings.smtp_host is not None:
        password = exposed(settings.smtp_password)
        return SmtpCarrier(settings.smtp_host, settings.smtp_port, settings.smtp_tls, settings.smtp_user, password)
    return FolderCarrier(data_directory(settings.data_dir) / "mail") if settings.demo else None


def letters_of(settings: Settings) -> Letters:
    """How mails of an installation are written."""
    here = f"http://{settings.host}:{settings.port}" if settings.demo else None
    return Letters(settings.mail_from or DEMO_SENDER, settings.public_url or here)


@asynccontextmanager
async def _issuer(settings: Settings) -> AsyncIterator[Issuer | None]:
    if settings.oidc_issuer is None or settings.oidc_audience is None:
        yield None
        return
    rules = Rules(
        settings.oidc_issuer,
        settings.oidc_audience,
        frozenset(settings.oidc_algorithms),
        frozenset(settings.oidc_types),
        settings.oidc_subject_claim,
        settings.oidc_match_email,
    )
    async with httpx.AsyncClient(follow_redirects=False, headers={"accept": "application/json"}) as client:
        keys = KeySource(settings.oidc_issuer, settings.oidc_jwks_url, client)
        try:
            yield Issuer(rules, keys)
        finally:
            await keys.close()


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run something for the length of the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await end(task)


async def _note_uses(database: Database, identities: Identities) -> None:
    """Write from time to time which keys and sessions were used since, and once more at the end."""
    try:
        while True:
            await asyncio.sleep(NOTE_SECONDS)
            await _note_used(database, identities)
    finally:
        await _note_used(database, identities)


async def _note_used(database: Database, identities: Identities) -> None:
    used = identities.used.copy()
    if not used:
        return
    try:
        async with database.writes.acquire() as connection, connection.transaction():
            await note_use(connection, used)
        identities.used.difference_update(used)
    except (DatabaseBusyError, DatabaseUnavailableError) as error:
        structlog.get_logger("sightline.identity").warning("last uses wait to be written", reason=type(error).__name__)
    except Exception as error:
        log_fault(error)
