"""Reading one cell of a sheet: what it holds, not what the spreadsheet program shows of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from math import isfinite
from xml.etree.ElementTree import Element

from openpyxl.utils.datetime import from_excel
from openpyxl.xml.constants import SHEET_MAIN_NS

from sightline.db.imports.cells import FileCell, Typed

VALUE_TAG = f"{{{SHEET_MAIN_NS}}}v"
FORMULA_TAG = f"{{{SHEET_MAIN_NS}}}f"
INLINE_TEXTS = tuple(path.replace("/", f"/{{{SHEET_MAIN_NS}}}") for path in ("./is/t", "./is/r/t"))
"""A text of its own in a cell: plain, or in runs of one look each."""

NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


class SheetCells:
    """Reads the cells of one workbook. `dates` and `durations` are the styles in which a number is one."""

    def __init__(
        self, texts: Sequence[str], epoch: datetime, *, dates: Collection[int], durations: Collection[int]
    ) -> None:
        self._texts = texts
        self._epoch = epoch
        self._dates = dates
        self._durations = durations

    def read(self, element: Element) -> FileCell:
        """The cell of a `c` element; an empty text where it holds nothing."""
        kind, text = element.get("t", "n"), element.findtext(VALUE_TAG)
        if kind == "inlineStr":
            return "".join(run.text or "" for path in INLINE_TEXTS for run in element.iterfind(path)).strip()
        if text is None or (not text and kind == "n"):
            if element.find(FORMULA_TAG) is None:
                return ""
            return Typed("", problem="is a formula without its value: save the file in a spreadsheet program")
        match kind:
            case "s":
                return self._shared(text)
            case "str":
                return text.strip()
            case "b":
                return "TRUE" if text == "1" else "FALSE"
            case "d":
                return _iso(text)
            case "n":
                return self._number(text, int(element.get("s", 0)))
        return Typed(text, problem="is an error that a formula ended in")

    def _shared(self, index: str) -> FileCell:
        """The text of a cell that says where in the workbook's table it stands."""
        try:
            place = int(index)
        except ValueError:
            place = -1
        if not 0 <= place < len(self._texts):
            return Typed(index, problem="is no place in the workbook's table of texts: save the file anew")
        return self._texts[place].strip()

    def _number(self, text: str, style: int) -> FileCell:
        if not NUMBER.fullmatch(text):
            return Typed(text, problem="is not a number")
        if style in self._dates:
            try:
                found = from_excel(float(text), self._epoch, timedelta=style in self._durations)
            except (OverflowError, ValueError):
                return Typed(text, problem="is not a date: no calendar reaches so far")
            # A time of day, or a duration, is a text: it says no moment.
            return Typed(str(found), found) if isinstance(found, datetime) else str(found)
        return _decimal(text)


def _iso(text: str) -> FileCell:
    try:
        return Typed(text, datetime.fromisoformat(text))
    except ValueError:
        return text


def _decimal(text: str) -> Typed:
    """The number. One with a fraction was a binary one in the spreadsheet: the shortest text that says it is meant."""
    if not text.removeprefix("-").isdigit():
        number = float(text)
        if not isfinite(number):
            return Typed(text, problem="is too large a number")
        text = f"{Decimal(repr(number)):f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
    return Typed(text, Decimal(text))
