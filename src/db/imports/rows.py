"""What the files of all kinds are read as: named columns, and rows of cells that come one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sightline.db.imports.cells import FileCell


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row: the line it begins on, its cells without the blanks around them, and what is wrong with it as a whole.

    The cells of a row that is wrong are as much of it as could be told apart: they are what the log quotes.
    """

    line: int
    cells: Sequence[FileCell]
    problem: str | None


class OrderFile(Protocol):
    """An open file of orders, of which no more than a few rows are ever in memory."""

    @property
    def size(self) -> int:
        """Its bytes."""

    @property
    def position(self) -> int:
        """How many bytes have been read; runs a little ahead of the rows."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in the order of each row's cells."""

    @property
    def advice(self) -> str:
        """What to do where a column that the mapping names is not there."""

    def rows(self) -> Iterator[FileRow]:
        """Every row, once. Blank ones are no rows."""


def unstorable(text: str, encoding: str) -> str | None:
    """Why PostgreSQL could not keep the text, if so: `surrogateescape` stands for bytes that were no characters."""
    if "\0" in text:
        return "contains a NUL character"
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return f"contains bytes that are not {encoding}"
    return None
