"""Reading a delimited file row by row, without ever holding more of it than one row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sightline.db.imports.errors import ImportRefusedError
from sightline.db.imports.model import FileFormat


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row: the line of the file it begins on, its cells without the blanks around them, and what is wrong."""

    line: int
    cells: list[str]
    problem: str | None


class OrderFile:
    """An open file of orders. Made by `open_orders` only."""

    def __init__(self, path: Path, raw: BinaryIO, form: FileFormat) -> None:
        self.size = path.stat().st_size
        self._raw = raw
        self._encoding = form.encoding
        # A byte that the encoding does not know must cost its own row only.
        text = io.TextIOWrapper(raw, form.encoding, errors="surrogateescape", newline="")
        if form.quote is None:
            self._reader = csv.reader(text, delimiter=form.delimiter, quoting=csv.QUOTE_NONE, strict=True)
        else:
            self._reader = csv.reader(text, delimiter=form.delimiter, quotechar=form.quote, strict=True)
        self.columns = form.columns or self._header(path)
        twice = sorted({column for column in self.columns if self.columns.count(column) > 1})
        if twice:
            raise ImportRefusedError(f"{path} has two columns called {twice[0]!r}: rename one of them.")

    @property
    def position(self) -> int:
        """How many bytes have been read; runs a little ahead of the rows."""
        return self._raw.tell()

    def rows(self) -> Iterator[FileRow]:
        """Every row after the header. Blank lines are no rows."""
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield FileRow(line, [], self._unreadable(line, error))
                continue
            except UnicodeError as error:
                # Only multi-byte encodings that lose their rhythm come here; nothing after it can be trusted.
                yield FileRow(line, [], f"the file cannot be read from here on: it is not {self._encoding} ({error})")
                return
            if cells:
                yield FileRow(line, [cell.strip() for cell in cells], self._problem(cells))

    def _header(self, path: Path) -> tuple[str, ...]:
        try:
            columns = tuple(column.strip() for column in next(self._reader, ()))
        except (csv.Error, UnicodeError) as error:
            raise ImportRefusedError(f"The first line of {path} cannot be read: {error}.") from None
        if not columns:
            raise ImportRefusedError(f"{path} is empty: expected a line with the names of the columns.")
        return columns

    def _unreadable(self, line: int, error: csv.Error) -> str:
        last = self._reader.line_num
        lines = f"lines {line} to {last}" if last > line else "the line"
        return f"{lines} cannot be split into cells: {error}"

    def _problem(self, cells: list[str]) -> str | None:
        if len(cells) != len(self.columns):
            return f"has {len(cells)} cells where the file has {len(self.columns)} columns"
        joined = "".join(cells)
        if "\0" in joined:
            return "contains a NUL character"
        if not joined.isascii() and any("\ud800" <= character <= "\udfff" for character in joined):
            return f"contains bytes that are not {self._encoding}"
        return None


@contextmanager
def open_orders(path: Path, form: FileFormat) -> Iterator[OrderFile]:
    """The file, its header read. Raises ImportRefusedError where it cannot be opened or has no header."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise ImportRefusedError(f"{path} cannot be read: {error.strerror}.") from None
    with raw:
        yield OrderFile(path, raw, form)
