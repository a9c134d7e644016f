"""The catalogue of bad inputs is complete: each of B01 to B96 is a case of its own, not one of a range."""

from __future__ import annotations

import re
from pathlib import Path

CASES = re.compile(r'"(B\d\d) |def test_(b\d\d)_')


def test_goal4_every_input_of_the_catalogue_is_a_case() -> None:
    """GOAL4: by the name of a case or of a test."""
    sources = [path.read_text() for path in Path(__file__).parent.glob("test_*.py")]
    named = {(case or test).upper() for source in sources for case, test in CASES.findall(source)}
    assert named == {f"B{number:02}" for number in range(1, 97)}
