"""Reading NDJSON: one JSON object on each line, whose keys are the columns."""

from __future__ import annotations

import io
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from sightline.db.imports.cells import FileCell, Typed
from sightline.db.imports.columns import first_twice
from sightline.db.imports.errors import ImportRefusedError
from sightline.db.imports.model import FileFormat
from sightline.db.imports.rows import FileRow, unstorable

LONGEST_LINE = 2**20
"""Characters that are in memory at a time."""

LOOKED_AT = 1000
"""Lines at the beginning whose keys are the file's columns, where the mapping does not name them."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: the object in it, or what is wrong."""

    number: int
    text: str
    found: dict[str, Any]
    problem: str | None = None


class ObjectFile:
    """An open file of JSON objects. A key that an object does not have is an empty cell."""

    advice = f"If it comes after the first {LOOKED_AT:,} lines, name all of the columns in file.columns."

    def __init__(self, path: Path, raw: BinaryIO, form: FileFormat) -> None:
        self.size = path.stat().st_size
        self._raw = raw
        self._encoding = form.encoding
        # A byte that the encoding does not know must cost its own row only.
        self._text = io.TextIOWrapper(raw, form.encoding, errors="surrogateescape", newline="\n")
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_object, parse_float=_number, parse_int=_number, parse_constant=_refuse_constant
        )
        self._lines = self._read()
        self._ahead = deque(islice(self._lines, 0 if form.columns else LOOKED_AT))
        self.columns = form.columns or tuple(dict.fromkeys(key for line in self._ahead for key in line.found))
        if not self.columns:
            raise ImportRefusedError(
                f"{path} does not begin with JSON objects, one on each line: is it a file of another format?"
            )

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        return self._raw.tell()

    def rows(self) -> Iterator[FileRow]:
        """Every object. Blank lines are no rows."""
        while self._ahead:
            yield self._row(self._ahead.popleft())
        for line in self._lines:
            yield self._row(line)

    def _read(self) -> Iterator[_Line]:
        number = 0
        try:
            while text := self._text.readline(LONGEST_LINE):
                number += 1
                if len(text) == LONGEST_LINE and not text.endswith("\n"):
                    self._skip_line()
                    yield _Line(number, text, {}, f"is longer than {LONGEST_LINE:,} characters")
                elif text.strip():
                    yield self._parsed(number, text.strip())
        except UnicodeError as error:
            # Only multi-byte encodings that lose their rhythm come here; nothing after it can be trusted.
            problem = f"the file cannot be read from here on: it is not {self._encoding} ({error})"
            yield _Line(number + 1, "", {}, problem)

    def _skip_line(self) -> None:
        while (rest := self._text.readline(LONGEST_LINE)) and not rest.endswith("\n"):
            pass

    def _parsed(self, number: int, text: str) -> _Line:
        problem = unstorable(text, self._encoding)
        try:
            found = self._decoder.decode(text)
        except json.JSONDecodeError as error:
            return _Line(number, text, {}, problem or f"is not JSON: {error.msg}, at character {error.pos + 1}")
        except (ValueError, RecursionError) as error:
            return _Line(number, text, {}, problem or f"is not usable JSON: {error}")
        if not isinstance(found, dict):
            return _Line(number, text, {}, problem or "is not a JSON object")
        return _Line(number, text, found, problem)

    def _row(self, line: _Line) -> FileRow:
        if line.problem is not None:
            return FileRow(line.number, [line.text], line.problem)
        cells = [_cell(line.found.get(column)) for column in self.columns]
        if "\\u" in line.text:
            problem = unstorable("".join(cell for cell in cells if isinstance(cell, str)), "characters")
            if problem is not None:
                return FileRow(line.number, [line.text], problem)
        return FileRow(line.number, cells, None)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"it has the key {first_twice(key for key, _ in pairs)!r} twice")
    return found


def _number(text: str) -> Typed:
    """The number as it stands, so that 1.10 stays 1.10 and nothing is ever a binary fraction."""
    try:
        return Typed(text, Decimal(text))
    except InvalidOperation:
        return Typed(text, problem="is too large a number")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _cell(value: object) -> FileCell:
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool():
            return "true" if value else "false"
        case Typed():
            return value
        case _:
            text = "{...}" if isinstance(value, dict) else "[...]"
            return Typed(text, problem="is an object or a list: expected a text or a number")
