"""What is shown beside the value of a dimension: the name of the row it names, as the viewer sees that row.

A name is read like any other cell, through the viewer's own visibility: where he does not see the row there is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from sightline.authz.reports.dimensions import DIMENSIONS, DatePart
from sightline.authz.visibility import Deny
from sightline.db.reads import PARENT
from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.reports.dimension_values import WEEKDAYS

_NAME = "name"


async def names_of(operation: Operation, entity: str | None, numbers: Iterable[object]) -> dict[object, str | None]:
    """The names of the rows of an entity with these numbers; without an entry where none is visible."""
    ids = sorted({number for number in numbers if isinstance(number, int)})
    if entity is None or not ids or isinstance(operation.visibility.decide(entity, _NAME), Deny):
        return {}
    found = await operation.records_by_key(entity, [Key(number) for number in ids], columns=frozenset({_NAME}))
    return {ids[record[PARENT] - 1]: record[_NAME] for record in found.records}


def plain_label(key: str, written: str | None) -> str | None:
    """What is shown for a value that names no row: the value itself, in words where it has some."""
    dimension = DIMENSIONS[key]
    if written is None or dimension.entity is not None:
        return None
    if dimension.part is DatePart.WEEKDAY:
        return WEEKDAYS[int(written) - 1]
    return written
