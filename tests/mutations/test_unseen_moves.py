"""An account gets another company: what its version says to whoever may know of it, and to all others (L1, AC11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from demo_platform import Person, Platform
from owned_accounts import account, belongs, company, renamed, version_told, with_paths

SHOWN = "affiliateAccount { hasCompany }"
DONE, STALE = "EditAffiliateAccountSuccess", "Conflict"


@dataclass(frozen=True, slots=True)
class Owned:
    """An account with its company, another company, and somebody who moves it between them."""

    platform: Platform
    account: int
    present: int
    following: int
    mover: Person

    async def given(self, to: int | None, mutation: str = "transferCompany", **more: Any) -> dict[str, Any]:
        """What giving the account another company answers its mover."""
        there = self.platform.global_id("affiliate_account", self.account)
        target = None if to is None else self.platform.global_id("company", to)
        return await self.platform.change_by(
            self.mover.token, mutation, SHOWN, affiliateAccount=there, company=target, **more
        )

    async def moved(self, to: int | None, mutation: str = "transferCompany") -> None:
        """The account has another company, or none."""
        answer = await self.given(to, mutation)
        assert answer["affiliateAccount"]["hasCompany"] == (to is not None), answer

    async def told(self, who: str) -> int | None:
        """The version of the account, as somebody is told it."""
        return await version_told(self.platform, who, self.account)

    async def renamed(self, who: str, version: int | None) -> tuple[str, int | None]:
        """What comes of another name for it, by somebody who has read this version."""
        return await renamed(self.platform, who, self.account, version)

    async def with_path(self, path: str, *companies: int) -> str:
        """The token of somebody with this path to it, and access to these companies."""
        who = await with_paths(self.platform, self.account, path)
        for each in companies:
            await belongs(self.platform, each, who.id, "MEMBER")
        return who.token


@pytest.fixture
async def owned(platform: Platform) -> Owned:
    """An account that was never moved."""
    present, following = await company(platform), await company(platform)
    number = await account(platform, company_id=present)
    mover = await with_paths(platform, number, "OWNER")
    for each in (present, following):
        await belongs(platform, each, mover.id, "OWNER")
    return Owned(platform, number, present, following, mover)


@pytest.mark.parametrize("path", ["OWNER", "MANAGER", "Admin", "Member", "AFFILIATES:W", "ADMIN:W"])
async def test_l1_ac11_lk15_a_move_shows_in_no_version_without_access_to_companies(owned: Owned, path: str) -> None:
    """L1, AC11, LK15: who edits the account reads, sends and is told what he would if it had not been moved."""
    who = await owned.with_path(path)
    elsewhere = await owned.with_path(path, await company(owned.platform))
    for each in (who, elsewhere):
        assert await owned.told(each) == 1
    await owned.moved(owned.following)
    for each in (who, elsewhere):
        assert await owned.told(each) == 1
    assert await owned.renamed(who, 1) == (DONE, None)
    assert await owned.renamed(who, 1) == (STALE, 2), "the version that it has for him"
    await owned.moved(owned.present)
    await owned.moved(None)
    assert await owned.renamed(elsewhere, 1) == (STALE, 2)
    await owned.moved(owned.present, "assignCompany")
    assert await owned.renamed(elsewhere, 2) == (DONE, None)
    assert [await owned.told(each) for each in (who, elsewhere)] == [3, 3]


async def test_f22_l1_who_acts_for_both_companies_reads_another_version(owned: Owned) -> None:
    """F22, L1, AC11: and with the one of before he changes nothing, neither the company nor the name."""
    both = await owned.with_path("MANAGER", owned.present, owned.following)
    first = await owned.told(both)
    assert await owned.told(owned.mover.token) == first
    await owned.moved(owned.following)
    second = await owned.told(both)
    assert await owned.told(owned.mover.token) == second != first
    assert await owned.renamed(both, first) == (STALE, second)
    refused = await owned.given(owned.present, version=first)
    assert (refused["__typename"], refused["version"]) == ("Conflict", second)
    assert await owned.renamed(both, second) == (DONE, None)
    assert await owned.told(both) not in (first, second), "it has another name now"


async def test_l1_who_acts_for_one_of_them_is_told_of_it_while_it_has_the_account(owned: Owned) -> None:
    """L1, AC11: of the company that the account has now, and of no other; a key acts for none."""
    former, latter = [await owned.with_path("MANAGER", each) for each in (owned.present, owned.following)]
    key = await owned.platform.user_key(owned.mover.id, ["account:W", "org:W", "self:R"])
    before = await owned.told(former)
    assert [await owned.told(each) for each in (latter, key)] == [1, 1] != [before, before]
    await owned.moved(owned.following)
    after = await owned.told(latter)
    assert [await owned.told(each) for each in (former, key)] == [1, 1]
    assert after not in (1, before)
    assert await owned.renamed(former, before) == (STALE, 1)
    assert await owned.renamed(latter, 1) == (STALE, after)
    assert await owned.renamed(key, 1) == (DONE, None)
    assert await owned.told(latter) not in (1, 2, before, after)
    await owned.moved(owned.present)
    assert [await owned.told(each) for each in (latter, key)] == [2, 2]
    assert await owned.told(former) not in (1, 2, before, after), "it has another name now"


async def test_ac11_lk15_moves_that_somebody_did_not_see_are_not_counted(owned: Owned) -> None:
    """AC11, LK15: he reads the same, whether the account came to his company straight or by way of others."""
    who = await owned.with_path("MANAGER", owned.following)
    await owned.moved(owned.following)
    straight = await owned.told(who)
    await owned.moved(owned.present)
    await owned.moved(None)
    await owned.moved(owned.present, "assignCompany")
    await owned.moved(owned.following)
    assert await owned.told(who) == straight != 1


@pytest.mark.parametrize(
    ("mutation", "more"),
    [
        ("transferCompany", {"company": None}),
        ("proposeOwnershipTransfer", {"company": None}),
        ("setPayoutMethod", {"kind": "WALLET", "details": "wallet-0123456789"}),
        ("editAffiliateAccount", {"name": "Renamed"}),
    ],
)
async def test_f22_every_mutation_of_an_account_takes_the_version_that_is_told(
    owned: Owned, mutation: str, more: dict[str, Any]
) -> None:
    """F22, AC11: that of both for whoever acts for its company; not the one of before, and not the plain one."""
    who = owned.mover.token
    before = await owned.told(who)
    await owned.moved(owned.following)
    after = await owned.told(who)
    there = owned.platform.global_id("affiliate_account", owned.account)
    for version in (1, before):
        refused = await owned.platform.change_by(who, mutation, affiliateAccount=there, version=version, **more)
        assert (refused["__typename"], refused["version"]) == ("Conflict", after)
    done = await owned.platform.change_by(who, mutation, affiliateAccount=there, version=after, **more)
    assert done["__typename"].endswith("Success"), done


async def test_f22_staff_who_decide_send_what_they_are_told(owned: Owned) -> None:
    """F22, L1, AC11: a move between reading and deciding is no conflict for whoever may not know of it."""
    staff = (await owned.platform.staff("AFFILIATES:W")).token
    await owned.moved(owned.following)
    there = owned.platform.global_id("affiliate_account", owned.account)
    for version, status, kind in ((1, "APPROVED", "DecideAffiliateAccountSuccess"), (1, "SUSPENDED", "Conflict")):
        answer = await owned.platform.change_by(
            staff, "decideAffiliateAccount", affiliateAccount=there, status=status, version=version
        )
        assert answer["__typename"] == kind, answer
    assert answer["version"] == 2


async def test_l1_ac11_versions_of_accounts_are_of_companies_for_whoever_acts_for_them(platform: Platform) -> None:
    """L1, AC11: of several accounts at once, each with its company where the asker acts for that."""
    boss = await platform.person()
    first, second = await company(platform), await company(platform)
    await belongs(platform, first, boss.id, "OWNER")
    numbers = [await account(platform, company_id=each) for each in (first, second, None)]
    for number in numbers:
        await platform.add("collaborator", affiliate_account_id=number, user_id=boss.id, role="OWNER")
    listed = ", ".join(map(str, numbers))
    await platform.change(f"UPDATE affiliate_account SET version = 3 WHERE id IN ({listed})")
    of_both = await version_told(platform, boss.token, numbers[0])
    assert of_both not in (None, 3)
    ids = [platform.global_id("affiliate_account", each) for each in numbers]
    query = "query ($ids: [ID!]!) { viewer { versions(ids: $ids) } }"
    writer, reader = [(await platform.staff(f"AFFILIATES:{level}")).token for level in "WR"]
    for who, told in ((boss.token, [of_both, 3, 3]), (writer, [3, 3, 3]), (reader, [None] * 3)):
        for order in (1, -1):
            found = await platform.read(who, query, ids=ids[::order])
            assert found["viewer"]["versions"] == told[::order]
        assert [await version_told(platform, who, each) for each in numbers] == told
