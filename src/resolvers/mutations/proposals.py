"""Statuses that the advertiser of an INTERMEDIATED program asks for, and what becomes of them (SM4).

A proposal changes nothing of its conversion, neither version nor date: partners are not told of it (AC11). The operator
answers by deciding the conversion, or by declining; there is one open proposal of a conversion at most.
"""

from __future__ import annotations

from sightline.authz.reports.lenses import statuses_of
from sightline.db.tables.enums import ConversionStatus, ProposalState, Settlement
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.refusals import InvalidError

PENDING, HOLD, APPROVED = ConversionStatus.PENDING, ConversionStatus.HOLD, ConversionStatus.APPROVED
REJECTED, REVERSED = ConversionStatus.REJECTED, ConversionStatus.REVERSED

NEXT: dict[ConversionStatus, frozenset[ConversionStatus]] = {
    PENDING: frozenset({APPROVED, HOLD, REJECTED}),
    HOLD: frozenset({APPROVED, REJECTED}),
    APPROVED: frozenset({REVERSED}),
    REJECTED: frozenset({APPROVED}),
    REVERSED: frozenset(),
}
"""Every step that a conversion takes (SM4)."""

_LATEST = (
    "SELECT coalesce(max(n), 0) AS n FROM conversion_proposal WHERE affiliate_account_id = $1 AND conversion_id = $2"
)
_CLOSE = (
    "UPDATE conversion_proposal SET answered_at = $3, state = CASE WHEN $4::proposal_state = 'ACCEPTED'"
    " AND status::text IS DISTINCT FROM $5::text THEN 'DECLINED' ELSE $4::proposal_state END"
    " WHERE affiliate_account_id = $1 AND conversion_id = $2 AND state = 'OPEN'"
    " AND ($6::text[] IS NULL OR status::text = ANY($6)) RETURNING status::text"
)
_NONE_OPEN = "No proposal for this conversion is waiting for an answer."


async def propose_conversion_status(
    change: Change,
    *,
    conversion: str,
    status: ConversionStatus,
    reason: str | None = None,
    version: int | None = None,
) -> Done:
    """The advertiser asks for a status; what it asked for before and nobody answered is taken back by it."""
    code = checks.optional_name(reason, "reason")
    row = await change.find("conversion", conversion, "conversion")
    await change.allow("conversion:propose", row)
    stored = await change.lock(row)
    if stored["settlement"] != Settlement.OPEN:
        raise InvalidError("The amounts of this conversion are final: nothing can be asked for.", "conversion")
    if status is HOLD or status not in NEXT[ConversionStatus(stored["status"])]:
        raise InvalidError(f"For a conversion that is {stored['status']} one cannot ask for {status}.", "status")
    refuse_stale(stored, version)
    await _close(change, row, ProposalState.WITHDRAWN)
    ((latest,),) = await change.fetch(_LATEST, row.key.account, row.key.id)
    await change.insert(
        "conversion_proposal",
        affiliate_account_id=row.key.account,
        conversion_id=row.key.id,
        n=latest + 1,
        status=status,
        reason=code,
        at=change.operation.snapshot.clock,
        proposed_by_id=change.operation.principal.user_id,
    )
    await _record(change, "conversion:propose", row, stored["advertiser_org_id"], status)
    return Done({"conversion": row})


async def withdraw_conversion_proposal(change: Change, *, conversion: str) -> Done:
    """The advertiser takes back what it asked for."""
    return await _ended(change, conversion, "conversion:propose", ProposalState.WITHDRAWN)


async def decline_conversion_proposal(change: Change, *, conversion: str) -> Done:
    """The operator says no: the conversion stays as it is."""
    return await _ended(change, conversion, "conversion:decline_proposal", ProposalState.DECLINED)


async def answer_proposal(change: Change, row: Found, *, status: ConversionStatus) -> None:
    """A decision answers what waits: it accepts what it does, and declines what it does otherwise."""
    await _close(change, row, ProposalState.ACCEPTED, status)


async def _ended(change: Change, conversion: str, verb: str, state: ProposalState) -> Done:
    row = await change.find("conversion", conversion, "conversion")
    await change.allow(verb, row)
    stored = await change.lock(row)
    asked = await _close(change, row, state, among=_seen(change))
    if asked is None:
        raise InvalidError(_NONE_OPEN, "conversion")
    action = "conversion:decline_proposal" if state is ProposalState.DECLINED else "conversion:withdraw_proposal"
    await _record(change, action, row, stored["advertiser_org_id"], asked)
    return Done({"conversion": row})


def _seen(change: Change) -> frozenset[str] | None:
    """The statuses of proposals that the path which does this sees (AC8); None for all."""
    paths = (each for each in change.operation.principal.paths.ordered if each.shape.kind == change.via)
    return next((statuses_of(each) for each in paths), None)


async def _close(
    change: Change,
    row: Found,
    state: ProposalState,
    status: ConversionStatus | None = None,
    *,
    among: frozenset[str] | None = None,
) -> ConversionStatus | None:
    """End what waits for an answer. Returns the status that was asked for, None where nothing (of these) waits."""
    seen = None if among is None else sorted(among)
    clock = change.operation.snapshot.clock
    closed = await change.fetch(_CLOSE, row.key.account, row.key.id, clock, state, status, seen)
    return ConversionStatus(closed[0]["status"]) if closed else None


async def _record(change: Change, action: str, row: Found, organization: int, asked: ConversionStatus) -> None:
    await change.record(action, row, after={"proposed": asked}, organization=organization)
