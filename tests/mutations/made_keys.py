"""API keys as tests of mutations make and use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from demo_platform import Person, Platform

from sightline.resolvers.errors import UnauthenticatedError

MADE = "id secret replayed apiKey { state scopes prefix lastFour expiresAt rotationDueAt user { id } }"


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """The mutations of API keys, each by the holder of a token."""

    platform: Platform

    async def own(self, who: str, *scopes: str, **more: Any) -> dict[str, Any]:
        """What making a user's key answers."""
        given = {"name": "script", "scopes": list(scopes)} | more
        return await self.platform.change_by(who, "createUserApiKey", MADE, **given)

    async def of_organization(self, who: str, organization: int, **more: Any) -> dict[str, Any]:
        """What making an organization's key answers."""
        given = {"name": "script", "organization": self.platform.global_id("organization", organization)} | more
        return await self.platform.change_by(who, "createOrganizationApiKey", MADE, **given)

    async def does(self, who: str, verb: str, key: str, **more: Any) -> dict[str, Any]:
        """What `claim`, `rotate` or `revoke` of a key answers."""
        selection = "id apiKey { state }" if verb == "revoke" else MADE
        return await self.platform.change_by(who, f"{verb}ApiKey", selection, apiKey=key, **more)

    async def lives(self, secret: str) -> bool:
        """Whether a secret stands for anybody."""
        try:
            await self.platform.ask(secret, "{ __typename }")
        except UnauthenticatedError:
            return False
        return True

    def number(self, made: dict[str, Any]) -> int:
        """The number of a key that was made."""
        return int(self.platform.engine.services.ids.decode(made["id"])[1].id)

    async def stored(self, made: dict[str, Any]) -> dict[str, Any]:
        """A key as it is stored."""
        (row,) = await self.platform.rows("SELECT * FROM api_key WHERE id = $1", self.number(made))
        return dict(row)


async def administrator(platform: Platform, organization: int, **limits: Any) -> Person:
    """A new ADMIN of an organization."""
    held = {"scope": "ORGANIZATION", "organization_id": organization, "role_id": await platform.predefined("Admin")}
    return await platform.person(("role_assignment", held | limits))


async def new_organization(platform: Platform) -> int:
    """An organization of the test's own, with an advertiser, a program, and one who stays its ADMIN."""
    number = await platform.add("organization", name=f"Keys {uuid4().hex[:8]}")
    profile = await platform.add("advertiser_profile", organization_id=number, name="Advertiser")
    assert profile
    await administrator(platform, number)
    return number
