"""Where plans are kept, and when they are used: for rows, connections and reports that stand in no list.

What stands in a list that the standard executor walks is left to it: its loaders read for all rows together, where one
plan for each row would read for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, Final, TypeGuard

import orjson
from cachetools import LRUCache
from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    located_error,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.pyutils import Path

from sightline.resolvers.connections import Page
from sightline.resolvers.operation import Operation
from sightline.resolvers.rows import Records, Row
from sightline.schema.model import CATALOGUE
from sightline.schema.names import type_name
from sightline.schema.plans.columns import LeftToStandardError, NotCompiledError, Plan, Run
from sightline.schema.plans.compiling import Compiler, Details
from sightline.schema.plans.pages import PagePlan
from sightline.schema.plans.roots import Root, root_of
from sightline.schema.quiet import QuietExecutor
from sightline.schema.reports.answers import ReportAnswer
from sightline.schema.selections import operation_named
from sightline.schema.walking import walk

MOST_PLANS = 64
"""Of one document: selections times what `@skip` and `@include` make of them."""
LONGEST_KEPT: Final = 4_096
"""Bytes of variables that are remembered as they were understood: a dashboard asks with the same ones again."""

BY_PLAN: Final = "by plan"
_SWITCHES: Final = frozenset({"skip", "include"})
Planned = Row | Page | ReportAnswer
Understood = tuple[VariableValues, dict[object, Any]]
"""Variables, and what was found from them."""


@dataclass(slots=True, eq=False)
class Plans:
    """The plans of one document in one view; None where there is none for a reason that stays.

    `switches` are the variables that decide which fields are included: their values are part of what a plan is for.
    """

    document: DocumentNode | None = None
    switches: tuple[str, ...] = ()
    kept: dict[Hashable, Plan | PagePlan | None] = field(default_factory=dict)
    roots: dict[Hashable, Root | None] = field(default_factory=dict)
    given: LRUCache[Hashable, Understood] = field(default_factory=lambda: LRUCache(MOST_PLANS))

    @classmethod
    def of(cls, document: DocumentNode) -> Plans:
        """None yet."""
        finder = _Switches()
        walk(document, finder)
        return cls(document, tuple(sorted(finder.names)))

    def key(self, definition: OperationDefinitionNode, variables: VariableValues, *what: Hashable) -> Hashable:
        """What something of an operation is kept for, beside what it is."""
        return (id(definition), *what, *(variables.coerced.get(name) for name in self.switches))

    async def answer(
        self, schema: GraphQLSchema, name: str | None, operation: Operation, given: Mapping[str, Any]
    ) -> ExecutionResult | None:
        """The answer of an operation whose root is known; None where the standard executor has to be asked."""
        if self.document is None or not self.roots:
            return None
        definition = operation_named(self.document, name)
        understood = self._understood(schema, definition, given)
        if understood is None:
            return None
        variables, found = understood
        root = self.roots.get(self.key(definition, variables))
        if root is None:
            return None
        run = Run(operation, variables, found=found)
        try:
            answer = await root.answer(
                run, lambda type_: self.kept.get(self.key(definition, variables, root.key, type_))
            )
        except Exception as error:
            if not run.failed_by(error):
                return None  # the standard executor says it to its end, from the same snapshot
            return ExecutionResult({root.key: None}, [located_error(error, list(root.nodes), [root.key])])
        operation.executed[BY_PLAN] += 1
        return ExecutionResult({root.key: answer}, None)

    def _understood(
        self, schema: GraphQLSchema, definition: OperationDefinitionNode, given: Mapping[str, Any]
    ) -> Understood | None:
        """The variables, as before where they were given before; None where they do not fit."""
        written = _written(given)
        key = (id(definition), written)
        if key in self.given:
            return self.given[key]
        variables = get_variable_values(schema, definition.variable_definitions or (), dict(given))
        if isinstance(variables, list):
            return None
        understood: Understood = (variables, {})
        if written is not None:
            self.given[key] = understood
        return understood


def _written(given: Mapping[str, Any]) -> bytes | None:
    """Variables as bytes, the same for the same ones; None for those too long to keep, or without such a form."""
    try:
        written = orjson.dumps(given)
    except orjson.JSONEncodeError:
        return None
    return written if len(written) <= LONGEST_KEPT else None


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

    The operation's `executed` has how often that was so, and for which reasons it was not.
    """

    def __init__(self, *arguments: Any, plans: Plans, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.plans = plans
        self.executed: Counter[str] = self.context_value.executed
        self.left = False

    def execute_collected_root_fields(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: Any,
        serially: bool,
        new_defer_usages: Any,
    ) -> Any:
        """The fields of the operation. What is known of its root is kept for whoever asks it next."""
        key = self.plans.key(self.operation, self.variable_values)
        if root_type is self.schema.query_type and key not in self.plans.roots:
            if len(self.plans.roots) >= MOST_PLANS:
                self.plans.roots.clear()
            self.plans.roots[key] = root_of(self, grouped_field_set)
        return super().execute_collected_root_fields(
            root_type, root_value, grouped_field_set, serially, new_defer_usages
        )

    def collect_and_execute_subfields(
        self, return_type: GraphQLObjectType, field_details_list: Details, path: Path, result: Any, position: Any
    ) -> Any:
        """The fields of an object, by its plan where it has one."""

        def otherwise() -> Any:
            return standard(return_type, field_details_list, path, result, position)

        standard = super().collect_and_execute_subfields
        plan = self._plan(return_type, field_details_list, path, result) if _plannable(result) else None
        return otherwise() if plan is None else self._run(lambda run: _completed(plan, run, result), otherwise)

    def complete_list_value(
        self, return_type: Any, field_details_list: Details, info: Any, path: Path, result: Any, position: Any
    ) -> Any:
        """The items of a list, by the plans of their types where they are rows and each type has one."""

        def otherwise() -> Any:
            return standard(return_type, field_details_list, info, path, result, position)

        standard = super().complete_list_value
        if not _are_rows(result):
            return otherwise()
        plans = {row.entity: self._plan_of_row(field_details_list, path, row) for row in result if row is not None}
        if None in plans.values():
            return otherwise()
        return self._run(lambda run: _completed_rows(plans, run, result), otherwise)  # type: ignore[arg-type]

    def _plan_of_row(self, details: Details, path: Path, row: Row) -> Plan | PagePlan | None:
        type_ = self.schema.type_map.get(type_name(CATALOGUE[row.entity]))
        return self._plan(type_, details, path, row) if isinstance(type_, GraphQLObjectType) else None

    def _plan(self, type_: GraphQLObjectType, details: Details, path: Path, result: Planned) -> Plan | PagePlan | None:
        way = path.as_list()
        if self.left or any(isinstance(each, int) for each in way):
            return None
        key = self.plans.key(self.operation, self.variable_values, *way, type_.name)
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
            self.executed[f"not compiled: {reason}"] += 1
            return None

    async def _run(self, work: Callable[[Run], Awaitable[Any]], otherwise: Callable[[], Any]) -> Any:
        run = Run(self.context_value, self.variable_values)
        try:
            answer = await work(run)
        except Exception as error:
            if run.failed_by(error):
                raise
            # What a plan does not know how to say, the standard executor says to its end, from the same snapshot.
            self.left = True
            self.executed[f"completed otherwise: {error if isinstance(error, LeftToStandardError) else 'a fault'}"] += 1
            answered = otherwise()
            return await answered if self.is_awaitable(answered) else answered
        self.executed[BY_PLAN] += 1
        return answer


def _plannable(result: Any) -> TypeGuard[Planned]:
    return isinstance(result, Planned)


def _are_rows(result: Any) -> TypeGuard[list[Row | None]]:
    return isinstance(result, list) and set(map(type, result)) in ({Row}, {Row, NoneType})


async def _completed(plan: Plan | PagePlan, run: Run, result: Planned) -> dict[str, Any]:
    if isinstance(plan, PagePlan):
        assert isinstance(result, Page)
        (answer,) = await plan.complete(run, [result])
    else:
        (answer,) = await plan.complete(run, _together([result]) if isinstance(result, Row) else [result])
    return answer


async def _completed_rows(plans: Mapping[str, Plan], run: Run, rows: list[Row | None]) -> list[dict[str, Any] | None]:
    answers: list[dict[str, Any] | None] = [None] * len(rows)
    for entity, plan in plans.items():
        places = [at for at, row in enumerate(rows) if row is not None and row.entity == entity]
        completed = await plan.complete(
            run, _together([row for row in rows if row is not None and row.entity == entity])
        )
        for at, answer in zip(places, completed, strict=True):
            answers[at] = answer
    return answers


def _together(rows: Sequence[Row]) -> Records:
    """Rows of one entity, of one read."""
    return Records(CATALOGUE[rows[0].entity], [row.record for row in rows], rows[0].bits)
