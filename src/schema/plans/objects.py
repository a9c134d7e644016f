"""Fields of plain objects: attributes, and methods that need nothing but the object, which may read more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Any

from strawberry.types.field import StrawberryField

from sightline.schema.plans.columns import Column, LeftToStandardError, Plan, Run, refuse_none
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


@dataclass(frozen=True, slots=True)
class ReadFurther:
    """What each object finds by reading more, one after another, completed as its type is."""

    read: Callable[[Any], Awaitable[Any]]
    completion: Completion

    async def values(self, run: Run, sources: Sequence[Any]) -> list[Any]:
        """In the order of the objects."""
        return await self.completion(run, [await run.read(self.read(each)) for each in sources])


def needs_the_object_alone(definition: StrawberryField) -> bool:
    """Whether a field is found from its object, without arguments, extensions, or the operation."""
    resolver = definition.base_resolver
    alone = resolver is None or not resolver.info_parameter
    return alone and not definition.extensions and not definition.arguments


def found_from_object(definition: StrawberryField, completion: Completion) -> Column:
    """The column of a field that needs the object alone."""
    resolver = definition.base_resolver
    if resolver is None:
        return ReadOff(attrgetter(definition.python_name), completion)
    read: Any = resolver.wrapped_func
    return ReadFurther(read, completion) if resolver.is_async else ReadOff(read, completion)


def of_leaf(leaf: Leaf) -> Completion:
    """Scalars and enums."""

    async def complete(_: Run, values: list[Any]) -> list[Any]:
        return leaf.written(values)

    return complete


def of_objects(plan: Plan) -> Completion:
    """Objects of one type; one that is there many times is completed once."""

    async def complete(run: Run, values: list[Any]) -> list[Any]:
        there = {id(value): value for value in values if value is not None}
        completed = dict(zip(there, await plan.complete(run, list(there.values())), strict=True))
        return [completed.get(id(value)) for value in values]

    return complete


def of_lists(inner: Completion) -> Completion:
    """Lists, all their items completed together."""

    async def complete(run: Run, values: list[Any]) -> list[Any]:
        items = await inner(run, [item for value in values if value is not None for item in value])
        if len(values) == 1 and values[0] is not None:
            return [items]
        following = iter(items)
        return [None if value is None else list(islice(following, len(value))) for value in values]

    return complete


def never_null(inner: Completion) -> Completion:
    """What is never null."""

    async def complete(run: Run, values: list[Any]) -> list[Any]:
        return refuse_none(await inner(run, values))

    return complete
