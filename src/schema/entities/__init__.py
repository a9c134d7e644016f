"""The types of the graph, one file per area. Types name each other through this module."""

from sightline.schema.entities.catalogue import Brand, ContentPage, Media, Product, ProgramGoal
from sightline.schema.entities.conversions import (
    Adjustment,
    Conversion,
    ConversionItem,
    PayoutInvoice,
    PayoutInvoiceLine,
)
from sightline.schema.entities.organizations import Company, CompanyAccess, Membership, Organization, Role, User
from sightline.schema.entities.programs import (
    AdvertiserProfile,
    AffiliateAccount,
    Collaborator,
    Enrollment,
    PartnerProfile,
    Program,
    TrafficSource,
)
from sightline.schema.entities.promotion import (
    Click,
    CommissionPlan,
    CommissionPlanAssignment,
    ConversionEvent,
    CustomerReferral,
    Testimonial,
    Tracker,
)

__all__ = [
    "Adjustment",
    "AdvertiserProfile",
    "AffiliateAccount",
    "Brand",
    "Click",
    "Collaborator",
    "CommissionPlan",
    "CommissionPlanAssignment",
    "Company",
    "CompanyAccess",
    "ContentPage",
    "Conversion",
    "ConversionEvent",
    "ConversionItem",
    "CustomerReferral",
    "Enrollment",
    "Media",
    "Membership",
    "Organization",
    "PartnerProfile",
    "PayoutInvoice",
    "PayoutInvoiceLine",
    "Product",
    "Program",
    "ProgramGoal",
    "Role",
    "Testimonial",
    "Tracker",
    "TrafficSource",
    "User",
]
