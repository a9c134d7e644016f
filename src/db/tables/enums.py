"""The closed lists of values that columns take. Each becomes one PostgreSQL enum, named by its class in snake case."""

from __future__ import annotations

from enum import StrEnum


class UserStatus(StrEnum):
    """A suspended user has no access at all (AC6)."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


class MailKind(StrEnum):
    """What a mail is about. All but news of what has happened carry a token that can be used once."""

    RESET_PASSWORD = "RESET_PASSWORD"
    VERIFY_EMAIL = "VERIFY_EMAIL"
    PASSWORD_CHANGED = "PASSWORD_CHANGED"
    INVITATION = "INVITATION"
    ACCOUNT_TRANSFERRED = "ACCOUNT_TRANSFERRED"
    REPORT_READY = "REPORT_READY"
    REGISTRATION = "REGISTRATION"
    ALREADY_REGISTERED = "ALREADY_REGISTERED"
    REPORT_REFUSED = "REPORT_REFUSED"


class RoleOrigin(StrEnum):
    """Who made a role, and so what may be changed in it (S2, I8, DR9)."""

    PREDEFINED = "PREDEFINED"  # nothing writable
    DEFAULT = "DEFAULT"  # title and permissions writable
    CUSTOM = "CUSTOM"
    PERSONAL = "PERSONAL"  # the module set of one user, shown as "Custom"


class RoleStatus(StrEnum):
    """SM7: archiving is final."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


class MetricState(StrEnum):
    """Archiving a custom metric is final."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"


class UserVisibility(StrEnum):
    """S8: whether a manager sees all affiliates or advertisers, or those assigned to him."""

    ALL = "ALL"
    ASSIGNED = "ASSIGNED"


class ListScope(StrEnum):
    """Whether a role assignment reaches everything, or what its list names (I2)."""

    ALL = "ALL"
    LISTED = "LISTED"


class ProductLine(StrEnum):
    """V4: the licensed line a program belongs to."""

    PERFORMANCE = "PERFORMANCE"
    CREATOR = "CREATOR"
    ADVOCATE = "ADVOCATE"


class CatalogueStatus(StrEnum):
    """Brands, products and media: the enabled ones are shown to every user (A6, A7, A8)."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


class MediaKind(StrEnum):
    """A8: what a piece of media is."""

    IMAGE = "IMAGE"
    HTML_BANNER = "HTML_BANNER"
    LINK = "LINK"


class PublicationState(StrEnum):
    """Whether a content page or a testimonial is shown to every user."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"


class ProgramStatus(StrEnum):
    """Where a program stands in its life cycle."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    ARCHIVED = "ARCHIVED"


class CommissionModel(StrEnum):
    """Who pays the partners: the advertiser itself, or the operator, who charges the advertiser."""

    DIRECT = "DIRECT"
    INTERMEDIATED = "INTERMEDIATED"


class SourceKind(StrEnum):
    """What a traffic source is."""

    WEBSITE = "WEBSITE"
    SOCIAL = "SOCIAL"
    EMAIL = "EMAIL"
    APP = "APP"
    SEARCH = "SEARCH"
    OTHER = "OTHER"


class AccountStatus(StrEnum):
    """SM3: the life cycle of an affiliate account."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class CompanyLevel(StrEnum):
    """AC9: owners of a company set payout information; members see it redacted."""

    OWNER = "OWNER"
    MEMBER = "MEMBER"


class CollaboratorRole(StrEnum):
    """A22 to A24: what a collaborator may do on one affiliate account."""

    READ_ONLY = "READ_ONLY"
    OWNER = "OWNER"
    MANAGER = "MANAGER"


class InvitationScope(StrEnum):
    """What an invitation gives access to."""

    ACCOUNT = "ACCOUNT"
    ORGANIZATION = "ORGANIZATION"
    PLATFORM = "PLATFORM"


class InvitationState(StrEnum):
    """SM2: every state but PENDING is final."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


class EnrollmentSide(StrEnum):
    """Which side began an enrollment; the other one answers."""

    PARTNER = "PARTNER"
    ADVERTISER = "ADVERTISER"


class EnrollmentState(StrEnum):
    """SM1. APPLIED, INVITED and ACTIVE are open; every other state is final."""

    APPLIED = "APPLIED"
    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    DENIED = "DENIED"
    WITHDRAWN = "WITHDRAWN"
    REJECTED = "REJECTED"
    REVOKED = "REVOKED"
    INVITE_EXPIRED = "INVITE_EXPIRED"
    EXPIRED = "EXPIRED"
    LEFT = "LEFT"


class ClickKind(StrEnum):
    """How a click counts: valid clicks are the unique and the duplicate ones."""

    UNIQUE = "UNIQUE"
    DUPLICATE = "DUPLICATE"
    INVALID = "INVALID"


class CustomerStatus(StrEnum):
    """Whether the customer bought before."""

    NEW = "NEW"
    RETURNING = "RETURNING"


class ConversionStatus(StrEnum):
    """SM4: the life cycle of a conversion."""

    PENDING = "PENDING"
    HOLD = "HOLD"  # approves itself at `lock_at`
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"  # never payable
    REVERSED = "REVERSED"  # taken back after approval


class Settlement(StrEnum):
    """SM4: how far the payment of a conversion has come. From LOCKED on its amounts do not change."""

    OPEN = "OPEN"
    LOCKED = "LOCKED"
    INVOICED = "INVOICED"
    PAID = "PAID"


class ProposalState(StrEnum):
    """What became of the status that an advertiser asked for. All but OPEN are final."""

    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


class AdjustmentSide(StrEnum):
    """Which amount of the report an adjustment corrects."""

    PAYOUT = "PAYOUT"
    REVENUE = "REVENUE"
    SALE = "SALE"


class AdjustmentState(StrEnum):
    """SM5b: back from INVOICED to OPEN when the invoice is deleted."""

    OPEN = "OPEN"
    INVOICED = "INVOICED"
    PAID = "PAID"


class PayoutRunState(StrEnum):
    """Where a payout process stands."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class InvoiceState(StrEnum):
    """SM5: PAID and DELETED are final."""

    DRAFT = "DRAFT"
    APPROVED = "APPROVED"
    PAID = "PAID"
    DELETED = "DELETED"


class ColumnListOwner(StrEnum):
    """A17, A18: the default of the whole system, or the list of one user."""

    SYSTEM = "SYSTEM"
    USER = "USER"


class OnRestricted(StrEnum):
    """RC10: what a scheduled run does about a column that its owner lost."""

    FAIL = "FAIL"
    DROP = "DROP"


class ExportFormat(StrEnum):
    """The file a report is written to."""

    CSV = "CSV"
    JSONL = "JSONL"
    XLSX = "XLSX"
    PARQUET = "PARQUET"


class ExportState(StrEnum):
    """What became of an export: one that waits or was fetched can be fetched until it expires."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    REFUSED = "REFUSED"


class ScheduleState(StrEnum):
    """Whether a schedule runs."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"


class KeyOwner(StrEnum):
    """C-10: an organization's key, or a user's."""

    ORG = "ORG"
    USER = "USER"


class KeyState(StrEnum):
    """SM6: a key made for somebody else is PENDING until that user claims it."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


class ImportState(StrEnum):
    """Where an import stands."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class ImportOutcome(StrEnum):
    """A15: a repeated line is answered ACCEPTED, whatever exists."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"


class TransferState(StrEnum):
    """SM8: the life cycle of a transfer of ownership."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    EXECUTED = "EXECUTED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class AccessRequestState(StrEnum):
    """Where a request for access stands; APPROVED grants nothing by itself."""

    REQUESTED = "REQUESTED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class ReviewScope(StrEnum):
    """L12: whose access a review looks at; keys are looked at by themselves, by those who see them (C-19)."""

    ACCOUNT = "ACCOUNT"
    ORGANIZATION = "ORGANIZATION"
    PLATFORM = "PLATFORM"
    ORGANIZATION_KEYS = "ORGANIZATION_KEYS"
    PLATFORM_KEYS = "PLATFORM_KEYS"
    COMPANY = "COMPANY"


class ReviewState(StrEnum):
    """L12: whether a periodic access review is still to be done."""

    OPEN = "OPEN"
    COMPLETED = "COMPLETED"


class ReviewItemState(StrEnum):
    """L12: what became of a grant that was looked at."""

    OPEN = "OPEN"
    CONFIRMED = "CONFIRMED"
    REVOKED = "REVOKED"
    ENDED = "ENDED"
