"""What is shown beside the value of a dimension: the name of the row it names, as the viewer sees that row.

A name is read like any other cell, through the viewer's own visibility: where he does not see the row there is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from sightline.authz.reports.dimensions import DIMENSIONS, DatePart
from sightline.authz.visibility import Deny
from sightline.db.reads import IDS, PARENT
from sightline.resolvers.operation import Operation
from sightline.resolvers.reports.dimension_values import WEEKDAYS

_NAME = "name"


async def names_of(operation: Operation, entity: str | None, numbers: Iterable[object]) -> dict[object, str | None]:
    """The names of the rows of an entity with these numbers; without an entry where none is visible."""
    ids = sorted({number for number in numbers if isinstance(number, int)})
    if entity is None or not ids or isinstance(operation.visibility.decide(entity, _NAME), Deny):
        return {}
    read = operation.services.reads.lookup(operation.visibility, entity, frozenset({_NAME}))
    values = {**operation.principal.paths.binds(), IDS: ids}
    records = await operation.snapshot.fetch(read.statement, values)
    return {ids[record[PARENT] - 1]: record[_NAME] for record in records}


def plain_label(key: str, written: str | None) -> str | None:
    """What is shown for a value that names no row: the value itself, in words where it has some."""
    dimension = DIMENSIONS[key]
    if written is None or dimension.entity is not None:
        return None
    if dimension.part is DatePart.WEEKDAY:
        return WEEKDAYS[int(written) - 1]
    return written
