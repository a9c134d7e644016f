"""Fields of plain objects: attributes, and methods that need nothing but the object."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, cast

from strawberry.types.field import StrawberryField

from sightline.schema.plans.columns import LeftToStandardError, Plan, Run, refuse_none, scattered
from sightline.schema.plans.leaves import Leaf

Completion = Callable[[Run, list[Any]], Awaitable[list[Any]]]


@dataclass(frozen=True, slots=True)
class ReadOff:
    """What is read off each object, completed as its type is."""

    read: Callable[[Any], Any]
    completion: Completion

    async def values(self, run: Run, sources: Sequence[Any]) -> list[Any]:
        """In the order of the objects."""
        try:
            values = list(map(self.read, sources))
        except Exception as error:
            raise LeftToStandardError("a value that cannot be read") from error
        return await self.completion(run, values)


def reader(definition: StrawberryField) -> Callable[[Any], Any] | None:
    """How a field is read off its object; None where that takes arguments, time, or the operation."""
    resolver = definition.base_resolver
    if definition.extensions or definition.arguments:
        return None
    if resolver is None:
        return attrgetter(definition.python_name)
    if resolver.is_async or resolver.info_parameter:
        return None
    return cast("Callable[[Any], Any]", resolver.wrapped_func)


def of_leaf(leaf: Leaf) -> Completion:
    """Scalars and enums."""

    async def complete(_: Run, values: list[Any]) -> list[Any]:
        return leaf.written(values)

    return complete


def of_objects(plan: Plan) -> Completion:
    """Objects of one type."""

    async def complete(run: Run, values: list[Any]) -> list[Any]:
        there = [value for value in values if value is not None]
        return scattered(values, await plan.complete(run, there))

    return complete


def of_lists(inner: Completion) -> Completion:
    """Lists, all their items completed together."""

    async def complete(run: Run, values: list[Any]) -> list[Any]:
        items = await inner(run, [item for value in values if value is not None for item in value])
        if len(values) == 1 and values[0] is not None:
            return [items]
        following = iter(items)
        return [None if value is None else [next(following) for _ in value] for value in values]

    return complete


def never_null(inner: Completion) -> Completion:
    """What is never null."""

    async def complete(run: Run, values: list[Any]) -> list[Any]:
        return refuse_none(await inner(run, values))

    return complete
