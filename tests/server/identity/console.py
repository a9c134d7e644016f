"""A started application over a database of its own, asked as a browser of its site asks, and as others do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from pydantic import SecretStr
from starlette.applications import Starlette

from sightline.db.database import Database
from sightline.db.secrets import Secrets, new_token
from sightline.server.app import build_app
from sightline.server.execution import make_execute
from sightline.server.identity.passwords import hash_password
from sightline.server.settings import Settings

SITE = "https://sightline.test"
OURS = {"origin": SITE, "sec-fetch-site": "same-origin", "apollo-require-preflight": "1"}
PASSWORD = "correct horse battery staple"
ME = "{ viewer { user { name } } }"


@dataclass(frozen=True, slots=True, eq=False)
class Console:
    """One application, one cookie jar."""

    app: Starlette
    browser: httpx.AsyncClient
    connection: asyncpg.Connection
    secrets: Secrets

    async def add(self, table: str, **values: Any) -> int:
        """Insert one row; its id, where it has one."""
        places = ", ".join(f"${at}" for at in range(1, len(values) + 1))
        row = await self.connection.fetchrow(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places}) RETURNING *", *values.values()
        )
        return int(row["id"]) if "id" in row else 0

    async def user(self, email: str = "ana@example.com", password: str | None = PASSWORD, **values: Any) -> int:
        """A new user, with a password unless it is None."""
        hashed = None if password is None else hash_password(password)
        return await self.add("app_user", **{"email": email, "name": "Ana", "password_hash": hashed} | values)

    async def key(self, *, user: int, **values: Any) -> str:
        """The secret of a new key of a user."""
        token = new_token()
        made = {"hash": self.secrets.token_hash(token), "prefix": token[:12], "last_four": token[-4:]}
        owner = {"owner_kind": "USER", "user_id": user, "scopes": ["self:R"]}
        await self.add("api_key", **made | owner | {"name": "key", "state": "ACTIVE"} | values)
        return token

    async def change(self, statement: str, *values: Any) -> None:
        """Change what decides access, and count the epoch up as every writer must."""
        async with self.connection.transaction():
            await self.connection.execute(statement, *values)
            await self.connection.execute("UPDATE authz_epoch SET n = n + 1")

    async def sign_in(self, email: str = "ana@example.com", password: str = PASSWORD, **headers: str) -> httpx.Response:
        """Sign the browser in."""
        return await self.post("", {"email": email, "password": password}, **headers)

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """Ask for something below /session, as a page of this site does."""
        return await self.browser.post(f"/session{path}", json=body, headers=OURS | headers)

    async def ask(self, query: str = ME, **headers: str) -> httpx.Response:
        """An operation, with the browser's cookie and further headers."""
        return await self.browser.post("/graphql", json={"query": query}, headers=headers)

    async def me(self, **headers: str) -> str | None:
        """The name of whom an operation of this browser is of; None where it is refused with 401."""
        answer = await self.ask(**headers)
        if answer.status_code == 401:
            return None
        name: str = answer.json()["data"]["viewer"]["user"]["name"]
        return name

    async def epoch(self) -> int:
        """The version of the policy."""
        n: int = await self.connection.fetchval("SELECT n FROM authz_epoch")
        return n


Starting = Callable[..., AbstractAsyncContextManager[Console]]
"""What the fixture `start` gives: applications, by further settings."""


def bearer(token: str) -> dict[str, str]:
    """The header of a token."""
    return {"authorization": f"Bearer {token}"}


def settings_for(url: str, secrets: Secrets, data_dir: Path, **more: Any) -> Settings:
    """Settings of an installation with an external database."""
    given = {"database_url": SecretStr(url), "secret_key": SecretStr(secrets.root.decode()), "data_dir": data_dir}
    return Settings(**{"_env_file": None} | given | more)


@asynccontextmanager
async def started(settings: Settings, secrets: Secrets, *, site: str = SITE) -> AsyncIterator[Console]:
    """An application that serves, and a browser in front of it."""
    app = build_app(settings, make_execute)
    assert settings.database_url is not None
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=site) as browser,
        Database.open(settings.database_url.get_secret_value()) as database,
        database.owner() as connection,
    ):
        yield Console(app, browser, connection, secrets)
