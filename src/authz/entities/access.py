"""How access is arranged, and the record of its changes: invitations, parts of roles, assignments, keys, audit log."""

from __future__ import annotations

from sightline.authz.classes import FieldClass
from sightline.authz.entities.pieces import (
    ACCOUNT,
    COLLABORATOR,
    COMPANY,
    ORGANIZATION,
    PARTNER,
    PLATFORM,
    SELF,
    EntityRule,
    assigned,
    assigned_account,
    follows,
    oneself,
    own_accounts,
    own_organizations,
)
from sightline.authz.expr import (
    Edge,
    Exists,
    Holds,
    In,
    IsNull,
    Reached,
    ReachedBy,
    all_of,
    any_of,
    equals,
    negate,
    one_of,
)
from sightline.authz.paths import Attribute, Flag
from sightline.authz.permissions import ADMIN, Level, permitted, token

_ADMINISTERS = any_of(Holds(Flag.ADMIN), permitted("ACCOUNT_USERS"))

# The invited person is shown what the invitation says for itself, and only once the address is proven to be his:
# anybody may register with any address.
INVITATION_RULE = EntityRule(
    "invitation",
    {
        ORGANIZATION: all_of(_ADMINISTERS, own_organizations("organization_id")),
        PLATFORM: any_of(
            permitted("USERS"),
            all_of(
                permitted("AFFILIATES"),
                negate(IsNull("affiliate_account_id")),
                assigned(account=assigned_account()),
            ),
        ),
        COLLABORATOR: all_of(Holds(Flag.COLLABORATOR_OWNER), own_accounts("affiliate_account_id")),
        SELF: Exists(
            Edge("app_user", (("email", "email"),)), all_of(oneself("id"), negate(IsNull("email_verified_at")))
        ),
    },
    without={SELF: frozenset({FieldClass.RECORD})},
)


_ROLE = Edge("role", (("role_id", "id"),))
_MEMBERSHIP = Edge("role_assignment", (("assignment_id", "id"),))

# What a role is made of, and what a membership is limited to, is for those who administer access and for the holder.
_OF_A_ROLE = {
    ORGANIZATION: Exists(_ROLE, Reached()),
    PLATFORM: permitted("USERS"),
    SELF: Exists(_ROLE, Reached()),
}
_OF_A_MEMBERSHIP = {
    ORGANIZATION: all_of(_ADMINISTERS, Exists(_MEMBERSHIP, Reached())),
    PLATFORM: permitted("USERS"),
    SELF: Exists(_MEMBERSHIP, Reached()),
}
ROLE_PERMISSION_RULE = EntityRule("role_permission", _OF_A_ROLE)
ROLE_PRODUCT_LINE_RULE = EntityRule("role_product_line", _OF_A_ROLE)
ASSIGNMENT_PROGRAM_RULE = EntityRule("assignment_program", _OF_A_MEMBERSHIP)
ASSIGNMENT_PRODUCT_LINE_RULE = EntityRule("assignment_product_line", _OF_A_MEMBERSHIP)

MANAGER_ASSIGNMENT_RULE = EntityRule("manager_assignment", {PLATFORM: permitted("USERS"), SELF: oneself("user_id")})

# C-19. The module shows its holder's own keys (A16), which whoever signs in sees anyway.
API_KEY_RULE = EntityRule(
    "api_key",
    {
        ORGANIZATION: all_of(Holds(Flag.ADMIN), own_organizations("organization_id")),
        PLATFORM: any_of(permitted(ADMIN), all_of(permitted("API_KEYS"), oneself("user_id"))),
        SELF: oneself("user_id"),
    },
)

# What somebody asks for is his, and those' who could give it; who decided is not told to whoever asked.
ACCESS_REQUEST_RULE = EntityRule(
    "access_request",
    {
        ORGANIZATION: all_of(_ADMINISTERS, own_organizations("organization_id")),
        PLATFORM: all_of(Holds(token("USERS", Level.W)), IsNull("organization_id")),
        SELF: oneself("requester_id"),
    },
    without={SELF: frozenset({FieldClass.POLICY})},
)

# Reviews are of those who do them (L12): the account's OWNER, the organization's ADMIN, and USERS W; of keys those who
# see them all (C-19), and of a company its OWNERs (L1).
ACCESS_REVIEW_RULE = EntityRule(
    "access_review",
    {
        ORGANIZATION: all_of(Holds(Flag.ADMIN), own_organizations("organization_id")),
        COLLABORATOR: all_of(Holds(Flag.COLLABORATOR_OWNER), own_accounts("affiliate_account_id")),
        PLATFORM: any_of(
            all_of(Holds(token("USERS", Level.W)), equals("scope", "PLATFORM")),
            all_of(Holds(token(ADMIN, Level.W)), equals("scope", "PLATFORM_KEYS")),
        ),
        COMPANY: all_of(Holds(Flag.COMPANY_OWNER), In("company_id", Attribute.COMPANIES)),
    },
)
ACCESS_REVIEW_ITEM_RULE = EntityRule(
    "access_review_item", follows(Edge("access_review", (("review_id", "id"),)), ACCESS_REVIEW_RULE)
)

# What an account's owner is told of: who was given access to the account, and whose it became.
_OF_OWNERS = one_of("target_type", "collaborator", "invitation", "ownership_transfer")
_SEES_THE_CHANGE = (ORGANIZATION, PLATFORM, COLLABORATOR)

# By which grant a change was made is for Admin R and for whoever made it; so SELF adds no row, only that.
AUDIT_LOG_RULE = EntityRule(
    "audit_log",
    {
        ORGANIZATION: all_of(
            Holds(Flag.ADMIN),
            own_organizations("organization_id"),
            # Who has access to its accounts, and which companies own them, is not the organization's to see (L1, L9).
            any_of(IsNull("affiliate_account_id"), negate(_OF_OWNERS)),
        ),
        PLATFORM: permitted(ADMIN),
        COLLABORATOR: all_of(Holds(Flag.COLLABORATOR_OWNER), own_accounts("affiliate_account_id"), _OF_OWNERS),
        SELF: all_of(oneself("actor_id"), ReachedBy(_SEES_THE_CHANGE)),
    },
    without={ORGANIZATION: frozenset({FieldClass.POLICY})},
)

# Who satisfies AC9 on a transfer: in person, by a WRITE path to the account, with access to each company it names. The
# companies may be reached by two paths, one as owner and one as member; nothing else does without the one or the other.
_FROM, _TO = (
    Exists(Edge("company", ((column, "id"),)), ReachedBy((COMPANY,))) for column in ("from_company_id", "to_company_id")
)
# At least one is named always, so without a company there is nothing to see at all.
_ITS_COMPANIES = all_of(
    any_of(IsNull("from_company_id"), _FROM), any_of(IsNull("to_company_id"), _TO), any_of(_FROM, _TO)
)
_IN_PERSON = negate(Holds(Flag.BY_KEY))

# A first company is given by the account's own side only (C-11).
OWNERSHIP_TRANSFER_RULE = EntityRule(
    "ownership_transfer",
    {
        PARTNER: all_of(_IN_PERSON, Holds(Flag.EDITS), Exists(ACCOUNT, Reached()), _ITS_COMPANIES),
        COLLABORATOR: all_of(
            _IN_PERSON, Holds(Flag.COLLABORATOR_OWNER), own_accounts("affiliate_account_id"), _ITS_COMPANIES
        ),
        PLATFORM: all_of(
            _IN_PERSON,
            Holds(token("AFFILIATES", Level.W)),
            assigned(account=assigned_account()),
            _FROM,
            _ITS_COMPANIES,
        ),
    },
)
