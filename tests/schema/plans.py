"""What PostgreSQL does for a page: the plan of the very statement the engine sends, run and counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson

from sightline.db.snapshot import Snapshot
from sightline.db.statements import Statement
from sightline.resolvers.identity import Principal
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A plan as EXPLAIN (ANALYZE, FORMAT JSON) tells it: its nodes, outermost first."""

    nodes: tuple[Mapping[str, Any], ...]

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        """The nodes of one kind, such as `Sort`."""
        return [node for node in self.nodes if node["Node Type"] == kind]

    def indexes(self, table: str) -> set[str]:
        """The indexes by which a table is read; "" stands for a scan without one."""
        return {node.get("Index Name", "") for node in self.nodes if node.get("Relation Name") == table}

    def rows_read(self, table: str) -> int:
        """How many rows of a table were looked at, those thrown away by a filter included."""
        scans = [node for node in self.nodes if node.get("Relation Name") == table]
        return round(
            sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in scans)
        )

    def rows_sorted(self) -> int:
        """How many rows went into the largest sort."""
        sorts = (node for node in self.nodes if node["Node Type"] == "Sort")
        return max(
            (round(node["Plans"][0]["Actual Rows"] * node["Plans"][0]["Actual Loops"]) for node in sorts), default=0
        )


class ListeningSnapshot(Snapshot):
    """A snapshot that keeps what is sent through it."""

    sent: list[tuple[Statement, Mapping[str, object]]]

    async def fetch(self, statement: Statement, values: Mapping[str, object]) -> Sequence[asyncpg.Record]:
        self.sent.append((statement, values))
        return await super().fetch(statement, values)


async def plans_of(
    engine: Engine, viewer: Principal, query: str, /, **variables: Any
) -> tuple[list[Plan], dict[str, Any]]:
    """The plans of every statement of an operation, and the operation's data."""
    async with engine.database.reads.acquire() as connection:
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = await connection.fetchrow("SELECT n, now() AS clock FROM authz_epoch")
        snapshot = ListeningSnapshot(connection, row["n"], row["clock"])
        snapshot.sent = []
        answer = await engine.answer(GraphQLRequest(query, variables), viewer, snapshot)
        assert not answer.errors, answer.errors
        assert answer.data is not None
        plans = [await _explained(connection, *each) for each in snapshot.sent]
        await connection.execute("ROLLBACK")
    return plans, answer.data


async def _explained(connection: asyncpg.Connection, statement: Statement, values: Mapping[str, object]) -> Plan:
    explain = f"EXPLAIN (ANALYZE, BUFFERS OFF, TIMING OFF, FORMAT JSON) {statement.text}"
    told = await connection.fetchval(explain, *statement.arguments(values))
    return Plan(tuple(_nodes(orjson.loads(told)[0]["Plan"])))


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)
