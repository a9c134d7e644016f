"""Versions of rows: told to those who do something that takes them, and to nobody who merely may do something there."""

from __future__ import annotations

from typing import Any

import pytest
from demo_platform import BLUEBIRD, NORTHWIND, Platform

from sightline.schema.model import CATALOGUE
from sightline.schema.mutations import IN_A_VERSION, MUTATIONS

GERMANY = "Bluebird Germany"


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
