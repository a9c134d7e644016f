"""The rows of reports. A report is an entity of its own (A5): what it sums is reached by rules of its own.

They are the rules of the facts with one difference: staff report with AFFILIATES R what they look up with
TRANSACTIONS R only. The sums are reached like the facts they add up; a grain that lacks what a row set asks for
has no row set there, so that it answers nothing for such a path. None of these relations is ever shown as rows.
"""

from __future__ import annotations

from sightline.authz.entities.access import MANAGER_ASSIGNMENT_RULE
from sightline.authz.entities.facts import CLICK_RULE, adjustment_rule, conversion_rule
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
    assigned_advertiser,
    follows,
    through,
)
from sightline.authz.expr import FALSE, TRUE, Expr, Holds, Reached, all_of, equals, negate
from sightline.authz.model import Model
from sightline.authz.paths import Flag, Shape
from sightline.authz.permissions import permitted
from sightline.authz.visibility import Fold

STAFF = permitted("AFFILIATES", "TRANSACTIONS")

_CONVERSION = conversion_rule(STAFF)
_SETTLED = {"SETTLED": _CONVERSION.conditions["SETTLED"]}


def _staff_of_programs(*limits: Expr) -> Expr:
    """Staff over sums of programs: those who are limited to accounts cannot be answered from them."""
    unlimited = negate(Holds(Flag.ASSIGNED_ACCOUNTS))
    return all_of(STAFF, unlimited, assigned(advertiser=assigned_advertiser()), *limits)


# What a fact says through its program, goal or account: met only by a join from a fact that the lens reaches.
_OF_A_FACT = dict.fromkeys((ADVERTISER, PARTNER, PLATFORM, COLLABORATOR), TRUE)
_PROGRAM = {
    "DIRECT": equals("commission_model", "DIRECT"),
    "SHARED_SALE_AMOUNT": equals("share_sale_amount", True),
    "PLAN_OF_REACHED_ACCOUNT": FALSE,
    "MANAGED": FALSE,
}

_TRAFFIC_OF_PROGRAMS = {ADVERTISER: CLICK_RULE.rows[ADVERTISER], PLATFORM: _staff_of_programs()}
_CONVERSIONS_OF_PROGRAMS = {
    ADVERTISER: _CONVERSION.rows[ADVERTISER],
    PLATFORM: _staff_of_programs(ALLOWED_STATUS),
}

REPORT_RULES: tuple[EntityRule, ...] = (
    _CONVERSION,
    EntityRule(
        "conversion_item",
        follows(CONVERSION, _CONVERSION),
        through(CONVERSION, "DIRECT", "SHARED_SALE_AMOUNT", "SETTLED"),
    ),
    adjustment_rule(STAFF),
    CLICK_RULE,
    EntityRule("traffic_hour_by_account", CLICK_RULE.rows, PROGRAM_CONDITIONS),
    EntityRule("traffic_hour_by_program", _TRAFFIC_OF_PROGRAMS, PROGRAM_CONDITIONS),
    EntityRule("traffic_day_by_program", _TRAFFIC_OF_PROGRAMS, PROGRAM_CONDITIONS),
    EntityRule("conversion_hour_by_account", _CONVERSION.rows, PROGRAM_CONDITIONS | _SETTLED),
    EntityRule("conversion_hour_by_program", _CONVERSIONS_OF_PROGRAMS, PROGRAM_CONDITIONS | _SETTLED),
    EntityRule("conversion_day_by_program", _CONVERSIONS_OF_PROGRAMS, PROGRAM_CONDITIONS | _SETTLED),
    EntityRule("program", _OF_A_FACT, _PROGRAM),
    EntityRule("program_goal", _OF_A_FACT, {"MANAGED": FALSE}),
    EntityRule("affiliate_account", _OF_A_FACT, {"MANAGED": FALSE}),
    MANAGER_ASSIGNMENT_RULE,
)

_SUMS = {
    "traffic_hour_by_program",
    "traffic_day_by_program",
    "conversion_hour_by_account",
    "conversion_hour_by_program",
    "conversion_day_by_program",
}
AS_OF_RULES: tuple[EntityRule, ...] = tuple(rule for rule in REPORT_RULES if rule.entity not in _SUMS)
"""The rows of reports as of a moment that is past: the same, but for sums, which know of no moment."""

_RULES = Model({}, {rule.entity: rule for rule in REPORT_RULES}, {})


def gives_reports(shape: Shape) -> bool:
    """Whether a path of this shape reaches anything that reports are made of."""
    return Fold(_RULES, (shape,), 0)(Reached(), "conversion") != FALSE
