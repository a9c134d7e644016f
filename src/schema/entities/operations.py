"""How the platform is run: imports with their logs, and its settings."""

from __future__ import annotations

from strawberry.scalars import JSON

from sightline.db.tables import ImportJobRow, ImportLogRow, PlatformSettingRow
from sightline.db.tables.enums import ImportOutcome, ImportState
from sightline.schema.connections import edges_from
from sightline.schema.fields import edge, field_of
from sightline.schema.node import Node, entity_type
from sightline.schema.scalars import DateTime


@entity_type(ImportJobRow)
class ImportJob(Node):
    """One run of a data import."""

    created_at: DateTime | None = field_of(ImportJobRow.created_at)
    created_by = edge(ImportJobRow.created_by_id)
    name: str = field_of(ImportJobRow.name)
    state: ImportState = field_of(ImportJobRow.state)
    entity: str | None = field_of(ImportJobRow.entity)
    source: str | None = field_of(ImportJobRow.source)
    scheduled: bool | None = field_of(ImportJobRow.scheduled)
    started_at: DateTime | None = field_of(ImportJobRow.started_at)
    finished_at: DateTime | None = field_of(ImportJobRow.finished_at)
    dry_run: bool | None = field_of(ImportJobRow.dry_run)
    file_size: int | None = field_of(ImportJobRow.file_size)
    bytes_read: int | None = field_of(ImportJobRow.bytes_read)
    rows_read: int | None = field_of(ImportJobRow.rows_read)
    rows_accepted: int | None = field_of(ImportJobRow.rows_accepted)
    rows_refused: int | None = field_of(ImportJobRow.rows_refused)
    problem: str | None = field_of(ImportJobRow.problem)
    logs = edges_from(ImportLogRow.job_id, description="What became of its lines.")


@entity_type(ImportLogRow)
class ImportLog(Node):
    """What became of one line of an import, or of one value in it."""

    created_at: DateTime | None = field_of(ImportLogRow.created_at)
    job = edge(ImportLogRow.job_id)
    line: int | None = field_of(ImportLogRow.line)
    outcome: ImportOutcome | None = field_of(ImportLogRow.outcome)
    column_name: str | None = field_of(ImportLogRow.column_name)
    value: str | None = field_of(ImportLogRow.value)
    reason: str | None = field_of(ImportLogRow.reason)


@entity_type(PlatformSettingRow)
class PlatformSetting:
    """One setting of the whole platform."""

    key: str = field_of(PlatformSettingRow.key)
    value: JSON | None = field_of(PlatformSettingRow.value)
    created_at: DateTime | None = field_of(PlatformSettingRow.created_at)
    updated_at: DateTime | None = field_of(PlatformSettingRow.updated_at)
