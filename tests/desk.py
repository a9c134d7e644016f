"""Asking the engine as somebody, without a transport in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from sightline.db.demo import CAST, token_of
from sightline.db.secrets import Secrets
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.identity import Principal
from sightline.schema.api import View
from sightline.server.answers import GraphQLAnswer, GraphQLRequest
from sightline.server.execution import Engine

LIVING = [member.key for member in CAST if member.key not in ("suspended", "expired-key", "revoked-key")]
"""The demo cast without those who cannot sign in."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer, and how many statements it took beside those of the snapshot."""

    answer: GraphQLAnswer
    statements: int


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """Where questions are asked. Members of the demo cast are found by their tokens once."""

    engine: Engine
    secrets: Secrets
    _members: dict[str, Principal] = field(default_factory=dict)

    async def count(self, query: str, viewer: Principal, /, **variables: Any) -> Asked:
        """The answer to one operation in a snapshot of its own."""

        async def work(snapshot: Snapshot) -> Asked:
            answer = await self.engine.answer(GraphQLRequest(query, variables), viewer, snapshot)
            return Asked(answer, snapshot.statements)

        return await in_snapshot(self.engine.database.reads, work)

    async def ask(self, query: str, viewer: Principal, /, **variables: Any) -> GraphQLAnswer:
        """The same without the number of statements."""
        return (await self.count(query, viewer, **variables)).answer

    async def read(self, query: str, viewer: Principal, /, **variables: Any) -> dict[str, Any]:
        """The data of an answer that has no errors."""
        answer = await self.ask(query, viewer, **variables)
        assert not answer.errors, answer.errors
        assert answer.data is not None
        return answer.data

    async def member(self, key: str) -> Principal:
        """A member of the demo cast."""
        if key not in self._members:
            token = token_of(next(each for each in CAST if each.key == key), self.secrets)

            async def work(snapshot: Snapshot) -> Principal:
                found = await self.engine.identities.find(token, snapshot)
                assert found is not None, key
                return found

            self._members[key] = await in_snapshot(self.engine.database.reads, work)
        return self._members[key]

    def view(self, viewer: Principal) -> View:
        """The viewer's schema."""
        return self.engine.api.view(self.engine.visibility(viewer))


def as_bytes(answer: GraphQLAnswer) -> bytes:
    """Everything of an answer that a client gets."""
    return orjson.dumps([answer.data, answer.errors, answer.extensions, answer.executed])


def code_of(answer: GraphQLAnswer) -> str:
    """The code of the one error an answer has."""
    assert len(answer.errors) == 1, answer.errors
    return str(answer.errors[0]["extensions"]["code"])
