"""The statements that the engine sends for a query, kept so that they can be sent again without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sightline.db.database import Database
from sightline.db.snapshot import Snapshot
from sightline.db.statements import Statement
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine


@dataclass(frozen=True, slots=True)
class Recorded:
    """A statement as the engine sent it."""

    statement: Statement
    values: dict[str, object]

    def arguments(self) -> list[object]:
        """What asyncpg is given beside the text."""
        return self.statement.arguments(self.values)


class RecordingSnapshot(Snapshot):
    """A snapshot that keeps what is sent through it."""

    sent: list[Recorded]

    async def fetch(self, statement: Statement, values: Any) -> Sequence[Any]:
        self.sent.append(Recorded(statement, dict(values)))
        return await super().fetch(statement, values)


async def statements(
    database: Database, engine: Engine, query: str, token: str, variables: dict[str, Any] | None = None
) -> list[Recorded]:
    """The viewer's statements of a query, recorded once everything is warm."""
    await engine.execute(GraphQLRequest(query, variables), token)
    async with database.reads.acquire() as connection:
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = await connection.fetchrow("SELECT n, now() AS clock FROM authz_epoch")
        snapshot = RecordingSnapshot(connection, row["n"], row["clock"])
        snapshot.sent = []
        principal = await engine.access.identities.find(token, snapshot)
        assert principal is not None
        await engine.answer(GraphQLRequest(query, variables), principal, snapshot)
        await connection.execute("ROLLBACK")
        return snapshot.sent
