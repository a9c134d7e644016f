"""Connections: a page of visible rows with cursors, as Relay's cursor connections specification has them.

A page is always full while there are visible rows left, and every number is over visible rows: nothing that is hidden
moves a count, a cursor or `hasNextPage`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sightline.db.authorised import KEY_PREFIX
from sightline.db.ordering import tie_break
from sightline.db.queries import OrderKey, PageQuery, Selection
from sightline.resolvers.cursors import MalformedCursorError, query_name
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Row

LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a connection: `first` rows after a cursor, or `last` rows before one."""

    size: int
    cursor: str | None
    backward: bool


def window(*, first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """The window that the four arguments mean. Raises BadInputError unless exactly one size of 1 to 100 is given."""
    if (first is None) == (last is None):
        raise BadInputError(f"Give first or last, from 1 to {LARGEST_PAGE}.")
    if (first is None and after is not None) or (last is None and before is not None):
        raise BadInputError("after goes with first, and before goes with last.")
    size = first if first is not None else last
    assert size is not None
    if not 1 <= size <= LARGEST_PAGE:
        raise BadInputError(f"A page has 1 to {LARGEST_PAGE} rows: ask for that many with first or last.")
    return Window(size, after if first is not None else before, first is None)


class HasCells(Protocol):
    """A row, or the record that it is made of."""

    def __getitem__(self, column: str, /) -> Any:
        """The cell of a column."""


Cells = TypeVar("Cells", bound=HasCells)


@dataclass(slots=True, eq=False)
class Page:
    """One connection of one parent (or of the root), read when one of its parts is asked for."""

    operation: Operation
    selection: Selection
    order: tuple[OrderKey, ...]
    window: Window
    parent: Key | None = None
    _read: asyncio.Task[list[Row]] | None = field(default=None)
    _named: str | None = field(default=None)

    async def rows(self) -> Sequence[Row]:
        """The rows of the page, in the connection's order."""
        return self.cut(await self.read())

    async def read(self) -> list[Row]:
        """What the page's query reads, once."""
        if self._read is None:
            self._read = asyncio.ensure_future(self.operation.page(self.query(), self.parent))
        return await self._read

    async def count(self) -> int:
        """How many visible rows the connection has in all."""
        return await self.operation.count(self.selection, self.parent)

    def cut(self, read: Sequence[Cells]) -> Sequence[Cells]:
        """The page's rows, in the connection's order, of what its query reads: one more, in the query's order."""
        rows = read[: self.window.size]
        return rows[::-1] if self.window.backward else rows

    def has_more(self, read: Sequence[HasCells]) -> bool:
        """Whether there are visible rows beyond the page, in its direction."""
        return len(read) > self.window.size

    def has_next(self, read: Sequence[HasCells]) -> bool:
        """Whether there are visible rows after the page."""
        return self.window.cursor is not None if self.window.backward else self.has_more(read)

    def has_previous(self, read: Sequence[HasCells]) -> bool:
        """Whether there are visible rows before the page."""
        return self.has_more(read) if self.window.backward else self.window.cursor is not None

    def first_cursor(self, read: Sequence[HasCells]) -> str | None:
        """The cursor of the page's first row."""
        rows = self.cut(read)
        return self.cursor(rows[0]) if rows else None

    def last_cursor(self, read: Sequence[HasCells]) -> str | None:
        """The cursor of the page's last row."""
        rows = self.cut(read)
        return self.cursor(rows[-1]) if rows else None

    def cursor(self, row: HasCells) -> str:
        """The cursor of a row of this page."""
        keys = tie_break(self.operation.services.catalogue[self.selection.entity])
        values = (*(row[each.column] for each in self.order), *(row[KEY_PREFIX + name] for name in keys))
        return self.operation.services.cursors.seal(
            values, viewer=self.operation.principal.fingerprint, query=self._name()
        )

    def query(self) -> PageQuery:
        """What is read for the page: a row more than it has. Raises BadInputError for a cursor of something else."""
        columns = self.operation.wanted.get(self.selection.entity, frozenset())
        return PageQuery(self.selection, columns, self.order, self.window.size + 1, self._after(), self.window.backward)

    def _after(self) -> tuple[object, ...] | None:
        if self.window.cursor is None:
            return None
        try:
            return self.operation.services.cursors.open(
                self.window.cursor, viewer=self.operation.principal.fingerprint, query=self._name()
            )
        except MalformedCursorError as error:
            raise BadInputError("This is no cursor of this connection: take one from its pageInfo or edges.") from error

    def _name(self) -> str:
        if self._named is None:
            self._named = query_name(self.selection, self.order, self.parent)
        return self._named
