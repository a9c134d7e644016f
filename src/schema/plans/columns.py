"""A plan: the keys of an object's answer, and for each a column that has its value for all objects of a level."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence, Sized
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from graphql import GraphQLError
from graphql.execution.values import VariableValues

from sightline.resolvers.operation import Operation

Read = TypeVar("Read")


class NotCompiledError(Exception):
    """A selection that has no plan, for a reason that can be counted."""


class LeftToStandardError(Exception):
    """What turned out, while a plan was run, to be for the standard executor: it says what is wrong, and where."""


@dataclass(slots=True, eq=False)
class Run:
    """One run of a plan. `failed` is the error of a read, which no other executor would be spared.

    What was `found` from variables is there again for whoever gives the same ones.
    """

    operation: Operation
    variables: VariableValues
    failed: Exception | None = None
    found: dict[object, Any] = field(default_factory=dict)

    async def read(self, rows: Awaitable[Read]) -> Read:
        """What a read finds."""
        try:
            return await rows
        except Exception as error:
            self.failed = error
            raise

    def failed_by(self, error: Exception) -> bool:
        """Whether an error is that of a read. Asked once: a run that kept it would hold itself, by its frames."""
        failed, self.failed = self.failed, None
        return error is failed


class Column(Protocol):
    """The value of one key of the answer, for all objects of a level."""

    async def values(self, run: Run, sources: Any) -> list[Any]:
        """The values, in the order of the sources. Raises LeftToStandardError."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What a selection makes of objects of one type."""

    keys: tuple[str, ...]
    columns: tuple[Column, ...]

    async def complete(self, run: Run, sources: Sized) -> list[dict[str, Any]]:
        """The objects as they are answered, in the order of the sources."""
        columns = [await column.values(run, sources) for column in self.columns]
        keys = self.keys
        match columns:
            case []:
                return [{} for _ in range(len(sources))]
            case [column]:
                (key,) = keys
                return [{key: value} for value in column]
        return [dict(zip(keys, values)) for values in zip(*columns, strict=True)]  # noqa: B905  # as many as keys


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every object: the name of its type, or null for what the viewer does not have."""

    value: str | None

    async def values(self, _: Run, sources: Sized) -> list[Any]:
        """It, as often as there are objects."""
        return [self.value] * len(sources)


def refuse_none(values: list[Any]) -> list[Any]:
    """The values of what is never null. Raises LeftToStandardError where one is."""
    if None in values:
        raise LeftToStandardError("null where nothing is null")
    return values


def scattered(values: Sequence[Any], completed: Sequence[Any]) -> list[Any]:
    """The completed values in the places of those that are not None."""
    following = iter(completed)
    return [None if value is None else next(following) for value in values]


OWN_ERRORS = (GraphQLError, LeftToStandardError)
