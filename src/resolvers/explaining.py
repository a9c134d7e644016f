"""Why somebody sees something on a row or does not, and who does: asked of the rules and of the row, never of a value.

About oneself everybody may ask. About another may ask who administers him (`user:explain`), of rows and cells that he
sees himself; for everything else the answer is that for what does not exist. A grant of the other that the asker does
not see counts on a row, and is not described; where no row is named it is left out, and access to a company always.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from sightline.authz.classes import FieldClass
from sightline.authz.explaining import asked_of, parts, places, shown
from sightline.authz.expr import FALSE
from sightline.authz.grants import paths_of
from sightline.authz.paths import Attribute, Path, PathKind, Paths, Value, bind_name
from sightline.db.explanations import SEEN, SHOWN, explanation, given, reached
from sightline.db.queries import PageQuery, Selection
from sightline.db.statements import Statement
from sightline.resolvers.global_ids import Key
from sightline.resolvers.grants import Source, sources_of_user
from sightline.resolvers.grants_seen import paths_by, sources_on_rows, sources_seen
from sightline.resolvers.operation import Operation

EXPLAIN = "user:explain"

Truths = Mapping[str, bool]


class Outcome(StrEnum):
    """What comes of all paths together."""

    SHOWN = "SHOWN"
    MASKED = "MASKED"
    INVISIBLE = "INVISIBLE"
    CONDITIONAL = "CONDITIONAL"
    HIDDEN = "HIDDEN"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about: a coordinate as the classes it needs on an entity, and perhaps one row.

    `leads_to` are the entities that must be seen at all, for the coordinate to be there.
    """

    entity: str
    classes: frozenset[FieldClass]
    key: Key | None = None
    leads_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PathExplained:
    """One path: whether it reaches the row (without one: any row) and which of the needed classes it gives there.

    `source` is the row that gives it, None for what everybody has. A `kind` of None is a path of a grant that the asker
    does not see, and nothing else is said of it than what it does.
    """

    kind: PathKind | None
    holds: tuple[str, ...]
    asks: str
    reaches: bool
    gives: tuple[FieldClass, ...]
    source: tuple[str, Key] | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The outcome, the classes that it takes, and the paths that do something for it."""

    outcome: Outcome
    needs: tuple[FieldClass, ...]
    paths: tuple[PathExplained, ...]


async def explain(operation: Operation, asked: Asked, user: int | None = None) -> Explanation | None:
    """The explanation of a coordinate in the asker's schema; None, equally, for what is not there or not his to ask."""
    own = _Reading(operation, operation.principal.paths, asked)
    if asked.key is not None:
        truths = await own.truths()
        if truths is None or not truths[SEEN] or (user is not None and not truths[SHOWN]):
            return None
    if user is None:
        sources = [] if operation.principal.key_id is not None else await _own_sources(operation)
        return await own.explained(sources)
    if not await operation.does(EXPLAIN, Key(user)):
        return None
    operation.asked_about.add(user)
    # Any row may be one that the asker does not see: so where none is named, a grant that he does not see is left out.
    told = await (sources_seen if asked.key is None else sources_on_rows)(operation, [user])
    sources, _ = told[user]
    return await _Reading(operation, await paths_by(operation, user, told[user]), asked).explained(sources)


@dataclass(frozen=True, slots=True)
class Onlookers:
    """Those of some users who see something, and the last one looked at where there are more."""

    users: list[Key]
    last: Key | None


async def who_can_see(operation: Operation, asked: Asked, *, first: int, after: Key | None = None) -> Onlookers | None:
    """Of the next users whom the asker may ask about, those to whom a cell of a row is shown that he is shown himself.

    None, equally, for a row that is not there and for a cell that is not his to see.
    """
    truths = await _Reading(operation, operation.principal.paths, asked).truths()
    if truths is None or not truths[SHOWN]:
        return None
    query = PageQuery(Selection("app_user"), frozenset(), (), first + 1, after=None if after is None else (after.id,))
    keys = [row.key for row in (await operation.pages(query, [None]))[0]]
    looked_at = keys[:first]
    may_ask = await operation.done_on(EXPLAIN, looked_at)
    asked_about = [key for key, may in zip(looked_at, may_ask, strict=True) if may]
    told = await sources_on_rows(operation, [key.id for key in asked_about])
    found: list[Key] = []
    for key in asked_about:
        operation.asked_about.add(key.id)
        reading = _Reading(operation, await paths_by(operation, key.id, told[key.id]), asked)
        seen = await reading.truths()
        if seen is not None and seen[SHOWN] and reading.is_there:
            found.append(key)
    return Onlookers(found, looked_at[-1] if len(keys) > first else None)


async def _own_sources(operation: Operation) -> list[Source]:
    user = operation.principal.user_id
    return [] if user is None else await sources_of_user(operation.snapshot, user)


class _Reading:
    """One principal's paths read for what is asked."""

    def __init__(self, operation: Operation, paths: Paths, asked: Asked) -> None:
        self._operation, self._paths, self._asked = operation, paths, asked
        self._visibility = operation.services.visibilities.of(paths)
        self._parts = parts(self._visibility, asked.entity, asked.classes)

    @property
    def is_there(self) -> bool:
        """Whether what the coordinate leads to is there at all."""
        return all(self._visibility.sees(each) for each in self._asked.leads_to)

    @cached_property
    def _statement(self) -> Statement:
        catalogue = self._operation.services.catalogue
        return explanation(catalogue, self._visibility, self._asked.entity, self._asked.classes)

    async def truths(self, instead: Mapping[str, list[Value]] | None = None) -> Truths | None:
        """The truths of the row, with some binds replaced; None where there is no such row."""
        key = self._asked.key
        assert key is not None
        values = {**self._paths.binds(), **(instead or {}), "key_id": key.id, "key_account": key.account}
        rows = await self._operation.snapshot.fetch(self._statement, values)
        return rows[0] if rows else None

    async def explained(self, sources: Iterable[Source]) -> Explanation:
        """What the paths do: first those of each grant, then what everybody has."""
        everything = None if self._asked.key is None else await self.truths()
        explained: list[PathExplained] = []
        named: set[int] = set()
        for source in sources:
            key = Key(source.id)
            visible = await self._operation.row(source.entity, key) is not None
            for at, path in places(paths_of(source.grants), self._paths):
                named.add(at)
                part = self._part(at, None if everything is None else await self.truths(_binds(at, path)))
                described = replace(part, source=(source.entity, key))
                explained.append(described if visible else replace(part, kind=None, holds=(), asks=""))
        explained += [self._part(at, everything) for at in range(len(self._parts)) if at not in named]
        outcome = self._on_any_row() if everything is None else self._on_a_row(everything)
        return Explanation(outcome, tuple(sorted(self._asked.classes)), tuple(explained))

    def _part(self, at: int, truths: Truths | None) -> PathExplained:
        part, asked = self._parts[at], self._asked
        if truths is None:
            reaches, gives = part.rows != FALSE, [each for each, where in part.gives.items() if where != FALSE]
        else:
            reaches, gives = truths[reached(at)], [each for each in part.gives if truths[given(at, each)]]
        kind, model = part.shape.kind, self._operation.services.catalogue.model
        words = asked_of(model, kind, asked.entity, asked.classes)
        return PathExplained(kind, tuple(sorted(map(str, part.shape.tokens))), words, reaches, tuple(gives))

    def _on_any_row(self) -> Outcome:
        where = shown(self._visibility, self._asked.entity, self._asked.classes)
        if where == FALSE or not self.is_there:
            return Outcome.HIDDEN
        return Outcome.SHOWN if where == self._visibility.rows(self._asked.entity) else Outcome.CONDITIONAL

    def _on_a_row(self, truths: Truths) -> Outcome:
        if not truths[SEEN]:
            return Outcome.INVISIBLE
        return Outcome.SHOWN if truths[SHOWN] and self.is_there else Outcome.MASKED


def _binds(at: int, path: Path) -> dict[str, list[Value]]:
    """The values of one grant in the place of all that its holder has in paths of the same shape."""
    return {bind_name(at, each): sorted(path.values.get(each, frozenset()), key=str) for each in Attribute}
