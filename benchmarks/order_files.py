"""Made-up files of orders of any size, in every format that can be imported, and what their rows add up to."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

COLUMNS = ("kind", "number", "moment", "affiliate", "sku", "quantity", "price", "country")

MAPPING = """
name: benchmark
file: {date_format: "%Y-%m-%d %H:%M:%S", time_zone: UTC}
order: {key: number, date: moment}
amount: {quantity: quantity, unit_price: price}
currency: {constant: EUR}
cancellation: {column: kind, equals: cancelled}
program: {constant: Lamp shop}
account: {column: affiliate, by: external_id}
items: {sku: sku}
attributes: {country: {column: country}}
create_missing:
  organization: Partners
  program:
    {advertiser: Lamps, currency: EUR, commission_model: DIRECT, payout_percent: 7.5, revenue_percent: 0}
"""

FIRST_MOMENT = datetime(2025, 1, 1)
LINES = (1, 3, 2, 4, 1, 5, 2)  # of one order after the other
ACCOUNTS = 250
COUNTRIES = ("DE", "AT", "CH", "NO", "FR", "GB")
EVERY_BAD_ROW = 997
EVERY_CANCELLATION = 53

Row = tuple[str, str, str, str, str, str, str, str]
Write = Callable[[Row], None]


@dataclass(slots=True)
class Totals:
    """What the rows of a file add up to. A bad row has no amount that could be read."""

    rows: int = 0
    orders: int = 0
    cancellations: int = 0
    bad_rows: int = 0
    sales: Decimal = Decimal(0)
    taken_back: Decimal = Decimal(0)


def write_orders(file: Path, *, rows: int) -> Totals:
    """Write so many rows in the format that the file's ending names. The same rows every time."""
    totals = Totals()
    with _writer(file) as write:
        for row in _rows(rows, totals):
            write(row)
    return totals


def _rows(rows: int, totals: Totals) -> Iterator[Row]:
    order = 0
    while totals.rows < rows:
        order += 1
        cancelled = order % EVERY_CANCELLATION == 0
        good = 0
        for line in range(min(LINES[order % len(LINES)], rows - totals.rows)):
            totals.rows += 1
            quantity, cents = (order + line) % 5 + 1, (order * 7919 + line * 131) % 20_000 + 1
            bad = totals.rows % EVERY_BAD_ROW == 0
            if bad:
                totals.bad_rows += 1
            else:
                good += 1
                amount = Decimal(quantity * cents) / 100
                if cancelled:
                    totals.taken_back -= amount
                else:
                    totals.sales += amount
            yield (
                "cancelled" if cancelled else "",
                f"N-{order}",
                str(FIRST_MOMENT + timedelta(seconds=order * 40)),
                f"A-{order * 31 % ACCOUNTS}",
                f"L-{cents % 700}",
                str(-quantity if cancelled else quantity),
                "?" if bad else f"{cents / 100:.2f}",
                COUNTRIES[order % len(COUNTRIES)],
            )
        totals.orders += bool(good and not cancelled)
        totals.cancellations += bool(good and cancelled)


def _writer(file: Path) -> AbstractContextManager[Write]:
    match file.suffix:
        case ".ndjson":
            return _objects(file)
        case ".xlsx":
            return _workbook(file)
        case suffix:
            return _delimited(file, "\t" if suffix == ".tsv" else ",")


@contextmanager
def _delimited(file: Path, delimiter: str) -> Iterator[Write]:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter=delimiter)
        writer.writerow(COLUMNS)
        yield writer.writerow


@contextmanager
def _objects(file: Path) -> Iterator[Write]:
    with file.open("w", encoding="utf-8") as opened:

        def write(row: Row) -> None:
            said: dict[str, str | int | float | None] = {**dict(zip(COLUMNS, row, strict=True)), "kind": row[0] or None}
            if row[6] != "?":
                said |= {"quantity": int(row[5]), "price": float(row[6])}
            opened.write(json.dumps(said) + "\n")

        yield write


@contextmanager
def _workbook(file: Path) -> Iterator[Write]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Orders")
    sheet.append(COLUMNS)

    def write(row: Row) -> None:
        price: str | float = row[6] if row[6] == "?" else float(row[6])
        moment = datetime.fromisoformat(row[2])
        sheet.append((row[0] or None, row[1], moment, row[3], row[4], int(row[5]), price, row[7]))

    yield write
    book.save(file)
