"""Roles: making, changing, cloning and archiving them (S2, S3, S7, S8, I5, I6, I8, SM7, DR1 to DR9, DR15)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sightline.authz.delegation import Excess, organization_excess, platform_excess, ungrantable
from sightline.authz.grants import Grants, OrganizationGrant, PlatformGrant
from sightline.authz.permissions import CATALOGUE, Level, Scope
from sightline.authz.roles import BaseType, Switch
from sightline.db.tables.enums import ConversionStatus, ProductLine, RoleOrigin, RoleStatus, UserVisibility
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import grants_of_user
from sightline.resolvers.mutations import checks
from sightline.resolvers.mutations.change import Change, Done, Found, refuse_stale
from sightline.resolvers.mutations.handing_on import handing_on, membership_in, refuse
from sightline.resolvers.mutations.refusals import InvalidError

_PERMISSIONS = "SELECT permission, level::text AS level FROM role_permission WHERE role_id = $1 ORDER BY permission"
_LINES = "SELECT product_line::text AS line FROM role_product_line WHERE role_id = $1 ORDER BY 1"
_NAMED_TWICE = """
    SELECT 1 FROM role WHERE scope = $1 AND (organization_id IS NOT DISTINCT FROM $2 OR origin = 'PREDEFINED')
      AND lower(name) = lower($3) AND status = 'ACTIVE' AND origin <> 'PERSONAL' AND id <> $4
"""
_HOLDERS = "SELECT user_id FROM role_assignment WHERE role_id = $1 ORDER BY user_id"
_INVITED = "SELECT 1 FROM invitation WHERE role_id = $1 AND state = 'PENDING' LIMIT 1"
_CLEAR_PERMISSIONS = "DELETE FROM role_permission WHERE role_id = $1"
_CLEAR_LINES = "DELETE FROM role_product_line WHERE role_id = $1"
_ASSIGNABLE = (BaseType.AFFILIATE_MANAGER, BaseType.ADVERTISER_MANAGER)
_SWITCHES = {switch: switch.value for switch in Switch}


class GivenPermission(Protocol):
    """A permission as an input names it."""

    permission: str
    level: Level


@dataclass(frozen=True, slots=True)
class RoleContent:
    """What a role consists of, beside its name."""

    base: BaseType
    permissions: tuple[tuple[str, Level], ...]
    switches: frozenset[Switch]
    statuses: frozenset[str] | None
    visibility: UserVisibility
    lines: frozenset[str]

    @classmethod
    def of(cls, stored: Any, permissions: Iterable[tuple[str, str]], lines: Iterable[str]) -> RoleContent:
        """The content of a role as it is stored, with its permissions and levels, and its product lines."""
        return cls(
            BaseType(stored["base_type"]),
            tuple(sorted((key, Level(level)) for key, level in permissions)),
            frozenset(switch for switch, column in _SWITCHES.items() if stored[column]),
            None if stored["statuses"] is None else frozenset(stored["statuses"]),
            UserVisibility(stored["user_visibility"]),
            frozenset(lines),
        )

    def on_platform(self) -> PlatformGrant:
        """What holding it gives on the platform, before anything is assigned to its holder."""
        assigned = self.visibility is UserVisibility.ASSIGNED
        return PlatformGrant(self.base, self.permissions, self.switches, self.statuses, assigned)

    def in_organization(self, organization: int) -> OrganizationGrant:
        """What holding it gives in an organization, without further limits."""
        return OrganizationGrant(organization, self.permissions, product_lines=self.lines or None)


async def create_platform_role(
    change: Change,
    *,
    name: str,
    base_type: BaseType,
    permissions: Sequence[GivenPermission],
    see_revenue: bool,
    see_payout: bool,
    see_sale_amount: bool,
    user_visibility: UserVisibility | None = None,
    statuses: list[ConversionStatus] | None = None,
) -> Done:
    """A custom role of the operator's staff (S7). Switches have to be named: none is on by itself (DR15)."""
    title = _title(name)
    if base_type not in (BaseType.MANAGER, *_ASSIGNABLE):
        raise InvalidError("A custom role is built on MANAGER, AFFILIATE_MANAGER or ADVERTISER_MANAGER.", "baseType")
    given = {Switch.REVENUE: see_revenue, Switch.PAYOUT: see_payout, Switch.SALE_AMOUNT: see_sale_amount}
    content = RoleContent(
        base_type,
        _permissions(base_type, _each_once(permissions)),
        frozenset(switch for switch, on in given.items() if on),
        _statuses(statuses),
        _visibility(base_type, user_visibility or UserVisibility.ALL),
        frozenset(),
    )
    await change.allow("role:create_platform")
    own = (await grants_of_user(change.operation.snapshot, change.actor))[0]
    refuse(platform_excess(None, content.on_platform(), own.platform))
    return await _create(change, title, content, organization=None)


async def create_organization_role(
    change: Change,
    *,
    organization: str,
    name: str,
    permissions: Sequence[GivenPermission],
    product_lines: list[ProductLine],
) -> Done:
    """A custom role of an organization: a name, at least one permission, at least one product line (I5, DR4)."""
    title = _title(name)
    held, lines = _permissions(BaseType.ORG, _each_once(permissions)), _lines(product_lines)
    content = RoleContent(BaseType.ORG, held, frozenset(), None, UserVisibility.ALL, lines)
    parent = await change.find("organization", organization, "organization")
    await change.allow("role:create_organization", parent)
    own = (await grants_of_user(change.operation.snapshot, change.actor))[0]
    number = parent.key.id
    refuse(organization_excess(None, content.in_organization(number), membership_in(own, number)))
    return await _create(change, title, content, organization=number)


async def edit_role(
    change: Change,
    *,
    role: str,
    version: int | None = None,
    name: str | None = None,
    permissions: Sequence[GivenPermission] | None = None,
    user_visibility: UserVisibility | None = None,
    product_lines: list[ProductLine] | None = None,
    **given: Any,
) -> Done:
    """Another name, permissions, switches or limits; its base stays (DR5). All its holders are touched (DR2)."""
    title = None if name is None else _title(name)
    statuses = _statuses(given["statuses"]) if "statuses" in given else None
    named = None if permissions is None else _each_once(permissions)
    lines = None if product_lines is None else _lines(product_lines)
    row = await change.find("role", role, "role")
    await change.allow("role:edit", row)
    stored = await change.lock(row)
    _refuse_archived(stored)
    if title is not None:
        await _refuse_twice(change, stored["scope"], stored["organization_id"], title, other_than=stored["id"])
    only_name = named is None and user_visibility is None and lines is None and not given
    _refuse_unwritable(stored, only_name=only_name)
    before = await _content(change, stored)
    after = RoleContent(
        before.base,
        before.permissions if named is None else _permissions(before.base, named),
        frozenset(s for s, column in _SWITCHES.items() if given.get(column, s in before.switches)),
        statuses if "statuses" in given else before.statuses,
        before.visibility if user_visibility is None else _visibility(before.base, user_visibility),
        before.lines if lines is None else lines,
    )
    refuse_stale(stored, version)
    own = (await grants_of_user(change.operation.snapshot, change.actor))[0]
    refuse(_excess(before, after, own, stored["organization_id"]))
    holders = [each["user_id"] for each in await change.fetch(_HOLDERS, stored["id"])]
    async with handing_on(change, users=holders, organization=stored["organization_id"], until=None):
        await _write(change, row, after)
        await change.update(row, **({"name": title} if title is not None else {}), **_columns(after))
    was, now = {"name": stored["name"]} | _described(before), {"name": title or stored["name"]} | _described(after)
    await change.record("role:edit", row, before=was, after=now, organization=stored["organization_id"])
    return Done({"role": row})


async def clone_role(change: Change, *, role: str, name: str) -> Done:
    """A custom role with the content of another one."""
    title = _title(name)
    row = await change.find("role", role, "role")
    (stored,) = await change.fetch("SELECT * FROM role WHERE id = $1", row.key.id)
    await change.allow("role:edit", row)
    if stored["organization_id"] is None and stored["scope"] == Scope.ORGANIZATION:
        raise InvalidError("This role belongs to no organization: make a new one in yours.", "role")
    content = await _content(change, stored)
    if content.base not in (BaseType.MANAGER, *_ASSIGNABLE, BaseType.ORG):
        raise InvalidError("This role is one of its kind, and cannot be cloned.", "role")
    own = (await grants_of_user(change.operation.snapshot, change.actor))[0]
    refuse(_excess(None, content, own, stored["organization_id"]))
    return await _create(change, title, content, organization=stored["organization_id"])


async def archive_role(change: Change, *, role: str, version: int | None = None) -> Done:
    """The end of a custom role nobody holds: its permissions are wiped, its name is free again (SM7, C-04, I6)."""
    row = await change.find("role", role, "role")
    await change.allow("role:edit", row)
    stored = await change.lock(row)
    if stored["status"] == RoleStatus.ARCHIVED:
        raise InvalidError("This role is archived already.", "role")
    if stored["origin"] != RoleOrigin.CUSTOM:
        raise InvalidError("Only custom roles are archived; this one ships with the platform.", "role")
    if await change.fetch(_HOLDERS, stored["id"]) or await change.fetch(_INVITED, stored["id"]):
        raise InvalidError("Somebody holds this role, or is invited to it: give them another one first.", "role")
    refuse_stale(stored, version)
    before = await _content(change, stored)
    await change.connection.execute(_CLEAR_PERMISSIONS, stored["id"])
    await change.connection.execute(_CLEAR_LINES, stored["id"])
    await change.update(row, status=RoleStatus.ARCHIVED)
    was = {"name": stored["name"], "status": stored["status"]} | _described(before)
    await change.record("role:archive", row, before=was, organization=stored["organization_id"])
    return Done({"role": row})


async def _create(change: Change, title: str, content: RoleContent, *, organization: int | None) -> Done:
    scope = Scope.PLATFORM if organization is None else Scope.ORGANIZATION
    await _refuse_twice(change, scope, organization, title, other_than=0)
    made = await change.insert(
        "role",
        scope=scope,
        organization_id=organization,
        origin=RoleOrigin.CUSTOM,
        base_type=content.base,
        name=title,
        **_columns(content),
    )
    row = Found("role", Key(made["id"]))
    await _write(change, row, content)
    await change.record("role:create", row, after={"name": title} | _described(content), organization=organization)
    return Done({"role": row})


def _columns(content: RoleContent) -> dict[str, Any]:
    return {
        "user_visibility": content.visibility,
        "statuses": None if content.statuses is None else sorted(content.statuses),
        **{column: switch in content.switches for switch, column in _SWITCHES.items()},
    }


async def _write(change: Change, row: Found, content: RoleContent) -> None:
    await change.connection.execute(_CLEAR_PERMISSIONS, row.key.id)
    await change.connection.execute(_CLEAR_LINES, row.key.id)
    for key, level in content.permissions:
        await change.insert("role_permission", role_id=row.key.id, permission=key, level=level)
    for line in sorted(content.lines):
        await change.insert("role_product_line", role_id=row.key.id, product_line=line)


async def _content(change: Change, stored: Any) -> RoleContent:
    permissions = await change.fetch(_PERMISSIONS, stored["id"])
    lines = await change.fetch(_LINES, stored["id"])
    held = ((each["permission"], each["level"]) for each in permissions)
    return RoleContent.of(stored, held, (each["line"] for each in lines))


def _excess(
    before: RoleContent | None, after: RoleContent, own: Grants, organization: int | None
) -> tuple[Excess, ...]:
    """What the role itself gains or loses beyond the actor, whoever holds it."""
    if organization is None:
        was = None if before is None else before.on_platform()
        return platform_excess(was, after.on_platform(), own.platform)
    had = None if before is None else before.in_organization(organization)
    return organization_excess(had, after.in_organization(organization), membership_in(own, organization))


def _described(content: RoleContent) -> dict[str, Any]:
    return {
        "permissions": [f"{key}:{level}" for key, level in sorted(content.permissions)],
        "product_lines": sorted(content.lines),
        **_columns(content),
    }


def _refuse_unwritable(stored: Any, *, only_name: bool) -> None:
    """DR8, DR9, S2, S3: what ships keeps what makes it itself."""
    if stored["origin"] == RoleOrigin.PREDEFINED:
        raise InvalidError("A predefined role cannot be changed: make a role of your own.", "role")
    if stored["origin"] == RoleOrigin.PERSONAL:
        raise InvalidError("This is one user's own set of modules: use setModules.", "role")
    if stored["base_type"] == BaseType.ADMINISTRATOR and not only_name:
        raise InvalidError("Of the administrator's role only the name can be changed.", "role")


def _refuse_archived(stored: Any) -> None:
    if stored["status"] == RoleStatus.ARCHIVED:
        raise InvalidError("This role is archived: it is not changed any more.", "role")


async def _refuse_twice(change: Change, scope: str, organization: int | None, title: str, *, other_than: int) -> None:
    if await change.fetch(_NAMED_TWICE, scope, organization, title, other_than):
        raise InvalidError("There is a role of this name already.", "name")


def _title(name: str) -> str:
    title = checks.name(name, "name")
    if title.lower() == "custom":
        raise InvalidError('"Custom" is what a user\'s own set of modules is called: choose another name.', "name")
    return title


def _each_once(given: Sequence[GivenPermission]) -> dict[str, Level]:
    held = {each.permission: each.level for each in given}
    if not held or len(held) < len(given):
        raise InvalidError("A role has at least one permission, and each of them once.", "permissions")
    return held


def _permissions(base: BaseType, held: dict[str, Level]) -> tuple[tuple[str, Level], ...]:
    refused = ungrantable(base, frozenset(held))
    if refused:
        raise InvalidError(f"A role like this cannot hold {', '.join(sorted(refused)[:5])[:100]}.", "permissions")
    catalogue = CATALOGUE[Scope.ORGANIZATION if base is BaseType.ORG else Scope.PLATFORM]
    for key, level in held.items():
        if level not in catalogue[key].levels:
            levels = " or ".join(catalogue[key].levels)
            raise InvalidError(f"{key} has the level {levels} only.", "permissions")
    return tuple(sorted(held.items()))


def _statuses(given: list[ConversionStatus] | None) -> frozenset[str] | None:
    if given is not None and not given:
        raise InvalidError("Name at least one status, or none at all for every one.", "statuses")
    return None if given is None else frozenset(given)


def _visibility(base: BaseType, given: UserVisibility) -> UserVisibility:
    if given is UserVisibility.ASSIGNED and base not in _ASSIGNABLE:
        raise InvalidError(
            "Only affiliate and advertiser managers can be limited to what is assigned.", "userVisibility"
        )
    return given


def _lines(given: list[ProductLine]) -> frozenset[str]:
    if not given:
        raise InvalidError("A role of an organization covers at least one product line.", "productLines")
    return frozenset(given)
