"""How access is arranged: invitations, parts of roles, assignments, keys."""

from __future__ import annotations

from sightline.authz.permissions import Level
from sightline.db.tables import (
    AccessReviewItemRow,
    ApiKeyRow,
    AssignmentProductLineRow,
    AssignmentProgramRow,
    AuditLogRow,
    InvitationRow,
    ManagerAssignmentRow,
    RolePermissionRow,
    RoleProductLineRow,
)
from sightline.db.tables.enums import (
    CollaboratorRole,
    InvitationScope,
    InvitationState,
    KeyOwner,
    KeyState,
    ProductLine,
)
from sightline.schema.connections import edges_from
from sightline.schema.fields import edge, field_of
from sightline.schema.node import Node, entity_type
from sightline.schema.scalars import DateTime


@entity_type(InvitationRow)
class Invitation(Node):
    """An offer of access to an account, an organization or the platform, sent to an address."""

    created_at: DateTime | None = field_of(InvitationRow.created_at)
    scope: InvitationScope = field_of(InvitationRow.scope)
    affiliate_account = edge(InvitationRow.affiliate_account_id)
    organization = edge(InvitationRow.organization_id)
    email: str | None = field_of(InvitationRow.email)
    collaborator_role: CollaboratorRole | None = field_of(InvitationRow.collaborator_role)
    role = edge(InvitationRow.role_id)
    state: InvitationState = field_of(InvitationRow.state)
    invited_by = edge(InvitationRow.invited_by_id)
    target_name: str = field_of(InvitationRow.target_name)
    inviter_name: str = field_of(InvitationRow.inviter_name)
    expires_at: DateTime = field_of(InvitationRow.expires_at)
    answered_at: DateTime | None = field_of(InvitationRow.answered_at)


@entity_type(RolePermissionRow)
class RolePermission:
    """One permission of a role."""

    role = edge(RolePermissionRow.role_id)
    permission: str | None = field_of(RolePermissionRow.permission)
    level: Level | None = field_of(RolePermissionRow.level)
    created_at: DateTime | None = field_of(RolePermissionRow.created_at)


@entity_type(RoleProductLineRow)
class RoleProductLine:
    """One product line that a role covers."""

    role = edge(RoleProductLineRow.role_id)
    product_line: ProductLine | None = field_of(RoleProductLineRow.product_line)
    created_at: DateTime | None = field_of(RoleProductLineRow.created_at)


@entity_type(AssignmentProgramRow)
class AssignmentProgram:
    """One program that a membership with a list of programs reaches."""

    assignment = edge(AssignmentProgramRow.assignment_id)
    program = edge(AssignmentProgramRow.program_id)
    created_at: DateTime | None = field_of(AssignmentProgramRow.created_at)


@entity_type(AssignmentProductLineRow)
class AssignmentProductLine:
    """One product line that a membership with a list of lines reaches."""

    assignment = edge(AssignmentProductLineRow.assignment_id)
    product_line: ProductLine | None = field_of(AssignmentProductLineRow.product_line)
    created_at: DateTime | None = field_of(AssignmentProductLineRow.created_at)


@entity_type(ManagerAssignmentRow)
class ManagerAssignment(Node):
    """An affiliate account or an advertiser given to a manager who sees assigned ones only."""

    created_at: DateTime | None = field_of(ManagerAssignmentRow.created_at)
    user = edge(ManagerAssignmentRow.user_id)
    affiliate_account = edge(ManagerAssignmentRow.affiliate_account_id)
    advertiser_profile = edge(ManagerAssignmentRow.advertiser_profile_id)
    expires_at: DateTime | None = field_of(ManagerAssignmentRow.expires_at)


@entity_type(ApiKeyRow)
class ApiKey(Node):
    """A key to the API: what is known of it. The secret is stored nowhere."""

    created_at: DateTime | None = field_of(ApiKeyRow.created_at)
    owner_kind: KeyOwner | None = field_of(ApiKeyRow.owner_kind)
    organization = edge(ApiKeyRow.organization_id)
    user = edge(ApiKeyRow.user_id)
    created_by = edge(ApiKeyRow.created_by_id)
    name: str | None = field_of(ApiKeyRow.name)
    prefix: str | None = field_of(ApiKeyRow.prefix)
    last_four: str | None = field_of(ApiKeyRow.last_four)
    scopes: list[str] | None = field_of(ApiKeyRow.scopes)
    state: KeyState | None = field_of(ApiKeyRow.state)
    expires_at: DateTime | None = field_of(ApiKeyRow.expires_at)
    last_used_at: DateTime | None = field_of(ApiKeyRow.last_used_at)
    revoked_at: DateTime | None = field_of(ApiKeyRow.revoked_at)
    rotation_due_at: DateTime | None = field_of(ApiKeyRow.rotation_due_at)
    audit_log = edges_from(AuditLogRow.api_key_id, description="What was changed with it.")
    access_review_items = edges_from(AccessReviewItemRow.api_key_id, description="What was found of it.")
