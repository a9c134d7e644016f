"""The demo cast as callers of a server, each with the gql client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from graphql import GraphQLSchema

from sightline.db.demo import CAST, token_of
from sightline.db.secrets import Secrets

REFUSED = ("suspended", "expired-key", "revoked-key")
LIVING = tuple(member.key for member in CAST if member.key not in REFUSED)


@dataclass(frozen=True, slots=True)
class Refused:
    """How a server refused: the status, the codes, and where in the document, as (line, column)."""

    status: int
    codes: frozenset[str]
    places: frozenset[tuple[int, int]]
    data: Any


@dataclass(frozen=True, slots=True)
class Caller:
    """One client session, and the statuses of what was answered in it."""

    session: AsyncClientSession
    statuses: list[int]

    async def read(self, document: str, operation: str | None = None, /, **variables: Any) -> dict[str, Any]:
        """The data of an answer; validated before it is sent where the session has a schema. Raises on any error."""
        return await self.session.execute(GraphQLRequest(document, variable_values=variables, operation_name=operation))

    async def refusal(self, document: str, /, **variables: Any) -> Refused:
        """The refusal of a document that must not be answered."""
        try:
            answered = await self.read(document, **variables)
        except TransportQueryError as refused:
            errors: list[dict[str, Any]] = refused.errors or []
            return Refused(
                self.statuses[-1],
                frozenset(error["extensions"]["code"] for error in errors),
                frozenset((at["line"], at["column"]) for error in errors for at in error.get("locations", ())),
                refused.data,
            )
        raise AssertionError(f"answered: {answered}")


@dataclass(frozen=True, slots=True, eq=False)
class Callers:
    """Who can be asked as. Schemas are fetched once per caller, by introspection through the client."""

    url: str
    secrets: Secrets
    _schemas: dict[str, GraphQLSchema] = field(default_factory=dict)

    def token(self, key: str) -> str:
        """The token of a member of the cast."""
        return token_of(next(member for member in CAST if member.key == key), self.secrets)

    @asynccontextmanager
    async def calling(
        self, key: str | None, *, schema: GraphQLSchema | None = None, fetch: bool = False
    ) -> AsyncIterator[Caller]:
        """A session of a member, or of nobody; documents are validated against `schema` before they are sent."""
        statuses: list[int] = []

        async def note(response: httpx.Response) -> None:
            statuses.append(response.status_code)

        headers = {} if key is None else {"authorization": f"Bearer {self.token(key)}"}
        # Nothing is encrypted here: httpx would read all authorities of the web anew for each client.
        transport = HTTPXAsyncTransport(self.url, headers=headers, event_hooks={"response": [note]}, verify=False)
        client = Client(
            transport=transport,
            schema=schema,
            fetch_schema_from_transport=fetch,
            introspection_args={"descriptions": False},
        )
        async with client as session:
            yield Caller(session, statuses)

    async def schema(self, key: str) -> GraphQLSchema:
        """The schema as the server tells it to a member."""
        if key not in self._schemas:
            async with self.calling(key, fetch=True) as caller:
                schema = caller.session.client.schema
                assert schema is not None
                self._schemas[key] = schema
        return self._schemas[key]
