"""A mapping that is wrong is refused in one line, which names the line of the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from orders import MAPPING

from sightline.db.imports import MappingError, load_mapping


def test_the_shipped_mappings_can_be_read(examples: Path) -> None:
    for name in ("leads", "online-retail-es", "orders"):
        assert load_mapping(examples / f"{name}.yaml").name == name


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("name: shop", "nmae: shop", 2, "nmae is unknown"),
        ("name: shop", "name: shop\nname: other", 3, "name is given twice"),
        ("Europe/Berlin", "Berlin", 3, "expected an IANA name"),
        ("file: {", "file: {encoding: utf-9, ", 3, "file.encoding is 'utf-9'"),
        ("file: {", "file: {delimiter: ';;', ", 3, "one character"),
        ("file: {", "file: {decimal_mark: x, ", 3, "expected . or ,"),
        ("file: {", "file: {thousands_separator: '.', ", 3, "cannot be '.'"),
        ("%Y-%m-%d %H:%M", "%d/%m", 3, "year, month and day"),
        ("key: order, ", "", 4, "order.key is missing"),
        ("key: order", "key: []", 4, "order.key must be"),
        (", unit_price: price", "", 5, "amount.column or unit_price must be given"),
        ("quantity: quantity, ", "", 5, "amount.quantity is missing"),
        ("constant: EUR", "constant: EURO", 6, "expected a code of ISO 4217"),
        ("equals: cancelled", "equals: x, negative: true", 7, "one of the three"),
        ("equals: cancelled", "negative: yes", 7, "expected true or false"),
        ("constant: Shop program", "column: a, constant: b", 8, "one of the two"),
        ("by: external_id", "by: nickname", 9, "expected one of id, name, external_id, tracker_code"),
        ("program: {constant: Shop program}\n", "", 2, "program is missing"),
        ("currency:", "status: {constant: REVERSED}\ncurrency:", 6, "cannot be 'REVERSED'"),
        ("currency:", "status: {constant: HOLD}\ncurrency:", 2, "lock_after_days is missing"),
        ("currency:", "exchange_rate: {constant: 0}\ncurrency:", 6, "a positive number"),
        ("currency:", "exchange_rate: {constant: NaN}\ncurrency:", 6, "is NaN: expected a positive number"),
        ("currency:", "exchange_rate: {constant: sNaN}\ncurrency:", 6, "is sNaN: expected a positive number"),
        ("currency:", "exchange_rate: {constant: Infinity}\ncurrency:", 6, "a positive number"),
        ("currency:", "exchange_rate: {constant: 1000000000}\ncurrency:", 6, "a positive number"),
        ("currency:", "commission: {payout: a}\ncurrency:", 6, "both payout and revenue"),
        ("sku: sku, ", "", 10, "items.sku is missing"),
        ("currency: {constant: EUR}", "currency: EUR", 6, "must be a block"),
        ("file: {", "file: {format: pdf, ", 3, "expected one of csv, tsv, ndjson, xlsx"),
        ("file: {", "file: {format: ndjson, delimiter: ';', ", 3, "file.delimiter does not belong to ndjson files"),
        ("file: {", "file: {sheet: Orders, format: csv, ", 3, "file.sheet does not belong to csv files"),
        ("file: {", "file: {encoding: rot13, ", 3, "file.encoding is 'rot13'"),
        ("file: {", "file: {encoding: [a], ", 3, "file.encoding must be text"),
        ("file: {", "file: {quote: ',', ", 3, "cannot be ',', which is the delimiter"),
        ("file: {", 'file: {delimiter: "\\n", ', 3, "expected one character"),
        ("file: {", "file: {columns: [a, b, a], ", 3, "file.columns names 'a' twice"),
        ("file: {", f"file: {{columns: [{'a, ' * 1001}], ", 3, "file.columns names more than 1,000 columns"),
        ("file: {", "file: {columns: [a, b], ", 3, "file.columns does not name 'affiliate', which the mapping uses"),
        ('date_format: "%Y-%m-%d %H:%M", ', "", 3, "file.date_format is missing"),
        ("%Y-%m-%d %H:%M", "%Y-%m-%d %I:%M", 3, "%I needs %p"),
        ("%Y-%m-%d %H:%M", "%Y-%m-%d %d", 3, "year, month and day"),
        ("time_zone", "tiem_zone", 3, "tiem_zone is unknown: is time_zone meant"),
        ("key: order", "key: order, keys: a", 4, "order.keys is unknown: the keys here are date, key"),
        ("key: order", "key: order, key: a", 4, "order.key is given twice"),
        ("key: order", "key: [order, {a: b}]", 4, "must hold texts only"),
        ("date: when", "date: {column: when}", 4, "order.date must be text"),
        ("order: {key: order, date: when}\n", "", 2, "order is missing"),
        (
            "{constant: EUR}",
            "\n  column: money\n  values:\n    Euro: EUR\n    Pound: PND",
            10,
            "currency.values.Pound is 'PND'",
        ),
        ("{constant: EUR}", "{column: a, values: {}}", 6, "currency.values is empty"),
        ("{constant: EUR}", "{column: a, values: [b]}", 6, "must be a block"),
        ("{constant: EUR}", "{column: a, values: {x: {y: z}}}", 6, "currency.values.x must be text"),
        ("{constant: EUR}", "{column: a, values: {x: EUR, x: GBP}}", 6, "currency.values.x is given twice"),
        ("{constant: EUR}", '{constant: "E\\0R"}', 6, "a character that cannot be stored"),
        ("{constant: Shop program}", "{constant: Shop program, by: id}", 8, "expected an id, which is a number"),
        ("{constant: Shop program}", f"{{constant: {'x' * 201}}}", 8, "is longer than 200 characters"),
        ("currency:", "exchange_rate: {constant: 1.12345678901}\ncurrency:", 6, "ten decimal places at most"),
        ("currency:", "exchange_rate:\n  column: a\n  values:\n    EUR: 1\n    GBP: x\ncurrency:", 10, "is 'x'"),
        ("currency:", "lock_after_days: 99999\ncurrency:", 6, "a number of days up to 3650"),
        (
            "items:",
            "attributes:\n  device: {column: a}\n  country: {constant: Spain}\nitems:",
            12,
            "'Spain': expected a code",
        ),
        ("items:", "attributes: {customer_status: {constant: OLD}}\nitems:", 10, "expected NEW or RETURNING"),
        ("{organization: Newcomers}", "{organization: a, program: {advertiser: b, currency: EU}}", 11, "is missing"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    path = tmp_path / "shop.yaml"
    assert old in MAPPING
    path.write_text(MAPPING.replace(old, new))
    with pytest.raises(MappingError) as caught:
        load_mapping(path)
    message = str(caught.value)
    assert message.startswith(f"{path} line {line}: ")
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize("text", ["a: [", "- a", "", "\ta: 1"])
def test_what_is_no_mapping_at_all(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(text)
    with pytest.raises(MappingError, match=r"line 1: .*(YAML|block)"):
        load_mapping(path)


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"name: a\nfile: \xff\n", 2, "this is not UTF-8"),
        (b"name: a\nfile: b\nsource: \x07\n", 3, "a character that cannot be seen"),
        (b"name: a\nfile: {b\n", 3, "this is not YAML"),
        (b"name: a\n---\nname: b\n", 2, "this is not YAML"),
        (b"name: *a\n", 1, "undefined alias"),
        (b"name: " + b"[" * 5000, 1, "nested too deeply"),
    ],
    ids=["bytes", "control character", "open block", "two documents", "alias", "depth"],
)
def test_what_cannot_be_parsed_is_named_with_its_line(tmp_path: Path, content: bytes, line: int, said: str) -> None:
    path = tmp_path / "shop.yaml"
    path.write_bytes(content)
    with pytest.raises(MappingError) as caught:
        load_mapping(path)
    assert str(caught.value).startswith(f"{path} line {line}: ")
    assert said in str(caught.value)


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="cannot be read"):
        load_mapping(tmp_path / "none.yaml")
