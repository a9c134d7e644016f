"""Operations of one field whose source is known without its resolver: a root connection, or the row of an id.

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
from sightline.schema.connections import CONNECTED
from sightline.schema.denied import UnavailableField
from sightline.schema.model import CATALOGUE
from sightline.schema.names import type_name
from sightline.schema.node import LOOKED_UP
from sightline.schema.plans.columns import LeftToStandardError, Plan, Run
from sightline.schema.plans.compiling import Details, asked_of
from sightline.schema.plans.pages import PagePlan
from sightline.schema.plans.rows import Asked, Connections

PlanOf = Callable[[str], Plan | PagePlan | None]
"""The plan that was made for the source of a type; None where there is none, or none yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Root:
    """The one field of an operation."""

    key: str
    nodes: tuple[FieldNode, ...]
    source: Connections | Asked
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
        return await self._row(run, self.source.given(run)["id"], plan_of)

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
    asked = asked_of(field, definition, executor.schema._strawberry_schema, details)
    connected = definition.metadata.get(CONNECTED)
    if connected is None and LOOKED_UP not in definition.metadata:
        return None
    source = asked if connected is None else Connections(connected, asked)
    return Root(key, tuple(each.node for each in details), source, field.type.name)
