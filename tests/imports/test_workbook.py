"""XLSX: cells are what they hold, not what a spreadsheet program shows; the log names the row of the sheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import asyncpg
import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from orders import HEADER, MAPPING, Desk

from sightline.db.imports import ImportRefusedError, load_mapping, run_import

SHEET_MAPPING = MAPPING.replace('date_format: "%Y-%m-%d %H:%M"', "format: xlsx")
COLUMNS = HEADER.strip().split(",")
MOMENT = datetime(2026, 3, 1, 10, 0)
GOOD: list[Any] = [1, MOMENT, "A-11", "L-1", 2, 9.99, None]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def desk(shop: asyncpg.Connection, tmp_path: Path) -> Desk:
    return Desk(shop, tmp_path)


def workbook(folder: Path, *rows: list[Any], change: Callable[[Workbook], None] | None = None) -> Path:
    """A workbook of one sheet with the usual columns, written by openpyxl."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ([*COLUMNS], *rows):
        sheet.append(row)
    if change:
        change(book)
    file = folder / "orders.xlsx"
    book.save(file)
    return file


def rewritten(file: Path, old: str, new: str, part: str = SHEET) -> Path:
    """The same workbook with another text in one of its parts."""
    with ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


async def test_rows_become_orders(desk: Desk) -> None:
    """D3: numbers, dates and texts are taken as they are; dates are of the mapping's time zone; a repeat is one."""
    file = workbook(
        desk.folder, GOOD, [], [1, MOMENT, "A-11", 7, 1, 0.1], [9, MOMENT, "A-11", None, -1, 5, "cancelled"]
    )
    told = await desk.bring_in_file(file, mapping=SHEET_MAPPING)
    assert (told.rows, told.conversions, told.items, told.adjustments, told.logged) == (3, 1, 2, 1, 0)
    row = await desk.connection.fetchrow("SELECT external_ref, sale_amount, event_at::text AS moment FROM conversion")
    assert tuple(row) == ("1", Decimal("20.08"), "2026-03-01 09:00:00+00")
    assert await desk.connection.fetchval("SELECT sku FROM conversion_item WHERE n = 2") == "7"
    assert (await desk.bring_in_file(file, mapping=SHEET_MAPPING)).conversions_present == 1
    assert (await desk.bring_in("1,2026-03-01 10:00,A-11,L-1,2,9.99,\n")).conversions_present == 1


@pytest.mark.parametrize(
    ("place", "cell", "column", "value", "reason"),
    [
        (5, "=1/0", "price", "", "is a formula without its value"),
        (5, "#N/A", "price", "#N/A", "is an error that a formula ended in"),
        (5, "x", "price", "x", "is not a number"),
        (5, MOMENT, "price", "2026-03-01 10:00:00", "is a date: expected a number"),
        (5, None, "price", "", "is empty"),
        (5, 1e300, "price", f"{Decimal('1e300'):f}", "more than 40 digits"),
        (5, 0, "price", "0", "order of nothing"),
        (4, 1.23456, "quantity", "1.23456", "three decimal places"),
        (4, True, "quantity", "TRUE", "is not a number"),
        (1, 46082.4, "when", "46082.4", "is a number: expected a date"),
        (1, datetime(2026, 3, 29, 2, 30), "when", "2026-03-29 02:30:00", "does not exist in Europe/Berlin"),
        (1, time(10, 0), "when", "10:00:00", "is not a date"),
        (0, None, "order", "", "is empty"),
        (7, "more", None, "2,2026-03-01 10:00:00,A-11,L-1,2,9.99,,more", "has 8 cells where the file has 7 columns"),
    ],
)
async def test_a_bad_row_is_logged_and_the_others_are_imported(
    desk: Desk, place: int, cell: Any, column: str | None, value: str, reason: str
) -> None:
    bad = [2, *GOOD[1:], None]
    bad[place] = cell
    told = await desk.bring_in_file(workbook(desk.folder, [], bad, GOOD), mapping=SHEET_MAPPING)
    [entry] = await desk.log()
    assert entry[:3] == (3, column, value)
    assert reason in entry[3]
    assert (told.rows, told.conversions) == (2, 1)
    assert await desk.amounts() == {"1": "19.98"}


async def test_texts_are_read_like_those_of_other_files(desk: Desk) -> None:
    """A workbook may hold numbers and dates as texts, in the mapping's notation."""
    mapping = SHEET_MAPPING.replace("format: xlsx", "decimal_mark: ',', date_format: '%d.%m.%Y %H:%M'")
    await desk.bring_in_file(
        workbook(desk.folder, ["1", "01.03.2026 10:00", "A-11", "L-1", "2", "9,99"]), mapping=mapping
    )
    assert await desk.amounts() == {"1": "19.98"}


async def test_a_formula_counts_by_its_saved_value(desk: Desk) -> None:
    file = workbook(desk.folder, [*GOOD[:5], "=9+0.99"])
    with ZipFile(file) as archive:
        text = archive.read(SHEET).decode()
    formula = text[text.index("<f>") : text.index("</c>", text.index("<f>"))]
    await desk.bring_in_file(rewritten(file, formula, "<f>9+0.99</f><v>9.9900000000000002</v>"), mapping=SHEET_MAPPING)
    assert await desk.amounts() == {"1": "19.98"}


async def test_dates_that_count_from_1904(desk: Desk) -> None:
    def change(book: Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904

    await desk.bring_in_file(workbook(desk.folder, GOOD, change=change), mapping=SHEET_MAPPING)
    assert str(await desk.connection.fetchval("SELECT event_at FROM conversion")) == "2026-03-01 09:00:00+00:00"


async def test_a_sheet_is_named_where_there_are_several(desk: Desk) -> None:
    file = workbook(desk.folder, GOOD, change=lambda book: book.create_sheet("Notes") and None)
    with pytest.raises(ImportRefusedError, match=r"2 sheets: name one of them in file.sheet \('Sheet', 'Notes'\)"):
        await desk.bring_in_file(file, mapping=SHEET_MAPPING)
    with pytest.raises(ImportRefusedError, match="no sheet 'Orders'"):
        await desk.bring_in_file(file, mapping=SHEET_MAPPING.replace("file: {", "file: {sheet: Orders, "))
    await desk.bring_in_file(file, mapping=SHEET_MAPPING.replace("file: {", "file: {sheet: Sheet, "))
    assert await desk.amounts() == {"1": "19.98"}


async def test_what_a_sheet_says_of_its_size_is_not_believed(desk: Desk) -> None:
    """Programs write a wrong one, and rows would be lost."""
    file = rewritten(workbook(desk.folder, GOOD), '<dimension ref="A1:G2"', '<dimension ref="A1:A1"')
    await desk.bring_in_file(file, mapping=SHEET_MAPPING)
    assert await desk.amounts() == {"1": "19.98"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<row r="3"', '<row r="99999999999"', "row 99999999999 comes after row 2"),
        ('<row r="3"', '<row r="2"', "row 2 comes after row 2"),
        ('r="C3"', 'r="A3"', "the cells of row 3 are not in order"),
        ("</sheetData>", "</nothing>", "mismatched tag"),
    ],
)
async def test_a_broken_sheet_is_read_up_to_where_it_breaks(desk: Desk, old: str, new: str, said: str) -> None:
    file = rewritten(workbook(desk.folder, GOOD, [2, *GOOD[1:]]), old, new)
    told = await desk.bring_in_file(file, mapping=SHEET_MAPPING)
    [entry] = await desk.log()
    assert entry[3].startswith("the file cannot be read from here on: ")
    assert said in entry[3]
    assert (told.conversions, told.logged) == (2 if "tag" in said else 1, 1)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x05\x06" + b"\0" * 18])
async def test_what_is_no_workbook_is_refused(desk: Desk, content: bytes) -> None:
    file = desk.folder / "orders.xlsx"
    file.write_bytes(content)
    with pytest.raises(ImportRefusedError, match="is no XLSX workbook that can be read"):
        await desk.bring_in_file(file, mapping=SHEET_MAPPING)


async def test_progress_ends_at_the_end(desk: Desk) -> None:
    told: list[tuple[int, int]] = []
    file = workbook(desk.folder, GOOD)
    (desk.folder / "shop.yaml").write_text(SHEET_MAPPING, encoding="utf-8")
    mapping = load_mapping(desk.folder / "shop.yaml")
    await run_import(desk.connection, file, mapping, progress=lambda done, size, _: told.append((done, size)))
    assert told[-1] == (file.stat().st_size, file.stat().st_size)
