"""Organizations, their members and roles, users, companies."""

from __future__ import annotations

from sightline.authz.permissions import Scope
from sightline.authz.roles import BaseType
from sightline.db.tables import (
    AccessRequestRow,
    AccessReviewItemRow,
    AccessReviewRow,
    AdjustmentRow,
    AdvertiserProfileRow,
    AffiliateAccountRow,
    ApiKeyRow,
    AppUserRow,
    AssignmentProductLineRow,
    AssignmentProgramRow,
    AuditLogRow,
    CollaboratorRow,
    CommissionPlanAssignmentRow,
    CommissionPlanRow,
    CompanyAccessRow,
    CompanyRow,
    ConversionEventRow,
    ConversionProposalRow,
    CustomMetricRow,
    ImportJobRow,
    InvitationRow,
    ManagerAssignmentRow,
    OrganizationRow,
    OwnershipTransferRow,
    PartnerProfileRow,
    PayoutInvoiceRow,
    PayoutMethodRow,
    PayoutRunRow,
    RoleAssignmentRow,
    RolePermissionRow,
    RoleProductLineRow,
    RoleRow,
    SavedReportRow,
)
from sightline.db.tables.enums import (
    CompanyLevel,
    ConversionStatus,
    ListScope,
    RoleOrigin,
    RoleStatus,
    UserStatus,
    UserVisibility,
)
from sightline.schema.connections import edges_from
from sightline.schema.fields import edge, field_of
from sightline.schema.node import Node, entity_type
from sightline.schema.scalars import DateTime


@entity_type(OrganizationRow)
class Organization(Node):
    """A tenant of the platform: it owns advertiser and partner profiles, and its members work in it."""

    created_at: DateTime | None = field_of(OrganizationRow.created_at)
    name: str = field_of(OrganizationRow.name)
    created_by = edge(OrganizationRow.created_by_id)
    time_zone: str | None = field_of(OrganizationRow.time_zone)
    guest_hides_partner_names: bool | None = field_of(OrganizationRow.guest_hides_partner_names)
    hides_archived_profiles: bool | None = field_of(OrganizationRow.hides_archived_profiles)
    memberships = edges_from(RoleAssignmentRow.organization_id, description="Who belongs to it.")
    roles = edges_from(RoleRow.organization_id, description="The roles made in it.")
    advertiser_profiles = edges_from(AdvertiserProfileRow.organization_id)
    partner_profiles = edges_from(PartnerProfileRow.organization_id)
    invitations = edges_from(InvitationRow.organization_id)
    api_keys = edges_from(ApiKeyRow.organization_id)
    custom_metrics = edges_from(CustomMetricRow.organization_id, description="The report columns you made for it.")
    saved_reports = edges_from(SavedReportRow.organization_id, description="The reports its members share.")
    audit_log = edges_from(AuditLogRow.organization_id, description="What was changed in it.")
    access_requests = edges_from(AccessRequestRow.organization_id, description="What access it is asked for.")
    access_reviews = edges_from(AccessReviewRow.organization_id, description="The looks at who has access to it.")


@entity_type(RoleAssignmentRow)
class Membership(Node):
    """A user's role in one organization, or on the platform."""

    created_at: DateTime | None = field_of(RoleAssignmentRow.created_at)
    user = edge(RoleAssignmentRow.user_id)
    scope: Scope | None = field_of(RoleAssignmentRow.scope)
    organization = edge(RoleAssignmentRow.organization_id)
    role = edge(RoleAssignmentRow.role_id)
    program_scope: ListScope | None = field_of(RoleAssignmentRow.program_scope)
    line_scope: ListScope | None = field_of(RoleAssignmentRow.line_scope)
    expires_at: DateTime | None = field_of(RoleAssignmentRow.expires_at)
    access_review_items = edges_from(
        AccessReviewItemRow.membership_id, description="What reviews of access found of it."
    )
    programs = edges_from(AssignmentProgramRow.assignment_id, description="The programs it is limited to, where it is.")
    product_lines = edges_from(
        AssignmentProductLineRow.assignment_id, description="The product lines it is limited to, where it is."
    )


@entity_type(AppUserRow)
class User(Node):
    """A person who signs in."""

    created_at: DateTime | None = field_of(AppUserRow.created_at)
    name: str = field_of(AppUserRow.name)
    status: UserStatus = field_of(AppUserRow.status)
    email: str | None = field_of(AppUserRow.email)
    email_verified_at: DateTime | None = field_of(AppUserRow.email_verified_at)
    time_zone: str | None = field_of(AppUserRow.time_zone)
    memberships = edges_from(RoleAssignmentRow.user_id, description="Where the user has a role.")
    collaborations = edges_from(CollaboratorRow.user_id, description="The accounts the user collaborates on.")
    company_accesses = edges_from(CompanyAccessRow.user_id, description="The companies the user has access to.")
    api_keys = edges_from(ApiKeyRow.user_id)
    manager_assignments = edges_from(
        ManagerAssignmentRow.user_id, description="What is assigned to the user as a manager."
    )
    owned_roles = edges_from(RoleRow.owner_id, description="The user's own set of modules.")
    created_organizations = edges_from(OrganizationRow.created_by_id, description="The organizations the user made.")
    created_affiliate_accounts = edges_from(
        AffiliateAccountRow.created_by_id, description="The accounts the user opened."
    )
    created_commission_plans = edges_from(CommissionPlanRow.created_by_id, description="The plans the user made.")
    assigned_commission_plans = edges_from(
        CommissionPlanAssignmentRow.assigned_by_id, description="The plans the user gave to accounts."
    )
    created_adjustments = edges_from(AdjustmentRow.created_by_id, description="The adjustments the user made.")
    created_payout_invoices = edges_from(PayoutInvoiceRow.created_by_id, description="The invoices the user made.")
    created_payout_methods = edges_from(PayoutMethodRow.created_by_id, description="The payout methods the user set.")
    created_api_keys = edges_from(ApiKeyRow.created_by_id, description="The keys the user made.")
    conversion_decisions = edges_from(ConversionEventRow.actor_id, description="The statuses the user decided.")
    conversion_proposals = edges_from(
        ConversionProposalRow.proposed_by_id, description="The statuses the user asked for."
    )
    sent_invitations = edges_from(InvitationRow.invited_by_id, description="The invitations the user sent.")
    payout_runs = edges_from(PayoutRunRow.started_by_id, description="The payout runs the user started.")
    saved_reports = edges_from(SavedReportRow.owner_id, description="The reports the user saved.")
    import_jobs = edges_from(ImportJobRow.created_by_id, description="The imports that run as the user.")
    requested_transfers = edges_from(
        OwnershipTransferRow.requested_by_id, description="The transfers of ownership the user asked for."
    )
    approved_transfers = edges_from(
        OwnershipTransferRow.approved_by_id, description="The transfers of ownership the user agreed to."
    )
    access_requests = edges_from(AccessRequestRow.requester_id, description="What access the user asked for.")
    answered_access_requests = edges_from(
        AccessRequestRow.decided_by_id, description="The requests for access that the user answered."
    )
    opened_access_reviews = edges_from(AccessReviewRow.opened_by_id, description="The reviews the user began.")
    completed_access_reviews = edges_from(AccessReviewRow.completed_by_id, description="The reviews the user closed.")
    access_review_items = edges_from(AccessReviewItemRow.user_id, description="What was found of the user's access.")
    decided_access_review_items = edges_from(
        AccessReviewItemRow.decided_by_id, description="The grants that the user kept or took away in a review."
    )
    changes = edges_from(AuditLogRow.actor_id, description="What the user changed.")
    changes_on_behalf = edges_from(
        AuditLogRow.on_behalf_of_id, description="What others looked at or changed as this user."
    )


@entity_type(RoleRow)
class Role(Node):
    """A named set of permissions and limits."""

    created_at: DateTime | None = field_of(RoleRow.created_at)
    name: str = field_of(RoleRow.name)
    status: RoleStatus = field_of(RoleRow.status)
    scope: Scope | None = field_of(RoleRow.scope)
    origin: RoleOrigin | None = field_of(RoleRow.origin)
    base_type: BaseType | None = field_of(RoleRow.base_type)
    organization = edge(RoleRow.organization_id)
    owner = edge(RoleRow.owner_id)
    user_visibility: UserVisibility | None = field_of(RoleRow.user_visibility)
    see_revenue: bool | None = field_of(RoleRow.see_revenue)
    see_payout: bool | None = field_of(RoleRow.see_payout)
    see_sale_amount: bool | None = field_of(RoleRow.see_sale_amount)
    statuses: list[ConversionStatus] | None = field_of(RoleRow.statuses)
    assignments = edges_from(RoleAssignmentRow.role_id, description="Who holds it, and where.")
    permissions = edges_from(RolePermissionRow.role_id)
    product_lines = edges_from(RoleProductLineRow.role_id)
    invitations = edges_from(InvitationRow.role_id, description="The invitations that offer it.")


@entity_type(CompanyRow)
class Company(Node):
    """The beneficial owner of affiliate accounts and of the commissions they earn."""

    created_at: DateTime | None = field_of(CompanyRow.created_at)
    name: str = field_of(CompanyRow.name)
    tax_id: str | None = field_of(CompanyRow.tax_id)
    members = edges_from(CompanyAccessRow.company_id, description="Who has access to it.")
    affiliate_accounts = edges_from(AffiliateAccountRow.company_id)
    payout_methods = edges_from(PayoutMethodRow.company_id)
    transfers_away = edges_from(OwnershipTransferRow.from_company_id, description="What was asked to leave it.")
    transfers_here = edges_from(OwnershipTransferRow.to_company_id, description="What was asked to become its own.")
    access_reviews = edges_from(AccessReviewRow.company_id, description="The looks at who has access to it.")


@entity_type(CompanyAccessRow)
class CompanyAccess(Node):
    """One user's access to a company."""

    created_at: DateTime | None = field_of(CompanyAccessRow.created_at)
    company = edge(CompanyAccessRow.company_id)
    user = edge(CompanyAccessRow.user_id)
    level: CompanyLevel | None = field_of(CompanyAccessRow.level)
    expires_at: DateTime | None = field_of(CompanyAccessRow.expires_at)
    access_review_items = edges_from(AccessReviewItemRow.company_access_id, description="What was found of it.")
