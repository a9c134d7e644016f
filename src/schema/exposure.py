"""What of the contract somebody has, and on which rows: what a change of the policy is compared by.

Of the contract count the fields of entities, the mutations, and the columns of reports; arguments, filters and orders
come and go with these.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightline.authz.expr import Expr, all_of, any_of
from sightline.authz.grants import Grants, paths_of
from sightline.authz.grounding import grounded
from sightline.authz.paths import Paths
from sightline.authz.reports.catalogue import CATALOGUE as COLUMNS
from sightline.authz.reports.lenses import shows_somewhere
from sightline.authz.visibility import Conditional, Visibility
from sightline.resolvers.grants_told import Held
from sightline.resolvers.visibilities import Visibilities
from sightline.schema.bindings import Binding, Does
from sightline.schema.coordinates import has_coordinate
from sightline.schema.model import CATALOGUE
from sightline.schema.names import type_name

if TYPE_CHECKING:  # the contract has a field that asks for what is said here
    from sightline.schema.api import Api

Exposure = Mapping[str, Expr | None]
"""Coordinates, and the rows of each: a predicate that can be compared; None where rows do not count."""

REPORT_COLUMN = "report column "
_ENTITY_TYPES = frozenset(type_name(entity) for entity in CATALOGUE.served)


@dataclass(frozen=True, slots=True)
class ExposureChange:
    """The coordinates that somebody gains, loses, and keeps on other rows than before."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    elsewhere: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.gained or self.lost or self.elsewhere)


def exposure(api: Api, visibility: Visibility, paths: Paths, columns: Collection[str]) -> Exposure:
    """What these paths have; `columns` is the list of report columns that holds for them."""
    schema, binds = api.view(visibility)._schema, paths.binds()
    seen: dict[Expr, Expr] = {}
    found: dict[str, Expr | None] = {}
    for coordinate, binding in api.bindings.items():
        parent = coordinate.partition(".")[0]
        if "(" in coordinate or not (isinstance(binding, Does) or parent in _ENTITY_TYPES):
            continue
        if isinstance(binding, Binding | Does) and has_coordinate(schema, coordinate):
            rows = rows_behind(visibility, binding)
            if rows not in seen:
                seen[rows] = grounded(rows, binds)
            found[coordinate] = seen[rows]
    shown = (key for key in columns if key in COLUMNS.columns and shows_somewhere(paths.shapes, COLUMNS.needs[key]))
    return found | {f"{REPORT_COLUMN}{key}": None for key in shown}


def change_of(api: Api, visibilities: Visibilities, before: Grants, after: Grants) -> ExposureChange:
    """What somebody gains and loses where his grants become others."""
    return change_told(api, visibilities, *(Held(paths_of(each), each.columns) for each in (before, after)))


def change_told(api: Api, visibilities: Visibilities, before: Held, after: Held) -> ExposureChange:
    """The same of what another is told of."""
    return compared(*(exposure(api, visibilities.of(each.paths), each.paths, each.columns) for each in (before, after)))


def compared(before: Exposure, after: Exposure) -> ExposureChange:
    """What differs between two exposures, each part in alphabetical order."""
    both = before.keys() & after.keys()
    return ExposureChange(
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(each for each in both if before[each] != after[each])),
    )


def rows_behind(visibility: Visibility, binding: Binding | Does) -> Expr:
    """On which rows a coordinate that is there shows something, or is done."""
    if isinstance(binding, Does):
        return any_of(*(visibility.may(verb) for verb in binding.verbs))
    decisions = (visibility.decide(binding.entity, column) for column in binding.columns)
    conditions = (each.predicate for each in decisions if isinstance(each, Conditional))
    return all_of(visibility.rows(binding.entity, through=binding.through), *conditions)
