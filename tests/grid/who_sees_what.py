"""Reads the hand-typed grid, who_sees_what.txt: cells by member and coordinate, and which rows a member sees.

A line of a table is `cells | rows | members`; lines that have nothing before their bars go on with the one above.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ALWAYS, SOMETIMES, NOT_HERE, NEVER, NO_ENTITY = "+", "?", "*", "-", "."
_SECTION, _REFUSED = "== ", "refused: "


@dataclass(frozen=True, slots=True)
class Line:
    """What one group of members has: a cell per group of coordinates, and the words for their rows."""

    cells: tuple[str, ...]
    rows: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The part of the grid about one entity. `fields` has the field names of every group, `header` their order."""

    entity: str
    fields: dict[str, tuple[str, ...]]
    header: tuple[str, ...]
    lines: tuple[Line, ...]

    def line(self, member: str) -> Line | None:
        """The line of a member; None where the entity does not exist for him."""
        return next((line for line in self.lines if member in line.members), None)

    def cells(self, member: str) -> dict[str, str]:
        """The cell of every field, by name."""
        line = self.line(member)
        cells = line.cells if line else (NO_ENTITY,) * len(self.header)
        return {name: cell for group, cell in zip(self.header, cells, strict=True) for name in self.fields[group]}


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole grid: a table per entity, and the members of the cast who are let in to nothing."""

    tables: dict[str, Table]
    refused: tuple[str, ...]

    def members(self) -> set[str]:
        """Everybody who has a line somewhere."""
        return {member for table in self.tables.values() for line in table.lines for member in line.members}


class GridError(Exception):
    """The grid is not well-formed; the message says where."""


def read_grid() -> Grid:
    """The grid as it is typed. Raises GridError."""
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    refused = next(line.removeprefix(_REFUSED) for line in text if line.startswith(_REFUSED))
    starts = [n for n, line in enumerate(text) if line.startswith(_SECTION)]
    tables = [_table(text[at].removeprefix(_SECTION), text[at + 1 : end]) for at, end in pairwise([*starts, len(text)])]
    return Grid({table.entity: table for table in tables}, tuple(refused.split()))


def _table(entity: str, text: list[str]) -> Table:
    fields: dict[str, tuple[str, ...]] = {}
    rows = [line for line in text if "|" in line]
    for line in text:
        if line and "|" not in line:
            group, *names = line.split()
            fields[group] = fields.get(group, ()) + tuple(names)
    header = tuple(rows[0].split("|")[0].split())
    if set(header) != set(fields) or len(header) != len(fields):
        raise GridError(f"{entity}: the groups of the header and of the list above it differ")
    table = Table(entity, fields, header, tuple(_lines(rows[1:])))
    for one in table.lines:
        if len(one.cells) != len(header) or not set(one.cells) <= {ALWAYS, SOMETIMES, NOT_HERE, NEVER}:
            raise GridError(f"{entity}: the cells of {' '.join(one.members)} do not fit the header")
    named = [member for one in table.lines for member in one.members]
    if len(named) != len(set(named)):
        raise GridError(f"{entity}: a member has two lines")
    return table


def _lines(rows: list[str]) -> Iterator[Line]:
    joined: list[list[str]] = []
    for row in rows:
        parts = [part.strip() for part in row.split("|")]
        if parts[0]:
            joined.append(parts)
        else:
            joined[-1] = [f"{before} {more}".strip() for before, more in zip(joined[-1], parts, strict=True)]
    for cells, words, members in joined:
        yield Line(tuple(cells.split()), tuple(word.strip() for word in words.split(",")), tuple(members.split()))
