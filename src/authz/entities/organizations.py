"""Organizations, their members and roles, users, companies."""

from __future__ import annotations

from sightline.authz.entities.pieces import (
    COLLABORATOR,
    COMPANY,
    ORGANIZATION,
    PLATFORM,
    SELF,
    EntityRule,
    assigned,
    assigned_advertiser,
    own_accounts,
    own_organizations,
)
from sightline.authz.expr import Edge, Exists, Holds, In, IsNull, all_of, any_of, equals
from sightline.authz.paths import Attribute, Flag
from sightline.authz.permissions import permitted

_MEMBERS = Edge("role_assignment", (("id", "user_id"),))

ORGANIZATION_RULE = EntityRule(
    "organization",
    {
        ORGANIZATION: own_organizations("id"),
        PLATFORM: all_of(
            permitted("ADVERTISERS"),
            Exists(
                Edge("advertiser_profile", (("id", "organization_id"),)), assigned(advertiser=assigned_advertiser("id"))
            ),
        ),
    },
)

# A member is the fact that somebody belongs to an organization (K8: all members know it); the role behind it is policy.
MEMBERSHIP_RULE = EntityRule(
    "role_assignment",
    {
        ORGANIZATION: own_organizations("organization_id"),
        PLATFORM: permitted("USERS"),
        SELF: In("user_id", Attribute.USER),
    },
)

USER_RULE = EntityRule(
    "app_user",
    {
        ORGANIZATION: Exists(_MEMBERS, own_organizations("organization_id")),
        PLATFORM: permitted("USERS"),
        COLLABORATOR: Exists(Edge("collaborator", (("id", "user_id"),)), own_accounts("affiliate_account_id")),
        COMPANY: Exists(Edge("company_access", (("id", "user_id"),)), In("company_id", Attribute.COMPANIES)),
        SELF: In("id", Attribute.USER),
    },
)

ROLE_RULE = EntityRule(
    "role",
    {
        ORGANIZATION: all_of(
            any_of(Holds(Flag.ADMIN), permitted("ACCOUNT_USERS")),
            equals("scope", "ORGANIZATION"),
            any_of(IsNull("organization_id"), own_organizations("organization_id")),
        ),
        PLATFORM: permitted("USERS", "SETTINGS"),
        SELF: Exists(Edge("role_assignment", (("id", "role_id"),)), In("user_id", Attribute.USER)),
    },
)

# Company ownership is apart from every permission and membership (L1): nobody reaches a company but its members.
COMPANY_RULE = EntityRule("company", {COMPANY: In("id", Attribute.COMPANIES)})
COMPANY_ACCESS_RULE = EntityRule("company_access", {COMPANY: In("company_id", Attribute.COMPANIES)})
