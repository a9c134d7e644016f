"""The moving of an account to another company by two people (SM8, L12, F24).

One asks, and another who satisfies AC9 on the very same agrees; then the account is moved, in that transaction, by the
rights that both have then. Whoever does not satisfy AC9 on a transfer does not see it, and is told nothing of it.

    REQUESTED -> EXECUTED   agreed to by somebody else
              -> REJECTED   by somebody else
              -> WITHDRAWN  by whoever asked
              -> EXPIRED    when its time is over, or the account was moved otherwise
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sightline.db.tables.enums import TransferState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.giving import acting_for
from sightline.resolvers.mutations.ownership import content_hash, hand_over, moving
from sightline.resolvers.mutations.refusals import InvalidError, NotAllowedError

LIVES = timedelta(days=7)
"""How long a transfer can be agreed to."""

_ASKED = "SELECT affiliate_account_id, requested_by_id FROM ownership_transfer WHERE id = $1"
_END_OLD = """
    UPDATE ownership_transfer SET state = 'EXPIRED', version = version + 1
    WHERE affiliate_account_id = $1 AND state IN ('REQUESTED', 'APPROVED') AND expires_at <= $2
"""
_OPEN = """
    SELECT 1 FROM ownership_transfer WHERE affiliate_account_id = $1 AND state IN ('REQUESTED', 'APPROVED')
    AND from_company_id IS NOT DISTINCT FROM $2 AND to_company_id IS NOT DISTINCT FROM $3
"""


async def propose_ownership_transfer(
    change: Change, *, affiliate_account: str, version: int | None = None, **given: str | None
) -> Done:
    """A transfer asked for, by somebody who satisfies AC9 on it; nothing of the account changes."""
    account, stored, target = await moving(change, affiliate_account, given)
    number, clock = account.key.id, change.operation.snapshot.clock
    former, following = stored["company_id"], None if target is None else target.key.id
    await change.connection.execute(_END_OLD, number, clock)
    # Whoever asks for the same sees the other request; requests between other companies do not stand in the way.
    if await change.fetch(_OPEN, number, former, following):
        raise InvalidError("This transfer is asked for already: see ownershipTransfers.", "company")
    refuse_stale(stored, version)
    made = await change.insert(
        "ownership_transfer",
        affiliate_account_id=number,
        from_company_id=former,
        to_company_id=following,
        requested_by_id=change.actor,
        content_hash=content_hash(number, former, following),
        expires_at=clock + LIVES,
    )
    row = Found("ownership_transfer", Key(made["id"]))
    after = _companies(made) | {"state": made["state"], "expires_at": made["expires_at"]}
    await change.record(
        "ownership_transfer:create", row, after=after, organization=stored["partner_org_id"], account=number
    )
    return Done({"ownership_transfer": row, "affiliate_account": account})


async def approve_ownership_transfer(change: Change, *, ownership_transfer: str, version: int | None = None) -> Done:
    """Somebody else agrees, and the account is moved."""
    row, account = await _decided(change, ownership_transfer, by_proposer=False)
    # The account first, as whoever moves it otherwise does, so that two who come at once wait for each other in turn.
    stored = await change.lock(account)
    before = await change.lock(row)
    _refuse_closed(before, change.operation.snapshot.clock, TransferState.REQUESTED)
    former, following = stored["company_id"], before["to_company_id"]
    if before["content_hash"] != content_hash(account.key.id, former, following):
        raise InvalidError("The account has another company by now: ask for a transfer anew.", "ownershipTransfer")
    await _refuse_lost_rights(change, row, before["requested_by_id"])
    refuse_stale(before, version)
    clock = change.operation.snapshot.clock
    values = {"approved_by_id": change.actor, "approved_at": clock, "executed_at": clock}
    await change.update(row, state=TransferState.EXECUTED, **values)
    await hand_over(change, account, former, following)
    await _record(change, "ownership_transfer:execute", row, account, stored, before, TransferState.EXECUTED)
    return Done({"ownership_transfer": row, "affiliate_account": account})


async def deny_ownership_transfer(change: Change, *, ownership_transfer: str, version: int | None = None) -> Done:
    """Somebody else does not agree."""
    return await _closed(change, ownership_transfer, version, TransferState.REJECTED)


async def withdraw_ownership_transfer(change: Change, *, ownership_transfer: str, version: int | None = None) -> Done:
    """Whoever asked does not ask any more."""
    return await _closed(change, ownership_transfer, version, TransferState.WITHDRAWN)


def _refuse_closed(stored: Any, clock: datetime, *leaving: TransferState) -> None:
    """Raise InvalidError for a transfer that is decided, or whose time is over: nothing leads out of these (SM8)."""
    if stored["state"] not in leaving:
        raise InvalidError(f"This transfer is {stored['state']}: nothing is decided about it.", "ownershipTransfer")
    if stored["expires_at"] <= clock:
        raise InvalidError("The time to agree to this transfer is over: ask for it anew.", "ownershipTransfer")


async def _closed(change: Change, ownership_transfer: str, version: int | None, state: TransferState) -> Done:
    by_proposer = state is TransferState.WITHDRAWN
    row, account = await _decided(change, ownership_transfer, by_proposer=by_proposer)
    stored = await change.lock(account)
    before = await change.lock(row)
    # One that is agreed to and was not carried out, as an operator may bring along, can still be taken back.
    leaving = (TransferState.REQUESTED, *((TransferState.APPROVED,) if by_proposer else ()))
    _refuse_closed(before, change.operation.snapshot.clock, *leaving)
    refuse_stale(before, version)
    await change.update(row, state=state)
    action = "ownership_transfer:withdraw" if by_proposer else "ownership_transfer:deny"
    await _record(change, action, row, account, stored, before, state)
    return Done({"ownership_transfer": row})


async def _decided(change: Change, text: str, *, by_proposer: bool) -> tuple[Found, Found]:
    """A transfer on which the actor satisfies AC9, and its account: never both sides by one person."""
    row = await change.find("ownership_transfer", text, "ownershipTransfer")
    await change.allow("ownership_transfer:withdraw" if by_proposer else "ownership_transfer:decide", row)
    (asked,) = await change.fetch(_ASKED, row.key.id)
    if by_proposer and asked["requested_by_id"] != change.actor:
        raise NotAllowedError("Somebody else asked for this transfer: use denyOwnershipTransfer.", "ownershipTransfer")
    if not by_proposer and asked["requested_by_id"] == change.actor:
        raise NotAllowedError(
            "You asked for this transfer: somebody else decides; take it back with withdrawOwnershipTransfer.",
            "ownershipTransfer",
        )
    return row, Found("affiliate_account", Key(asked["affiliate_account_id"]))


async def _refuse_lost_rights(change: Change, row: Found, proposer: int) -> None:
    """Go on only if whoever asked could ask for it now. What he has lost is not told."""
    asking = await acting_for(change, proposer)
    if asking is None or not await asking.may("ownership_transfer:decide", row):
        raise NotAllowedError("Whoever asked for this transfer may no longer make it: ask for it anew.")


async def _record(
    change: Change, action: str, row: Found, account: Found, stored: Any, transfer: Any, state: TransferState
) -> None:
    was: dict[str, Any] = {"state": transfer["state"]}
    now: dict[str, Any] = {"state": state}
    if state is TransferState.EXECUTED:
        was["company"], now["company"] = _text(stored["company_id"]), _text(transfer["to_company_id"])
    organization, number = stored["partner_org_id"], account.key.id
    await change.record(action, row, before=was, after=now, organization=organization, account=number)


def _companies(transfer: Any) -> dict[str, str | None]:
    return {name: _text(transfer[f"{name}_id"]) for name in ("from_company", "to_company")}


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
