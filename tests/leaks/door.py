"""The front door: the real endpoint over the real engine and PostgreSQL, asked over HTTP as the demo cast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from desk import Desk
from starlette.applications import Starlette
from starlette.routing import Route

from sightline.server.transport import GraphQLEndpoint

REQUEST_ID = "a-probe"
"""Every request has this id, so that answers can be compared whole."""


@dataclass(frozen=True, slots=True, eq=False)
class Door:
    """Where the cast comes in."""

    client: httpx.AsyncClient
    desk: Desk

    async def ask(self, key: str, query: str, variables: dict[str, Any] | None = None) -> httpx.Response:
        """The response that a member gets."""
        headers = {"authorization": f"Bearer {self.desk.token(key)}", "x-request-id": REQUEST_ID}
        return await self.client.post("/graphql", json={"query": query, "variables": variables or {}}, headers=headers)

    async def read(self, key: str, query: str, variables: dict[str, Any] | None = None) -> Any:
        """The data of an answer without errors."""
        answer = (await self.ask(key, query, variables)).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


def whole(response: httpx.Response) -> bytes:
    """Everything a client gets, in one piece: status, headers, body."""
    headers = sorted((name, value) for name, value in response.headers.multi_items())
    return repr([response.status_code, headers]).encode() + response.content


def client_of(desk: Desk) -> httpx.AsyncClient:
    """A client of the endpoint over the desk's engine."""
    application = Starlette(routes=[Route("/graphql", GraphQLEndpoint(desk.engine.execute))])
    return httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test")
