"""One fetch of an export: computed piece by piece in one snapshot, by the rights of whoever fetches, at that moment.

INVARIANT: no row is handed on more than a second after somebody was last found to have the rights that it was computed
with (F19). Who lost them, gave the export up or went away gets no further row: what streams breaks off, visibly.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sightline.db.database import Database
from sightline.db.report_exports import (
    begin_export,
    complete_export,
    fail_export,
    give_up_exports,
    go_on_with_export,
    keep_exports,
)
from sightline.db.snapshot import Snapshot, in_snapshot, long_snapshot
from sightline.db.tables.enums import ExportFormat
from sightline.resolvers.errors import BadInputError, SightlineError, UnauthenticatedError
from sightline.resolvers.identity import Assertion, Principal, same_rights
from sightline.resolvers.operation import Operation, Services
from sightline.resolvers.reports.exporting import Exporting, Piece, exporting
from sightline.resolvers.reports.exports import StoredExport, export_for
from sightline.server.answers import ErrorCode, RefusedError
from sightline.server.beating import BEAT_SECONDS, Beat
from sightline.server.exports.cells import Cells
from sightline.server.exports.sheets import ParquetWriter, WorkbookWriter
from sightline.server.exports.streams import CsvWriter, JsonLinesWriter, Writer
from sightline.server.identity.access import Access
from sightline.server.identity.serving import beside
from sightline.server.logs import note
from sightline.server.own_files import own_directory
from sightline.server.places import Places

AT_ONCE = 2
"""Exports that a process writes at a time: each keeps a connection and a snapshot for as long as it takes. One person
has one of them, so that who does not go on with his keeps nobody else from theirs."""

CHECK_SECONDS = 1.0
STATEMENT_SECONDS = 300
IDLE_SECONDS = 60
BLOCK = 65_536
GONE = "GONE"
"""The code of an export whose client went away."""

_OTHERS = "Other exports are being written just now: try again in a minute."
_YOURS = "Another export of yours is being written just now: fetch this one when you have that, or in a minute."
_NO_TOKEN = "This token is not valid: it is unknown, has ended, or was revoked."
_NO_EXPORT = "There is no export with this id that you may fetch."

_BEAT = Beat(keep_exports, give_up_exports)

_WRITERS: dict[ExportFormat, Callable[[Path], Writer]] = {
    ExportFormat.CSV: lambda _: CsvWriter(),
    ExportFormat.JSONL: lambda _: JsonLinesWriter(),
    ExportFormat.XLSX: WorkbookWriter,
    ExportFormat.PARQUET: ParquetWriter,
}


class TruncatedError(Exception):
    """An export ends before its end; `code` is what is written down of it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, eq=False)
class Exports:
    """What fetches exports in one process."""

    database: Database
    services: Services
    access: Access
    check_seconds: float = CHECK_SECONDS
    beat_seconds: float = BEAT_SECONDS
    places: Places = field(default_factory=lambda: Places(AT_ONCE, _OTHERS, _YOURS))
    held: list[int] = field(default_factory=list)  # those that are being written, one as often as it is

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Say for the length of the block that what is written here goes on, and end what is not."""
        async with beside(_BEAT.go_on(self.database.writes, self.held, seconds=self.beat_seconds)):
            yield

    async def find(self, token: str, text: str) -> Fetch:
        """A fetch of the export with this id. Raises UnauthenticatedError; RefusedError, for hidden and none alike."""
        presented = await self.access.present(token)

        async def work(snapshot: Snapshot) -> tuple[Principal, StoredExport | None]:
            operation = await self.operation(presented, snapshot)
            return operation.principal, await export_for(operation, text)

        principal, found = await in_snapshot(self.database.reads, work)
        note(principal=principal.fingerprint)
        if found is None:
            raise RefusedError(404, _NO_EXPORT, code=ErrorCode.NOT_FOUND)
        return Fetch(self, presented, principal, found, _WRITERS[found.format])

    async def operation(self, presented: str | Assertion, snapshot: Snapshot) -> Operation:
        """What is read in a snapshot by whoever presents this. Raises UnauthenticatedError for nobody."""
        principal = await self.access.identities.find(presented, snapshot)
        if principal is None:
            raise UnauthenticatedError(_NO_TOKEN)
        return Operation(self.services, principal, self.services.visibilities.of(principal.paths), snapshot)


@dataclass(slots=True, eq=False)
class Fetch:
    """One export on its way to whoever may have it."""

    exports: Exports
    presented: str | Assertion
    fetcher: Principal
    export: StoredExport
    make_writer: Callable[[Path], Writer]
    written: int = 0
    at_most: int = 0
    _writer: Writer | None = None
    _principal: Principal | None = None
    _checked: float = 0.0

    @property
    def writer(self) -> Writer:
        """What writes the file, once there is something of it."""
        assert self._writer is not None
        return self._writer

    async def parts(self) -> AsyncGenerator[bytes]:
        """The bytes of the file; its `writer` is there with the first. Raises TruncatedError where it may not go on.

        What cannot be answered at all is raised before there are any.
        """
        number, pool = self.export.id, self.exports.database.writes
        with self.exports.places.one(self.fetcher):
            if not await begin_export(pool, number):
                raise RefusedError(410, "This export has ended: ask for it again.", code=ErrorCode.NOT_FOUND)
            code: str | None = ErrorCode.INTERNAL
            self.exports.held.append(number)
            try:
                with own_directory("export") as directory:
                    async with aclosing(self._parts(directory)) as parts:
                        async for part in parts:
                            yield part
                await complete_export(pool, number, self.written)
                code = None
            except (SightlineError, TruncatedError) as error:
                code = error.code
                raise
            except (GeneratorExit, asyncio.CancelledError):
                code = GONE
                raise
            finally:
                self.exports.held.remove(number)
                if code is not None:
                    await asyncio.shield(fail_export(pool, number, code))

    async def _parts(self, directory: Path) -> AsyncGenerator[bytes]:
        reads = self.exports.database.reads
        writer = self._writer = self.make_writer(directory)
        try:
            async with long_snapshot(reads, seconds=STATEMENT_SECONDS, idle_seconds=IDLE_SECONDS) as snapshot:
                operation = await self.exports.operation(self.presented, snapshot)
                self._principal = operation.principal
                report = await exporting(operation, self.export.request)
                async with aclosing(self._rows(report, writer)) as rows:
                    async for part in rows:
                        await self._may_go_on()
                        yield part
        finally:
            writer.close()
        finished = writer.finished()
        if finished is None:
            return
        with finished.open("rb") as file:
            while block := await asyncio.to_thread(file.read, BLOCK):
                await self._may_go_on()
                yield block

    async def _rows(self, report: Exporting, writer: Writer) -> AsyncGenerator[bytes]:
        """What streams, piece by piece; a writer of whole files gives empty pieces, so that each is checked too.

        A heading goes with the first row, or with the totals of no row: what is refused before has a status.
        """
        cells = Cells(report)
        waiting = await asyncio.to_thread(writer.begin, cells.headings())
        async for piece in report.pieces(salt=self._salt):
            self.at_most = piece.at_most
            chosen = bool(report.request.having)
            self._refuse_too_many(writer, self.written + len(piece.rows) if chosen else piece.at_most)
            waiting += await asyncio.to_thread(_encoded, writer, cells, piece)
            self.written += len(piece.rows)
            if self.written:
                yield waiting
                waiting = b""
            else:
                yield b""
        totals = cells.totals(await report.totals())
        yield waiting + await asyncio.to_thread(writer.end, totals)

    def _refuse_too_many(self, writer: Writer, rows: int) -> None:
        if writer.most_rows is not None and rows > writer.most_rows:
            raise BadInputError(
                f"A sheet has room for {writer.most_rows:,} rows and these are more: ask for CSV or Parquet, a shorter"
                " period, fewer dimensions, or filters."
            )

    async def _may_go_on(self) -> None:
        """Whether whoever fetches still has the rights of the beginning, and still wants it; asked once a second."""
        now = asyncio.get_running_loop().time()
        if now - self._checked < self.exports.check_seconds:
            return
        if not await self._has_the_same_rights():
            raise TruncatedError("RIGHTS_CHANGED", "Your rights changed while this was written: fetch it again.")
        if not await go_on_with_export(self.exports.database.writes, self.export.id, self.written, self.at_most):
            raise TruncatedError("CANCELLED", "This export was given up.")
        self._checked = now

    async def _has_the_same_rights(self) -> bool:
        async def work(snapshot: Snapshot) -> Principal | None:
            return await self.exports.access.identities.find(self.presented, snapshot)

        found, before = await in_snapshot(self.exports.database.reads, work), self._principal
        return found is not None and before is not None and same_rights(found, before)

    @property
    def _salt(self) -> str:
        return self.exports.services.token_hash(f"order of export {self.export.id}").hex()


def _encoded(writer: Writer, cells: Cells, piece: Piece) -> bytes:
    return writer.rows(cells.rows(piece))
