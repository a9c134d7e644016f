"""How partners promote and by which terms: trackers, testimonials, commission plans, clicks, referred customers."""

from __future__ import annotations

from sightline.db.tables import (
    ClickRow,
    CommissionPlanAssignmentRow,
    CommissionPlanRow,
    ConversionEventRow,
    ConversionProposalRow,
    ConversionRow,
    CustomerReferralRow,
    EnrollmentRow,
    ProgramRow,
    TestimonialRow,
    TrackerRow,
)
from sightline.db.tables.enums import ClickKind, ConversionStatus, ProposalState, PublicationState
from sightline.schema.connections import edges_from
from sightline.schema.fields import edge, field_of, money_of
from sightline.schema.node import Node, entity_type
from sightline.schema.scalars import CurrencyCode, Date, DateTime, Decimal, Money


@entity_type(TrackerRow)
class Tracker(Node):
    """A tracking link of an affiliate account."""

    created_at: DateTime | None = field_of(TrackerRow.created_at)
    affiliate_account = edge(TrackerRow.affiliate_account_id)
    enrollment = edge(TrackerRow.enrollment_id)
    media = edge(TrackerRow.media_id)
    name: str = field_of(TrackerRow.name)
    code: str | None = field_of(TrackerRow.code)
    landing_url: str | None = field_of(TrackerRow.landing_url)
    clicks = edges_from(ClickRow.tracker_id)


@entity_type(TestimonialRow)
class Testimonial(Node):
    """What an affiliate says of the platform."""

    created_at: DateTime | None = field_of(TestimonialRow.created_at)
    affiliate_account = edge(TestimonialRow.affiliate_account_id)
    name: str = field_of(TestimonialRow.name)
    text: str | None = field_of(TestimonialRow.text)
    state: PublicationState = field_of(TestimonialRow.state)


@entity_type(CommissionPlanRow)
class CommissionPlan(Node):
    """The terms by which partners earn, and by which the advertiser is charged."""

    created_at: DateTime | None = field_of(CommissionPlanRow.created_at)
    advertiser_profile = edge(CommissionPlanRow.advertiser_profile_id)
    created_by = edge(CommissionPlanRow.created_by_id)
    name: str | None = field_of(CommissionPlanRow.name)
    terms: str | None = field_of(CommissionPlanRow.terms)
    goal = edge(CommissionPlanRow.goal_id)
    payout_percent: Decimal | None = field_of(CommissionPlanRow.payout_percent)
    payout_fixed: Money | None = money_of(CommissionPlanRow.payout_fixed)
    revenue_percent: Decimal | None = field_of(CommissionPlanRow.revenue_percent)
    revenue_fixed: Money | None = money_of(CommissionPlanRow.revenue_fixed)
    currency: CurrencyCode | None = field_of(CommissionPlanRow.currency)
    valid_from: Date | None = field_of(CommissionPlanRow.valid_from)
    valid_to: Date | None = field_of(CommissionPlanRow.valid_to)
    offerable: bool | None = field_of(CommissionPlanRow.offerable)
    restricts_modification: bool | None = field_of(CommissionPlanRow.restricts_modification)
    assignments = edges_from(CommissionPlanAssignmentRow.commission_plan_id)
    enrollments = edges_from(EnrollmentRow.commission_plan_id)
    default_of = edges_from(ProgramRow.default_plan_id, description="The programs it applies in unless said otherwise.")


@entity_type(CommissionPlanAssignmentRow)
class CommissionPlanAssignment(Node):
    """A commission plan given to an affiliate account."""

    created_at: DateTime | None = field_of(CommissionPlanAssignmentRow.created_at)
    commission_plan = edge(CommissionPlanAssignmentRow.commission_plan_id)
    affiliate_account = edge(CommissionPlanAssignmentRow.affiliate_account_id)
    assigned_by = edge(CommissionPlanAssignmentRow.assigned_by_id)


@entity_type(ClickRow)
class Click(Node):
    """One visit to an advertiser through an affiliate's link."""

    event_at: DateTime | None = field_of(ClickRow.event_at)
    program = edge(ClickRow.program_id)
    advertiser_profile = edge(ClickRow.advertiser_profile_id)
    enrollment = edge(ClickRow.enrollment_id)
    affiliate_account = edge(ClickRow.affiliate_account_id)
    partner_profile = edge(ClickRow.partner_profile_id)
    traffic_source = edge(ClickRow.traffic_source_id)
    tracker = edge(ClickRow.tracker_id)
    media = edge(ClickRow.media_id)
    kind: ClickKind | None = field_of(ClickRow.kind)
    referrer: str | None = field_of(ClickRow.referrer)
    sub1: str | None = field_of(ClickRow.sub1)
    sub2: str | None = field_of(ClickRow.sub2)
    sub3: str | None = field_of(ClickRow.sub3)
    sub4: str | None = field_of(ClickRow.sub4)
    sub5: str | None = field_of(ClickRow.sub5)
    country: str | None = field_of(ClickRow.country)
    device: str | None = field_of(ClickRow.device)
    conversions = edges_from(ConversionRow.click_id)


@entity_type(CustomerReferralRow)
class CustomerReferral(Node):
    """A customer whom an affiliate brought."""

    event_at: DateTime | None = field_of(CustomerReferralRow.event_at)
    program = edge(CustomerReferralRow.program_id)
    advertiser_profile = edge(CustomerReferralRow.advertiser_profile_id)
    enrollment = edge(CustomerReferralRow.enrollment_id)
    affiliate_account = edge(CustomerReferralRow.affiliate_account_id)
    partner_profile = edge(CustomerReferralRow.partner_profile_id)
    traffic_source = edge(CustomerReferralRow.traffic_source_id)
    source: str | None = field_of(CustomerReferralRow.source)
    external_ref: str | None = field_of(CustomerReferralRow.external_ref)
    customer_name: str | None = field_of(CustomerReferralRow.customer_name)
    customer_email: str | None = field_of(CustomerReferralRow.customer_email)


@entity_type(ConversionEventRow)
class ConversionEvent:
    """One step in the life of a conversion."""

    conversion = edge(ConversionEventRow.conversion_id)
    status: ConversionStatus = field_of(ConversionEventRow.status)
    reason: str | None = field_of(ConversionEventRow.reason)
    at: DateTime | None = field_of(ConversionEventRow.at)
    actor = edge(ConversionEventRow.actor_id)


@entity_type(ConversionProposalRow)
class ConversionProposal:
    """What an advertiser asks for, a status or a correction; whoever decides for the operator answers."""

    conversion = edge(ConversionProposalRow.conversion_id)
    state: ProposalState = field_of(ConversionProposalRow.state)
    status: ConversionStatus = field_of(ConversionProposalRow.status)
    sale_adjustment: Decimal | None = field_of(ConversionProposalRow.sale_adjustment)
    reason: str | None = field_of(ConversionProposalRow.reason)
    at: DateTime | None = field_of(ConversionProposalRow.at)
    answered_at: DateTime | None = field_of(ConversionProposalRow.answered_at)
    proposed_by = edge(ConversionProposalRow.proposed_by_id)
