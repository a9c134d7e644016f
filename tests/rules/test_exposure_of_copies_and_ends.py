"""What a copy of a role or of a key would have, and what a suspension would take, asked before it is made."""

from __future__ import annotations

from uuid import uuid4

from demo_platform import Platform
from exposures_asked import exposure, kinds, rows_of, state


async def test_dr2_a_cloned_role_says_what_the_copy_will_give(platform: Platform) -> None:
    """DR1, DR2: what whoever is given the copy will have; refused as there to whoever holds less; no role is made."""
    given = {"role": platform.global_id("role", await platform.role("PAYOUTS:R", see_payout=True))}
    given["name"] = f"Copy {uuid4().hex[:6]}"
    maker = (await platform.staff("SETTINGS:W USERS:R OFFERS:R")).token
    before = await state(platform)
    (found,) = (await exposure(platform, platform.member("admin"), "cloneRole", **given))["people"]["touched"]
    assert found["user"] is None
    assert rows_of(found, "PayoutInvoice.total")["gained"] == await platform.one("SELECT count(*) FROM payout_invoice")
    told = [
        await exposure(platform, who, "cloneRole", **given | more)
        for who, more in ((maker, {}), (platform.member("adv-admin"), {}), (platform.member("admin"), {"name": " "}))
    ]
    assert [each["__typename"] for each in told] == ["Forbidden", "NotFound", "ValidationError"]
    assert await state(platform) == before
    assert not await platform.exists(platform.member("analyst"), "ExposureInput.cloneRole")


async def test_ac6_a_suspension_says_what_is_lost(platform: Platform) -> None:
    """AC6, DR14: all that he has by the platform; nobody is suspended by asking, and it is refused as there."""
    person = await platform.staff("OFFERS:R TRANSACTIONS:R")
    user = {"user": platform.global_id("app_user", person.id)}
    before = await state(platform)
    (found,) = (await exposure(platform, platform.member("admin"), "suspendUser", **user))["people"]["touched"]
    assert found["user"] == {"id": user["user"]}
    assert rows_of(found, "Program.createdAt")["lost"] == await platform.one("SELECT count(*) FROM program")
    assert set(kinds(found).values()) == {"LOST"}
    assert await state(platform) == before
    assert await platform.one("SELECT status::text FROM app_user WHERE id = $1", person.id) == "ACTIVE"
    himself = await platform.one("SELECT id FROM app_user WHERE email = 'admin@demo.example'")
    lesser = await platform.staff("USERS:W")
    told = [
        await exposure(platform, platform.member("admin"), "suspendUser", user=platform.global_id("app_user", himself)),
        await exposure(platform, lesser.token, "suspendUser", **user),
    ]
    assert [each["__typename"] for each in told] == ["Forbidden", "Forbidden"]
    for who in ("adv-admin", "manager", "collab-owner"):
        assert not await platform.exists(platform.member(who), "ExposureInput.suspendUser"), who


async def test_l1_a_suspension_tells_of_no_company(platform: Platform) -> None:
    """L1: whoever suspends is not told that somebody loses access to a company with it."""
    bare, company = await platform.person(), await platform.one("SELECT id FROM company ORDER BY id LIMIT 1")
    owner = await platform.person(("company_access", {"company_id": company, "level": "OWNER"}))
    told = []
    for person in (bare, owner):
        user = platform.global_id("app_user", person.id)
        answer = await exposure(platform, platform.member("admin"), "suspendUser", user=user)
        told.append([kinds(each) for each in answer["people"]["touched"]])
    assert told[0] == told[1]


async def test_sm6_a_rotated_key_says_what_the_new_one_has(platform: Platform) -> None:
    """SM6, AC5: what a new key of the same scopes has; the old one stays as it is, and another's is nobody's."""
    person = await platform.staff("OFFERS:R TRANSACTIONS:R")
    await platform.user_key(person.id, ["OFFERS:R"])
    number = await platform.one("SELECT id FROM api_key WHERE user_id = $1", person.id)
    given = {"apiKey": platform.global_id("api_key", number)}
    (found,) = (await exposure(platform, person.token, "rotateApiKey", **given))["people"]["touched"]
    assert found["user"] is None
    assert rows_of(found, "Program.createdAt")["gained"] == await platform.one("SELECT count(*) FROM program")
    assert "Conversion.status" not in kinds(found)
    assert await platform.one("SELECT count(*) FROM api_key WHERE user_id = $1", person.id) == 1
    assert await platform.one("SELECT expires_at FROM api_key WHERE id = $1", number) is None
    other = await platform.staff("OFFERS:R")
    assert (await exposure(platform, other.token, "rotateApiKey", **given))["__typename"] == "NotFound"
    late = await exposure(platform, person.token, "rotateApiKey", overlapMinutes=1441, **given)
    assert late["__typename"] == "ValidationError"
