"""Who works for the operator: platform roles, module sets, assignments, suspension (A12, A13, S8 to S12)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

from sightline.authz.delegation import ungrantable
from sightline.authz.permissions import CATALOGUE, Scope
from sightline.authz.roles import BaseType
from sightline.db.sign_in.sessions import end_sessions_with
from sightline.db.tables.enums import ListScope, RoleOrigin, RoleStatus, UserStatus, UserVisibility
from sightline.resolvers.global_ids import Key
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.handing_on import handing_on
from sightline.resolvers.mutations.refusals import InvalidError, MissingError, NotAllowedError
from sightline.resolvers.mutations.roles import GivenPermission

_ASSIGNMENT = """
    SELECT a.*, r.name AS role_name, r.base_type::text AS base_type, r.origin::text AS origin
    FROM role_assignment a JOIN role r ON r.id = a.role_id WHERE a.user_id = $1 AND a.scope = 'PLATFORM'
"""
_ROLE = "SELECT * FROM role WHERE id = $1"
_PERSONAL = "SELECT id FROM role WHERE owner_id = $1 AND origin = 'PERSONAL' AND status = 'ACTIVE'"
_CLEAR = "DELETE FROM role_permission WHERE role_id = $1"
_END_ASSIGNMENTS = "DELETE FROM manager_assignment WHERE user_id = $1"
_ORGANIZATIONS = "SELECT organization_id FROM role_assignment WHERE user_id = $1 AND scope = 'ORGANIZATION'"


async def assign_platform_role(
    change: Change, *, user: str, role: str, expires_at: datetime | None = None, version: int | None = None
) -> Done:
    """A staff role given, or another in place of the one held: exactly one each (C-02)."""
    end = checks.future(expires_at, change.operation.snapshot.clock, "expiresAt")
    target = await _target(change, user)
    (chosen,) = await change.fetch(_ROLE, (await change.find("role", role, "role")).key.id)
    if chosen["scope"] != Scope.PLATFORM or chosen["status"] != RoleStatus.ACTIVE:
        raise InvalidError("This is no role of the operator's staff that can be held.", "role")
    if chosen["origin"] == RoleOrigin.PERSONAL:
        raise InvalidError("This is one user's own set of modules: use setModules.", "role")
    return await _hold(change, target, chosen, end, version)


async def set_modules(
    change: Change,
    *,
    user: str,
    permissions: Sequence[GivenPermission],
    see_revenue: bool,
    see_payout: bool,
    see_sale_amount: bool,
    version: int | None = None,
) -> Done:
    """A user's own set of modules, in any combination, in place of whatever role he held (A12, A13, C-02)."""
    held = {each.permission: each.level for each in permissions}
    if not held or len(held) < len(permissions):
        raise InvalidError("Name at least one module, and each of them once.", "permissions")
    refused = ungrantable(BaseType.PERSONAL, frozenset(held))
    if refused or any(level not in CATALOGUE[Scope.PLATFORM][key].levels for key, level in held.items()):
        raise InvalidError("There are modules or levels among these that do not exist.", "permissions")
    target = await _target(change, user)
    async with handing_on(change, users=[target.key.id], organization=None):
        switches = {"see_revenue": see_revenue, "see_payout": see_payout, "see_sale_amount": see_sale_amount}
        chosen = await _own_set(change, target, switches)
        await change.connection.execute(_CLEAR, chosen["id"])
        for key, level in sorted(held.items()):
            await change.insert("role_permission", role_id=chosen["id"], permission=key, level=level)
        done = await _hold(change, target, chosen, None, version)
    modules = [f"{key}:{level}" for key, level in sorted(held.items())]
    await change.record("user:set_modules", target, after={"modules": modules})
    return done


async def remove_platform_role(change: Change, *, user: str, version: int | None = None) -> Done:
    """The end of somebody's work for the operator. It needs all that he has there (DR14)."""
    target = await _target(change, user)
    stored = await _assignment(change, target)
    if stored is None:
        raise MissingError("user")
    row = Found("role_assignment", Key(stored["id"]))
    await change.lock(row, version=version)
    async with handing_on(change, users=[target.key.id], organization=None):
        await change.connection.execute(_END_ASSIGNMENTS, target.key.id)
        await change.delete(row)
    await change.record("role_assignment:remove", row, before={"user": str(target.key.id), "role": stored["role_name"]})
    return Done({"user": target})


async def assign_manager(
    change: Change,
    *,
    user: str,
    affiliate_account: str | None = None,
    advertiser_profile: str | None = None,
    expires_at: datetime | None = None,
) -> Done:
    """An account or an advertiser given to a manager who sees assigned ones only (S10, S12)."""
    end = checks.future(expires_at, change.operation.snapshot.clock, "expiresAt")
    if (affiliate_account is None) == (advertiser_profile is None):
        raise InvalidError("Name an affiliate account or an advertiser, one of the two.", "affiliateAccount")
    target = await _target(change, user, verb="manager_assignment:edit")
    if affiliate_account is not None:
        managed = await change.find("affiliate_account", affiliate_account, "affiliateAccount")
        values = {"affiliate_account_id": managed.key.id, "advertiser_profile_id": None}
    else:
        managed = await change.find("advertiser_profile", advertiser_profile or "", "advertiserProfile")
        values = {"affiliate_account_id": None, "advertiser_profile_id": managed.key.id}
    async with handing_on(change, users=[target.key.id], organization=None, until=end):
        made = await change.insert("manager_assignment", user_id=target.key.id, expires_at=end, **values)
    row = Found("manager_assignment", Key(made["id"]))
    after = {"user": str(target.key.id), "of": managed.entity, "expires_at": end}
    await change.record("manager_assignment:create", row, after=after, account=values["affiliate_account_id"])
    return Done({"manager_assignment": row})


async def unassign_manager(change: Change, *, assignment: str) -> Done:
    """An assignment ended."""
    row = await change.find("manager_assignment", assignment, "assignment")
    stored = await change.lock(row)
    await change.allow("manager_assignment:edit", Found("app_user", Key(stored["user_id"])))
    async with handing_on(change, users=[stored["user_id"]], organization=None, until=stored["expires_at"]):
        await change.delete(row)
    before = {"user": str(stored["user_id"])}
    await change.record("manager_assignment:remove", row, before=before, account=stored["affiliate_account_id"])
    return Done({"user": Found("app_user", Key(stored["user_id"]))})


async def suspend_user(change: Change, *, user: str, version: int | None = None) -> Done:
    """No path at all from the next operation on (AC6). It needs all that he has on the platform (DR14)."""
    target = await _target(change, user, verb="user:suspend")
    if target.key.id == change.actor:
        raise NotAllowedError("Nobody suspends himself.")
    stored = await change.lock(target)
    if stored["status"] == UserStatus.SUSPENDED:
        raise InvalidError("This user is suspended already.", "user")
    refuse_stale(stored, version)
    organizations = await change.fetch(_ORGANIZATIONS, target.key.id)
    async with AsyncExitStack() as scopes:
        # He may be the last administrator of any of them (DR10).
        for each in organizations:
            await scopes.enter_async_context(handing_on(change, users=[], organization=each["organization_id"]))
        await scopes.enter_async_context(handing_on(change, users=[target.key.id], organization=None, taking=True))
        await change.update(target, status=UserStatus.SUSPENDED)
    # Reinstated, he signs in anew: no browser that was left signed in is let in again.
    await end_sessions_with(change.connection, target.key.id)
    await change.record("user:suspend", target, before={"status": stored["status"]}, after={"status": "SUSPENDED"})
    return Done({"user": target})


async def reinstate_user(change: Change, *, user: str, version: int | None = None) -> Done:
    """Active again, with the grants there are. It gives them, so it needs them (DR1)."""
    target = await _target(change, user, verb="user:suspend")
    stored = await change.lock(target)
    if stored["status"] == UserStatus.ACTIVE:
        raise InvalidError("This user is active.", "user")
    refuse_stale(stored, version)
    async with handing_on(change, users=[target.key.id], organization=None, returning=True):
        await change.update(target, status=UserStatus.ACTIVE)
    await change.record("user:reinstate", target, before={"status": stored["status"]}, after={"status": "ACTIVE"})
    return Done({"user": target})


async def _target(change: Change, user: str, *, verb: str = "role:assign_platform") -> Found:
    target = await change.find("app_user", user, "user")
    await change.allow(verb, target)
    return target


async def _assignment(change: Change, target: Found) -> Any:
    (stored,) = await change.fetch(_ASSIGNMENT, target.key.id) or (None,)
    return stored


async def _hold(change: Change, target: Found, chosen: Any, end: datetime | None, version: int | None) -> Done:
    before = await _assignment(change, target)
    if before is not None:
        row = Found("role_assignment", Key(before["id"]))
        await change.lock(row, version=version)
    async with handing_on(change, users=[target.key.id], organization=None, until=end):
        if before is None:
            made = await change.insert(
                "role_assignment",
                user_id=target.key.id,
                scope=Scope.PLATFORM,
                role_id=chosen["id"],
                program_scope=ListScope.ALL,
                line_scope=ListScope.ALL,
                expires_at=end,
            )
            row = Found("role_assignment", Key(made["id"]))
        else:
            await change.update(row, role_id=chosen["id"], expires_at=end)
            if before["base_type"] != chosen["base_type"]:
                await change.connection.execute(_END_ASSIGNMENTS, target.key.id)  # DR15
    was = None if before is None else {"role": before["role_name"], "expires_at": before["expires_at"]}
    now = {"role": chosen["name"], "expires_at": end}
    await change.record("role_assignment:edit" if was else "role_assignment:create", row, before=was, after=now)
    return Done({"membership": row, "user": target})


async def _own_set(change: Change, target: Found, switches: dict[str, bool]) -> Any:
    """The user's personal role, made where he has none."""
    (found,) = await change.fetch(_PERSONAL, target.key.id) or (None,)
    if found is not None:
        return await change.update(Found("role", Key(found["id"])), **switches)
    return await change.insert(
        "role",
        scope=Scope.PLATFORM,
        origin=RoleOrigin.PERSONAL,
        base_type=BaseType.PERSONAL,
        owner_id=target.key.id,
        name="Custom",
        user_visibility=UserVisibility.ALL,
        **switches,
    )
