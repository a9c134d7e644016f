"""The demo platform, what is stored of it, and the lenses of its cast."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from demo_platform import Platform
from facts_by_hand import stored
from lenses_by_hand import LensByHand, lenses
from report_oracle import Oracle


@pytest.fixture(scope="module")
async def oracle(platform: Platform) -> AsyncIterator[Oracle]:
    """The second reading of the platform's reports, as the tests before have left it; these change nothing."""
    made = Oracle(platform, await stored(platform))
    yield made
    made.forget()


@pytest.fixture(scope="session")
async def cast_lenses(platform: Platform) -> list[LensByHand]:
    """Every lens of the cast, typed by hand."""
    return await lenses(platform)
