"""The enums of the contract: those of the tables, with a description for each value."""

from __future__ import annotations

import inspect
from enum import StrEnum
from typing import Any

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from sightline.authz.paths import PathKind
from sightline.authz.permissions import Level, Scope
from sightline.authz.reports.columns import Aggregation
from sightline.authz.reports.dimensions import DateBasis
from sightline.authz.reports.lenses import ReportLens
from sightline.authz.reports.measures import Unit
from sightline.authz.roles import BaseType
from sightline.db.tables import enums as tables
from sightline.resolvers.explaining import Outcome
from sightline.resolvers.policy.lint import LintRule
from sightline.resolvers.reports.requests import Comparison, Coverage, Preset
from sightline.resolvers.trials import ExposureKind

DESCRIPTIONS: dict[type[StrEnum], dict[str, str]] = {
    tables.UserStatus: {"ACTIVE": "May sign in.", "SUSPENDED": "Has no access at all."},
    Outcome: {
        "SHOWN": "Shown on the row; where none was named, on every row that is seen.",
        "MASKED": "The row is seen, this cell of it is not.",
        "INVISIBLE": "The row is not seen.",
        "CONDITIONAL": "Shown on some rows of those that are seen; name a row to ask about it.",
        "HIDDEN": "Shown on no row.",
    },
    LintRule: {
        "ROLE_NOT_HELD": "Nobody holds a custom role.",
        "SWITCH_WITHOUT_EFFECT": "A switch of a role is on, and shows nothing.",
        "ASSIGNED_WITHOUT_ASSIGNMENT": "Somebody sees what is assigned to him, and nothing is.",
        "AMOUNT_DERIVABLE": "An amount that is hidden follows from what is shown.",
    },
    ExposureKind: {
        "GAINED": "He does not have it now, and would.",
        "LOST": "He has it now, and would not.",
        "ELSEWHERE": "He would have it on other rows than now.",
    },
    Scope: {"PLATFORM": "Over the whole platform.", "ORGANIZATION": "Inside one organization."},
    Level: {"R": "Read.", "W": "Read, create, change and delete."},
    tables.InvitationScope: {
        "ACCOUNT": "One affiliate account.",
        "ORGANIZATION": "One organization.",
        "PLATFORM": "The platform, as one of the operator's staff.",
    },
    tables.InvitationState: {
        "PENDING": "Waits for an answer.",
        "ACCEPTED": "Accepted; the access was given.",
        "DECLINED": "Declined by the invited person.",
        "REVOKED": "Taken back.",
        "EXPIRED": "Not answered in time.",
    },
    tables.TransferState: {
        "REQUESTED": "Waits for a second person.",
        "APPROVED": "Agreed to; the account has not changed hands yet.",
        "EXECUTED": "The account has changed hands.",
        "REJECTED": "Refused by the second person.",
        "WITHDRAWN": "Taken back by whoever asked.",
        "EXPIRED": "Not agreed to in time, or the account was moved otherwise.",
    },
    tables.AccessRequestState: {
        "REQUESTED": "Waits for an answer.",
        "APPROVED": "Something was given for it.",
        "REFUSED": "Nothing was given.",
        "WITHDRAWN": "Taken back by whoever asked.",
    },
    tables.ReviewScope: {
        "ACCOUNT": "The collaborators of an affiliate account.",
        "ORGANIZATION": "The members of an organization.",
        "PLATFORM": "The operator's staff.",
        "ORGANIZATION_KEYS": "The API keys of an organization.",
        "PLATFORM_KEYS": "The API keys of all users.",
        "COMPANY": "Those with access to a company.",
    },
    tables.ReviewState: {"OPEN": "Is being done.", "COMPLETED": "Done."},
    tables.ReviewItemState: {
        "OPEN": "Not yet looked at.",
        "CONFIRMED": "Looked at, and kept.",
        "REVOKED": "Taken away by the review.",
        "ENDED": "Had ended otherwise before anybody looked at it.",
    },
    tables.KeyOwner: {"ORG": "An organization's key.", "USER": "A user's key."},
    tables.KeyState: {
        "PENDING": "Made for somebody who has not claimed it yet.",
        "ACTIVE": "Can be used.",
        "REVOKED": "Revoked.",
        "EXPIRED": "Ended by itself.",
    },
    tables.ImportState: {
        "QUEUED": "Has not begun.",
        "RUNNING": "Is running.",
        "COMPLETED": "Done.",
        "FAILED": "Ended before its end; nothing of it was kept.",
        "CANCELLED": "Given up by whoever started it; nothing of it was kept.",
    },
    tables.ImportOutcome: {"ACCEPTED": "Taken, now or before.", "REJECTED": "Not taken, for the reason given."},
    tables.PayoutRunState: {
        "RUNNING": "Is drafting invoices.",
        "COMPLETED": "Done.",
        "FAILED": "Given up; what it drafted stays, and another run of the period does the rest.",
    },
    tables.RoleOrigin: {
        "PREDEFINED": "Ships with the platform; nothing in it can be changed.",
        "DEFAULT": "Ships with the platform; title and permissions can be changed.",
        "CUSTOM": "Made by somebody.",
        "PERSONAL": "The module set of one user.",
    },
    BaseType: {
        "ADMINISTRATOR": "Everything on the platform.",
        "MANAGER": "Affiliates and advertisers, no settings.",
        "AFFILIATE_MANAGER": "Affiliates and what belongs to them.",
        "ADVERTISER_MANAGER": "Advertisers, their programs and what belongs to them.",
        "PERSONAL": "Any combination of modules, for one user.",
        "ORG": "A role inside an organization.",
    },
    tables.RoleStatus: {"ACTIVE": "Can be assigned.", "ARCHIVED": "Can no longer be assigned."},
    tables.MetricState: {"ACTIVE": "Can be used.", "ARCHIVED": "Can no longer be used."},
    tables.UserVisibility: {"ALL": "Sees all.", "ASSIGNED": "Sees what is assigned to the holder."},
    tables.ListScope: {"ALL": "Reaches everything.", "LISTED": "Reaches what is listed."},
    tables.ProductLine: {
        "PERFORMANCE": "Affiliate and performance partnerships.",
        "CREATOR": "Partnerships with creators.",
        "ADVOCATE": "Customers who recommend.",
    },
    tables.CatalogueStatus: {"ENABLED": "Shown to everybody signed in.", "DISABLED": "Not in use."},
    tables.PublicationState: {"DRAFT": "Being written.", "PUBLISHED": "Shown to everybody signed in."},
    tables.MediaKind: {"IMAGE": "An image.", "HTML_BANNER": "A banner made of markup.", "LINK": "A text link."},
    tables.ClickKind: {
        "UNIQUE": "The first of its visitor.",
        "DUPLICATE": "A valid repeat.",
        "INVALID": "Refused by targeting or a fraud check.",
    },
    tables.ProgramStatus: {
        "DRAFT": "Not yet open.",
        "ACTIVE": "Running.",
        "PAUSED": "Stopped for now.",
        "ARCHIVED": "Ended for good.",
    },
    tables.CommissionModel: {
        "DIRECT": "The advertiser pays its partners, and so knows their payouts and terms.",
        "INTERMEDIATED": "The operator pays partners and charges the advertiser.",
    },
    tables.AccountStatus: {
        "PENDING": "Waiting for approval.",
        "APPROVED": "Can earn.",
        "REJECTED": "Refused.",
        "SUSPENDED": "Stopped for now.",
        "CLOSED": "Ended for good.",
    },
    tables.CompanyLevel: {"OWNER": "May set payout information.", "MEMBER": "Sees the company."},
    tables.CollaboratorRole: {
        "READ_ONLY": "Sees the account and its results.",
        "OWNER": "Also changes settings and invites.",
        "MANAGER": "Also applies commission plans.",
    },
    tables.EnrollmentSide: {"PARTNER": "The partner applied.", "ADVERTISER": "The advertiser invited."},
    tables.EnrollmentState: {
        "APPLIED": "The partner has applied and waits for the advertiser.",
        "INVITED": "The advertiser has invited and waits for the partner.",
        "ACTIVE": "Both have agreed.",
        "DENIED": "The advertiser refused the application.",
        "WITHDRAWN": "The partner took the application back.",
        "REJECTED": "The partner refused the invitation.",
        "REVOKED": "The advertiser took the invitation back.",
        "INVITE_EXPIRED": "The invitation was not answered in time.",
        "EXPIRED": "The advertiser ended it.",
        "LEFT": "The partner ended it.",
    },
    tables.ConversionStatus: {
        "PENDING": "Not yet decided.",
        "HOLD": "Approves by itself at its lock date.",
        "APPROVED": "Payable.",
        "REJECTED": "Never payable.",
        "REVERSED": "Taken back after approval.",
    },
    tables.ProposalState: {
        "OPEN": "Not yet answered.",
        "ACCEPTED": "The conversion took this status.",
        "DECLINED": "The operator said no, or decided otherwise.",
        "WITHDRAWN": "Whose it was took it back, or asked for another status.",
    },
    tables.CustomerStatus: {"NEW": "A new customer.", "RETURNING": "A customer who had bought before."},
    tables.Settlement: {
        "OPEN": "Can still change.",
        "LOCKED": "Final, not yet invoiced.",
        "INVOICED": "On an invoice.",
        "PAID": "Paid.",
    },
    tables.AdjustmentSide: {
        "PAYOUT": "Corrects a payout.",
        "REVENUE": "Corrects revenue.",
        "SALE": "Corrects a sale amount.",
    },
    tables.AdjustmentState: {"OPEN": "Not yet invoiced.", "INVOICED": "On an invoice.", "PAID": "Paid."},
    tables.InvoiceState: {
        "DRAFT": "Not yet approved.",
        "APPROVED": "To be paid.",
        "PAID": "Paid.",
        "DELETED": "Taken back.",
    },
    tables.SourceKind: {
        "WEBSITE": "A web site.",
        "APP": "An app.",
        "SOCIAL": "A social media account.",
        "EMAIL": "A mailing list.",
        "SEARCH": "Paid search.",
        "OTHER": "Something else.",
    },
    ReportLens: {
        "PLATFORM": "The operator's, over everything a role of its staff reaches.",
        "ADVERTISER": "An organization's, over the programs of its advertisers.",
        "PARTNER": "An organization's, over the accounts of its partners.",
        "ACCOUNT": "That of a collaborator on an affiliate account.",
    },
    DateBasis: {
        "EVENT": "When it happened.",
        "CLICK": "When the click happened that it followed from.",
        "POSTING": "When it was recorded.",
        "LOCKING": "When its amounts become final.",
        "APPROVAL": "When it was approved.",
        "MODIFIED": "When a date, flag or reference of it last changed; in the lens PLATFORM only.",
    },
    Preset: {
        "TODAY": "Today so far.",
        "YESTERDAY": "Yesterday.",
        "LAST_7_DAYS": "Seven days up to and with today.",
        "LAST_30_DAYS": "Thirty days up to and with today.",
        "THIS_WEEK": "From Monday up to and with today.",
        "LAST_WEEK": "The week before this one, from Monday.",
        "THIS_MONTH": "From the first of the month up to and with today.",
        "LAST_MONTH": "The month before this one.",
        "THIS_QUARTER": "From the first of the quarter up to and with today.",
        "LAST_QUARTER": "The quarter before this one.",
        "THIS_YEAR": "From the first of the year up to and with today.",
        "LAST_YEAR": "The year before this one.",
    },
    Comparison: {
        "PREVIOUS_PERIOD": "The one right before: as many months, days or hours.",
        "PREVIOUS_YEAR": "The same dates a year before.",
    },
    tables.ExportFormat: {
        "CSV": "Comma-separated values, written as they are computed.",
        "JSONL": "One JSON object a line, written as they are computed.",
        "XLSX": "A workbook with one sheet; at most 1,048,574 rows.",
        "PARQUET": "Columns with their types, where the server has what writes them.",
    },
    tables.ExportState: {
        "WAITING": "Was not fetched yet.",
        "RUNNING": "Is being written.",
        "COMPLETED": "Was fetched to its end; it can be fetched again until it expires.",
        "FAILED": "Was ended before its end; it can be fetched again until it expires.",
        "CANCELLED": "Was given up by its owner.",
        "REFUSED": "Could not be delivered with the present rights of its owner.",
    },
    tables.OnRestricted: {
        "FAIL": "Nothing is delivered.",
        "DROP": "It is delivered without the column.",
    },
    tables.ScheduleState: {"ACTIVE": "Runs by itself.", "PAUSED": "Does not run for now."},
    Unit: {
        "COUNT": "How many.",
        "QUANTITY": "How much; articles may be sold by weight.",
        "MONEY": "An amount.",
        "PERCENT": "A part of a whole: 0.25 is 25 %.",
        "FACTOR": "How many times.",
        "SECONDS": "Seconds.",
        "NUMBER": "A number.",
    },
    Aggregation: {
        "SUM": "Added up over the rows of a group.",
        "DERIVED": "Computed from sums of the group, never from other ratios.",
        "AVERAGE": "Sum by count.",
        "MEDIAN": "The value in the middle.",
    },
    Coverage: {
        "COMPLETE": "Over all programs of the lens.",
        "PARTIAL": "Over the programs on which you may see it, numerator and denominator alike.",
    },
    PathKind: {
        "ORGANIZATION": "A membership, over the organization itself.",
        "ORG_ADVERTISER": "A membership, over what the organization's advertisers own.",
        "ORG_PARTNER": "A membership, over what the organization's partners own.",
        "PLATFORM": "A role of the operator's staff.",
        "COLLABORATOR": "A collaborator's role on affiliate accounts.",
        "COMPANY": "Access to a company.",
        "COUNTERPARTY_ADVERTISER": "An advertiser looking at partners it works with.",
        "COUNTERPARTY_PARTNER": "A partner looking at programs it works with.",
        "PUBLIC": "The marketplace.",
        "SELF": "Oneself.",
    },
}


# What the contract calls an enum whose own name would say too little there.
NAMES: dict[type[StrEnum], str] = {
    Scope: "RoleScope",
    Level: "PermissionLevel",
    BaseType: "RoleBase",
    tables.OnRestricted: "ScheduleRestrictedColumns",
    PathKind: "AccessPathKind",
    Outcome: "AccessOutcome",
    Preset: "ReportPeriodPreset",
    Comparison: "ReportComparisonPeriod",
    Unit: "ReportUnit",
    Aggregation: "ReportAggregation",
    Coverage: "ReportCoverage",
    DateBasis: "ReportDateBasis",
}


class UndescribedEnumError(TypeError):
    """An enum of the tables reaches the contract without a description for each of its values."""


def described(values: type[StrEnum]) -> Any:
    """The GraphQL enum of a closed list. Raises UndescribedEnumError where a value has no description."""
    texts = DESCRIPTIONS.get(values, {})
    if set(texts) != {member.name for member in values}:
        raise UndescribedEnumError(f"{values.__name__}: describe exactly its values in sightline.schema.enums")
    if not hasattr(values, "__strawberry_definition__"):
        strawberry.enum(values, name=NAMES.get(values), description=(inspect.getdoc(values) or "").splitlines()[0])
        definition: StrawberryEnumDefinition = values.__strawberry_definition__  # type: ignore[attr-defined]
        for value in definition.values:
            value.description = texts[value.name]
    return values
