"""Mutations of the lists of report columns."""

from __future__ import annotations

from typing import Final

from sightline.resolvers.mutations import column_lists
from sightline.resolvers.mutations.change import Done
from sightline.resolvers.operation import Operation
from sightline.schema.annotations import list_of
from sightline.schema.mutations.framework import Mutation, Shown, id_of, optional, version_of
from sightline.schema.reports.column_lists import ColumnList, column_list

_COLUMNS = {
    "add": optional(list_of(str), "The keys of columns that come, at the end of the list."),
    "remove": optional(list_of(str), "The keys of columns that go."),
}
_USER = id_of("The user.")
_VERSION = version_of("list")


async def _read(operation: Operation, done: Done) -> ColumnList:
    user = done.rows.get("user")
    return await column_list(operation, None if user is None else user.key)


_LIST = {"list": Shown(ColumnList | None, "The list that holds now, as you see it.", _read)}

MUTATIONS: Final = (
    Mutation(
        "edit_column_default",
        verb="column_list:edit_default",
        description="Change the system's list of report columns, for everybody without a list of his own.",
        takes={**_COLUMNS, "version": _VERSION},
        gives={},
        shows=_LIST,
        work=column_lists.edit_column_default,
        granting=True,
    ),
    Mutation(
        "edit_columns",
        verb="user:edit_columns",
        description=(
            "Change a user's own list of report columns; where he has none, it is made of the system's and takes its "
            "place for him."
        ),
        takes={"user": _USER, **_COLUMNS, "version": _VERSION},
        gives={"user": "app_user"},
        shows=_LIST,
        work=column_lists.edit_columns,
        granting=True,
    ),
    Mutation(
        "reset_columns",
        verb="user:edit_columns",
        description="Take away a user's own list of report columns, so that the system's holds for him.",
        takes={"user": _USER, "version": _VERSION},
        gives={"user": "app_user"},
        shows=_LIST,
        work=column_lists.reset_columns,
        granting=True,
    ),
)
