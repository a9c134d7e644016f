"""Reviews of API keys and of access to companies (L12): by those who see them, confirmed or taken away one by one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from demo_platform import NORTHWIND, Person, Platform
from made_keys import Keys, new_organization

DUE = "2998-01-01T00:00:00Z"
ITEMS = """query ($id: ID!) @onDenied(mode: MASK) { node(id: $id) { ... on AccessReview { scope state
    items(first: 100) { nodes { id person role state user { id } apiKey { name } companyAccess { level } } } } } }"""


async def opened(platform: Platform, who: str, **given: Any) -> dict[str, Any]:
    """What beginning a review answers."""
    return await platform.change_by(who, "openAccessReview", "id", dueAt=DUE, **given)


async def items(platform: Platform, who: str, review: str) -> list[dict[str, Any]]:
    """The items of a review as somebody sees them."""
    node = (await platform.read(who, ITEMS, id=review))["node"]
    return [] if not node else list(node["items"]["nodes"])


async def decided(platform: Platform, who: str, verb: str, item: dict[str, Any]) -> str:
    """What confirming or revoking an item answers."""
    answer = await platform.change_by(who, f"{verb}Access", item=item["id"])
    return str(answer["__typename"])


async def company_of(platform: Platform) -> tuple[int, Person, Person]:
    """A new company, its owner, and another who has access to it."""
    company = await platform.add("company", name=f"Company {uuid4().hex[:6]}")
    people = [
        await platform.person(("company_access", {"company_id": company, "level": level}))
        for level in ("OWNER", "MEMBER")
    ]
    return company, people[0], people[1]


async def test_l12_an_organizations_keys_are_kept_or_revoked(platform: Platform) -> None:
    """L12, K5, SM6: one by one by its administrator, also keys that are nobody's; a revoked one is dead at once."""
    number = await new_organization(platform)
    role = await platform.predefined("Admin")
    held = {"scope": "ORGANIZATION", "organization_id": number, "role_id": role}
    boss = (await platform.person(("role_assignment", held))).token
    keys = Keys(platform)
    made = [await keys.of_organization(boss, number, name=f"key {n}") for n in range(2)]
    where = {"organization": platform.global_id("organization", number), "keys": True}
    review = (await opened(platform, boss, **where))["id"]
    found = await items(platform, boss, review)
    assert [each["apiKey"]["name"] for each in found] == ["key 0", "key 1"]
    assert [each["user"] for each in found] == [None, None]
    assert await decided(platform, boss, "confirm", found[0]) == "ConfirmAccessSuccess"
    assert await decided(platform, boss, "revoke", found[1]) == "RevokeAccessSuccess"
    assert [await keys.lives(each["secret"]) for each in made] == [True, False]
    assert await decided(platform, boss, "revoke", found[1]) == "ValidationError"
    closed = await platform.change_by(boss, "closeAccessReview", accessReview=review)
    assert closed["__typename"] == "CloseAccessReviewSuccess"
    # The members are looked at by a review of their own, which may be open beside this one.
    assert (await opened(platform, boss, **where | {"keys": False}))["__typename"] == "OpenAccessReviewSuccess"


async def test_l12_keys_of_users_are_admins_to_review(platform: Platform) -> None:
    """L12, C-19: USERS W reviews the staff, not their keys, and sees no review of them; a key may end meanwhile."""
    person = await platform.staff("OFFERS:R")
    keys = Keys(platform)
    made = await keys.own(person.token, "OFFERS:R")
    admin, manager = platform.member("admin"), (await platform.staff("USERS:W API_KEYS:W")).token
    assert (await opened(platform, manager, keys=True))["__typename"] == "Forbidden"
    review = (await opened(platform, admin, keys=True))["id"]
    try:
        assert (await platform.read(manager, "query ($id: ID!) { node(id: $id) { id } }", id=review))["node"] is None
        user = platform.global_id("app_user", person.id)
        (mine,) = [each for each in await items(platform, admin, review) if (each["user"] or {}).get("id") == user]
        assert mine["role"] == "script: OFFERS:R"
        refused = await platform.change_by(manager, "revokeAccess", item=mine["id"])
        assert refused["__typename"] == "NotFound"
        assert (await keys.does(person.token, "revoke", made["id"]))["__typename"] == "RevokeApiKeySuccess"
        assert await decided(platform, admin, "confirm", mine) == "ValidationError"
        assert await decided(platform, admin, "revoke", mine) == "ValidationError"
    finally:
        await platform.change(
            "DELETE FROM access_review_item USING access_review r WHERE r.id = review_id AND r.scope = 'PLATFORM_KEYS'",
            "DELETE FROM access_review WHERE scope = 'PLATFORM_KEYS'",
        )


async def test_l12_l1_access_to_a_company_is_its_owners_to_review(platform: Platform) -> None:
    """L12, L1: no module and no level but OWNER; the last OWNER stays; for others there is no such review."""
    company, owner, fellow = await company_of(platform)
    named = {"company": platform.global_id("company", company)}
    assert not await platform.exists(fellow.token, "Mutation.openAccessReview")
    for key in ("admin", "adv-admin"):
        assert (await opened(platform, platform.member(key), **named))["__typename"] == "NotFound", key
    review = (await opened(platform, owner.token, **named))["id"]
    first, second = await items(platform, owner.token, review)
    assert (first["role"], second["role"], second["companyAccess"]["level"]) == ("OWNER", "MEMBER", "MEMBER")
    for who in (fellow.token, platform.member("admin"), platform.member("adv-admin")):
        assert (await platform.read(who, "query ($id: ID!) { node(id: $id) { id } }", id=review))["node"] is None
    assert await decided(platform, owner.token, "revoke", first) == "Forbidden"
    assert await decided(platform, owner.token, "confirm", first) == "ConfirmAccessSuccess"
    assert await decided(platform, owner.token, "revoke", second) == "RevokeAccessSuccess"
    assert not await platform.stored(
        "SELECT 1 FROM company_access WHERE company_id = $1 AND user_id = $2", company, fellow.id
    )
    closed = await platform.change_by(owner.token, "closeAccessReview", accessReview=review)
    assert closed["__typename"] == "CloseAccessReviewSuccess"


async def test_l12_one_place_is_reviewed_at_a_time(platform: Platform) -> None:
    """L12: of several places none; an account and a company have no keys of their own; a second one is not begun."""
    company, owner, _ = await company_of(platform)
    named = platform.global_id("company", company)
    place = platform.global_id("organization", await platform.named("organization", NORTHWIND))
    assert (await opened(platform, owner.token, company=named, organization=place))["path"] == ["organization"]
    assert (await opened(platform, owner.token, company=named, keys=True))["path"] == ["keys"]
    assert (await opened(platform, owner.token, company=named))["__typename"] == "OpenAccessReviewSuccess"
    assert (await opened(platform, owner.token, company=named))["__typename"] == "ValidationError"
