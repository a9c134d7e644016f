"""Reports: the catalogue of columns, the lists of them that users may use, saved reports and their schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.authz.reports.columns import Aggregation
from sightline.authz.reports.lenses import ReportLens
from sightline.db.tables.base import FOLLOWS_ROW, INTERNAL, PUBLIC, Row, TableRole, column
from sightline.db.tables.enums import (
    ColumnListOwner,
    ExportFormat,
    ExportState,
    OnRestricted,
    ScheduleState,
)
from sightline.db.tables.parts import choice, created_at, named, numbered, reference, version

# A point of view has an organization, an account, or neither.
_LENS = (
    "CASE lens WHEN 'PLATFORM' THEN lens_organization_id IS NULL AND lens_account_id IS NULL"
    " WHEN 'ACCOUNT' THEN lens_organization_id IS NULL AND lens_account_id IS NOT NULL"
    " ELSE lens_organization_id IS NOT NULL AND lens_account_id IS NULL END"
)


class ReportColumnRow(Row):
    """One column that a report may have; labels and formulas of built-in ones are public documentation (RC6)."""

    __tablename__ = "report_column"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.CheckConstraint("key ~ '^[a-z][a-z0-9_]*$'", name="key"),
        sa.CheckConstraint("cardinality(classes) > 0", name="classes"),
        sa.CheckConstraint("aggregation = 'SUM' OR formula IS NOT NULL", name="formula"),
    )

    key: Mapped[str] = column(PUBLIC, "What it is called in a request.", primary_key=True)
    created_at: Mapped[datetime] = created_at()
    label: Mapped[str] = column(PUBLIC, "What it is called in a heading.")
    description: Mapped[str] = column(PUBLIC, "What it means.")
    formula: Mapped[str | None] = column(PUBLIC, "How it is computed from other columns; none if it is a sum.")
    classes: Mapped[list[str]] = column(PUBLIC, "The field classes it needs, all of them.", sa.ARRAY(sa.Text))
    aggregation: Mapped[Aggregation] = choice(PUBLIC, "How it is computed over a group.", Aggregation)
    owner_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "Who made it, if it is a custom metric.", "app_user.id", index=True
    )


class ColumnListRow(Row):
    """The report columns a user may use: his own list, or the system's, which holds for everybody without one (RC1)."""

    __tablename__ = "column_list"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.CheckConstraint("(owner_kind = 'USER') = (user_id IS NOT NULL)", name="owner"),
        sa.UniqueConstraint("user_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = numbered("column_list")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    owner_kind: Mapped[ColumnListOwner] = choice(FOLLOWS_ROW, "The system's list, or a user's.", ColumnListOwner)
    user_id: Mapped[int | None] = reference(FOLLOWS_ROW, "Whose list it is.", "app_user.id")


class ColumnListItemRow(Row):
    """One column of a list."""

    __tablename__ = "column_list_item"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        # Checked at commit, so that columns can change places.
        sa.UniqueConstraint("list_id", "position", deferrable=True, initially="DEFERRED"),
    )

    list_id: Mapped[int] = reference(FOLLOWS_ROW, "The list.", "column_list.id", primary_key=True, autoincrement=False)
    column_key: Mapped[str] = reference(FOLLOWS_ROW, "The column.", "report_column.key", primary_key=True)
    created_at: Mapped[datetime] = created_at()
    position: Mapped[int] = column(FOLLOWS_ROW, "Its place in the list, from 1 on.", sa.SmallInteger)


class SavedReportRow(Row):
    """The definition of a report. It is run with the present rights of whoever runs it (RC10)."""

    __tablename__ = "saved_report"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        named(),
        sa.CheckConstraint(_LENS, name="lens"),
    )

    id: Mapped[int] = numbered("saved_report")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    name: Mapped[str] = column(PUBLIC, "What it is called.")
    owner_id: Mapped[int] = reference(FOLLOWS_ROW, "Who saved it.", "app_user.id", index=True)
    organization_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The organization whose members it is shared with.", "organization.id", index=True
    )
    lens: Mapped[ReportLens] = choice(FOLLOWS_ROW, "From whose point of view it is computed.", ReportLens)
    lens_organization_id: Mapped[int | None] = reference(
        INTERNAL, "The organization of that point of view.", "organization.id"
    )
    lens_account_id: Mapped[int | None] = reference(
        INTERNAL, "The affiliate account of that point of view.", "affiliate_account.id"
    )
    definition: Mapped[dict[str, Any]] = column(INTERNAL, "Columns, filters, grouping and order.")


class SavedReportShareRow(Row):
    """One user whom a saved report is shared with: the definition, never its answer."""

    __tablename__ = "saved_report_share"
    __role__ = TableRole.LOCAL

    saved_report_id: Mapped[int] = reference(
        FOLLOWS_ROW, "The report.", "saved_report.id", primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = reference(
        FOLLOWS_ROW, "Who may open it.", "app_user.id", primary_key=True, autoincrement=False, index=True
    )
    created_at: Mapped[datetime] = created_at()


class ReportScheduleRow(Row):
    """A saved report that is run from time to time, as its owner (RC10)."""

    __tablename__ = "report_schedule"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        sa.Index("ix_report_schedule_due", "next_run_at", postgresql_where=sa.text("state = 'ACTIVE'")),
        sa.Index("ix_report_schedule_report", "saved_report_id"),
    )

    id: Mapped[int] = numbered("report_schedule")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    saved_report_id: Mapped[int] = reference(FOLLOWS_ROW, "The report that is run.", "saved_report.id")
    owner_id: Mapped[int] = reference(INTERNAL, "Whom it runs as.", "app_user.id", index=True)
    state: Mapped[ScheduleState] = choice(
        PUBLIC, "Whether it runs.", ScheduleState, server_default=ScheduleState.ACTIVE.value
    )
    cron: Mapped[str] = column(FOLLOWS_ROW, "When it runs, in the five fields of cron.")
    time_zone: Mapped[str] = column(FOLLOWS_ROW, "IANA name of the time zone of `cron`.")
    format: Mapped[ExportFormat] = choice(FOLLOWS_ROW, "The file it is written to.", ExportFormat)
    on_restricted: Mapped[OnRestricted] = choice(
        FOLLOWS_ROW,
        "What becomes of a column the owner may no longer use: the run fails, or does without.",
        OnRestricted,
        server_default=OnRestricted.FAIL.value,
    )
    recipients: Mapped[list[str]] = column(
        INTERNAL, "Addresses that are told of a run; each reads it with rights of his own.", sa.ARRAY(sa.Text)
    )
    next_run_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it runs next.")
    last_run_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it last ran.")
    last_error: Mapped[str | None] = column(FOLLOWS_ROW, "Code of the error of the last run.")


class ReportExportRow(Row):
    """A report asked for as a file, or delivered by a schedule. It holds what to compute, never what was computed."""

    __tablename__ = "report_export"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        named(),
        sa.CheckConstraint(_LENS, name="lens"),
        sa.CheckConstraint("(state IN ('FAILED', 'REFUSED')) = (error IS NOT NULL)", name="error"),
        sa.CheckConstraint("rows_written >= 0", name="rows_written"),
        sa.Index("ix_report_export_beat_at", "beat_at", postgresql_where=sa.text("finished_at IS NULL")),
    )

    id: Mapped[int] = numbered("report_export")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    owner_id: Mapped[int] = reference(INTERNAL, "Whom it runs as.", "app_user.id", index=True)
    principal: Mapped[str] = column(INTERNAL, "Who it is for: its owner signed in, or one key of his.")
    saved_report_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The saved report it is made from.", "saved_report.id", index=True
    )
    schedule_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The schedule that delivered it.", "report_schedule.id", index=True
    )
    name: Mapped[str] = column(PUBLIC, "What its file is called, without the ending.")
    format: Mapped[ExportFormat] = choice(FOLLOWS_ROW, "The file it is written to.", ExportFormat)
    lens: Mapped[ReportLens] = choice(INTERNAL, "From whose point of view it is computed.", ReportLens)
    lens_organization_id: Mapped[int | None] = reference(
        INTERNAL, "The organization of that point of view.", "organization.id"
    )
    lens_account_id: Mapped[int | None] = reference(
        INTERNAL, "The affiliate account of that point of view.", "affiliate_account.id"
    )
    definition: Mapped[dict[str, Any]] = column(INTERNAL, "Columns, filters, grouping and order.")
    state: Mapped[ExportState] = choice(
        PUBLIC, "What became of it.", ExportState, server_default=ExportState.WAITING.value
    )
    rows_written: Mapped[int] = column(FOLLOWS_ROW, "How many rows were written when last fetched.", server_default="0")
    rows_total: Mapped[int | None] = column(FOLLOWS_ROW, "How many rows there were to write when last fetched.")
    error: Mapped[str | None] = column(FOLLOWS_ROW, "Code of what went wrong.")
    finished_at: Mapped[datetime | None] = column(FOLLOWS_ROW, "When it was last fetched to its end, or given up.")
    expires_at: Mapped[datetime] = column(FOLLOWS_ROW, "Until when it can be fetched.")
    beat_at: Mapped[datetime | None] = column(INTERNAL, "When the process that writes it last said that it lives.")
