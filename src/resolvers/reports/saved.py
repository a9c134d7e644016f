"""A saved report as one reader has it: what of its definition he may know, and the request that it means for him.

Nothing of a definition is shown that he could not have asked for himself: a column that he lacks is listed as not
available, without a key where it is nobody's but its readers' to know of, and what the definition asks is written out
only to who may ask it (RC6, RC10).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
import sqlalchemy as sa

from sightline.authz.reports.columns import COLUMNS
from sightline.authz.reports.dimensions import DIMENSIONS
from sightline.authz.reports.lenses import Lens
from sightline.authz.reports.lists import availabilities
from sightline.db.snapshot import Snapshot
from sightline.db.statements import system_statement
from sightline.db.tables import SavedReportRow
from sightline.resolvers.errors import ColumnRestrictedError
from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.reports.definitions import LENS_PLACES, Definition, definition_of, request_of, stored_lens
from sightline.resolvers.reports.desk import NO_LENS, OpenLens
from sightline.resolvers.reports.metrics import metrics_named
from sightline.resolvers.reports.names import columns_to_show
from sightline.resolvers.reports.requests import ReportRequest

_UNKNOWN = "does not exist or is not available to you"
_STORED = system_statement(
    sa.select(
        SavedReportRow.lens,
        SavedReportRow.lens_organization_id,
        SavedReportRow.lens_account_id,
        SavedReportRow.definition,
    ).where(SavedReportRow.id == sa.bindparam("id", type_=sa.BigInteger()))
)


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A definition and its lens, as they are stored."""

    lens: Lens
    definition: Definition

    @property
    def request(self) -> ReportRequest:
        """What it asks."""
        return request_of(self.lens, self.definition)


@dataclass(frozen=True, slots=True)
class NamedColumn:
    """A column that a definition names. Without a key it is one that the reader knows nothing of."""

    key: str | None
    reason: str | None


async def stored_report(snapshot: Snapshot, number: int) -> StoredReport:
    """The definition of a saved report that somebody was found to see."""
    (row,) = await snapshot.fetch(_STORED, {"id": number})
    return StoredReport(stored_lens(row), row["definition"])


def named_columns(lens: OpenLens | None, report: StoredReport) -> list[NamedColumn]:
    """The columns that a definition names, as this reader has each."""
    reasons: Mapping[str, str | None] = dict.fromkeys(COLUMNS, NO_LENS)
    if lens is not None:
        reasons = {each.key: each.reason for each in availabilities(lens.columns, lens.reader)}
    return [
        NamedColumn(key, reasons[key]) if key in reasons else NamedColumn(None, _UNKNOWN)
        for key in dict.fromkeys(_named(report.request))
    ]


def input_of(operation: Operation, lens: OpenLens | None, report: StoredReport) -> str | None:
    """The input of `report` that a definition means, as JSON; None for a reader who may not ask it."""
    if lens is None:
        return None
    try:
        columns_to_show(lens, replace(report.request, drop=False))
    except ColumnRestrictedError:
        return None
    return orjson.dumps({"lens": _lens_input(operation, report.lens), **definition_of(report.request)}).decode()


async def opened(operation: Operation, report: StoredReport) -> OpenLens | None:
    """The lens of a definition, where the reader has it, with the metrics it names that exist for him."""
    metrics = await metrics_named(operation, report.request.named_columns)
    try:
        return operation.services.desk.open(operation.principal, report.lens, metrics)
    except ColumnRestrictedError:
        return None


def _lens_input(operation: Operation, lens: Lens) -> dict[str, Any]:
    written: dict[str, Any] = {"kind": str(lens.kind)}
    if lens.number is not None:
        member, entity = LENS_PLACES[lens.kind]
        written[member] = operation.services.ids.of_row(entity, Key(lens.number))
    return written


def _named(request: ReportRequest) -> Iterator[str]:
    yield from request.columns
    yield from (each.column for each in request.having)
    yield from (each.key for each in request.order if each.key not in DIMENSIONS)
