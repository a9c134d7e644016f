"""Where plans are kept, and when they are used: for rows, connections and reports that stand in no list.

What stands in a list that the standard executor walks is left to it: its loaders read for all rows together, where one
plan for each row would read for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeGuard

from graphql import DirectiveNode, DocumentNode, GraphQLObjectType, VariableNode, Visitor, visit
from graphql.pyutils import Path

from sightline.resolvers.connections import Page
from sightline.resolvers.rows import Records, Row
from sightline.schema.model import CATALOGUE
from sightline.schema.plans.columns import LeftToStandardError, NotCompiledError, Plan, Run
from sightline.schema.plans.compiling import Compiler, Details
from sightline.schema.plans.pages import PagePlan
from sightline.schema.quiet import QuietExecutor
from sightline.schema.reports.answers import ReportAnswer

MOST_PLANS = 64
"""Of one document: selections times what `@skip` and `@include` make of them."""

_SWITCHES: Final = frozenset({"skip", "include"})
Planned = Row | Page | ReportAnswer


@dataclass(slots=True, eq=False)
class Plans:
    """The plans of one document in one view; None where there is none for a reason that stays.

    `switches` are the variables that decide which fields are included: their values are part of what a plan is for.
    """

    switches: tuple[str, ...] = ()
    kept: dict[Hashable, Plan | PagePlan | None] = field(default_factory=dict)

    @classmethod
    def of(cls, document: DocumentNode) -> Plans:
        """None yet."""
        finder = _Switches()
        visit(document, finder)
        return cls(tuple(sorted(finder.names)))


class _Switches(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value in _SWITCHES:
            self.names |= {
                each.value.name.value for each in node.arguments or () if isinstance(each.value, VariableNode)
            }


class PlannedExecutor(QuietExecutor):
    """The standard executor, which hands over to a plan where there is one.

    `counts` has how often that was so, and for which reasons it was not.
    """

    def __init__(self, *arguments: Any, plans: Plans, counts: Counter[str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.plans = plans
        self.counts = counts

    def collect_and_execute_subfields(
        self, return_type: GraphQLObjectType, field_details_list: Details, path: Path, result: Any, position: Any
    ) -> Any:
        """The fields of an object, by its plan where it has one."""

        def otherwise() -> Any:
            return standard(return_type, field_details_list, path, result, position)

        standard = super().collect_and_execute_subfields
        plan = self._plan(return_type, field_details_list, path.as_list(), result) if _plannable(result) else None
        return otherwise() if plan is None else self._run(plan, result, otherwise)

    def _plan(
        self, type_: GraphQLObjectType, details: Details, path: Sequence[str | int], result: Planned
    ) -> Plan | PagePlan | None:
        if any(isinstance(each, int) for each in path):
            return None
        values = self.variable_values.coerced
        key = (id(self.operation), *path, type_.name, *(values.get(name) for name in self.plans.switches))
        kept = self.plans.kept
        if key not in kept:
            if len(kept) >= MOST_PLANS:
                kept.clear()
            kept[key] = self._compiled(type_, details, result)
        return kept[key]

    def _compiled(self, type_: GraphQLObjectType, details: Details, result: Planned) -> Plan | PagePlan | None:
        compiler = Compiler(self)
        try:
            match result:
                case Row():
                    return compiler.rows(type_, details)
                case Page():
                    return compiler.page(type_, details)
                case _:
                    return compiler.plain(type_, details)
        except NotCompiledError as reason:
            self.counts[f"not compiled: {reason}"] += 1
            return None

    async def _run(self, plan: Plan | PagePlan, result: Planned, otherwise: Any) -> dict[str, Any]:
        run = Run(self.context_value, self.variable_values)
        try:
            (answer,) = await _completed(plan, run, result)
        except Exception as error:
            if error is run.failed:
                raise
            # What a plan does not know how to say, the standard executor says, from the same snapshot.
            self.counts[f"completed otherwise: {error if isinstance(error, LeftToStandardError) else 'a fault'}"] += 1
            answered = otherwise()
            return await answered if self.is_awaitable(answered) else answered  # type: ignore[no-any-return]
        self.counts["by plan"] += 1
        return answer


def _plannable(result: Any) -> TypeGuard[Planned]:
    return isinstance(result, Planned)


def _completed(plan: Plan | PagePlan, run: Run, result: Planned) -> Awaitable[list[dict[str, Any]]]:
    if isinstance(plan, PagePlan):
        assert isinstance(result, Page)
        return plan.complete(run, [result])
    if isinstance(result, Row):
        return plan.complete(run, Records(CATALOGUE[result.entity], [result.record], result.bits))
    return plan.complete(run, [result])
