"""The findings about a policy that somebody is told: of roles that he edits, and resting on nothing he may not see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sightline.authz.paths import PathKind
from sightline.authz.reports.lenses import lenses_of
from sightline.authz.visibility import Deny
from sightline.resolvers.explaining import EXPLAIN
from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.policy.lint import Cell, Finding, findings
from sightline.resolvers.reports.lists import editor_of

EDITS_ROLES = "role:edit"


async def told_findings(operation: Operation) -> list[Finding]:
    """What the viewer is told of what is found in the policy in force, in its order."""
    found = await findings(operation.services, operation.snapshot)
    roles = await _done(operation, EDITS_ROLES, {each.role for each in found if each.role is not None})
    users = await _done(operation, EXPLAIN, {each.user for each in found if each.user is not None}, PathKind.PLATFORM)
    cells = await _shown(operation, [cell for each in found for cell in each.rests_on])
    columns = frozenset(_known_columns(operation))
    told = [
        each
        for each in found
        if (each.role is None or each.role in roles)
        and (each.user is None or each.user in users)
        and each.columns <= columns
        and all(cell in cells for cell in each.rests_on)
    ]
    operation.asked_about |= {each.user for each in told if each.user is not None}
    return told


async def _done(operation: Operation, verb: str, numbers: set[int], through: PathKind | None = None) -> set[int]:
    ordered = sorted(numbers)
    done = await operation.done_on(verb, [Key(each) for each in ordered], through=through)
    return {number for number, may in zip(ordered, done, strict=True) if may}


async def _shown(operation: Operation, cells: Sequence[Cell]) -> set[Cell]:
    """Those of the cells that the viewer is shown."""
    shown: set[Cell] = set()
    together: defaultdict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in dict.fromkeys(cells):
        together[cell.entity, cell.column].append(cell)
    for (entity, column), asked in together.items():
        if isinstance(operation.visibility.decide(entity, column), Deny):
            continue
        keys = [Key(each.number) for each in asked]
        rows = await operation.rows_by_key(entity, keys, columns=frozenset({column}))
        shown |= {cell for cell, row in zip(asked, rows, strict=True) if row is not None and row[column] is not None}
    return shown


def _known_columns(operation: Operation) -> Iterator[str]:
    """The report columns that the viewer may be told of: what he gives as staff, and what he uses in any lens."""
    yield from editor_of(operation).gives
    for lens in lenses_of(operation.principal.paths):
        yield from operation.services.desk.open(operation.principal, lens).usable
