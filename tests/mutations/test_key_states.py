"""API keys: claiming, rotating and revoking them, and every step that there is not (SM6, C-19, DR13, N18)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Person, Platform
from made_keys import Keys, administrator, new_organization

STATES = ("PENDING", "ACTIVE", "REVOKED", "EXPIRED", "PENDING, ended", "ACTIVE, ended")
STEPS = {("PENDING", "claim"), ("ACTIVE", "rotate"), ("ACTIVE", "revoke")}


@pytest.fixture
def keys(platform: Platform) -> Keys:
    """The mutations of API keys."""
    return Keys(platform)


async def in_state(platform: Platform, state: str, **owner: Any) -> str:
    """The id of a new key that stands there, written down directly."""
    stored, _, ended = state.partition(", ")
    secret = platform.secrets.demo_key(uuid4().hex)
    known = {"prefix": secret[:12], "last_four": secret[-4:], "hash": platform.secrets.token_hash(secret)}
    past = await platform.one("SELECT timestamptz '2026-01-01'")
    number = await platform.add(
        "api_key",
        name="script",
        state=stored,
        expires_at=past if ended or stored == "EXPIRED" else None,
        revoked_at=past if stored == "REVOKED" else None,
        **owner,
        **({} if stored == "PENDING" else known),
    )
    return platform.global_id("api_key", number)


async def pending(platform: Platform, keys: Keys, user: Person, *scopes: str, **more: Any) -> dict[str, Any]:
    """What an administrator's making of a key for somebody answers."""
    given = {"user": platform.global_id("app_user", user.id)} | more
    return await keys.own(platform.member("admin"), *scopes, **given)


@pytest.mark.parametrize("verb", ["claim", "rotate", "revoke"])
@pytest.mark.parametrize("state", STATES)
async def test_sm6_every_step_and_no_other(platform: Platform, keys: Keys, state: str, verb: str) -> None:
    """SM6: PENDING is claimed, ACTIVE rotated or revoked; every other step is refused, and changes nothing."""
    user = await platform.staff("BRANDS:R")
    key = await in_state(platform, state, owner_kind="USER", user_id=user.id, scopes=["BRANDS:R"])
    number = platform.engine.services.ids.decode(key)[1].id
    (before,) = await platform.rows("SELECT * FROM api_key WHERE id = $1", number)
    answer = await keys.does(user.token, verb, key)
    (after,) = await platform.rows("SELECT * FROM api_key WHERE id = $1", number)
    if (state, verb) in STEPS:
        assert answer["__typename"] == f"{verb.capitalize()}ApiKeySuccess", answer
        assert after["version"] == before["version"] + 1
    else:
        assert (answer["__typename"], answer["path"]) == ("ValidationError", ["apiKey"])
        assert after == before


@pytest.mark.parametrize("verb", ["rotate", "revoke"])
@pytest.mark.parametrize("state", [each for each in STATES if not each.startswith("PENDING")])
async def test_sm6_the_same_for_organizations_keys(platform: Platform, keys: Keys, state: str, verb: str) -> None:
    """SM6: only one that is ACTIVE and has not ended; nobody claims an organization's key."""
    organization = await new_organization(platform)
    admin = await administrator(platform, organization)
    key = await in_state(platform, state, owner_kind="ORG", organization_id=organization, created_by_id=admin.id)
    answer = await keys.does(admin.token, verb, key)
    expected = f"{verb.capitalize()}ApiKeySuccess" if (state, verb) in STEPS else "ValidationError"
    assert answer["__typename"] == expected
    assert (await keys.does(admin.token, "claim", key))["__typename"] == "Forbidden"


async def test_sm6_a_key_is_claimed_by_its_user_in_person(platform: Platform, keys: Keys) -> None:
    """SM6: it opens nothing before, and then what it names; it is claimed once; nobody else shows its secret."""
    target = await platform.staff("BRANDS:R")
    made = await pending(platform, keys, target, "BRANDS:R")
    assert (await keys.does(platform.member("admin"), "claim", made["id"]))["__typename"] == "Forbidden"
    assert (await keys.does(platform.member("manager"), "claim", made["id"]))["__typename"] == "NotFound"
    claimed = await keys.does(target.token, "claim", made["id"])
    assert (claimed["apiKey"]["state"], claimed["apiKey"]["scopes"]) == ("ACTIVE", ["BRANDS:R"])
    assert await platform.exists(claimed["secret"], "Brand.operatorNotes")
    assert not await platform.exists(claimed["secret"], "Query.apiKeys")
    again = await keys.does(target.token, "claim", made["id"])
    assert again["__typename"] == "ValidationError"
    by_admin = await platform.node(
        platform.member("admin"), "api_key", keys.number(made), selection="... on ApiKey { state prefix }"
    )
    assert by_admin == {"state": "ACTIVE", "prefix": claimed["secret"][:12]}


async def test_a16_a_key_is_measured_when_it_is_claimed(platform: Platform, keys: Keys) -> None:
    """A16, DR13: what its user does not hold then, or not for so long, he does not claim; he may end it sooner."""
    until = await platform.one("SELECT timestamptz '2997-01-01'")
    role = await platform.role("BRANDS:R")
    target = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role, "expires_at": until}))
    beyond = await pending(platform, keys, target, "BRANDS:R", "PAYOUTS:R")
    answer = await keys.does(target.token, "claim", beyond["id"])
    assert (answer["__typename"], answer["path"]) == ("Forbidden", ["scopes"])
    assert (await keys.stored(beyond))["state"] == "PENDING"
    longer = await pending(platform, keys, target, "BRANDS:R", expiresAt="2998-01-01T00:00:00Z")
    answer = await keys.does(target.token, "claim", longer["id"])
    assert (answer["__typename"], answer["path"]) == ("Forbidden", ["expiresAt"])
    later = await keys.does(target.token, "claim", longer["id"], expiresAt="2999-01-01T00:00:00Z")
    assert (later["__typename"], later["path"]) == ("ValidationError", ["expiresAt"])
    claimed = await keys.does(target.token, "claim", longer["id"], expiresAt="2996-01-01T00:00:00Z")
    assert claimed["apiKey"]["expiresAt"] == "2996-01-01T00:00:00Z"


@pytest.mark.parametrize("minutes", [0, 60, 1440, None])
async def test_sm6_a_rotated_key_goes_on_for_a_while(platform: Platform, keys: Keys, minutes: int | None) -> None:
    """SM6: the new key may what the old one may; the old one ends after the overlap, a day at most."""
    holder = await platform.staff("AFFILIATES:R BRANDS:R")
    old = await keys.own(holder.token, "AFFILIATES:R", name="nightly")
    begun = await platform.one("SELECT now()")
    made = await keys.does(holder.token, "rotate", old["id"], overlapMinutes=minutes)
    assert made["__typename"] == "RotateApiKeySuccess"
    assert made["secret"] != old["secret"]
    before, after = await keys.stored(old), await keys.stored(made)
    for same in ("owner_kind", "user_id", "organization_id", "scopes", "name"):
        assert before[same] == after[same], same
    assert (before["state"], after["state"], after["expires_at"]) == ("ACTIVE", "ACTIVE", None)
    overlap = timedelta(minutes=1440 if minutes is None else minutes)
    assert begun + overlap <= before["expires_at"] <= begun + overlap + timedelta(minutes=5)
    assert await platform.exists(made["secret"], "Query.affiliateAccounts")
    assert await keys.lives(old["secret"]) is (minutes != 0)
    if minutes != 0:
        await platform.change(f"UPDATE api_key SET expires_at = now() WHERE id = {keys.number(old)}")
        assert not await keys.lives(old["secret"])
        assert await keys.lives(made["secret"])


async def test_sm6_bounds_of_a_rotation(platform: Platform, keys: Keys) -> None:
    """SM6, DR13, F22: no overlap beyond a day; the old key never lasts longer for it; the rights of now count."""
    until = await platform.one("SELECT timestamptz '2997-01-01'")
    role = await platform.role("AFFILIATES:R")
    assignment = {"scope": "PLATFORM", "role_id": role, "expires_at": until}
    holder = await platform.person(("role_assignment", assignment))
    old = await keys.own(holder.token, "AFFILIATES:R", expiresAt="2990-01-01T00:00:00Z")
    for minutes in (-1, 1441, 2**31 - 1):
        answer = await keys.does(holder.token, "rotate", old["id"], overlapMinutes=minutes)
        assert (answer["__typename"], answer["path"]) == ("ValidationError", ["overlapMinutes"]), minutes
    for end in (None, "2998-01-01T00:00:00Z"):
        answer = await keys.does(holder.token, "rotate", old["id"], expiresAt=end)
        assert (answer["__typename"], answer["path"]) == ("Forbidden", ["expiresAt"])
    stale = await keys.does(holder.token, "rotate", old["id"], version=7)
    assert (stale["__typename"], stale["version"]) == ("Conflict", 1)
    made = await keys.does(holder.token, "rotate", old["id"], expiresAt="2996-01-01T00:00:00Z")
    assert made["apiKey"]["expiresAt"] == "2996-01-01T00:00:00Z"
    soon = await keys.own(holder.token, "self:R")
    await platform.change(f"UPDATE api_key SET expires_at = now() + interval '1 h' WHERE id = {keys.number(soon)}")
    ends = (await keys.stored(soon))["expires_at"]
    following = await keys.does(holder.token, "rotate", soon["id"])
    assert (await keys.stored(soon))["expires_at"] == ends == (await keys.stored(following))["expires_at"]
    await platform.change(f"DELETE FROM role_permission WHERE role_id = {role}")
    answer = await keys.does(holder.token, "rotate", made["id"])
    assert (answer["__typename"], answer["path"]) == ("Forbidden", ["scopes"])
    assert await keys.lives(made["secret"])


async def test_n18_a_revoked_key_is_nobody(platform: Platform, keys: Keys) -> None:
    """N18, SM6, A16: from the next operation on, for ever; by its user, by Admin W, and for him by nobody else."""
    holder = await platform.staff("API_KEYS:W AFFILIATES:R")
    first, second, third = [await keys.own(holder.token, "AFFILIATES:R") for _ in range(3)]
    assert (await keys.does(holder.token, "revoke", first["id"]))["apiKey"] == {"state": "REVOKED"}
    assert not await keys.lives(first["secret"])
    assert await keys.lives(second["secret"])
    assert (await keys.does(platform.member("admin"), "revoke", second["id"]))["__typename"] == "RevokeApiKeySuccess"
    assert not await keys.lives(second["secret"])
    reader = await platform.staff("ADMIN:R")
    other = await platform.staff("API_KEYS:W USERS:W")
    assert (await keys.does(reader.token, "revoke", third["id"]))["__typename"] == "Forbidden"
    assert (await keys.does(other.token, "revoke", third["id"]))["__typename"] == "NotFound"
    stale = await keys.does(holder.token, "revoke", third["id"], version=9)
    assert (stale["__typename"], stale["version"]) == ("Conflict", 1)
    assert await keys.lives(third["secret"])


@pytest.mark.parametrize("verb", ["rotate", "revoke"])
async def test_c19_k5_who_ends_an_organizations_key(platform: Platform, keys: Keys, verb: str) -> None:
    """C-19, K5, K17, SM6: its ADMINs and Account Administrators. Platform Admin reads it, and writes nothing of it."""
    organization = await new_organization(platform)
    maker = await administrator(platform, organization)
    held = {"scope": "ORGANIZATION", "organization_id": organization}
    made = await keys.of_organization(maker.token, organization)
    member = await platform.person(("role_assignment", held | {"role_id": await platform.predefined("Member")}))
    elsewhere = await platform.person(await platform.membership(BLUEBIRD, "Admin"))
    for who, expected in ((platform.member("admin"), "Forbidden"), (member.token, "NotFound")):
        assert (await keys.does(who, verb, made["id"]))["__typename"] == expected
    assert (await keys.does(elsewhere.token, verb, made["id"]))["__typename"] == "NotFound"
    other = ("role_assignment", held | {"role_id": await platform.predefined("Account Administrator")})
    deputy = await platform.person(other)
    answer = await keys.does(deputy.token, verb, made["id"])
    assert answer["__typename"] == f"{verb.capitalize()}ApiKeySuccess"
    if verb == "rotate":
        assert await platform.count(answer["secret"], "organizations") >= 1
        assert (await keys.stored(answer))["created_by_id"] == deputy.id
    else:
        assert not await keys.lives(made["secret"])


async def test_c19_platform_staff_show_no_secret_of_others(platform: Platform, keys: Keys) -> None:
    """SM6, C-19: Admin W does not rotate a key of somebody else, which would show him its secret."""
    holder = await platform.staff("AFFILIATES:R")
    made = await keys.own(holder.token, "AFFILIATES:R")
    assert (await keys.does(platform.member("admin"), "rotate", made["id"]))["__typename"] == "Forbidden"
    boss = await platform.staff("ADMIN:W", also=[await platform.membership(NORTHWIND, "Admin")])
    assert (await keys.does(boss.token, "rotate", made["id"]))["__typename"] == "Forbidden"
    assert (await keys.stored(made))["version"] == 1
