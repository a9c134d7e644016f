"""Whose company an account has, and where it is paid: every half of AC9 alone is refused (L1, L2, L3, A21, C-05)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import Platform
from owned_accounts import account, belongs, company, version_told, with_paths

SHOWN = "affiliateAccount { id hasCompany }"
METHOD = "payoutMethod { id kind redacted details }"
DETAILS = "IBAN DE02 1203 0000 0000 2020 51"


async def transferred(platform: Platform, who: str, number: int, to: int | None, **more: Any) -> dict[str, Any]:
    """What a transfer answers somebody."""
    given = {
        "affiliateAccount": platform.global_id("affiliate_account", number),
        "company": None if to is None else platform.global_id("company", to),
    }
    return await platform.change_by(who, "transferCompany", SHOWN, **(given | more))


async def paid_at(platform: Platform, who: str, number: int, selection: str = "id", /, **more: Any) -> dict[str, Any]:
    """What setting a payout method answers somebody."""
    there = platform.global_id("affiliate_account", number)
    given = {"affiliateAccount": there, "kind": "BANK_TRANSFER", "details": DETAILS}
    return await platform.change_by(who, "setPayoutMethod", selection, **(given | more))


async def owner_of(platform: Platform, number: int) -> int | None:
    """The company of an account, as it is stored."""
    found: int | None = await platform.one("SELECT company_id FROM affiliate_account WHERE id = $1", number)
    return found


@pytest.mark.parametrize("path", ["OWNER", "Admin", "Member", "AFFILIATES:W"])
@pytest.mark.parametrize("level", ["OWNER", "MEMBER"])
async def test_ac9_l2_a_transfer_has_the_account_and_both_companies(platform: Platform, path: str, level: str) -> None:
    """AC9, A21, L2, C-05: the WRITE path and any access to both; the payout method ends, the owner is told."""
    stranger = await platform.person()
    present, following = await company(platform, owner=stranger.id), await company(platform, owner=stranger.id)
    number = await account(platform, company_id=present)
    who = await with_paths(platform, number, path)
    for each in (present, following):
        await belongs(platform, each, who.id, level)
    method = await platform.add(
        "payout_method",
        affiliate_account_id=number,
        company_id=present,
        created_by_id=stranger.id,
        kind="WALLET",
        redacted="**** 0001",
        details=b"sealed",
    )
    version = await version_told(platform, who.token, number)
    answer = await transferred(platform, who.token, number, following, version=version)
    assert answer["__typename"] == "TransferCompanySuccess", answer
    assert await owner_of(platform, number) == following
    assert await platform.one("SELECT ended_at IS NOT NULL FROM payout_method WHERE id = $1", method)
    (entry,) = await platform.rows("SELECT * FROM audit_log WHERE affiliate_account_id = $1", number)
    assert (entry["target_type"], entry["actor_id"]) == ("ownership_transfer", who.id)
    assert (entry["before"], entry["after"]) == ({"company": str(present)}, {"company": str(following)})
    back = await transferred(platform, who.token, number, None)
    assert back["affiliateAccount"]["hasCompany"] is False
    assert await owner_of(platform, number) is None


@pytest.mark.parametrize("path", ["MANAGER", "READ_ONLY", "Guest", "AFFILIATES:R"])
async def test_ac9_no_write_path_no_transfer(platform: Platform, path: str) -> None:
    """AC9, C-23: a MANAGER, a reader and a GUEST with both companies have no WRITE path to the account."""
    number = await account(platform)
    who = await with_paths(platform, number, path)
    present, following = await company(platform, owner=who.id), await company(platform, owner=who.id)
    await platform.change(f"UPDATE affiliate_account SET company_id = {present} WHERE id = {number}")
    for mutation in ("transferCompany", "setPayoutMethod", "assignCompany"):
        assert not await platform.exists(who.token, f"Mutation.{mutation}")
    elsewhere = await account(platform)
    await platform.add("collaborator", affiliate_account_id=elsewhere, user_id=who.id, role="OWNER")
    assert (await transferred(platform, who.token, number, following))["__typename"] == "Forbidden"
    assert (await paid_at(platform, who.token, number))["__typename"] == "Forbidden"
    assert await owner_of(platform, number) == present


async def test_ac9_g8_companies_alone_do_not_show_the_account(platform: Platform) -> None:
    """AC9: access to a company makes no account visible, so there is nothing to transfer or to pay."""
    number = await account(platform)
    who = await with_paths(platform, await account(platform), "OWNER")
    present, following = await company(platform, owner=who.id), await company(platform, owner=who.id)
    await platform.change(f"UPDATE affiliate_account SET company_id = {present} WHERE id = {number}")
    for answer in (
        await transferred(platform, who.token, number, following),
        await paid_at(platform, who.token, number),
    ):
        assert (answer["__typename"], answer["path"]) == ("NotFound", ["affiliateAccount"])


@pytest.mark.parametrize("path", ["OWNER", "Admin", "AFFILIATES:W", "ADMIN:W"])
async def test_ac9_l1_half_the_companies_is_none(platform: Platform, path: str) -> None:
    """AC9, L1, A5: ADMIN W included: the present company alone, the next alone, or neither, transfers nothing."""
    stranger = await platform.person()
    present, following = await company(platform, owner=stranger.id), await company(platform, owner=stranger.id)
    number = await account(platform, company_id=present)
    neither, first, second = [await with_paths(platform, number, path) for _ in range(3)]
    await belongs(platform, present, first.id, "OWNER")
    await belongs(platform, following, second.id, "OWNER")
    past = await platform.one("SELECT now() - interval '1 day'")
    await platform.add("company_access", company_id=present, user_id=second.id, level="OWNER", expires_at=past)
    kinds = [
        (await transferred(platform, who.token, number, to))["__typename"]
        for who, to in ((neither, None), (neither, following), (first, following), (second, following), (second, None))
    ]
    assert kinds == ["Forbidden", "NotFound", "NotFound", "Forbidden", "Forbidden"]
    assert (await paid_at(platform, neither.token, number))["__typename"] == "Forbidden"
    assert (await paid_at(platform, second.token, number))["__typename"] == "Forbidden"
    assert await owner_of(platform, number) == present
    assert await platform.one("SELECT count(*) FROM payout_method WHERE affiliate_account_id = $1", number) == 0
    assert await platform.one("SELECT count(*) FROM audit_log WHERE affiliate_account_id = $1", number) == 0


async def test_sm6_no_key_satisfies_ac9(platform: Platform) -> None:
    """AC9, SM6: the key of somebody who may do all of it does none of it."""
    number = await account(platform)
    who = await with_paths(platform, number, "OWNER", "Admin", "ADMIN:W")
    await company(platform, owner=who.id)
    key = await platform.user_key(who.id, ["account:W", "org:W", "self:R", "ADMIN:W", "AFFILIATES:W"])
    for mutation in ("assignCompany", "transferCompany", "setPayoutMethod"):
        assert await platform.exists(who.token, f"Mutation.{mutation}")
        assert not await platform.exists(key, f"Mutation.{mutation}")


@pytest.mark.parametrize("path", ["OWNER", "Member"])
async def test_a23_c11_a_company_for_an_account_without_one(platform: Platform, path: str) -> None:
    """A23, A2, C-11, AC9: the account's own side, with access to the company; a second one is a transfer."""
    number = await account(platform)
    who = await with_paths(platform, number, path)
    own = await company(platform, member=who.id)
    given = {"affiliateAccount": platform.global_id("affiliate_account", number)}
    foreign = platform.global_id("company", await company(platform))
    refused = await platform.change_by(who.token, "assignCompany", SHOWN, company=foreign, **given)
    assert (refused["__typename"], refused["path"]) == ("NotFound", ["company"])
    mine = platform.global_id("company", own)
    done = await platform.change_by(who.token, "assignCompany", SHOWN, company=mine, **given)
    assert done["affiliateAccount"]["hasCompany"] is True
    assert await owner_of(platform, number) == own
    again = await platform.change_by(who.token, "assignCompany", SHOWN, company=mine, **given)
    assert (again["__typename"], again["path"]) == ("ValidationError", ["affiliateAccount"])


async def test_c11_staff_assign_no_first_company(platform: Platform) -> None:
    """AC9, C-11: Manage Affiliates W and ADMIN W are not the account's own side; the two transfers need a company."""
    number = await account(platform)
    for path in ("AFFILIATES:W", "ADMIN:W"):
        staff = await with_paths(platform, number, path)
        own = await company(platform, owner=staff.id)
        assert not await platform.exists(staff.token, "Mutation.assignCompany")
        assert (await transferred(platform, staff.token, number, own))["__typename"] == "ValidationError"
        assert (await paid_at(platform, staff.token, number))["__typename"] == "ValidationError"
    assert await owner_of(platform, number) is None


async def test_sm8_where_a_second_person_is_asked_for_nobody_transfers_alone(platform: Platform) -> None:
    """SM8, L12: with the setting on the direct transfer answers ApprovalRequired, after the rights were checked."""
    number = await account(platform)
    who, half = await with_paths(platform, number, "OWNER"), await with_paths(platform, number, "OWNER")
    present, following = await company(platform, owner=who.id), await company(platform, owner=who.id)
    await platform.change(f"UPDATE affiliate_account SET company_id = {present} WHERE id = {number}")
    setting = "UPDATE platform_setting SET value = '{}' WHERE key = 'transfer_requires_second_person'"
    await platform.change(setting.format("true"))
    answer = await transferred(platform, who.token, number, following)
    without = await transferred(platform, half.token, number, None)
    await platform.change(setting.format("false"))
    assert (answer["__typename"], without["__typename"]) == ("ApprovalRequired", "Forbidden")
    assert await owner_of(platform, number) == present


async def test_l3_c05_owners_of_the_company_say_where_it_is_paid(platform: Platform) -> None:
    """L3, C-05, A21: sealed at rest, shown whole to the company's OWNER only, in no log; a new one ends the former."""
    number = await account(platform)
    who = await with_paths(platform, number, "OWNER")
    own = await company(platform, owner=who.id)
    await platform.change(f"UPDATE affiliate_account SET company_id = {own} WHERE id = {number}")
    member = await with_paths(platform, number, "OWNER")
    await belongs(platform, own, member.id, "MEMBER")
    answer = await paid_at(platform, who.token, number, METHOD)
    assert answer["payoutMethod"] | {"id": ""} == {
        "id": "",
        "kind": "BANK_TRANSFER",
        "redacted": "**** 2051",
        "details": DETAILS,
    }
    assert (await paid_at(platform, member.token, number))["__typename"] == "Forbidden"
    second = await paid_at(platform, who.token, number, METHOD, kind="WALLET", details="wallet-0123456789")
    assert second["payoutMethod"]["redacted"] == "**** 6789"
    rows = await platform.rows(
        "SELECT kind, ended_at, details FROM payout_method WHERE affiliate_account_id = $1 ORDER BY id", number
    )
    assert [(row["kind"], row["ended_at"] is None) for row in rows] == [("BANK_TRANSFER", False), ("WALLET", True)]
    assert not any(b"DE02" in row["details"] or b"wallet" in row["details"] for row in rows)
    logged = await platform.stored(
        "SELECT row_to_json(a)::text FROM audit_log a WHERE affiliate_account_id = $1 ORDER BY id", number
    )
    assert len(logged) == 2
    assert not any("DE02" in each or "wallet-" in each or "6789" in each for each in logged)
    (short,) = [await paid_at(platform, who.token, number, details="1234")]
    assert (short["__typename"], short["path"]) == ("ValidationError", ["details"])


async def test_f22_two_transfers_at_once(platform: Platform) -> None:
    """F22, AC9: of many that read the same version one moves the account."""
    number = await account(platform)
    who = await with_paths(platform, number, "OWNER")
    present = await company(platform, owner=who.id)
    targets = [await company(platform, owner=who.id) for _ in range(4)]
    await platform.change(f"UPDATE affiliate_account SET company_id = {present} WHERE id = {number}")
    version = await version_told(platform, who.token, number)
    moves = (transferred(platform, who.token, number, each, version=version) for each in targets)
    answers = await asyncio.gather(*moves)
    assert sorted(each["__typename"] for each in answers) == ["Conflict"] * 3 + ["TransferCompanySuccess"]
    key = uuid4().hex
    following = await company(platform, owner=who.id)
    again = [await transferred(platform, who.token, number, following, idempotencyKey=key) for _ in range(2)]
    assert [each["__typename"] for each in again] == ["TransferCompanySuccess"] * 2
    unsaid = {"affiliateAccount": platform.global_id("affiliate_account", number)}
    answer = await platform.change_by(who.token, "transferCompany", SHOWN, **unsaid)
    assert (answer["__typename"], answer["path"]) == ("ValidationError", ["company"]), "none is said, not implied"
