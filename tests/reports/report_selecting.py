"""Random selections of a report: fragments, aliases, fields twice and fields that a variable includes."""

from __future__ import annotations

from random import Random

from sightline.authz.reports.columns import COLUMNS
from sightline.authz.reports.measures import Unit
from sightline.schema.names import camel

_PLAIN = (*("since", "until", "asOf", "timeZone", "currency", "rowCount"), *("complete", "withheld", "__typename"))
_COLUMN = ("key", "label", "unit", "values", "total", "coverage", "programs", "__typename")
_DIMENSION = ("key", "value", "label", "__typename")
_PAGE = ("hasNextPage", "hasPreviousPage", "startCursor", "endCursor")


class Selecting:
    """Draws the fields of a report, with metrics of some columns."""

    def __init__(self, random: Random, columns: tuple[str, ...]) -> None:
        self._random = random
        self._columns = columns

    def document(self) -> str:
        """A query of `$input`, and of `$more` for what is included or not."""
        reports = [f"{self._alias('report')}(input: $input) {{ {self._report()} }}"]
        if self._random.random() < 0.1:
            reports.append(f"again: report(input: $input) {{ {self._report()} }}")
        return (
            f"query ($input: ReportInput!, $more: Boolean!) {{ ok: __typename @skip(if: $more) {' '.join(reports)} }}"
        )

    def _report(self) -> str:
        pieces = self._some(_PLAIN, 0, 4)
        for _ in range(self._random.randint(1, 4)):
            pieces += [self._random.choice((self._column_list, self._rows, self._totals, self._compared, self._page))()]
        self._random.shuffle(pieces)
        return self._in_parts("Report", pieces)

    def _column_list(self) -> str:
        return f"columns {{ {self._in_parts('ReportColumn', self._some(_COLUMN, 1, 5))} }}"

    def _rows(self) -> str:
        dimensions = f"dimensions {{ {self._in_parts('ReportDimensionValue', self._some(_DIMENSION, 1, 3))} }}"
        pieces = [dimensions, f"metrics {{ {self._metrics()} }}", "__typename"]
        return f"rows {{ {self._in_parts('ReportRow', self._some(pieces, 1, 2))} }}"

    def _totals(self) -> str:
        return f"totals {{ {self._metrics()} }}"

    def _compared(self) -> str:
        columns = f"columns {{ {' '.join(self._some(_COLUMN[:5], 1, 5))} }}"
        pieces = ["since", "until", f"rows {{ {self._metrics()} }}", self._totals(), columns]
        return f"compare {{ {' '.join(self._some(pieces, 1, 4))} }}"

    def _page(self) -> str:
        return f"pageInfo {{ {' '.join(self._some(_PAGE, 1, 4))} }}"

    def _metrics(self) -> str:
        some = self._random.sample(self._columns, self._random.randint(1, min(4, len(self._columns))))
        return self._in_parts("ReportMetrics", [*map(self._metric, some), "__typename"])

    def _metric(self, key: str) -> str:
        field = self._alias(camel(key))
        if COLUMNS[key].unit is Unit.MONEY:
            return f"{field} {{ {' '.join(self._some(('amount', 'currency'), 1, 2))} }}"
        return field

    def _alias(self, field: str) -> str:
        return f"other_{field}: {field}" if self._random.random() < 0.1 else field

    def _some(self, among: tuple[str, ...] | list[str], least: int, most: int) -> list[str]:
        return self._random.sample(among, self._random.randint(least, min(most, len(among))))

    def _in_parts(self, type_: str, pieces: list[str]) -> str:
        """The pieces, some of them in a fragment, some of them included or not."""
        texts = []
        for piece in pieces or ["__typename"]:
            drawn = self._random.random()
            if drawn < 0.1:
                texts.append(f"... on {type_} {{ {piece} }}")
            elif drawn < 0.2:
                switch = self._random.choice(("include", "skip"))
                texts.append(f"... @{switch}(if: $more) {{ {piece} }}")
            else:
                texts.append(piece)
        return " ".join(texts)
