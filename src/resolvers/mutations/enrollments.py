"""Enrollments: a source applies to a program or is invited to it, the other side answers, either side ends it (SM1).

Each side has its own mutations. Somebody who belongs to both still says for which of them he acts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg

from sightline.db.tables.enums import AccountStatus, EnrollmentSide, EnrollmentState, ProgramStatus
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations.change import Change, Done, Found, Values
from sightline.resolvers.mutations.fitting_plans import refuse_plan
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError

_OPEN = """
    SELECT id, state::text FROM enrollment
    WHERE program_id = $1 AND traffic_source_id = $2 AND state IN ('APPLIED', 'INVITED', 'ACTIVE')
"""
_PROGRAM = "SELECT * FROM program WHERE id = $1"
_SOURCE = "SELECT * FROM traffic_source WHERE id = $1"
_PROFILE = "SELECT archived_at FROM partner_profile WHERE id = $1"
_ACCOUNT = "SELECT partner_profile_id, status::text FROM affiliate_account WHERE id = $1"


@dataclass(frozen=True, slots=True)
class _Step:
    """One transition of SM1: who does it, out of which state, into which."""

    verb: str
    begins: EnrollmentState
    ends: EnrollmentState

    @property
    def is_partners(self) -> bool:
        """Whether it is the partner's to do, so that the log has it under the partner's organization."""
        return self.verb in _OF_PARTNERS


_OF_PARTNERS: Final = frozenset({"enrollment:answer", "enrollment:withdraw", "enrollment:leave"})

_APPROVE = _Step("enrollment:decide", EnrollmentState.APPLIED, EnrollmentState.ACTIVE)
_DENY = _Step("enrollment:decide", EnrollmentState.APPLIED, EnrollmentState.DENIED)
_WITHDRAW = _Step("enrollment:withdraw", EnrollmentState.APPLIED, EnrollmentState.WITHDRAWN)
_ACCEPT = _Step("enrollment:answer", EnrollmentState.INVITED, EnrollmentState.ACTIVE)
_REJECT = _Step("enrollment:answer", EnrollmentState.INVITED, EnrollmentState.REJECTED)
_REVOKE = _Step("enrollment:revoke", EnrollmentState.INVITED, EnrollmentState.REVOKED)
_EXPIRE = _Step("enrollment:expire", EnrollmentState.ACTIVE, EnrollmentState.EXPIRED)
_LEAVE = _Step("enrollment:leave", EnrollmentState.ACTIVE, EnrollmentState.LEFT)
_COUNTER = _Step("enrollment:decide", EnrollmentState.APPLIED, EnrollmentState.INVITED)


async def apply_to_program(change: Change, *, traffic_source: str, program: str, affiliate_account: str) -> Done:
    """The application of a source, with the account it will be paid to. While invited, it accepts (SM1)."""
    source = await change.find("traffic_source", traffic_source, "trafficSource")
    target = await change.find("program", program, "program")
    account = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    await change.allow("enrollment:apply", source)
    (carried,) = await change.fetch(_SOURCE, source.key.id)
    (joined,) = await change.fetch(_PROGRAM, target.key.id)
    there = await _open_row(change, target, source)
    if there is not None and there["state"] == EnrollmentState.INVITED:
        row = Found("enrollment", Key(there["id"]))
        await change.allow(_ACCEPT.verb, row)
        return await _accept(change, row, account, version=None)
    _refuse_second(there)
    _refuse_closed(joined)
    (profile,) = await change.fetch(_PROFILE, carried["partner_profile_id"])
    if profile["archived_at"] is not None:
        raise InvalidError("This source's partner profile is archived: it joins no programs.", "trafficSource")
    await _refuse_payee(change, account, carried["partner_profile_id"])
    return await _begin(
        change,
        carried,
        joined,
        action="enrollment:apply",
        organization=carried["partner_org_id"],
        initiated_by=EnrollmentSide.PARTNER,
        state=EnrollmentState.APPLIED,
        proposed_account_id=account.key.id,
    )


async def invite_to_program(
    change: Change, *, program: str, traffic_source: str, commission_plan: str | None = None
) -> Done:
    """The invitation of a source, with a plan of its own or the program's. While it has applied, this approves it.

    Approving needs the right to decide. With another plan than the program's, the partner is asked instead: it applied
    for the terms that the program had, and agrees to others itself (SM1).
    """
    target = await change.find("program", program, "program")
    source = await change.find("traffic_source", traffic_source, "trafficSource")
    plan = None if commission_plan is None else await change.find("commission_plan", commission_plan, "commissionPlan")
    await change.allow("enrollment:invite", target)
    if plan is not None:
        await change.allow("enrollment:offer_plan", target, message="You may not choose the terms of this program.")
        if not await change.still("commission_plan:offer", plan):
            raise NotAllowedError("This plan is none of the advertiser's: offer one of its own.", "commissionPlan")
    (carried,) = await change.fetch(_SOURCE, source.key.id)
    (joined,) = await change.fetch(_PROGRAM, target.key.id)
    there = await _open_row(change, target, source)
    row = None
    if there is not None and there["state"] == EnrollmentState.APPLIED:
        row = Found("enrollment", Key(there["id"]))
        await change.allow(_APPROVE.verb, row, message="This source has applied, and you may not decide applications.")
    else:
        _refuse_second(there)
    _refuse_closed(joined)
    if plan is not None:
        await refuse_plan(change, plan, joined)
    named = joined["default_plan_id"] if plan is None else plan.key.id
    if row is None:
        return await _begin(
            change,
            carried,
            joined,
            action="enrollment:invite",
            organization=joined["advertiser_org_id"],
            initiated_by=EnrollmentSide.ADVERTISER,
            state=EnrollmentState.INVITED,
            commission_plan_id=named,
        )
    if named == joined["default_plan_id"]:
        return await _approve(change, row, version=None)
    before = await _in_state(change, row, _COUNTER)
    values = {"initiated_by": EnrollmentSide.ADVERTISER, "commission_plan_id": named}
    return await _moved(change, row, before, _COUNTER, "enrollment:invite", version=None, values=values)


async def approve_application(change: Change, *, enrollment: str, version: int | None = None) -> Done:
    """APPLIED to ACTIVE: the account is the one the partner named, the plan the program's of this moment."""
    row = await _found(change, enrollment, _APPROVE)
    return await _approve(change, row, version)


async def deny_application(change: Change, *, enrollment: str, version: int | None = None) -> Done:
    """APPLIED to DENIED."""
    return await _ended(change, enrollment, _DENY, "enrollment:deny", version)


async def withdraw_application(change: Change, *, enrollment: str, version: int | None = None) -> Done:
    """APPLIED to WITHDRAWN."""
    return await _ended(change, enrollment, _WITHDRAW, "enrollment:withdraw", version)


async def accept_enrollment_invitation(
    change: Change, *, enrollment: str, affiliate_account: str, version: int | None = None
) -> Done:
    """INVITED to ACTIVE, with the plan of the invitation and the account that is paid."""
    row = await change.find("enrollment", enrollment, "enrollment")
    account = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    await change.allow(_ACCEPT.verb, row)
    return await _accept(change, row, account, version)


async def reject_enrollment_invitation(change: Change, *, enrollment: str, version: int | None = None) -> Done:
    """INVITED to REJECTED."""
    return await _ended(change, enrollment, _REJECT, "enrollment:reject", version)


async def revoke_enrollment_invitation(change: Change, *, enrollment: str, version: int | None = None) -> Done:
    """INVITED to REVOKED."""
    return await _ended(change, enrollment, _REVOKE, "enrollment:revoke", version)


async def expire_enrollment(change: Change, *, enrollment: str, version: int | None = None) -> Done:
    """ACTIVE to EXPIRED, by the advertiser."""
    return await _ended(change, enrollment, _EXPIRE, "enrollment:expire", version)


async def leave_program(change: Change, *, enrollment: str, version: int | None = None) -> Done:
    """ACTIVE to LEFT, by the partner."""
    return await _ended(change, enrollment, _LEAVE, "enrollment:leave", version)


async def _found(change: Change, enrollment: str, step: _Step) -> Found:
    row = await change.find("enrollment", enrollment, "enrollment")
    await change.allow(step.verb, row)
    return row


async def _ended(change: Change, enrollment: str, step: _Step, action: str, version: int | None) -> Done:
    row = await _found(change, enrollment, step)
    before = await _in_state(change, row, step)
    values = {"ended_at": change.operation.snapshot.clock}
    return await _moved(change, row, before, step, action, version=version, values=values)


async def _approve(change: Change, row: Found, version: int | None) -> Done:
    # Neither the program's status nor the account's is asked: who decides applications need not see either of them.
    before = await _in_state(change, row, _APPROVE)
    (joined,) = await change.fetch(_PROGRAM, before["program_id"])
    values = _activated(before["proposed_account_id"], change.operation.snapshot.clock)
    values["commission_plan_id"] = joined["default_plan_id"]
    return await _moved(change, row, before, _APPROVE, "enrollment:approve", version=version, values=values)


async def _accept(change: Change, row: Found, account: Found, version: int | None) -> Done:
    before = await _in_state(change, row, _ACCEPT)
    (joined,) = await change.fetch(_PROGRAM, before["program_id"])
    _refuse_closed(joined)
    await _refuse_payee(change, account, before["partner_profile_id"])
    values = _activated(account.key.id, change.operation.snapshot.clock)
    return await _moved(change, row, before, _ACCEPT, "enrollment:accept", version=version, values=values)


def _activated(account: int, clock: datetime) -> dict[str, Any]:
    return {"affiliate_account_id": account, "activated_at": clock}


async def _in_state(change: Change, row: Found, step: _Step) -> Values:
    """The row, locked, if it stands where the step begins. Of two steps at once the second finds another state."""
    stored = await change.lock(row)
    if stored["state"] != step.begins:
        raise InvalidError(f"This enrollment is {stored['state']}, not {step.begins}: look at it again.", "enrollment")
    return stored


async def _moved(
    change: Change,
    row: Found,
    before: Values,
    step: _Step,
    action: str,
    *,
    version: int | None,
    values: dict[str, Any],
) -> Done:
    return await change.edit(
        action,
        row,
        before,
        {"state": step.ends} | values,
        version=version,
        organization=before["partner_org_id" if step.is_partners else "advertiser_org_id"],
        account=values.get("affiliate_account_id", before["affiliate_account_id"]),
    )


async def _begin(
    change: Change,
    source: asyncpg.Record,
    program: asyncpg.Record,
    *,
    action: str,
    organization: int,
    **values: Any,
) -> Done:
    made = await change.insert(
        "enrollment",
        program_id=program["id"],
        advertiser_profile_id=program["advertiser_profile_id"],
        advertiser_org_id=program["advertiser_org_id"],
        traffic_source_id=source["id"],
        partner_profile_id=source["partner_profile_id"],
        partner_org_id=source["partner_org_id"],
        **values,
    )
    row = Found("enrollment", Key(made["id"]))
    after = {"program_id": program["id"], "traffic_source_id": source["id"]} | values
    await change.record(action, row, after=after, organization=organization)
    return Done({"enrollment": row})


async def _open_row(change: Change, program: Found, source: Found) -> asyncpg.Record | None:
    """The one enrollment of this source in this program that has not ended. Both sides see it."""
    (row,) = await change.fetch(_OPEN, program.key.id, source.key.id) or (None,)
    return row


def _refuse_second(there: asyncpg.Record | None) -> None:
    if there is not None:
        raise InvalidError(f"This source's enrollment in this program is {there['state']} already.", "trafficSource")


def _refuse_closed(program: asyncpg.Record) -> None:
    if program["status"] != ProgramStatus.ACTIVE:
        raise InvalidError(f"This program is {program['status']}: only an active one takes sources in.", "program")


async def _refuse_payee(change: Change, account: Found, profile: int) -> None:
    """The account must be the same partner's as the source, and one that can be paid."""
    (stored,) = await change.fetch(_ACCOUNT, account.key.id)
    if stored["partner_profile_id"] != profile:
        raise InvalidError(
            "This account is another partner's than the source: name one of its own.", "affiliateAccount"
        )
    if stored["status"] != AccountStatus.APPROVED:
        raise InvalidError(f"This account is {stored['status']}: name one that is approved.", "affiliateAccount")
