"""Organizations, their members and roles, users, companies."""

from __future__ import annotations

from sightline.authz.permissions import Scope
from sightline.authz.roles import BaseType
from sightline.db.tables import (
    AdvertiserProfileRow,
    AffiliateAccountRow,
    AppUserRow,
    CollaboratorRow,
    CompanyAccessRow,
    CompanyRow,
    OrganizationRow,
    PartnerProfileRow,
    RoleAssignmentRow,
    RoleRow,
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


@entity_type(CompanyRow)
class Company(Node):
    """The beneficial owner of affiliate accounts and of the commissions they earn."""

    created_at: DateTime | None = field_of(CompanyRow.created_at)
    name: str = field_of(CompanyRow.name)
    tax_id: str | None = field_of(CompanyRow.tax_id)
    members = edges_from(CompanyAccessRow.company_id, description="Who has access to it.")
    affiliate_accounts = edges_from(AffiliateAccountRow.company_id)


@entity_type(CompanyAccessRow)
class CompanyAccess(Node):
    """One user's access to a company."""

    created_at: DateTime | None = field_of(CompanyAccessRow.created_at)
    company = edge(CompanyAccessRow.company_id)
    user = edge(CompanyAccessRow.user_id)
    level: CompanyLevel | None = field_of(CompanyAccessRow.level)
    expires_at: DateTime | None = field_of(CompanyAccessRow.expires_at)
