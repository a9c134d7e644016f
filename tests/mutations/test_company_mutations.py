"""Companies and access to them: written by their OWNERs, and by nobody else (AC9, L1, DR13)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from demo_platform import BLUEBIRD, Person, Platform
from owned_accounts import company

ACCESS = "companyAccess { id level expiresAt }"
MANAGING = ("grantCompanyAccess", "changeCompanyAccess", "removeCompanyAccess")


async def colleague(platform: Platform) -> Person:
    """Somebody of Bluebird, whom other members of Bluebird see."""
    return await platform.person(await platform.membership(BLUEBIRD, "Member"))


async def granted(platform: Platform, who: Person, number: int, to: Person, level: str, **more: Any) -> dict[str, Any]:
    """What giving access to a company answers somebody."""
    given = {"company": platform.global_id("company", number), "user": platform.global_id("app_user", to.id)}
    return await platform.change_by(who.token, "grantCompanyAccess", ACCESS, level=level, **given, **more)


async def access_of(platform: Platform, number: int, user: int) -> str:
    """The id of somebody's access."""
    row = await platform.one("SELECT id FROM company_access WHERE company_id = $1 AND user_id = $2", number, user)
    return platform.global_id("company_access", row)


async def holders(platform: Platform, number: int) -> dict[int, str]:
    """Who has access to a company, and at which level."""
    rows = await platform.rows("SELECT user_id, level::text FROM company_access WHERE company_id = $1", number)
    return {row["user_id"]: row["level"] for row in rows}


async def test_ac9_whoever_makes_a_company_is_its_first_owner(platform: Platform) -> None:
    """AC9, A20: everybody may, without any module; the tax id is not in the log, which others read."""
    person = await platform.person()
    given = {"name": "Fresh Ltd", "taxId": "DE 811 907 980"}
    answer = await platform.change_by(person.token, "createCompany", "id", **given)
    number = platform.engine.services.ids.decode(answer["id"])[1].id
    seen = await platform.node(person.token, "company", number, selection="... on Company { name taxId }")
    assert seen == {"name": "Fresh Ltd", "taxId": "DE 811 907 980"}
    assert await holders(platform, number) == {person.id: "OWNER"}
    logged = await platform.one(
        "SELECT after::text FROM audit_log WHERE target_type = 'company' AND target_id = $1", str(number)
    )
    assert "811" not in logged


@pytest.mark.parametrize("key", ["bluebird-key", "owner-key", "support-key"])
async def test_sm6_no_key_writes_companies(platform: Platform, key: str) -> None:
    """SM6, AC9: keys neither make companies nor give access to them."""
    for mutation in ("createCompany", *MANAGING):
        assert not await platform.exists(platform.member(key), f"Mutation.{mutation}")


async def test_ac9_owners_give_change_and_take_access(platform: Platform) -> None:
    """AC9, DR1: an OWNER does all three, at once effective; each is in the log."""
    owner, other = await colleague(platform), await colleague(platform)
    number = await company(platform, owner=owner.id)
    company_id = platform.global_id("company", number)
    assert await platform.node(other.token, "company", number) is None
    made = await granted(platform, owner, number, other, "MEMBER")
    assert made["companyAccess"]["level"] == "MEMBER", made
    assert await platform.node(other.token, "company", number) == {"id": company_id}
    access = made["companyAccess"]["id"]
    raised = await platform.change_by(owner.token, "changeCompanyAccess", ACCESS, companyAccess=access, level="OWNER")
    assert raised["companyAccess"]["level"] == "OWNER"
    gone = await platform.change_by(owner.token, "removeCompanyAccess", "id", companyAccess=access)
    assert gone["__typename"] == "RemoveCompanyAccessSuccess"
    assert await platform.node(other.token, "company", number) is None
    actions = await platform.stored(
        "SELECT action FROM audit_log WHERE actor_id = $1 AND target_type = 'company_access' ORDER BY id", owner.id
    )
    assert actions == ["company_access:create", "company_access:edit", "company_access:remove"]


async def test_ac9_l1_only_its_owners_write_a_companys_access(platform: Platform) -> None:
    """AC9, L1: not its MEMBERs, not ADMIN W, not an owner of another company, not the account's OWNER."""
    owner = await colleague(platform)
    number = await company(platform, owner=owner.id)
    friend = await colleague(platform)
    member = await colleague(platform)
    await platform.add("company_access", company_id=number, user_id=member.id, level="MEMBER")
    admin = await platform.staff("ADMIN:W", also=[await platform.membership(BLUEBIRD, "Admin")])
    assert not await platform.exists(member.token, "Mutation.grantCompanyAccess")
    assert not await platform.exists(admin.token, "Mutation.grantCompanyAccess")
    await company(platform, owner=member.id)
    await company(platform, owner=admin.id)
    assert (await granted(platform, member, number, friend, "MEMBER"))["__typename"] == "Forbidden"
    assert (await granted(platform, admin, number, admin, "OWNER"))["__typename"] == "NotFound"
    access = await access_of(platform, number, owner.id)
    kinds = [
        (await platform.change_by(who.token, mutation, "id", companyAccess=access))["__typename"]
        for who in (member, admin)
        for mutation in ("changeCompanyAccess", "removeCompanyAccess")
    ]
    assert kinds == ["Forbidden", "Forbidden", "NotFound", "NotFound"]
    assert await holders(platform, number) == {owner.id: "OWNER", member.id: "MEMBER"}


async def test_ac7_access_is_given_to_people_one_sees(platform: Platform) -> None:
    """AC7: a user whom the owner does not see is answered like one who does not exist."""
    owner, stranger = await colleague(platform), await platform.person()
    number = await company(platform, owner=owner.id)
    hidden = await granted(platform, owner, number, stranger, "MEMBER")
    unknown = await granted(platform, owner, number, Person(987_654_321, ""), "MEMBER")
    assert hidden == unknown
    assert (hidden["__typename"], hidden["path"]) == ("NotFound", ["user"])
    twice = await granted(platform, owner, number, owner, "MEMBER")
    assert (twice["__typename"], twice["path"]) == ("ValidationError", ["user"])


async def test_ac9_the_last_owner_stays(platform: Platform) -> None:
    """AC9, DR13: a MEMBER, an owner until some day and a suspended one do not count."""
    owner, until, member, away = [await colleague(platform) for _ in range(4)]
    number = await company(platform, owner=owner.id)
    end = await platform.one("SELECT now() + interval '9 days'")
    await platform.add("company_access", company_id=number, user_id=until.id, level="OWNER", expires_at=end)
    await platform.add("company_access", company_id=number, user_id=member.id, level="MEMBER")
    await platform.add("company_access", company_id=number, user_id=away.id, level="OWNER")
    await platform.change(f"UPDATE app_user SET status = 'SUSPENDED' WHERE id = {away.id}")
    access = await access_of(platform, number, owner.id)
    tries: list[tuple[str, dict[str, Any]]] = [
        ("removeCompanyAccess", {}),
        ("changeCompanyAccess", {"level": "MEMBER"}),
        ("changeCompanyAccess", {"expiresAt": end.isoformat()}),
    ]
    for mutation, given in tries:
        answer = await platform.change_by(owner.token, mutation, "id", companyAccess=access, **given)
        assert answer["__typename"] == "Forbidden", mutation
    assert (await holders(platform, number))[owner.id] == "OWNER"
    await platform.change(f"UPDATE app_user SET status = 'ACTIVE' WHERE id = {away.id}")
    done = await platform.change_by(owner.token, "removeCompanyAccess", "id", companyAccess=access)
    assert done["__typename"] == "RemoveCompanyAccessSuccess"


async def test_dr13_an_owner_until_some_day_gives_nothing_longer(platform: Platform) -> None:
    """DR13: neither to others nor to himself, and he does not take from those who stay."""
    owner, until, friend = [await colleague(platform) for _ in range(3)]
    number = await company(platform, owner=owner.id)
    sooner, end, later = (
        await platform.rows("SELECT now() + interval '2 days', now() + interval '9 days', now() + interval '30 days'")
    )[0]
    await platform.add("company_access", company_id=number, user_id=until.id, level="OWNER", expires_at=end)
    for given in ({}, {"expiresAt": later.isoformat()}):
        answer = await granted(platform, until, number, friend, "MEMBER", **given)
        assert answer["__typename"] == "Forbidden"
    own, other = await access_of(platform, number, until.id), await access_of(platform, number, owner.id)
    longer = await platform.change_by(
        until.token, "changeCompanyAccess", "id", companyAccess=own, expiresAt=later.isoformat()
    )
    taken = await platform.change_by(until.token, "removeCompanyAccess", "id", companyAccess=other)
    assert (longer["__typename"], taken["__typename"]) == ("Forbidden", "Forbidden")
    made = await granted(platform, until, number, friend, "MEMBER", expiresAt=sooner.isoformat())
    assert made["__typename"] == "GrantCompanyAccessSuccess"


async def test_ac9_two_owners_remove_each_other_at_once(platform: Platform) -> None:
    """AC9, DR10: of two crossing removals one is made; the company never loses both."""
    for _ in range(4):
        first, second = await colleague(platform), await colleague(platform)
        number = await company(platform, owner=first.id)
        await platform.add("company_access", company_id=number, user_id=second.id, level="OWNER")
        own, other = await access_of(platform, number, first.id), await access_of(platform, number, second.id)
        answers = await asyncio.gather(
            platform.ask(first.token, _removal(other)), platform.ask(second.token, _removal(own))
        )
        made = [
            each
            for each in answers
            if each.data and each.data["removeCompanyAccess"]["__typename"] == "RemoveCompanyAccessSuccess"
        ]
        assert len(made) == 1
        assert len(await holders(platform, number)) == 1


def _removal(access: str) -> str:
    return f'mutation {{ removeCompanyAccess(input: {{companyAccess: "{access}"}}) {{ __typename }} }}'
