"""Operations of one field whose source is known without its resolver: a connection, the row of an id, or a report.

They are answered by the plans that were made when they were first executed, without graphql-core's executor, which is
built anew for each request. Whatever is not as it was then is left to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode, GraphQLNonNull
from strawberry.types.field import StrawberryField

from sightline.resolvers.errors import BadInputError
from sightline.resolvers.reports.requests import ReportRequest
from sightline.schema.connections import CONNECTED
from sightline.schema.denied import UnavailableField
from sightline.schema.model import CATALOGUE
from sightline.schema.names import type_name
from sightline.schema.node import LOOKED_UP
from sightline.schema.plans.columns import LeftToStandardError, Plan, Run
from sightline.schema.plans.compiling import Details, asked_of
from sightline.schema.plans.pages import PagePlan
from sightline.schema.plans.rows import Asked, Connections
from sightline.schema.reports.answers import REPORTED, answer_to
from sightline.schema.reports.inputs import request_from
from sightline.schema.reports.selected import Selected, selected_of

PlanOf = Callable[[str], Plan | PagePlan | None]
"""The plan that was made for the source of a type; None where there is none, or none yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Reported:
    """The report that a document asks for, and what it selects of it."""

    asked: Asked
    selected: Selected

    def asked_for(self, run: Run) -> ReportRequest:
        """What is asked. Raises LeftToStandardError for what the standard executor refuses."""
        if self not in run.found:
            try:
                given, ids = self.asked.given(run)["input"], run.operation.services.ids
                run.found[self] = request_from(given, ids, self.selected)
            except BadInputError as error:
                raise LeftToStandardError("arguments that are refused") from error
        found: ReportRequest = run.found[self]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Root:
    """The one field of an operation."""

    key: str
    nodes: tuple[FieldNode, ...]
    source: Connections | Asked | Reported
    leads_to: str

    async def answer(self, run: Run, plan_of: PlanOf) -> Any:
        """Its value. Raises LeftToStandardError for what has no plan, and for what is refused."""
        if isinstance(self.source, Connections):
            page = self.source.asked_for(run).page(run.operation, None)
            plan = plan_of(self.leads_to)
            if not isinstance(plan, PagePlan):
                raise LeftToStandardError("a page without a plan")
            (answer,) = await plan.complete(run, [page])
            return answer
        if isinstance(self.source, Reported):
            return await self._report(run, self.source.asked_for(run), plan_of)
        return await self._row(run, self.source.given(run)["id"], plan_of)

    async def _report(self, run: Run, request: ReportRequest, plan_of: PlanOf) -> Any:
        plan = plan_of(self.leads_to)
        if not isinstance(plan, Plan):
            raise LeftToStandardError("a report without a plan")
        (answer,) = await plan.complete(run, [await run.read(answer_to(run.operation, request))])
        return answer

    async def _row(self, run: Run, text: str, plan_of: PlanOf) -> Any:
        try:
            entity, key = run.operation.services.ids.decode(text)
        except BadInputError as error:
            raise LeftToStandardError("no id") from error
        plan = plan_of(type_name(CATALOGUE[entity]))
        if not isinstance(plan, Plan):
            raise LeftToStandardError("a row without a plan")
        found = await run.read(run.operation.records_by_key(entity, [key]))
        answers = await plan.complete(run, found)
        return answers[0] if answers else None


def root_of(executor: Any, grouped: dict[str, Details]) -> Root | None:
    """The root of a query that selects these fields; None where its source is for the standard executor to find."""
    if len(grouped) != 1:
        return None
    ((key, details),) = grouped.items()
    node = details[0].node
    field = executor.schema.query_type.fields.get(node.name.value)
    if field is None or isinstance(node, UnavailableField) or isinstance(field.type, GraphQLNonNull):
        return None
    definition: StrawberryField | None = field.extensions.get("strawberry-definition")
    if definition is None or definition.extensions:
        return None
    nodes = tuple(each.node for each in details)
    source = _source_of(
        executor, definition, nodes, asked_of(field, definition, executor.schema._strawberry_schema, details)
    )
    return None if source is None else Root(key, nodes, source, field.type.name)


def _source_of(
    executor: Any, definition: StrawberryField, nodes: tuple[FieldNode, ...], asked: Asked
) -> Connections | Asked | Reported | None:
    if CONNECTED in definition.metadata:
        return Connections(definition.metadata[CONNECTED], asked)
    if REPORTED in definition.metadata:
        fragments = {name: each.definition for name, each in executor.fragments.items()}
        return Reported(asked, selected_of(nodes, fragments))
    return asked if LOOKED_UP in definition.metadata else None
