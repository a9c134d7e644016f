"""The policy as it is, and as a file wants it.

Only what its operator and organizations may change is in it: default and custom roles, and the system's list of report
columns. Who holds a role is no part of it, so nothing in it is personal; users' own sets of modules are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sightline.resolvers.mutations.roles import RoleContent


class PolicyFileError(Exception):
    """The file is wrong, or does not fit this installation; the message is one line that names the place in it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """An active user who holds a role, and the product lines that his assignment is limited to (None: to none)."""

    user_id: int
    lines: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class KeptRole:
    """A default or custom role as it is. `organization_id` is None on the platform."""

    id: int
    version: int
    name: str
    organization_id: int | None
    is_custom: bool
    content: RoleContent
    holders: tuple[Holder, ...] = ()


@dataclass(frozen=True, slots=True)
class LivePolicy:
    """The policy that is in force. `organizations` has the numbers of organizations by what a file calls them."""

    roles: tuple[KeptRole, ...]
    organizations: Mapping[str, int]
    columns: tuple[str, ...]

    def of(self, organization_id: int | None) -> tuple[KeptRole, ...]:
        """The roles of the platform (None), or of one organization."""
        return tuple(role for role in self.roles if role.organization_id == organization_id)


@dataclass(frozen=True, slots=True)
class WantedRole:
    """A role as a file has it, and the line it stands on."""

    name: str
    content: RoleContent
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class WantedPolicy:
    """What a file says. What it does not speak of (None, an organization that is not named) stays as it is."""

    platform: tuple[WantedRole, ...] | None
    organizations: Mapping[str, tuple[WantedRole, ...]]
    columns: tuple[str, ...] | None
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)


def as_wanted(live: LivePolicy) -> WantedPolicy:
    """The policy in force as a file has it."""

    def roles(organization_id: int | None) -> tuple[WantedRole, ...]:
        kept = sorted(live.of(organization_id), key=lambda role: (role.name.lower(), role.name))
        return tuple(WantedRole(role.name, role.content) for role in kept)

    named = {label: roles(number) for label, number in sorted(live.organizations.items())}
    return WantedPolicy(roles(None), {label: kept for label, kept in named.items() if kept}, live.columns)
