"""Members of organizations: their roles, limits and end; removing somebody, and leaving (K1, K2, K17 to K19, DR10)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sightline.authz.permissions import Scope
from sightline.authz.roles import PREDEFINED_BY_NAME
from sightline.db.tables.enums import ListScope, ProductLine
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.handing_on import handing_on
from sightline.resolvers.mutations.refusals import InvalidError, MissingError

_PROGRAMS = "SELECT program_id FROM assignment_program WHERE assignment_id = $1 ORDER BY program_id"
_LINES = "SELECT product_line::text FROM assignment_product_line WHERE assignment_id = $1 ORDER BY 1"
_CLEAR = (
    "DELETE FROM assignment_program WHERE assignment_id = $1",
    "DELETE FROM assignment_product_line WHERE assignment_id = $1",
)
_ROLE = "SELECT * FROM role WHERE id = $1"


async def change_membership(
    change: Change,
    *,
    membership: str,
    role: str | None = None,
    programs: list[str] | None = None,
    product_lines: list[ProductLine] | None = None,
    expires_at: datetime | None = None,
    version: int | None = None,
    **unlimited: bool | None,
) -> Done:
    """Another role, other limits, another end. What is not given stays; `unlimited` takes the lists away."""
    row, organization = await _of_an_organization(change, membership)
    end = checks.future(expires_at, change.operation.snapshot.clock, "expiresAt")
    new_role = await assignable(change, role, organization) if role is not None else None
    listed = None if programs is None else [await change.find("program", each, "programs") for each in programs]
    before = await change.lock(row, version=version)
    was = await _described(change, before)
    longest = end or before["expires_at"]
    async with handing_on(change, users=[before["user_id"]], organization=organization, until=longest):
        values: dict[str, Any] = {} if new_role is None else {"role_id": new_role}
        if end is not None:
            values["expires_at"] = end
        if unlimited.get("unlimited") or listed is not None or product_lines is not None:
            values |= await _limit(change, before["id"], listed, product_lines)
        after = await change.update(row, **values) if values else before
        await _refuse_limited_standing(change, after)
    described = await _described(change, after)
    await change.record("membership:edit", row, before=was, after=described, organization=organization)
    return Done({"membership": row})


async def remove_member(change: Change, *, membership: str, version: int | None = None) -> Done:
    """The end of a membership, at once. Taking it needs all that is taken (DR14)."""
    row, organization = await _of_an_organization(change, membership)
    before = await change.lock(row, version=version)
    async with handing_on(change, users=[before["user_id"]], organization=organization, until=None):
        await _delete(change, row, before, "membership:remove")
    return Done({"user": Found("app_user", Key(before["user_id"]))})


async def leave_organization(change: Change, *, organization: str) -> Done:
    """One's own membership ended. The last administrator stays (DR10)."""
    parent = await change.find("organization", organization, "organization")
    (mine,) = await change.fetch(
        "SELECT id FROM role_assignment WHERE user_id = $1 AND organization_id = $2", change.actor, parent.key.id
    ) or (None,)
    if mine is None:
        raise MissingError("organization")
    row = Found("role_assignment", Key(mine["id"]))
    await change.allow("membership:leave", row)
    before = await change.lock(row)
    async with handing_on(change, users=[], organization=parent.key.id, until=before["expires_at"]):
        await _delete(change, row, before, "membership:leave")
    return Done({"user": Found("app_user", Key(change.actor))})


async def _of_an_organization(change: Change, membership: str) -> tuple[Found, int]:
    """A membership that the actor sees, in an organization whose members he manages."""
    row = await change.find("role_assignment", membership, "membership")
    (stored,) = await change.fetch("SELECT organization_id FROM role_assignment WHERE id = $1", row.key.id)
    if stored["organization_id"] is None:
        raise InvalidError("This is a role on the platform: use assignPlatformRole.", "membership")
    await change.allow("organization:manage_members", Found("organization", Key(stored["organization_id"])))
    return row, int(stored["organization_id"])


async def assignable(change: Change, role: str, organization: int) -> int:
    """An active role of this organization, or a predefined one."""
    found = await change.find("role", role, "role")
    (stored,) = await change.fetch(_ROLE, found.key.id)
    fits = stored["scope"] == Scope.ORGANIZATION and stored["organization_id"] in (None, organization)
    if not fits or stored["status"] != "ACTIVE":
        raise InvalidError("This role cannot be held in this organization.", "role")
    return int(stored["id"])


async def _limit(
    change: Change, assignment: int, programs: list[Found] | None, lines: list[ProductLine] | None
) -> dict[str, Any]:
    for statement in _CLEAR:
        await change.connection.execute(statement, assignment)
    for program in programs or ():
        await change.insert("assignment_program", assignment_id=assignment, program_id=program.key.id)
    for line in dict.fromkeys(lines or ()):
        await change.insert("assignment_product_line", assignment_id=assignment, product_line=line)
    return {
        "program_scope": ListScope.ALL if programs is None else ListScope.LISTED,
        "line_scope": ListScope.ALL if lines is None else ListScope.LISTED,
    }


async def _refuse_limited_standing(change: Change, stored: Any) -> None:
    """C-01: who has a standing always sees the whole organization; only other roles carry lists."""
    (role,) = await change.fetch(_ROLE, stored["role_id"])
    predefined = PREDEFINED_BY_NAME.get(role["name"]) if role["origin"] == "PREDEFINED" else None
    limited = ListScope.LISTED in (stored["program_scope"], stored["line_scope"])
    if predefined is not None and predefined.standing is not None and limited:
        raise InvalidError(f"{role['name']} sees the whole organization: it carries no lists.", "programs")


async def _delete(change: Change, row: Found, before: Any, action: str) -> None:
    for statement in _CLEAR:
        await change.connection.execute(statement, row.key.id)
    was = await _described(change, before)
    await change.delete(row)
    await change.record(action, row, before=was, organization=before["organization_id"])


async def _described(change: Change, stored: Any) -> dict[str, Any]:
    """A membership as the log has it."""
    programs = await change.fetch(_PROGRAMS, stored["id"])
    lines = await change.fetch(_LINES, stored["id"])
    (role,) = await change.fetch(_ROLE, stored["role_id"])
    return {
        "user": str(stored["user_id"]),
        "role": role["name"],
        "programs": [str(each[0]) for each in programs] if stored["program_scope"] == "LISTED" else None,
        "product_lines": [each[0] for each in lines] if stored["line_scope"] == "LISTED" else None,
        "expires_at": stored["expires_at"],
    }
