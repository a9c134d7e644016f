"""Accepting what an advertiser asks for: its status and its correction, in one step (SM4, I9)."""

from __future__ import annotations

from sightline.db.tables.enums import ProposalState, Settlement
from sightline.resolvers.mutations.adjustments import create_adjustment
from sightline.resolvers.mutations.change import Change, Done, refuse_stale
from sightline.resolvers.mutations.conversions import decide_conversion
from sightline.resolvers.mutations.proposals import answered, write_down
from sightline.resolvers.mutations.refusals import InvalidError


async def accept_conversion_proposal(change: Change, *, conversion: str, version: int | None = None) -> Done:
    """What waits is done by whoever accepts it: an ordinary decision and adjustment, with their rules and records."""
    row = await change.find("conversion", conversion, "conversion")
    await change.allow("conversion:accept_proposal", row)
    stored = await change.lock(row)
    if stored["settlement"] != Settlement.OPEN:
        raise InvalidError("The amounts of this conversion are final: correct it by an adjustment.", "conversion")
    asked = await answered(change, row, ProposalState.ACCEPTED)
    refuse_stale(stored, version)
    await write_down(change, "conversion:accept_proposal", row, stored["advertiser_org_id"], asked.status)
    if asked.status != stored["status"]:
        await decide_conversion(change, conversion=conversion, status=asked.status, reason=asked.reason)
    if asked.sale_adjustment is None:
        return Done({"conversion": row})
    made = await create_adjustment(
        change, conversion=conversion, sale_amount=asked.sale_adjustment, reason=asked.reason
    )
    return Done({"conversion": row, "adjustment": made.rows["adjustment"]})
