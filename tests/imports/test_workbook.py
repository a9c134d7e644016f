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
from openpyxl.xml.constants import SHEET_MAIN_NS
from orders import HEADER, MAPPING, Desk

from sightline.db.imports import ImportRefusedError, load_mapping, run_import

SHEET_MAPPING = MAPPING.replace('date_format: "%Y-%m-%d %H:%M"', "format: xlsx")
COLUMNS = HEADER.strip().split(",")
MOMENT = datetime(2026, 3, 1, 10, 0)
GOOD: list[Any] = [1, MOMENT, "A-11", "L-1", 2, 9.99, None]
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
TYPES = "[Content_Types].xml"
TABLE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
KIND_OF_A_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


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


def with_texts(file: Path, *texts: str, part: str = TEXTS, declared: str = "") -> Path:
    """The same workbook with a table of texts, of which openpyxl writes none; what else is `declared` of its parts."""
    rewritten(file, "</Types>", f'<Override PartName="/{part}" ContentType="{TABLE}"/>{declared}</Types>', TYPES)
    with ZipFile(file, "a", ZIP_DEFLATED) as archive:
        table = "".join(f"<si><t>{text}</t></si>" for text in texts)
        archive.writestr(part, f'<sst xmlns="{SHEET_MAIN_NS}">{table}</sst>')
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


@pytest.mark.parametrize("place", ["-1", "2", "99999999999", "x"])
async def test_a15_a_text_that_is_not_there_costs_its_own_row(desk: Desk, place: str) -> None:
    """A15: above all it is never another text."""
    file = with_texts(workbook(desk.folder, GOOD, [2, *GOOD[1:]], [3, *GOOD[1:]]), "A-12", "A-11")
    for line, said in ((2, "1"), (3, place), (4, "1")):
        own = f'<c r="C{line}" t="inlineStr"><is><t>A-11</t></is>'
        rewritten(file, own, f'<c r="C{line}" t="s"><v>{said}</v>')
    told = await desk.bring_in_file(file, mapping=SHEET_MAPPING)
    [entry] = await desk.log()
    assert entry[:3] == (3, "affiliate", place)
    assert "is no place in the workbook's table of texts" in entry[3]
    assert (told.conversions, await desk.amounts()) == (2, {"1": "19.98", "3": "19.98"})


async def test_a_row_far_wider_than_a_file_can_be(desk: Desk) -> None:
    """It is as long as one cell too many, wherever its last one stands; such a header is refused."""
    file = rewritten(workbook(desk.folder, [2, *GOOD[1:], 5], GOOD), 'r="H2"', 'r="ZZZ2"')
    assert (await desk.bring_in_file(file, mapping=SHEET_MAPPING)).conversions == 1
    [(line, _, value, reason)] = await desk.log()
    assert (line, len(value or "")) == (2, 1000)
    assert reason == "has more than 1,000 cells where the file has 7 columns"
    with pytest.raises(ImportRefusedError, match="has more than 1,000 columns"):
        await desk.bring_in_file(rewritten(file, 'r="G1"', 'r="ZZZ1"'), mapping=SHEET_MAPPING)


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


@pytest.mark.parametrize(
    ("part", "declared"),
    [
        (TEXTS, ""),
        ("xl/worksheets/texts.xml", ""),
        (TEXTS, f'<Override PartName="/{TEXTS}" ContentType="{KIND_OF_A_SHEET}"/>'),
    ],
    ids=["texts", "called a sheet", "declared a sheet"],
)
async def test_texts_that_unpack_to_too_much_are_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, part: str, declared: str
) -> None:
    """By what is unpacked, whatever it is called; sheets, which are read row by row, may be of any size."""
    monkeypatch.setattr("sightline.db.imports.workbook.LARGEST_PARTS", 20_000)
    long = workbook(desk.folder, *([number, *GOOD[1:]] for number in range(100)))
    with ZipFile(long) as archive:
        assert archive.getinfo(SHEET).file_size > 20_000
    assert (await desk.bring_in_file(long, mapping=SHEET_MAPPING)).conversions == 100
    file = with_texts(workbook(desk.folder, GOOD), "x" * 25_000, part=part, declared=declared)
    with pytest.raises(ImportRefusedError, match=r"take more than .* MiB of memory: save the sheet as CSV"):
        await desk.bring_in_file(file, mapping=SHEET_MAPPING)


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
