"""What people make for their reports."""

from __future__ import annotations

from sightline.db.tables import CustomMetricRow
from sightline.db.tables.enums import MetricState
from sightline.schema.fields import edge, field_of
from sightline.schema.node import Node, entity_type
from sightline.schema.scalars import DateTime


@entity_type(CustomMetricRow)
class CustomMetric(Node):
    """A report column that you made of others. Reports name it by its key, and `reportSchema` says where it works."""

    created_at: DateTime | None = field_of(CustomMetricRow.created_at)
    key: str = field_of(CustomMetricRow.key)
    name: str = field_of(CustomMetricRow.name)
    description: str | None = field_of(CustomMetricRow.description)
    formula: str | None = field_of(CustomMetricRow.formula)
    state: MetricState = field_of(CustomMetricRow.state)
    organization = edge(CustomMetricRow.organization_id)
