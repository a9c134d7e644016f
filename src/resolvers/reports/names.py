"""Refusing names: what is unknown and what is restricted, in the same words, and before anything runs (RC6, M6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sightline.authz.reports.catalogue import not_available
from sightline.authz.reports.columns import COLUMNS
from sightline.authz.reports.dimensions import DIMENSIONS
from sightline.resolvers.errors import LONGEST_MESSAGE, ColumnRestrictedError
from sightline.resolvers.reports.desk import OpenLens
from sightline.resolvers.reports.requests import LONGEST_NAME, ReportRequest

_UNTOLD = "A column that it names does not exist or is not available to you."


def columns_to_show(lens: OpenLens, request: ReportRequest) -> tuple[str, ...]:
    """The columns of a report: those it names and those whose metric is selected, in this order.

    Raises ColumnRestrictedError for every name that is not there for the viewer, wherever it is named; only from
    `columns` it is left out where the request says so (RC10). What a kept request names is told where it is public.
    """
    usable, dimensions = lens.usable, lens.dimensions
    kept = tuple(key for key in request.columns if key in usable) if request.drop else request.columns
    shown = tuple(dict.fromkeys((*kept, *request.metrics)))
    columns = (*shown, *(each.column for each in request.having))
    named = (*request.group_by, *(each.dimension for each in request.filters))
    ordered = (each.key for each in request.order)
    refused = [
        *((key, not_available(_short(key))) for key in _missing(columns, usable)),
        *((key, _not_there("Dimension", key)) for key in _missing(named, dimensions)),
        *((key, _not_there("Column or dimension", key)) for key in _missing(ordered, usable | dimensions)),
    ]
    if refused:
        said = dict.fromkeys(text if _may_be_told(request, key) else _UNTOLD for key, text in refused)
        raise ColumnRestrictedError(_together(list(said)))
    return shown


def _may_be_told(request: ReportRequest, key: str) -> bool:
    return not request.kept or key in COLUMNS or key in DIMENSIONS


def _together(said: Sequence[str]) -> str:
    """As many of these sentences as a message has room for, and how many there are besides."""
    told, *others = said
    for at, each in enumerate(others):
        besides = f" And {len(others) - at} more."
        if len(told) + 1 + len(each) + len(besides) > LONGEST_MESSAGE:
            return told + besides
        told = f"{told} {each}"
    return told


def _missing(asked: Iterable[str], available: frozenset[str]) -> list[str]:
    return [key for key in dict.fromkeys(asked) if key not in available]


def _not_there(what: str, key: str) -> str:
    return f'{what} "{_short(key)}" does not exist or is not available to you.'


def _short(key: str) -> str:
    return key[:LONGEST_NAME]
