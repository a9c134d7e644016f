"""Scalars and enums, written as the types of the schema write them; what needs no writing is passed on untouched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import NoneType
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLScalarType

from sightline.schema.plans.columns import LeftToStandardError
from sightline.schema.scalars import write_moments

_UNTOUCHED: Final[dict[str, type]] = {"String": str, "ID": str, "CurrencyCode": str, "Boolean": bool}
_MOMENT: Final = "DateTime"
_NUMBER: Final = "Decimal"


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """One scalar or enum."""

    type_: GraphQLScalarType | GraphQLEnumType

    def written(self, values: list[Any]) -> list[Any]:
        """The values as they are answered; None stays. Raises LeftToStandardError for one that cannot be."""
        untouched = _UNTOUCHED.get(self.type_.name)
        if untouched is not None and set(map(type, values)) <= {untouched, NoneType}:
            return values
        if self.type_.name == _MOMENT and set(map(type, values)) <= {datetime, NoneType}:
            moments = write_moments(values)
            if moments is not None:
                return moments
        write = self.type_.coerce_output_value
        if self.type_.name == _NUMBER and set(map(type, values)) <= {Decimal, NoneType}:
            return [None if value is None else write(value) for value in values]
        try:
            if isinstance(self.type_, GraphQLEnumType):
                names = {value: None if value is None else write(value) for value in set(values)}
                written = [names[value] for value in values]
            else:
                written = [None if value is None else write(value) for value in values]
        except Exception as error:
            raise LeftToStandardError("a value that cannot be written") from error
        # graphql-core's Undefined is equal to None too; values may be slow to say whether they are.
        if written.count(None) != [value is None for value in values].count(True):
            raise LeftToStandardError("a value that is written as nothing")
        return written
