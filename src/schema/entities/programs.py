"""The two sides and what brings them together: profiles, programs, traffic sources, enrollments, accounts."""

from __future__ import annotations

from sightline.db.tables import (
    AccessReviewItemRow,
    AccessReviewRow,
    AdjustmentRow,
    AdvertiserProfileRow,
    AffiliateAccountRow,
    AssignmentProgramRow,
    AuditLogRow,
    BrandRow,
    ClickRow,
    CollaboratorRow,
    CommissionPlanAssignmentRow,
    CommissionPlanRow,
    ConversionRow,
    CustomerReferralRow,
    EnrollmentRow,
    InvitationRow,
    ManagerAssignmentRow,
    MediaRow,
    OwnershipTransferRow,
    PartnerProfileRow,
    PayoutInvoiceLineRow,
    PayoutInvoiceRow,
    PayoutMethodRow,
    ProgramGoalRow,
    ProgramRow,
    TestimonialRow,
    TrackerRow,
    TrafficSourceRow,
)
from sightline.db.tables.enums import (
    AccountStatus,
    CollaboratorRole,
    CommissionModel,
    EnrollmentSide,
    EnrollmentState,
    ProductLine,
    ProgramStatus,
    SourceKind,
)
from sightline.schema.connections import edges_from
from sightline.schema.fields import edge, field_of
from sightline.schema.node import Node, entity_type
from sightline.schema.scalars import CurrencyCode, DateTime


@entity_type(AdvertiserProfileRow)
class AdvertiserProfile(Node):
    """An advertiser of an organization. Partners see its programs, not the profile."""

    created_at: DateTime | None = field_of(AdvertiserProfileRow.created_at)
    name: str = field_of(AdvertiserProfileRow.name)
    organization = edge(AdvertiserProfileRow.organization_id)
    brands = edges_from(BrandRow.advertiser_profile_id)
    commission_plans = edges_from(CommissionPlanRow.advertiser_profile_id)
    approved_at: DateTime | None = field_of(AdvertiserProfileRow.approved_at)
    archived_at: DateTime | None = field_of(AdvertiserProfileRow.archived_at)
    programs = edges_from(ProgramRow.advertiser_profile_id)
    enrollments = edges_from(EnrollmentRow.advertiser_profile_id)
    conversions = edges_from(ConversionRow.advertiser_profile_id)
    adjustments = edges_from(AdjustmentRow.advertiser_profile_id)
    payout_invoices = edges_from(PayoutInvoiceRow.payer_advertiser_id, description="The invoices it pays.")
    clicks = edges_from(ClickRow.advertiser_profile_id)
    customer_referrals = edges_from(CustomerReferralRow.advertiser_profile_id)
    manager_assignments = edges_from(ManagerAssignmentRow.advertiser_profile_id, description="Who manages it.")


@entity_type(PartnerProfileRow)
class PartnerProfile(Node):
    """A partner's public identity, owned by an organization."""

    created_at: DateTime | None = field_of(PartnerProfileRow.created_at)
    name: str = field_of(PartnerProfileRow.name)
    organization = edge(PartnerProfileRow.organization_id)
    description: str | None = field_of(PartnerProfileRow.description)
    listed: bool = field_of(PartnerProfileRow.listed)
    archived_at: DateTime | None = field_of(PartnerProfileRow.archived_at)
    affiliate_accounts = edges_from(AffiliateAccountRow.partner_profile_id)
    traffic_sources = edges_from(TrafficSourceRow.partner_profile_id)
    enrollments = edges_from(EnrollmentRow.partner_profile_id)
    conversions = edges_from(ConversionRow.partner_profile_id)
    clicks = edges_from(ClickRow.partner_profile_id)
    customer_referrals = edges_from(CustomerReferralRow.partner_profile_id)


@entity_type(TrafficSourceRow)
class TrafficSource(Node):
    """A place from which a partner sends visitors."""

    created_at: DateTime | None = field_of(TrafficSourceRow.created_at)
    name: str = field_of(TrafficSourceRow.name)
    partner_profile = edge(TrafficSourceRow.partner_profile_id)
    kind: SourceKind = field_of(TrafficSourceRow.kind)
    url: str | None = field_of(TrafficSourceRow.url)
    enrollments = edges_from(EnrollmentRow.traffic_source_id)
    conversions = edges_from(ConversionRow.traffic_source_id)
    clicks = edges_from(ClickRow.traffic_source_id)
    customer_referrals = edges_from(CustomerReferralRow.traffic_source_id)


@entity_type(ProgramRow)
class Program(Node):
    """An advertiser's offer to partners."""

    created_at: DateTime | None = field_of(ProgramRow.created_at)
    name: str = field_of(ProgramRow.name)
    status: ProgramStatus = field_of(ProgramRow.status)
    advertiser_profile = edge(ProgramRow.advertiser_profile_id)
    advertiser_name: str = field_of(ProgramRow.advertiser_name)
    brand = edge(ProgramRow.brand_id)
    default_plan = edge(ProgramRow.default_plan_id)
    goals = edges_from(ProgramGoalRow.program_id)
    media = edges_from(MediaRow.program_id)
    clicks = edges_from(ClickRow.program_id)
    description: str | None = field_of(ProgramRow.description)
    listed: bool = field_of(ProgramRow.listed)
    currency: CurrencyCode = field_of(ProgramRow.currency)
    commission_model: CommissionModel | None = field_of(ProgramRow.commission_model)
    share_sale_amount: bool | None = field_of(ProgramRow.share_sale_amount)
    product_line: ProductLine | None = field_of(ProgramRow.product_line)
    enrollments = edges_from(EnrollmentRow.program_id)
    conversions = edges_from(ConversionRow.program_id)
    adjustments = edges_from(AdjustmentRow.program_id)
    customer_referrals = edges_from(CustomerReferralRow.program_id)
    payout_invoice_lines = edges_from(PayoutInvoiceLineRow.program_id)
    listed_in = edges_from(AssignmentProgramRow.program_id, description="The limited memberships that reach it.")


@entity_type(EnrollmentRow)
class Enrollment(Node):
    """A traffic source in a program: applied for, invited, or active."""

    created_at: DateTime | None = field_of(EnrollmentRow.created_at)
    program = edge(EnrollmentRow.program_id)
    advertiser_profile = edge(EnrollmentRow.advertiser_profile_id)
    traffic_source = edge(EnrollmentRow.traffic_source_id)
    partner_profile = edge(EnrollmentRow.partner_profile_id)
    affiliate_account = edge(EnrollmentRow.affiliate_account_id)
    proposed_account = edge(EnrollmentRow.proposed_account_id)
    initiated_by: EnrollmentSide | None = field_of(EnrollmentRow.initiated_by)
    state: EnrollmentState = field_of(EnrollmentRow.state)
    commission_plan = edge(EnrollmentRow.commission_plan_id)
    activated_at: DateTime | None = field_of(EnrollmentRow.activated_at)
    ended_at: DateTime | None = field_of(EnrollmentRow.ended_at)
    conversions = edges_from(ConversionRow.enrollment_id)
    clicks = edges_from(ClickRow.enrollment_id)
    customer_referrals = edges_from(CustomerReferralRow.enrollment_id)
    trackers = edges_from(TrackerRow.enrollment_id)


@entity_type(AffiliateAccountRow)
class AffiliateAccount(Node):
    """The account that a partner is paid through."""

    created_at: DateTime | None = field_of(AffiliateAccountRow.created_at)
    name: str = field_of(AffiliateAccountRow.name)
    status: AccountStatus = field_of(AffiliateAccountRow.status)
    partner_profile = edge(AffiliateAccountRow.partner_profile_id)
    company = edge(
        AffiliateAccountRow.company_id,
        description="The company that owns it; null where there is none and where you have no access to it.",
    )
    has_company: bool | None = field_of(AffiliateAccountRow.has_company)
    created_by = edge(AffiliateAccountRow.created_by_id)
    external_id: str | None = field_of(AffiliateAccountRow.external_id)
    collaborators = edges_from(CollaboratorRow.affiliate_account_id)
    enrollments = edges_from(EnrollmentRow.affiliate_account_id)
    applications = edges_from(EnrollmentRow.proposed_account_id, description="The applications that named it.")
    conversions = edges_from(ConversionRow.affiliate_account_id)
    adjustments = edges_from(AdjustmentRow.affiliate_account_id)
    payout_invoices = edges_from(PayoutInvoiceRow.affiliate_account_id)
    clicks = edges_from(ClickRow.affiliate_account_id)
    customer_referrals = edges_from(CustomerReferralRow.affiliate_account_id)
    trackers = edges_from(TrackerRow.affiliate_account_id)
    testimonials = edges_from(TestimonialRow.affiliate_account_id)
    commission_plan_assignments = edges_from(CommissionPlanAssignmentRow.affiliate_account_id)
    payout_methods = edges_from(PayoutMethodRow.affiliate_account_id)
    invitations = edges_from(InvitationRow.affiliate_account_id)
    manager_assignments = edges_from(ManagerAssignmentRow.affiliate_account_id, description="Who manages it.")
    ownership_transfers = edges_from(OwnershipTransferRow.affiliate_account_id)
    audit_log = edges_from(AuditLogRow.affiliate_account_id, description="What was changed of it.")
    access_reviews = edges_from(AccessReviewRow.affiliate_account_id, description="The looks at who has access to it.")


@entity_type(CollaboratorRow)
class Collaborator(Node):
    """A person's access to one affiliate account."""

    created_at: DateTime | None = field_of(CollaboratorRow.created_at)
    affiliate_account = edge(CollaboratorRow.affiliate_account_id)
    user = edge(CollaboratorRow.user_id)
    role: CollaboratorRole | None = field_of(CollaboratorRow.role)
    expires_at: DateTime | None = field_of(CollaboratorRow.expires_at)
    access_review_items = edges_from(
        AccessReviewItemRow.collaborator_id, description="What reviews of access found of it."
    )
