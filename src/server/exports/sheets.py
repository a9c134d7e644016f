"""Files that are written first, into a directory that is gone afterwards, and then sent: XLSX and Parquet.

Both are written row by row, so that their number costs disk and no memory.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from math import isinf
from pathlib import Path
from sys import float_info
from typing import Any

import xlsxwriter

from sightline.resolvers.errors import BadInputError
from sightline.resolvers.reports.exporting import NO_PARQUET
from sightline.server.exports.cells import Cell, Heading
from sightline.server.exports.neutral import neutralised
from sightline.server.exports.streams import Rows

ROWS_OF_A_SHEET = 1_048_576
LETTERS_OF_A_CELL = 32_767
_ROWS_OF_A_GROUP = 10_000
_DIGITS = 38
"""As many as every reader of Parquet understands; twice as many could be written, and few would read them."""


class _WholeFile:
    """What is sent when it is written to its end, and not at all where it is not."""

    _path: Path

    def truncated(self, message: str) -> bytes:
        """Nothing: what has no end is no such file."""
        return b""

    def finished(self) -> Path | None:
        """The file."""
        return self._path


class WorkbookWriter(_WholeFile):
    """A workbook with one sheet: a heading, the rows, the totals."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    most_rows: int | None = ROWS_OF_A_SHEET - 2

    def __init__(self, directory: Path) -> None:
        self._path = directory / "report.xlsx"
        options = {"constant_memory": True, "tmpdir": str(directory), "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(self._path), options)
        self._sheet = self._book.add_worksheet("Report")
        self._headings: Sequence[Heading] = ()
        self._next = 0

    def begin(self, headings: Sequence[Heading]) -> bytes:
        """The heading."""
        self._headings = headings
        self._row([each.text for each in headings])
        return b""

    def rows(self, rows: Rows) -> bytes:
        """A row each."""
        for row in rows:
            self._row(row)
        return b""

    def end(self, totals: Sequence[Cell]) -> bytes:
        """The totals are the last row."""
        if totals:
            self._row(totals)
        self._book.close()
        return b""

    def close(self) -> None:
        """Its rows stand in a file of their own until the end; what is never ended is not put together either."""
        if not self._book.fileclosed:
            self._sheet.row_data_fh.close()
            self._book.fileclosed = True

    def _row(self, row: Sequence[Cell]) -> None:
        for at, (heading, cell) in enumerate(zip(self._headings, row, strict=True)):
            if isinstance(cell, Decimal):
                self._sheet.write_number(self._next, at, _finite(heading, cell))
            elif cell is not None:
                text = cell if heading.minted else neutralised(cell)
                # Never `write`, which would make formulas and links of texts.
                self._sheet.write_string(self._next, at, text[:LETTERS_OF_A_CELL])
        self._next += 1


class ParquetWriter(_WholeFile):
    """Columns with their types; the totals are in the metadata of the file, under `totals`, as JSON."""

    media_type = "application/vnd.apache.parquet"
    most_rows: int | None = None

    def __init__(self, directory: Path) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            raise BadInputError(NO_PARQUET) from error
        self._arrow: Any = pyarrow
        self._path = directory / "report.parquet"
        self._headings: Sequence[Heading] = ()
        self._waiting: list[Sequence[Cell]] = []
        self._schema: Any = None
        self._writer: Any = None

    def begin(self, headings: Sequence[Heading]) -> bytes:
        """The types."""
        self._headings = headings
        self._schema = self._arrow.schema([(each.key, self._type(each)) for each in headings])
        self._writer = self._arrow.parquet.ParquetWriter(str(self._path), self._schema)
        return b""

    def rows(self, rows: Rows) -> bytes:
        """Kept until they are enough for a group of rows."""
        self._waiting += rows
        if len(self._waiting) >= _ROWS_OF_A_GROUP:
            self._write()
        return b""

    def end(self, totals: Sequence[Cell]) -> bytes:
        """The rest, and the totals."""
        self._write()
        named = zip(self._headings, totals, strict=bool(totals))
        numbers = {each.key: None if cell is None else str(cell) for each, cell in named if each.digits is not None}
        self._writer.add_key_value_metadata({"totals": json.dumps(numbers)})
        self._writer.close()
        return b""

    def close(self) -> None:
        """Close the file, as far as it came."""
        if self._writer is not None:
            self._writer.close()

    def _type(self, heading: Heading) -> Any:
        return self._arrow.string() if heading.digits is None else self._arrow.decimal128(_DIGITS, heading.digits)

    def _write(self) -> None:
        columns = list(zip(*self._waiting, strict=True)) or [()] * len(self._headings)
        arrays = [self._array(each, column) for each, column in zip(self._headings, columns, strict=True)]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._waiting = []

    def _array(self, heading: Heading, column: Sequence[Cell]) -> Any:
        try:
            return self._arrow.array(column, type=self._type(heading))
        except self._arrow.ArrowInvalid as error:
            if heading.digits is None:
                raise
            held = f"a Parquet file, {_DIGITS - heading.digits} digits before the point"
            raise _too_large(heading, held) from error


def _finite(heading: Heading, number: Decimal) -> float:
    found = float(number)
    if isinf(found):
        raise _too_large(heading, f"a sheet, {float_info.max:.1e} at most")
    return found


def _too_large(heading: Heading, held: str) -> BadInputError:
    return BadInputError(f'Column "{heading.text}" has numbers too large for {held}: ask for CSV or JSONL.')
