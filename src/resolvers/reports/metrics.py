"""Reading custom metrics: one's own, and those that members offer to their organization. Which of them exist for a
viewer in a lens is decided when it is opened (RC6).

The share of an author ends with his membership: it is asked for at every reading, like any grant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from sightline.authz.paths import Attribute, PathKind, Paths
from sightline.authz.permissions import Scope
from sightline.authz.reports.columns import Column, custom_metric
from sightline.authz.reports.formulas import FormulaError
from sightline.authz.reports.metrics import KEY_PREFIX
from sightline.db.statements import system_statement
from sightline.db.tables import CustomMetricRow, RoleAssignmentRow
from sightline.db.tables.enums import MetricState
from sightline.resolvers.operation import Operation

_NUMBERS = ARRAY(sa.BigInteger)
_BELONGS = sa.exists().where(
    RoleAssignmentRow.user_id == CustomMetricRow.owner_id,
    RoleAssignmentRow.scope == Scope.ORGANIZATION,
    RoleAssignmentRow.organization_id == CustomMetricRow.organization_id,
    sa.or_(
        RoleAssignmentRow.expires_at.is_(None),
        RoleAssignmentRow.expires_at > sa.bindparam("clock", type_=sa.TIMESTAMP(timezone=True)),
    ),
)
_OWN = CustomMetricRow.owner_id == sa.any_(sa.bindparam("users", type_=_NUMBERS))
_SHARED = CustomMetricRow.organization_id == sa.any_(sa.bindparam("organizations", type_=_NUMBERS))
_OFFERED = (
    sa.select(CustomMetricRow.key, CustomMetricRow.name, CustomMetricRow.description, CustomMetricRow.formula)
    .where(CustomMetricRow.state == MetricState.ACTIVE, sa.or_(_OWN, sa.and_(_SHARED, _BELONGS)))
    .order_by(sa.collate(CustomMetricRow.name, "C"), CustomMetricRow.key)
)
_ALL = system_statement(_OFFERED)
_NAMED = system_statement(_OFFERED.where(CustomMetricRow.key == sa.any_(sa.bindparam("keys", type_=ARRAY(sa.Text)))))


async def metrics_offered(operation: Operation) -> tuple[Column, ...]:
    """Every metric that is the viewer's own, or offered to an organization of his, in the order of their names."""
    return _columns(await operation.snapshot.fetch(_ALL, _viewer(operation)))


async def metrics_named(operation: Operation, keys: Collection[str]) -> tuple[Column, ...]:
    """Of these, those with one of these keys. Only what looks like a metric's key is looked up."""
    asked = sorted(key for key in keys if key.startswith(KEY_PREFIX) and "\0" not in key and key.isascii())
    if not asked:
        return ()
    return _columns(await operation.snapshot.fetch(_NAMED, {**_viewer(operation), "keys": asked}))


def _viewer(operation: Operation) -> dict[str, object]:
    paths = operation.principal.paths
    return {
        "users": _values(paths, PathKind.SELF, Attribute.USER),
        "organizations": _values(paths, PathKind.ORGANIZATION, Attribute.ORGANIZATIONS),
        "clock": operation.snapshot.clock,
    }


def _values(paths: Paths, kind: PathKind, attribute: Attribute) -> list[object]:
    of_kind = (each for each in paths.ordered if each.shape.kind is kind)
    return [*{value: None for each in of_kind for value in each.values.get(attribute, ())}]


def _columns(rows: Iterable[asyncpg.Record]) -> tuple[Column, ...]:
    return tuple(column for row in rows if (column := _column(row)) is not None)


def _column(row: asyncpg.Record) -> Column | None:
    """The metric of a stored row; none where its formula is of a language that is no longer spoken."""
    try:
        return custom_metric(row["key"], row["name"], description=row["description"] or "", formula=row["formula"])
    except FormulaError:
        return None
