"""Who watches the watchers: transfers of ownership, requests for access, reviews of it, and the audit log."""

from __future__ import annotations

from collections.abc import Awaitable

import strawberry

from sightline.db.catalogue import Entity
from sightline.db.tables import (
    AccessRequestRow,
    AccessReviewItemRow,
    AccessReviewRow,
    AuditLogRow,
    OwnershipTransferRow,
)
from sightline.db.tables.enums import AccessRequestState, ReviewItemState, ReviewScope, ReviewState, TransferState
from sightline.resolvers.audited import changes_of, target_of
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row
from sightline.schema.bindings import Binding, open_field
from sightline.schema.connections import edges_from
from sightline.schema.fields import bound, edge, field_of, typed
from sightline.schema.model import CATALOGUE
from sightline.schema.names import camel, field_name
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


@entity_type(AccessRequestRow)
class AccessRequest(Node):
    """One user's request for access: what he typed, and what became of it."""

    created_at: DateTime | None = field_of(AccessRequestRow.created_at)
    requester = edge(AccessRequestRow.requester_id)
    organization = edge(AccessRequestRow.organization_id)
    coordinate: str | None = field_of(AccessRequestRow.coordinate)
    node: str | None = field_of(AccessRequestRow.node)
    reason: str | None = field_of(AccessRequestRow.reason)
    wanted_until: DateTime | None = field_of(AccessRequestRow.wanted_until)
    state: AccessRequestState = field_of(AccessRequestRow.state)
    decided_by = edge(AccessRequestRow.decided_by_id)
    decided_at: DateTime | None = field_of(AccessRequestRow.decided_at)
    granted_until: DateTime | None = field_of(AccessRequestRow.granted_until)
    answer: str | None = field_of(AccessRequestRow.answer)


@entity_type(AccessReviewRow)
class AccessReview(Node):
    """A look at who has access to an account, an organization or the platform, grant by grant."""

    created_at: DateTime | None = field_of(AccessReviewRow.created_at)
    scope: ReviewScope | None = field_of(AccessReviewRow.scope)
    affiliate_account = edge(AccessReviewRow.affiliate_account_id)
    organization = edge(AccessReviewRow.organization_id)
    company = edge(AccessReviewRow.company_id)
    state: ReviewState = field_of(AccessReviewRow.state)
    due_at: DateTime | None = field_of(AccessReviewRow.due_at)
    opened_by = edge(AccessReviewRow.opened_by_id)
    completed_by = edge(AccessReviewRow.completed_by_id)
    completed_at: DateTime | None = field_of(AccessReviewRow.completed_at)
    items = edges_from(AccessReviewItemRow.review_id, description="The grants that are looked at.")


@entity_type(AccessReviewItemRow)
class AccessReviewItem(Node):
    """One grant that is looked at in a review."""

    created_at: DateTime | None = field_of(AccessReviewItemRow.created_at)
    review = edge(AccessReviewItemRow.review_id)
    user = edge(AccessReviewItemRow.user_id)
    membership = edge(AccessReviewItemRow.membership_id)
    collaborator = edge(AccessReviewItemRow.collaborator_id)
    api_key = edge(AccessReviewItemRow.api_key_id)
    company_access = edge(AccessReviewItemRow.company_access_id)
    person: str | None = field_of(AccessReviewItemRow.person)
    role: str | None = field_of(AccessReviewItemRow.role)
    access_until: DateTime | None = field_of(AccessReviewItemRow.access_until)
    state: ReviewItemState = field_of(AccessReviewItemRow.state)
    decided_by = edge(AccessReviewItemRow.decided_by_id)
    decided_at: DateTime | None = field_of(AccessReviewItemRow.decided_at)
    note: str | None = field_of(AccessReviewItemRow.note)


@strawberry.type(description="One thing that was changed, as far as you may see it now.")
class AuditedChange:
    """A key of an entry's record."""

    field: str = open_field("What was changed: a field of the changed row, or what the log calls it.")
    before: str | None = open_field("What it was, as text; null where there was nothing, and nothing you may see.")
    after: str | None = open_field("What it became, as text; null where there is nothing, and nothing you may see.")


def _target(operation: Operation, row: Row) -> Awaitable[Row | None] | None:
    target = target_of(operation.services.catalogue, row)
    return None if target is None else operation.row(*target)


async def _changes(operation: Operation, row: Row) -> list[AuditedChange]:
    entity = CATALOGUE.entities.get(row["target_type"] or "")
    return [
        AuditedChange(field=camel(_called(entity, each.key)), before=each.before, after=each.after)
        for each in await changes_of(operation, row)
    ]


def _called(entity: Entity | None, key: str) -> str:
    return field_name(entity, key) if entity is not None and key in entity.table.c else key


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
    changes = typed(
        bound(
            Binding("audit_log", ("target_id", "target_type")),
            "target_id",
            _changes,
            description="What was changed of it, as far as you may see that now; nothing tells whether there was more.",
        ),
        list[AuditedChange] | None,
    )
