"""Every hostile input of the identity catalogue is tried by some test here (N01 to N22)."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_n01_to_n22_are_all_tried() -> None:
    """By a case that names it, or by a test of its name; a range in a docstring does not count."""
    named: set[str] = set()
    for path in HERE.glob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        named |= {f"N{number}" for number in re.findall(r'"N(\d\d): ', text)}
        named |= {f"N{number}" for number in re.findall(r"def test_n(\d\d)_", text)}
    assert sorted({f"N{number:02}" for number in range(1, 23)} - named) == []


def test_there_are_more_denials_than_grants() -> None:
    """Of the table of tokens: a good one proves little."""
    text = (HERE / "test_provider_tokens.py").read_text(encoding="utf-8")
    good, bad = (text.partition(f"\n{name}: dict")[2].partition("\n}")[0] for name in ("GOOD", "BAD"))
    assert bad.count('": ') > 4 * good.count('": ') > 0
