"""What a change of access would open and close, asked before it is made, of whoever may make it.

The change is tried and taken back, so it is refused as the mutation would be. Of what comes of it the asker is told
only what is in his own schema, of people whose access he may ask about in that scope, and of rows that he sees himself;
of the rest not even how much there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any, Final

import strawberry

from sightline.authz.explaining import shown as shown_on
from sightline.authz.expr import FALSE
from sightline.authz.paths import PathKind
from sightline.db.exposed_rows import GAINED, LOST, ExposedRows, key_of
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.explaining import EXPLAIN
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants_told import GrantsChange, Held
from sightline.resolvers.mutations.refusals import RefusalError
from sightline.resolvers.operation import Operation
from sightline.resolvers.reports.lists import editor_of
from sightline.resolvers.trials import TRIED, Draft, ExposureKind, tried
from sightline.schema.annotations import entity_named
from sightline.schema.bindings import METADATA, Binding, Does, open_field, open_method
from sightline.schema.coordinates import has_coordinate
from sightline.schema.enums import described
from sightline.schema.explaining import key_of_user, needed_by
from sightline.schema.exposure import REPORT_COLUMN, ExposureChange, change_told, rows_behind
from sightline.schema.model import CATALOGUE
from sightline.schema.mutations import INPUTS, MUTATIONS
from sightline.schema.mutations.errors import ERRORS, shown
from sightline.schema.mutations.framework import given_in

MOST_PEOPLE = 100
"""How many of the people whom a change touches are compared at once."""


described(ExposureKind)


@dataclass(frozen=True, slots=True)
class _Group:
    """Coordinates that become the same for somebody, on the same rows."""

    kind: ExposureKind
    coordinates: tuple[str, ...]
    rows: ExposedRows | None
    binds: Mapping[str, Any]


@strawberry.type(description="How many rows a change opens and closes for somebody, of those that you see yourself.")
class ExposureRows:
    """Of one group of coordinates."""

    gained: int = open_field("On how many rows it is shown to him then, and is not now.")
    lost: int = open_field("On how many rows it is shown to him now, and would not be then.")
    gained_example: strawberry.ID | None = open_field("The id of one that is gained; null for parts, which have none.")
    lost_example: strawberry.ID | None = open_field("The id of one that is lost; null for parts, which have none.")


@strawberry.type(description="Something that becomes other for somebody by a change.")
class ExposureDifference:
    """One group of coordinates."""

    group: strawberry.Private[_Group]

    @open_method("What becomes of it.")
    def kind(self) -> ExposureKind:
        """Of all its coordinates alike."""
        return self.group.kind

    @open_method("The fields, mutations and report columns it is about; of those only that you have yourself.")
    def coordinates(self) -> list[str]:
        """In alphabetical order."""
        return list(self.group.coordinates)

    @open_method("On which rows; null for mutations and report columns.")
    async def rows(self, info: strawberry.Info) -> ExposureRows | None:
        """Counted where it is asked for."""
        return None if self.group.rows is None else await _counted(info.context, self.group)


def _user(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    if root.user_id is None:
        return None
    return info.context.row("app_user", Key(root.user_id))


_user.__annotations__["return"] = entity_named("User") | None


@strawberry.type(description="Somebody who gains or loses something by a change.")
class ExposedPerson:
    """One user whom the asker sees, or whoever will hold what is new."""

    user_id: strawberry.Private[int | None]
    groups: strawberry.Private[list[_Group]]

    user = strawberry.field(
        resolver=_user,
        description="Who; null for a key, and for whoever will hold what nobody holds yet.",
        metadata={METADATA: Binding("app_user")},
    )

    @open_method("What he gains and loses.")
    def differences(self) -> list[ExposureDifference]:
        """Grouped by the rows they are about."""
        return [ExposureDifference(group=each) for each in self.groups]


@strawberry.type(description="Some of the people whom a change touches.")
class ExposedPeople:
    """One look at some of them."""

    touched: list[ExposedPerson] = open_field("Those of them who would notice; of others nothing is said.")
    last: strawberry.ID | None = open_field("The last one looked at, to go on after; null where there are no more.")


async def _people(
    root: strawberry.Parent[Any],
    info: strawberry.Info,
    limit: Annotated[int, strawberry.argument(description="How many to look at, at most 100.")],
    after: Annotated[strawberry.ID | None, strawberry.argument(description="The last one looked at before.")] = None,
) -> ExposedPeople:
    if not 1 <= limit <= MOST_PEOPLE:
        raise BadInputError(f"Look at 1 to {MOST_PEOPLE} people at once.")
    start = -1 if after is None else key_of_user(info, after).id
    waiting = [each for each in root.changes if (each.user_id or 0) > start]
    looked_at = waiting[:limit]
    people = [ExposedPerson(user_id=each.user_id, groups=list(_groups(info, each))) for each in looked_at]
    last = None
    if len(waiting) > limit:
        last = info.context.services.ids.of_row("app_user", Key(looked_at[-1].user_id or 0))
    return ExposedPeople(touched=[each for each in people if each.groups], last=last)


@strawberry.type(description="What a change would open and close; nothing of it was made.")
class Exposure:
    """The touched whom the asker sees, in the order of their numbers."""

    changes: strawberry.Private[list[GrantsChange]]

    people = open_field("Who gains or loses something by it, of those whom you see.", resolver=_people)


_TRIED: Final = {each.name: each for each in MUTATIONS if each.name in TRIED}


def _input() -> Any:
    namespace: dict[str, Any] = {"__module__": __name__, "__annotations__": {}}
    for name, mutation in _TRIED.items():
        namespace["__annotations__"][name] = INPUTS[name] | None
        namespace[name] = strawberry.field(
            description=f"As it is given to the mutation: {mutation.description}",
            metadata={METADATA: mutation.binding},
            default=strawberry.UNSET,
        )
    return strawberry.input(
        type("ExposureInput", (), namespace),
        name="ExposureInput",
        description="The change that is asked about: exactly one of these.",
        one_of=True,
    )


ExposureInput = _input()
_members: Any = reduce(or_, (Exposure, *ERRORS))
ExposurePayload = Annotated[
    _members, strawberry.union("ExposurePayload", description="What would come of a change, or why it is refused.")
]


async def _exposure(info: strawberry.Info, input: Any) -> Any:  # noqa: A002  # the contract's name
    operation: Operation = info.context
    for name, mutation in _TRIED.items():
        given = getattr(input, name)
        if given is strawberry.UNSET:
            continue
        try:
            changes = await tried(operation, Draft(name, mutation.work, given_in(mutation, given)))
        except RefusalError as refusal:
            return shown(refusal)
        told = await _told(operation, changes)
        operation.asked_about |= {each.user_id for each in told if each.user_id is not None}
        return Exposure(changes=told)
    raise BadInputError("Name the change that you ask about.")


_exposure.__annotations__ |= {
    "input": Annotated[ExposureInput, strawberry.argument(description="The change, as its mutation takes it.")],
    "return": ExposurePayload | None,
}
exposure_field = strawberry.field(
    resolver=_exposure,
    description="Who would gain or lose what by a change of access that you may make, before you make it.",
    metadata={METADATA: Does(tuple(dict.fromkeys(verb for each in _TRIED.values() for verb in each.verbs)))},
)


async def _told(operation: Operation, changes: Sequence[GrantsChange]) -> list[GrantsChange]:
    """Those whose access the asker may ask about where it changes: who sees somebody elsewhere learns nothing here."""
    told = [each for each in changes if each.asks_about is None]
    for scope in (PathKind.PLATFORM, PathKind.ORGANIZATION):
        among = [(each, each.asks_about[0]) for each in changes if each.asks_about and each.asks_about[1] is scope]
        done = await operation.done_on(EXPLAIN, [Key(user) for _, user in among], through=scope)
        told += [each for (each, _), may_ask in zip(among, done, strict=True) if may_ask]
    return sorted(told, key=lambda each: each.user_id or 0)


def _groups(info: strawberry.Info, change: GrantsChange) -> Iterator[_Group]:
    """What somebody gains and loses, as far as the asker's own schema has it."""
    view: Any = info.schema
    found = change_told(view._base, info.context.services.visibilities, change.before, change.after)
    rows = _Rows(info.context, change.before, change.after)
    groups: defaultdict[tuple[ExposureKind, ExposedRows | None], list[str]] = defaultdict(list)
    for kind, coordinate in _kinds(found):
        if _is_known(info, coordinate):
            groups[kind, rows.of(view._base.bindings.get(coordinate), kind)].append(coordinate)
    for (kind, about), coordinates in groups.items():
        yield _Group(kind, tuple(coordinates), about, rows.binds)


def _kinds(found: ExposureChange) -> Iterator[tuple[ExposureKind, str]]:
    yield from ((ExposureKind.GAINED, each) for each in found.gained)
    yield from ((ExposureKind.LOST, each) for each in found.lost)
    yield from ((ExposureKind.ELSEWHERE, each) for each in found.elsewhere)


def _is_known(info: strawberry.Info, coordinate: str) -> bool:
    if coordinate.startswith(REPORT_COLUMN):
        return coordinate.removeprefix(REPORT_COLUMN) in editor_of(info.context).gives
    return has_coordinate(info.schema._schema, coordinate)


class _Rows:
    """The rows of coordinates: the asker's, and somebody's before and after, as predicates of one statement."""

    def __init__(self, operation: Operation, before: Held, after: Held) -> None:
        mine, was, now = operation.principal.paths, before.paths, after.paths
        beside, first = operation.services.visibilities.beside, len(mine.ordered)
        second = first + len(was.ordered)
        self._mine, self._was, self._now = operation.visibility, beside(was, first=first), beside(now, first=second)
        self.binds = mine.binds() | was.binds(first=first) | now.binds(first=second)

    def of(self, binding: Any, kind: ExposureKind) -> ExposedRows | None:
        if not isinstance(binding, Binding):
            return None
        seen = shown_on(self._mine, binding.entity, needed_by(binding))
        before = FALSE if kind is ExposureKind.GAINED else rows_behind(self._was, binding)
        after = FALSE if kind is ExposureKind.LOST else rows_behind(self._now, binding)
        return ExposedRows(binding.entity, seen, before, after)


async def _counted(operation: Operation, group: _Group) -> ExposureRows:
    assert group.rows is not None
    fetch = operation.snapshot.fetch
    numbers = (await fetch(group.rows.counted(CATALOGUE), group.binds))[0]
    examples = dict[str, strawberry.ID | None].fromkeys((GAINED, LOST))
    is_looked_up = "id" in CATALOGUE[group.rows.entity].key  # parts of others have no id of their own
    for which in (each for each in examples if numbers[each] and is_looked_up):
        found = await fetch(group.rows.first(CATALOGUE, which), group.binds)
        account, number = key_of(found[0])
        examples[which] = strawberry.ID(operation.services.ids.of_row(group.rows.entity, Key(number, account)))
    return ExposureRows(
        gained=numbers[GAINED], lost=numbers[LOST], gained_example=examples[GAINED], lost_example=examples[LOST]
    )
