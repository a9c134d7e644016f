"""Saved reports as a way to what one may not see: each member of the cast opens every one that is stored."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from desk import LIVING, Desk, as_bytes

from sightline.resolvers.global_ids import Key

OPEN = "query ($id: ID!) { openReport(id: $id) { input columns { key available } } }"
RUN = "query ($id: ID!) { openReport(id: $id) { report { rowCount columns { key values total } } } }"
DIRECT = "query ($input: ReportInput!) { report(input: $input) { rowCount columns { key values total } } }"
MISSING = 987_654_321


@pytest.mark.parametrize("key", LIVING)
async def test_a_saved_report_shows_nobody_more_than_he_could_ask(desk: Desk, key: str) -> None:
    """LK24, RC6, RC10: what is invisible is as missing; what is shared answers what the same report answers."""
    viewer = await desk.member(key)
    if not desk.view(viewer).as_str().count("openReport("):
        return
    ids = desk.engine.services.ids
    async with desk.engine.database.owner() as connection:
        stored = [Key(row["id"]) for row in await connection.fetch("SELECT id FROM saved_report ORDER BY id")]
    visible = await desk.rows(viewer, "saved_report", stored)
    missing = as_bytes(await desk.ask(OPEN, viewer, id=ids.encode("saved_report", [Key(MISSING)])[0]))
    for number, row in zip(stored, visible, strict=True):
        (id_,) = ids.encode("saved_report", [number])
        answer = await desk.ask(OPEN, viewer, id=id_)
        if row is None:
            assert as_bytes(answer) == missing
            continue
        assert answer.data is not None
        found: dict[str, Any] = answer.data["openReport"]
        ran = await desk.ask(RUN, viewer, id=id_)
        if found["input"] is None:
            assert [error["extensions"]["code"] for error in ran.errors] == ["COLUMN_RESTRICTED"], number
            continue
        assert all(each["available"] for each in found["columns"])
        assert ran.data is not None
        direct = await desk.read(DIRECT, viewer, input=orjson.loads(found["input"]))
        assert ran.data["openReport"]["report"] == direct["report"], number
