"""Adjustments: corrections of one amount, of a conversion or of an account as a whole (A9, V5, SM5b)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sightline.db.fact_ids import new_fact_id, to_milliseconds
from sightline.db.shards import ensure_shard
from sightline.db.tables.enums import AdjustmentSide, AdjustmentState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks, money
from sightline.resolvers.mutations.change import Change, Done, Found
from sightline.resolvers.mutations.interests import own_interest
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError

SOURCE = "console"

_SIDES = {
    "payout_amount": AdjustmentSide.PAYOUT,
    "revenue_amount": AdjustmentSide.REVENUE,
    "sale_amount": AdjustmentSide.SALE,
}
_CARRIED = ("program_id", "advertiser_profile_id", "advertiser_org_id", "partner_org_id")
_JOINED = """
    SELECT e.id, e.program_id, e.advertiser_profile_id, e.advertiser_org_id, e.partner_org_id, p.currency
    FROM enrollment e JOIN program p ON p.id = e.program_id
    WHERE e.affiliate_account_id = $1 AND e.program_id = $2 ORDER BY e.id DESC LIMIT 1
"""


async def create_adjustment(
    change: Change,
    *,
    conversion: str | None = None,
    affiliate_account: str | None = None,
    program: str | None = None,
    payout_amount: Decimal | None = None,
    revenue_amount: Decimal | None = None,
    sale_amount: Decimal | None = None,
    exchange_rate: Decimal | None = None,
    reason: str | None = None,
) -> Done:
    """An adjustment in OPEN. Of a conversion it is in that one's currency and rate, else in the program's currency."""
    amounts = {"payout_amount": payout_amount, "revenue_amount": revenue_amount, "sale_amount": sale_amount}
    given = {name: amount for name, amount in amounts.items() if amount is not None}
    if len(given) != 1:
        raise InvalidError("Give exactly one amount: an adjustment corrects one side.", "payoutAmount")
    ((name, amount),) = given.items()
    if checks.amount(amount, money.FIELDS[name]) == 0:
        raise InvalidError("An adjustment of nothing changes nothing: give an amount.", money.FIELDS[name])
    prose = checks.text(reason, "reason")
    rate = None if exchange_rate is None else money.rate(exchange_rate, "exchangeRate")
    if (conversion is None) == (affiliate_account is None):
        raise InvalidError("Name a conversion or an affiliate account, one of the two.", "conversion")
    if (program is None) != (affiliate_account is None):
        raise InvalidError("A program is named with an affiliate account, and only then.", "program")
    if conversion is not None:
        values = await _of_conversion(change, conversion)
    else:
        values = await _of_account(change, affiliate_account or "", program or "", rate)
    money.in_minor_units(amount, values["currency"], money.FIELDS[name])
    account = values["affiliate_account_id"]
    interested = await own_interest(change, account)
    moment = to_milliseconds(change.operation.snapshot.clock)
    row = Found("adjustment", Key(await new_fact_id(change.connection, moment), account))
    await ensure_shard(change.connection, account)
    await change.insert(
        "adjustment",
        id=row.key.id,
        **values,
        **{name: amount},
        event_at=moment,
        source=SOURCE,
        external_ref=str(row.key.id),
        side=_SIDES[name],
        state=AdjustmentState.OPEN,
        reason=prose,
        created_by_id=change.operation.principal.user_id,
    )
    if not await change.still("adjustment:create", row):
        raise NotAllowedError("You may not make an adjustment that you would not see.", money.FIELDS[name])
    # Neither side may learn of what is the other's, so it is in no organization's log; nor does the log quote amounts.
    after = {"side": _SIDES[name], "state": AdjustmentState.OPEN, "own_interest": interested}
    await change.record("adjustment:create", row, after=after, account=account)
    return Done({"adjustment": row})


async def _of_conversion(change: Change, conversion: str) -> dict[str, Any]:
    parent = await change.find("conversion", conversion, "conversion")
    await change.allow("conversion:adjust", parent)
    stored = await change.lock(parent)
    carried = {each: stored[each] for each in (*_CARRIED, "affiliate_account_id", "currency", "fx_rate")}
    return carried | {"conversion_id": parent.key.id}


async def _of_account(change: Change, account: str, program: str, rate: Decimal | None) -> dict[str, Any]:
    parent = await change.find("affiliate_account", account, "affiliateAccount")
    promoted = await change.find("program", program, "program")
    await change.allow("affiliate_account:adjust", parent)
    (joined,) = await change.fetch(_JOINED, parent.key.id, promoted.key.id) or (None,)
    if joined is None or not await change.sees("enrollment", joined["id"]):
        raise InvalidError("This account never joined this program: name one that it did.", "program")
    clock = change.operation.snapshot.clock
    frozen = rate or await money.rate_of(change, joined["currency"], clock)
    carried = {each: joined[each] for each in (*_CARRIED, "currency")}
    return carried | {"affiliate_account_id": parent.key.id, "conversion_id": None, "fx_rate": frozen}
