"""Which rows each kind of path reaches: one rule per entity, one row set per path kind. Everything else is denied.

Read it as the table "Row sets" of docs/rules.md. A row set may ask the path for tokens (`permitted`, `Holds`), compare
columns with the principal's attributes (`own_*`), and follow declared edges. Adding an entity is adding a rule here, a
table and a GraphQL type.
"""

from __future__ import annotations

from sightline.authz.entities.access import (
    ACCESS_REQUEST_RULE,
    ACCESS_REVIEW_ITEM_RULE,
    ACCESS_REVIEW_RULE,
    API_KEY_RULE,
    ASSIGNMENT_PRODUCT_LINE_RULE,
    ASSIGNMENT_PROGRAM_RULE,
    AUDIT_LOG_RULE,
    INVITATION_RULE,
    MANAGER_ASSIGNMENT_RULE,
    OWNERSHIP_TRANSFER_RULE,
    ROLE_PERMISSION_RULE,
    ROLE_PRODUCT_LINE_RULE,
)
from sightline.authz.entities.catalogue import (
    BRAND_RULE,
    CONTENT_PAGE_RULE,
    MEDIA_RULE,
    PRODUCT_RULE,
    PROGRAM_GOAL_RULE,
)
from sightline.authz.entities.facts import (
    ADJUSTMENT_RULE,
    CLICK_RULE,
    CONVERSION_EVENT_RULE,
    CONVERSION_ITEM_RULE,
    CONVERSION_PROPOSAL_RULE,
    CONVERSION_RULE,
    CUSTOMER_REFERRAL_RULE,
)
from sightline.authz.entities.operations import IMPORT_JOB_RULE, IMPORT_LOG_RULE, PLATFORM_SETTING_RULE
from sightline.authz.entities.organizations import (
    COMPANY_ACCESS_RULE,
    COMPANY_RULE,
    MEMBERSHIP_RULE,
    ORGANIZATION_RULE,
    ROLE_RULE,
    USER_RULE,
)
from sightline.authz.entities.partnerships import (
    ADVERTISER_PROFILE_RULE,
    AFFILIATE_ACCOUNT_RULE,
    COLLABORATOR_RULE,
    COMMISSION_PLAN_ASSIGNMENT_RULE,
    COMMISSION_PLAN_RULE,
    ENROLLMENT_RULE,
    PARTNER_PROFILE_RULE,
    PROGRAM_RULE,
    TESTIMONIAL_RULE,
    TRACKER_RULE,
    TRAFFIC_SOURCE_RULE,
)
from sightline.authz.entities.payouts import (
    PAYOUT_INVOICE_LINE_RULE,
    PAYOUT_INVOICE_RULE,
    PAYOUT_METHOD_RULE,
    PAYOUT_RUN_RULE,
)
from sightline.authz.entities.pieces import EntityRule
from sightline.authz.entities.reporting import (
    CUSTOM_METRIC_RULE,
    REPORT_EXPORT_RULE,
    REPORT_SCHEDULE_RULE,
    SAVED_REPORT_RULE,
)

ENTITY_RULES: tuple[EntityRule, ...] = (
    ORGANIZATION_RULE,
    MEMBERSHIP_RULE,
    USER_RULE,
    ROLE_RULE,
    COMPANY_RULE,
    COMPANY_ACCESS_RULE,
    ADVERTISER_PROFILE_RULE,
    PARTNER_PROFILE_RULE,
    TRAFFIC_SOURCE_RULE,
    PROGRAM_RULE,
    ENROLLMENT_RULE,
    AFFILIATE_ACCOUNT_RULE,
    COLLABORATOR_RULE,
    TRACKER_RULE,
    TESTIMONIAL_RULE,
    COMMISSION_PLAN_RULE,
    COMMISSION_PLAN_ASSIGNMENT_RULE,
    BRAND_RULE,
    PRODUCT_RULE,
    MEDIA_RULE,
    PROGRAM_GOAL_RULE,
    CONTENT_PAGE_RULE,
    CONVERSION_RULE,
    CONVERSION_ITEM_RULE,
    ADJUSTMENT_RULE,
    PAYOUT_INVOICE_RULE,
    PAYOUT_INVOICE_LINE_RULE,
    CONVERSION_EVENT_RULE,
    CONVERSION_PROPOSAL_RULE,
    CLICK_RULE,
    CUSTOMER_REFERRAL_RULE,
    PAYOUT_RUN_RULE,
    PAYOUT_METHOD_RULE,
    INVITATION_RULE,
    ROLE_PERMISSION_RULE,
    ROLE_PRODUCT_LINE_RULE,
    ASSIGNMENT_PROGRAM_RULE,
    ASSIGNMENT_PRODUCT_LINE_RULE,
    MANAGER_ASSIGNMENT_RULE,
    API_KEY_RULE,
    IMPORT_JOB_RULE,
    IMPORT_LOG_RULE,
    PLATFORM_SETTING_RULE,
    AUDIT_LOG_RULE,
    OWNERSHIP_TRANSFER_RULE,
    ACCESS_REQUEST_RULE,
    ACCESS_REVIEW_RULE,
    ACCESS_REVIEW_ITEM_RULE,
    CUSTOM_METRIC_RULE,
    SAVED_REPORT_RULE,
    REPORT_SCHEDULE_RULE,
    REPORT_EXPORT_RULE,
)

__all__ = ["ENTITY_RULES", "EntityRule"]
