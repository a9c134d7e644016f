"""The types of the graph, one file per area. Types name each other through this module."""

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

__all__ = [
    "Adjustment",
    "AdvertiserProfile",
    "AffiliateAccount",
    "Collaborator",
    "Company",
    "CompanyAccess",
    "Conversion",
    "ConversionItem",
    "Enrollment",
    "Membership",
    "Organization",
    "PartnerProfile",
    "PayoutInvoice",
    "PayoutInvoiceLine",
    "Program",
    "Role",
    "TrafficSource",
    "User",
]
