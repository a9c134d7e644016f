"""The lists of report columns, for whoever may edit them."""

from __future__ import annotations

from typing import Annotated, Self

import strawberry

from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.reports.lists import ListInView, list_in_view
from sightline.schema.bindings import METADATA, Does, open_field

_EDITS_THE_DEFAULT, _EDITS_USERS = "column_list:edit_default", "user:edit_columns"


@strawberry.type(
    description=(
        "The report columns that somebody may use, as far as lists decide it: two sets, of the columns that you can "
        "give and take. Of other columns it does not tell whether they are listed."
    )
)
class ColumnList:
    """A list of report columns as one editor sees it."""

    own: bool = open_field("Whether it is the user's own; if not, the system's holds.")
    version: int = open_field("The version of what you see of it, to be sent along with an edit.")
    available: list[str] = open_field("The keys of columns that are on it.")
    restricted: list[str] = open_field("The keys of columns that are not.")

    @classmethod
    def of(cls, found: ListInView) -> Self:
        """The same, as the API has it."""
        return cls(
            own=found.own,
            version=found.version,
            available=list(found.available),
            restricted=list(found.restricted),
        )


async def column_list(operation: Operation, user: Key | None) -> ColumnList:
    """The list that holds for a user, or the system's (None)."""
    return ColumnList.of(await list_in_view(operation, None if user is None else user.id))


async def _column_list(
    info: strawberry.Info,
    user: Annotated[
        strawberry.ID | None, strawberry.argument(description="Whose; the system's list, where left out.")
    ] = None,
) -> ColumnList | None:
    operation: Operation = info.context
    if user is None:
        return await column_list(operation, None) if _does(operation, _EDITS_THE_DEFAULT) else None
    entity, key = operation.services.ids.decode(user)
    if entity != "app_user" or not await operation.does(_EDITS_USERS, key):
        return None
    return await column_list(operation, key)


def _does(operation: Operation, verb: str) -> bool:
    return Does((verb,)).exists_for(operation.visibility)


column_list_field = strawberry.field(
    resolver=_column_list,
    description="A list of report columns that you may edit; null for any other.",
    metadata={METADATA: Does((_EDITS_THE_DEFAULT, _EDITS_USERS))},
)
