"""From differences to the mutations that make them, and their running as somebody: no role is changed in another way.

Each step is what its mutation takes, so rules, limits and audit are those of the API, and the rights that decide it are
those of that moment: a step that takes something from the actor is felt by the next one (DR1, DR17).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sightline.authz.permissions import Level
from sightline.authz.roles import Switch
from sightline.db.snapshot import Snapshot
from sightline.resolvers.global_ids import GlobalIds, Key
from sightline.resolvers.identity import principal_of_user
from sightline.resolvers.mutations.refusals import MissingError, RefusalError
from sightline.resolvers.mutations.roles import RoleContent
from sightline.resolvers.mutations.running import Work, run
from sightline.resolvers.operation import Operation, Services
from sightline.resolvers.policy.compare import ColumnsDifference, Differences, RoleDifference
from sightline.resolvers.policy.model import KeptRole, WantedRole


class PolicyRefusedError(Exception):
    """A step was refused, as the API would have refused it; the message is one line."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """One permission as the mutations of roles take it."""

    permission: str
    level: Level


@dataclass(frozen=True, slots=True)
class Step:
    """One mutation: its name, what it takes, and what it is about, in words."""

    mutation: str
    about: str
    given: Mapping[str, Any] = field(default_factory=dict)


def steps(differences: Differences, ids: GlobalIds) -> Iterator[Step]:
    """The mutations that make the differences, in their order."""
    for each in differences.roles:
        if each.after is None and each.before is not None:
            # What the file does not name is not named to whoever may not see it either.
            about = f"archiving what {each.place or 'platform_roles'} leaves out"
            yield Step("archive_role", about, _of(each.before, ids))
        elif each.after is not None:
            yield _edited(each.before, each.after, ids) if each.before is not None else _made(each, each.after, ids)
    if differences.columns is not None:
        yield _columns(differences.columns)


async def take(
    steps: Iterator[Step], works: Mapping[str, Work], *, services: Services, snapshot: Snapshot, actor: int
) -> int:
    """Run the steps as a user, inside the transaction of a change. Returns how many; raises PolicyRefusedError.

    `works` are the installation's mutations by name.
    """
    taken = 0
    for step in steps:
        principal = await principal_of_user(snapshot, actor)
        operation = Operation(services, principal, services.visibilities.of(principal.paths), snapshot)
        try:
            await run(operation, step.mutation, works[step.mutation], dict(step.given), key=None)
        except MissingError:
            raise PolicyRefusedError(f"{step.about}: there is nothing of this name that this user may see.") from None
        except RefusalError as refusal:
            raise PolicyRefusedError(f"{step.about}: {refusal.message}") from None
        taken += 1
    return taken


def _of(role: KeptRole, ids: GlobalIds) -> dict[str, Any]:
    return {"role": ids.of_row("role", Key(role.id)), "version": role.version}


def _made(difference: RoleDifference, role: WantedRole, ids: GlobalIds) -> Step:
    about = f"line {role.line}, making {role.name!r}"
    given: dict[str, Any] = {"name": role.name, "permissions": _permissions(role.content)}
    if difference.organization_id is not None:
        organization = ids.of_row("organization", Key(difference.organization_id))
        lines = sorted(role.content.lines)
        return Step("create_organization_role", about, given | {"organization": organization, "product_lines": lines})
    given |= {"base_type": role.content.base} | _switches(role.content)
    given |= {"user_visibility": role.content.visibility, "statuses": _statuses(role.content)}
    return Step("create_platform_role", about, given)


def _edited(before: KeptRole, after: WantedRole, ids: GlobalIds) -> Step:
    """Only what differs is given, as of an administrator's role the rest could not even be repeated (S2)."""
    was, now = before.content, after.content
    both = {
        "name": (before.name, after.name),
        "permissions": (_permissions(was), _permissions(now)),
        **{key: (_switches(was)[key], on) for key, on in _switches(now).items()},
        "user_visibility": (was.visibility, now.visibility),
        "statuses": (_statuses(was), _statuses(now)),
        "product_lines": (sorted(was.lines), sorted(now.lines)),
    }
    given = {key: new for key, (old, new) in both.items() if old != new}
    return Step("edit_role", f"line {after.line}, changing {after.name!r}", _of(before, ids) | given)


def _columns(difference: ColumnsDifference) -> Step:
    given = {"add": list(difference.added), "remove": list(difference.removed)}
    return Step("edit_column_default", "report_columns", {key: named for key, named in given.items() if named})


def _permissions(content: RoleContent) -> list[Permitted]:
    return [Permitted(key, level) for key, level in content.permissions]


def _switches(content: RoleContent) -> dict[str, bool]:
    return {switch.value: switch in content.switches for switch in Switch}


def _statuses(content: RoleContent) -> list[str] | None:
    return None if content.statuses is None else sorted(content.statuses)
