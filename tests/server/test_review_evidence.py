"""`sightline access review export`: the evidence of a review, to whoever reviews, and to nobody else (L12)."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

from commands_over_demo import Run
from desk import Desk

from sightline.resolvers.global_ids import Key
from sightline.server.commands.reviewing import COLUMNS, _as_csv

ORGANIZATIONS = "r.scope = 'ORGANIZATION' AND r.state = 'COMPLETED'"


async def rows(desk: Desk, statement: str, *arguments: Any) -> list[Any]:
    """Rows as they are stored."""
    async with desk.engine.database.reads.acquire() as connection:
        return list(await connection.fetch(statement, *arguments))


async def review(desk: Desk, where: str = ORGANIZATIONS) -> tuple[int, str]:
    """A review of the demo: its number, and its global id."""
    ((number,),) = await rows(desk, f"SELECT r.id FROM access_review r WHERE {where} LIMIT 1")
    return number, desk.engine.services.ids.encode("access_review", [Key(number)])[0]


async def test_l12_what_was_found_is_written_out(sightline: Run, desk: Desk, tmp_path: Path) -> None:
    """L12: a line for each grant of it, with what became of it and who decided; as CSV, and as JSON into a file."""
    number, named = await review(desk)
    stored = await rows(
        desk,
        "SELECT person, i.role, i.state::text FROM access_review_item i WHERE review_id = $1 ORDER BY id",
        number,
    )
    code, said, wrong = await sightline("access", "review", "export", named, "--as", "adv-admin@demo.example")
    assert (code, wrong) == (0, "")
    found = list(csv.DictReader(StringIO(said)))
    assert list(found[0]) == list(COLUMNS)
    shown = sorted((each["person"], each["role"], each["state"]) for each in found)
    assert shown == sorted(tuple(each) for each in stored)
    confirmed = [each for each in found if each["state"] == "CONFIRMED"]
    assert confirmed
    assert all(each["decidedBy"] and each["decidedAt"] for each in confirmed)
    target = tmp_path / "evidence.json"
    given = ("--format", "json", "--to", str(target))
    assert (await sightline("access", "review", "export", named, "--as", "adv-admin@demo.example", *given))[0] == 0
    written = json.loads(target.read_text(encoding="utf-8"))
    assert (written["scope"], written["state"], len(written["items"])) == ("ORGANIZATION", "COMPLETED", len(stored))


async def test_lk14_to_others_it_is_as_if_it_were_not(sightline: Run, desk: Desk) -> None:
    """LK14, L12: neither members, nor another organization's ADMIN, nor staff; in the words for what never was."""
    _, named = await review(desk)
    (missing,) = desk.engine.services.ids.encode("access_review", [Key(987_654_321)])
    told = [
        await sightline("access", "review", "export", each, "--as", f"{who}@demo.example")
        for each in (named, missing)
        for who in ("adv-member", "analyst", "partner-admin", "admin", "manager")
    ]
    assert len(set(told)) == 1
    assert told[0][:2] == (1, "")
    assert "no review of this id" in told[0][2]
    _, platforms = await review(desk, "r.scope = 'PLATFORM' AND r.state = 'COMPLETED'")
    assert (await sightline("access", "review", "export", platforms, "--as", "admin@demo.example"))[0] == 0
    assert (await sightline("access", "review", "export", platforms, "--as", "adv-admin@demo.example"))[0] == 1


def test_no_cell_is_a_formula() -> None:
    """N44: what people call themselves, or note, is text to a spreadsheet."""
    item = dict.fromkeys(COLUMNS) | {"person": "=1+1", "note": "-2", "role": "Guest"}
    (line,) = list(csv.DictReader(StringIO(_as_csv([item]))))
    assert (line["person"], line["note"], line["role"]) == ("'=1+1", "'-2", "Guest")
