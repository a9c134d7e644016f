"""Every table, and at each column who may see it: the one place where that is said."""

from __future__ import annotations

from sightline.db.tables.base import Row, TableRole
from sightline.db.tables.catalogue import BrandRow, ContentPageRow, MediaRow, ProductRow, ProgramGoalRow, ProgramRow
from sightline.db.tables.custom_metrics import CustomMetricRow
from sightline.db.tables.facts import (
    ClickRow,
    ConversionEventRow,
    ConversionItemRow,
    ConversionProposalRow,
    ConversionRow,
    CustomerReferralRow,
)
from sightline.db.tables.history import ConversionPastRow
from sightline.db.tables.identity import (
    AdvertiserProfileRow,
    AppUserRow,
    CompanyAccessRow,
    CompanyRow,
    OrganizationRow,
    PartnerProfileRow,
)
from sightline.db.tables.money import AdjustmentRow, PayoutInvoiceLineRow, PayoutInvoiceRow, PayoutRunRow
from sightline.db.tables.operations import (
    AccountShardRow,
    ApiKeyRow,
    AuthzEpochRow,
    IdempotencyKeyRow,
    ImportClaimRow,
    ImportJobRow,
    ImportLogRow,
    PlatformSettingRow,
    SessionRow,
    TrustedDocumentRow,
)
from sightline.db.tables.oversight import (
    AccessRequestRow,
    AccessReviewItemRow,
    AccessReviewRow,
    AuditLogRow,
    OwnershipTransferRow,
)
from sightline.db.tables.partners import (
    AffiliateAccountRow,
    CollaboratorRow,
    EnrollmentRow,
    InvitationRow,
    PayoutMethodRow,
    TrafficSourceRow,
)
from sightline.db.tables.promotion import CommissionPlanAssignmentRow, CommissionPlanRow, TestimonialRow, TrackerRow
from sightline.db.tables.reporting import (
    ColumnListItemRow,
    ColumnListRow,
    ReportColumnRow,
    ReportExportRow,
    ReportScheduleRow,
    SavedReportRow,
    SavedReportShareRow,
)
from sightline.db.tables.roles import (
    AssignmentProductLineRow,
    AssignmentProgramRow,
    ManagerAssignmentRow,
    RoleAssignmentRow,
    RolePermissionRow,
    RoleProductLineRow,
    RoleRow,
)
from sightline.db.tables.rollups import (
    ConversionHourByAccountRow,
    ConversionHourByProgramRow,
    TrafficHourByAccountRow,
    TrafficHourByProgramRow,
)
from sightline.db.tables.sign_in import MailTokenRow, OutgoingMailRow, RegistrationRow, SignInAttemptRow

__all__ = [
    "AccessRequestRow",
    "AccessReviewItemRow",
    "AccessReviewRow",
    "AccountShardRow",
    "AdjustmentRow",
    "AdvertiserProfileRow",
    "AffiliateAccountRow",
    "ApiKeyRow",
    "AppUserRow",
    "AssignmentProductLineRow",
    "AssignmentProgramRow",
    "AuditLogRow",
    "AuthzEpochRow",
    "BrandRow",
    "ClickRow",
    "CollaboratorRow",
    "ColumnListItemRow",
    "ColumnListRow",
    "CommissionPlanAssignmentRow",
    "CommissionPlanRow",
    "CompanyAccessRow",
    "CompanyRow",
    "ContentPageRow",
    "ConversionEventRow",
    "ConversionHourByAccountRow",
    "ConversionHourByProgramRow",
    "ConversionItemRow",
    "ConversionPastRow",
    "ConversionProposalRow",
    "ConversionRow",
    "CustomMetricRow",
    "CustomerReferralRow",
    "EnrollmentRow",
    "IdempotencyKeyRow",
    "ImportClaimRow",
    "ImportJobRow",
    "ImportLogRow",
    "InvitationRow",
    "MailTokenRow",
    "ManagerAssignmentRow",
    "MediaRow",
    "OrganizationRow",
    "OutgoingMailRow",
    "OwnershipTransferRow",
    "PartnerProfileRow",
    "PayoutInvoiceLineRow",
    "PayoutInvoiceRow",
    "PayoutMethodRow",
    "PayoutRunRow",
    "PlatformSettingRow",
    "ProductRow",
    "ProgramGoalRow",
    "ProgramRow",
    "RegistrationRow",
    "ReportColumnRow",
    "ReportExportRow",
    "ReportScheduleRow",
    "RoleAssignmentRow",
    "RolePermissionRow",
    "RoleProductLineRow",
    "RoleRow",
    "Row",
    "SavedReportRow",
    "SavedReportShareRow",
    "SessionRow",
    "SignInAttemptRow",
    "TableRole",
    "TestimonialRow",
    "TrackerRow",
    "TrafficHourByAccountRow",
    "TrafficHourByProgramRow",
    "TrafficSourceRow",
    "TrustedDocumentRow",
]
