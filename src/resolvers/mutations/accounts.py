"""Affiliate accounts: opening them, changing them, and the operator's decisions about them (A2, A3, A20, DR16, SM3)."""

from __future__ import annotations

from typing import Any

from sightline.db.shards import ensure_shard
from sightline.db.tables.enums import AccountStatus, CollaboratorRole
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found, Values
from sightline.resolvers.mutations.interests import own_interest
from sightline.resolvers.mutations.refusals import InvalidError

NEXT: dict[AccountStatus, frozenset[AccountStatus]] = {
    AccountStatus.PENDING: frozenset({AccountStatus.APPROVED, AccountStatus.REJECTED}),
    AccountStatus.APPROVED: frozenset({AccountStatus.SUSPENDED, AccountStatus.CLOSED}),
    AccountStatus.SUSPENDED: frozenset({AccountStatus.APPROVED, AccountStatus.CLOSED}),
    AccountStatus.REJECTED: frozenset(),
    AccountStatus.CLOSED: frozenset(),
}
ENDED = frozenset({AccountStatus.REJECTED, AccountStatus.CLOSED})
"""What is final: nothing is changed of such an account, or added to it."""
_JUDGED = frozenset({AccountStatus.APPROVED, AccountStatus.REJECTED})

_MEMBERSHIP_ENDS = "SELECT expires_at FROM role_assignment WHERE user_id = $1 AND organization_id = $2"


async def create_affiliate_account(change: Change, *, partner_profile: str, company: str, name: str) -> Done:
    """A new account in PENDING, owned by a company its maker acts for; he becomes its OWNER (AC9, DR16)."""
    title = checks.name(name, "name")
    profile = await change.find("partner_profile", partner_profile, "partnerProfile")
    owner = await change.find("company", company, "company")
    await change.allow("company:act_for", owner)
    await change.allow("affiliate_account:create", profile)
    parent = await change.lock(profile)
    if parent["archived_at"] is not None:
        raise InvalidError("This partner profile is archived: it gets no new accounts.", "partnerProfile")
    made = await change.insert(
        "affiliate_account",
        partner_profile_id=parent["id"],
        partner_org_id=parent["organization_id"],
        company_id=owner.key.id,
        created_by_id=change.actor,
        name=title,
        status=AccountStatus.PENDING,
    )
    await ensure_shard(change.connection, made["id"])
    # DR13: a right that follows from a membership with an end, ends with it.
    (membership,) = await change.fetch(_MEMBERSHIP_ENDS, change.actor, parent["organization_id"])
    await change.insert(
        "collaborator",
        affiliate_account_id=made["id"],
        user_id=change.actor,
        role=CollaboratorRole.OWNER,
        expires_at=membership["expires_at"],
    )
    row = Found("affiliate_account", Key(made["id"]))
    await change.record(
        "affiliate_account:create",
        row,
        after={"name": title, "company": str(owner.key.id), "status": made["status"]},
        organization=parent["organization_id"],
        account=made["id"],
    )
    return Done({"affiliate_account": row})


async def edit_affiliate_account(
    change: Change, *, affiliate_account: str, version: int | None = None, **given: Any
) -> Done:
    """Its name. Whose company it has and where it is paid are changes of their own (A5, AC9)."""
    values = {"name": checks.name(given["name"] or "", "name")} if "name" in given else {}
    row = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    await change.allow("affiliate_account:edit", row)
    before = await change.lock(row)
    if before["status"] in ENDED:
        raise InvalidError(f"This account is {before['status']}: it is not changed any more.", "affiliateAccount")
    return await _edit(change, "affiliate_account:edit", row, before, values, version)


async def decide_affiliate_account(
    change: Change, *, affiliate_account: str, status: AccountStatus, version: int | None = None
) -> Done:
    """The next status (SM3): the operator approves or rejects, suspends and reinstates, closes for good.

    Whoever opened it, owns it or acts for its company neither approves, reinstates nor rejects it (A3, C-12).
    """
    row = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
    await change.allow("affiliate_account:decide", row)
    before = await change.lock(row)
    if status not in NEXT[AccountStatus(before["status"])]:
        raise InvalidError(f"An account that is {before['status']} does not become {status}.", "status")
    judged = status in _JUDGED
    interested = judged and await own_interest(change, row.key.id, makers=[before["created_by_id"]])
    noted = {"own_interest": True} if interested else None
    return await _edit(change, "affiliate_account:decide", row, before, {"status": status}, version, noted)


async def _edit(
    change: Change,
    action: str,
    row: Found,
    before: Values,
    values: Values,
    version: int | None,
    noted: Values | None = None,
) -> Done:
    owner, account = before["partner_org_id"], before["id"]
    return await change.edit(
        action, row, before, values, version=version, noted=noted, organization=owner, account=account
    )
