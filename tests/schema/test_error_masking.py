"""What goes wrong on our side is answered with an id and a constant text, and logged without its own (LK8, B76)."""

from __future__ import annotations

import re
from typing import Any

import asyncpg
import pytest
from desk import Desk, as_bytes
from kinds_of_viewers import viewers
from structlog.testing import capture_logs

from sightline.db.database import Database
from sightline.db.secrets import Secrets
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.identity import Principal
from sightline.server.answers import GraphQLAnswer, GraphQLRequest
from sightline.server.execution import Engine

VIEWER = viewers()["administrator"]
ROWS = "{ programs(first: 5) { totalCount nodes { id name } } viewer { paths { kind } } }"
SECRET_WORDS = ("program", "relation", "asyncpg", "SELECT", "Traceback", "permission", "42P01", "statement")


@pytest.fixture
def own_desk(database: Database, secrets: Secrets) -> Desk:
    """Where a database is asked that the test may break."""
    return Desk(Engine.of(database, secrets), secrets)


async def owner_runs(desk: Desk, *statements: str) -> None:
    async with desk.engine.database.owner() as connection:
        for statement in statements:
            await connection.execute(statement)


def masked(errors: list[dict[str, Any]]) -> set[str]:
    """The codes of errors, each of which says nothing of its cause."""
    for error in errors:
        assert re.fullmatch(r"[0-9a-f]{16}", error["extensions"]["errorId"])
        assert error["message"] == "Something went wrong on our side."
        assert set(error) == {"message", "extensions", "path", "locations"}
        assert set(error["extensions"]) == {"code", "errorId"}
    return {error["extensions"]["code"] for error in errors}


BREAKAGES = {
    "a table is gone": "ALTER TABLE program RENAME TO program_gone",
    "a column is gone": "ALTER TABLE program RENAME COLUMN name TO name_gone",
    "reading is not allowed": "REVOKE ALL ON program FROM PUBLIC, sightline_app_ro, sightline_app_rw",
}


@pytest.mark.parametrize("breakage", BREAKAGES)
async def test_an_error_of_the_database_is_masked(own_desk: Desk, breakage: str) -> None:
    """LK8: no name of a table or column, no SQL, no class of an exception; and the rest of the answer is there."""
    await owner_runs(own_desk, BREAKAGES[breakage])
    with capture_logs() as logged:
        answer = await own_desk.ask(ROWS, VIEWER)
    assert masked(answer.errors) == {"INTERNAL"}
    assert answer.data is not None
    assert answer.data["programs"] is None
    assert len(answer.data["viewer"]["paths"]) == 3
    # The path names the field that was asked for; nothing else may speak of it.
    said = as_bytes(answer).decode().replace('"programs"', "")
    assert not [word for word in SECRET_WORDS if word in said]
    ids = {error["extensions"]["errorId"] for error in answer.errors}
    assert ids <= {line["error_id"] for line in logged if line["event"] == "fault"}


async def test_the_log_has_the_class_and_the_place_but_not_the_text(own_desk: Desk) -> None:
    """PostgreSQL quotes values in its messages: what is logged is the class, and where it was raised."""
    await owner_runs(own_desk, BREAKAGES["a table is gone"])
    with capture_logs() as logged:
        await own_desk.ask(ROWS, VIEWER)
    (fault, *_) = [line for line in logged if line["event"] == "fault"]
    text = str(fault["causes"])
    assert asyncpg.UndefinedTableError.__name__ in text
    assert "does not exist" not in text


async def test_a_statement_that_takes_too_long_is_a_timeout(own_desk: Desk) -> None:
    """F6: its own code, and a text that says what to do."""

    async def work(snapshot: Snapshot) -> GraphQLAnswer:
        await snapshot.connection.execute("SET LOCAL statement_timeout = '200ms'")
        return await own_desk.engine.answer(GraphQLRequest("{ programs(first: 5) { nodes { id } } }"), VIEWER, snapshot)

    async with own_desk.engine.database.owner() as connection, connection.transaction():
        await connection.execute("LOCK TABLE program IN ACCESS EXCLUSIVE MODE")
        answer = await in_snapshot(own_desk.engine.database.reads, work)
    (error,) = answer.errors
    assert error["extensions"] == {"code": "TIMEOUT"}
    assert "too long" in error["message"]


async def test_an_error_says_the_same_to_everybody(own_desk: Desk) -> None:
    """LK8: but for the id, which is made anew each time."""
    await owner_runs(own_desk, BREAKAGES["a table is gone"])
    everybody: list[Principal] = [viewers()[name] for name in ("administrator", "organization admin", "nobody")]
    answers = [as_bytes(await own_desk.ask(ROWS, viewer)) for viewer in everybody]
    without = {re.sub(rb'"errorId":"[0-9a-f]+"', b"", re.sub(rb'"viewer":.*?\]}', b"", each)) for each in answers}
    assert len(without) == 1
