"""What each row of the file says, by the mapping: one record for the staging table, with the first thing wrong with it.

A row that is wrong keeps the amount that can be read from it, so that what was read and what was written add up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from typing import NamedTuple

from sightline.db.imports.cells import BadCellError, half_even, moment_reader, number_reader
from sightline.db.imports.currencies import MINOR_UNITS
from sightline.db.imports.mapping import NEW_STATUSES
from sightline.db.imports.model import Cancellation, Cell, Mapping
from sightline.db.imports.rows import FileRow
from sightline.db.tables.enums import CustomerStatus

LONGEST_KEY = 200  # what an index can hold, with room for the other columns in it
LONGEST_TEXT = 1000
LARGEST_AMOUNT = Decimal(10**11)  # so that the largest order fits its column
LARGEST_QUANTITY = Decimal(10**9)


class StagedLine(NamedTuple):
    """One row of the table `import_line`, in its order. Texts that are absent are empty."""

    line: int
    order_key: str = ""
    cancelled: bool = False
    event_at: datetime | None = None
    program: str = ""
    account: str = ""
    traffic_source: str = ""
    currency: str = ""
    exchange_rate: Decimal | None = None
    status: str = ""
    country: str = ""
    device: str = ""
    promo_code: str = ""
    customer_status: str = ""
    sku: str = ""
    title: str = ""
    quantity: Decimal | None = None
    amount: Decimal | None = None
    payout: Decimal | None = None
    revenue: Decimal | None = None
    problem_column: str | None = None
    problem_value: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What one line costs."""

    currency: str
    quantity: Decimal
    amount: Decimal


class LineReader:
    """Reads rows of one file by one mapping."""

    def __init__(self, mapping: Mapping, columns: tuple[str, ...], *, now: datetime) -> None:
        self._mapping = mapping
        self._index = {column: place for place, column in enumerate(columns)}
        self._number = number_reader(mapping.file)
        self._moment: Callable[[str, str], datetime] = moment_reader(mapping.file, now=now)

    def stage(self, row: FileRow) -> StagedLine:
        """The record of one row; its `problem` says why it cannot become part of an order."""
        if row.problem is not None:
            return _refused(row.line, BadCellError(None, self._quoted(row), row.problem), None)
        price: Price | None = None
        try:
            price = self._price(row.cells)
            return self._staged(row, price)
        except BadCellError as problem:
            return _refused(row.line, problem, price)

    def _staged(self, row: FileRow, price: Price) -> StagedLine:
        mapping, cells, attributes = self._mapping, row.cells, self._mapping.attributes
        key = self._order_key(cells)
        cancelled = mapping.cancellation is not None and self._is_cancelled(cells, mapping.cancellation)
        self._check_sign(cells, price, cancelled=cancelled)
        return StagedLine(
            line=row.line,
            order_key=key,
            cancelled=cancelled,
            event_at=self._moment(self._needed(cells, mapping.date), mapping.date),
            program=self._reference(cells, mapping.program.cell if mapping.program else None),
            account=self._reference(cells, mapping.account.cell),
            traffic_source=self._reference(cells, mapping.traffic_source.cell if mapping.traffic_source else None),
            currency=price.currency,
            exchange_rate=self._exchange_rate(cells),
            status=self._one_of(cells, mapping.status, tuple(NEW_STATUSES)),
            country=self._country(cells),
            device=self._optional(cells, attributes.device, LONGEST_KEY),
            promo_code=self._optional(cells, attributes.promo_code, LONGEST_KEY),
            customer_status=self._customer_status(cells),
            sku=self._item_text(cells, mapping.items.sku if mapping.items else None, LONGEST_KEY),
            title=self._item_text(cells, mapping.items.title if mapping.items else None, LONGEST_TEXT),
            quantity=abs(price.quantity),
            amount=price.amount,
            payout=self._commission(cells, mapping.payout, price.currency),
            revenue=self._commission(cells, mapping.revenue, price.currency),
        )

    def _price(self, cells: list[str]) -> Price:
        amounts = self._mapping.amounts
        currency = self._one_of(cells, self._mapping.currency, MINOR_UNITS)
        places = MINOR_UNITS[currency]
        quantity = self._quantity(cells) if amounts.quantity else Decimal(1)
        if amounts.total is not None:
            amount = self._money(cells, amounts.total, currency)
        else:
            unit_price = self._number(self._needed(cells, amounts.price_column), amounts.price_column)
            with localcontext(prec=100):
                amount = half_even(quantity * unit_price, places)
        if abs(amount) >= LARGEST_AMOUNT:
            raise BadCellError(amounts.price_column, str(amount), "is too large an amount")
        return Price(currency, quantity, amount)

    def _quantity(self, cells: list[str]) -> Decimal:
        column = self._mapping.amounts.quantity
        assert column is not None
        text = self._needed(cells, column)
        quantity = self._number(text, column)
        if abs(quantity) >= LARGEST_QUANTITY or quantity != round(quantity, 3):
            raise BadCellError(column, text, "is too large, or has more than three decimal places")
        return quantity

    def _check_sign(self, cells: list[str], price: Price, *, cancelled: bool) -> None:
        amounts = self._mapping.amounts
        amount_text = self._text(cells, amounts.price_column)
        if cancelled:
            if price.amount > 0:
                raise BadCellError(
                    amounts.price_column, amount_text, "is a positive amount, in a cancellation that takes back"
                )
            return
        if price.quantity <= 0 and amounts.quantity is not None:
            reason = "is not above zero, and the row is no cancellation"
            raise BadCellError(amounts.quantity, self._text(cells, amounts.quantity), reason)
        if price.amount < 0:
            raise BadCellError(amounts.price_column, amount_text, "is negative, and the row is no cancellation")

    def _order_key(self, cells: list[str]) -> str:
        parts = [self._needed(cells, column) for column in self._mapping.order_key]
        if len(parts) > 1:  # escaped, so that no two orders get one key
            parts = [part.replace("\\", "\\\\").replace("|", "\\|") for part in parts]
        key = "|".join(parts)
        if len(key) > LONGEST_KEY:
            raise BadCellError(self._mapping.order_key[0], key, f"is longer than {LONGEST_KEY} characters")
        return key

    def _is_cancelled(self, cells: list[str], rule: Cancellation) -> bool:
        text = self._text(cells, rule.column)
        if rule.starts_with is not None:
            return text.startswith(rule.starts_with)
        return text in rule.equals if rule.equals else text.startswith("-")

    def _reference(self, cells: list[str], cell: Cell | None) -> str:
        if cell is None:
            return ""
        text = self._value(cells, cell)
        if not text:
            raise BadCellError(cell.column, "", "is empty")
        if len(text) > LONGEST_KEY:
            raise BadCellError(cell.column, text, f"is longer than {LONGEST_KEY} characters")
        return text

    def _exchange_rate(self, cells: list[str]) -> Decimal | None:
        cell = self._mapping.exchange_rate
        if cell is None:
            return None
        if cell.constant is not None:
            return Decimal(cell.constant)
        assert cell.column is not None
        text = self._value(cells, cell)
        rate = self._number(text, cell.column)
        if not 0 < rate < 10**9 or rate != round(rate, 10):
            raise BadCellError(cell.column, text, "is no exchange rate: expected a positive number")
        return rate

    def _commission(self, cells: list[str], column: str | None, currency: str) -> Decimal | None:
        return self._money(cells, column, currency) if column is not None else None

    def _money(self, cells: list[str], column: str, currency: str) -> Decimal:
        text = self._needed(cells, column)
        amount = self._number(text, column)
        if abs(amount) >= LARGEST_AMOUNT:
            raise BadCellError(column, text, "is too large an amount")
        if amount != round(amount, MINOR_UNITS[currency]):
            reason = f"has more decimal places than {currency} has ({MINOR_UNITS[currency]})"
            raise BadCellError(column, text, reason)
        return amount

    def _one_of(self, cells: list[str], cell: Cell, known: tuple[str, ...] | dict[str, int]) -> str:
        text = self._value(cells, cell)
        if text not in known:
            expected = "a currency code of ISO 4217" if isinstance(known, dict) else ", ".join(known)
            raise BadCellError(cell.column, text, f"is unknown: expected {expected}")
        return text

    def _country(self, cells: list[str]) -> str:
        cell = self._mapping.attributes.country
        text = self._optional(cells, cell, LONGEST_KEY)
        if text and not (len(text) == 2 and text.isascii() and text.isalpha() and text.isupper()):
            raise BadCellError(cell.column if cell else None, text, "is no country code of ISO 3166, such as GB")
        return text

    def _customer_status(self, cells: list[str]) -> str:
        cell = self._mapping.attributes.customer_status
        if cell is None or not self._value(cells, cell):
            return ""
        return self._one_of(cells, cell, tuple(CustomerStatus))

    def _optional(self, cells: list[str], cell: Cell | None, longest: int) -> str:
        if cell is None:
            return ""
        text = self._value(cells, cell)
        if len(text) > longest:
            raise BadCellError(cell.column, text, f"is longer than {longest} characters")
        return text

    def _item_text(self, cells: list[str], column: str | None, longest: int) -> str:
        return self._optional(cells, Cell(column, None), longest) if column is not None else ""

    def _value(self, cells: list[str], cell: Cell) -> str:
        if cell.constant is not None:
            return cell.constant
        assert cell.column is not None
        text = self._text(cells, cell.column)
        if cell.values is None or not text:
            return text
        if text not in cell.values:
            raise BadCellError(cell.column, text, "is not among the values that the mapping translates")
        return cell.values[text]

    def _needed(self, cells: list[str], column: str) -> str:
        text = self._text(cells, column)
        if not text:
            raise BadCellError(column, "", "is empty")
        return text

    def _text(self, cells: list[str], column: str) -> str:
        return cells[self._index[column]]

    def _quoted(self, row: FileRow) -> str:
        return self._mapping.file.delimiter.join(row.cells)


def _refused(line: int, problem: BadCellError, price: Price | None) -> StagedLine:
    return StagedLine(
        line=line,
        currency=price.currency if price else "",
        amount=price.amount if price else None,
        problem_column=problem.column,
        problem_value=None if problem.value is None else _storable(problem.value),
        problem=problem.reason,
    )


def _storable(text: str) -> str:
    """The text as PostgreSQL can keep it: bytes that were no characters are spelled out, the rest is cut."""
    spelled = text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")
    return spelled if len(spelled) <= LONGEST_TEXT else spelled[: LONGEST_TEXT - 1] + "…"
