"""An export as it is stored, for whoever it was made for (RC11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from sightline.authz.reports.lenses import Lens
from sightline.db.statements import system_statement
from sightline.db.tables import ReportExportRow
from sightline.db.tables.enums import ExportFormat
from sightline.resolvers.global_ids import MalformedIdError
from sightline.resolvers.operation import Operation
from sightline.resolvers.reports.definitions import Definition, request_of, stored_lens
from sightline.resolvers.reports.requests import ReportRequest

ENTITY = "report_export"
LIVES = timedelta(hours=1)
"""How long an export that was asked for can be fetched."""

_STORED = system_statement(
    sa.select(
        ReportExportRow.principal,
        ReportExportRow.name,
        ReportExportRow.format,
        ReportExportRow.lens,
        ReportExportRow.lens_organization_id,
        ReportExportRow.lens_account_id,
        ReportExportRow.definition,
        ReportExportRow.expires_at,
    ).where(ReportExportRow.id == sa.bindparam("id", type_=sa.BigInteger()))
)


@dataclass(frozen=True, slots=True)
class StoredExport:
    """What is to be computed, and into which file."""

    id: int
    name: str
    format: ExportFormat
    lens: Lens
    definition: Definition
    expires_at: datetime

    @property
    def request(self) -> ReportRequest:
        """The report that it asks."""
        return request_of(self.lens, self.definition)


async def export_for(operation: Operation, text: str) -> StoredExport | None:
    """The export of an id, for the principal it was made for; None, equally, for everybody else and for no export.

    It is for that person signed in: a key of his sees less, and asks for none (AC5).
    """
    try:
        entity, key = operation.services.ids.decode(text)
    except MalformedIdError:
        return None
    if entity != ENTITY or await operation.row(ENTITY, key) is None:
        return None
    rows = await operation.snapshot.fetch(_STORED, {"id": key.id})
    if not rows or rows[0]["principal"] != operation.principal.fingerprint:
        return None
    row = rows[0]
    format_ = ExportFormat(row["format"])
    return StoredExport(key.id, row["name"], format_, stored_lens(row), row["definition"], row["expires_at"])
