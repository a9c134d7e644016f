"""Non-interference: what a viewer may not see moves not one byte of any answer (proof obligation 2; authorization 0).

For each of many random viewers: random documents are answered, everything hidden from the viewer is changed, and the
same documents are answered again, by the engine, in the changed world. Answers must be equal byte for byte, must have
taken as many statements, and must hold nothing of what was planted.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import asyncpg
import orjson
from documents import Documents
from drawing import NOON
from twins import Twin, is_marked
from viewers import principals
from worlds import World, inserted, seed

from sightline.db.database import Database
from sightline.db.reads import Reads
from sightline.db.secrets import Secrets
from sightline.db.snapshot import Snapshot
from sightline.resolvers.identity import Principal
from sightline.server.answers import GraphQLAnswer, GraphQLRequest
from sightline.server.execution import Engine

VIEWERS = 20
DOCUMENTS = 12
MOST_PAGES = 4

Answered = tuple[bytes, int]


async def test_hidden_cells_and_rows_move_no_byte(database: Database, secrets: Secrets) -> None:
    """Random documents of random viewers: byte-equal answers in twin worlds, and no planted value in any."""
    random, engine = Random(seed()), Engine.of(database, secrets)
    # Every other viewer is read account by account as far as it goes, the others only where they have one account.
    few = replace(engine, services=replace(engine.services, reads=Reads(engine.services.catalogue, most_accounts=1)))
    async with database.owner() as connection:
        world = await inserted(connection, engine.services.catalogue, random)
        counts = [
            await _interferes(random, (engine, few)[number % 2], connection, world, asking)
            for number, asking in enumerate(principals(random, world, VIEWERS))
        ]
    operations, changes, moved, filled = (sum(column) for column in zip(*counts, strict=True))
    print(f"{operations} operations, {filled} with rows; changed: {changes} hidden cells, {moved} rows")
    assert operations >= 200
    assert filled >= operations / 4
    assert changes >= 5_000
    assert moved >= 200


async def _interferes(
    random: Random, engine: Engine, connection: asyncpg.Connection, world: World, asking: Principal
) -> tuple[int, int, int, int]:
    """Prove it for one viewer. Returns operations, changed cells, moved rows, and answers with rows."""
    services = engine.services
    schema = engine.api.view(engine.visibility(asking))._schema
    documents = list(Documents(random, schema, world, services.catalogue, services.ids).some(DOCUMENTS))
    transaction = connection.transaction()
    await transaction.start()
    try:
        before = [await _answers(engine, connection, asking, document) for document in documents]
        twin = Twin(connection, services.catalogue, random, asking.paths, world)
        await twin.make()
        after = [await _answers(engine, connection, asking, document) for document in documents]
    finally:
        await transaction.rollback()
    for document, there, here in zip(documents, before, after, strict=True):
        assert there == here, f"{asking.paths.shapes}\n{document}"
        assert not any(is_marked(answer) for answer, _ in here), document
    answers = [answer for each in before for answer, _ in each]
    return len(answers), twin.changed, twin.moved, sum(b"__typename" in answer for answer in answers)


async def _answers(engine: Engine, connection: asyncpg.Connection, asking: Principal, document: str) -> list[Answered]:
    """The answers to a document, page after page where it can be walked, each with its number of statements."""
    answers: list[Answered] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        snapshot = Snapshot(connection, 0, NOON)
        walks = document.startswith("query($after")
        variables = {"after": after} if walks else None
        answer = await engine.answer(GraphQLRequest(document, variables), asking, snapshot)
        for error in answer.errors:
            assert "at most" in error["message"] or " most is " in error["message"], f"{error}\n{document}"
        answers.append((_bytes(answer), snapshot.statements))
        page: dict[str, Any] = ((answer.data or {}).get("page") or {}).get("pageInfo") or {}
        after = page.get("endCursor")
        if not page.get("hasNextPage"):
            break
    return answers


def _bytes(answer: GraphQLAnswer) -> bytes:
    return orjson.dumps([answer.data, answer.errors, answer.extensions, answer.executed])
