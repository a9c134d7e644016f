"""One import of the API's: the same steps as the command line's, with what its user sees and may do (A15)."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from sightline.db.imports.errors import ImportRefusedError, SourceBusyError
from sightline.db.imports.facts import write_facts
from sightline.db.imports.files import open_orders
from sightline.db.imports.model import Mapping
from sightline.db.imports.sight import Sight
from sightline.db.imports.steps import Progress, Task, check_columns, read_and_settle
from sightline.db.imports.summary import count_refused, write_log

THE_FILE = "The file"
"""What a file is called in messages: nobody is told where it lies."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows there were, and how many of them became nothing."""

    rows: int
    refused: int


async def import_for(
    connection: asyncpg.Connection,
    job_id: int,
    file: Path,
    mapping: Mapping,
    *,
    actor_id: int,
    sight: Sight,
    dry_run: bool,
    progress: Progress,
) -> Imported:
    """Import a file in the transaction of the connection, which the caller commits. A dry run writes the log alone.

    Raises ImportRefusedError, in words for whoever sent the file.
    """
    try:
        with ExitStack() as opened:
            # Opening a workbook reads all of its texts: the event loop goes on meanwhile.
            orders = await asyncio.to_thread(opened.enter_context, open_orders(file, mapping.file))
            check_columns(orders, mapping, THE_FILE)
            task = Task(connection, orders, mapping, actor_id, progress=progress, sight=sight)
            rows = await read_and_settle(task)
            if not dry_run:
                await write_facts(connection, mapping, actor_id=actor_id)
            await write_log(connection, job_id)
            return Imported(rows, await count_refused(connection))
    except SourceBusyError:
        raise
    except ImportRefusedError as refused:
        raise ImportRefusedError(str(refused).replace(str(file), THE_FILE)) from None
