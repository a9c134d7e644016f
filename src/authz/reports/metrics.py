"""Custom metrics: what one may be made of, and for whom it exists (M5a, RC3, RC6, RC7).

A metric needs what its columns need, so it shows nobody what he could not compute himself. One thing is left: a list
may show columns that together yield an amount it hides. A metric that brings such columns together would be that amount
under another name, so it is refused when it is saved, and does not exist for a reader whose list makes it one.
"""

from __future__ import annotations

from collections.abc import Iterable

from sightline.authz.reports.catalogue import CATALOGUE, Catalogue, catalogue_of
from sightline.authz.reports.columns import Aggregation, Column
from sightline.authz.reports.exposure import Exposed, Exposure
from sightline.authz.reports.formulas import Name, names
from sightline.authz.reports.inference import smallest_repair, space_of_built_in, witness
from sightline.authz.reports.lists import BASE_COLUMNS, Reader, usable

KEY_PREFIX = "custom_"
"""How the key of every custom metric begins; no built-in column's does."""


def made_of(metric: Column) -> tuple[str, ...]:
    """The columns that a metric's formula names."""
    return () if metric.formula is None else names(metric.formula)


def medians_in(metric: Column) -> tuple[str, ...]:
    """The columns of a metric that are medians: those are no function of sums, so nothing is computed from them."""
    built_in = (CATALOGUE.columns.get(key) for key in made_of(metric))
    return tuple(each.key for each in built_in if each is not None and each.aggregation is Aggregation.MEDIAN)


def is_open_to(reader: Reader, metric: Column) -> bool:
    """Whether a metric exists for a reader: all its columns are usable by him, and together they hide nothing."""
    return _is_open(reader, metric, usable(CATALOGUE, reader))


def _is_open(reader: Reader, metric: Column, available: frozenset[str]) -> bool:
    there = set(made_of(metric)) <= available and not medians_in(metric)
    return there and _given_away(reader, metric, available) is None


def given_away_by(reader: Reader, metric: Column) -> Exposed | None:
    """The amounts hidden from a reader that the columns of a metric yield together, and the fewest to leave out."""
    return _given_away(reader, metric, usable(CATALOGUE, reader))


def _given_away(reader: Reader, metric: Column, available: frozenset[str]) -> Exposed | None:
    # What is hidden with its class no usable column needs (M5): only what a list hides is to be looked for.
    hidden = [key for each, key in BASE_COLUMNS.items() if each in reader.classes and key not in available]
    space, known = space_of_built_in(), {key: Name(key) for key in made_of(metric)}
    found = tuple(
        Exposure(key, seen) for key in hidden if (seen := witness(space, Name(key), known, blamed=known)) is not None
    )
    if not found:
        return None
    return Exposed(found, smallest_repair(space, [Name(each.hidden) for each in found], known, droppable=known))


def refusal_of(found: Exposed) -> str:
    """What is said to the author. Built-in columns are public, and he may use all that he named: so all is told."""
    said = [
        f'{_quoted(each.witness)} together yield "{each.hidden}", which you may not use.' for each in found.exposures
    ]
    return " ".join((*said, f"Leave out {_quoted(found.drop or ())}."))


def _quoted(keys: Iterable[str]) -> str:
    return " and ".join(f'"{key}"' for key in keys)


def with_metrics(reader: Reader, metrics: Iterable[Column]) -> tuple[Catalogue, Reader]:
    """The catalogue with those of these metrics that exist for a reader, and the reader with them on his list.

    The list says which columns he may use, and so which metrics: one of listed columns needs no place of its own.
    """
    offered = tuple(metrics)
    available = usable(CATALOGUE, reader) if offered else frozenset[str]()
    kept = [each for each in offered if _is_open(reader, each, available)]
    if not kept:
        return CATALOGUE, reader
    keys = frozenset(each.key for each in kept)
    return catalogue_of(kept), Reader(reader.listed | keys, reader.classes, reader.statuses, reader.settlements)
