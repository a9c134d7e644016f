"""A report as the cells of a file: a heading, its rows, and the totals.

Numbers are rounded as answers have them, once; a text that names a row has its id beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sightline.authz.reports.columns import Column
from sightline.authz.reports.dimensions import DIMENSIONS
from sightline.authz.reports.measures import Unit
from sightline.resolvers.reports.exporting import Exporting, Piece
from sightline.resolvers.reports.labels import plain_label
from sightline.resolvers.reports.running import Line
from sightline.schema.reports.metrics import DIGITS, number

Cell = str | Decimal | None
TOTAL, COMPARED = "Total", "compared"
_DIGITS_OF_RATIOS = 6


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a file: its key, what stands above it, and a number's digits after the point; None for texts."""

    key: str
    text: str
    digits: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Makes cells of one report."""

    report: Exporting

    def headings(self) -> list[Heading]:
        """The columns of the file."""
        columns = [heading for column in self._columns() for heading in self._of_column(column)]
        return [*self._of_dimensions(), *columns]

    def rows(self, piece: Piece) -> list[list[Cell]]:
        """The cells of some rows."""
        columns, keys = self._columns(), self._keys
        found: list[list[Cell]] = []
        for at, row in enumerate(piece.lines):
            cells: list[Cell] = []
            for key, raw, text in zip(keys, row.line.key, row.written, strict=True):
                if DIMENSIONS[key].entity is None:
                    cells.append(plain_label(key, text))
                else:
                    cells += [piece.names[key].get(raw), text]
            found.append([*cells, *self._numbers(columns, row.line, piece.before[at] if piece.before else None)])
        return found

    def totals(self, line: Line) -> list[Cell]:
        """The last row. A report of a single row has none: it is its own total."""
        if not self._keys:
            return []
        beside = sum(1 for _ in self._of_dimensions()) - 1
        return [TOTAL, *([None] * beside), *self._numbers(self._columns(), line, self.report.totals_before)]

    def _numbers(self, columns: list[Column], line: Line, before: Line | None) -> Iterator[Cell]:
        """A line's numbers, each with that of the other period beside it where the report is compared with one."""
        for column in columns:
            yield number(column, line.values[column.key])
            if self.report.is_compared:
                yield None if before is None else number(column, before.values[column.key])

    @property
    def _keys(self) -> tuple[str, ...]:
        return self.report.asked.plan.query.group_by

    def _columns(self) -> list[Column]:
        catalogue = self.report.asked.lens.columns.columns
        return [catalogue[key] for key in self.report.asked.plan.shown]

    def _of_dimensions(self) -> Iterator[Heading]:
        for key in self._keys:
            dimension = DIMENSIONS[key]
            yield Heading(key, dimension.label)
            if dimension.entity is not None:
                yield Heading(f"{key}_id", f"{dimension.label} id")

    def _of_column(self, column: Column) -> Iterator[Heading]:
        digits = DIGITS.get(column.unit, _DIGITS_OF_RATIOS)
        yield Heading(column.key, self._text(column, self.report.programs), digits)
        if self.report.is_compared:
            yield Heading(f"{column.key}_compared", self._text(column, self.report.programs_before, COMPARED), digits)

    def _text(self, column: Column, programs: Mapping[str, int], *said: str) -> str:
        notes = list(said)
        if column.unit is Unit.MONEY and self.report.asked.plan.currency is not None:
            notes.append(self.report.asked.plan.currency)
        if column.key in programs:
            notes.append(f"over {programs[column.key]} programs")  # RC5: the answer says so
        return f"{column.label} ({', '.join(notes)})" if notes else column.label
