"""Taking what a mapping names out of the cells of a row. Everything here raises BadCellError."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from sightline.db.imports.cells import BadCellError, FileCell, moment_reader, number_reader
from sightline.db.imports.model import Cell, FileFormat

LONGEST_KEY = 200  # what an index can hold, with room for the other columns in it


class CellReader:
    """Reads the cells of one file, whose columns are in this order."""

    def __init__(self, file: FileFormat, columns: Sequence[str], *, now: datetime) -> None:
        self._index = {column: place for place, column in enumerate(columns)}
        self._number = number_reader(file)
        self._moment = moment_reader(file, now=now)

    def text(self, cells: Sequence[FileCell], column: str) -> str:
        """What a column says; empty where it says nothing."""
        cell = cells[self._index[column]]
        if isinstance(cell, str):
            return cell
        if cell.problem is not None:
            raise BadCellError(column, cell.text, cell.problem)
        return cell.text

    def needed(self, cells: Sequence[FileCell], column: str) -> str:
        """What a column says that must say something."""
        text = self.text(cells, column)
        if not text:
            raise BadCellError(column, "", "is empty")
        return text

    def number(self, cells: Sequence[FileCell], column: str) -> Decimal:
        """The number in a column that must have one."""
        self.needed(cells, column)
        return self._number(cells[self._index[column]], column)

    def moment(self, cells: Sequence[FileCell], column: str) -> datetime:
        """The moment in a column that must have one, in UTC."""
        self.needed(cells, column)
        return self._moment(cells[self._index[column]], column)

    def value(self, cells: Sequence[FileCell], cell: Cell) -> str:
        """The constant, or what the column says, translated if the mapping says so."""
        if cell.constant is not None:
            return cell.constant
        assert cell.column is not None
        text = self.text(cells, cell.column)
        if cell.values is None or not text:
            return text
        if text not in cell.values:
            raise BadCellError(cell.column, text, "is not among the values that the mapping translates")
        return cell.values[text]

    def translated_number(self, cells: Sequence[FileCell], cell: Cell) -> Decimal:
        """The number that a column says, or that its text is translated to."""
        assert cell.column is not None
        if cell.values is None:
            return self.number(cells, cell.column)
        self.needed(cells, cell.column)
        return self._number(self.value(cells, cell), cell.column)

    def one_of(self, cells: Sequence[FileCell], cell: Cell, known: Collection[str], expected: str | None = None) -> str:
        """A value that is among those that are known; `expected` says which those are, if they are many."""
        text = self.value(cells, cell)
        if text not in known:
            raise BadCellError(cell.column, text, f"is unknown: expected {expected or ', '.join(known)}")
        return text

    def reference(self, cells: Sequence[FileCell], cell: Cell | None) -> str:
        """The name of something that must be named; empty where the mapping has no such thing."""
        text = self.optional(cells, cell, LONGEST_KEY)
        if cell is not None and not text:
            raise BadCellError(cell.column, "", "is empty")
        return text

    def optional(self, cells: Sequence[FileCell], cell: Cell | None, longest: int) -> str:
        """A text of so many characters at most; empty where the mapping has no such thing, or the file says nothing."""
        if cell is None:
            return ""
        text = self.value(cells, cell)
        if len(text) > longest:
            raise BadCellError(cell.column, text, f"is longer than {longest} characters")
        return text
