"""Conversions: recorded one by one from other systems, and decided (A9, V5, SM4)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sightline.db.commissions import Commission, commission_of
from sightline.db.fact_ids import new_fact_id, to_milliseconds
from sightline.db.rollups import add_to_sums, resummed
from sightline.db.shards import ensure_shard
from sightline.db.tables.enums import ConversionStatus, CustomerStatus, EnrollmentState, Settlement
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks, money
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.proposals import NEXT, answer_proposal
from sightline.resolvers.mutations.refusals import InvalidError, MissingError, NotAllowedError

PENDING, HOLD, APPROVED = ConversionStatus.PENDING, ConversionStatus.HOLD, ConversionStatus.APPROVED
REJECTED, REVERSED = ConversionStatus.REJECTED, ConversionStatus.REVERSED

_BELOW_ZERO = "This amount is not below zero; what takes away is an adjustment."
_FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
_CARRIED = (
    "program_id",
    "advertiser_profile_id",
    "advertiser_org_id",
    "partner_profile_id",
    "partner_org_id",
    "traffic_source_id",
    "affiliate_account_id",
)
_CLAIM = (
    "INSERT INTO import_claim (claim_key, source, external_ref) VALUES ('conversion', $1, $2)"
    " ON CONFLICT DO NOTHING RETURNING true"
)
_KNOWN = "SELECT id FROM conversion WHERE affiliate_account_id = $1 AND source = $2 AND external_ref = $3"
_ENROLLMENT = (
    "SELECT e.*, p.currency FROM enrollment e JOIN program p ON p.id = e.program_id WHERE e.id = $1 FOR SHARE OF e"
)


async def record_conversion(
    change: Change,
    *,
    enrollment: str,
    source: str,
    external_id: str,
    event_at: datetime | None = None,
    goal: str | None = None,
    click: str | None = None,
    currency: str | None = None,
    exchange_rate: Decimal | None = None,
    sale_amount: Decimal | None = None,
    payout: Decimal | None = None,
    revenue: Decimal | None = None,
    lock_at: datetime | None = None,
    order_ref: str | None = None,
    promo_code: str | None = None,
    customer_status: CustomerStatus | None = None,
    country: str | None = None,
    device: str | None = None,
) -> Done:
    """A conversion in PENDING, once for each number of the other system: a repeat makes nothing, whatever it says.

    A repeat is answered like the first (A15), also where the number was used for another account, whose conversion is
    not shown.
    """
    clock = change.operation.snapshot.clock
    system, number = checks.name(source, "source"), checks.name(external_id, "externalId")
    moment = to_milliseconds(event_at or clock)
    if not _FIRST_MOMENT <= moment <= clock:
        raise InvalidError("A conversion has happened already, in 1970 or later.", "eventAt")
    given = {
        "sale_amount": checks.not_negative(sale_amount, "saleAmount", message=_BELOW_ZERO),
        "payout": checks.not_negative(payout, "payout", message=_BELOW_ZERO),
        "revenue": checks.not_negative(revenue, "revenue", message=_BELOW_ZERO),
    }
    code = None if currency is None else money.currency(currency, "currency")
    rate = None if exchange_rate is None else money.rate(exchange_rate, "exchangeRate")
    texts = {
        "order_ref": checks.optional_name(order_ref, "orderRef"),
        "promo_code": checks.optional_name(promo_code, "promoCode"),
        "country": checks.country(country, "country"),
        "device": checks.optional_name(device, "device"),
    }
    parent = await change.find("enrollment", enrollment, "enrollment")
    reached = None if goal is None else await change.find("program_goal", goal, "goal")
    clicked = None if click is None else await change.find("click", click, "click")
    await change.allow("conversion:create", parent)
    (joined,) = await change.fetch(_ENROLLMENT, parent.key.id)
    if not await change.fetch(_CLAIM, system, number):
        return await _repeated(change, parent, joined, system, number)
    if joined["state"] != EnrollmentState.ACTIVE:
        raise InvalidError("This enrollment is not active: nothing is credited to it.", "enrollment")
    if reached is not None:
        await _refuse_other_goal(change, reached, joined)
    clicked_at = None if clicked is None else await _clicked_at(change, clicked, joined)
    if code is None and not await change.sees("program", joined["program_id"]):
        raise InvalidError("You do not see this program: say in which currency the amounts are.", "currency")
    code = code or str(joined["currency"])
    for name, amount in given.items():
        money.in_minor_units(amount, code, money.FIELDS[name])
    frozen = rate or await money.rate_of(change, code, moment)
    earned = await _earned(change, joined, reached, moment, code, given)
    amounts = earned or Commission(given["payout"] or Decimal(0), given["revenue"] or Decimal(0))
    row = Found("conversion", Key(await new_fact_id(change.connection, moment), joined["affiliate_account_id"]))
    await ensure_shard(change.connection, row.key.account)
    await change.insert(
        "conversion",
        id=row.key.id,
        **{name: joined[name] for name in _CARRIED},
        **texts,
        enrollment_id=joined["id"],
        goal_id=None if reached is None else reached.key.id,
        source=system,
        external_ref=number,
        click_id=None if clicked is None else clicked.key.id,
        click_at=clicked_at,
        customer_status=customer_status,
        status=PENDING,
        event_at=moment,
        posted_at=clock,
        modified_at=clock,
        lock_at=lock_at,
        sale_amount=given["sale_amount"],
        payout=amounts.payout,
        revenue=amounts.revenue,
        currency=code,
        fx_rate=frozen,
    )
    await _step(change, row, PENDING, None)
    await add_to_sums(change.connection, [row.key.account], [row.key.id])
    await _refuse_unseen(change, row, given)
    if earned is None and await _is_theirs_to_give(change, row, given):
        raise InvalidError("No commission plan says what this earns: give payout and revenue.", "payout")
    after = {"source": system, "status": PENDING, "program_id": joined["program_id"]}
    await change.record(
        "conversion:create", row, after=after, organization=joined["advertiser_org_id"], account=row.key.account
    )
    return Done({"enrollment": parent, "conversion": row})


async def decide_conversion(
    change: Change,
    *,
    conversion: str,
    status: ConversionStatus,
    reason: str | None = None,
    lock_at: datetime | None = None,
    version: int | None = None,
) -> Done:
    """The next status, while the amounts are not final (SM4)."""
    clock = change.operation.snapshot.clock
    code = checks.optional_name(reason, "reason")
    until = checks.future(lock_at, clock, "lockAt")
    if until is not None and status is not HOLD:
        raise InvalidError("Only what is put on hold takes a date.", "lockAt")
    row = await change.find("conversion", conversion, "conversion")
    await change.allow("conversion:decide", row)
    before = await change.lock(row)
    if before["settlement"] != Settlement.OPEN:
        raise InvalidError("The amounts of this conversion are final: correct it by an adjustment.", "conversion")
    if status not in NEXT[ConversionStatus(before["status"])]:
        raise InvalidError(f"A conversion that is {before['status']} does not become {status}.", "status")
    values: dict[str, Any] = {"status": status, "status_reason": code, "modified_at": clock}
    if status is HOLD:
        values["lock_at"] = until or before["lock_at"]
        if values["lock_at"] is None or values["lock_at"] <= clock:
            raise InvalidError("What is put on hold needs a date to come, at which it is approved.", "lockAt")
    if status is APPROVED:
        values["approved_at"] = clock
    if status is REVERSED:
        values["refunded_amount"] = before["sale_amount"] or Decimal(0)
    refuse_stale(before, version)
    async with resummed(change.connection, [row.key.account], [row.key.id]):
        await change.update(row, **values)
    await _step(change, row, status, code)
    await answer_proposal(change, row, status=status)
    await _refuse_hidden(change, row)
    await change.record(
        "conversion:decide",
        row,
        before={"status": before["status"], "status_reason": before["status_reason"]},
        after={"status": status, "status_reason": code},
        organization=before["advertiser_org_id"],
        account=row.key.account,
    )
    return Done({"conversion": row})


async def _repeated(change: Change, parent: Found, joined: Any, system: str, number: str) -> Done:
    account = joined["affiliate_account_id"]
    rows = {"enrollment": parent}
    for known in await change.fetch(_KNOWN, account, system, number):
        rows["conversion"] = Found("conversion", Key(known["id"], account))
    return Done(rows)


async def _refuse_other_goal(change: Change, goal: Found, joined: Any) -> None:
    (stored,) = await change.fetch("SELECT program_id FROM program_goal WHERE id = $1", goal.key.id)
    if stored["program_id"] != joined["program_id"]:
        raise InvalidError("This is a goal of another program.", "goal")


async def _clicked_at(change: Change, click: Found, joined: Any) -> datetime:
    stored = await change.lock(click)
    if stored["enrollment_id"] != joined["id"] or stored["affiliate_account_id"] != joined["affiliate_account_id"]:
        raise InvalidError("This is a click of another enrollment.", "click")
    moment: datetime = stored["event_at"]
    return moment


async def _earned(
    change: Change,
    joined: Any,
    goal: Found | None,
    moment: datetime,
    currency: str,
    given: dict[str, Decimal | None],
) -> Commission | None:
    """What is given, and by the plan what is not; None where no plan says that."""
    payout, revenue = given["payout"], given["revenue"]
    if payout is not None and revenue is not None:
        return Commission(payout, revenue)
    computed = await commission_of(
        change.connection,
        enrollment=joined["id"],
        goal=None if goal is None else goal.key.id,
        event_at=moment,
        amount=given["sale_amount"] or Decimal(0),
        currency=currency,
    )
    if computed is None:
        return None
    return Commission(computed.payout if payout is None else payout, computed.revenue if revenue is None else revenue)


async def _is_theirs_to_give(change: Change, row: Found, given: dict[str, Decimal | None]) -> bool:
    """Whether the actor could say what no plan says. Whoever does not see payouts would learn of plans by it (LK15)."""
    if not await change.still("conversion:give_payout", row):
        return False
    return given["payout"] is None or (given["revenue"] is None and await change.still("conversion:give_revenue", row))


async def _step(change: Change, row: Found, status: ConversionStatus, reason: str | None) -> None:
    """One more row of the history."""
    clock = change.operation.snapshot.clock
    await change.insert(
        "conversion_event",
        affiliate_account_id=row.key.account,
        conversion_id=row.key.id,
        n=await new_fact_id(change.connection, clock),
        status=status,
        reason=reason,
        at=clock,
        actor_id=change.operation.principal.user_id,
    )


async def _refuse_unseen(change: Change, row: Found, given: dict[str, Decimal | None]) -> None:
    """Nobody makes a conversion that he would not see by that path, nor writes an amount he would not see (AC8)."""
    if not await change.still("conversion:decide", row):
        raise NotAllowedError("You do not see pending conversions there, so you may not record any.")
    for name, amount in given.items():
        if amount is not None and not await change.still(f"conversion:give_{name}", row):
            raise NotAllowedError("You may not give an amount that you do not see.", money.FIELDS[name])


async def _refuse_hidden(change: Change, row: Found) -> None:
    """AC8: no status that the path which sets it would not see; whoever sees the row by no other finds none."""
    if await change.still("conversion:decide", row):
        return
    change.operation.forget()
    if await change.operation.row(row.entity, row.key) is None:
        raise MissingError("conversion")
    raise NotAllowedError("Your role does not reach conversions of this status, so you may not set it.", "status")
