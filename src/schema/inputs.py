"""Filters and orders of the connections, made from the columns of each entity.

There is one filter field and, where rows can be ordered by it, one order value per column of the authorised view; both
exist for exactly the viewers who have the column (M6). A masked cell matches no operator but `isNull`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, StrEnum
from functools import cache
from typing import Annotated, Any, Final

import sqlalchemy as sa
import strawberry

from sightline.authz.classes import Marker
from sightline.db.catalogue import Entity
from sightline.db.queries import Compound, Connective, Filter, Operator, OrderKey, Test
from sightline.resolvers.errors import BadInputError
from sightline.resolvers.global_ids import GlobalIds
from sightline.schema.annotations import list_of
from sightline.schema.bindings import METADATA, Binding, Bound, open_field
from sightline.schema.enums import NAMES, described
from sightline.schema.model import CATALOGUE
from sightline.schema.names import field_name, type_name
from sightline.schema.scalars import Date, DateTime, Decimal

DEEPEST_FILTER = 3
LONGEST_LIST = 100
MOST_ORDER_KEYS = 5

_TEXTS = {
    Operator.EQ: "Equal to this.",
    Operator.IN: f"One of these, at most {LONGEST_LIST}.",
    Operator.NOT_IN: f"None of these, at most {LONGEST_LIST}; also what is absent or not shown to you.",
    Operator.LT: "Less than this.",
    Operator.LTE: "Less than or equal to this.",
    Operator.GT: "Greater than this.",
    Operator.GTE: "Greater than or equal to this.",
    Operator.IS_NULL: "Whether it is absent or not shown to you.",
    Operator.STARTS_WITH: "Begins with this text.",
}
_SETS = (Operator.EQ, Operator.IN, Operator.NOT_IN, Operator.IS_NULL)
_RANGES = (Operator.LT, Operator.LTE, Operator.GT, Operator.GTE)


def _snake(operator: Operator) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operator)


def _attribute(operator: Operator) -> str:
    return "in_" if operator is Operator.IN else _snake(operator)


def _input(name: str, fields: dict[str, tuple[Any, Any]], description: str) -> Any:
    namespace: dict[str, Any] = {attribute: field for attribute, (_, field) in fields.items()}
    namespace["__annotations__"] = {attribute: annotation for attribute, (annotation, _) in fields.items()}
    namespace["__module__"] = __name__
    return strawberry.input(type(name, (), namespace), name=name, description=description)


def _operators(name: str, value: Any, operators: tuple[Operator, ...], what: str) -> Any:
    types = {Operator.IN: list_of(value), Operator.NOT_IN: list_of(value), Operator.IS_NULL: bool}
    fields = {
        _attribute(operator): (
            types.get(operator, value) | None,
            open_field(_TEXTS[operator], name=str(operator), default=strawberry.UNSET),
        )
        for operator in operators
    }
    return _input(name, fields, f"Tests of {what}; all that are given must hold.")


StringFilter: Final = _operators("StringFilter", str, (*_SETS, *_RANGES, Operator.STARTS_WITH), "a text")
IntFilter: Final = _operators("IntFilter", int, (*_SETS, *_RANGES), "a whole number")
DecimalFilter: Final = _operators("DecimalFilter", Decimal, (*_SETS, *_RANGES), "a decimal number")
DateTimeFilter: Final = _operators("DateTimeFilter", DateTime, (*_SETS, *_RANGES), "a moment")
DateFilter: Final = _operators("DateFilter", Date, (*_SETS, *_RANGES), "a day")
BooleanFilter: Final = _operators("BooleanFilter", bool, (Operator.EQ, Operator.IS_NULL), "a boolean")
IDFilter: Final = _operators("IDFilter", strawberry.ID, _SETS, "a reference, by global id")


class _EnumFilters(dict[type[StrEnum], Any]):
    def __missing__(self, values: type[StrEnum]) -> Any:
        called = NAMES.get(values, values.__name__)
        self[values] = _operators(f"{called}Filter", described(values), _SETS, f"a {called}")
        return self[values]


_ENUM_FILTERS: Final = _EnumFilters()


def _filter_of(entity: Entity, column: str) -> Any:
    """The operators a column can be tested with; None for a column that cannot be filtered by."""
    if entity.opaque(column):
        return None
    type_ = entity.type_of(column)
    reference = entity.reference(column)
    if column == "id" or reference:
        target = entity if column == "id" else CATALOGUE[reference or ""]
        return IDFilter if not target.is_fact and target.name in CATALOGUE.model.rules else None
    match type_:
        case sa.Enum():  # here every enum of the tables gets its descriptions, before a type names it
            return _ENUM_FILTERS[type_.enum_class] if type_.enum_class else None  # type: ignore[index]
        case sa.Text() | sa.String():
            return StringFilter
        case sa.Numeric():
            return DecimalFilter
        case sa.Integer():
            return IntFilter if not isinstance(type_, sa.BigInteger) else None
        case sa.TIMESTAMP() | sa.DateTime():
            return DateTimeFilter
        case sa.Date():
            return DateFilter
        case sa.Boolean():
            return BooleanFilter
        case _:
            return None


def shown_columns(entity: Entity) -> Iterator[str]:
    """The columns of an entity that some viewer may see."""
    return (name for name, access in entity.columns.items() if access is not Marker.INTERNAL)


def _filter_input(entity: Entity) -> Any:
    name = f"{type_name(entity)}Filter"
    fields: dict[str, tuple[Any, Any]] = {}
    for column in shown_columns(entity):
        operators = _filter_of(entity, column)
        if operators is not None:
            binding = Binding(entity.name, (column,))
            fields[field_name(entity, column)] = (
                operators | None,
                strawberry.field(
                    description=entity.description(column), metadata={METADATA: binding}, default=strawberry.UNSET
                ),
            )
    itself = Annotated[name, strawberry.lazy(__name__)]  # type: ignore[valid-type]
    for connective, annotation, text in (
        (Connective.AND, list_of(itself), "All of these must hold, beside the fields given here."),
        (Connective.OR, list_of(itself), "At least one of these must hold."),
        (
            Connective.NOT,
            itself,
            "This must not hold; of what is absent or not shown to you only `isNull` does.",
        ),
    ):
        field = open_field(text, name=str(connective), default=strawberry.UNSET)
        fields[f"{connective}_"] = (annotation | None, field)
    return _input(name, fields, f"Which rows of {type_name(entity)}; all that is given must hold.")


def _can_order(entity: Entity, column: str) -> bool:
    plain = (sa.Enum, sa.Text, sa.Numeric, sa.TIMESTAMP, sa.DateTime, sa.Date, sa.SmallInteger, sa.Boolean)
    # Ids and references tell nothing in an order, except which rows were made before others.
    if column == "id" or entity.opaque(column) or entity.reference(column) is not None:
        return False
    return isinstance(entity.type_of(column), plain)


def _order_input(entity: Entity) -> Any:
    name = type_name(entity)
    columns = {column.upper(): column for column in shown_columns(entity) if _can_order(entity, column)}
    values = StrEnum(f"{name}OrderField", columns)  # type: ignore[misc]
    strawberry.enum(values, description=f"What {name} rows can be ordered by.")
    for value in values.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = entity.description(columns[value.name])
    fields = {
        "field": (values, open_field("What to order by.")),
        "direction": (Direction, open_field("Which way.", default=Direction.ASC)),
    }
    return _input(f"{name}Order", fields, f"One key of an order of {name} rows; absent and hidden values come last.")


@strawberry.enum(description="Which way an order goes.")
class Direction(Enum):
    """Which way an order goes; absent values come last in both."""

    ASC = strawberry.enum_value("ASC", description="Smallest first.")
    DESC = strawberry.enum_value("DESC", description="Greatest first.")


FILTERS: Final[dict[str, Any]] = {entity.name: _filter_input(entity) for entity in CATALOGUE.served}
ORDERS: Final[dict[str, Any]] = {entity.name: _order_input(entity) for entity in CATALOGUE.served}

# A filter refers to itself by name, and strawberry looks the name up here.
globals().update({f"{type_name(entity)}Filter": FILTERS[entity.name] for entity in CATALOGUE.served})


def order_bindings() -> dict[str, Bound]:
    """The binding of every order value, by coordinate: enum values carry no metadata of their own."""
    return {
        f"{type_name(entity)}OrderField.{column.upper()}": Binding(entity.name, (column,))
        for entity in CATALOGUE.served
        for column in shown_columns(entity)
        if _can_order(entity, column)
    }


def order_keys(given: list[Any] | None) -> tuple[OrderKey, ...]:
    """The order that the argument means. Raises BadInputError for more than five keys, or the same one twice."""
    keys = tuple(OrderKey(str(each.field), each.direction is Direction.DESC) for each in given or ())
    if len(keys) > MOST_ORDER_KEYS:
        raise BadInputError(f"Order by at most {MOST_ORDER_KEYS} keys.")
    if len({key.column for key in keys}) < len(keys):
        raise BadInputError("Name each key of the order once.")
    return keys


def filter_from(given: Any, entity: Entity, ids: GlobalIds, *, depth: int = DEEPEST_FILTER) -> Filter:
    """The filter that the argument means. Raises BadInputError for one too deep or too long, or that tests for null."""
    if given is None or given is strawberry.UNSET:
        return Compound(Connective.AND, ())
    if depth == 0:
        raise BadInputError(f"Nest filters at most {DEEPEST_FILTER} deep.")
    parts: list[Filter] = []
    by_field = _columns_by_field(entity)
    for attribute, value in vars(given).items():
        if value is None or value is strawberry.UNSET:
            continue
        connective = attribute.removesuffix("_")
        if connective in (Connective.AND, Connective.OR):
            _refuse_long(value)
            inner = tuple(filter_from(each, entity, ids, depth=depth - 1) for each in value)
            parts.append(Compound(Connective(connective), inner))
        elif connective == Connective.NOT:
            parts.append(Compound(Connective.NOT, (filter_from(value, entity, ids, depth=depth - 1),)))
        else:
            parts += _tests(by_field[attribute], value, entity, ids)
    return parts[0] if len(parts) == 1 else Compound(Connective.AND, tuple(parts))


@cache
def _columns_by_field(entity: Entity) -> Mapping[str, str]:
    return {field_name(entity, column): column for column in shown_columns(entity)}


def _tests(column: str, operators: Any, entity: Entity, ids: GlobalIds) -> Iterator[Test]:
    target = entity.name if column == "id" else entity.reference(column)
    for attribute, value in vars(operators).items():
        if value is strawberry.UNSET:
            continue
        if value is None:
            raise BadInputError("Use isNull to find absent values.")
        operator = next(each for each in Operator if _attribute(each) == attribute)
        if isinstance(value, list):
            _refuse_long(value)
            value = tuple(value)
        _refuse_unstorable(value)
        if target is not None and operator is not Operator.IS_NULL:
            value = _numbers(value, target, ids)
        yield Test(column, operator, value)


def _refuse_long(values: list[Any]) -> None:
    if len(values) > LONGEST_LIST:
        raise BadInputError(f"Give at most {LONGEST_LIST} values.")
    if None in values:
        raise BadInputError("Use isNull to find absent values.")


def _refuse_unstorable(value: Any) -> None:
    for text in value if isinstance(value, tuple) else (value,):
        if isinstance(text, str) and ("\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)):
            raise BadInputError("A text has no NUL and no half of a surrogate pair.")


def _numbers(given: Any, target: str, ids: GlobalIds) -> Any:
    """The ids behind global ids; one of another type names no row, and so is the id of none."""
    if isinstance(given, tuple):
        return tuple(_numbers(each, target, ids) for each in given)
    entity, key = ids.decode(given)
    return key.id if entity == target else -1
