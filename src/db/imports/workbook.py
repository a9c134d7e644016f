"""Reading a sheet of an XLSX workbook row by row.

The workbook is opened by openpyxl, whose own rows of a sheet stay in memory until the last one is read. So the sheet is
read here, as ECMA-376 part 1, 18.3.1 describes it.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError, iterparse
from zipfile import BadZipFile, ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import column_index_from_string
from openpyxl.xml.constants import SHEET_MAIN_NS

from sightline.db.imports.cells import FileCell
from sightline.db.imports.columns import MOST_COLUMNS
from sightline.db.imports.errors import ImportRefusedError
from sightline.db.imports.model import FileFormat
from sightline.db.imports.rows import FileRow
from sightline.db.imports.sheet_cells import SheetCells

DATA_TAG = f"{{{SHEET_MAIN_NS}}}sheetData"
ROW_TAG = f"{{{SHEET_MAIN_NS}}}row"
CELL_TAG = f"{{{SHEET_MAIN_NS}}}c"

LAST_ROW = 2**20  # that a sheet can have
LARGEST_PARTS = 2**29
"""Bytes of the parts that are unpacked into memory: above all the table of texts, and never a sheet."""

BROKEN = (ParseError, BadZipFile, zlib.error, EOFError, OSError, ValueError)


class SheetFile:
    """An open workbook. A line of it is a row of the sheet; a formula counts by the value saved with it."""

    advice = "Are the names of the columns in the first row of the sheet that is not blank?"

    def __init__(self, path: Path, raw: BinaryIO, form: FileFormat) -> None:
        self.size = path.stat().st_size
        self._raw = raw
        self._ended = False
        reader, sheets = _opened(path, raw)
        book = reader.wb
        self._archive = ZipFile(raw)
        self._part = _sheet(path, sheets, form.sheet)
        self._cells = SheetCells(
            reader.shared_strings, book.epoch, dates=book._date_formats, durations=book._timedelta_formats
        )
        self._rows = self._read()
        self.columns = form.columns or self._header(path)

    @property
    def position(self) -> int:
        """About how many bytes have been read: the parts of a workbook need not be in the order of reading."""
        return self.size if self._ended else min(self._raw.tell(), self.size)

    def rows(self) -> Iterator[FileRow]:
        """Every row after the header. Blank rows are no rows."""
        width = len(self.columns)
        for row in self._rows:
            if row.problem is None and len(row.cells) > width:
                many = f"more than {MOST_COLUMNS:,}" if len(row.cells) > MOST_COLUMNS else f"{len(row.cells)}"
                problem = f"has {many} cells where the file has {width} columns"
                yield FileRow(row.line, row.cells, problem)
            elif row.problem is None:
                yield FileRow(row.line, [*row.cells, *[""] * (width - len(row.cells))], None)
            else:
                yield row

    def _header(self, path: Path) -> tuple[str, ...]:
        first = next(self._rows, None)
        if first is None:
            raise ImportRefusedError(f"The sheet in {path} is empty: expected a row with the names of the columns.")
        if first.problem is not None:
            raise ImportRefusedError(f"{path} cannot be read: {first.problem}.")
        return tuple(cell if isinstance(cell, str) else cell.text for cell in first.cells)

    def _read(self) -> Iterator[FileRow]:
        """The rows that are not blank, up to the last cell that is not empty, or to one more than a file can have."""
        number = 0
        try:
            with self._archive.open(self._part) as part:
                for element in _row_elements(part):
                    number = _row_number(element, number)
                    cells = self._row(element)
                    if cells:
                        yield FileRow(number, cells, None)
        except BROKEN as error:
            yield FileRow(number + 1, [], f"the file cannot be read from here on: {error}")
        self._ended = True

    def _row(self, element: Element) -> list[FileCell]:
        cells: list[FileCell] = []
        at = 0
        for child in element.iterfind(CELL_TAG):
            reference = child.get("r")
            at = column_index_from_string(reference.rstrip("0123456789")) if reference else at + 1
            if at <= len(cells):
                raise ValueError(f"the cells of row {element.get('r')} are not in order")
            cell = self._cells.read(child)
            if cell != "":
                cells.extend([""] * (min(at, MOST_COLUMNS + 1) - len(cells) - 1))
                cells.append(cell)
                if at > MOST_COLUMNS:
                    break
        return cells


def _row_elements(part: Any) -> Iterator[Element]:
    """The elements of the rows, each gone from memory when the next one is asked for."""
    data: Element | None = None
    for event, element in iterparse(part, ("start", "end")):
        if event == "start":
            if element.tag == DATA_TAG:
                data = element
        elif element.tag == ROW_TAG and data is not None:
            yield element
            data.clear()


def _row_number(element: Element, previous: int) -> int:
    number = int(element.get("r", previous + 1))
    if not previous < number <= LAST_ROW:
        raise ValueError(f"row {number} comes after row {previous}")
    return number


class _Unpacking:
    """An archive as openpyxl asks it for parts, by whatever names and kinds the workbook gives them.

    INVARIANT: what is unpacked into memory is counted where it is read, so no part goes by what it is called.
    """

    def __init__(self, archive: ZipFile, path: Path) -> None:
        self._archive = archive
        self._path = path
        self._unpacked = 0

    def open(self, name: str) -> IO[bytes]:
        """A part. Raises ImportRefusedError where it is one too many, KeyError where there is none."""
        part = self._archive.getinfo(name)
        self._unpacked += part.file_size
        if self._unpacked > LARGEST_PARTS:
            raise ImportRefusedError(
                f"The texts of {self._path} take more than {LARGEST_PARTS / 2**20:.0f} MiB of memory: "
                "save the sheet as CSV."
            )
        return self._archive.open(part)

    def read(self, name: str) -> bytes:
        """All of a part."""
        with self.open(name) as part:
            return part.read()


def _opened(path: Path, raw: BinaryIO) -> tuple[Any, dict[str, str]]:
    """The workbook without its sheets, and the parts in which these are, by their names."""
    try:
        reader: Any = ExcelReader(raw, read_only=True, data_only=True, keep_links=False)
        reader.archive = _Unpacking(reader.archive, path)
        with warnings.catch_warnings(action="ignore"):  # they are about what is not read, such as printing
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            apply_stylesheet(reader.archive, reader.wb)
            parts = frozenset(reader.valid_files)
            sheets = {
                sheet.name: str(part.target)
                for sheet, part in reader.parser.find_sheets()
                if part.target in parts and "chartsheet" not in part.Type
            }
    except ImportRefusedError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part leads to
        raise ImportRefusedError(f"{path} is no XLSX workbook that can be read: {error}.") from error
    return reader, sheets


def _sheet(path: Path, sheets: dict[str, str], name: str | None) -> str:
    """The part of the sheet that is meant."""
    names = ", ".join(map(repr, sheets))
    if name is None and len(sheets) == 1:
        return next(iter(sheets.values()))
    if name is None:
        raise ImportRefusedError(f"{path} has {len(sheets)} sheets: name one of them in file.sheet ({names}).")
    if name not in sheets:
        raise ImportRefusedError(f"{path} has no sheet {name!r}: it has {names}.")
    return sheets[name]
