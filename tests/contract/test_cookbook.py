"""The cookbook's answers are what the demo platform answers (`make readings` writes them)."""

from __future__ import annotations

import sys
from pathlib import Path

from sightline.db.database import Database
from sightline.db.secrets import Secrets

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "report-cookbook.md").read_text()


async def test_the_cookbook_shows_what_is_answered(demo: Database, secrets: Secrets) -> None:
    """RC5, M1, M2: each question by whoever may ask it, in his lens."""
    sys.path.append(str(TESTS))
    from cookbook import cookbook

    assert await cookbook(demo, secrets) == PAGE, "run `make readings` and review the difference"


def test_it_shows_every_way_of_asking() -> None:
    """Twenty questions, every lens, and everything that a report can be asked for."""
    sys.path.append(str(TESTS))
    from cookbook_questions import LENSES, QUESTIONS

    assert len(QUESTIONS) == 20
    assert {each.lens for each in QUESTIONS} == set(LENSES)
    asked = "\n".join(each.query for each in QUESTIONS)
    for word in (
        "compareTo", "having", "timeZone", "NATIVE", "statuses", "dateBasis: APPROVAL", "dateBasis: CLICK", "notIn",
        "orderBy", "PREVIOUS_YEAR", "custom_",
    ):  # fmt: skip
        assert word in asked, word
