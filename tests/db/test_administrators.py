"""Who administers the platform, as `doctor` and imports count them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from demo_platform import Platform

from sightline.db.administrators import ADMINISTRATORS


async def administers(
    platform: Platform, permissions: str, *, status: str = "ACTIVE", ends_in: int | None = None
) -> bool:
    """Whether a new person with a role of these permissions does, whose grant ends in so many days."""
    role = await platform.role(permissions, status=status)
    ends = None if ends_in is None else datetime.now(UTC) + timedelta(days=ends_in)
    person = await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role, "expires_at": ends}))
    return person.id in await platform.stored(ADMINISTRATORS)


async def test_whose_role_writes_admin_and_holds_now_administers(platform: Platform) -> None:
    """DR10: no reader, no archived role, and nobody whose assignment has ended."""
    assert await administers(platform, "ADMIN:W")
    assert await administers(platform, "ADMIN:W TRANSACTIONS:R", ends_in=1)
    assert not await administers(platform, "ADMIN:W", ends_in=-1)
    assert not await administers(platform, "ADMIN:R")
    assert not await administers(platform, "SETTINGS:W TRANSACTIONS:W")
    assert not await administers(platform, "ADMIN:W", status="ARCHIVED")
