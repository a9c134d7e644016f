"""What the test and the soak of non-interference share: the proof for one viewer, and its figures.

Random documents are answered by the engine, everything hidden from the viewer is changed, and the same documents are
answered again in the changed world. Answers must be equal byte for byte, must have taken as many statements, and must
hold nothing of what was planted.

Whether two edges that are read at the same time fall into one statement or two depends on when the database answers.
So where the counts of a document differ, and nothing else, it is all done again from the beginning, some times; a
document is a difference if its counts differ each time, and the least of them too.

Mutations are answered so as well, each with what is asked after it, in a savepoint that is taken back. What is drawn by
chance (secrets, codes) is the same each time, and so are the next numbers of rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import asyncpg
from changing import answered, changes_of, is_done
from desk import as_bytes
from documents import Asked, documents_of
from drawing import NOON
from kinds import Kind, viewer_of
from planted import is_marked
from taking_back import taken_back
from twins import Twin
from worlds import World

from sightline.db.snapshot import Snapshot
from sightline.resolvers.identity import Principal
from sightline.server.answers import GraphQLRequest
from sightline.server.execution import Engine

MOST_PAGES = 8
TRIES = 4


@dataclass(slots=True)
class Figures:
    """What was asked and what was changed. `masked` counts operations answered without something they asked for,
    `again` the documents asked again as their statements had fallen differently into the loop's turns; `mutations` are
    counted by name, and `done` are those that were not refused.
    """

    operations: int = 0
    filled: int = 0
    refused: int = 0
    masked: int = 0
    cells: int = 0
    rows: int = 0
    by_rules: int = 0
    again: int = 0
    met: dict[str, int] = field(default_factory=dict)
    mutations: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        mutations = (
            f" and {self.mutations.total()} mutations ({self.done.total()} done), of {len(self.mutations)} names,"
            if self.mutations
            else ""
        )
        return (
            f"{self.operations} operations ({self.filled} with rows, {self.masked} masked, {self.refused} refused as "
            f"too large){mutations} of {len(self.met)} kinds of viewers; changed: {self.cells} hidden cells "
            f"({self.by_rules} of them read by rules), {self.rows} hidden rows; asked again: {self.again}"
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: its bytes, and how many statements it took."""

    text: bytes
    statements: int


Counts = tuple[list[int], list[int]]
"""How many statements each answer to a document took, before the change and after it."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody, and what he asks."""

    name: str
    who: Principal
    documents: list[Asked]


def changes_asked(
    engine: Engine, world: World, who: Principal, random: Random, count: int, met: Mapping[str, int]
) -> Asking:
    """Somebody who asks for that many mutations, those first that were met least."""
    return Asking(who.fingerprint, who, changes_of(engine, world, who, random, count, met))


class InterferenceError(AssertionError):
    """Something hidden moved an answer; the message has viewer, document and both answers."""


async def prove(
    engine: Engine,
    connection: asyncpg.Connection,
    world: World,
    kind: Kind,
    random: Random,
    *,
    documents: int,
    into: Figures,
) -> None:
    """Prove it for a viewer of a kind, with that many documents of each mode. Raises InterferenceError."""

    def draw() -> Asking:
        who = viewer_of(kind, random, world, engine.services.catalogue)
        return Asking(kind.name, who, documents_of(engine, world, who, random, documents))

    await prove_of(engine, connection, world, draw, random, into=into)


async def prove_of(
    engine: Engine,
    connection: asyncpg.Connection,
    world: World,
    draw: Callable[[], Asking],
    random: Random,
    *,
    into: Figures,
) -> None:
    """Prove it for whoever is drawn, and what he asks; the same is drawn of the same `random`.

    Raises InterferenceError.
    """
    begin = random.getstate()
    open_: dict[int, list[Counts]] = {}
    for again in range(TRIES):
        random.setstate(begin)
        asking = draw()
        counts = await _proven(engine, connection, world, asking, random, into=into, first=not again)
        if not counts:
            return
        into.again += len(counts)
        wanted = open_.keys() & counts if again else counts.keys()
        open_ = {at: [*open_.get(at, []), counts[at]] for at in wanted}
        if not open_:
            return
    if any(_least(each, 0) != _least(each, 1) for each in open_.values()):
        raise InterferenceError(f"{asking.name}: documents take other numbers of statements: {open_}")


def _least(tries: list[Counts], side: int) -> list[int]:
    """Of each answer to a document the least number of statements that it ever took, before or after the change."""
    return [min(numbers) for numbers in zip(*(each[side] for each in tries), strict=True)]


async def _proven(
    engine: Engine,
    connection: asyncpg.Connection,
    world: World,
    asking: Asking,
    random: Random,
    *,
    into: Figures,
    first: bool,
) -> dict[int, Counts]:
    """The documents that took other numbers of statements, by their place. What was asked is counted, once.

    Raises InterferenceError for answers that differ.
    """
    transaction = connection.transaction()
    await transaction.start()
    try:
        before = [await _answers(engine, connection, asking.who, document) for document in asking.documents]
        twin = Twin(connection, engine.services.catalogue, random, asking.who, world)
        await twin.make()
        after = [await _answers(engine, connection, asking.who, document) for document in asking.documents]
    finally:
        await transaction.rollback()
    for document, there, here in zip(asking.documents, before, after, strict=True):
        _compare(asking, document, there, here)
    differing = {
        at: ([each.statements for each in there], [each.statements for each in here])
        for at, (there, here) in enumerate(zip(before, after, strict=True))
        if there != here
    }
    if first:
        _count([answer for each in before for answer in each], twin, asking, into)
        _count_mutations(asking.documents, before, into)
    return differing


async def _answers(engine: Engine, connection: asyncpg.Connection, asking: Principal, asked: Asked) -> list[Answered]:
    """The answers to a document, each with its number of statements."""
    if asked.mutation is not None:
        return await _taken_back(engine, connection, asking, asked)
    waiting, answers = list(asked.variables), list[Answered]()
    while waiting:
        snapshot = Snapshot(connection, 0, NOON)
        answer = await engine.answer(GraphQLRequest(asked.text, dict(waiting.pop(0))), asking, snapshot)
        for error in answer.errors:
            if not _too_large(error):
                raise InterferenceError(f"no answer: {error}\n{asked}")
        answers.append(Answered(as_bytes(answer), snapshot.statements))
        page: dict[str, Any] = ((answer.data or {}).get("page") or {}).get("pageInfo") or {}
        if asked.walks and page.get("hasNextPage") and len(answers) < MOST_PAGES:
            waiting.append({"after": page["endCursor"]})
    return answers


async def _taken_back(
    engine: Engine, connection: asyncpg.Connection, asking: Principal, asked: Asked
) -> list[Answered]:
    """The answer to a mutation, and to what follows it."""
    assert asked.follows is not None
    async with taken_back(connection):
        answer, statements = await answered(engine, connection, asking, asked)
        follows = await _answers(engine, connection, asking, asked.follows)
    return [Answered(as_bytes(answer), statements), *follows]


def _compare(asking: Asking, document: Asked, before: list[Answered], after: list[Answered]) -> None:
    said = f"{asking.name}: {asking.who.paths}\n{document}"
    if [each.text for each in before] != [each.text for each in after]:
        raise InterferenceError(f"the answers differ\n{said}\n{before}\n{after}")
    if any(is_marked(answer.text) for answer in after):
        raise InterferenceError(f"an answer holds a planted value\n{said}\n{after}")


def _count(answers: list[Answered], twin: Twin, asking: Asking, into: Figures) -> None:
    filled = sum(b'"__typename":"' in answer.text for answer in answers)
    into.operations += len(answers)
    into.filled += filled
    into.refused += sum(answer.statements == 0 and b"at most" in answer.text for answer in answers)
    into.masked += sum(b'"unavailable":[' in answer.text or b'"masked":[' in answer.text for answer in answers)
    into.cells += twin.changed - twin.moved
    into.rows += twin.moved
    into.by_rules += twin.by_rules
    into.met[asking.name] = into.met.get(asking.name, 0) + filled


def _count_mutations(documents: list[Asked], answers: list[list[Answered]], into: Figures) -> None:
    for document, (answer, *_) in zip(documents, answers, strict=True):
        if document.mutation is not None:
            into.mutations[document.mutation] += 1
            into.done[document.mutation] += is_done(answer.text)


def _too_large(error: dict[str, Any]) -> bool:
    return any(said in error["message"] for said in ("at most", " most is ", "more than 2000 tokens"))
