"""Asking the engine as somebody, without a transport in between."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from sightline.db.changes import in_change
from sightline.db.demo import CAST, token_of
from sightline.db.secrets import Secrets
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import Principal
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row
from sightline.schema.api import Api, View
from sightline.server.answers import GraphQLAnswer, GraphQLRequest
from sightline.server.execution import Engine

LIVING = [member.key for member in CAST if member.key not in ("suspended", "expired-key", "revoked-key")]
"""The demo cast without those who cannot sign in."""


class _UndoneError(Exception):
    """Ends a transaction that is not meant to stay."""


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

    async def change(self, query: str, viewer: Principal, /, **variables: Any) -> GraphQLAnswer:
        """The answer to a mutation, of which nothing is left: the platform is everybody's."""
        answers: list[GraphQLAnswer] = []

        async def work(snapshot: Snapshot) -> None:
            request = GraphQLRequest(query, variables)
            answers.append(await self.engine.answer(request, viewer, snapshot, changing=True))
            raise _UndoneError

        with suppress(_UndoneError):
            await in_change(self.engine.database.writes, work, granting=False)
        return answers[-1]

    async def rows(self, viewer: Principal, entity: str, keys: list[Key]) -> list[Row | None]:
        """The rows of keys as the viewer sees them; None where he does not."""

        async def work(snapshot: Snapshot) -> list[Row | None]:
            operation = Operation(self.engine.services, viewer, self.engine.visibility(viewer), snapshot)
            if not operation.visibility.sees(entity):
                return [None] * len(keys)
            return await operation.rows_by_key(entity, keys)

        return await in_snapshot(self.engine.database.reads, work)

    def token(self, key: str) -> str:
        """The token of a member of the demo cast."""
        return token_of(next(each for each in CAST if each.key == key), self.secrets)

    async def member(self, key: str) -> Principal:
        """A member of the demo cast."""
        if key not in self._members:
            token = self.token(key)

            async def work(snapshot: Snapshot) -> Principal:
                found = await self.engine.access.identities.find(token, snapshot)
                assert found is not None, key
                return found

            self._members[key] = await in_snapshot(self.engine.database.reads, work)
        return self._members[key]

    def view(self, viewer: Principal) -> View:
        """The viewer's schema."""
        return self.engine.api.view(self.engine.visibility(viewer), viewer.columns)


def without_plans(planned: Engine) -> Engine:
    """The same engine, answering by the standard executor alone.

    A document is prepared for both at once, as no executor takes part in that: what is compared is how they execute it.
    """
    api = Api(planned=False)
    api.documents = planned.api.documents
    return replace(planned, api=api)


def as_bytes(answer: GraphQLAnswer) -> bytes:
    """Everything of an answer that a client gets."""
    return orjson.dumps([answer.data, answer.errors, answer.extensions, answer.executed])


def code_of(answer: GraphQLAnswer) -> str:
    """The code of the one error an answer has."""
    assert len(answer.errors) == 1, answer.errors
    return str(answer.errors[0]["extensions"]["code"])
