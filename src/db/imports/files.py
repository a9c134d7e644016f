"""Opening a file of orders, whatever kind it is of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sightline.db.imports.columns import MOST_COLUMNS, first_twice
from sightline.db.imports.delimited import DelimitedFile
from sightline.db.imports.errors import ImportRefusedError
from sightline.db.imports.model import FileFormat, FileKind
from sightline.db.imports.ndjson import ObjectFile
from sightline.db.imports.rows import OrderFile

ENDINGS = {
    ".tsv": FileKind.TSV,
    ".tab": FileKind.TSV,
    ".ndjson": FileKind.NDJSON,
    ".jsonl": FileKind.NDJSON,
    ".xlsx": FileKind.XLSX,
    ".xlsm": FileKind.XLSX,
}
"""The kinds of files by their endings; every other ending is that of a CSV file."""


@contextmanager
def open_orders(path: Path, form: FileFormat) -> Iterator[OrderFile]:
    """The file, its header read. Raises ImportRefusedError where it cannot be opened or has no usable header."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise ImportRefusedError(f"{path} cannot be read: {error.strerror}.") from None
    with raw:
        orders = _opened(path, raw, form)
        if len(orders.columns) > MOST_COLUMNS:
            raise ImportRefusedError(
                f"{path} has more than {MOST_COLUMNS:,} columns: remove those that the mapping does not use. "
                "Of NDJSON it is enough to name the others in file.columns."
            )
        twice = first_twice(column for column in orders.columns if column)
        if twice is not None:
            raise ImportRefusedError(f"{path} has two columns called {twice!r}: rename one of them.")
        yield orders


def _opened(path: Path, raw: BinaryIO, form: FileFormat) -> OrderFile:
    match form.kind or ENDINGS.get(path.suffix.lower(), FileKind.CSV):
        case FileKind.XLSX:
            from sightline.db.imports.workbook import SheetFile  # every command would wait for openpyxl

            return SheetFile(path, raw, form)
        case FileKind.NDJSON:
            return ObjectFile(path, raw, form)
        case FileKind.TSV:
            return DelimitedFile(path, raw, form, delimiter=form.delimiter or "\t")
        case FileKind.CSV:
            return DelimitedFile(path, raw, form, delimiter=form.delimiter or ",")
