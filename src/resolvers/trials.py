"""A mutation tried and taken back: whom it would give or take access, and what each of them would hold after it.

It is the mutation itself, as the same person, in a transaction of its own of which nothing stays. So whoever may not do
it, or would give more than he holds (DR1), is refused here in the same words, before anything is compared for him.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sightline.db.changes import CrossedChangesError, in_change
from sightline.db.snapshot import Snapshot
from sightline.resolvers.errors import CrossedError
from sightline.resolvers.global_ids import MalformedIdError
from sightline.resolvers.grants_seen import grants_seen
from sightline.resolvers.grants_told import GrantsChange, changed, suspended
from sightline.resolvers.identity import principal_of_user
from sightline.resolvers.mutations.change import Change
from sightline.resolvers.mutations.refusals import NotAllowedError
from sightline.resolvers.mutations.running import Work, run
from sightline.resolvers.new_holders import NEW_HOLDER, new_holder
from sightline.resolvers.operation import Operation
from sightline.resolvers.people import is_active
from sightline.resolvers.policy.touched import STAFF_ON_DEFAULT

_HOLDERS = """
    SELECT a.user_id FROM role_assignment a JOIN app_user u ON u.id = a.user_id
    WHERE a.role_id = $2 AND u.status = 'ACTIVE' AND (a.expires_at IS NULL OR a.expires_at > $1) ORDER BY a.user_id
"""
_USER = "SELECT id AS user_id FROM app_user WHERE id = $2 AND status = 'ACTIVE' AND $1::timestamptz IS NOT NULL"
_OF_ROW = """
    SELECT g.user_id FROM {table} g JOIN app_user u ON u.id = g.user_id
    WHERE g.id = $2 AND u.status = 'ACTIVE' AND $1::timestamptz IS NOT NULL
"""
_MEMBER = _OF_ROW.format(table="role_assignment")
_COLLABORATOR = _OF_ROW.format(table="collaborator")
_WITH_ACCESS = _OF_ROW.format(table="company_access")

SUSPENDING: Final = "suspend_user"
"""The one that leaves a touched user his grants, and no path by them."""

TOUCHED: Final[Mapping[str, tuple[str, str | None]]] = {
    "edit_role": (_HOLDERS, "role"),
    "edit_columns": (_USER, "user"),
    "reset_columns": (_USER, "user"),
    "edit_column_default": (STAFF_ON_DEFAULT, None),
    "assign_platform_role": (_USER, "user"),
    "set_modules": (_USER, "user"),
    "remove_platform_role": (_USER, "user"),
    "assign_manager": (_USER, "user"),
    SUSPENDING: (_USER, "user"),
    "unassign_manager": (_OF_ROW.format(table="manager_assignment"), "assignment"),
    "change_membership": (_MEMBER, "membership"),
    "remove_member": (_MEMBER, "membership"),
    "change_collaborator": (_COLLABORATOR, "collaborator"),
    "remove_collaborator": (_COLLABORATOR, "collaborator"),
    "grant_company_access": (_USER, "user"),
    "change_company_access": (_WITH_ACCESS, "company_access"),
    "remove_company_access": (_WITH_ACCESS, "company_access"),
}
"""The mutations that change what users hold: whom each touches, and the part of its input that says so."""

TRIED: Final = frozenset((*TOUCHED, *NEW_HOLDER))
"""The mutations that can be tried."""


class ExposureKind(StrEnum):
    """What becomes of something for somebody, by a change of access."""

    GAINED = "GAINED"
    LOST = "LOST"
    ELSEWHERE = "ELSEWHERE"


@dataclass(frozen=True, slots=True)
class Draft:
    """A mutation that is asked about: its name, what it does, and what it is given."""

    mutation: str
    work: Work
    given: Mapping[str, Any]


class _TakenBackError(Exception):
    """Ends the transaction of a trial: nothing of it stays."""


async def tried(operation: Operation, draft: Draft) -> tuple[GrantsChange, ...]:
    """Whose grants a draft changes, of those that the asker sees, in the order of their numbers.

    Raises RefusalError as the mutation itself would.
    """
    found: list[GrantsChange] = []

    async def work(snapshot: Snapshot) -> None:
        found.clear()
        acting = await _acting(operation, snapshot)
        users = await _touched(acting, draft)
        before = await grants_seen(acting, users)
        done = await run(acting, draft.mutation, draft.work, dict(draft.given), key=None)
        if draft.mutation == SUSPENDING:
            found.extend(suspended(user, before[user]) for user in users)
        else:
            after = await grants_seen(acting, users)
            found.extend(changed(user, before[user], after[user]) for user in users if after[user] != before[user])
        if draft.mutation in NEW_HOLDER:
            found.append(await new_holder(Change(acting), done.rows[NEW_HOLDER[draft.mutation]]))
        raise _TakenBackError

    try:
        await in_change(operation.services.changes, work, granting=False)
    except _TakenBackError:
        return tuple(found)
    except CrossedChangesError:
        raise CrossedError("Others changed the same at the same moment: try again.") from None
    raise AssertionError("a trial is taken back")


async def _acting(operation: Operation, snapshot: Snapshot) -> Operation:
    """The same person in the trial's transaction, with his rights of now."""
    user = operation.principal.user_id
    if user is None or operation.principal.key_id is not None or not await is_active(snapshot, user):
        raise NotAllowedError("This is asked by a person: sign in to do it.")
    principal = await principal_of_user(snapshot, user)
    visibility = operation.services.visibilities.of(principal.paths)
    return Operation(operation.services, principal, visibility, snapshot)


async def _touched(operation: Operation, draft: Draft) -> list[int]:
    if draft.mutation not in TOUCHED:
        return []
    statement, part = TOUCHED[draft.mutation]
    arguments: list[object] = [operation.snapshot.clock]
    if part is not None:
        try:
            arguments.append(operation.services.ids.decode(draft.given[part])[1].id)
        except MalformedIdError:
            return []  # the mutation says so itself
    return [row["user_id"] for row in await operation.snapshot.connection.fetch(statement, *arguments)]
