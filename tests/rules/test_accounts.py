"""Affiliate accounts and who works on them: what a collaborator of each role reads, of his account and no other."""

from __future__ import annotations

import pytest
from demo_platform import Platform

GERMANY, AUSTRIA, AMERICA = "Bluebird Germany", "Bluebird Austria", "Bluebird America"
OF_ACCOUNT = {
    "affiliateAccounts": "SELECT count(*) FROM affiliate_account WHERE id = $1",
    "conversions": "SELECT count(*) FROM conversion WHERE affiliate_account_id = $1",
    "payoutInvoices": "SELECT count(*) FROM payout_invoice WHERE affiliate_account_id = $1",
    "enrollments": "SELECT count(*) FROM enrollment WHERE affiliate_account_id = $1",
    "collaborators": "SELECT count(*) FROM collaborator WHERE affiliate_account_id = $1",
}
PAYMENT_INFORMATION = (
    "payoutInvoices(first: 1) { nodes { companyTaxId } }",
    "companies(first: 1) { totalCount }",
    "affiliateAccounts(first: 1) { nodes { company { name } } }",
    "affiliateAccounts(first: 1) { nodes { payoutMethods(first: 1) { totalCount } } }",
)
READING = """
{
  conversions(first: 100) { totalCount nodes { id orderRef settlement payout { amount } saleAmount { amount } } }
  adjustments(first: 100) { totalCount nodes { id externalRef payoutAmount { amount } } }
  payoutInvoices(first: 100) { totalCount nodes { id companyName total { amount } } }
  affiliateAccounts(first: 100) { nodes { name hasCompany } }
}
"""


async def test_a22_a_read_only_collaborator_sees_all_of_the_account(platform: Platform) -> None:
    """A22: its conversions, adjustments, invoices and enrollments, with what customers' orders are called."""
    who = platform.member("collab-readonly")
    number = await platform.named("affiliate_account", GERMANY)
    for connection, statement in OF_ACCOUNT.items():
        assert 0 < await platform.count(who, connection) == await platform.one(statement, number), connection
    corrections = "SELECT count(*) FROM adjustment a WHERE affiliate_account_id = $1 AND side = 'PAYOUT'"
    assert await platform.count(who, "adjustments", where="{ side: { eq: PAYOUT } }") == await platform.one(
        corrections, number
    )
    query = "{ conversions(first: 100, where: { orderRef: { isNull: false } }) { nodes { externalRef orderRef } } }"
    references = (await platform.read(who, query))["conversions"]["nodes"]
    assert references
    assert all(each["externalRef"] and each["orderRef"] for each in references)
    # A member of the partner's organization has the same conversions without the customers.
    assert await platform.refuses(platform.member("partner-admin"), query[1:-1])
    for hidden in ("revenue", "profit"):
        assert await platform.refuses(who, f"conversions(first: 1) {{ nodes {{ {hidden} {{ amount }} }} }}")


async def test_a23_an_owner_sees_his_co_collaborators_addresses(platform: Platform) -> None:
    """A23: beside what READ_ONLY sees; the others have their names only."""
    fellows = await platform.stored(
        "SELECT DISTINCT u.email FROM collaborator mine JOIN app_user me ON me.id = mine.user_id "
        "JOIN collaborator c ON c.affiliate_account_id = mine.affiliate_account_id JOIN app_user u ON u.id = c.user_id "
        "WHERE me.email = 'collab-owner@demo.example' ORDER BY 1"
    )
    assert sorted(await platform.cells(platform.member("collab-owner"), "users", "email")) == fellows
    for key in ("collab-readonly", "collab-manager"):
        people = await platform.cells(platform.member(key), "users", "name email")
        assert len(people) > 1
        assert [each["email"] for each in people if each["email"]] == [f"{key}@demo.example"]
        assert all(each["name"] for each in people)


async def test_a24_a_manager_reads_what_read_only_reads(platform: Platform) -> None:
    """A24: the same coordinates, rows and cells; not what an owner has beyond them, nor the payment information."""
    readonly, manager = (platform.member(f"collab-{role}") for role in ("readonly", "manager"))
    assert await platform.readable(manager) == await platform.readable(readonly)
    answer = await platform.ask(manager, READING)
    assert not answer.errors
    assert answer == await platform.ask(readonly, READING)
    number = await platform.named("affiliate_account", AUSTRIA)
    assert await platform.node(platform.member("collab-owner"), "affiliate_account", number) is not None
    assert await platform.node(platform.member("collab-manager"), "affiliate_account", number) is None
    for hidden in PAYMENT_INFORMATION:
        assert await platform.refuses(platform.member("collab-manager"), hidden)


async def test_l4_read_only_sees_earnings_and_no_payment_information(platform: Platform) -> None:
    """L4: payouts and invoices are read; tax ids, companies and payout methods do not exist."""
    who = platform.member("collab-readonly")
    query = "{ conversions(first: 100) { nodes { payout { amount } settlement } } }"
    earnings = (await platform.read(who, query))["conversions"]["nodes"]
    assert all(each["payout"] and each["settlement"] for each in earnings)
    assert None not in await platform.cells(who, "payoutInvoices", "total { amount }")
    for hidden in PAYMENT_INFORMATION:
        assert await platform.refuses(who, hidden), hidden


async def test_c14_what_is_earned_and_how_it_is_paid_are_apart(platform: Platform) -> None:
    """C-14: an invoice's total and its company's name for the payee; that company's tax id for none of these."""
    name = await platform.one("SELECT company_name FROM payout_invoice WHERE company_name IS NOT NULL LIMIT 1")
    assert name
    for key in ("collab-readonly", "partner-guest", "payouts-only", "admin", "adv-admin"):
        who = platform.member(key)
        assert not await platform.refuses(who, "payoutInvoices(first: 1) { nodes { companyName total { amount } } }")
        assert await platform.refuses(who, "payoutInvoices(first: 1) { nodes { companyTaxId } }")
        assert await platform.refuses(
            who, 'payoutInvoices(first: 1, where: { companyTaxId: { eq: "X" } }) { totalCount }'
        )


@pytest.mark.parametrize("role", ["READ_ONLY", "OWNER", "MANAGER"])
async def test_l9_access_is_per_account(platform: Platform, role: str) -> None:
    """L9: a collaborator of one account has nothing of another of the same partner, nor of its profile."""
    who = (await platform.person(await platform.collaborator(AMERICA, role))).token
    assert await platform.names(who, "affiliateAccounts") == [AMERICA]
    america, germany = [await platform.named("affiliate_account", name) for name in (AMERICA, GERMANY)]
    for connection, statement in OF_ACCOUNT.items():
        assert await platform.count(who, connection) == await platform.one(statement, america), connection
    assert await platform.node(who, "affiliate_account", germany) is None
    for table in ("conversion", "payout_invoice"):
        numbers = await platform.stored(f"SELECT id FROM {table} WHERE affiliate_account_id = $1 LIMIT 20", germany)
        assert numbers
        assert [await platform.node(who, table, germany, number) for number in numbers] == [None] * len(numbers)
    assert await platform.refuses(who, "partnerProfiles(first: 1) { totalCount }")


async def test_l9_two_accounts_are_two_grants(platform: Platform) -> None:
    """L9: an owner of one and reader of another sees the addresses of the first one's collaborators alone."""
    grants = [
        await platform.collaborator(AMERICA, "OWNER"),
        await platform.collaborator("Bluebird Sweden", "READ_ONLY"),
    ]
    person = await platform.person(*grants)
    reader = await platform.person(await platform.collaborator("Bluebird Sweden", "READ_ONLY"))
    owner = await platform.person(await platform.collaborator(AMERICA, "READ_ONLY"))
    emails = {each["name"]: each["email"] for each in await platform.cells(person.token, "users", "name email")}
    shown = await platform.one("SELECT name FROM app_user WHERE id = $1", owner.id)
    hidden = await platform.one("SELECT name FROM app_user WHERE id = $1", reader.id)
    assert emails[shown] is not None
    assert emails[hidden] is None
