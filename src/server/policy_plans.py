"""Planning and applying a policy file over an open installation: what the commands `sightline policy` do.

Applied is what the plan was made of: both compare the same file with the policy in force, inside one transaction each,
and a plan that another policy, or another file, was compared for is refused (DR17).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from sightline.db.changes import CrossedChangesError, in_change
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import active_user_by_email
from sightline.resolvers.identity import principal_of_user
from sightline.resolvers.operation import Operation
from sightline.resolvers.policy.compare import Differences, compare, fingerprint
from sightline.resolvers.policy.file import read_policy
from sightline.resolvers.policy.live import live_policy
from sightline.resolvers.policy.model import LivePolicy, WantedPolicy, as_wanted
from sightline.resolvers.policy.steps import PolicyRefusedError, steps, take
from sightline.resolvers.policy.touched import Touched, touched_by
from sightline.resolvers.shown import content_of_role, shown
from sightline.schema.exposure import ExposureChange, change_of
from sightline.schema.mutations import MUTATIONS
from sightline.server.execution import Engine

_WORKS: Final = {mutation.name: mutation.work for mutation in MUTATIONS}


@dataclass(frozen=True, slots=True)
class Exposed:
    """One user whom a plan touches, and what he gains and loses by it."""

    email: str
    change: ExposureChange


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a file would do. `touched` counts the users whose grants it changes; where the plan is made as
    somebody, as far as he sees them."""

    differences: Differences
    exposed: tuple[Exposed, ...]
    touched: int
    fingerprint: str


class _TakenBackError(Exception):
    """Ends the transaction of a trial: nothing of it stays."""


async def exported(engine: Engine) -> WantedPolicy:
    """The policy in force as a file has it."""

    async def work(snapshot: Snapshot) -> WantedPolicy:
        return as_wanted(await live_policy(snapshot))

    return await in_snapshot(engine.database.reads, work)


async def planned(engine: Engine, path: Path, *, actor: str | None) -> Plan:
    """The plan of a file. For an `actor`, by e-mail, everything is tried as him first, and taken back.

    What he would be refused is refused before anything is compared for him. Raises PolicyFileError, PolicyRefusedError.
    """
    wanted = read_policy(path)
    user = None
    if actor is not None:
        user = await _user(engine, actor)
        await _tried(engine, path, wanted, user)

    async def work(snapshot: Snapshot) -> tuple[Differences, list[Touched], str]:
        live = await live_policy(snapshot, labels=wanted.organizations)
        differences = compare(live, wanted, file=str(path))
        touched = await touched_by(snapshot, differences)
        if user is not None:
            touched = await _visible(engine, snapshot, user, touched)
        return differences, touched, fingerprint(live, wanted)

    differences, touched, name = await in_snapshot(engine.database.reads, work)
    # Compared when the snapshot has ended: that takes long where many are touched, and asks the database nothing.
    exposed = (Exposed(each.email, _change(engine, each)) for each in touched)
    return Plan(differences, tuple(each for each in exposed if each.change), len(touched), name)


async def applied(engine: Engine, path: Path, *, actor: str, plan: str | None) -> int:
    """Make the file the policy, as a user; the number of changes. All are made, or none.

    Raises PolicyFileError, and PolicyRefusedError where a change is refused or the plan is stale.
    """
    wanted = read_policy(path)
    user = await _user(engine, actor)

    async def work(snapshot: Snapshot) -> int:
        return await _made(engine, path, wanted, (snapshot, user), plan)

    return await _changing(engine, work)


async def _made(
    engine: Engine, path: Path, wanted: WantedPolicy, at: tuple[Snapshot, int], plan: str | None = None
) -> int:
    snapshot, user = at
    live: LivePolicy = await live_policy(snapshot, labels=wanted.organizations)
    if plan is not None and plan != fingerprint(live, wanted):
        raise PolicyRefusedError(
            "This plan is stale: the policy, who holds its roles, or the file changed since. Make a new plan, and look."
        )
    await _refuse_unseen(await _operation(engine, snapshot, user), live, wanted)
    todo = steps(compare(live, wanted, file=str(path)), engine.services.ids)
    return await take(todo, _WORKS, services=engine.services, snapshot=snapshot, actor=user)


async def _tried(engine: Engine, path: Path, wanted: WantedPolicy, user: int) -> None:
    async def work(snapshot: Snapshot) -> int:
        await _made(engine, path, wanted, (snapshot, user))
        raise _TakenBackError

    try:
        await _changing(engine, work)
    except _TakenBackError:
        return


async def _changing(engine: Engine, work: Callable[[Snapshot], Awaitable[int]]) -> int:
    try:
        return await in_change(engine.database.writes, work, granting=True)
    except CrossedChangesError:
        raise PolicyRefusedError("Others changed the policy at the same moment: try again.") from None


async def _user(engine: Engine, email: str) -> int:
    async def work(snapshot: Snapshot) -> int | None:
        return await active_user_by_email(snapshot, email)

    user = await in_snapshot(engine.database.reads, work)
    if user is None:
        raise PolicyRefusedError(f"There is no active user {email}: --as takes the address somebody signs in with.")
    return user


async def _visible(engine: Engine, snapshot: Snapshot, user: int, touched: list[Touched]) -> list[Touched]:
    """Those of the touched whom a user sees himself; the rest are not even counted."""
    operation = await _operation(engine, snapshot, user)
    seen = await _seen(operation, "app_user", [each.user_id for each in touched])
    return [each for each in touched if each.user_id in seen]


async def _refuse_unseen(operation: Operation, live: LivePolicy, wanted: WantedPolicy) -> None:
    """Nobody compares a file with what he does not see: what differs would tell him what is there (LK14)."""
    roles = await _whole(operation, [role.id for role in live.roles])
    places = await _seen(operation, "organization", list(live.organizations.values()))
    if wanted.platform is not None and not roles.issuperset(role.id for role in live.of(None)):
        raise PolicyRefusedError("platform_roles: this user does not see the roles of this section: leave it out.")
    for label in wanted.organizations:
        number = live.organizations.get(label)
        if number not in places or not roles.issuperset(role.id for role in live.of(number)):
            line = wanted.lines.get(label, 1)
            raise PolicyRefusedError(
                f"line {line}: there is no organization {label!r} whose roles this user sees, or several: "
                "give its exact name, or NAME #NUMBER."
            )


async def _whole(operation: Operation, roles: list[int]) -> frozenset[int]:
    """Those of these roles of which somebody sees what they consist of: a name alone is not compared."""
    content = {number: content_of_role(number) for number in roles}
    seen = await shown(operation, chain.from_iterable(content.values()))
    return frozenset(number for number, cells in content.items() if cells <= seen)


async def _operation(engine: Engine, snapshot: Snapshot, user: int) -> Operation:
    principal = await principal_of_user(snapshot, user)
    return Operation(engine.services, principal, engine.visibility(principal), snapshot)


async def _seen(operation: Operation, entity: str, numbers: list[int]) -> frozenset[int]:
    """Which of these rows somebody sees."""
    if not operation.visibility.sees(entity):
        return frozenset()
    rows = await operation.rows_by_key(entity, [Key(number) for number in numbers])
    return frozenset(number for number, row in zip(numbers, rows, strict=True) if row is not None)


def _change(engine: Engine, each: Touched) -> ExposureChange:
    return change_of(engine.api, engine.services.visibilities, each.before, each.after)
