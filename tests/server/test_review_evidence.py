"""`sightline access review export`: the evidence of a review, to whoever reviews, and to nobody else (L12)."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

from commands_over_demo import CommandsOver, Run
from demo_platform import NORTHWIND
from desk import Desk

from sightline.db.database import Database
from sightline.resolvers.global_ids import Key
from sightline.server.commands.reviewing import COLUMNS, _as_csv

_KEYS = "SELECT k.* FROM api_key k JOIN organization o ON o.id = k.organization_id WHERE o.name = $1"
_REVIEW_OF_KEYS = """
    INSERT INTO access_review (scope, organization_id, state, due_at, opened_by_id, completed_by_id, completed_at)
    SELECT 'ORGANIZATION_KEYS', o.id, 'COMPLETED', now(), u.id, u.id, now() FROM organization o, app_user u
    WHERE o.name = $1 AND u.email = 'adv-admin@demo.example' RETURNING id
"""
_ITEMS_OF_KEYS = """
    INSERT INTO access_review_item (review_id, api_key_id, person, role, state, decided_by_id, decided_at)
    SELECT r.id, k.id, o.name, k.name, 'CONFIRMED', r.completed_by_id, now()
    FROM access_review r JOIN api_key k ON k.organization_id = r.organization_id
    JOIN organization o ON o.id = r.organization_id WHERE r.id = $1
"""
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


async def test_l12_l1_evidence_of_a_company_is_its_owners(sightline: Run, desk: Desk) -> None:
    """L12, L1: who has access to the company, at which level; to ADMIN and its MEMBERs there is no such review."""
    number, named = await review(desk, "r.scope = 'COMPANY' AND r.state = 'COMPLETED'")
    owner = "company-owner@demo.example"
    code, said, _ = await sightline("access", "review", "export", named, "--as", owner, "--format", "json")
    assert code == 0
    written = json.loads(said)
    ((company,),) = await rows(
        desk, "SELECT c.name FROM access_review r JOIN company c ON c.id = r.company_id WHERE r.id = $1", number
    )
    assert (written["scope"], written["company"], written["organization"]) == ("COMPANY", company, None)
    stored = await rows(desk, "SELECT person, role FROM access_review_item WHERE review_id = $1", number)
    assert sorted((each["person"], each["role"]) for each in written["items"]) == sorted(map(tuple, stored))
    for who in ("admin", "company-member", "adv-admin", "partner-admin"):
        told = await sightline("access", "review", "export", named, "--as", f"{who}@demo.example")
        assert (told[0], told[1]) == (1, ""), who
        assert company not in told[2]


async def test_l12_k5_evidence_of_an_organizations_keys_is_its_administrators(
    commands: CommandsOver, own_url: str, desk: Desk
) -> None:
    """L12, K5: each key by its name, and no secret; to MEMBERs and other administrators there is no such review."""
    async with Database.open(own_url) as database, database.owner() as connection:
        number = await connection.fetchval(_REVIEW_OF_KEYS, NORTHWIND)
        await connection.execute(_ITEMS_OF_KEYS, number)
        keys = await connection.fetch(_KEYS, NORTHWIND)
    assert keys
    (named,) = desk.engine.services.ids.encode("access_review", [Key(number)])
    with commands(own_url) as sightline:
        for who in ("adv-admin", "account-admin"):
            code, said, _ = await sightline("access", "review", "export", named, "--as", f"{who}@demo.example")
            assert code == 0, who
            found = list(csv.DictReader(StringIO(said)))
            assert sorted(each["role"] for each in found) == sorted(each["name"] for each in keys)
            assert {(each["person"], each["state"]) for each in found} == {(NORTHWIND, "CONFIRMED")}
            assert not [each for each in keys if each["hash"].hex() in said]
        for who in ("adv-member", "analyst", "partner-admin", "manager"):
            code, said, wrong = await sightline("access", "review", "export", named, "--as", f"{who}@demo.example")
            assert (code, said) == (1, ""), who
            assert "no review of this id" in wrong


def test_no_cell_is_a_formula() -> None:
    """N44: what people call themselves, or note, is text to a spreadsheet."""
    item = dict.fromkeys(COLUMNS) | {"person": "=1+1", "note": "-2", "role": "Guest"}
    (line,) = list(csv.DictReader(StringIO(_as_csv([item]))))
    assert (line["person"], line["note"], line["role"]) == ("'=1+1", "'-2", "Guest")
