"""Imports of orders: asking for one, and giving it up (A15). Its file is sent to an address of its own."""

from __future__ import annotations

import asyncio

from sightline.db.imports import Mapping, MappingError, read_mapping
from sightline.db.tables.enums import ImportState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.imports import RUN
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.refusals import InvalidError

LONGEST_MAPPING = 20_000
_GOING_ON = frozenset({ImportState.QUEUED, ImportState.RUNNING})


async def import_orders(change: Change, *, name: str, mapping: str, dry_run: bool | None = None) -> Done:
    """An import that waits for its file. Its mapping is read at once, so that what is wrong with it is told now."""
    called = checks.name(name, "name")
    understood = await _understood(mapping, called)
    await change.allow("import_job:create", message="Your role does not run imports.")
    made = await change.insert(
        "import_job",
        created_by_id=change.actor,
        name=called,
        entity="conversions",
        source=understood.source,
        mapping=mapping,
        dry_run=bool(dry_run),
    )
    row = Found("import_job", Key(made["id"]))
    after = {"name": called, "source": understood.source, "dry_run": made["dry_run"]}
    await change.record("import_job:create", row, after=after)
    return Done({"import_job": row})


async def cancel_import(change: Change, *, import_job: str) -> Done:
    """It is not carried out; where it is being carried out, that ends and leaves nothing: the API's within seconds.

    So may the command line's, which nobody is told apart by whom it runs as (LK15).
    """
    row = await change.find("import_job", import_job, "importJob")
    await change.allow(RUN, row, message="Only whoever started an import gives it up.")
    stored = await change.lock(row)
    if stored["state"] not in _GOING_ON:
        raise InvalidError("This import has ended: there is nothing to give up.", "importJob")
    clock = change.operation.snapshot.clock
    await change.update(row, state=ImportState.CANCELLED, finished_at=clock)
    await change.record(
        "import_job:cancel", row, before={"state": stored["state"]}, after={"state": ImportState.CANCELLED}
    )
    return Done({"import_job": row})


async def _understood(mapping: str, name: str) -> Mapping:
    if len(mapping) > LONGEST_MAPPING:
        raise InvalidError(f"A mapping has at most {LONGEST_MAPPING:,} characters.", "mapping")
    try:
        understood = await asyncio.to_thread(read_mapping, mapping, name)
    except MappingError as error:
        raise InvalidError(str(error), "mapping") from error
    if understood.creation is not None:
        raise InvalidError("mapping: create_missing is the command line's alone: remove it.", "mapping")
    checks.name(understood.source, "mapping")
    return understood
