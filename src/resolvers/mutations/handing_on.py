"""Giving and taking access, decided on its effect: the writes are made, and undone where they went too far (DR1, DR10).

    async with handing_on(change, users=[user], organization=organization):
        await change.update(...)

Before and after the block the grants of the users it touches are read; what differs must lie inside the actor's own
grant of that scope, as it was before. The rule itself is `sightline.authz.delegation`, and pure.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

from sightline.authz.delegation import Excess, organization_excess, platform_excess
from sightline.authz.grants import Grants, OrganizationGrant
from sightline.resolvers.grants import grants_of_user
from sightline.resolvers.mutations.change import Change
from sightline.resolvers.mutations.columns_handed_on import refuse_giving_away
from sightline.resolvers.mutations.key_rotation import flag_keys
from sightline.resolvers.mutations.refusals import NotAllowedError

_SHOWN = 5
_ROWS = frozenset({"account", "advertiser", "program"})

# A time-boxed or suspended administrator does not count (DR10, DR13, DR14).
_PLATFORM_ADMINS = """
    SELECT 1 FROM role_assignment a JOIN role_permission p ON p.role_id = a.role_id JOIN app_user u ON u.id = a.user_id
    WHERE a.scope = 'PLATFORM' AND p.permission = 'ADMIN' AND p.level = 'W' AND a.expires_at IS NULL
      AND u.status = 'ACTIVE' LIMIT 1
"""
_ORGANIZATION_ADMINS = """
    SELECT 1 FROM role_assignment a JOIN role r ON r.id = a.role_id JOIN app_user u ON u.id = a.user_id
    WHERE a.organization_id = $1 AND r.origin = 'PREDEFINED' AND r.name IN ('Admin', 'Account Administrator')
      AND a.expires_at IS NULL AND u.status = 'ACTIVE' LIMIT 1
"""
_ENDS = "SELECT expires_at FROM role_assignment WHERE user_id = $1 AND organization_id IS NOT DISTINCT FROM $2"


def membership_in(grants: Grants, organization: int) -> OrganizationGrant | None:
    """What somebody has in an organization."""
    return next((each for each in grants.organizations if each.organization_id == organization), None)


def refuse(excess: Iterable[Excess]) -> None:
    """Raise NotAllowedError where there is something that the actor does not hold himself, and say what."""
    named = ", ".join(sorted({_named(each) for each in excess})[:_SHOWN])
    if named:
        raise NotAllowedError(f"You cannot give or take what you do not hold yourself: {named}.")


def _named(excess: Excess) -> str:
    """A lack in words. Of rows it names the kind: numbers as they are stored are told to nobody."""
    return f"a further {excess.kind}" if excess.kind in _ROWS else f"{excess.kind} {excess.name}"


@asynccontextmanager
async def handing_on(
    change: Change,
    *,
    users: Iterable[int],
    organization: int | None,
    until: datetime | None = None,
    taking: bool = False,
    returning: bool = False,
) -> AsyncIterator[None]:
    """A block that changes the grants of these users, on the platform (None) or in one organization.

    `until` is when what is given ends by itself. A block that suspends is `taking` all they have, one that reinstates
    is `returning` it: their rows of grants stay. Raises NotAllowedError where the actor would hand on, or take away,
    what he does not hold there, or would leave nobody in charge; then nothing of the block is left.
    """
    touched = list(dict.fromkeys(users))
    own = (await grants_of_user(change.operation.snapshot, change.actor))[0]
    await _refuse_longer(change, organization, until)
    was_led = await _is_led(change, organization)
    before = {user: (await grants_of_user(change.operation.snapshot, user))[0] for user in touched}
    yield
    for user in touched:
        after = (await grants_of_user(change.operation.snapshot, user))[0]
        had, has = Grants(user) if returning else before[user], Grants(user) if taking else after
        refuse(_excess(had, has, own, organization))
        if organization is None and not taking:
            await refuse_giving_away(change, user)
    if was_led and not await _is_led(change, organization):
        raise NotAllowedError("This would leave nobody in charge: make somebody else an administrator first.")
    await flag_keys(change, organization=organization, makers=touched)


def _excess(before: Grants, after: Grants, own: Grants, organization: int | None) -> tuple[Excess, ...]:
    if organization is None:
        return platform_excess(before.platform, after.platform, own.platform)
    return organization_excess(*(membership_in(each, organization) for each in (before, after, own)))


async def _refuse_longer(change: Change, organization: int | None, until: datetime | None) -> None:
    """DR13: whoever holds a right until some day gives it at most until then."""
    rows = await change.fetch(_ENDS, change.actor, organization)
    ends = rows[0]["expires_at"] if rows else None
    if ends is not None and (until is None or until > ends):
        raise NotAllowedError(f"You hold your own role until {ends.isoformat()}: give nothing for longer.")


async def _is_led(change: Change, organization: int | None) -> bool:
    if organization is None:
        return bool(await change.fetch(_PLATFORM_ADMINS))
    return bool(await change.fetch(_ORGANIZATION_ADMINS, organization))
