"""Saved reports, schedules, exports and custom metrics. A definition is shown by `openReport`, to each as he has it."""

from __future__ import annotations

from sightline.authz.reports.lenses import ReportLens
from sightline.db.tables import CustomMetricRow, ReportExportRow, ReportScheduleRow, SavedReportRow
from sightline.db.tables.enums import ExportFormat, ExportState, MetricState, OnRestricted, ScheduleState
from sightline.schema.connections import edges_from
from sightline.schema.fields import edge, field_of
from sightline.schema.node import Node, entity_type
from sightline.schema.scalars import DateTime


@entity_type(CustomMetricRow)
class CustomMetric(Node):
    """A report column that you made of others. Reports name it by its key, and say where it works."""

    created_at: DateTime | None = field_of(CustomMetricRow.created_at)
    key: str = field_of(CustomMetricRow.key)
    name: str = field_of(CustomMetricRow.name)
    description: str | None = field_of(CustomMetricRow.description)
    formula: str | None = field_of(CustomMetricRow.formula)
    state: MetricState = field_of(CustomMetricRow.state)
    organization = edge(CustomMetricRow.organization_id)


@entity_type(SavedReportRow)
class SavedReport(Node):
    """The definition of a report, which everybody it is shared with runs with rights of his own."""

    created_at: DateTime | None = field_of(SavedReportRow.created_at)
    name: str = field_of(SavedReportRow.name)
    owner = edge(SavedReportRow.owner_id)
    organization = edge(SavedReportRow.organization_id)
    lens: ReportLens | None = field_of(SavedReportRow.lens)
    report_schedules = edges_from(ReportScheduleRow.saved_report_id, description="When it runs by itself.")
    report_exports = edges_from(ReportExportRow.saved_report_id, description="Files that were asked for.")


@entity_type(ReportScheduleRow)
class ReportSchedule(Node):
    """A saved report that is run from time to time, as its owner."""

    created_at: DateTime | None = field_of(ReportScheduleRow.created_at)
    saved_report = edge(ReportScheduleRow.saved_report_id)
    state: ScheduleState = field_of(ReportScheduleRow.state)
    cron: str | None = field_of(ReportScheduleRow.cron)
    time_zone: str | None = field_of(ReportScheduleRow.time_zone)
    format: ExportFormat | None = field_of(ReportScheduleRow.format)
    on_restricted: OnRestricted | None = field_of(ReportScheduleRow.on_restricted)
    next_run_at: DateTime | None = field_of(ReportScheduleRow.next_run_at)
    last_run_at: DateTime | None = field_of(ReportScheduleRow.last_run_at)
    last_error: str | None = field_of(ReportScheduleRow.last_error)
    report_exports = edges_from(ReportExportRow.schedule_id, description="What it delivered, and what it could not.")


@entity_type(ReportExportRow)
class ReportExport(Node):
    """A report as a file: computed anew, with present rights, whenever it is fetched from `/exports/` and its id."""

    created_at: DateTime | None = field_of(ReportExportRow.created_at)
    saved_report = edge(ReportExportRow.saved_report_id)
    schedule = edge(ReportExportRow.schedule_id)
    name: str = field_of(ReportExportRow.name)
    format: ExportFormat | None = field_of(ReportExportRow.format)
    state: ExportState = field_of(ReportExportRow.state)
    rows_written: int | None = field_of(ReportExportRow.rows_written)
    rows_total: int | None = field_of(ReportExportRow.rows_total)
    error: str | None = field_of(ReportExportRow.error)
    finished_at: DateTime | None = field_of(ReportExportRow.finished_at)
    expires_at: DateTime | None = field_of(ReportExportRow.expires_at)
