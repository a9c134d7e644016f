"""Which commission plans fit a program, whether they are named for one enrollment or for all that name no other."""

from __future__ import annotations

from datetime import date

from sightline.resolvers.mutations.change import Change, Found, Values
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError
from sightline.resolvers.shown import Cell, is_shown

_PLAN = """
    SELECT p.advertiser_profile_id, p.currency, p.valid_to, g.program_id
    FROM commission_plan p LEFT JOIN program_goal g ON g.id = p.goal_id WHERE p.id = $1
"""


async def refuse_plan(change: Change, plan: Found, program: Values) -> None:
    """A plan of somebody else, of another goal or currency, or one that has ended. The actor sees all of that."""
    (stored,) = await change.fetch(_PLAN, plan.key.id)
    if stored["advertiser_profile_id"] not in (None, program["advertiser_profile_id"]):
        raise InvalidError("This plan is another advertiser's.", "commissionPlan")
    if stored["program_id"] not in (None, program["id"]):
        raise InvalidError("This plan rewards a goal of another program.", "commissionPlan")
    if stored["currency"] not in (None, program["currency"]):
        raise InvalidError("This plan's amounts are in another currency than the program's.", "commissionPlan")
    refuse_ended(change, stored["valid_to"])


def refuse_ended(change: Change, valid_to: date | None) -> None:
    """Raise InvalidError for a plan whose last day has passed."""
    if valid_to is not None and valid_to <= change.operation.snapshot.clock.date():
        raise InvalidError("This plan applies no longer.", "commissionPlan")


async def refuse_unread(change: Change, plan: Found, *, to: str) -> None:
    """Raise NotAllowedError for a plan that the actor sees without its terms; `to` is what he would do with it."""
    if not await is_shown(change.operation, Cell("commission_plan", plan.key.id, "valid_to")):
        raise NotAllowedError(f"You do not see the terms of this plan, so you may not {to} it.", "commissionPlan")
