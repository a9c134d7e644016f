"""NDJSON and TSV: the same rows as in CSV become the same orders; numbers are never binary fractions."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from time import perf_counter

import asyncpg
import pytest
from orders import HEADER, MAPPING, Desk

from sightline.db.imports import ImportRefusedError, ImportSummary
from sightline.db.imports.columns import MOST_COLUMNS
from sightline.db.imports.ndjson import LONGEST_LINE

OBJECT_MAPPING = MAPPING.replace('date_format: "%Y-%m-%d %H:%M"', "format: ndjson")
GOOD = '{"order": 1, "when": "2026-03-01T10:00", "affiliate": "A-11", "sku": "L-1", "quantity": 2, "price": 9.99}'
KIND = '{"order": 9, "when": "2026-03-01T10:00", "affiliate": "A-11", "quantity": -1, "price": 5, "kind": "cancelled"}'


@pytest.fixture
def desk(shop: asyncpg.Connection, tmp_path: Path) -> Desk:
    return Desk(shop, tmp_path)


async def bring_in(
    desk: Desk, *lines: str | bytes, mapping: str = OBJECT_MAPPING, name: str = "a.ndjson"
) -> ImportSummary:
    file = desk.folder / name
    file.write_bytes(b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines))
    return await desk.bring_in_file(file, mapping=mapping)


async def test_objects_become_what_rows_become(desk: Desk) -> None:
    """D3: keys are columns, in any order; what was imported from a CSV file is already there."""
    told = await bring_in(desk, GOOD, "", KIND)
    assert (told.rows, told.conversions, told.adjustments, told.logged) == (2, 1, 1, 0)
    row = await desk.connection.fetchrow("SELECT external_ref, sale_amount, event_at::text AS moment FROM conversion")
    assert tuple(row) == ("1", Decimal("19.98"), "2026-03-01 09:00:00+00")
    again = await desk.bring_in("1,2026-03-01 10:00,A-11,L-1,2,9.99,\n")
    assert (again.conversions, again.conversions_present) == (0, 1)


async def test_the_ending_says_the_format(desk: Desk) -> None:
    mapping = OBJECT_MAPPING.replace("format: ndjson", "date_format: iso")
    for name in ("a.ndjson", "b.JSONL"):
        assert (await bring_in(desk, GOOD, KIND, mapping=mapping, name=name)).rows == 2


@pytest.mark.parametrize(
    ("price", "amount"),
    [("0.1", "0.20"), ("1e1", "20.00"), ("1.10", "2.20"), ('"1.10"', "2.20"), ("45035996273.705", "90071992547.41")],
)
async def test_numbers_keep_their_text(desk: Desk, price: str, amount: str) -> None:
    """What no binary fraction can hold is exact; a text is a number too."""
    await bring_in(desk, GOOD.replace("9.99", price), KIND)
    assert [amount] == list((await desk.amounts()).values())


@pytest.mark.parametrize(
    ("line", "column", "value", "reason"),
    [
        (GOOD[:-1], None, GOOD[:-1], "is not JSON: Expecting ',' delimiter, at character 105"),
        ("[1, 2]", None, "[1, 2]", "is not a JSON object"),
        ('{"a": NaN}', None, '{"a": NaN}', "NaN is no number"),
        ('{"a": 1, "a": 2}', None, '{"a": 1, "a": 2}', "it has the key 'a' twice"),
        ("[" * 100_000, None, "[" * 999 + "…", "is not usable JSON"),
        (b'{"a": "\xff"}', None, '{"a": "\\udcff"}', "contains bytes that are not utf-8"),
        (GOOD.replace("L-1", "\\ud800"), None, GOOD.replace("L-1", "\\ud800"), "not characters"),
        (GOOD.replace("L-1", "\\u0000"), None, GOOD.replace("L-1", "\\u0000"), "NUL"),
        (GOOD.replace("9.99", "{}"), "price", "{...}", "is an object or a list"),
        (GOOD.replace("9.99", "null"), "price", "", "is empty"),
        (GOOD.replace(', "price": 9.99', ""), "price", "", "is empty"),
        (GOOD.replace("9.99", "true"), "price", "true", "is not a number"),
        (GOOD.replace("9.99", "1e99"), "price", "1e99", "more than 40 digits"),
        (GOOD.replace("9.99", "1e999999999999999999999"), "price", "1e999999999999999999999", "too large a number"),
        (GOOD.replace('"2026-03-01T10:00"', "1772355600"), "when", "1772355600", "is a number: expected a date"),
        (
            GOOD.replace("A-11", "A-99").replace("1,", "2,", 1),
            "affiliate",
            "A-99",
            "is no affiliate account's external_id",
        ),
    ],
)
async def test_a_bad_line_is_logged_and_the_others_are_imported(
    desk: Desk, line: str | bytes, column: str | None, value: str, reason: str
) -> None:
    told = await bring_in(desk, KIND, line, GOOD)
    [entry] = await desk.log()
    assert entry[:3] == (2, column, value)
    assert reason in entry[3]
    assert (told.rows, told.conversions, told.logged) == (3, 1, 1)


async def test_a_line_without_end_costs_itself_only(desk: Desk) -> None:
    """No more than a part of a line is ever in memory."""
    await bring_in(desk, KIND, '{"a": "' + "x" * (3 * LONGEST_LINE) + '"}', GOOD)
    [(line, _, value, reason)] = await desk.log()
    assert (line, len(value or ""), reason) == (2, 1000, f"is longer than {LONGEST_LINE:,} characters")
    assert await desk.amounts() == {"1": "19.98"}


async def test_a_column_that_no_object_has_is_no_silent_loss(desk: Desk) -> None:
    mapping = OBJECT_MAPPING + "attributes: {device: {column: devcie}}\n"
    with pytest.raises(ImportRefusedError, match=r"has no column 'devcie'.*file\.columns"):
        await bring_in(desk, GOOD, KIND, mapping=mapping)
    named = "columns: [order, when, affiliate, sku, quantity, price, kind, devcie], "
    assert (await bring_in(desk, GOOD, mapping=mapping.replace("file: {", f"file: {{{named}"))).conversions == 1


async def test_the_keys_of_a_file_are_so_many(desk: Desk) -> None:
    """Over all lines that are looked at; where they are more, the mapping names those that it uses."""
    lines = [KIND, GOOD, *(json.dumps({f"{half}{number}": 1 for number in range(600)}) for half in "ab")]
    assert len({key for line in lines for key in json.loads(line)}) > MOST_COLUMNS
    with pytest.raises(ImportRefusedError, match=r"has more than 1,000 columns: .* name the others in file\.columns"):
        await bring_in(desk, *lines)
    named = "columns: [order, when, affiliate, sku, quantity, price, kind], "
    told = await bring_in(desk, *lines, mapping=OBJECT_MAPPING.replace("file: {", f"file: {{{named}"))
    assert (told.conversions, told.logged) == (1, 2)


async def test_a_line_of_many_keys_is_read_in_no_time(desk: Desk) -> None:
    """One that is there twice is found at the first look."""
    pairs = ", ".join(f'"{number}": 1' for number in range(60_000))
    began = perf_counter()
    await bring_in(desk, KIND, f'{{{pairs}, "59999": 1}}', GOOD)
    assert perf_counter() - began < 30
    assert (await desk.log())[0][3] == "is not usable JSON: it has the key '59999' twice"


async def test_a_file_of_something_else_is_refused(desk: Desk) -> None:
    with pytest.raises(ImportRefusedError, match="does not begin with JSON objects"):
        await bring_in(desk, HEADER, "1,2")


async def test_another_encoding(desk: Desk) -> None:
    mapping = OBJECT_MAPPING.replace("file: {", "file: {encoding: cp1252, ")
    await bring_in(
        desk,
        json.dumps(json.loads(GOOD) | {"sku": "Müesli €"}, ensure_ascii=False).encode("cp1252"),
        KIND,
        mapping=mapping,
    )
    assert await desk.connection.fetchval("SELECT sku FROM conversion_item") == "Müesli €"


async def test_tsv_is_split_at_tabs(desk: Desk) -> None:
    """By its ending, or where the mapping says so."""
    rows = (HEADER + '1,2026-03-01 10:00,A-11,"L,1",2,9.99,\n').replace(",", "\t").replace("L\t1", "L,1")
    for name, mapping in (("a.tsv", MAPPING), ("a.txt", MAPPING.replace("file: {", "file: {format: tsv, "))):
        file = desk.folder / name
        file.write_text(rows, encoding="utf-8")
        assert (await desk.bring_in_file(file, mapping=mapping)).logged == 0
    assert await desk.connection.fetchval("SELECT sku FROM conversion_item") == "L,1"
