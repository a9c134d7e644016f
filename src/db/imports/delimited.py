"""Reading a CSV or TSV file row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sightline.db.imports.errors import ImportRefusedError
from sightline.db.imports.model import FileFormat
from sightline.db.imports.rows import FileRow, unstorable


class DelimitedFile:
    """An open file of lines, each of which is split into cells."""

    advice = "Is the delimiter in the mapping right?"

    def __init__(self, path: Path, raw: BinaryIO, form: FileFormat, *, delimiter: str) -> None:
        self.size = path.stat().st_size
        self._raw = raw
        self._encoding = form.encoding
        # A byte that the encoding does not know must cost its own row only.
        text = io.TextIOWrapper(raw, form.encoding, errors="surrogateescape", newline="")
        if form.quote is None:
            self._reader = csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
        else:
            self._reader = csv.reader(text, delimiter=delimiter, quotechar=form.quote, strict=True)
        self.columns = form.columns or self._header(path)

    @property
    def position(self) -> int:
        """How many bytes have been read."""
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
        return unstorable("".join(cells), self._encoding)
