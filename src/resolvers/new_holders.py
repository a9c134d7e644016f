"""Whoever will hold what a change makes and nobody holds yet: a new role, an invitation, a key.

It is somebody who has nothing else, whoever it will be: so nothing is told of whether an invited address is anybody's.
Called within a trial, of which nothing stays.
"""

from __future__ import annotations

from uuid import uuid4

from sightline.authz.grants import NOTHING
from sightline.authz.paths import PathKind
from sightline.db.tables.enums import InvitationScope
from sightline.resolvers.grants import grants_of_organization, grants_of_user
from sightline.resolvers.grants_seen import grants_seen
from sightline.resolvers.grants_told import GrantsChange, Held
from sightline.resolvers.identity import paths_of_key
from sightline.resolvers.mutations.change import Change, Found

NEW_HOLDER = {
    "create_platform_role": "role",
    "create_organization_role": "role",
    "clone_role": "role",
    "invite_member": "invitation",
    "invite_collaborator": "invitation",
    "create_user_api_key": "api_key",
    "create_organization_api_key": "api_key",
    "rotate_api_key": "api_key",
}
"""The mutations that make what nobody holds yet, and the row of their payload that it is."""


async def new_holder(change: Change, made: Found) -> GrantsChange:
    """What whoever holds a row that was just made will have by it."""
    stored = await change.lock(made)
    if made.entity == "api_key":
        return await _of_key(change, stored["user_id"], stored["organization_id"], stored["scopes"])
    if made.entity == "role":
        return await _of_role(change, stored["scope"], made.key.id, stored["organization_id"])
    if stored["scope"] == InvitationScope.ACCOUNT:
        user = await _nobody_yet(change)
        before = await _held(change, user)
        await change.insert(
            "collaborator",
            affiliate_account_id=stored["affiliate_account_id"],
            user_id=user,
            role=stored["collaborator_role"],
        )
        return GrantsChange(None, before, await _held(change, user))
    return await _of_role(change, stored["scope"], stored["role_id"], stored["organization_id"])


async def _of_role(change: Change, scope: str, role: int, organization: int | None) -> GrantsChange:
    user = await _nobody_yet(change)
    before = await _held(change, user)
    await change.insert("role_assignment", user_id=user, scope=scope, role_id=role, organization_id=organization)
    return GrantsChange(None, before, await _held(change, user))


async def _of_key(change: Change, user: int | None, organization: int | None, scopes: list[str] | None) -> GrantsChange:
    """A key has what its owner has, within its scopes; whoever may ask about another is told of it what he sees."""
    snapshot, chosen = change.operation.snapshot, None if scopes is None else frozenset(scopes)
    if user is None:
        assert organization is not None
        grants = await grants_of_organization(snapshot, organization)
    else:
        grants = (await grants_seen(change.operation, [user]))[user]
    held = Held.told(paths_of_key(grants, chosen), grants.columns)
    asks_about = None if user in (None, change.operation.principal.user_id) else (user, PathKind.PLATFORM)
    return GrantsChange(None, Held(NOTHING), held, asks_about)


async def _held(change: Change, user: int) -> Held:
    return Held.of((await grants_of_user(change.operation.snapshot, user))[0])


async def _nobody_yet(change: Change) -> int:
    made = await change.insert("app_user", email=f"{uuid4().hex}@nobody.invalid", name="Nobody yet")
    return int(made["id"])
