"""What a change is said to do rests on the grants that the asker sees: others show in nothing that he is told."""

from __future__ import annotations

from demo_platform import NORTHWIND, Grant, Platform
from exposures_asked import exposure, kinds, rows_of

GERMANY, AUSTRIA = "Bluebird Germany", "Bluebird Austria"


async def askers(platform: Platform) -> dict[str, str]:
    """Whoever administers people alone, and the same person who works on one account beside."""
    works_there = await platform.collaborator(AUSTRIA, "READ_ONLY")
    alone = await platform.staff("USERS:W")
    beside = await platform.staff("USERS:W", also=[works_there])
    return {"alone": alone.token, "beside": beside.token, "admin": platform.member("admin")}


async def lost_with(platform: Platform, who: str, *grants: Grant) -> list[dict[str, str]]:
    """What is told of suspending somebody with these grants."""
    person = await platform.person(*grants)
    user = platform.global_id("app_user", person.id)
    answer = await exposure(platform, who, "suspendUser", user=user)
    return [kinds(each) for each in answer["people"]["touched"]]


async def test_l9_a_suspension_tells_of_the_collaborators_one_sees(platform: Platform) -> None:
    """L9: USERS W alone shows nobody's accounts, so a suspension tells of none; who sees the role is told of it."""
    elsewhere = await platform.collaborator(GERMANY, "OWNER")
    by = await askers(platform)
    for who in ("alone", "beside"):
        assert await lost_with(platform, by[who], elsewhere) == await lost_with(platform, by[who]), who
    colleague = await platform.collaborator(AUSTRIA, "READ_ONLY")
    assert await lost_with(platform, by["alone"], colleague) == await lost_with(platform, by["alone"])
    for who in ("beside", "admin"):
        (told,) = await lost_with(platform, by[who], colleague)
        (bare,) = await lost_with(platform, by[who])
        assert "AffiliateAccount.status" in told.keys() - bare.keys(), who


async def test_lk13_a_suspension_tells_of_memberships(platform: Platform) -> None:
    """LK13: USERS R shows every membership, so what it gives is told, as far as the asker's own schema has it."""
    member = await platform.membership(NORTHWIND, "Admin")
    by = await askers(platform)
    (of_admin,) = await lost_with(platform, by["admin"], member)
    assert of_admin["Conversion.revenue"] == "LOST"
    (told,) = await lost_with(platform, by["alone"], member)
    assert told.keys().isdisjoint({"Mutation.changeMembership", "Conversion.revenue"})


async def test_l9_an_example_is_a_row_that_the_asker_sees(platform: Platform) -> None:
    """L9, LK13: of two accounts that somebody loses only the asker's own is counted and named."""
    by = await askers(platform)
    person = await platform.person(
        await platform.collaborator(GERMANY, "OWNER"), await platform.collaborator(AUSTRIA, "READ_ONLY")
    )
    user = platform.global_id("app_user", person.id)
    for who, number in (("beside", 1), ("admin", 2)):
        (found,) = (await exposure(platform, by[who], "suspendUser", user=user))["people"]["touched"]
        rows = rows_of(found, "AffiliateAccount.status")
        assert rows["lost"] == number, who
        assert (await platform.read(by[who], "query ($id: ID!) { node(id: $id) { id } }", id=rows["lostExample"]))[
            "node"
        ], who


async def test_l9_a_role_is_told_as_if_other_accounts_were_not_there(platform: Platform) -> None:
    """L9: that somebody reads some of it already, by a role on an account, shows in no number of a role for him."""
    asker = (await platform.staff("USERS:W TRANSACTIONS:R")).token
    role = platform.global_id("role", await platform.role("TRANSACTIONS:R"))
    told = []
    for grants in ([], [await platform.collaborator(GERMANY, "OWNER")]):
        person = await platform.person(*grants)
        given = {"user": platform.global_id("app_user", person.id), "role": role}
        (found,) = (await exposure(platform, asker, "assignPlatformRole", **given))["people"]["touched"]
        told.append(found["differences"])
    assert told[0] == told[1]
    assert any(each["rows"] and each["rows"]["gained"] for each in told[0])


async def test_l9_a_key_of_somebody_else_tells_of_no_account(platform: Platform) -> None:
    """L9, A16: whoever makes a key for another is not told on which accounts the other works."""
    maker = (await platform.staff("API_KEYS:W USERS:R", also=[await platform.collaborator(AUSTRIA, "READ_ONLY")])).token
    told = []
    for account in (None, GERMANY, AUSTRIA):
        grants = [] if account is None else [await platform.collaborator(account, "READ_ONLY")]
        person = await platform.person(*grants)
        given = {"name": "script", "scopes": ["account:R"], "user": platform.global_id("app_user", person.id)}
        answer = await exposure(platform, maker, "createUserApiKey", **given)
        told.append([kinds(each) for each in answer["people"]["touched"]])
    assert told[0] == told[1]
    assert "AffiliateAccount.status" in told[2][0]
