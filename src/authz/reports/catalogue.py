"""The catalogue: built-in columns and custom metrics together, with what each needs and how each is computed.

The closure is taken here, once, for built-in columns and custom metrics alike: what a column needs is what the measures
need that its formula comes down to, however many metrics lie between (M5, M5a).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sightline.authz.classes import FieldClass
from sightline.authz.reports.columns import COLUMNS, Aggregation, Column
from sightline.authz.reports.formulas import Formula, Q, evaluate, is_addition, length, names
from sightline.authz.reports.measures import MEASURES

MAX_NESTING = 8
MAX_WRITTEN_OUT = 250
"""As many as the longest formula has: numbers and built-in columns in a metric, with those of all metrics below it."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a column comes down to.

    `measures` are what it adds up; `classes`, `statuses` and `settlements` must all be visible to a reader. `atoms`
    are the columns that a custom metric is made of, at any depth, each of which must be usable (RC3). `parts` are the
    columns and measures that the formula itself names; `length` is how many columns and numbers a custom metric is
    written out.

    `sums` are the sums to take, by what formulas call them: of a measure; or of several that are one value in different
    statuses and settlements, where a column is all of them together.
    """

    measures: frozenset[str]
    classes: frozenset[FieldClass]
    statuses: frozenset[str]
    settlements: frozenset[str]
    atoms: frozenset[str]
    sums: Mapping[str, tuple[str, ...]]
    parts: tuple[str, ...] = ()
    length: int = 1


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every column by key, in the order of headings, with its needs.

    `faults` says why a custom metric is not among them: what cannot be computed does not exist, and breaks nothing.
    """

    columns: Mapping[str, Column]
    needs: Mapping[str, Needs]
    faults: Mapping[str, str]

    def computed(
        self, keys: Iterable[str], sums: Mapping[str, Q | None], *, number: Callable[[Decimal], Q]
    ) -> Mapping[str, Q | None]:
        """`sums`, and with them these columns and all columns on the way, over any kind of quantity.

        `sums` are those of one level of a report: every measure that is needed by its key, or several together by that
        of their column, and the median itself for each MEDIAN column; nothing is computed from other ratios (M1). A
        null sum, which is a masked one, makes null whatever is computed from it; so does a division by zero (M2).
        Raises KeyError for a sum that is missing.
        """
        known = dict(sums)
        for key in keys:
            self._compute(key, known, number)
        return known

    def _compute(self, key: str, known: dict[str, Q | None], number: Callable[[Decimal], Q]) -> None:
        column = self.columns.get(key)
        if key in known or column is None:
            return  # a measure, which is given
        if column.formula is None or column.aggregation is Aggregation.MEDIAN:
            raise KeyError(key)
        for each in self.needs[key].parts:
            self._compute(each, known, number)
        known[key] = evaluate(column.formula, known, number=number)


def catalogue_of(metrics: Iterable[Column] = ()) -> Catalogue:
    """The built-in columns and these custom metrics, in this order.

    Before a metric is saved, build the catalogue with it and look into `faults`: it may break others too.
    """
    columns, faults = dict(COLUMNS), dict[str, str]()
    for metric in metrics:
        if metric.key in columns or metric.key in MEASURES:
            faults[metric.key] = f'The name "{metric.key}" is taken; choose another.'
        else:
            columns[metric.key] = metric
    needs: dict[str, Needs] = {}
    for key in columns:
        fault = _resolve(key, columns, needs, ())
        if fault:
            faults[key] = fault
    return Catalogue({key: column for key, column in columns.items() if key in needs}, needs, faults)


def _resolve(key: str, columns: Mapping[str, Column], needs: dict[str, Needs], above: tuple[str, ...]) -> str | None:
    """Puts the needs of a column, and of all below it, into `needs`; or says why there are none."""
    if key in needs:
        return None
    if key in above:
        return f"{key} would be computed from itself: {', '.join((*above[above.index(key) :], key))}."
    if len(above) > MAX_NESTING:
        return f"Metrics are built on metrics at most {MAX_NESTING} deep."
    column = columns[key]
    if column.formula is None:
        needs[key] = _needs_of_measure(key)
        return None
    parts = names(column.formula)
    for part in parts:
        if part in columns:
            fault = _resolve(part, columns, needs, (*above, key))
            if fault:
                return fault
        elif column.custom or part not in MEASURES:
            return not_available(part)
    if not parts:
        return "A metric is computed from at least one column."
    written_out = length(column.formula, lambda part: needs[part].length if part in needs else 1)
    if column.custom and written_out > MAX_WRITTEN_OUT:
        return f"Written out, a metric has at most {MAX_WRITTEN_OUT} columns and numbers; this one has {written_out}."
    found = _united(needs[part] if part in columns else _needs_of_measure(part) for part in parts)
    together = _added_up(column.formula, found) if column.aggregation is Aggregation.SUM else ()
    needs[key] = Needs(
        found.measures,
        found.classes,
        frozenset() if column.whatever_statuses else found.statuses,
        found.settlements,
        (found.atoms | frozenset(parts)) if column.custom else frozenset(),
        {key: together} if together else found.sums,
        parts,
        written_out if column.custom else 1,
    )
    return None


def _added_up(formula: Formula, found: Needs) -> tuple[str, ...]:
    """The measures that a formula adds up, each once, if all are one value; none where it is anything else."""
    added = [measure for measures in found.sums.values() for measure in measures]
    values = {replace(MEASURES[each], key="", statuses=frozenset(), settlements=frozenset()) for each in added}
    once = len(set(added)) == len(added) and length(formula, lambda _: 1) == len(names(formula))
    return tuple(sorted(added)) if is_addition(formula) and once and len(values) == 1 else ()


def not_available(key: str) -> str:
    """What is said of a column that does not exist and of one that is restricted, in the same words (RC6)."""
    return f'Column "{key}" does not exist or is not available to you.'


def _needs_of_measure(key: str) -> Needs:
    measure = MEASURES[key]
    return Needs(
        frozenset({key}),
        measure.classes,
        measure.statuses_needed,
        measure.settlements_needed,
        frozenset(),
        {key: (key,)},
    )


def _united(needs: Iterable[Needs]) -> Needs:
    all_needs = tuple(needs)
    return Needs(
        frozenset[str]().union(*(each.measures for each in all_needs)),
        frozenset[FieldClass]().union(*(each.classes for each in all_needs)),
        frozenset[str]().union(*(each.statuses for each in all_needs)),
        frozenset[str]().union(*(each.settlements for each in all_needs)),
        frozenset[str]().union(*(each.atoms for each in all_needs)),
        {name: measures for each in all_needs for name, measures in each.sums.items()},
    )


CATALOGUE = catalogue_of()
"""The built-in columns."""
