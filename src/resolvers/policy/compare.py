"""What has to be done to the policy in force so that it is what a file says; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sightline.authz.permissions import Level
from sightline.authz.roles import Switch
from sightline.resolvers.mutations.roles import RoleContent
from sightline.resolvers.policy.file import ALL, policy_text
from sightline.resolvers.policy.model import (
    Holder,
    KeptRole,
    LivePolicy,
    PolicyFileError,
    WantedPolicy,
    WantedRole,
    as_wanted,
)


@dataclass(frozen=True, slots=True)
class RoleDifference:
    """A role that is to be made (`before` is None), changed, or archived (`after` is None).

    `place` is what the file calls its organization; None on the platform.
    """

    place: str | None
    organization_id: int | None
    before: KeptRole | None
    after: WantedRole | None

    @property
    def name(self) -> str:
        """What the role is called now, or will be."""
        return self.before.name if self.before is not None else "" if self.after is None else self.after.name

    def details(self) -> tuple[str, ...]:
        """What of its content differs, a line each; of a new role everything it has."""
        if self.after is None:
            return ()
        if self.before is None:
            return tuple(_details(None, self.after.content))
        renamed = self.before.name != self.after.name
        name = [f"name: {self.before.name} -> {self.after.name}"] if renamed else []
        return (*name, *_details(self.before.content, self.after.content))


@dataclass(frozen=True, slots=True)
class ColumnsDifference:
    """The system's list of report columns as it is, and as it is to be. Its order does not count."""

    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def added(self) -> tuple[str, ...]:
        """The columns that come, in the order of the file."""
        return tuple(key for key in self.after if key not in self.before)

    @property
    def removed(self) -> tuple[str, ...]:
        """The columns that go."""
        return tuple(key for key in self.before if key not in self.after)


@dataclass(frozen=True, slots=True)
class Differences:
    """All that is to be done. What is archived comes first: it frees its name."""

    roles: tuple[RoleDifference, ...]
    columns: ColumnsDifference | None

    def __bool__(self) -> bool:
        return bool(self.roles) or self.columns is not None


def compare(live: LivePolicy, wanted: WantedPolicy, *, file: str) -> Differences:
    """The differences. Raises PolicyFileError where the file wants what no change could bring."""
    found: list[RoleDifference] = []
    if wanted.platform is not None:
        found += _of_section(live.of(None), wanted.platform, file, (None, None))
    for label, roles in wanted.organizations.items():
        if label not in live.organizations:
            line = wanted.lines.get(label, 1)
            raise PolicyFileError(
                f"{file} line {line}: {label!r} is no organization, or several: give its exact name, or NAME #NUMBER."
            )
        number = live.organizations[label]
        found += _of_section(live.of(number), roles, file, (label, number))
    columns = None
    if wanted.columns is not None and set(wanted.columns) != set(live.columns):
        columns = ColumnsDifference(live.columns, wanted.columns)
    return Differences(tuple(sorted(found, key=lambda each: each.after is not None)), columns)


def fingerprint(live: LivePolicy, wanted: WantedPolicy) -> str:
    """What names a plan: the policy in force and who holds it, with what the file makes of it."""
    parts = [policy_text(as_wanted(live)), policy_text(wanted)]
    parts += [f"{role.id} {role.version} {[_held(each) for each in role.holders]}" for role in live.roles]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _held(holder: Holder) -> str:
    return f"{holder.user_id}:{ALL if holder.lines is None else sorted(holder.lines)}"


def _of_section(
    kept: Sequence[KeptRole], wanted: Sequence[WantedRole], file: str, place: tuple[str | None, int | None]
) -> Iterator[RoleDifference]:
    by_name = {role.name.lower(): role for role in kept}
    for role in wanted:
        before = by_name.pop(role.name.lower(), None)
        if before is None:
            yield RoleDifference(*place, None, role)
        elif before.content.base is not role.content.base:
            raise PolicyFileError(
                f"{file} line {role.line}: {role.name!r} is built on {before.content.base} and stays so: name a new "
                f"role to build one on {role.content.base}."
            )
        elif (before.name, before.content) != (role.name, role.content):
            yield RoleDifference(*place, before, role)
    for left in by_name.values():
        if not left.is_custom:
            raise PolicyFileError(
                f"{file}: platform_roles lacks {left.name!r}, which ships and cannot be archived: put it back as "
                "`sightline policy export` has it."
            )
        yield RoleDifference(*place, left, None)


def _details(before: RoleContent | None, after: RoleContent) -> Iterator[str]:
    if before is None:
        yield f"base: {after.base}"
    was = {} if before is None else dict(before.permissions)
    now = dict(after.permissions)
    changes = [*_permissions(was, now)]
    if changes:
        yield f"permissions: {', '.join(changes)}"
    for switch in Switch:
        had, has = before is not None and switch in before.switches, switch in after.switches
        if had is not has:
            yield f"{switch}: {_yes(had)} -> {_yes(has)}"
    values = [
        (title, None if before is None else shown(before), shown(after))
        for title, shown in (("user_visibility", _visibility), ("statuses", _statuses), ("product_lines", _lines))
    ]
    yield from (
        f"{title}: {has}" if had is None else f"{title}: {had} -> {has}" for title, had, has in values if had != has
    )


def _permissions(was: dict[str, Level], now: dict[str, Level]) -> Iterator[str]:
    for key in sorted(was.keys() | now.keys()):
        if key not in was:
            yield f"+ {key}:{now[key]}"
        elif key not in now:
            yield f"- {key}:{was[key]}"
        elif was[key] is not now[key]:
            yield f"{key}:{was[key]} -> {key}:{now[key]}"


def _yes(on: bool) -> str:
    return "yes" if on else "no"


def _visibility(content: RoleContent) -> str:
    return str(content.visibility)


def _statuses(content: RoleContent) -> str:
    return ALL if content.statuses is None else _joined(content.statuses)


def _lines(content: RoleContent) -> str:
    return _joined(content.lines) or "none"


def _joined(values: Iterable[str]) -> str:
    return " ".join(sorted(map(str, values)))
