"""Mutations of data imports."""

from __future__ import annotations

from typing import Final

from sightline.resolvers.mutations import imports
from sightline.resolvers.mutations.change import Done
from sightline.resolvers.operation import Operation
from sightline.schema.mutations.framework import Mutation, Shown, given, id_of, optional

IMPORTS_PATH: Final = "/imports/"


async def _link(operation: Operation, done: Done) -> str:
    row = done.rows["import_job"]
    return f"{IMPORTS_PATH}{operation.services.ids.of_row(row.entity, row.key)}"


MUTATIONS: Final = (
    Mutation(
        "import_orders",
        verb="import_job:create",
        description=(
            "Ask for an import of orders as conversions. Its file is sent by POST to the link, and each row of it is "
            "decided as if you recorded it alone."
        ),
        takes={
            "name": given(str, "What it is called, such as the name of the file, whose ending says what it is."),
            "mapping": given(str, "What the columns mean: a mapping as YAML, or as JSON, which is YAML too."),
            "dry_run": optional(bool, "Whether to try it only: the log is written, and nothing else."),
        },
        gives={"import_job": "import_job"},
        shows={"link": Shown(str | None, "Where to send the file within a day, as its plain bytes.", _link)},
        work=imports.import_orders,
    ),
    Mutation(
        "cancel_import",
        verb="import_job:run",
        description="Give up an import of yours that waits or is being carried out: nothing of it is kept.",
        takes={"import_job": id_of("The import.")},
        gives={"import_job": "import_job"},
        work=imports.cancel_import,
    ),
)
