"""An organization's key survives its maker, and is due for rotation when he is ADMIN no more (SM6, DR12, DR16, D9)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from demo_platform import Person, Platform
from made_keys import Keys, administrator, new_organization


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A key that the maker made, in an organization where somebody else is ADMIN too."""

    platform: Platform
    keys: Keys
    organization: int
    maker: Person
    boss: Person
    key: dict[str, Any]

    async def due(self) -> str | None:
        """From when on it should be rotated, as the other ADMIN reads it."""
        shown = await self.platform.node(
            self.boss.token, "api_key", self.keys.number(self.key), selection="... on ApiKey { rotationDueAt }"
        )
        due: str | None = shown["rotationDueAt"]
        return due

    async def is_due(self) -> bool:
        """Whether that moment has come."""
        return bool(
            await self.platform.one("SELECT rotation_due_at <= now() IS TRUE FROM api_key WHERE id = $1", self.number)
        )

    @property
    def number(self) -> int:
        """The key's number."""
        return self.keys.number(self.key)

    async def membership(self) -> str:
        """The maker's membership."""
        statement = "SELECT id FROM role_assignment WHERE user_id = $1 AND organization_id = $2"
        return self.platform.global_id(
            "role_assignment", await self.platform.one(statement, self.maker.id, self.organization)
        )

    async def becomes(self, role: str) -> None:
        """Give the maker another role."""
        given = {"membership": await self.membership()}
        given["role"] = self.platform.global_id("role", await self.platform.predefined(role))
        answer = await self.platform.change_by(self.boss.token, "changeMembership", "id", **given)
        assert answer["__typename"] == "ChangeMembershipSuccess", answer


@pytest.fixture
async def made(platform: Platform) -> Made:
    """A key whose maker is ADMIN."""
    keys, organization = Keys(platform), await new_organization(platform)
    maker, boss = [await administrator(platform, organization) for _ in range(2)]
    key = await keys.of_organization(maker.token, organization)
    return Made(platform, keys, organization, maker, boss, key)


async def demoted(made: Made) -> None:
    await made.becomes("Member")


async def removed(made: Made) -> None:
    answer = await made.platform.change_by(made.boss.token, "removeMember", "id", membership=await made.membership())
    assert answer["__typename"] == "RemoveMemberSuccess", answer


async def left(made: Made) -> None:
    given = {"organization": made.platform.global_id("organization", made.organization)}
    answer = await made.platform.change_by(made.maker.token, "leaveOrganization", "id", **given)
    assert answer["__typename"] == "LeaveOrganizationSuccess", answer


async def suspended(made: Made) -> None:
    given = {"user": made.platform.global_id("app_user", made.maker.id)}
    answer = await made.platform.change_by(made.platform.member("admin"), "suspendUser", "id", **given)
    assert answer["__typename"] == "SuspendUserSuccess", answer


@pytest.mark.parametrize("ends", [demoted, removed, left, suspended])
async def test_sm6_a_key_is_due_when_its_maker_is_admin_no_more(
    made: Made, ends: Callable[[Made], Awaitable[None]]
) -> None:
    """SM6, DR12, D9: it is flagged, with the epoch, and goes on; rotated, the new one is not."""
    assert await made.due() is None
    before = await made.platform.one("SELECT n FROM authz_epoch")
    await ends(made)
    assert await made.platform.one("SELECT n FROM authz_epoch") == before + 1
    assert await made.is_due()
    assert await made.keys.lives(made.key["secret"])
    rotated = await made.keys.does(made.boss.token, "rotate", made.key["id"])
    assert rotated["apiKey"]["rotationDueAt"] is None
    assert (await made.keys.stored(rotated))["rotation_due_at"] is None
    assert await made.is_due()


async def test_sm6_what_does_not_make_a_key_due(made: Made, platform: Platform) -> None:
    """SM6: another office of an administrator, what becomes of others, keys of users, and keys that are revoked."""
    await made.becomes("Account Administrator")
    other = await administrator(platform, made.organization)
    theirs = await made.keys.of_organization(other.token, made.organization)
    own = await made.keys.own(other.token, "org:R")
    revoked = await made.keys.of_organization(other.token, made.organization)
    await made.keys.does(other.token, "revoke", revoked["id"])
    given = {"organization": platform.global_id("organization", made.organization)}
    await platform.change_by(other.token, "leaveOrganization", "id", **given)
    assert await made.due() is None
    for each, flagged in ((theirs, True), (own, False), (revoked, False)):
        assert ((await made.keys.stored(each))["rotation_due_at"] is not None) is flagged


async def test_sm6_a_key_stays_due(made: Made) -> None:
    """SM6: whoever knows its secret was without the office; that he has it again does not undo it."""
    await made.becomes("Member")
    due = await made.due()
    assert due is not None
    await made.becomes("Admin")
    assert await made.due() == due


async def test_sm6_dr13_an_office_that_ends_by_itself(made: Made, platform: Platform) -> None:
    """SM6, DR13: the key is due when its maker's membership ends; not any more once he is given it for ever."""
    ends = "2997-01-01T00:00:00Z"
    given = {"membership": await made.membership(), "expiresAt": ends}
    answer = await platform.change_by(made.boss.token, "changeMembership", "id", **given)
    assert answer["__typename"] == "ChangeMembershipSuccess", answer
    assert await made.due() == ends
    assert not await made.is_due()
    made_then = await made.keys.of_organization(made.maker.token, made.organization, expiresAt=ends)
    assert made_then["apiKey"]["rotationDueAt"] == ends
    await made.becomes("Guest")
    assert await made.is_due()


async def test_sm6_who_is_shown_what_is_due(platform: Platform) -> None:
    """SM6, C-19: whoever is shown the key, and nobody else; the demo platform has one."""
    number = await platform.one("SELECT id FROM api_key WHERE rotation_due_at IS NOT NULL AND name = 'outlived-key'")
    for key, sees in (("adv-admin", True), ("admin", True), ("adv-member", False), ("manager", False)):
        shown = await platform.node(
            platform.member(key), "api_key", number, selection="... on ApiKey { rotationDueAt }"
        )
        assert (shown is not None) is sees, key
        assert shown is None or shown["rotationDueAt"] is not None
