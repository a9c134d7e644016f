"""What reports there are for a viewer: his lenses, and in each the columns and dimensions with the reason why not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import strawberry

from sightline.authz.classes import FieldClass
from sightline.authz.reports.columns import Aggregation
from sightline.authz.reports.dimensions import DIMENSIONS, Dimension
from sightline.authz.reports.formulas import names, text
from sightline.authz.reports.lenses import Lens, ReportLens, lenses_of
from sightline.authz.reports.lists import availabilities
from sightline.authz.reports.measures import Unit
from sightline.resolvers.global_ids import Key
from sightline.resolvers.operation import Operation
from sightline.resolvers.reports.definitions import LENS_PLACES
from sightline.resolvers.reports.desk import OpenLens
from sightline.resolvers.reports.labels import names_of
from sightline.resolvers.reports.metrics import metrics_offered
from sightline.schema.bindings import METADATA, InReports, open_field, open_method
from sightline.schema.enums import described
from sightline.schema.reports.inputs import ReportLensInput, lens_from

described(Unit)
described(Aggregation)

_ENTITIES = {kind: entity for kind, (_, entity) in LENS_PLACES.items()}


@strawberry.type(description="A column that a report may have.")
class ReportColumnChoice:
    """An entry of the catalogue as one lens has it."""

    key: str = open_field("What it is called in a request.")
    label: str = open_field("What it is called in a heading.")
    description: str = open_field("What it means: its tooltip.")
    group: str = open_field("The heading it is listed under.")
    unit: Unit = open_field("What it is counted in.")
    aggregation: Aggregation = open_field("How it is computed over a group.")
    formula: str | None = open_field("How it is computed from other columns and sums; null for a plain sum.")
    derived_from: list[str] = open_field("What its formula names.")
    synonyms: list[str] = open_field("What other systems call it.")
    classes: list[str] = open_field("The field classes it needs, all of them.")
    available: bool = open_field("Whether you may use it in this lens.")
    reason: str | None = open_field("Why not, where you may not.")


@strawberry.type(description="A dimension that a report may be grouped and filtered by.")
class ReportDimensionChoice:
    """A dimension as one lens has it."""

    key: str = open_field("What it is called in a request.")
    label: str = open_field("What it is called in a heading.")
    description: str = open_field("What it means.")
    several: bool = open_field("Whether a fact may count in several of its groups, which then add up to more than all.")
    classes: list[str] = open_field("The field classes it needs, all of them.")
    available: bool = open_field("Whether you may use it in this lens.")
    reason: str | None = open_field("Why not, where you may not.")


@strawberry.type(description="What a report may be made of in one lens.")
class ReportSchema:
    """The catalogue as one lens has it."""

    lens: strawberry.Private[OpenLens]

    @open_method("Every built-in column, and the custom metrics that you may use here.")
    def columns(self) -> list[ReportColumnChoice]:
        """RC6: labels and formulas are public documentation; a metric exists for readers of all its columns."""
        catalogue = self.lens.columns
        return [
            ReportColumnChoice(
                key=each.key,
                label=column.label,
                description=column.description,
                group=str(column.group),
                unit=column.unit,
                aggregation=column.aggregation,
                formula=None if column.formula is None else text(column.formula),
                derived_from=[] if column.formula is None else list(names(column.formula)),
                synonyms=list(column.synonyms),
                classes=_sorted(catalogue.needs[each.key].classes),
                available=each.available,
                reason=each.reason,
            )
            for each in availabilities(catalogue, self.lens.reader)
            for column in (catalogue.columns[each.key],)
        ]

    @open_method("Every dimension.")
    def dimensions(self) -> list[ReportDimensionChoice]:
        """RC3: they need their classes as columns do."""
        return [
            ReportDimensionChoice(
                key=key,
                label=each.label,
                description=each.description,
                several=each.several,
                classes=_sorted(each.classes),
                available=each.key in self.lens.dimensions,
                reason=None if each.key in self.lens.dimensions else _reason(self.lens, each),
            )
            for key, each in DIMENSIONS.items()
        ]


@strawberry.type(description="A lens that you may report in.")
class ReportLensChoice:
    """A lens of the viewer."""

    kind: ReportLens = open_field("Which kind.")
    id: strawberry.ID | None = open_field("The organization or account whose it is; null for PLATFORM.")
    name: str | None = open_field("What it is called, where you may see that.")


def _sorted(classes: Iterable[FieldClass]) -> list[str]:
    return sorted(str(each) for each in classes)


def _reason(lens: OpenLens, dimension: Dimension) -> str:
    lacking = dimension.classes - lens.sight.classes
    if lacking:
        return f"your role has no {', '.join(each.replace('_', ' ') for each in _sorted(lacking))}"
    if dimension.fine and not lens.sight.fine_grain:
        return "your reports have days, programs and accounts, and nothing finer"
    return "your role does not reach what it is read from"


async def _schema(
    info: strawberry.Info,
    lens: Annotated[ReportLensInput, strawberry.argument(description="From whose point of view.")],
) -> ReportSchema | None:
    operation: Operation = info.context
    asked = lens_from(lens, operation.services.ids)
    metrics = await metrics_offered(operation)
    return ReportSchema(lens=operation.services.desk.open(operation.principal, asked, metrics))


async def _lenses(info: strawberry.Info) -> list[ReportLensChoice] | None:
    operation: Operation = info.context
    lenses = list(lenses_of(operation.principal.paths))
    named = {
        entity: await names_of(
            operation, entity, {each.number for each in lenses if _ENTITIES.get(each.kind) == entity}
        )
        for entity in sorted(set(_ENTITIES.values()))
    }
    return [_choice(operation, each, named.get(_of(each), {})) for each in lenses]


def _of(lens: Lens) -> str:
    return _ENTITIES.get(lens.kind, "")


def _choice(operation: Operation, lens: Lens, named: dict[object, str | None]) -> ReportLensChoice:
    if lens.number is None:
        return ReportLensChoice(kind=lens.kind, id=None, name=None)
    number = operation.services.ids.of_row(_ENTITIES[lens.kind], Key(lens.number))
    return ReportLensChoice(kind=lens.kind, id=strawberry.ID(number), name=named.get(lens.number))


schema_field = strawberry.field(
    resolver=_schema,
    description="What a report may be made of in one lens, with the reason for everything you may not use there.",
    metadata={METADATA: InReports()},
)
lenses_field = strawberry.field(
    resolver=_lenses, description="The lenses you may report in.", metadata={METADATA: InReports()}
)
