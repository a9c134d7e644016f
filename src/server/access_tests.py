"""Access tests: a file of assertions held against the policy in force, in one snapshot.

Asked as somebody, only what he may see is spoken of: himself, or, with the staff's USERS R, users he sees; coordinates
of his own schema. Anything else is as what does not exist, and paths of others that are no staff's are not named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sightline.authz.assertions import Assertion, AssertionSyntaxError, Person, parsed, wrong
from sightline.authz.paths import Attribute, PathKind, Paths
from sightline.authz.paths import Path as AccessPath
from sightline.authz.visibility import Visibility
from sightline.db.snapshot import Snapshot, in_snapshot
from sightline.resolvers.explaining import EXPLAIN
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import active_user_by_email
from sightline.resolvers.identity import Principal, principal_of_user
from sightline.resolvers.operation import Operation
from sightline.resolvers.subjects import Roles, Subject, paths_of_subject, roles_of, subjects, unknown_name
from sightline.schema.granting_paths import allowing, allows, is_known
from sightline.server.execution import Engine

MOST_NAMED = 5
_NAMED_OF_OTHERS = frozenset({PathKind.PLATFORM, PathKind.PUBLIC, PathKind.SELF})


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether an assertion holds, of how many users it speaks, and why it fails, a line each."""

    assertion: Assertion
    of: int
    why: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether there is nothing against it."""
        return not self.why


async def held(engine: Engine, path: Path, *, asker: str | None) -> tuple[Outcome, ...]:
    """What became of each assertion of a file. Raises AssertionSyntaxError for what is none, or names what is not."""
    assertions = _read(path)

    async def work(snapshot: Snapshot) -> tuple[Outcome, ...]:
        court = _Court(engine, snapshot, await _principal(engine, snapshot, asker))
        for each in assertions:
            if not is_known(engine.api, court.view_of_asker, each.action):
                word = (each.action.word, each.action.name)
                raise wrong(str(path), each.line, word, "there is no such coordinate: see `sightline schema`")
        return tuple([await court.judge(each) for each in assertions])

    return await in_snapshot(engine.database.reads, work)


def _read(path: Path) -> tuple[Assertion, ...]:
    try:
        return parsed(path.read_text(encoding="utf-8"), file=str(path))
    except OSError as error:
        raise AssertionSyntaxError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise AssertionSyntaxError(f"{path} is not UTF-8: save the file in that encoding.") from None


async def _principal(engine: Engine, snapshot: Snapshot, asker: str | None) -> Principal | None:
    if asker is None:
        return None
    user = await active_user_by_email(snapshot, asker)
    if user is None:
        raise AssertionSyntaxError(f"There is no active user {asker}: --as takes the address somebody signs in with.")
    return await principal_of_user(snapshot, user)


@dataclass(slots=True, eq=False)
class _Court:
    """One run over a file. Paths, once read, are kept: the snapshot does not change."""

    engine: Engine
    snapshot: Snapshot
    asker: Principal | None
    _paths: dict[Subject, Paths] = field(default_factory=dict)

    @property
    def view_of_asker(self) -> Visibility | None:
        return None if self.asker is None else self.engine.visibility(self.asker)

    async def judge(self, assertion: Assertion) -> Outcome:
        found = await self._spoken_of(assertion)
        if not found:
            return Outcome(assertion, 0, await self._why_nobody(assertion))
        against = [each for each in found if await self._does(each, assertion) is not assertion.can]
        roles = await roles_of(self.snapshot, [each.user_id for each in against[:MOST_NAMED]])
        why = [self._why(each, assertion, roles.get(each.user_id, {})) for each in against[:MOST_NAMED]]
        if len(against) > MOST_NAMED:
            why.append(f"and so do {len(against) - MOST_NAMED:,} more")
        return Outcome(assertion, len(found), tuple(why))

    async def _spoken_of(self, assertion: Assertion) -> list[Subject]:
        found = await subjects(self.snapshot, assertion.subject)
        if self.asker is None:
            return found
        seen = await self._seen(found)
        return [each for each in found if each.user_id == self.asker.user_id or each.user_id in seen]

    async def _seen(self, found: Sequence[Subject]) -> frozenset[int]:
        """Whom the asker may ask about, beside himself: users he sees, by the staff's user management."""
        assert self.asker is not None
        operation = Operation(self.engine.services, self.asker, self.engine.visibility(self.asker), self.snapshot)
        keys = [Key(each.user_id) for each in found]
        may = await operation.done_on(EXPLAIN, keys, through=PathKind.PLATFORM)
        return frozenset(key.id for key, is_his in zip(keys, may, strict=True) if is_his)

    async def _why_nobody(self, assertion: Assertion) -> tuple[str, ...]:
        if isinstance(assertion.subject, Person):
            return (f"there is no user {assertion.subject.email}",)
        # To an asker a role that nobody he sees holds is as one that is not there, so it is no fault of the line.
        unknown = None if self.asker is not None else await unknown_name(self.snapshot, assertion.subject)
        return () if unknown is None else (unknown,)

    async def _of(self, subject: Subject) -> Paths:
        if subject not in self._paths:
            self._paths[subject] = await paths_of_subject(self.snapshot, subject)
        return self._paths[subject]

    async def _does(self, subject: Subject, assertion: Assertion) -> bool:
        paths = await self._of(subject)
        if not paths.ordered:
            return False
        return allows(self.engine.api, self.engine.services.visibilities.of(paths), assertion.action)

    def _why(self, subject: Subject, assertion: Assertion, roles: Roles) -> str:
        paths = self._paths[subject]
        if assertion.can:
            if not subject.is_active:
                return f"{subject.email} is not active, and has no path at all"
            named = _joined(self._names(subject, paths.ordered, roles))
            return f"{subject.email} has no path that gives it, only {named}"
        giving = tuple(allowing(self.engine.api, self.engine.services.visibilities, paths, assertion.action))
        named = _joined(self._names(subject, giving, roles)) or "several paths together"
        return f"{subject.email} has it by {named}"

    def _names(self, subject: Subject, paths: Sequence[AccessPath], roles: Roles) -> list[str]:
        is_open = self.asker is None or self.asker.user_id == subject.user_id
        return list(dict.fromkeys(name for each in paths for name in _named(each, roles, is_open=is_open)))


def _named(path: AccessPath, roles: Roles, *, is_open: bool) -> Iterator[str]:
    """A path by its kind, and the role that makes it."""
    kind = path.shape.kind
    if not is_open and kind not in _NAMED_OF_OTHERS:
        yield "OTHER"
        return
    if kind is PathKind.PLATFORM and None in roles:
        yield f"{kind} (role {roles[None][0]!r})"
        return
    organizations = sorted(path.values.get(Attribute.ORGANIZATIONS, frozenset()), key=str)
    made = [roles[int(number)] for number in organizations if int(number) in roles]
    yield from (f"{kind} (role {role!r} of {organization!r})" for role, organization in made)
    if not made:
        yield str(kind)


def _joined(names: Sequence[str]) -> str:
    return ", ".join(names)
