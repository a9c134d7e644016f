"""Whose company an account has, and where it is paid: the conjunctions of AC9, which nothing bypasses.

Each needs a path to the account *and* access to the company; neither ADMIN W nor any key makes up for either.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sightline.db.sign_in.outbox import put_mail
from sightline.db.tables.enums import MailKind, TransferState
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found, Values, refuse_stale
from sightline.resolvers.mutations.refusals import InvalidError, NeedsApprovalError, NotAllowedError

_SHORTEST_DETAILS, _LONGEST_DETAILS, _SHOWN = 8, 200, 4
_NEEDS_SECOND = "SELECT 1 FROM platform_setting WHERE key = 'transfer_requires_second_person' AND value = 'true'::jsonb"
_END_METHOD = "UPDATE payout_method SET ended_at = $2 WHERE affiliate_account_id = $1 AND ended_at IS NULL"
_END_ASKED = """
    UPDATE ownership_transfer SET state = 'EXPIRED', version = version + 1
    WHERE affiliate_account_id = $1 AND state IN ('REQUESTED', 'APPROVED')
"""
# Who moved it knows; whoever's access has ended is no owner any more.
_FORMER_OWNERS = """
    SELECT u.email FROM company_access a JOIN app_user u ON u.id = a.user_id
    WHERE a.company_id = $1 AND a.level = 'OWNER' AND (a.expires_at IS NULL OR a.expires_at > $3)
      AND u.status = 'ACTIVE' AND u.id <> $2
"""


async def assign_company(change: Change, *, affiliate_account: str, company: str, version: int | None = None) -> Done:
    """A company for an account that has none (A23, C-11): the account's own side, and access to that company."""
    row = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    target = await change.find("company", company, "company")
    await change.allow("company:act_for", target)
    await change.allow("affiliate_account:assign_company", row)
    before = await change.lock(row)
    if before["company_id"] is not None:
        raise InvalidError("This account has a company: use transferCompany.", "affiliateAccount")
    return await _moved(change, row, before, target, version)


async def transfer_company(
    change: Change, *, affiliate_account: str, version: int | None = None, **given: str | None
) -> Done:
    """Another company for an account, or none: its WRITE path, access to the present company and to the next (L2)."""
    row, before, target = await moving(change, affiliate_account, given)
    if await change.fetch(_NEEDS_SECOND):
        raise NeedsApprovalError(
            "On this platform a second person has to agree to a transfer: use proposeOwnershipTransfer.", "company"
        )
    return await _moved(change, row, before, target, version)


async def moving(
    change: Change, affiliate_account: str, given: Mapping[str, str | None]
) -> tuple[Found, Values, Found | None]:
    """The account, locked, and the company it shall have, of somebody who satisfies AC9 on moving it there."""
    if "company" not in given:
        raise InvalidError("Name the company that shall own it, or null for none.", "company")
    company = given["company"]
    row = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    target = None if company is None else await change.find("company", company, "company")
    if target is not None:
        await change.allow("company:act_for", target)
    await change.allow("affiliate_account:own", row)
    before = await change.lock(row)
    await _act_for_present(change, before, "company:act_for", "You do not act for the company that owns this account.")
    if target is not None and target.key.id == before["company_id"]:
        raise InvalidError("This company owns the account already.", "company")
    return row, before, target


def content_hash(account: int, former: int | None, following: int | None) -> bytes:
    """What a transfer is about, so that an approval holds for nothing else (SM8)."""
    return sha256(f"{account} {former} {following}".encode()).digest()


async def hand_over(change: Change, account: Found, former: int | None, following: int | None) -> None:
    """An account gets its next company.

    Its payout method was the former one's, and ends; so does whatever else was asked for. Former owners are told.
    """
    await change.update(account, company_id=following)
    clock = change.operation.snapshot.clock
    await change.connection.execute(_END_METHOD, account.key.id, clock)
    await change.connection.execute(_END_ASKED, account.key.id)
    for owner in await change.fetch(_FORMER_OWNERS, former, change.actor, clock):
        await put_mail(change.connection, MailKind.ACCOUNT_TRANSFERRED, owner["email"])


async def set_payout_method(
    change: Change, *, affiliate_account: str, kind: str, details: str, version: int | None = None
) -> Done:
    """Where an account is paid from now on: its WRITE path, and OWNER of its company (L3, C-05).

    The destination is stored sealed; what is shown of it to others is its last characters.
    """
    called, destination = checks.name(kind, "kind"), _destination(details)
    row = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    await change.allow("affiliate_account:own", row)
    before = await change.lock(row)
    message = "Only owners of the company that owns this account set where it is paid."
    await _act_for_present(change, before, "company:manage", message)
    refuse_stale(before, version)
    account, company = before["id"], before["company_id"]
    await change.connection.execute(_END_METHOD, account, change.operation.snapshot.clock)
    made = await change.insert(
        "payout_method",
        affiliate_account_id=account,
        company_id=company,
        created_by_id=change.actor,
        kind=called,
        redacted=f"**** {''.join(destination.split())[-_SHOWN:]}",
        details=change.operation.services.vault.seal_payout_details(destination, account=account, company=company),
    )
    method = Found("payout_method", Key(made["id"]))
    after = {"company": str(company)}
    organization = before["partner_org_id"]
    await change.record("payout_method:set", method, after=after, organization=organization, account=account)
    return Done({"payout_method": method, "affiliate_account": row})


async def _act_for_present(change: Change, account: Any, verb: str, message: str) -> None:
    """Go on only if the account has a company and the actor does the verb on it."""
    company = account["company_id"]
    if company is None:
        raise InvalidError("This account has no company: use assignCompany.", "affiliateAccount")
    if not await change.may(verb, Found("company", Key(company))):
        raise NotAllowedError(message)


async def _moved(change: Change, row: Found, before: Any, target: Found | None, version: int | None) -> Done:
    """The account with its next company, at once, and the record of it."""
    refuse_stale(before, version)
    account, clock = before["id"], change.operation.snapshot.clock
    former, following = before["company_id"], None if target is None else target.key.id
    await hand_over(change, row, former, following)
    made = await change.insert(
        "ownership_transfer",
        affiliate_account_id=account,
        from_company_id=former,
        to_company_id=following,
        state=TransferState.EXECUTED,
        requested_by_id=change.actor,
        content_hash=content_hash(account, former, following),
        executed_at=clock,
        expires_at=clock,
    )
    await change.record(
        "ownership_transfer:execute",
        Found("ownership_transfer", Key(made["id"])),
        before={"company": former and str(former)},
        after={"company": following and str(following)},
        organization=before["partner_org_id"],
        account=account,
    )
    return Done({"affiliate_account": row})


def _destination(given: str) -> str:
    text = given.strip()
    # Of a short one the last characters would be most of it.
    too_short = len("".join(text.split())) < _SHORTEST_DETAILS
    if too_short or len(text) > _LONGEST_DETAILS or not text.isprintable():
        raise InvalidError(
            f"Where money goes is said in {_SHORTEST_DETAILS} to {_LONGEST_DETAILS} characters that can be printed.",
            "details",
        )
    return text
