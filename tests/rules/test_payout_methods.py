"""How accounts are paid: to whom it shows redacted, to whom in full, to whom not at all (A21, AC9, C-14, L3, L4)."""

from __future__ import annotations

import pytest
from demo_platform import Platform

from sightline.db.vault import Vault

GERMANY, BRITAIN = "Bluebird Germany", "Bluebird Britain"
MEDIA, DEALS = "Bluebird Media GmbH", "Bluebird Deals Ltd"
REDACTED = "{ payoutMethods(first: 100) { nodes { affiliateAccount { name } redacted kind } } }"
FULL = "payoutMethods(first: 1) { nodes { details } }"


async def stored(platform: Platform, account: str) -> tuple[str, str]:
    """An account's present payout method: redacted, and as it is."""
    (row,) = await platform.rows(
        "SELECT m.* FROM payout_method m JOIN affiliate_account a ON a.id = m.affiliate_account_id"
        " WHERE a.name = $1 AND m.ended_at IS NULL",
        account,
    )
    vault = Vault.of(platform.secrets)
    keys = {"account": row["affiliate_account_id"], "company": row["company_id"]}
    return row["redacted"], vault.open_payout_details(row["details"], **keys)


async def details(platform: Platform, who: str) -> dict[str, str | None]:
    """The present destinations that somebody reads, by account."""
    found = await platform.cells(
        who, "payoutMethods", "affiliateAccount { name } details", where="{ endedAt: { isNull: true } }"
    )
    return {each["affiliateAccount"]["name"]: each["details"] for each in found}


async def test_a21_in_full_only_for_an_owner_of_its_company_who_sees_the_account(platform: Platform) -> None:
    """A21, AC9: company OWNER and an account path both, and then of that account alone."""
    media = await platform.named("company", MEDIA)
    owner = ("company_access", {"company_id": media, "level": "OWNER"})
    both = (await platform.person(owner, await platform.collaborator(GERMANY, "READ_ONLY"))).token
    redacted, full = await stored(platform, GERMANY)
    assert full.endswith(redacted[-4:]) or redacted[-4:] in full
    assert await details(platform, both) == {GERMANY: full}
    staff = await platform.staff("AFFILIATES:R", also=[owner])
    shown = await details(platform, staff.token)
    assert shown[GERMANY] == full
    assert set(shown) == set(
        await platform.stored(
            "SELECT name FROM affiliate_account a WHERE company_id = $1 AND EXISTS"
            " (SELECT FROM payout_method WHERE affiliate_account_id = a.id AND ended_at IS NULL)",
            media,
        )
    )


async def test_l1_a_company_alone_makes_no_account_visible(platform: Platform) -> None:
    """L1: its owner has no payout method in his schema; by another account's path he sees that one's former alone."""
    alone = platform.member("company-owner")
    assert not await platform.exists(alone, "PayoutMethod")
    assert await platform.refuses(alone, FULL)
    media = await platform.named("company", MEDIA)
    owner = ("company_access", {"company_id": media, "level": "OWNER"})
    elsewhere = (await platform.person(owner, await platform.collaborator(BRITAIN, "READ_ONLY"))).token
    # Britain was paid through Media once: what its owner reads there has ended, and is of his own company.
    britain = await platform.cells(elsewhere, "payoutMethods", "affiliateAccount { name } company { name } endedAt")
    assert [(each["affiliateAccount"]["name"], each["company"]["name"]) for each in britain] == [(BRITAIN, MEDIA)]
    assert britain[0]["endedAt"] is not None
    assert await details(platform, elsewhere) == {}
    stub = (await platform.person(owner, await platform.membership("Northwind Outfitters", "Admin"))).token
    assert await platform.refuses(stub, FULL), "an advertiser's sight of partners is a stub, and shows no account"


async def test_l3_a_member_of_the_company_reads_it_redacted(platform: Platform) -> None:
    """L3, C-05: MEMBER sees kind and last characters; `details` does not exist for him, and so for an OWNER's key."""
    media = await platform.named("company", MEDIA)
    collaborator = await platform.collaborator(GERMANY, "READ_ONLY")
    member = (await platform.person(("company_access", {"company_id": media, "level": "MEMBER"}), collaborator)).token
    redacted, _ = await stored(platform, GERMANY)
    assert redacted in await platform.cells(member, "payoutMethods", "redacted")
    assert await platform.refuses(member, FULL)
    owner = await platform.person(("company_access", {"company_id": media, "level": "OWNER"}), collaborator)
    key = await platform.user_key(owner.id, ["account:R", "self:R"])
    assert redacted in await platform.cells(key, "payoutMethods", "redacted")
    assert await platform.refuses(key, FULL)


@pytest.mark.parametrize(
    "key", ["admin", "manager", "finance-manager", "affiliate-manager", "partner-member", "partner-guest", "adv-admin"]
)
async def test_c14_payouts_and_modules_never_open_payout_methods(platform: Platform, key: str) -> None:
    """C-14, AC9: whoever sees payouts, and even Admin, has no payout method at all."""
    who = platform.member(key)
    assert not await platform.exists(who, "PayoutMethod")
    assert await platform.refuses(who, REDACTED.strip("{} ") + " }")


async def test_l4_read_only_and_manager_have_none_and_owner_has_it_redacted(platform: Platform) -> None:
    """L4, L5: the OWNER of an account and the ADMIN of its organization see where it is paid, redacted."""
    for key in ("collab-readonly", "collab-manager"):
        assert not await platform.exists(platform.member(key), "PayoutMethod"), key
    redacted, _ = await stored(platform, GERMANY)
    for key in ("collab-owner", "partner-admin", "bluebird-key"):
        who = platform.member(key)
        assert redacted in await platform.cells(who, "payoutMethods", "redacted"), key
        assert await platform.refuses(who, FULL), key


async def test_ac9_another_company_ends_it(platform: Platform) -> None:
    """AC9: an owner of the company of today does not read the method of the company of before."""
    number = await platform.named("affiliate_account", GERMANY)
    deals = await platform.named("company", DEALS)
    person = await platform.person(
        ("company_access", {"company_id": deals, "level": "OWNER"}), await platform.collaborator(GERMANY, "READ_ONLY")
    )
    assert await platform.count(person.token, "payoutMethods") == 0
    selection = "... on PayoutMethod { id }"
    for method in await platform.stored("SELECT id FROM payout_method WHERE affiliate_account_id = $1", number):
        assert await platform.node(person.token, "payout_method", method, selection=selection) is None
