"""A report as the cells of a file: a heading, its rows, and the totals.

Numbers are rounded as answers have them, once; a text that names a row has its id beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
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
TOTAL = "Total"
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
        return [*self._of_dimensions(), *(self._of_column(column) for column in self._columns())]

    def rows(self, piece: Piece) -> list[list[Cell]]:
        """The cells of some rows."""
        columns, keys = self._columns(), self._keys
        found: list[list[Cell]] = []
        for row in piece.lines:
            cells: list[Cell] = []
            for key, raw, text in zip(keys, row.line.key, row.written, strict=True):
                if DIMENSIONS[key].entity is None:
                    cells.append(plain_label(key, text))
                else:
                    cells += [piece.names[key].get(raw), text]
            found.append([*cells, *_numbers(columns, row.line)])
        return found

    def totals(self, line: Line) -> list[Cell]:
        """The last row. A report of a single row has none: it is its own total."""
        if not self._keys:
            return []
        beside = sum(1 for _ in self._of_dimensions()) - 1
        return [TOTAL, *([None] * beside), *_numbers(self._columns(), line)]

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

    def _of_column(self, column: Column) -> Heading:
        said = []
        if column.unit is Unit.MONEY and self.report.asked.plan.currency is not None:
            said.append(self.report.asked.plan.currency)
        if column.key in self.report.programs:
            said.append(f"over {self.report.programs[column.key]} programs")  # RC5: the answer says so
        text = f"{column.label} ({', '.join(said)})" if said else column.label
        return Heading(column.key, text, DIGITS.get(column.unit, _DIGITS_OF_RATIOS))


def _numbers(columns: list[Column], line: Line) -> list[Cell]:
    return [number(column, line.values[column.key]) for column in columns]
