"""The README's answers are what the demo platform answers (`make readings` writes them)."""

from __future__ import annotations

import sys
from pathlib import Path

from sightline.db.database import Database
from sightline.db.secrets import Secrets

TESTS = Path(__file__).parents[1]
README = (TESTS.parent / "README.md").read_text()


async def test_readme_shows_what_is_answered(demo: Database, secrets: Secrets) -> None:
    sys.path.append(str(TESTS))
    from readings import FIRST_QUERY, sections, written_into

    assert FIRST_QUERY in README
    assert written_into(README, await sections(demo, secrets)) == README, (
        "run `make readings` and review the difference"
    )
