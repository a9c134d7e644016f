"""Applications, an identity provider and a mail server, all real and all on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from console import SITE, Console, Starting, settings_for, started
from mail_sink import MailSink, receiving
from mailing import smtp
from provider import AUDIENCE, Provider, serving_provider

from sightline.db.secrets import Secrets


@pytest.fixture
async def url(
    empty_database: Callable[..., Awaitable[str]], migrated_template: str, database_url: Callable[[str], str]
) -> str:
    """The URL of an empty database of the newest version."""
    return database_url(await empty_database(migrated_template))


@pytest.fixture
def start(url: str, secrets: Secrets, tmp_path: Path) -> Starting:
    """Starts applications over the test's database, with further settings."""

    def starting(**more: Any) -> AbstractAsyncContextManager[Console]:
        site = {"site": more.pop("site")} if "site" in more else {}
        return started(settings_for(url, secrets, tmp_path, **more), secrets, **site)

    return starting


@pytest.fixture
async def console(start: Starting) -> AsyncIterator[Console]:
    """An application without mail and without a provider."""
    async with start() as made:
        yield made


@pytest.fixture(scope="session")
def serving() -> Iterator[Provider]:
    """The run's identity provider."""
    with serving_provider() as provider:
        yield provider


@pytest.fixture
def provider(serving: Provider) -> Provider:
    """The identity provider, honest again."""
    serving.reset()
    return serving


@pytest.fixture
async def trusting(start: Starting, provider: Provider) -> AsyncIterator[Console]:
    """An application that trusts the provider."""
    async with start(oidc_issuer=provider.issuer, oidc_audience=AUDIENCE) as made:
        yield made


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    """A mail server that keeps what it is sent."""
    async with receiving() as made:
        yield made


@pytest.fixture
async def mailing(start: Starting, sink: MailSink, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Console]:
    """An application that sends mail to the sink, and looks for it often."""
    monkeypatch.setattr("sightline.server.mail.outbox.LOOK_SECONDS", 0.02)
    async with start(**smtp(sink), public_url=SITE) as made:
        yield made
