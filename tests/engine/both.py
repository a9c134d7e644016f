"""What the test and the soak of the two executors share: the comparison for one viewer, and its figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import asyncpg
from changing import answered
from desk import as_bytes
from documents import Asked, documents_of
from drawing import NOON
from kinds import Kind, viewer_of
from taking_back import taken_back
from worlds import World

from sightline.db.snapshot import Snapshot
from sightline.resolvers.identity import Principal
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine
from sightline.server.logs import operation_line

MOST_PAGES = 3


class ExecutorsDifferError(AssertionError):
    """The two executors do not answer the same."""


@dataclass(slots=True)
class Compared:
    """What was compared: operations, those of them that were answered with rows, and what plans did of it."""

    operations: int = 0
    filled: int = 0
    executed: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.operations} operations answered by both executors, {self.filled} with rows; {dict(self.executed)}"
        )


async def compare(
    planned: Engine,
    standard: Engine,
    connection: asyncpg.Connection,
    world: World,
    kind: Kind,
    random: Random,
    *,
    documents: int,
    into: Compared,
) -> None:
    """Compare for a viewer of a kind, with that many documents of each mode. Raises ExecutorsDifferError."""
    asking = viewer_of(kind, random, world, planned.services.catalogue)
    for asked in documents_of(planned, world, asking, random, documents):
        waiting = list(asked.variables)
        for _ in range(len(waiting) + MOST_PAGES):
            if not waiting:
                break
            request = GraphQLRequest(asked.text, dict(waiting.pop(0)))
            data, here = await _counted(planned, connection, asking, request, into)
            # By the root that was found out about.
            _, again = await _counted(planned, connection, asking, request, into)
            _, there = await _answer(standard, connection, asking, request)
            if not here == again == there:
                raise ExecutorsDifferError(f"{kind.name}: {asking.paths}\n{asked}\n{here!r}\n{again!r}\n{there!r}")
            into.operations += 1
            into.filled += b'"__typename":"' in here
            waiting += _next_page(asked, data)


async def compare_changes(
    planned: Engine, standard: Engine, connection: asyncpg.Connection, who: Principal, asked: Asked
) -> bytes:
    """Compare the answers to a mutation, and to what follows it. Returns the first. Raises ExecutorsDifferError."""
    answers = []
    for engine in (planned, standard):
        async with taken_back(connection):
            answer, _ = await answered(engine, connection, who, asked)
            assert asked.follows is not None
            after = GraphQLRequest(asked.follows.text, dict(asked.follows.variables[0]))
            answers.append([as_bytes(answer), (await _answer(engine, connection, who, after))[1]])
    here, there = answers
    if here != there:
        raise ExecutorsDifferError(f"{who.paths}\n{asked}\n{here!r}\n{there!r}")
    return here[0]


async def _counted(
    planned: Engine, connection: asyncpg.Connection, asking: Principal, request: GraphQLRequest, into: Compared
) -> tuple[Any, bytes]:
    with operation_line("compared") as line:
        answer = await _answer(planned, connection, asking, request)
    into.executed.update(line.executed)
    return answer


async def _answer(
    engine: Engine, connection: asyncpg.Connection, asking: Principal, request: GraphQLRequest
) -> tuple[Any, bytes]:
    answer = await engine.answer(request, asking, Snapshot(connection, 0, NOON))
    return answer.data, as_bytes(answer)


def _next_page(asked: Asked, data: Any) -> list[dict[str, Any]]:
    page: dict[str, Any] = ((data or {}).get("page") or {}).get("pageInfo") or {}
    return [{"after": page["endCursor"]}] if asked.walks and page.get("hasNextPage") else []
