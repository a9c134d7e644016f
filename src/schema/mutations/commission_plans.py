"""Mutations of commission plans."""

from __future__ import annotations

from typing import Final

import strawberry

from sightline.resolvers.mutations import commission_plans
from sightline.schema.mutations.framework import VERSION, Mutation, given, id_of, optional
from sightline.schema.scalars import CurrencyCode, Date, Decimal

_PLAN = id_of("The commission plan.")
_ACCOUNT = id_of("The affiliate account.")
_DESCRIBED: Final = {
    "terms": optional(str, "Its conditions, in words."),
    "revenue_percent": optional(Decimal, "Percent of the sale amount that the advertiser owes; by staff only."),
    "revenue_fixed": optional(Decimal, "What the advertiser owes for each conversion; by staff only."),
    "valid_from": optional(Date, "The first day it applies, in UTC."),
    "valid_to": optional(Date, "The day from which it no longer applies, in UTC."),
    "offerable": optional(bool, "Whether managers of an account may apply it by themselves."),
    "restricts_modification": optional(bool, "Whether only a template terms administrator may edit it from then on."),
}

MUTATIONS: Final = (
    Mutation(
        "create_commission_plan",
        verb=("commission_plan:create", "commission_plan:create_operator"),
        description="Make a commission plan. What it pays stays as it is made.",
        takes={
            "advertiser_profile": optional(strawberry.ID, "The advertiser whose plan it is; the operator's if none."),
            "name": given(str, "What it is called."),
            "goal": optional(strawberry.ID, "The only goal it rewards; any goal if none."),
            "payout_percent": optional(Decimal, "Percent of the sale amount that the account earns, from 0 to 100."),
            "payout_fixed": optional(Decimal, "What the account earns for each conversion, in the currency."),
            "currency": optional(CurrencyCode, "The currency of its fixed amounts."),
            **_DESCRIBED,
        },
        gives={"commission_plan": "commission_plan"},
        work=commission_plans.create_commission_plan,
    ),
    Mutation(
        "edit_commission_plan",
        verb="commission_plan:edit",
        description="Change a commission plan's name, text, days and flags. Other rates are another plan.",
        takes={"commission_plan": _PLAN, "name": optional(str, "What it is called."), **_DESCRIBED, "version": VERSION},
        gives={"commission_plan": "commission_plan"},
        work=commission_plans.edit_commission_plan,
    ),
    Mutation(
        "assign_commission_plan",
        verb=("commission_plan:assign", "commission_plan:apply"),
        description="Assign a commission plan to an affiliate account.",
        takes={"commission_plan": _PLAN, "affiliate_account": _ACCOUNT},
        gives={
            "assignment": "commission_plan_assignment",
            "affiliate_account": "affiliate_account",
            "commission_plan": "commission_plan",
        },
        work=commission_plans.assign_commission_plan,
    ),
    Mutation(
        "unassign_commission_plan",
        verb=("commission_plan:assign", "commission_plan:apply"),
        description="Take a commission plan from an affiliate account.",
        takes={"commission_plan": _PLAN, "affiliate_account": _ACCOUNT},
        gives={"affiliate_account": "affiliate_account", "commission_plan": "commission_plan"},
        work=commission_plans.unassign_commission_plan,
    ),
)
