"""Goals of programs: what a customer does that is rewarded.

Whether a goal is the main one stays as it was made: conversions were counted and paid by it.
"""

from __future__ import annotations

from typing import Any

from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found, Values
from sightline.resolvers.mutations.programs import refuse_archived
from sightline.resolvers.mutations.refusals import InvalidError

_PROGRAM_OF = "SELECT program_id FROM program_goal WHERE id = $1"
_NAMED_TWICE = "SELECT 1 FROM program_goal WHERE program_id = $1 AND lower(name) = lower($2) AND id <> $3"
_BASE = "SELECT name FROM program_goal WHERE program_id = $1 AND is_base"


async def create_program_goal(
    change: Change, *, program: str, name: str, description: str | None = None, is_base: bool | None = None
) -> Done:
    """A new goal; at most one of a program's is its main one."""
    title, prose = checks.name(name, "name"), checks.text(description, "description")
    parent = await change.find("program", program, "program")
    await change.allow("program_goal:create", parent)
    stored = await _open_program(change, parent, "program")
    await _refuse_twice(change, stored["id"], title, other_than=0)
    for base in await change.fetch(_BASE, stored["id"]) if is_base else ():
        raise InvalidError(f"The main goal of this program is {base['name']}: it has no other.", "isBase")
    made = await change.insert(
        "program_goal", program_id=stored["id"], name=title, description=prose, is_base=bool(is_base)
    )
    row = Found("program_goal", Key(made["id"]))
    after = {each: made[each] for each in ("program_id", "name", "description", "is_base")}
    await change.record("program_goal:create", row, after=after, organization=stored["advertiser_org_id"])
    return Done({"program_goal": row})


async def edit_program_goal(change: Change, *, program_goal: str, version: int | None = None, **given: Any) -> Done:
    """Its name and when it counts as reached."""
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = checks.name(given["name"] or "", "name")
    if "description" in given:
        values["description"] = checks.text(given["description"], "description")
    row = await change.find("program_goal", program_goal, "programGoal")
    await change.allow("program_goal:edit", row)
    (place,) = await change.fetch(_PROGRAM_OF, row.key.id)
    stored = await _open_program(change, Found("program", Key(place["program_id"])), "programGoal")
    before = await change.lock(row)
    if "name" in values:
        await _refuse_twice(change, stored["id"], values["name"], other_than=before["id"])
    return await change.edit(
        "program_goal:edit", row, before, values, version=version, organization=stored["advertiser_org_id"]
    )


async def _open_program(change: Change, program: Found, path: str) -> Values:
    """The program, locked: of two goals made at once the second finds the first."""
    stored = await change.lock(program)
    refuse_archived(stored, path)
    return stored


async def _refuse_twice(change: Change, program: int, name: str, *, other_than: int) -> None:
    """Whoever changes a goal of a program sees all of them: a path reaches those of a program that it reaches."""
    if await change.fetch(_NAMED_TWICE, program, name, other_than):
        raise InvalidError("This program has a goal of this name already.", "name")
