"""Files that are sent as they are written: CSV, and a JSON object a line. Nothing of them is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import orjson

from sightline.server.exports.cells import Cell, Heading
from sightline.server.exports.neutral import neutralised

Rows = Sequence[Sequence[Cell]]


class Writer(Protocol):
    """Writes one file. What its methods return is sent at once; `finished` is a file that is sent afterwards."""

    media_type: str
    most_rows: int | None

    def begin(self, headings: Sequence[Heading]) -> bytes:
        """What comes first."""

    def rows(self, rows: Rows) -> bytes:
        """Some rows more."""

    def end(self, totals: Sequence[Cell]) -> bytes:
        """The totals, none where they are empty, and what comes last."""

    def truncated(self, message: str) -> bytes:
        """What is said in a file that ends too early; its connection is cut besides."""

    def finished(self) -> Path | None:
        """The file where it was written first; None where it has been sent."""

    def close(self) -> None:
        """Let go of everything, whether or not it came to an end. May be called again."""


class CsvWriter:
    """RFC 4180 in UTF-8, with a heading."""

    media_type = "text/csv; charset=utf-8; header=present"
    most_rows: int | None = None

    def __init__(self) -> None:
        self._headings: Sequence[Heading] = ()

    def begin(self, headings: Sequence[Heading]) -> bytes:
        """The heading."""
        self._headings = headings
        return _csv([[neutralised(each.text) for each in headings]])

    def rows(self, rows: Rows) -> bytes:
        """A line each; what is not there is empty."""
        return _csv([list(map(_text, self._headings, row)) for row in rows])

    def end(self, totals: Sequence[Cell]) -> bytes:
        """The totals are the last line."""
        return self.rows([totals]) if totals else b""

    def truncated(self, message: str) -> bytes:
        """A last line that fits no column."""
        return _csv([[f"#INCOMPLETE {message}"]])

    def finished(self) -> Path | None:
        """It has been sent."""
        return None

    def close(self) -> None:
        """There is nothing to let go of."""


class JsonLinesWriter:
    """A JSON object a line, numbers as texts, as the API has them; the totals last, in an object of their own."""

    media_type = "application/x-ndjson"
    most_rows: int | None = None

    def __init__(self) -> None:
        self._headings: Sequence[Heading] = ()

    def begin(self, headings: Sequence[Heading]) -> bytes:
        """Nothing: each line has its keys."""
        self._headings = headings
        return b""

    def rows(self, rows: Rows) -> bytes:
        """A line each."""
        keys = [each.key for each in self._headings]
        objects = (dict(zip(keys, map(_plain, row), strict=True)) for row in rows)
        return b"".join(orjson.dumps(each) + b"\n" for each in objects)

    def end(self, totals: Sequence[Cell]) -> bytes:
        """The totals of the numbers."""
        if not totals:
            return b""
        pairs = zip(self._headings, totals, strict=True)
        numbers = {each.key: _plain(cell) for each, cell in pairs if each.digits is not None}
        return orjson.dumps({"totals": numbers}) + b"\n"

    def truncated(self, message: str) -> bytes:
        """An object of its own."""
        return orjson.dumps({"incomplete": message}) + b"\n"

    def finished(self) -> Path | None:
        """It has been sent."""
        return None

    def close(self) -> None:
        """There is nothing to let go of."""


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _text(heading: Heading, cell: Cell) -> str:
    return neutralised(cell) if isinstance(cell, str) and not heading.minted else _plain(cell) or ""


def _plain(cell: Cell) -> str | None:
    return format(cell, "f") if isinstance(cell, Decimal) else cell
