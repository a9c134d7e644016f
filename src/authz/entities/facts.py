"""What happened: clicks, conversions with their items and history, adjustments, customers."""

from __future__ import annotations

from sightline.authz.classes import FieldClass
from sightline.authz.entities.pieces import (
    ADVERTISER,
    ALLOWED_STATUS,
    COLLABORATOR,
    CONVERSION,
    PARTNER,
    PLATFORM,
    PROGRAM_CONDITIONS,
    EntityRule,
    assigned,
    assigned_account,
    assigned_advertiser,
    follows,
    own_accounts,
    own_organizations,
    through,
    within_programs,
)
from sightline.authz.expr import (
    FALSE,
    Exists,
    Expr,
    Holds,
    IsNull,
    Masks,
    Reached,
    all_of,
    any_of,
    equals,
    negate,
    one_of,
)
from sightline.authz.masks import FULL, or_full
from sightline.authz.paths import Flag
from sightline.authz.permissions import permitted


def conversion_rule(staff: Expr) -> EntityRule:
    """The rule of conversions, for staff who hold this: their rows and their reports ask for different modules (A5)."""
    return EntityRule(
        "conversion",
        {
            ADVERTISER: all_of(
                or_full("PERFORMANCE_REPORTS", "FINANCE_REPORTING"),
                own_organizations("advertiser_org_id"),
                within_programs(),
            ),
            PARTNER: own_organizations("partner_org_id"),
            PLATFORM: all_of(
                staff, assigned(account=assigned_account(), advertiser=assigned_advertiser()), ALLOWED_STATUS
            ),
            COLLABORATOR: own_accounts("affiliate_account_id"),
        },
        PROGRAM_CONDITIONS | {"SETTLED": one_of("settlement", "INVOICED", "PAID")},
    )


CONVERSION_RULE = conversion_rule(permitted("TRANSACTIONS"))

# All cells of a line are of the sale amount's class: where that is hidden, so is how many lines there are.
CONVERSION_ITEM_RULE = EntityRule(
    "conversion_item",
    {kind: all_of(rows, Masks(FieldClass.SALE_AMOUNT)) for kind, rows in follows(CONVERSION, CONVERSION_RULE).items()},
    through(CONVERSION, "DIRECT", "SHARED_SALE_AMOUNT", "SETTLED"),
)


# An adjustment of a conversion is reached where the conversion is; one of an account, where the account's money is
# (never by an advertiser or an assigned advertiser manager); and only by a path that holds the class of its side.
_OF_A_CONVERSION = Exists(CONVERSION, Reached())
_OF_THE_ACCOUNT = IsNull("conversion_id")
_SIDE_IS_HELD = any_of(
    all_of(equals("side", "PAYOUT"), Masks(FieldClass.PAYOUT)),
    all_of(equals("side", "REVENUE"), Masks(FieldClass.REVENUE)),
    all_of(equals("side", "SALE"), Masks(FieldClass.SALE_AMOUNT)),
)


def adjustment_rule(staff: Expr) -> EntityRule:
    """The rule of adjustments, for staff who hold this."""
    return EntityRule(
        "adjustment",
        {
            ADVERTISER: all_of(_SIDE_IS_HELD, _OF_A_CONVERSION),
            PARTNER: all_of(
                _SIDE_IS_HELD, any_of(_OF_A_CONVERSION, all_of(_OF_THE_ACCOUNT, own_organizations("partner_org_id")))
            ),
            PLATFORM: all_of(
                staff,
                _SIDE_IS_HELD,
                any_of(
                    _OF_A_CONVERSION,
                    all_of(
                        _OF_THE_ACCOUNT,
                        negate(Holds(Flag.ASSIGNED_ADVERTISERS)),
                        assigned(account=assigned_account()),
                    ),
                ),
            ),
            COLLABORATOR: all_of(
                _SIDE_IS_HELD, any_of(_OF_A_CONVERSION, all_of(_OF_THE_ACCOUNT, own_accounts("affiliate_account_id")))
            ),
        },
        # No role by permissions manages adjustments: what opens them is there to be viewed only.
        PROGRAM_CONDITIONS | {"SETTLED": one_of("state", "INVOICED", "PAID"), "MANAGED": FALSE},
    )


ADJUSTMENT_RULE = adjustment_rule(permitted("TRANSACTIONS"))


CONVERSION_EVENT_RULE = EntityRule(
    "conversion_event",
    # A status that the path may not see is hidden in the history too (AC8).
    follows(CONVERSION, CONVERSION_RULE) | {PLATFORM: all_of(Exists(CONVERSION, Reached()), ALLOWED_STATUS)},
    through(CONVERSION, "DIRECT", "SHARED_SALE_AMOUNT", "SETTLED"),
)

# What an advertiser asks of the operator is between the two: no partner and no collaborator is told (SM4). A correction
# is known to whoever sees the amount: from what becomes of the proposal one would otherwise learn that there was one.
_CORRECTION_IS_HELD = any_of(IsNull("sale_adjustment"), Masks(FieldClass.SALE_AMOUNT))
CONVERSION_PROPOSAL_RULE = EntityRule(
    "conversion_proposal",
    {
        ADVERTISER: all_of(Exists(CONVERSION, Reached()), _CORRECTION_IS_HELD),
        PLATFORM: all_of(Exists(CONVERSION, Reached()), ALLOWED_STATUS, _CORRECTION_IS_HELD),
    },
    through(CONVERSION, "DIRECT", "SHARED_SALE_AMOUNT", "SETTLED"),
)

CLICK_RULE = EntityRule(
    "click",
    {
        ADVERTISER: all_of(
            or_full("PERFORMANCE_REPORTS", "FINANCE_REPORTING"),
            own_organizations("advertiser_org_id"),
            within_programs(),
        ),
        PARTNER: own_organizations("partner_org_id"),
        PLATFORM: all_of(
            permitted("AFFILIATES", "TRANSACTIONS"),
            assigned(account=assigned_account(), advertiser=assigned_advertiser()),
        ),
        COLLABORATOR: own_accounts("affiliate_account_id"),
    },
    PROGRAM_CONDITIONS,
)

# Referred customers are known to whom they buy from, to collaborators (A22) and to staff, not to a partner's members.
CUSTOMER_REFERRAL_RULE = EntityRule(
    "customer_referral",
    {
        ADVERTISER: all_of(FULL, own_organizations("advertiser_org_id")),
        PLATFORM: all_of(
            permitted("TRANSACTIONS"), assigned(account=assigned_account(), advertiser=assigned_advertiser())
        ),
        COLLABORATOR: own_accounts("affiliate_account_id"),
    },
    PROGRAM_CONDITIONS,
)
