"""The two sides and what brings them together: profiles, sources, programs, enrollments, accounts, plans."""

from __future__ import annotations

from sightline.authz.entities.pieces import (
    ACCOUNT,
    ADVERTISER,
    COLLABORATOR,
    ENGAGED,
    PARTNER,
    PLATFORM,
    PROGRAM,
    PROGRAM_CONDITIONS,
    PUBLIC,
    TO_PARTNERS,
    TO_PROGRAMS,
    EntityRule,
    assigned,
    assigned_account,
    assigned_advertiser,
    own_accounts,
    own_organizations,
    within_programs,
)
from sightline.authz.expr import FALSE, TRUE, Edge, Exists, Holds, IsNull, Reached, all_of, any_of, equals, negate
from sightline.authz.masks import or_full
from sightline.authz.paths import Flag
from sightline.authz.permissions import permitted

ADVERTISER_PROFILE_RULE = EntityRule(
    "advertiser_profile",
    {
        ADVERTISER: all_of(Holds(Flag.BELONGS), own_organizations("organization_id")),
        PLATFORM: all_of(permitted("ADVERTISERS"), assigned(advertiser=assigned_advertiser("id"))),
    },
)

PARTNER_PROFILE_RULE = EntityRule(
    "partner_profile",
    {
        PARTNER: all_of(
            own_organizations("organization_id"),
            any_of(negate(Holds(Flag.HIDES_ARCHIVED_PROFILES)), IsNull("archived_at")),
        ),
        PLATFORM: all_of(
            permitted("AFFILIATES"),
            # That of an assigned account, whether or not it has enrolled anywhere (decision record 0010).
            assigned(
                account=Exists(Edge("affiliate_account", (("id", "partner_profile_id"),)), assigned_account("id"))
            ),
        ),
        TO_PARTNERS: all_of(
            or_full("PARTNERS"),
            negate(Holds(Flag.HIDES_PARTNER_NAMES)),
            Exists(
                Edge("enrollment", (("id", "partner_profile_id"),)),
                all_of(own_organizations("advertiser_org_id"), ENGAGED, within_programs()),
            ),
        ),
        PUBLIC: all_of(Holds(Flag.APPROVED_ADVERTISER), equals("listed", True), IsNull("archived_at")),
    },
)

TRAFFIC_SOURCE_RULE = EntityRule(
    "traffic_source",
    {
        PARTNER: own_organizations("partner_org_id"),
        PLATFORM: all_of(
            permitted("AFFILIATES"),
            assigned(account=Exists(Edge("enrollment", (("id", "traffic_source_id"),)), assigned_account())),
        ),
        TO_PARTNERS: all_of(
            or_full("PARTNERS"),
            negate(Holds(Flag.HIDES_PARTNER_NAMES)),
            Exists(
                Edge("enrollment", (("id", "traffic_source_id"),)),
                all_of(own_organizations("advertiser_org_id"), ENGAGED, within_programs()),
            ),
        ),
        PUBLIC: Exists(Edge("partner_profile", (("partner_profile_id", "id"),)), Reached()),
    },
)

PROGRAM_RULE = EntityRule(
    "program",
    {
        ADVERTISER: all_of(or_full("PROGRAMS"), own_organizations("advertiser_org_id"), within_programs("id")),
        PLATFORM: all_of(permitted("OFFERS"), assigned(advertiser=assigned_advertiser())),
        TO_PROGRAMS: Exists(
            Edge("enrollment", (("id", "program_id"),)),
            all_of(
                any_of(own_organizations("partner_org_id"), own_accounts("affiliate_account_id")),
                any_of(ENGAGED, equals("state", "INVITED")),
            ),
        ),
        PUBLIC: all_of(equals("listed", True), equals("status", "ACTIVE")),
    },
    {"DIRECT": equals("commission_model", "DIRECT"), "PLAN_OF_REACHED_ACCOUNT": FALSE},
)

ENROLLMENT_RULE = EntityRule(
    "enrollment",
    {
        ADVERTISER: all_of(
            or_full("PARTNERS", "APPLICATIONS"), own_organizations("advertiser_org_id"), within_programs()
        ),
        PARTNER: own_organizations("partner_org_id"),
        PLATFORM: all_of(
            permitted("AFFILIATES", "OFFERS"), assigned(account=assigned_account(), advertiser=assigned_advertiser())
        ),
        COLLABORATOR: own_accounts("affiliate_account_id"),
    },
    PROGRAM_CONDITIONS | {"PLAN_OF_REACHED_ACCOUNT": Exists(ACCOUNT, Reached())},
)

AFFILIATE_ACCOUNT_RULE = EntityRule(
    "affiliate_account",
    {
        PARTNER: own_organizations("partner_org_id"),
        PLATFORM: all_of(permitted("AFFILIATES"), assigned(account=assigned_account("id"))),
        COLLABORATOR: own_accounts("id"),
    },
)

COLLABORATOR_RULE = EntityRule(
    "collaborator",
    {
        PLATFORM: all_of(permitted("AFFILIATES"), assigned(account=assigned_account())),
        COLLABORATOR: own_accounts("affiliate_account_id"),
    },
)


# What belongs to an account is reached where the account's own things are.
_OF_AN_ACCOUNT = {
    PARTNER: Exists(ACCOUNT, Reached()),
    PLATFORM: all_of(permitted("AFFILIATES"), assigned(account=assigned_account())),
    COLLABORATOR: own_accounts("affiliate_account_id"),
}
TRACKER_RULE = EntityRule("tracker", _OF_AN_ACCOUNT)
TESTIMONIAL_RULE = EntityRule("testimonial", _OF_AN_ACCOUNT)

_ENROLLMENTS = Edge("enrollment", (("id", "commission_plan_id"),))
_ASSIGNMENTS = Edge("commission_plan_assignment", (("id", "commission_plan_id"),))

_FOR_REACHED_ACCOUNTS = any_of(
    Exists(_ASSIGNMENTS, Exists(ACCOUNT, Reached())), Exists(_ENROLLMENTS, Exists(ACCOUNT, Reached()))
)

_INTERMEDIATED = equals("commission_model", "INTERMEDIATED")
_MAKER = Edge("advertiser_profile", (("advertiser_profile_id", "id"),))

# A plan is known to those it applies to (A14), and an advertiser's to itself before it applies to anybody. In
# INTERMEDIATED programs the operator's terms with partners are not the advertiser's business (M5b): what is in use
# there it knows only where a DIRECT program has it too. What no program uses yet is within no list of programs.
_OF_OWN_ADVERTISER = Exists(_MAKER, own_organizations("organization_id"))
_OWN_PLAN = all_of(
    negate(Holds(Flag.LISTED_PROGRAMS)),
    negate(Holds(Flag.LISTED_LINES)),
    _OF_OWN_ADVERTISER,
    negate(Exists(Edge("program", (("id", "default_plan_id"),)), _INTERMEDIATED)),
    negate(Exists(_ENROLLMENTS, Exists(PROGRAM, _INTERMEDIATED))),
)
COMMISSION_PLAN_RULE = EntityRule(
    "commission_plan",
    {
        ADVERTISER: all_of(
            or_full("TEMPLATE_TERMS", "PROPOSALS"),
            any_of(
                _OWN_PLAN,
                Exists(
                    _ENROLLMENTS,
                    all_of(own_organizations("advertiser_org_id"), within_programs(), PROGRAM_CONDITIONS["DIRECT"]),
                ),
            ),
        ),
        PARTNER: any_of(
            Exists(_ENROLLMENTS, own_organizations("partner_org_id")), Exists(_ASSIGNMENTS, Exists(ACCOUNT, Reached()))
        ),
        PLATFORM: any_of(permitted("COMMISSION_PLANS"), _FOR_REACHED_ACCOUNTS),
        COLLABORATOR: any_of(
            _FOR_REACHED_ACCOUNTS, all_of(Holds(Flag.COLLABORATOR_MANAGER), equals("offerable", True))
        ),
    },
    {
        "DIRECT": TRUE,
        "PLAN_OF_REACHED_ACCOUNT": _FOR_REACHED_ACCOUNTS,
        "OWN": _OF_OWN_ADVERTISER,
        "OF_REACHED_ADVERTISER": Exists(_MAKER, Reached()),
    },
)
COMMISSION_PLAN_ASSIGNMENT_RULE = EntityRule(
    "commission_plan_assignment",
    {
        PARTNER: Exists(ACCOUNT, Reached()),
        PLATFORM: all_of(permitted("COMMISSION_PLANS", "AFFILIATES"), assigned(account=assigned_account())),
        COLLABORATOR: own_accounts("affiliate_account_id"),
    },
)
