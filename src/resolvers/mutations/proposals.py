"""What the advertiser of an INTERMEDIATED program asks for, and what becomes of it (SM4, I9).

It is a status, a correction of the sale amount, or both. A proposal changes nothing of its conversion, neither version
nor date: partners are not told of it (AC11). The operator accepts it as a whole, decides the conversion himself, or
declines; there is one open proposal of a conversion at most.

Nobody changes the amounts that a conversion was recorded with, so what a correction becomes is an adjustment (V5).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sightline.authz.reports.lenses import statuses_of
from sightline.db.fact_ids import new_fact_id
from sightline.db.tables.enums import ConversionStatus, ProposalState, Settlement
from sightline.resolvers.mutations import checks, money
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError

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

_CLOSE = """
    UPDATE conversion_proposal SET state = $3, answered_at = $4
    WHERE affiliate_account_id = $1 AND conversion_id = $2 AND state = 'OPEN'
    AND ($5::text[] IS NULL OR status::text = ANY($5)) AND ($6 OR sale_adjustment IS NULL)
    RETURNING status::text, reason, sale_adjustment
"""
# A decision makes no correction, so it is not all that was asked for where one was.
_ANSWER = """
    UPDATE conversion_proposal SET answered_at = $3, state = CASE
        WHEN status::text = $4 AND sale_adjustment IS NULL THEN 'ACCEPTED' ELSE 'DECLINED' END::proposal_state
    WHERE affiliate_account_id = $1 AND conversion_id = $2 AND state = 'OPEN'
"""
_CORRECTED: frozenset[ConversionStatus] = frozenset({PENDING, HOLD, APPROVED})
"""What a conversion may be, or become, whose sale amount is corrected; of the others nothing is left to correct."""
_NONE_OPEN = "No proposal for this conversion is waiting for an answer."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a proposal asks for."""

    status: ConversionStatus
    reason: str | None
    sale_adjustment: Decimal | None


async def propose_conversion_status(
    change: Change,
    *,
    conversion: str,
    status: ConversionStatus,
    sale_adjustment: Decimal | None = None,
    reason: str | None = None,
    version: int | None = None,
) -> Done:
    """The advertiser asks for a status, for a correction with it or, naming the present status, for that alone.

    What it asked for before and nobody answered is taken back by it.
    """
    code = checks.optional_name(reason, "reason")
    if sale_adjustment is not None and checks.amount(sale_adjustment, "saleAdjustment") == 0:
        raise InvalidError("A correction of nothing changes nothing: give an amount, or none.", "saleAdjustment")
    row = await change.find("conversion", conversion, "conversion")
    await change.allow("conversion:propose", row)
    if sale_adjustment is not None and not await change.still("conversion:propose_correction", row):
        raise NotAllowedError("Your role does not ask for corrections of sale amounts.", "saleAdjustment")
    stored = await change.lock(row)
    if stored["settlement"] != Settlement.OPEN:
        raise InvalidError("The amounts of this conversion are final: nothing can be asked for.", "conversion")
    _refuse_no_step(ConversionStatus(stored["status"]), status, corrected=sale_adjustment is not None)
    money.in_minor_units(sale_adjustment, stored["currency"], "saleAdjustment")
    refuse_stale(stored, version)
    await _close(change, row, ProposalState.WITHDRAWN)
    clock = change.operation.snapshot.clock
    await change.insert(
        "conversion_proposal",
        affiliate_account_id=row.key.account,
        conversion_id=row.key.id,
        n=await new_fact_id(change.connection, clock),
        status=status,
        sale_adjustment=sale_adjustment,
        reason=code,
        at=clock,
        proposed_by_id=change.operation.principal.user_id,
    )
    await write_down(change, "conversion:propose", row, stored["advertiser_org_id"], status)
    return Done({"conversion": row})


async def withdraw_conversion_proposal(change: Change, *, conversion: str) -> Done:
    """The advertiser takes back what it asked for."""
    return await _ended(change, conversion, "conversion:propose", ProposalState.WITHDRAWN)


async def decline_conversion_proposal(change: Change, *, conversion: str) -> Done:
    """The operator says no: the conversion stays as it is."""
    return await _ended(change, conversion, "conversion:decline_proposal", ProposalState.DECLINED)


async def answer_proposal(change: Change, row: Found, *, status: ConversionStatus) -> None:
    """A decision answers what waits: it accepts what it does, and declines what it does otherwise."""
    await change.fetch(_ANSWER, row.key.account, row.key.id, change.operation.snapshot.clock, status)


async def answered(change: Change, row: Found, state: ProposalState) -> Asked:
    """End what waits, as far as the path that does this sees it. Raises InvalidError where nothing does."""
    paths = (each for each in change.operation.principal.paths.ordered if each.shape.kind == change.via)
    among = next((statuses_of(each) for each in paths), None)
    corrections = await change.still("conversion:answer_correction", row)
    asked = await _close(change, row, state, among=among, corrections=corrections)
    if asked is None:
        raise InvalidError(_NONE_OPEN, "conversion")
    return asked


async def _ended(change: Change, conversion: str, verb: str, state: ProposalState) -> Done:
    row = await change.find("conversion", conversion, "conversion")
    await change.allow(verb, row)
    stored = await change.lock(row)
    asked = await answered(change, row, state)
    action = "conversion:decline_proposal" if state is ProposalState.DECLINED else "conversion:withdraw_proposal"
    await write_down(change, action, row, stored["advertiser_org_id"], asked.status)
    return Done({"conversion": row})


def _refuse_no_step(stands: ConversionStatus, asked: ConversionStatus, *, corrected: bool) -> None:
    if corrected and asked not in _CORRECTED:
        raise InvalidError(f"Of what is {asked} no amount is left to correct: ask for the one or the other.", "status")
    if corrected and asked == stands:
        return
    if asked is HOLD or asked not in NEXT[stands]:
        raise InvalidError(f"For a conversion that is {stands} one cannot ask for {asked}.", "status")


async def _close(
    change: Change,
    row: Found,
    state: ProposalState,
    *,
    among: frozenset[str] | None = None,
    corrections: bool = True,
) -> Asked | None:
    """End what waits for an answer, of these statuses (None for all). None where nothing does."""
    clock = change.operation.snapshot.clock
    statuses = None if among is None else sorted(among)
    closed = await change.fetch(_CLOSE, row.key.account, row.key.id, state, clock, statuses, corrections)
    return Asked(ConversionStatus(closed[0]["status"]), *closed[0][1:]) if closed else None


async def write_down(change: Change, action: str, row: Found, organization: int, asked: ConversionStatus) -> None:
    """The record of a step: without amounts, so that it tells nobody of a correction who does not see them."""
    await change.record(action, row, after={"proposed": asked}, organization=organization)
