"""How many API keys one owner has at once: each may cost as much as a person (SM6, A16, GOAL22)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from demo_platform import Person, Platform
from made_keys import Keys, administrator, new_organization

from sightline.db.live_keys import MOST_KEYS
from sightline.resolvers.mutations import api_keys

MADE, REFUSED = "CreateUserApiKeySuccess", "ValidationError"


@pytest.fixture
async def keys(platform: Platform) -> AsyncIterator[Keys]:
    """Keys of the platform's; those that only fill it up are gone afterwards, or reviews of other tests had them."""
    yield Keys(platform)
    await platform.change("DELETE FROM api_key WHERE name = 'stored'")


async def stored(platform: Platform, count: int, **owner: Any) -> None:
    """So many keys of an owner, as they are stored, and as many that do not count."""
    (column, number), kind = next(iter(owner.items())), "USER" if "user_id" in owner else "ORG"
    for state, end in (("ACTIVE", "NULL"), ("REVOKED", "NULL"), ("ACTIVE", "now()")):
        await platform.change(
            f"INSERT INTO api_key (owner_kind, {column}, name, prefix, last_four, hash, scopes, state, expires_at)"
            f" SELECT '{kind}', {number}, 'stored', 'sl_live_', 'abcd', sha256(gen_random_uuid()::text::bytea),"
            f" ARRAY['self:R'], '{state}', {end} FROM generate_series(1, {count})"
        )


async def full_user(platform: Platform, free: int) -> Person:
    """Somebody who may have so many keys more."""
    who = await platform.staff("BRANDS:R")
    await stored(platform, MOST_KEYS - free, user_id=who.id)
    return who


async def test_sm6_a_user_has_so_many_keys(platform: Platform, keys: Keys) -> None:
    """SM6: also when they are made at once; what is revoked or has ended does not count, nor do those of others."""
    who, other = await full_user(platform, 2), await platform.staff("BRANDS:R")
    answers = await asyncio.gather(*(keys.own(who.token, "BRANDS:R") for _ in range(4)))
    assert sorted(each["__typename"] for each in answers) == [MADE] * 2 + [REFUSED] * 2
    refused = await keys.own(who.token, "BRANDS:R")
    assert refused["message"] == "You have 50 keys that can be used, the most there can be: revoke one first."
    assert (await keys.own(other.token, "BRANDS:R"))["__typename"] == MADE
    (made, _) = [each for each in answers if each["__typename"] == MADE]
    assert (await keys.does(who.token, "revoke", made["id"]))["__typename"] == "RevokeApiKeySuccess"
    assert (await keys.own(who.token, "BRANDS:R"))["__typename"] == MADE


async def test_k5_an_organization_has_so_many_keys(platform: Platform, keys: Keys) -> None:
    """K5, SM6: whichever of its administrators make them, at once; each has his own beside them."""
    number = await new_organization(platform)
    people = [await administrator(platform, number) for _ in range(3)]
    await stored(platform, MOST_KEYS - 1, organization_id=number)
    answers = await asyncio.gather(*(keys.of_organization(who.token, number) for who in people))
    assert sorted(each["__typename"] for each in answers) == ["CreateOrganizationApiKeySuccess", *[REFUSED] * 2]
    assert (await keys.own(people[0].token, "self:R"))["__typename"] == MADE


async def test_sm6_keys_are_rotated_beyond_that_but_not_without_end(platform: Platform, keys: Keys) -> None:
    """SM6: whoever has all his keys still rotates one; rotating over and over makes no more than twice as many."""
    who = await full_user(platform, 1)
    made = await keys.own(who.token, "BRANDS:R")
    assert (await keys.does(who.token, "rotate", made["id"]))["__typename"] == "RotateApiKeySuccess"
    await stored(platform, MOST_KEYS - 2, user_id=who.id)
    kinds = [(await keys.does(who.token, "rotate", made["id"]))["__typename"] for _ in range(2)]
    assert kinds == ["RotateApiKeySuccess", REFUSED]


async def test_lk15_making_keys_for_somebody_tells_nothing_of_his(
    platform: Platform, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LK15, A16: it is answered alike however many he has; he claims no more than he may have; its maker is bounded."""
    monkeypatch.setattr(api_keys, "MOST_FOR_ANOTHER", 2)
    maker, full, other = (
        await platform.staff("USERS:R API_KEYS:W"),
        await full_user(platform, 0),
        await full_user(platform, 1),
    )
    made = {}
    for target in (full, other):
        user = platform.global_id("app_user", target.id)
        answers = [await keys.own(maker.token, "BRANDS:R", user=user) for _ in range(3)]
        assert [each["__typename"] for each in answers] == [MADE, MADE, REFUSED]
        made[target.id] = [each["id"] for each in answers[:2]]
    assert (await keys.does(full.token, "claim", made[full.id][0]))["__typename"] == REFUSED
    kinds = [(await keys.does(other.token, "claim", each))["__typename"] for each in made[other.id]]
    assert kinds == ["ClaimApiKeySuccess", REFUSED]
