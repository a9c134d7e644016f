"""The scalars and value types of the contract."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal as PythonDecimal
from typing import NewType

import orjson
import strawberry
from graphql import GraphQLError
from graphql.language import FloatValueNode, IntValueNode, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from sightline.schema.bindings import open_field

_DIGITS = 40
_SMALLEST_EXPONENT = -20

Decimal = NewType("Decimal", PythonDecimal)
Date = NewType("Date", date)
DateTime = NewType("DateTime", datetime)
CurrencyCode = NewType("CurrencyCode", str)


def _read_decimal(value: object) -> PythonDecimal:
    """A decimal from its text or a whole number. A float has already lost what was written, so it is refused (M3)."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**_DIGITS else ""
    if isinstance(value, str) and 0 < len(value) <= _DIGITS and value.isascii():
        try:
            number = PythonDecimal(value)
        except ArithmeticError:
            number = PythonDecimal("NaN")
        exponent = number.as_tuple().exponent
        if number.is_finite() and isinstance(exponent, int) and _SMALLEST_EXPONENT <= exponent <= _DIGITS:
            return number
    raise GraphQLError('A Decimal is a string such as "12.50".')


def _read_decimal_literal(node: ValueNode, variables: object = None) -> PythonDecimal:
    if isinstance(node, StringValueNode | IntValueNode | FloatValueNode):
        return _read_decimal(node.value)
    raise GraphQLError('A Decimal is a string such as "12.50".')


def _write_decimal(value: PythonDecimal) -> str:
    """Plain notation, without zeros that say nothing beyond two decimals."""
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    if "." not in text:
        return text
    short = text.rstrip("0")
    if short[-1] == ".":
        return f"{short}00"
    return f"{short}0" if short[-2] == "." else short


def _read_date(value: object) -> date:
    if isinstance(value, str) and len(value) <= _DIGITS:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError('A Date is a day such as "2026-01-31".')


def _read_moment(value: object) -> datetime:
    if isinstance(value, str) and len(value) <= _DIGITS:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError('A DateTime is an RFC 3339 moment with its offset, such as "2026-01-31T12:00:00Z".')


def _write_moment(value: datetime) -> str:
    text = (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()
    return f"{text[:-6]}Z"


def write_moments(values: Sequence[datetime | None]) -> list[str | None] | None:
    """The same of many, in one call; None where one of them is in no zone or in another than UTC."""
    written = orjson.dumps(values, option=orjson.OPT_UTC_Z)
    if written.count(b'Z"') != len(values) - values.count(None):
        return None
    texts: list[str | None] = orjson.loads(written)
    return texts


SCALARS: dict[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number, written as a string such as "12.50".',
        serialize=_write_decimal,
        parse_value=_read_decimal,
        parse_literal=_read_decimal_literal,
    ),
    Date: strawberry.scalar(
        name="Date",
        description='A day, such as "2026-01-31".',
        serialize=date.isoformat,
        parse_value=_read_date,
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description='A moment in UTC (RFC 3339), such as "2026-01-31T12:00:00Z".',
        serialize=_write_moment,
        parse_value=_read_moment,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="A currency by its ISO 4217 code, such as EUR.",
        serialize=str,
        parse_value=str,
    ),
}


@strawberry.type(description="An amount of money.")
class Money:
    """An amount and its currency; exact, never a float (M3)."""

    amount: Decimal = open_field("The amount, in units of the currency.")
    currency: CurrencyCode = open_field("The currency.")
