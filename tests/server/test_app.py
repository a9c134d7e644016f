"""The application over a real database: start, health, keys, cross-origin rules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from sightline.db.errors import DatabaseUnavailableError
from sightline.db.secrets import new_token
from sightline.server.app import build_app
from sightline.server.execution import make_execute
from sightline.server.settings import Settings

SECRET = "a secret for tests, long enough for one"


def settings_for(url: str, **more: Any) -> Settings:
    """Settings of an installation with an external database."""
    return Settings(_env_file=None, database_url=SecretStr(url), secret_key=SecretStr(SECRET), **more)


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a started application."""
    app = build_app(settings, make_execute)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        yield client


@pytest.fixture
async def url(database_url: Any, empty_database: Any, migrated_template: str) -> str:
    """The URL of an empty database of the newest version."""
    made: str = database_url(await empty_database(migrated_template))
    return made


async def test_f29_health_is_of_the_process_and_readiness_of_its_database(
    url: str, superuser: asyncpg.Connection
) -> None:
    """F29: the reason is not told to everybody."""
    name = url.partition("@/")[2].partition("?")[0]
    async with started(settings_for(url)) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).text == "ready\n"
    async with started(settings_for(url)) as client:
        await superuser.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.text) == (503, "The database cannot be used: the log says why.\n")
        assert (await client.get("/healthz")).status_code == 200


async def test_f29_no_database_is_one_line_at_the_start() -> None:
    """F29: without the password."""
    app = build_app(settings_for("postgresql://owner:hidden@127.0.0.1:1/none"), make_execute)
    with pytest.raises(DatabaseUnavailableError) as raised:
        async with app.router.lifespan_context(app):
            pass
    assert "hidden" not in str(raised.value)
    assert "\n" not in str(raised.value)


async def test_n17_n18_a_token_of_nobody_is_401(url: str) -> None:
    """N17, N18: with wrong check characters, and with right ones."""
    async with started(settings_for(url)) as client:
        for token in ("sl_live_" + "a" * 36, new_token()):
            answer = await client.post(
                "/graphql", json={"query": "{__typename}"}, headers={"authorization": f"Bearer {token}"}
            )
            assert answer.status_code == 401
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_b71_only_the_named_origins_may_call(url: str) -> None:
    """B71: no origin by default, exact ones by setting, never with credentials."""
    preflight = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    good, evil = {"origin": "https://app.example.com"}, {"origin": "https://app.example.com.evil.example"}
    async with started(settings_for(url)) as client:
        answer = await client.options("/graphql", headers=good | preflight)
        assert answer.status_code == 405
        assert "access-control-allow-origin" not in answer.headers
    async with started(settings_for(url, allowed_origins="https://app.example.com")) as client:
        answer = await client.options("/graphql", headers=good | preflight)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "https://app.example.com"
        assert "access-control-allow-credentials" not in answer.headers
        answer = await client.options("/graphql", headers=evil | preflight)
        assert "access-control-allow-origin" not in answer.headers
        answer = await client.post("/graphql", headers=good)
        assert "Origin" in answer.headers["vary"]
        assert "Authorization" in answer.headers["vary"]
