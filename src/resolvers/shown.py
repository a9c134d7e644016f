"""Whether a viewer is shown the cells that something else rests on: then it may be told to him in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sightline.authz.roles import Switch
from sightline.authz.visibility import DENY
from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation

_OF_ROLES = ("scope", "origin", "base_type", "organization_id", "user_visibility", "statuses", *map(str, Switch))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a stored row."""

    entity: str
    number: int
    column: str


def content_of_role(number: int) -> frozenset[Cell]:
    """What a role consists of. Its permissions and product lines are shown with these cells, and with them only."""
    return frozenset(Cell("role", number, column) for column in _OF_ROLES)


async def is_shown(operation: Operation, *cells: Cell) -> bool:
    """Whether the viewer is shown all of these cells."""
    return await shown(operation, cells) == set(cells)


async def shown(operation: Operation, cells: Iterable[Cell]) -> set[Cell]:
    """Those of the cells that the viewer is shown. One statement for each entity."""
    asked: defaultdict[str, set[Cell]] = defaultdict(set)
    for cell in cells:
        if operation.visibility.decide(cell.entity, cell.column) != DENY:
            asked[cell.entity].add(cell)
    found: set[Cell] = set()
    for entity, those in asked.items():
        numbers = sorted({cell.number for cell in those})
        columns = frozenset(cell.column for cell in those)
        rows = await operation.rows_by_key(entity, [Key(number) for number in numbers], columns=columns)
        by_number = dict(zip(numbers, rows, strict=True))
        for cell in those:
            row = by_number[cell.number]
            if row is not None and not row.masks(cell.column):
                found.add(cell)
    return found
