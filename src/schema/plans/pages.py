"""Fields of connections. Their sources are `Pages`: a level's pages of one connection, read together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from sightline.db.reads import PARENT
from sightline.resolvers.connections import Page
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.rows import Records
from sightline.schema.plans.columns import Constant, LeftToStandardError, Plan, Run


@dataclass(frozen=True, slots=True, eq=False)
class Pages:
    """Pages with what was read for each, in the query's order, and the rows of all, in the connection's."""

    pages: Sequence[Page]
    read: Sequence[Sequence[Any]]
    rows: Sequence[Sequence[Any]]
    records: Records | None

    def __len__(self) -> int:
        return len(self.pages)

    def each(self, answers: Sequence[Any]) -> list[Sequence[Any]]:
        """Answers for the rows of all, by page."""
        following = iter(answers)
        return [[next(following) for _ in rows] for rows in self.rows]

    def owners(self) -> Iterator[Page]:
        """The page of each row."""
        return chain.from_iterable([page] * len(rows) for page, rows in zip(self.pages, self.rows, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class PagePlan:
    """What a selection makes of connections. `reads` says that it asks for rows, or for where a page stands."""

    plan: Plan
    reads: bool

    async def complete(self, run: Run, pages: Sequence[Page]) -> list[dict[str, Any]]:
        """The connections as they are answered. Raises LeftToStandardError for a cursor of something else."""
        return await self.plan.complete(run, await self._read(run, pages) if self.reads else Pages(pages, (), (), None))

    async def _read(self, run: Run, pages: Sequence[Page]) -> Pages:
        if not pages:
            return Pages((), (), (), None)
        try:
            query = pages[0].query()
        except BadInputError as error:
            raise LeftToStandardError("a cursor of something else") from error
        found = await run.read(run.operation.records_of_pages(query, [page.parent for page in pages]))
        read: list[list[Any]] = [[] for _ in pages]
        for record in found.records if query.selection.parent is not None else ():
            read[record[PARENT] - 1].append(record)
        if query.selection.parent is None:
            read = [list(found.records)]
        rows = [page.cut(each) for page, each in zip(pages, read, strict=True)]
        return Pages(pages, read, rows, Records(found.entity, list(chain.from_iterable(rows)), found.bits))


@dataclass(frozen=True, slots=True)
class Nodes:
    """The rows of pages."""

    plan: Plan

    async def values(self, run: Run, sources: Pages) -> list[Any]:
        """By page."""
        if sources.records is None:
            return []
        return sources.each(await self.plan.complete(run, sources.records))


@dataclass(frozen=True, slots=True)
class Edges:
    """The rows of pages with their cursors. `node` has a plan for the rows; a column without is a constant."""

    keys: tuple[str, ...]
    parts: tuple[Plan | Constant | None, ...]

    async def values(self, run: Run, sources: Pages) -> list[Any]:
        """By page."""
        if sources.records is None:
            return []
        plan = Plan(self.keys, tuple(_Edge(part, sources) for part in self.parts))
        return sources.each(await plan.complete(run, sources.records.records))


@dataclass(frozen=True, slots=True)
class _Edge:
    part: Plan | Constant | None
    pages: Pages

    async def values(self, run: Run, sources: Sequence[Any]) -> list[Any]:
        match self.part:
            case Plan():
                assert self.pages.records is not None
                return await self.part.complete(run, self.pages.records)
            case Constant():
                return await self.part.values(run, sources)
            case None:
                return [page.cursor(record) for page, record in zip(self.pages.owners(), sources, strict=True)]


STANDING: Final[dict[str, Callable[[Page, Sequence[Any]], Any]]] = {
    "hasNextPage": Page.has_next,
    "hasPreviousPage": Page.has_previous,
    "startCursor": Page.first_cursor,
    "endCursor": Page.last_cursor,
}
"""What `PageInfo` has."""


@dataclass(frozen=True, slots=True)
class Standings:
    """Where pages stand."""

    keys: tuple[str, ...]
    parts: tuple[Callable[[Page, Sequence[Any]], Any] | Constant, ...]

    async def values(self, _: Run, sources: Pages) -> list[Any]:
        """One object each."""
        return [
            {
                key: part.value if isinstance(part, Constant) else part(page, read)
                for key, part in zip(self.keys, self.parts, strict=True)
            }
            for page, read in zip(sources.pages, sources.read, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class TotalCounts:
    """How many rows connections have in all."""

    async def values(self, run: Run, sources: Pages) -> list[Any]:
        """One statement for all."""
        if not sources.pages:
            return []
        parents = [page.parent for page in sources.pages]
        return await run.read(run.operation.counts(sources.pages[0].selection, parents))
