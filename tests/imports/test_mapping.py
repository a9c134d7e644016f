"""A mapping that is wrong is refused in one line, which names the line of the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from orders import MAPPING

from sightline.db.imports import MappingError, load_mapping


def test_the_shipped_mappings_can_be_read(examples: Path) -> None:
    for name in ("online-retail-es", "orders"):
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
        ("currency:", "commission: {payout: a}\ncurrency:", 6, "both payout and revenue"),
        ("sku: sku, ", "", 10, "items.sku is missing"),
        ("currency: {constant: EUR}", "currency: EUR", 6, "must be a block"),
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
    with pytest.raises(MappingError, match=r"YAML|block"):
        load_mapping(path)


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="cannot be read"):
        load_mapping(tmp_path / "none.yaml")
