"""Fields of rows. Their sources are `Records`: a level's rows of one entity, as one read gave them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLField, ListValueNode, ObjectValueNode, ValueNode, VariableNode
from graphql.execution.values import FragmentVariableValues, get_argument_values
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from sightline.db.reads import PARENT
from sightline.resolvers.connections import Page
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.global_ids import Key
from sightline.resolvers.rows import Records
from sightline.schema.cells import Amount, Computed, Reference
from sightline.schema.connections import Connected, PageAsked
from sightline.schema.fields import Guard
from sightline.schema.plans.columns import OWN_ERRORS, Column, LeftToStandardError, Plan, Run, scattered
from sightline.schema.plans.objects import Completion
from sightline.schema.plans.pages import PagePlan


@dataclass(frozen=True, slots=True)
class GlobalId:
    """The global ids of rows."""

    async def values(self, run: Run, sources: Records) -> list[Any]:
        """Made in one call."""
        return sources.global_ids(run.operation.services.ids)


@dataclass(frozen=True, slots=True)
class Guarded:
    """The column of a guarded field: hidden cells are NULL in it already, and noted here."""

    guard: Guard
    column: Column

    async def values(self, run: Run, sources: Records) -> list[Any]:
        """The column's values."""
        bit = sources.bits.get(self.guard.column)
        if bit is not None and sources.hidden() >> bit & 1:
            run.operation.masked.add(self.guard.coordinate)
        return await self.column.values(run, sources)


@dataclass(frozen=True, slots=True)
class CellsOf:
    """A column of the table."""

    name: str
    completion: Completion

    async def values(self, run: Run, sources: Records) -> list[Any]:
        """As its type writes them."""
        return await self.completion(run, sources.column(self.name))


@dataclass(frozen=True, slots=True)
class AmountsOf:
    """An amount with its currency; null unless both are there. `plan` has what is asked of the two, as columns."""

    amount: Amount
    plan: Plan

    async def values(self, run: Run, sources: Records) -> list[Any]:
        """As objects."""
        amounts, currencies = sources.column(self.amount.column), sources.column(self.amount.currency)
        if None not in amounts and None not in currencies:
            return list(await self.plan.complete(run, sources))
        pairs = zip(amounts, currencies, strict=True)
        there = [None if amount is None or code is None else at for at, (amount, code) in enumerate(pairs)]
        return scattered(there, await self.plan.complete(run, sources.only([at for at in there if at is not None])))


@dataclass(frozen=True, slots=True)
class Made:
    """What a function makes of each row that has the cell of a column."""

    computed: Computed
    column: str
    completion: Completion

    async def values(self, run: Run, sources: Records) -> list[Any]:
        """As its type writes them."""
        operation = run.operation
        rows = sources.rows(operation.services.ids)
        try:
            made = [None if row.masks(self.column) else self.computed.read(operation, row) for row in rows]
        except Exception as error:
            raise LeftToStandardError("a value that cannot be made") from error
        return await self.completion(run, made)


@dataclass(frozen=True, slots=True)
class RowsNamed:
    """The rows that references name, each read and answered once, however many name it."""

    reference: Reference
    plan: Plan

    async def values(self, run: Run, sources: Records) -> list[Any]:
        """One statement for all."""
        numbers, own = sources.column(self.reference.column), sources.keys()
        keys = [
            None if number is None else self.reference.key(number, key.account)
            for number, key in zip(numbers, own, strict=True)
        ]
        wanted = list(dict.fromkeys(key for key in keys if key is not None))
        if not wanted:
            return [None] * len(keys)
        found = await run.read(run.operation.records_by_key(self.reference.target.name, wanted))
        completed = await self.plan.complete(run, found)
        answers = {
            wanted[position - 1]: answer for position, answer in zip(found.column(PARENT), completed, strict=True)
        }
        return [None if key is None else answers.get(key) for key in keys]


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments that a document gives to a field."""

    of: GraphQLField
    node: FieldNode
    definition: StrawberryField
    view: Any
    fragment: FragmentVariableValues | None = None

    @property
    def varies(self) -> bool:
        """Whether the arguments depend on variables."""
        return any(_varies(argument.value) for argument in self.node.arguments or ())

    def given(self, run: Run) -> dict[str, Any]:
        """They, as its resolver takes them. Raises LeftToStandardError for what the standard executor refuses."""
        try:
            read = get_argument_values(self.of, self.node, run.variables, self.fragment, True)
            return convert_arguments(
                read,
                self.definition.arguments,
                scalar_registry=self.view.schema_converter.scalar_registry,
                config=self.view.config,
            )
        except OWN_ERRORS as error:
            raise LeftToStandardError("arguments that are refused") from error


def _varies(value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(map(_varies, value.values))
    if isinstance(value, ObjectValueNode):
        return any(_varies(each.value) for each in value.fields)
    return isinstance(value, VariableNode)


@dataclass(frozen=True, slots=True)
class Connections:
    """The pages of a connection that a document asks for; where no variable decides, what they are is found once."""

    connected: Connected
    asked: Asked
    found: list[PageAsked] = field(default_factory=list)

    def asked_for(self, run: Run) -> PageAsked:
        """What is asked. Raises LeftToStandardError for what the standard executor refuses."""
        if self.found:
            return self.found[0]
        try:
            asked = self.connected.asked(run.operation.services.ids, **self.asked.given(run))
        except BadInputError as error:
            raise LeftToStandardError("arguments that are refused") from error
        if not self.asked.varies:
            self.found.append(asked)
        return asked


@dataclass(frozen=True, slots=True)
class PagesBelow:
    """The connections below rows."""

    connections: Connections
    plan: PagePlan

    async def values(self, run: Run, sources: Records) -> list[Any]:
        """One statement for all."""
        pages = self._pages(run, sources.keys()) if sources.records else []
        return await self.plan.complete(run, pages)

    def _pages(self, run: Run, keys: list[Key]) -> list[Page]:
        asked = self.connections.asked_for(run)
        if asked.window.cursor is not None:
            raise LeftToStandardError("a cursor belongs to one page of several")
        return [asked.page(run.operation, key) for key in keys]
