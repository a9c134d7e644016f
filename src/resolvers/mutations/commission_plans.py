"""Commission plans: made, edited, assigned to accounts (A14, AC9b, C-12, I10).

What a plan pays stays as it was made: whoever was taken in with it is paid by it (SM1). Other numbers are another plan.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks, money
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.fitting_plans import refuse_ended, refuse_unread
from sightline.resolvers.mutations.interests import own_interest
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError

_GOAL = """
    SELECT p.advertiser_profile_id FROM program_goal g JOIN program p ON p.id = g.program_id WHERE g.id = $1
"""
_ADVERTISER = "SELECT organization_id, archived_at FROM advertiser_profile WHERE id = $1"
_ASSIGNED = "SELECT id FROM commission_plan_assignment WHERE commission_plan_id = $1 AND affiliate_account_id = $2"
_ENDS = "SELECT valid_to FROM commission_plan WHERE id = $1"
_ACCOUNT = "SELECT partner_org_id, created_by_id FROM affiliate_account WHERE id = $1"

_OF_THE_OPERATOR = """
    SELECT 1 FROM program WHERE commission_model = 'INTERMEDIATED' AND (
        default_plan_id = $1
        OR EXISTS (SELECT FROM enrollment e WHERE e.program_id = program.id AND e.commission_plan_id = $1)
    ) LIMIT 1
"""

_CHARGES: Final = ("revenue_percent", "revenue_fixed")


async def create_commission_plan(
    change: Change,
    *,
    name: str,
    advertiser_profile: str | None = None,
    goal: str | None = None,
    offerable: bool | None = None,
    restricts_modification: bool | None = None,
    **given: Any,
) -> Done:
    """A plan of the operator, or of an advertiser."""
    begins, ends = given.get("valid_from"), given.get("valid_to")
    values: dict[str, Any] = {"name": checks.name(name, "name"), "terms": checks.text(given.get("terms"), "terms")}
    values |= _numbers(given) | {"valid_from": begins, "valid_to": ends}
    values["currency"] = None if given.get("currency") is None else money.currency(given["currency"], "currency")
    if values["payout_percent"] is None and values["payout_fixed"] is None:
        raise InvalidError("A plan pays a percentage, a fixed amount, or both.", "payoutPercent")
    _refuse_without_currency(values["currency"], values)
    _refuse_backwards(begins, ends)
    owner = None
    if advertiser_profile is not None:
        owner = await change.find("advertiser_profile", advertiser_profile, "advertiserProfile")
    rewarded = None if goal is None else await change.find("program_goal", goal, "goal")
    if _charges(values):
        await change.allow("commission_plan:charge", message=_NOT_TO_CHARGE)
    await change.allow("commission_plan:create_operator" if owner is None else "commission_plan:create", owner)
    organization = await _refuse_misfit(change, owner, rewarded)
    made = await change.insert(
        "commission_plan",
        advertiser_profile_id=None if owner is None else owner.key.id,
        created_by_id=change.operation.principal.user_id,
        goal_id=None if rewarded is None else rewarded.key.id,
        offerable=bool(offerable),
        restricts_modification=bool(restricts_modification),
        **values,
    )
    row = Found("commission_plan", Key(made["id"]))
    await change.record("commission_plan:create", row, after=values, organization=organization)
    return Done({"commission_plan": row})


async def edit_commission_plan(
    change: Change, *, commission_plan: str, version: int | None = None, **given: Any
) -> Done:
    """Its name, text, days and flags; by the operator also what the advertiser owes. Never what it pays."""
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = checks.name(given["name"] or "", "name")
    if "terms" in given:
        values["terms"] = checks.text(given["terms"], "terms")
    values |= {name: value for name, value in _numbers(given).items() if name in given}
    values |= {name: given[name] for name in ("valid_from", "valid_to") if name in given}
    values |= {name: given[name] for name in ("offerable", "restricts_modification") if given.get(name) is not None}
    row = await change.find("commission_plan", commission_plan, "commissionPlan")
    if any(name in values for name in _CHARGES):
        await change.allow("commission_plan:charge", message=_NOT_TO_CHARGE)
    await change.allow("commission_plan:edit", row, message="You may not edit this plan, or it restricts modification.")
    before = await change.lock(row)
    _refuse_without_currency(before["currency"], values)
    _refuse_backwards(values.get("valid_from", before["valid_from"]), values.get("valid_to", before["valid_to"]))
    organization = None
    # What the operator does to a plan that it pays partners by is not the advertiser's to hear of (M5b).
    if before["advertiser_profile_id"] is not None and not await change.fetch(_OF_THE_OPERATOR, row.key.id):
        (advertiser,) = await change.fetch(_ADVERTISER, before["advertiser_profile_id"])
        organization = advertiser["organization_id"]
    # A charge alone moves no version: not everybody who edits the plan sees revenue (AC11).
    counted = not all(name in _CHARGES for name in values)
    return await change.edit(
        "commission_plan:edit", row, before, values, version=version, counted=counted, organization=organization
    )


async def assign_commission_plan(change: Change, *, commission_plan: str, affiliate_account: str) -> Done:
    """A plan for an account: the module and the account by whatever path, or its MANAGER (AC9b)."""
    plan, account, interested = await _allowed(change, commission_plan, affiliate_account)
    (ends,) = await change.fetch(_ENDS, plan.key.id)
    refuse_ended(change, ends["valid_to"])
    (there,) = await change.fetch(_ASSIGNED, plan.key.id, account.key.id) or (None,)
    if there is not None and await change.sees("commission_plan_assignment", there["id"]):
        raise InvalidError("This plan is assigned to this account already.", "commissionPlan")
    row = await _assigned(change, plan, account, interested) if there is None else _assignment(there)
    return Done({"assignment": row, "affiliate_account": account, "commission_plan": plan})


async def unassign_commission_plan(change: Change, *, commission_plan: str, affiliate_account: str) -> Done:
    """A plan taken from an account; whoever was enrolled with it keeps it (SM1)."""
    plan, account, interested = await _allowed(change, commission_plan, affiliate_account)
    (there,) = await change.fetch(_ASSIGNED, plan.key.id, account.key.id) or (None,)
    if there is None or not await change.sees("commission_plan_assignment", there["id"]):
        raise InvalidError("This plan is not assigned to this account.", "commissionPlan")
    row = _assignment(there)
    await change.lock(row)
    await change.delete(row)
    before = {"commission_plan_id": plan.key.id, "affiliate_account_id": account.key.id}
    after = {"own_interest": interested}
    await _record(change, "commission_plan:unassign", row, account, before=before, after=after)
    return Done({"affiliate_account": account, "commission_plan": plan})


async def _assigned(change: Change, plan: Found, account: Found, interested: bool) -> Found:
    values = {"commission_plan_id": plan.key.id, "affiliate_account_id": account.key.id}
    assigner = change.operation.principal.user_id
    row = _assignment(await change.insert("commission_plan_assignment", assigned_by_id=assigner, **values))
    await _record(change, "commission_plan:assign", row, account, after=values | {"own_interest": interested})
    return row


def _assignment(stored: Any) -> Found:
    return Found("commission_plan_assignment", Key(stored["id"]))


_NOT_TO_CHARGE = "What the advertiser owes is set by the operator's staff who see revenue: leave it out."


async def _allowed(change: Change, commission_plan: str, affiliate_account: str) -> tuple[Found, Found, bool]:
    """Plan and account, as far as the actor sees both and AC9b lets him join them; whether he earns by it (C-12)."""
    plan = await change.find("commission_plan", commission_plan, "commissionPlan")
    account = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    try:
        await change.allow("commission_plan:assign")
    except NotAllowedError:
        await change.allow("commission_plan:apply", account)
    await refuse_unread(change, plan, to="apply")
    (stored,) = await change.fetch(_ACCOUNT, account.key.id)
    return plan, account, await own_interest(change, account.key.id, makers=[stored["created_by_id"]])


async def _record(change: Change, action: str, row: Found, account: Found, **what: Any) -> None:
    (partner,) = await change.fetch(_ACCOUNT, account.key.id)
    await change.record(action, row, organization=partner["partner_org_id"], account=account.key.id, **what)


async def _refuse_misfit(change: Change, owner: Found | None, goal: Found | None) -> int | None:
    """An archived advertiser, or a goal of somebody else's program. Returns the advertiser's organization."""
    if goal is not None and owner is not None:
        (stored,) = await change.fetch(_GOAL, goal.key.id)
        if stored["advertiser_profile_id"] != owner.key.id:
            raise InvalidError("This goal is of another advertiser's program.", "goal")
    if owner is None:
        return None
    (advertiser,) = await change.fetch(_ADVERTISER, owner.key.id)
    if advertiser["archived_at"] is not None:
        raise InvalidError("This advertiser is archived: it gets no new plans.", "advertiserProfile")
    return int(advertiser["organization_id"])


def _numbers(given: dict[str, Any]) -> dict[str, Decimal | None]:
    return {
        "payout_percent": checks.percent(given.get("payout_percent"), "payoutPercent"),
        "payout_fixed": checks.not_negative(given.get("payout_fixed"), "payoutFixed"),
        "revenue_percent": checks.percent(given.get("revenue_percent"), "revenuePercent"),
        "revenue_fixed": checks.not_negative(given.get("revenue_fixed"), "revenueFixed"),
    }


def _charges(values: dict[str, Any]) -> bool:
    return any(values[name] is not None for name in _CHARGES)


def _refuse_without_currency(currency: str | None, values: dict[str, Any]) -> None:
    if currency is None and any(values.get(name) is not None for name in ("payout_fixed", "revenue_fixed")):
        raise InvalidError("A fixed amount needs the currency it is in.", "currency")


def _refuse_backwards(begins: date | None, ends: date | None) -> None:
    if begins is not None and ends is not None and begins >= ends:
        raise InvalidError("A plan ends after the day it begins.", "validTo")
