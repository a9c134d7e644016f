"""The findings about a policy that somebody is told: of roles that he edits, and resting on nothing he may not see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sightline.authz.expr import TRUE
from sightline.authz.paths import PathKind
from sightline.authz.reports.lenses import lenses_of
from sightline.authz.visibility import PERMIT
from sightline.resolvers.column_lists import stored_lists
from sightline.resolvers.explaining import EXPLAIN
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import grants_of_user
from sightline.resolvers.operation import Operation
from sightline.resolvers.policy.lint import Finding, Ground, Holders, findings
from sightline.resolvers.reports.lists import editor_of
from sightline.resolvers.shown import Cell, shown

EDITS_ROLES = "role:edit"
_MANAGES = "organization:manage_members"
_HOLDING = (("role_assignment", "role_id"), ("invitation", "role_id"), ("manager_assignment", "user_id"))


async def told_findings(operation: Operation) -> list[Finding]:
    """What the viewer is told of what is found in the policy in force, in its order."""
    usable = frozenset(_usable(operation))
    found = await findings(operation.services, operation.snapshot, columns=await _seen_listed(operation, usable))
    roles = await _done(operation, EDITS_ROLES, {each.role for each in found if each.role is not None})
    users = await _done(operation, EXPLAIN, {each.user for each in found if each.user is not None}, PathKind.PLATFORM)
    seen = await _seen(operation, {ground for each in found for way in each.rests_on for ground in way})
    columns = usable | editor_of(operation).gives
    told = [
        each
        for each in found
        if (each.role is None or each.role in roles)
        and (each.user is None or each.user in users)
        and each.columns <= columns
        and any(way <= seen for way in each.rests_on)
    ]
    operation.asked_about |= {each.user for each in told if each.user is not None}
    return told


async def _done(operation: Operation, verb: str, numbers: set[int], through: PathKind | None = None) -> set[int]:
    ordered = sorted(numbers)
    done = await operation.done_on(verb, [Key(each) for each in ordered], through=through)
    return {number for number, may in zip(ordered, done, strict=True) if may}


async def _seen(operation: Operation, grounds: Iterable[Ground]) -> set[Ground]:
    """Those of the grounds that the viewer sees: every row there is or could be, where it is who holds roles."""
    cells, holders = set[Cell](), set[Holders]()
    for each in grounds:
        if isinstance(each, Cell):
            cells.add(each)
        else:
            holders.add(each)
    if _sees_all_holders(operation):
        seen = holders
    else:
        managed = await _done(operation, _MANAGES, {each.organization for each in holders if each.organization})
        seen = {each for each in holders if each.organization in managed}
    return {*await shown(operation, cells), *seen}


def _sees_all_holders(operation: Operation) -> bool:
    visibility = operation.visibility
    return all(
        visibility.rows(entity) == TRUE and visibility.decide(entity, column) == PERMIT for entity, column in _HOLDING
    )


def _usable(operation: Operation) -> Iterator[str]:
    """The report columns that the viewer uses in any lens."""
    for lens in lenses_of(operation.principal.paths):
        yield from operation.services.desk.open(operation.principal, lens).usable


async def _seen_listed(operation: Operation, usable: frozenset[str]) -> frozenset[str]:
    """The report columns of which the viewer sees whether they are on the system's list (RC1, RC2).

    Whoever edits that list sees it whole, and whoever it holds for by what he uses.
    """
    editor, user = editor_of(operation), operation.principal.user_id
    if editor.admin_writer:
        return editor.gives
    has_own = (await stored_lists(operation.snapshot, user)).own is not None
    platform = None if user is None else (await grants_of_user(operation.snapshot, user))[0].platform
    return frozenset() if has_own or (platform is not None and platform.is_admin) else usable
