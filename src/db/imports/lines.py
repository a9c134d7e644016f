"""What each row of the file says, by the mapping: one record for the staging table, with the first thing wrong with it.

A row that is wrong keeps the amount that can be read from it, so that what was read and what was written add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from typing import NamedTuple

from sightline.db.countries import is_country
from sightline.db.currencies import MINOR_UNITS
from sightline.db.exchange import is_rate
from sightline.db.imports.cell_reader import LONGEST_KEY, CellReader
from sightline.db.imports.cells import BadCellError, FileCell, half_even, text_of
from sightline.db.imports.mapping import NEW_STATUSES
from sightline.db.imports.model import Cancellation, Cell, Mapping
from sightline.db.imports.rows import FileRow
from sightline.db.tables.enums import CustomerStatus

LONGEST_TEXT = 1000
LARGEST_AMOUNT = Decimal(10**11)  # so that the largest order fits its column
LARGEST_QUANTITY = Decimal(10**9)
NEGATIVE = "is negative, and the row is no cancellation"


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
    goal: str = ""
    sku: str = ""
    title: str = ""
    quantity: Decimal | None = None
    amount: Decimal | None = None
    price_text: str | None = None  # of an amount of zero: what to quote where that is wrong
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
        self._read = CellReader(mapping.file, columns, now=now)

    def stage(self, row: FileRow) -> StagedLine:
        """The record of one row; its `problem` says why it cannot become part of an order."""
        if row.problem is not None:
            quoted = (self._mapping.file.delimiter or ",").join(map(text_of, row.cells))
            return _refused(row.line, BadCellError(None, quoted, row.problem), None)
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
            event_at=self._read.moment(cells, mapping.date),
            program=self._read.reference(cells, mapping.program.cell if mapping.program else None),
            account=self._read.reference(cells, mapping.account.cell),
            traffic_source=self._read.reference(cells, mapping.traffic_source.cell if mapping.traffic_source else None),
            currency=price.currency,
            exchange_rate=self._exchange_rate(cells),
            status=self._read.one_of(cells, mapping.status, tuple(NEW_STATUSES)),
            country=self._country(cells),
            device=self._read.optional(cells, attributes.device, LONGEST_KEY),
            promo_code=self._read.optional(cells, attributes.promo_code, LONGEST_KEY),
            customer_status=self._customer_status(cells),
            goal=self._read.optional(cells, attributes.goal, LONGEST_KEY),
            sku=self._item_text(cells, mapping.items.sku if mapping.items else None, LONGEST_KEY),
            title=self._item_text(cells, mapping.items.title if mapping.items else None, LONGEST_TEXT),
            quantity=abs(price.quantity),
            amount=price.amount,
            price_text=self._read.text(cells, mapping.amounts.price_column) if price.amount == 0 else None,
            payout=self._commission(cells, mapping.payout, price.currency, cancelled=cancelled),
            revenue=self._commission(cells, mapping.revenue, price.currency, cancelled=cancelled),
        )

    def _price(self, cells: Sequence[FileCell]) -> Price:
        amounts = self._mapping.amounts
        currency = self._read.one_of(cells, self._mapping.currency, MINOR_UNITS, "a currency code of ISO 4217")
        places = MINOR_UNITS[currency]
        quantity = self._quantity(cells) if amounts.quantity else Decimal(1)
        if amounts.total is not None:
            amount = self._money(cells, amounts.total, currency)
        else:
            unit_price = self._read.number(cells, amounts.price_column)
            with localcontext(prec=100):
                amount = half_even(quantity * unit_price, places)
        if abs(amount) >= LARGEST_AMOUNT:
            raise BadCellError(amounts.price_column, str(amount), "is too large an amount")
        return Price(currency, quantity, amount)

    def _quantity(self, cells: Sequence[FileCell]) -> Decimal:
        column = self._mapping.amounts.quantity
        assert column is not None
        quantity = self._read.number(cells, column)
        if abs(quantity) >= LARGEST_QUANTITY or quantity != round(quantity, 3):
            raise BadCellError(
                column, self._read.text(cells, column), "is too large, or has more than three decimal places"
            )
        return quantity

    def _check_sign(self, cells: Sequence[FileCell], price: Price, *, cancelled: bool) -> None:
        amounts = self._mapping.amounts
        amount_text = self._read.text(cells, amounts.price_column)
        if cancelled:
            if price.amount > 0:
                raise BadCellError(
                    amounts.price_column, amount_text, "is a positive amount, in a cancellation that takes back"
                )
            return
        if price.quantity <= 0 and amounts.quantity is not None:
            reason = "is not above zero, and the row is no cancellation"
            raise BadCellError(amounts.quantity, self._read.text(cells, amounts.quantity), reason)
        if price.amount < 0:
            raise BadCellError(amounts.price_column, amount_text, NEGATIVE)

    def _order_key(self, cells: Sequence[FileCell]) -> str:
        parts = [self._read.needed(cells, column) for column in self._mapping.order_key]
        if len(parts) > 1:  # escaped, so that no two orders get one key
            parts = [part.replace("\\", "\\\\").replace("|", "\\|") for part in parts]
        key = "|".join(parts)
        if len(key) > LONGEST_KEY:
            raise BadCellError(self._mapping.order_key[0], key, f"is longer than {LONGEST_KEY} characters")
        return key

    def _is_cancelled(self, cells: Sequence[FileCell], rule: Cancellation) -> bool:
        text = self._read.text(cells, rule.column)
        if rule.starts_with is not None:
            return text.startswith(rule.starts_with)
        return text in rule.equals if rule.equals else text.startswith("-")

    def _exchange_rate(self, cells: Sequence[FileCell]) -> Decimal | None:
        cell = self._mapping.exchange_rate
        if cell is None:
            return None
        if cell.constant is not None:
            return Decimal(cell.constant)
        assert cell.column is not None
        rate = self._read.translated_number(cells, cell)
        if not is_rate(rate):
            raise BadCellError(
                cell.column, self._read.text(cells, cell.column), "is no exchange rate: expected a positive number"
            )
        return rate

    def _commission(
        self, cells: Sequence[FileCell], column: str | None, currency: str, *, cancelled: bool
    ) -> Decimal | None:
        if column is None:
            return None
        amount = self._money(cells, column, currency)
        if amount < 0 and not cancelled:
            raise BadCellError(column, self._read.text(cells, column), NEGATIVE)
        return amount

    def _money(self, cells: Sequence[FileCell], column: str, currency: str) -> Decimal:
        amount = self._read.number(cells, column)
        text = self._read.text(cells, column)
        if abs(amount) >= LARGEST_AMOUNT:
            raise BadCellError(column, text, "is too large an amount")
        if amount != round(amount, MINOR_UNITS[currency]):
            reason = f"has more decimal places than {currency} has ({MINOR_UNITS[currency]})"
            raise BadCellError(column, text, reason)
        return amount

    def _country(self, cells: Sequence[FileCell]) -> str:
        cell = self._mapping.attributes.country
        text = self._read.optional(cells, cell, LONGEST_KEY)
        if text and not is_country(text):
            raise BadCellError(cell.column if cell else None, text, "is no country code of ISO 3166, such as GB")
        return text

    def _customer_status(self, cells: Sequence[FileCell]) -> str:
        cell = self._mapping.attributes.customer_status
        if cell is None or not self._read.value(cells, cell):
            return ""
        return self._read.one_of(cells, cell, tuple(CustomerStatus))

    def _item_text(self, cells: Sequence[FileCell], column: str | None, longest: int) -> str:
        return self._read.optional(cells, Cell(column, None), longest) if column is not None else ""


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
