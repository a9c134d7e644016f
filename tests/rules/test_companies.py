"""Companies: the owners of accounts, whom no permission, role or membership reaches."""

from __future__ import annotations

import pytest
from demo_platform import Platform

GERMANY, BRITAIN, POLAND = "Bluebird Germany", "Bluebird Britain", "Bluebird Poland"
MEDIA, DEALS = "Bluebird Media GmbH", "Bluebird Deals Ltd"


async def account(platform: Platform, who: str, name: str) -> dict[str, object]:
    """What somebody who sees companies reads of an account's owner."""
    number = await platform.named("affiliate_account", name)
    selection = "... on AffiliateAccount { name hasCompany company { name } }"
    found = await platform.node(who, "affiliate_account", number, selection=selection)
    assert isinstance(found, dict)
    return found


async def test_a20_an_account_says_that_it_has_a_company_not_which(platform: Platform) -> None:
    """A20: `hasCompany` tells none from one that is not visible; the company itself is for its members."""
    for key in ("partner-admin", "admin"):
        who = platform.member(key)
        where = f'{{ name: {{ in: ["{GERMANY}", "{POLAND}"] }} }}'
        owned = {
            each["name"]: each["hasCompany"]
            for each in await platform.cells(who, "affiliateAccounts", "name hasCompany", where=where)
        }
        assert owned == {GERMANY: True, POLAND: False}
        assert await platform.refuses(who, "affiliateAccounts(first: 1) { nodes { company { name } } }")
    hats = platform.member("many-hats")
    assert await account(platform, hats, BRITAIN) == {"name": BRITAIN, "hasCompany": True, "company": {"name": DEALS}}


async def test_a21_access_to_an_account_does_not_open_its_company(platform: Platform) -> None:
    """A21: nor access to the company the account; with both, each is seen and the edge between them."""
    media = await platform.named("company", MEDIA)
    access = ("company_access", {"company_id": media, "level": "MEMBER"})
    collaborator = await platform.collaborator(GERMANY, "OWNER")
    both = (await platform.person(access, collaborator)).token
    assert await account(platform, both, GERMANY) == {"name": GERMANY, "hasCompany": True, "company": {"name": MEDIA}}
    other = await platform.collaborator(BRITAIN, "OWNER")
    elsewhere = (await platform.person(access, other)).token
    assert await account(platform, elsewhere, BRITAIN) == {"name": BRITAIN, "hasCompany": True, "company": None}
    assert await platform.node(elsewhere, "company", await platform.named("company", DEALS)) is None
    collaborator_only = platform.member("collab-owner")
    assert await platform.node(collaborator_only, "company", media) is None
    assert await platform.refuses(collaborator_only, "companies(first: 1) { totalCount }")
    company_only = platform.member("company-owner")
    assert await platform.names(company_only, "companies") == [MEDIA]
    assert await platform.refuses(company_only, "affiliateAccounts(first: 1) { totalCount }")


@pytest.mark.parametrize(
    "key",
    ["admin", "manager", "partner-admin", "adv-admin", "collab-owner", "collab-manager", "bluebird-key", "nobody"],
)
async def test_l1_no_permission_role_or_membership_reaches_a_company(platform: Platform, key: str) -> None:
    """L1: not even ADMIN; companies do not exist for whoever has no access to one."""
    who = platform.member(key)
    number = await platform.named("company", MEDIA)
    assert await platform.node(who, "company", number) is None
    for connection in ("companies", "companyAccesses"):
        assert await platform.refuses(who, f"{connection}(first: 1) {{ totalCount }}")
    assert not await platform.exists(who, "Company")
    assert await platform.node(platform.member("company-member"), "company", number) is not None


async def test_l1_access_to_a_company_is_to_that_one(platform: Platform) -> None:
    """L1: beside every permission there is, one company's member sees one company and its members."""
    deals = await platform.named("company", DEALS)
    admin = await platform.staff("ADMIN:W", also=[("company_access", {"company_id": deals, "level": "MEMBER"})])
    assert await platform.names(admin.token, "companies") == [DEALS]
    expected = await platform.one("SELECT count(*) FROM company_access WHERE company_id = $1", deals)
    assert await platform.count(admin.token, "companyAccesses") == expected
    assert await platform.node(admin.token, "company", await platform.named("company", MEDIA)) is None


async def test_l3_only_owners_of_a_company_see_what_payments_rest_on(platform: Platform) -> None:
    """L3: the tax id; a MEMBER, and an OWNER's key, have the company without it."""
    tax_id = await platform.one("SELECT tax_id FROM company WHERE name = $1", MEDIA)
    assert await platform.cells(platform.member("company-owner"), "companies", "taxId") == [tax_id]
    member = platform.member("company-member")
    assert await platform.names(member, "companies") == [MEDIA]
    assert await platform.refuses(member, "companies(first: 1) { nodes { taxId } }")
    assert await platform.refuses(member, 'companies(first: 1, where: { taxId: { startsWith: "X" } }) { totalCount }')
    owner = await platform.one("SELECT id FROM app_user WHERE email = 'company-owner@demo.example'")
    key = await platform.user_key(owner, ["account:R", "self:R"])
    assert await platform.names(key, "companies") == [MEDIA]
    assert await platform.refuses(key, "companies(first: 1) { nodes { taxId } }")


async def test_l3_an_owner_of_one_company_and_member_of_another(platform: Platform) -> None:
    """L3: sees the tax id of the first alone."""
    media, deals = await platform.named("company", MEDIA), await platform.named("company", DEALS)
    person = await platform.person(
        ("company_access", {"company_id": media, "level": "MEMBER"}),
        ("company_access", {"company_id": deals, "level": "OWNER"}),
    )
    tax_ids = {each["name"]: each["taxId"] for each in await platform.cells(person.token, "companies", "name taxId")}
    assert tax_ids == {MEDIA: None, DEALS: await platform.one("SELECT tax_id FROM company WHERE name = $1", DEALS)}
    assert await platform.count(person.token, "companies", where="{ taxId: { isNull: true } }") == 1
