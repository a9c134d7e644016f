"""Two people move an account to another company: who asks, who agrees, and everybody who does neither (SM8, AC9)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from demo_platform import Person, Platform
from owned_accounts import account, belongs, company, renamed, version_told, with_paths

TRANSFER = "ownershipTransfer { id state } affiliateAccount { hasCompany }"
STATE = "ownershipTransfer { id state }"


@dataclass(frozen=True, slots=True)
class Deal:
    """An account with its present company and the next one, and two people who satisfy AC9 on moving it."""

    account: int
    present: int
    following: int
    asker: Person
    second: Person


@pytest.fixture
async def deal(platform: Platform) -> Deal:
    """A deal that nobody has asked for yet."""
    present, following = await company(platform), await company(platform)
    number = await account(platform, company_id=present)
    people = [await entitled(platform, number, (present, following), "OWNER") for _ in range(2)]
    return Deal(number, present, following, *people)


async def entitled(platform: Platform, number: int, companies: tuple[int, ...], *paths: str) -> Person:
    """Somebody with these paths to an account, and access to these companies."""
    who = await with_paths(platform, number, *paths)
    for each in companies:
        await belongs(platform, each, who.id, "MEMBER")
    return who


async def proposed(platform: Platform, who: Person, number: int, to: int | None, **more: Any) -> dict[str, Any]:
    """What asking for a transfer answers somebody."""
    given = {
        "affiliateAccount": platform.global_id("affiliate_account", number),
        "company": None if to is None else platform.global_id("company", to),
    }
    return await platform.change_by(who.token, "proposeOwnershipTransfer", TRANSFER, **(given | more))


async def asked_for(platform: Platform, deal: Deal) -> int:
    """A transfer that the asker of a deal has asked for: its number."""
    answer = await proposed(platform, deal.asker, deal.account, deal.following)
    assert answer["ownershipTransfer"]["state"] == "REQUESTED", answer
    return await newest(platform, deal.account)


async def newest(platform: Platform, number: int) -> int:
    """The transfer of an account that was asked for last."""
    found = await platform.one("SELECT max(id) FROM ownership_transfer WHERE affiliate_account_id = $1", number)
    return int(found)


async def answered(platform: Platform, who: Person, what: str, transfer: int, **more: Any) -> dict[str, Any]:
    """What `approve`, `deny` or `withdraw` answers somebody."""
    given = {"ownershipTransfer": platform.global_id("ownership_transfer", transfer)}
    return await platform.change_by(who.token, f"{what}OwnershipTransfer", STATE, **(given | more))


async def kind_of(platform: Platform, who: Person, what: str, transfer: int, **more: Any) -> str:
    """The type of that answer."""
    return str((await answered(platform, who, what, transfer, **more))["__typename"])


async def state_of(platform: Platform, transfer: int) -> str:
    """The state of a transfer, as it is stored."""
    return str(await platform.one("SELECT state::text FROM ownership_transfer WHERE id = $1", transfer))


async def owner_of(platform: Platform, number: int) -> int | None:
    """The company of an account, as it is stored."""
    found: int | None = await platform.one("SELECT company_id FROM affiliate_account WHERE id = $1", number)
    return found


@pytest.mark.parametrize("path", ["OWNER", "Admin", "Member", "AFFILIATES:W"])
async def test_sm8_ac9_a_second_person_of_each_write_path_moves_the_account(platform: Platform, path: str) -> None:
    """SM8, AC9, L2, L12, A21: asked for by one, carried out as another agrees; audited, and the owners are told."""
    boss = await platform.person()
    present, following = await company(platform, owner=boss.id), await company(platform)
    number = await account(platform, company_id=present)
    asker, second = [await entitled(platform, number, (present, following), path) for _ in range(2)]
    deal = Deal(number, present, following, asker, second)
    method = await platform.add(
        "payout_method",
        affiliate_account_id=number,
        company_id=present,
        created_by_id=boss.id,
        kind="WALLET",
        redacted="**** 0001",
        details=b"sealed",
    )
    transfer = await asked_for(platform, deal)
    assert await owner_of(platform, number) == present, "asking changes nothing of the account"
    epoch = await platform.one("SELECT n FROM authz_epoch")
    done = await answered(platform, second, "approve", transfer, version=1)
    assert done["ownershipTransfer"]["state"] == "EXECUTED", done
    assert await platform.one("SELECT n FROM authz_epoch") > epoch
    assert await owner_of(platform, number) == following
    assert await platform.one("SELECT ended_at IS NOT NULL FROM payout_method WHERE id = $1", method)
    (row,) = await platform.rows("SELECT * FROM ownership_transfer WHERE id = $1", transfer)
    assert (row["requested_by_id"], row["approved_by_id"], row["version"]) == (asker.id, second.id, 2)
    assert row["executed_at"] == row["approved_at"] is not None
    log = await platform.rows("SELECT * FROM audit_log WHERE affiliate_account_id = $1 ORDER BY id", number)
    assert [(each["action"], each["actor_id"]) for each in log] == [
        ("ownership_transfer:create", asker.id),
        ("ownership_transfer:execute", second.id),
    ]
    assert log[1]["before"] == {"company": str(present), "state": "REQUESTED"}
    assert log[1]["after"] == {"company": str(following), "state": "EXECUTED"}
    email = await platform.one("SELECT email FROM app_user WHERE id = $1", boss.id)
    told = await platform.stored("SELECT email FROM outgoing_mail WHERE kind::text = 'ACCOUNT_TRANSFERRED'")
    assert told.count(email) == 1


async def test_sm8_removal_and_other_answers(platform: Platform, deal: Deal) -> None:
    """SM8, AC9: a company can be taken away by two as well; denied and withdrawn transfers move nothing."""
    for what, who, state in (("deny", deal.second, "REJECTED"), ("withdraw", deal.asker, "WITHDRAWN")):
        transfer = await asked_for(platform, deal)
        answer = await answered(platform, who, what, transfer)
        assert answer["ownershipTransfer"]["state"] == state, answer
        assert await owner_of(platform, deal.account) == deal.present
    await proposed(platform, deal.asker, deal.account, None)
    removal = await newest(platform, deal.account)
    assert await kind_of(platform, deal.second, "approve", removal) == "ApproveOwnershipTransferSuccess"
    assert await owner_of(platform, deal.account) is None


async def test_f24_nobody_answers_for_both_sides(platform: Platform, deal: Deal) -> None:
    """F24, SM8: whoever asked does not agree and does not deny; whoever did not ask takes nothing back."""
    transfer = await asked_for(platform, deal)
    kinds = [
        await kind_of(platform, deal.asker, "approve", transfer),
        await kind_of(platform, deal.asker, "deny", transfer),
        await kind_of(platform, deal.second, "withdraw", transfer),
    ]
    assert kinds == ["Forbidden"] * 3
    assert (await state_of(platform, transfer), await owner_of(platform, deal.account)) == ("REQUESTED", deal.present)


@pytest.mark.parametrize("path", ["OWNER", "Admin", "AFFILIATES:W", "ADMIN:W"])
async def test_ac9_lk15_half_of_it_sees_no_transfer(platform: Platform, deal: Deal, path: str) -> None:
    """AC9, L1, LK14, LK15: one company alone or none, ADMIN W included: a transfer is as one that does not exist."""
    transfer = await asked_for(platform, deal)
    elsewhere = await company(platform)
    for companies in ((elsewhere,), (elsewhere, deal.present), (elsewhere, deal.following)):
        half = await entitled(platform, deal.account, companies, path)
        missing = [await answered(platform, half, each, 987_654_321) for each in ("approve", "deny", "withdraw")]
        hidden = [await answered(platform, half, each, transfer) for each in ("approve", "deny", "withdraw")]
        assert hidden == missing, companies
        assert {each["__typename"] for each in hidden} == {"NotFound"}
        assert await platform.node(half.token, "ownership_transfer", transfer) is None
        seen = await platform.count(half.token, "ownershipTransfers")
        assert seen == 0, companies
    assert await state_of(platform, transfer) == "REQUESTED"


@pytest.mark.parametrize("path", ["MANAGER", "READ_ONLY", "Guest", "AFFILIATES:R"])
async def test_ac9_c23_no_write_path_no_transfer(platform: Platform, deal: Deal, path: str) -> None:
    """AC9, C-23, L6: with both companies and a path that only reads: nothing is asked for, seen or agreed to."""
    transfer = await asked_for(platform, deal)
    reader = await entitled(platform, deal.account, (deal.present, deal.following), path)
    for mutation in ("propose", "approve", "deny", "withdraw"):
        assert not await platform.exists(reader.token, f"Mutation.{mutation}OwnershipTransfer"), mutation
    elsewhere = await account(platform)
    await platform.add("collaborator", affiliate_account_id=elsewhere, user_id=reader.id, role="OWNER")
    assert (await proposed(platform, reader, deal.account, deal.following))["__typename"] == "Forbidden"
    assert await kind_of(platform, reader, "approve", transfer) == "NotFound"


async def test_ac9_companies_alone_show_no_transfer(platform: Platform, deal: Deal) -> None:
    """AC9, LK15: owning both companies makes neither the account nor its transfer visible."""
    transfer = await asked_for(platform, deal)
    outsider = await entitled(platform, await account(platform), (deal.present, deal.following), "OWNER")
    assert await kind_of(platform, outsider, "approve", transfer) == "NotFound"
    assert (await proposed(platform, outsider, deal.account, deal.following))["__typename"] == "NotFound"
    assert await platform.count(outsider.token, "ownershipTransfers") == 0


async def test_sm6_no_key_asks_or_agrees(platform: Platform, deal: Deal) -> None:
    """SM6, AC9: the key of somebody who may do all of it does none of it, and sees no transfer."""
    await asked_for(platform, deal)
    key = await platform.user_key(deal.second.id, ["account:W", "org:W", "self:R"])
    assert await platform.exists(deal.second.token, "OwnershipTransfer")
    assert await platform.count(deal.second.token, "ownershipTransfers") == 1
    assert not await platform.exists(key, "OwnershipTransfer")
    for mutation in ("propose", "approve", "deny", "withdraw"):
        assert not await platform.exists(key, f"Mutation.{mutation}OwnershipTransfer"), mutation


@pytest.mark.parametrize("loss", ["company", "account", "suspended", "ended"])
async def test_sm8_the_rights_of_whoever_asked_are_decided_again(platform: Platform, deal: Deal, loss: str) -> None:
    """SM8, AC6, AC9: what the asker may not do any more nobody's agreement does; what he lost is not told."""
    transfer, user = await asked_for(platform, deal), deal.asker.id
    access = f"company_id = {deal.following} AND user_id = {user}"
    await platform.change(
        {
            "company": f"DELETE FROM company_access WHERE {access}",
            "account": f"UPDATE collaborator SET role = 'MANAGER' WHERE user_id = {user}",
            "suspended": f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {user}",
            "ended": f"UPDATE company_access SET expires_at = now() WHERE {access}",
        }[loss]
    )
    answer = await answered(platform, deal.second, "approve", transfer)
    assert (answer["__typename"], "Whoever asked" in answer["message"]) == ("Forbidden", True)
    assert (await state_of(platform, transfer), await owner_of(platform, deal.account)) == ("REQUESTED", deal.present)
    assert await kind_of(platform, deal.second, "deny", transfer) == "DenyOwnershipTransferSuccess"


async def test_sm8_the_rights_of_whoever_agrees_are_those_of_that_moment(platform: Platform, deal: Deal) -> None:
    """SM8, AC9, AC7: a second person who lost a company meanwhile does not find the transfer any more."""
    transfer = await asked_for(platform, deal)
    assert await platform.node(deal.second.token, "ownership_transfer", transfer) is not None
    await platform.change(
        f"DELETE FROM company_access WHERE company_id = {deal.present} AND user_id = {deal.second.id}"
    )
    assert await kind_of(platform, deal.second, "approve", transfer) == "NotFound"
    assert await owner_of(platform, deal.account) == deal.present


@pytest.mark.parametrize("state", ["EXECUTED", "REJECTED", "WITHDRAWN", "EXPIRED", "APPROVED"])
async def test_sm8_no_other_transition(platform: Platform, deal: Deal, state: str) -> None:
    """SM8: nothing leads out of a final state; one agreed to that was not carried out is only taken back."""
    transfer = await asked_for(platform, deal)
    approval = f", approved_by_id = {deal.second.id}, approved_at = now()" if state in ("EXECUTED", "APPROVED") else ""
    done = ", executed_at = now()" if state == "EXECUTED" else ""
    await platform.change(f"UPDATE ownership_transfer SET state = '{state}'{approval}{done} WHERE id = {transfer}")
    answers = [
        await answered(platform, deal.second, "approve", transfer),
        await answered(platform, deal.second, "deny", transfer),
    ]
    if state != "APPROVED":
        answers.append(await answered(platform, deal.asker, "withdraw", transfer))
    assert [(each["__typename"], each["path"]) for each in answers] == [("ValidationError", ["ownershipTransfer"])] * (
        len(answers)
    )
    assert (await state_of(platform, transfer), await owner_of(platform, deal.account)) == (state, deal.present)
    if state == "APPROVED":
        assert await kind_of(platform, deal.asker, "withdraw", transfer) == "WithdrawOwnershipTransferSuccess"


async def test_sm8_what_nobody_agrees_to_in_time_ends(platform: Platform, deal: Deal) -> None:
    """SM8: by the clock: nothing is done with it any more, and it does not stand in the way of another one."""
    transfer = await asked_for(platform, deal)
    await platform.change(
        f"UPDATE ownership_transfer SET expires_at = clock_timestamp() WHERE id = {transfer}",
    )
    kinds = [
        await kind_of(platform, deal.second, "approve", transfer),
        await kind_of(platform, deal.second, "deny", transfer),
        await kind_of(platform, deal.asker, "withdraw", transfer),
    ]
    assert kinds == ["ValidationError"] * 3
    again = await asked_for(platform, deal)
    assert (await state_of(platform, transfer), await state_of(platform, again)) == ("EXPIRED", "REQUESTED")


async def test_sm8_an_agreement_holds_for_what_was_asked(platform: Platform, deal: Deal) -> None:
    """SM8: an account that has another company by now is not moved, nor is one whose transfer was rewritten."""
    transfer = await asked_for(platform, deal)
    other = await company(platform, member=deal.second.id)
    await belongs(platform, other, deal.asker.id, "MEMBER")
    move = "UPDATE affiliate_account SET company_id = {} WHERE id = {}"
    rewrite = f"UPDATE ownership_transfer SET to_company_id = {other} WHERE id = {transfer}"
    for statements in (
        (move.format(other, deal.account),),
        (move.format(deal.present, deal.account), rewrite),
    ):
        await platform.change(*statements)
        assert await kind_of(platform, deal.second, "approve", transfer) == "ValidationError"
        assert await state_of(platform, transfer) == "REQUESTED"
    assert await owner_of(platform, deal.account) == deal.present


async def test_lk15_an_invisible_request_stands_in_nobodys_way(platform: Platform, deal: Deal) -> None:
    """LK15, SM8: the same is asked for once; a request to a company that one does not see is as none at all."""
    transfer = await asked_for(platform, deal)
    same = await proposed(platform, deal.second, deal.account, deal.following)
    assert (same["__typename"], same["path"]) == ("ValidationError", ["company"])
    elsewhere = await company(platform)
    other = await entitled(platform, deal.account, (deal.present, elsewhere), "OWNER")
    beside = await proposed(platform, other, deal.account, elsewhere)
    assert beside["__typename"] == "ProposeOwnershipTransferSuccess"
    second = await newest(platform, deal.account)
    assert await platform.node(deal.second.token, "ownership_transfer", second) is None
    assert await kind_of(platform, deal.second, "approve", transfer) == "ApproveOwnershipTransferSuccess"
    assert await state_of(platform, second) == "EXPIRED", "the account is another company's now"


async def test_sm8_a_direct_transfer_ends_what_was_asked(platform: Platform, deal: Deal) -> None:
    """SM8, L12: with the setting on nobody moves it alone; with it off one may, and the request ends."""
    transfer = await asked_for(platform, deal)
    given = {
        "affiliateAccount": platform.global_id("affiliate_account", deal.account),
        "company": platform.global_id("company", deal.following),
    }
    setting = "UPDATE platform_setting SET value = '{}' WHERE key = 'transfer_requires_second_person'"
    await platform.change(setting.format("true"))
    alone = await platform.change_by(deal.asker.token, "transferCompany", **given)
    await platform.change(setting.format("false"))
    assert (alone["__typename"], await owner_of(platform, deal.account)) == ("ApprovalRequired", deal.present)
    done = await platform.change_by(deal.asker.token, "transferCompany", **given)
    assert done["__typename"] == "TransferCompanySuccess"
    assert await state_of(platform, transfer) == "EXPIRED"
    assert await kind_of(platform, deal.second, "approve", transfer) == "ValidationError"


async def test_f22_two_who_agree_at_once(platform: Platform, deal: Deal) -> None:
    """F22, SM8: the account is moved once, by one of them, and written down once."""
    transfer = await asked_for(platform, deal)
    third = await entitled(platform, deal.account, (deal.present, deal.following), "Member")
    kinds = await asyncio.gather(
        *(kind_of(platform, who, "approve", transfer, version=1) for who in (deal.second, third)),
        kind_of(platform, deal.asker, "withdraw", transfer),
    )
    assert [each.endswith("Success") for each in kinds].count(True) == 1, kinds
    assert {each for each in kinds if not each.endswith("Success")} == {"ValidationError"}
    moved = await owner_of(platform, deal.account) == deal.following
    assert (await state_of(platform, transfer) == "EXECUTED") is moved
    entries = "SELECT count(*) FROM audit_log WHERE affiliate_account_id = $1 AND action = 'ownership_transfer:execute'"
    assert await platform.one(entries, deal.account) == int(moved)


async def test_f22_two_who_ask_at_once(platform: Platform, deal: Deal) -> None:
    """F22, SM8: of two who ask for the same one does; stale versions of account and transfer are conflicts."""
    kinds = await asyncio.gather(
        *(proposed(platform, who, deal.account, deal.following) for who in (deal.asker, deal.second))
    )
    assert sorted(each["__typename"] for each in kinds) == ["ProposeOwnershipTransferSuccess", "ValidationError"]
    transfer = await newest(platform, deal.account)
    asked_by = await platform.one("SELECT requested_by_id FROM ownership_transfer WHERE id = $1", transfer)
    second = deal.second if asked_by == deal.asker.id else deal.asker
    assert await kind_of(platform, second, "approve", transfer, version=7) == "Conflict"
    stale = await proposed(platform, deal.asker, deal.account, None, version=7)
    assert stale["__typename"] == "Conflict"
    assert await owner_of(platform, deal.account) == deal.present


async def test_l1_ac11_f22_an_agreed_transfer_is_in_the_version_of_who_may_know_of_it(
    platform: Platform, deal: Deal
) -> None:
    """L1, AC11, F22, LK15: a MANAGER without access to the companies reads and sends what he did before."""
    manager = await with_paths(platform, deal.account, "MANAGER")
    transfer = await asked_for(platform, deal)
    former = await version_told(platform, deal.asker.token, deal.account)
    assert await kind_of(platform, deal.second, "approve", transfer) == "ApproveOwnershipTransferSuccess"
    told = [await version_told(platform, who.token, deal.account) for who in (manager, deal.asker, deal.second)]
    assert told[0] == 1
    assert told[1] == told[2] not in (1, former)
    assert await renamed(platform, deal.asker.token, deal.account, former) == ("Conflict", told[1])
    assert await renamed(platform, manager.token, deal.account, 1) == ("EditAffiliateAccountSuccess", None)
    back = await proposed(platform, deal.asker, deal.account, deal.present, version=told[1])
    assert back["__typename"] == "Conflict"
    assert back["version"] == await version_told(platform, deal.asker.token, deal.account) not in (former, *told)
