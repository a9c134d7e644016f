"""Programs: making them, changing them, listing them in the marketplace, and the life they have (K11, 3.10)."""

from __future__ import annotations

from typing import Any

from sightline.db.tables.enums import CommissionModel, ProductLine, ProgramStatus
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks, money
from sightline.resolvers.mutations.change import Change, Done, Found, Values
from sightline.resolvers.mutations.fitting_plans import refuse_plan, refuse_unread
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError

_NEXT: dict[ProgramStatus, frozenset[ProgramStatus]] = {
    ProgramStatus.DRAFT: frozenset({ProgramStatus.ACTIVE, ProgramStatus.ARCHIVED}),
    ProgramStatus.ACTIVE: frozenset({ProgramStatus.PAUSED, ProgramStatus.ARCHIVED}),
    ProgramStatus.PAUSED: frozenset({ProgramStatus.ACTIVE, ProgramStatus.ARCHIVED}),
    ProgramStatus.ARCHIVED: frozenset(),
}
_KEEP_PLAN = """
    UPDATE enrollment SET commission_plan_id = $2
    WHERE program_id = $1 AND state = 'ACTIVE' AND commission_plan_id IS NULL
"""
_NAMED_TWICE = "SELECT id FROM program WHERE advertiser_profile_id = $1 AND lower(name) = lower($2) AND id <> $3"


async def create_program(
    change: Change,
    *,
    advertiser_profile: str,
    name: str,
    currency: str,
    commission_model: CommissionModel,
    product_line: ProductLine,
    description: str | None = None,
    share_sale_amount: bool | None = None,
) -> Done:
    """A new program in DRAFT, not listed."""
    title, code = checks.name(name, "name"), money.currency(currency, "currency")
    prose = checks.text(description, "description")
    parent = await change.find("advertiser_profile", advertiser_profile, "advertiserProfile")
    await change.allow("program:create", parent)
    advertiser = await change.lock(parent)
    if advertiser["archived_at"] is not None:
        raise InvalidError("This advertiser is archived: it gets no new programs.", "advertiserProfile")
    await _refuse_twice(change, advertiser["id"], title, other_than=0)
    made = await change.insert(
        "program",
        advertiser_profile_id=advertiser["id"],
        advertiser_org_id=advertiser["organization_id"],
        advertiser_name=advertiser["name"],
        name=title,
        description=prose,
        status=ProgramStatus.DRAFT,
        listed=False,
        currency=code,
        commission_model=commission_model,
        share_sale_amount=bool(share_sale_amount),
        product_line=product_line,
    )
    row = Found("program", Key(made["id"]))
    after = {each: made[each] for each in ("name", "currency", "commission_model", "product_line", "status")}
    await change.record("program:create", row, after=after, organization=made["advertiser_org_id"])
    return Done({"program": row})


async def edit_program(change: Change, *, program: str, version: int | None = None, **given: Any) -> Done:
    """Other values of the fields that are given."""
    values: dict[str, Any] = {}
    if "name" in given:
        values["name"] = checks.name(given["name"] or "", "name")
    if "description" in given:
        values["description"] = checks.text(given["description"], "description")
    if given.get("share_sale_amount") is not None:
        values["share_sale_amount"] = given["share_sale_amount"]
    row = await change.find("program", program, "program")
    await change.allow("program:edit", row)
    before = await change.lock(row)
    refuse_archived(before)
    if "name" in values:
        await _refuse_twice(change, before["advertiser_profile_id"], values["name"], other_than=before["id"])
    return await _edit(change, "program:edit", row, before, values, version)


async def set_program_status(
    change: Change, *, program: str, status: ProgramStatus, version: int | None = None
) -> Done:
    """The next status: DRAFT to ACTIVE, ACTIVE to PAUSED and back, anything to ARCHIVED, which is final."""
    row = await change.find("program", program, "program")
    await change.allow("program:edit", row)
    before = await change.lock(row)
    if status not in _NEXT[ProgramStatus(before["status"])]:
        raise InvalidError(f"A program that is {before['status']} does not become {status}.", "status")
    values: dict[str, Any] = {"status": status}
    if status is ProgramStatus.ARCHIVED:
        values["listed"] = False
    return await _edit(change, "program:set_status", row, before, values, version)


async def list_program(change: Change, *, program: str, listed: bool, version: int | None = None) -> Done:
    """Shown in the marketplace, or no longer (K11)."""
    row = await change.find("program", program, "program")
    await change.allow("program:list", row)
    before = await change.lock(row)
    if listed and before["status"] == ProgramStatus.ARCHIVED:
        raise InvalidError("This program is archived: it is not listed any more.", "program")
    return await _edit(change, "program:list", row, before, {"listed": listed}, version)


async def set_program_plan(change: Change, *, program: str, version: int | None = None, **given: Any) -> Done:
    """The plan of enrollments that name no other, from now on; None takes it away. Those that are ACTIVE keep theirs.

    It moves no version: not everybody who is shown the program's sees its terms (AC11).
    """
    if "commission_plan" not in given:
        raise InvalidError("Name the plan, or say null for none.", "commissionPlan")
    named = given["commission_plan"]
    row = await change.find("program", program, "program")
    plan = None if named is None else await change.find("commission_plan", named, "commissionPlan")
    await change.allow("program:set_plan", row, message="You may not choose the terms of this program.")
    if plan is not None:
        await _refuse_unknown(change, plan)
    before = await change.lock(row)
    refuse_archived(before)
    if plan is not None:
        await refuse_plan(change, plan, before)
    values = {"default_plan_id": None if plan is None else plan.key.id}
    # In whose log this is, he sees that a plan was set: so nobody's where the terms are the operator's (M5b).
    is_advertisers = before["commission_model"] == CommissionModel.DIRECT
    done = await change.edit(
        "program:set_plan",
        row,
        before,
        values,
        version=version,
        counted=False,
        organization=before["advertiser_org_id"] if is_advertisers else None,
    )
    was = before["default_plan_id"]
    if was not in (None, values["default_plan_id"]):
        # Who became active while there was no plan is paid by the one that there was since (SM1).
        await change.connection.execute(_KEEP_PLAN, before["id"], was)
    return done


async def _refuse_unknown(change: Change, plan: Found) -> None:
    """Whose a plan is and what it asks decide whether it fits: whoever does not see that may not name it (LK15)."""
    await refuse_unread(change, plan, to="name")
    if not await change.still("commission_plan:offer", plan):
        raise NotAllowedError("You do not see whose this plan is, or it is not yours to offer.", "commissionPlan")


def refuse_archived(program: Values, path: str = "program") -> None:
    """Nothing of a program in its last status is changed. The path is what names the program, or what is its."""
    if program["status"] == ProgramStatus.ARCHIVED:
        raise InvalidError("This program is archived: it is not changed any more.", path)


async def _edit(change: Change, action: str, row: Found, before: Values, values: Values, version: int | None) -> Done:
    return await change.edit(action, row, before, values, version=version, organization=before["advertiser_org_id"])


async def _refuse_twice(change: Change, advertiser: int, name: str, *, other_than: int) -> None:
    """Two of one name would be mistaken for each other by whoever sees both; of others nobody is told (LK15)."""
    for other in await change.fetch(_NAMED_TWICE, advertiser, name, other_than):
        if await change.sees("program", other["id"]):
            raise InvalidError("This advertiser has a program of this name already.", "name")
