"""Custom metrics: report columns that somebody made of others."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from sightline.db.tables.base import FOLLOWS_ROW, INTERNAL, PUBLIC, Row, TableRole, column
from sightline.db.tables.enums import MetricState
from sightline.db.tables.parts import choice, created_at, named, numbered, reference, version


class CustomMetricRow(Row):
    """A report column that somebody made of others: a formula, which each reader computes with his own rights (M5a)."""

    __tablename__ = "custom_metric"
    __role__ = TableRole.LOCAL
    __table_args__ = (
        named(),
        sa.CheckConstraint("key ~ '^custom_[a-z0-9]+$'", name="key"),
        sa.CheckConstraint("formula <> ''", name="formula"),
        sa.Index(
            "ix_custom_metric_offered",
            "organization_id",
            postgresql_where=sa.text("state = 'ACTIVE' AND organization_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = numbered("custom_metric")
    created_at: Mapped[datetime] = created_at()
    version: Mapped[int] = version()
    owner_id: Mapped[int] = reference(INTERNAL, "Who made it.", "app_user.id", index=True)
    organization_id: Mapped[int | None] = reference(
        FOLLOWS_ROW, "The organization whose members it is offered to; nobody else's if none.", "organization.id"
    )
    key: Mapped[str] = column(PUBLIC, "What it is called in a request.", unique=True)
    name: Mapped[str] = column(PUBLIC, "What it is called in a heading.")
    description: Mapped[str | None] = column(FOLLOWS_ROW, "What it means.")
    formula: Mapped[str] = column(FOLLOWS_ROW, "How it is computed from columns.")
    state: Mapped[MetricState] = choice(
        PUBLIC, "Whether it can be used.", MetricState, server_default=MetricState.ACTIVE.value
    )
