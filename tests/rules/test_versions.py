"""Versions of rows: told to those who do something that takes them, and to nobody who merely may do something there."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform

from sightline.schema.model import CATALOGUE
from sightline.schema.mutations import IN_A_VERSION, MUTATIONS

GERMANY = "Bluebird Germany"


async def versions(platform: Platform, who: str, ids: list[str]) -> list[int | None]:
    """What somebody is told of the versions of rows."""
    found = await platform.read(who, "query ($ids: [ID!]!) { viewer { versions(ids: $ids) } }", ids=ids)
    told: list[int | None] = found["viewer"]["versions"]
    return told


async def version(platform: Platform, who: str, entity: str, key: int) -> Any:
    """What somebody is told of a row's version."""
    query = "query ($id: ID!) { viewer { version(id: $id) } }"
    return (await platform.read(who, query, id=platform.global_id(entity, key)))["viewer"]["version"]


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("collab-readonly", False),
        ("collab-owner", True),
        ("collab-manager", True),
        ("partner-admin", True),
        ("partner-guest", False),
        ("finance-manager", False),
        ("adv-admin", False),
    ],
)
async def test_ac11_of_an_account_to_those_who_change_it(platform: Platform, key: str, told: bool) -> None:
    """AC11: READ_ONLY saves reports of it, and changes nothing."""
    account = await platform.named("affiliate_account", GERMANY)
    assert (await version(platform, platform.member(key), "affiliate_account", account) is not None) == told


async def test_ac11_of_a_user_to_those_who_suspend_him(platform: Platform) -> None:
    """AC11: neither to whoever may ask why he sees something, nor to himself, nor to staff that reads."""
    person = await platform.person(await platform.membership(NORTHWIND, "Member"))
    for who, told in (
        ((await platform.staff("USERS:W")).token, 1),
        ((await platform.staff("USERS:R API_KEYS:W")).token, None),
        (platform.member("adv-admin"), None),
        (person.token, None),
    ):
        assert await version(platform, who, "app_user", person.id) == told


async def test_ac11_what_is_made_below_a_row_tells_no_version_of_it(platform: Platform) -> None:
    """AC11: nor does what is done beside it, such as a note of the operator's alone, or leaving an organization."""
    organization = await platform.named("organization", NORTHWIND)
    brand = await platform.one(
        "SELECT min(b.id) FROM brand b JOIN advertiser_profile p ON p.id = b.advertiser_profile_id"
        " WHERE p.organization_id = $1",
        organization,
    )

    async def with_role(permissions: str) -> str:
        made = await platform.role(permissions, scope="ORGANIZATION", base_type="ORG", organization_id=organization)
        return (await platform.person(await platform.membership(NORTHWIND, made))).token

    assert await version(platform, await with_role("BRANDING:R CONTENT:W"), "brand", brand) is None
    assert await version(platform, await with_role("BRANDING:W"), "brand", brand) is not None
    members_only = await with_role("ACCOUNT_USERS:W")
    assert await version(platform, members_only, "organization", organization) is None
    assert await version(platform, platform.member("adv-admin"), "organization", organization) is not None
    own = await platform.person(await platform.membership(BLUEBIRD, "Member"))
    membership = await platform.one("SELECT id FROM role_assignment WHERE user_id = $1", own.id)
    assert await version(platform, own.token, "role_assignment", membership) is None


@pytest.mark.parametrize(
    "key", ["admin", "manager", "adv-admin", "adv-guest", "partner-admin", "collab-owner", "both-sides", "nobody"]
)
async def test_ac11_lk15_many_at_once_are_told_as_one_is(platform: Platform, key: str) -> None:
    """AC11, LK15: of rows of every type with a version, seen and not, in the order of the ids, repeated ones too."""
    who = platform.member(key)
    single = "query ($id: ID!) { viewer { version(id: $id) } }"
    own = (NORTHWIND, BLUEBIRD, "Kestrel Collective")
    ids = [platform.global_id("organization", await platform.named("organization", name)) for name in own]
    ids.append(platform.global_id("affiliate_account", await platform.named("affiliate_account", GERMANY)))
    for entity in sorted(each.name for each in CATALOGUE.served if "version" in each.columns):
        keys = (
            ("affiliate_account_id, id" if CATALOGUE[entity].is_fact else "id") if "id" in CATALOGUE[entity].key else ""
        )
        rows = await platform.rows(f"SELECT {keys} FROM {entity} ORDER BY md5(id::text) LIMIT 3") if keys else []
        ids += [platform.global_id(entity, *row.values()) for row in rows]
    Random(7).shuffle(ids)
    ids = [*ids[:99], ids[0]]
    assert len(ids) > 40
    singly = [(await platform.read(who, single, id=each))["viewer"]["version"] for each in ids]
    assert await versions(platform, who, ids) == singly
    if key == "adv-guest":
        assert not any(singly), "it writes nothing"
    else:
        assert None in singly
        assert any(singly) or key == "nobody"


async def test_lk15_unseen_made_up_and_other_ids_are_told_alike(platform: Platform) -> None:
    """LK15, AC7: null in their places; what is no id is an error in its place alone, as one asked singly is."""
    who = (await platform.person(await platform.membership(NORTHWIND, "Member"))).token
    own = await platform.one(
        "SELECT min(p.id) FROM program p JOIN organization o ON o.id = p.advertiser_org_id WHERE o.name = $1", NORTHWIND
    )
    others = await platform.stored(
        "SELECT p.id FROM program p JOIN organization o ON o.id = p.advertiser_org_id WHERE o.name <> $1", NORTHWIND
    )
    ids = [platform.global_id("program", each) for each in (others[0], own, others[-1], 987_654_321)]
    ids += [platform.global_id("app_user", 1), platform.global_id("conversion", 1, 1)]
    assert [each is not None for each in await versions(platform, who, ids)] == [False, True] + [False] * 4
    assert await versions(platform, who, []) == []
    query = "query ($ids: [ID!]!) { viewer { versions(ids: $ids) } }"
    wrong = await platform.ask(who, query, ids=["no id", ids[1]])
    assert wrong.data is not None
    assert wrong.data["viewer"]["versions"][0] is None
    assert wrong.data["viewer"]["versions"][1] is not None
    assert [(each["path"], each["extensions"]["code"]) for each in wrong.errors] == [
        (["viewer", "versions", 0], "BAD_INPUT")
    ]


async def test_goal22_of_how_many_ids_versions_are_told(platform: Platform) -> None:
    """GOAL22: of 100 at most, whether or not they are seen."""
    who, query = platform.member("adv-admin"), "query ($ids: [ID!]!) { viewer { versions(ids: $ids) } }"
    ids = [platform.global_id("program", each) for each in range(10**9, 10**9 + 101)]
    assert await versions(platform, who, ids[:100]) == [None] * 100
    refused = await platform.ask(who, query, ids=ids)
    assert [each["extensions"]["code"] for each in refused.errors] == ["BAD_INPUT"]
    assert "at most 100" in refused.errors[0]["message"]
    assert refused.data is None or refused.data["viewer"] is None


def test_ac11_versions_are_of_rows_that_have_one() -> None:
    """AC11: a verb in a version is done on a row of it, which is what its mutation answers with."""
    for each in MUTATIONS:
        for verb in each.verbs if "version" in each.takes else ():
            entity = CATALOGUE.model.verbs[verb].entity
            if entity is not None and verb in IN_A_VERSION.get(entity, ()):
                assert "version" in CATALOGUE[entity].columns, verb
                assert entity in each.gives.values(), verb
    assert IN_A_VERSION["app_user"] == {"user:suspend"}
    assert IN_A_VERSION["organization"] == {"organization:edit", "organization:configure"}
    assert "" not in IN_A_VERSION
