"""The types of the graph, one file per area. Types name each other through this module."""

from sightline.schema.entities.access import (
    ApiKey,
    AssignmentProductLine,
    AssignmentProgram,
    Invitation,
    ManagerAssignment,
    RolePermission,
    RoleProductLine,
)
from sightline.schema.entities.catalogue import Brand, ContentPage, Media, Product, ProgramGoal
from sightline.schema.entities.conversions import Adjustment, Conversion, ConversionItem
from sightline.schema.entities.operations import ImportJob, ImportLog, PlatformSetting
from sightline.schema.entities.organizations import Company, CompanyAccess, Membership, Organization, Role, User
from sightline.schema.entities.oversight import (
    AccessRequest,
    AccessReview,
    AccessReviewItem,
    AuditLog,
    OwnershipTransfer,
)
from sightline.schema.entities.payouts import PayoutInvoice, PayoutInvoiceLine, PayoutMethod, PayoutRun
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
    ConversionProposal,
    CustomerReferral,
    Testimonial,
    Tracker,
)
from sightline.schema.entities.reporting import CustomMetric, ReportExport, ReportSchedule, SavedReport

__all__ = [
    "AccessRequest",
    "AccessReview",
    "AccessReviewItem",
    "Adjustment",
    "AdvertiserProfile",
    "AffiliateAccount",
    "ApiKey",
    "AssignmentProductLine",
    "AssignmentProgram",
    "AuditLog",
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
    "ConversionProposal",
    "CustomMetric",
    "CustomerReferral",
    "Enrollment",
    "ImportJob",
    "ImportLog",
    "Invitation",
    "ManagerAssignment",
    "Media",
    "Membership",
    "Organization",
    "OwnershipTransfer",
    "PartnerProfile",
    "PayoutInvoice",
    "PayoutInvoiceLine",
    "PayoutMethod",
    "PayoutRun",
    "PlatformSetting",
    "Product",
    "Program",
    "ProgramGoal",
    "ReportExport",
    "ReportSchedule",
    "Role",
    "RolePermission",
    "RoleProductLine",
    "SavedReport",
    "Testimonial",
    "Tracker",
    "TrafficSource",
    "User",
]
