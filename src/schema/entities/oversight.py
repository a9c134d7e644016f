"""Who watches the watchers: transfers of ownership, and the audit log."""

from __future__ import annotations

from collections.abc import Awaitable

from sightline.db.tables import AuditLogRow, OwnershipTransferRow
from sightline.db.tables.enums import TransferState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row
from sightline.schema.bindings import Binding
from sightline.schema.fields import bound, edge, field_of, typed
from sightline.schema.model import CATALOGUE
from sightline.schema.node import Node, entity_type
from sightline.schema.scalars import DateTime


@entity_type(OwnershipTransferRow)
class OwnershipTransfer(Node):
    """The moving of an affiliate account to another company, or to none: asked for by one, agreed to by another."""

    created_at: DateTime | None = field_of(OwnershipTransferRow.created_at)
    affiliate_account = edge(OwnershipTransferRow.affiliate_account_id)
    from_company = edge(OwnershipTransferRow.from_company_id)
    to_company = edge(OwnershipTransferRow.to_company_id)
    state: TransferState = field_of(OwnershipTransferRow.state)
    requested_by = edge(OwnershipTransferRow.requested_by_id)
    approved_by = edge(OwnershipTransferRow.approved_by_id)
    approved_at: DateTime | None = field_of(OwnershipTransferRow.approved_at)
    executed_at: DateTime | None = field_of(OwnershipTransferRow.executed_at)
    expires_at: DateTime | None = field_of(OwnershipTransferRow.expires_at)


def _target(operation: Operation, row: Row) -> Awaitable[Row | None] | None:
    """The row a log entry names as `number`, or as `account/number` where it is a fact."""
    entity = CATALOGUE.entities.get(row["target_type"] or "")
    account, _, number = (row["target_id"] or "").rpartition("/")
    numeric = number.isdecimal() and (account.isdecimal() or not account)
    if entity is None or entity.name not in CATALOGUE.model.rules or "id" not in entity.key or not numeric:
        return None
    return operation.row(entity.name, Key(int(number), int(account or 0)))


@entity_type(AuditLogRow)
class AuditLog(Node):
    """One change: who did what to which row, and by which grant."""

    at: DateTime | None = field_of(AuditLogRow.at)
    actor = edge(AuditLogRow.actor_id)
    on_behalf_of = edge(AuditLogRow.on_behalf_of_id)
    api_key = edge(AuditLogRow.api_key_id)
    via_path: str | None = field_of(AuditLogRow.via_path)
    organization = edge(AuditLogRow.organization_id)
    affiliate_account = edge(AuditLogRow.affiliate_account_id)
    action: str = field_of(AuditLogRow.action)
    target_type: str | None = field_of(AuditLogRow.target_type)
    target = typed(
        bound(
            Binding("audit_log", ("target_id", "target_type")),
            "target_id",
            _target,
            description="What was changed; null where it is gone or not visible to you.",
        ),
        Node | None,
    )
