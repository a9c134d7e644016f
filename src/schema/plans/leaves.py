"""Scalars and enums, written as the types of the schema write them; what needs no writing is passed on untouched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import NoneType
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLScalarType
from graphql.pyutils import Undefined

from sightline.schema.plans.columns import LeftToStandardError

_UNTOUCHED: Final[dict[str, type]] = {"String": str, "ID": str, "CurrencyCode": str, "Boolean": bool}
_NOTHING: Final = frozenset({NoneType})


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One scalar or enum."""

    type_: GraphQLScalarType | GraphQLEnumType

    def written(self, values: list[Any]) -> list[Any]:
        """The values as they are answered; None stays. Raises LeftToStandardError for one that cannot be."""
        untouched = _UNTOUCHED.get(self.type_.name)
        if untouched is not None and set(map(type, values)) <= {untouched, NoneType}:
            return values
        try:
            if isinstance(self.type_, GraphQLEnumType):
                names = {value: self._one(value) for value in set(values) if value is not None}
                return [None if value is None else names[value] for value in values]
            return _each(self._one, values)
        except Exception as error:
            raise LeftToStandardError("a value that cannot be written") from error

    def _one(self, value: Any) -> Any:
        written = self.type_.coerce_output_value(value)
        if written is None or written is Undefined:
            raise LeftToStandardError("a value that is written as nothing")
        return written


def _each(write: Callable[[Any], Any], values: Iterable[Any]) -> list[Any]:
    return [None if value is None else write(value) for value in values]
