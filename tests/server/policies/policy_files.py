"""Policy files for tests: the policy in force, with this and that of it changed; roles to change, and their holders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from demo_platform import Person, Platform

from sightline.authz.permissions import Level
from sightline.authz.roles import BaseType
from sightline.db.tables.enums import UserVisibility
from sightline.resolvers.mutations.roles import RoleContent
from sightline.resolvers.policy.file import policy_text
from sightline.resolvers.policy.model import WantedPolicy, WantedRole
from sightline.server.policy_plans import exported

Edit = Callable[[WantedPolicy], WantedPolicy]


@dataclass(frozen=True, slots=True)
class Files:
    """Writes policy files of a platform."""

    platform: Platform
    place: Path

    async def of(self, *edits: Edit) -> Path:
        """The policy of this moment with these edits, as a file of its own."""
        policy = await exported(self.platform.engine)
        for edit in edits:
            policy = edit(policy)
        return self.text(policy_text(policy))

    def text(self, text: str) -> Path:
        """A file with this text."""
        file = self.place / f"{uuid4().hex[:8]}.yaml"
        file.write_text(text, encoding="utf-8")
        return file


def content(permissions: str, **values: Any) -> RoleContent:
    """What a role consists of; unless said, of the platform, built on MANAGER, without switches."""
    held = tuple(sorted((key, Level(level)) for key, level in (each.split(":") for each in permissions.split())))
    plain = RoleContent(BaseType.MANAGER, held, frozenset(), None, UserVisibility.ALL, frozenset())
    return replace(plain, **values)


def with_roles(changed: Mapping[str, RoleContent | None], *, organization: str | None = None) -> Edit:
    """Roles made, changed or (None) left out, by name; of the platform, or of one organization."""

    def edit(policy: WantedPolicy) -> WantedPolicy:
        before = policy.platform if organization is None else policy.organizations.get(organization, ())
        kept = {role.name: role for role in before or ()}
        for name, given in changed.items():
            kept.pop(name, None)
            if given is not None:
                kept[name] = WantedRole(name, given)
        roles = tuple(kept.values())
        if organization is None:
            return replace(policy, platform=roles)
        return replace(policy, organizations={**policy.organizations, organization: roles})

    return edit


def only(*, platform: bool = False, organization: str | None = None) -> Edit:
    """Nothing but the platform's section, or that of one organization."""

    def edit(policy: WantedPolicy) -> WantedPolicy:
        kept = {} if organization is None else {organization: policy.organizations.get(organization, ())}
        return WantedPolicy(policy.platform if platform else None, kept, None)

    return edit


def with_columns(*columns: str) -> Edit:
    """Another list of report columns."""
    return lambda policy: replace(policy, columns=columns)


def new_name() -> str:
    """A role's name that nobody has yet."""
    return f"Role {uuid4().hex[:10]}"


async def email_of(platform: Platform, person: Person) -> str:
    """A person's address."""
    return str(await platform.one("SELECT email FROM app_user WHERE id = $1", person.id))


async def holder_of(platform: Platform, role: int) -> Person:
    """A new user with a platform role."""
    return await platform.person(("role_assignment", {"scope": "PLATFORM", "role_id": role}))


async def named_role(platform: Platform, permissions: str, **values: object) -> tuple[str, int]:
    """A new custom role: its name and number."""
    number = await platform.role(permissions, **values)
    return await platform.one("SELECT name FROM role WHERE id = $1", number), number


async def state(platform: Platform) -> list[object]:
    """Everything that a change of the policy could leave."""
    return [
        await platform.one("SELECT n FROM authz_epoch"),
        await platform.one("SELECT count(*) FROM audit_log"),
        await platform.rows("SELECT * FROM role ORDER BY id"),
        await platform.rows("SELECT * FROM role_permission ORDER BY role_id, permission"),
        await platform.rows("SELECT * FROM column_list_item ORDER BY list_id, column_key"),
    ]
