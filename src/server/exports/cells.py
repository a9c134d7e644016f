"""A report as the cells of a file: a heading, its rows, and the totals.

Numbers are rounded as answers have them, once; a text that names a row has its id beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sightline.authz.reports.columns import Column
from sightline.authz.reports.dimensions import DIMENSIONS
from sightline.authz.reports.measures import Unit
from sightline.resolvers.reports.exporting import Exporting, Piece
from sightline.resolvers.reports.labels import plain_label
from sightline.resolvers.reports.running import Totals
from sightline.schema.reports.metrics import digits_of, number, numbers, numbers_then

Cell = str | Decimal | None
TOTAL, COMPARED = "Total", "compared"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a file: its key, what stands above it, and a number's digits after the point; None for texts.

    A text is written by people, unless it is an id that was `minted` here.
    """

    key: str
    text: str
    digits: int | None = None
    minted: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Makes cells of one report."""

    report: Exporting

    def headings(self) -> list[Heading]:
        """The columns of the file."""
        columns = [heading for column in self._columns() for heading in self._of_column(column)]
        return [*self._of_dimensions(), *columns]

    def rows(self, piece: Piece) -> list[tuple[Cell, ...]]:
        """The cells of some rows."""
        columns: list[Sequence[Cell]] = []
        for at, key in enumerate(self._keys):
            texts = [each[at] for each in piece.written]
            if DIMENSIONS[key].entity is None:
                columns.append([plain_label(key, text) for text in texts])
            else:
                columns += [[piece.names[key].get(each[at]) for each in piece.rows.keys], texts]
        for column in self._columns():
            columns.append(numbers(column, piece.rows))
            if self.report.is_compared:
                columns.append(numbers_then(column, piece.before))
        return list(zip(*columns, strict=True))

    def totals(self, totals: Totals) -> list[Cell]:
        """The last row. A report of a single row has none: it is its own total."""
        if not self._keys:
            return []
        beside = sum(1 for _ in self._of_dimensions()) - 1
        return [TOTAL, *([None] * beside), *self._numbers(totals, self.report.totals_before)]

    def _numbers(self, totals: Totals, before: Totals | None) -> Iterator[Cell]:
        """Totals, each with that of the other period beside it where the report is compared with one."""
        for column in self._columns():
            yield number(column, totals)
            if self.report.is_compared:
                yield None if before is None else number(column, before)

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
                yield Heading(f"{key}_id", f"{dimension.label} id", minted=True)

    def _of_column(self, column: Column) -> Iterator[Heading]:
        digits = digits_of(column)
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
