"""Carries imports out: in the process that took the file, one after the other, in a transaction each.

INVARIANT: an import is kept only if, at its end, whoever began it has the rights that it was begun with, and did not
give it up. Rights stand still from that look until the commit. So a revocation leaves nothing of it, like a server that
stops in the middle.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import asyncpg

from sightline.authz.paths import PathKind
from sightline.db import audit
from sightline.db.changes import stand_still
from sightline.db.database import Database
from sightline.db.ending import end
from sightline.db.import_jobs import (
    STOPPED,
    ImportGoneError,
    TakenImport,
    begin_import,
    complete_import,
    completed,
    fail_imports,
    give_up_imports,
    go_on_with_import,
    keep_waiting,
    requeue_import,
    take_import,
)
from sightline.db.imports import Imported, ImportRefusedError, SourceBusyError, import_for, read_mapping
from sightline.db.imports.files import ENDINGS
from sightline.db.snapshot import Snapshot, in_snapshot, moving
from sightline.resolvers.errors import UnauthenticatedError
from sightline.resolvers.global_ids import Key
from sightline.resolvers.identity import Principal, same_rights
from sightline.resolvers.imports import IMPORT, RUN, ActorsSight, import_for_file, present_principal
from sightline.resolvers.operation import Operation, Services
from sightline.server.answers import ErrorCode, RefusedError
from sightline.server.beating import BEAT_SECONDS, PASSING, Beat
from sightline.server.identity.access import Access
from sightline.server.identity.serving import beside
from sightline.server.imports.held import ENDED, WAITS, Held, Outcome, Sender
from sightline.server.logs import log_fault, note
from sightline.server.own_files import own_directory
from sightline.server.places import Places

FILES_AT_ONCE = 4
"""Files that a process receives at a time, half of them of one person at the most."""

BUSY_SECONDS = 1.0

RIGHTS_CHANGED = "Your rights changed while this was imported, and nothing of it was kept: import the file again."
DISTURBED = "The database was busy or could not be reached, and nothing of it was kept: import the file again."
_OTHERS = "Other files are being received just now: try again in a minute."
_YOURS = "Other files of yours are being received just now: send this one when they are here, or in a minute."
_NO_TOKEN = "This token is not valid: it is unknown, has ended, or was revoked."
_NO_IMPORT = "There is no import with this id that you may send a file for."
_HAS_FILE = "This import has its file already, or has ended: ask for another import."

_BEAT = Beat(keep_waiting, give_up_imports)


class RightsChangedError(Exception):
    """Whoever began an import has other rights now."""


@dataclass(slots=True, eq=False)
class Imports:
    """What takes files and imports them, in one process."""

    database: Database
    services: Services
    access: Access
    beat_seconds: float = BEAT_SECONDS
    _held: dict[int, Held] = field(default_factory=dict)
    _queue: asyncio.Queue[Held] = field(default_factory=asyncio.Queue)
    places: Places = field(default_factory=lambda: Places(FILES_AT_ONCE, _OTHERS, _YOURS))
    _directory: Path | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Import what comes for the length of the block; what is not done by its end has failed."""
        with own_directory("import") as directory:
            self._directory = directory
            try:
                async with (
                    beside(_BEAT.go_on(self.database.writes, self._held, seconds=self.beat_seconds)),
                    beside(self._work()),
                ):
                    yield
            finally:
                with suppress(*PASSING):  # else another process finds them silent
                    await fail_imports(self.database.writes, list(self._held), STOPPED)

    async def find(self, token: str, text: str) -> Sender:
        """Who sends the file of the import with this id. Raises UnauthenticatedError; RefusedError for none such."""
        presented = await self.access.present(token)

        async def work(snapshot: Snapshot) -> tuple[Principal, int | None]:
            principal = await self.access.identities.find(presented, snapshot)
            if principal is None:
                raise UnauthenticatedError(_NO_TOKEN)
            return principal, await import_for_file(self._operation(principal, snapshot), text)

        principal, found = await in_snapshot(self.database.reads, work)
        note(principal=principal.fingerprint)
        if found is None:
            raise RefusedError(404, _NO_IMPORT, code=ErrorCode.NOT_FOUND)
        return Sender(found, presented, principal)

    @asynccontextmanager
    async def room(self, sender: Sender) -> AsyncIterator[Path]:
        """Where a file may be written; it goes with the block, unless it was taken. Raises RefusedError if none is."""
        with self.places.one(sender.principal):
            assert self._directory is not None  # files come while it is open
            file = self._directory / uuid4().hex
            try:
                yield file
            finally:
                file.unlink(missing_ok=True)

    async def take(self, sender: Sender, file: Path, size: int) -> None:
        """Have a file imported. Raises RefusedError where the import does not wait for one."""
        job = await take_import(self.database.writes, sender.job_id, size)
        if job is None:
            raise RefusedError(409, _HAS_FILE, code=ErrorCode.CONFLICT)
        ending = Path(job.name).suffix.lower()
        kept = file.with_suffix(ending if ending in ENDINGS else ".csv")
        await asyncio.to_thread(file.rename, kept)
        held = self._held[job.id] = Held(job, kept, sender)
        self._queue.put_nowait(held)

    async def _work(self) -> None:
        """Import one file after the other until cancelled. Whatever goes wrong, the import gets another turn."""
        while True:
            held = await self._queue.get()
            try:
                over = await self._is_over(held)
            except PASSING:
                over = False
            except Exception as fault:
                log_fault(fault)
                over = False
            if over:
                self._held.pop(held.job.id)
                with suppress(OSError):  # else it goes with its directory
                    held.file.unlink(missing_ok=True)
            else:
                await asyncio.sleep(BUSY_SECONDS)
                self._queue.put_nowait(held)

    async def _is_over(self, held: Held) -> bool:
        """Carry an import out, and tell the database what became of it; False where it waits for another turn.

        What could not be told is told in its next turn, before anything else.
        """
        if held.untold is None:
            held.untold = await self._outcome(held)
        outcome = held.untold
        if outcome.waits:
            await requeue_import(self.database.writes, held.job.id)
        elif outcome.problem is not None:
            await fail_imports(self.database.writes, [held.job.id], outcome.problem)
        held.untold = None
        return not outcome.waits

    async def _outcome(self, held: Held) -> Outcome:
        """Carry an import out, whatever becomes of it."""
        try:
            if await begin_import(self.database.writes, held.job.id):
                await self._carry_out(held)
        except SourceBusyError:
            return WAITS
        except ImportGoneError:
            return ENDED
        except ImportRefusedError as refused:
            return Outcome(str(refused))
        except RightsChangedError:
            return Outcome(RIGHTS_CHANGED)
        except PASSING:
            return Outcome(DISTURBED)
        except Exception as fault:
            return Outcome(f"Something is broken on our side. Tell the operator the error id {log_fault(fault)}.")
        return ENDED

    async def _carry_out(self, held: Held) -> None:
        """Import a file; look meanwhile, again and again, whether that is still wanted and allowed."""
        work = asyncio.create_task(self._import(held))
        try:
            while not work.done():
                await asyncio.wait((work,), timeout=self.beat_seconds)
                if not work.done():
                    with suppress(*PASSING):
                        await self._look(held)
        finally:
            await end(work)
        work.result()

    async def _look(self, held: Held) -> None:
        """Raise ImportGoneError where an import was given up, RightsChangedError where its rights are others."""
        wanted = await go_on_with_import(
            self.database.writes, held.job.id, bytes_read=held.bytes_read, rows_read=held.rows_read
        )
        if not wanted:
            raise ImportGoneError

        async def work(snapshot: Snapshot) -> Principal:
            return await self._unchanged(held.sender, snapshot)

        await in_snapshot(self.database.reads, work)

    async def _import(self, held: Held) -> None:
        async with self.database.writes.acquire() as connection, connection.transaction():
            snapshot = await moving(connection)
            operation = self._operation(await self._unchanged(held.sender, snapshot), snapshot)
            if not await operation.does(RUN, Key(held.job.id)):
                raise RightsChangedError
            imported = await import_for(
                connection,
                held.job.id,
                held.file,
                read_mapping(held.job.mapping, held.job.name),
                actor_id=held.job.actor_id,
                sight=ActorsSight(operation),
                dry_run=held.job.dry_run,
                progress=held.note,
            )
            principal = await self._unchanged(held.sender, await stand_still(connection))
            await _record(connection, principal, held.job, imported)
            await complete_import(connection, held.job.id, rows=imported.rows, refused=imported.refused)

    async def _unchanged(self, sender: Sender, snapshot: Snapshot) -> Principal:
        """Whoever sent a file, with the rights of then. Raises RightsChangedError where they are others now."""
        identities = self.access.identities
        found = await present_principal(identities, sender.presented, sender.principal, snapshot)
        if found is None or not same_rights(found, sender.principal):
            raise RightsChangedError
        return found

    def _operation(self, principal: Principal, snapshot: Snapshot) -> Operation:
        return Operation(self.services, principal, self.services.visibilities.of(principal.paths), snapshot)


async def _record(connection: asyncpg.Connection, principal: Principal, job: TakenImport, imported: Imported) -> None:
    await audit.append(
        connection,
        actor_id=principal.user_id,
        api_key_id=principal.key_id,
        via_path=PathKind.PLATFORM,
        action="import_job:complete",
        target_type=IMPORT,
        target_id=str(job.id),
        after=completed(rows=imported.rows, refused=imported.refused, dry_run=job.dry_run),
    )
