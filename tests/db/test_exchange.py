"""Exchange rates that are given: by mappings and mutations, all by one rule."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sightline.db.exchange import is_rate
from sightline.resolvers.mutations import money
from sightline.resolvers.mutations.refusals import InvalidError


@pytest.mark.parametrize("text", ["0.0000000001", "1.15", "1.150000000000", "999999999.9999999999"])
def test_m3_what_can_be_kept_is_a_rate(text: str) -> None:
    assert is_rate(Decimal(text))
    assert money.rate(Decimal(text)) == Decimal(text)


@pytest.mark.parametrize("text", ["0", "-1", "0.00000000001", "1000000000", "1e999999", "NaN", "sNaN", "Infinity"])
def test_m3_what_is_no_rate_is_refused(text: str) -> None:
    """M3: also what no number can be compared with."""
    assert not is_rate(Decimal(text))
    with pytest.raises(InvalidError, match="above zero"):
        money.rate(Decimal(text), "exchangeRate")
