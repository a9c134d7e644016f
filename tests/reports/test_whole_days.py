"""Which sums a period can be put together from: days of UTC, hours of UTC, or neither."""

from __future__ import annotations

from datetime import datetime

import pytest

from sightline.db.reports.queries import Period, Whole
from sightline.resolvers.reports.periods import whole_in_utc


@pytest.mark.parametrize(
    ("since", "until", "zone", "whole"),
    [
        ("2026-01-01T00:00Z", "2027-01-01T00:00Z", "UTC", Whole.DAYS),
        ("2026-01-01T00:00Z", "2027-01-01T00:00Z", "Africa/Abidjan", Whole.DAYS),
        ("2025-11-01T00:00Z", "2026-03-01T00:00Z", "Europe/London", Whole.DAYS),
        ("2025-11-01T00:00Z", "2026-05-01T00:00+01:00", "Europe/London", Whole.HOURS),
        ("2026-05-01T00:00Z", "2026-06-01T00:00Z", "Europe/London", Whole.HOURS),
        ("2026-01-01T00:00+01:00", "2026-02-01T00:00+01:00", "Europe/Berlin", Whole.HOURS),
        ("2026-01-01T00:00Z", "2026-02-01T00:00Z", "Asia/Tokyo", Whole.HOURS),
        ("2026-01-01T00:00Z", "2026-02-01T01:00Z", "UTC", Whole.HOURS),
        ("2026-01-01T23:00Z", "2026-02-01T00:00Z", "UTC", Whole.HOURS),
        ("2026-01-01T00:00Z", "2026-02-01T00:00:01Z", "UTC", Whole.MOMENTS),
        ("2026-01-01T00:00:00.000001Z", "2026-02-01T00:00Z", "UTC", Whole.MOMENTS),
        ("2026-01-01T00:00Z", "2026-02-01T00:00Z", "Asia/Kolkata", Whole.MOMENTS),
        ("2026-04-01T00:00+11:00", "2026-04-30T00:00+10:30", "Australia/Lord_Howe", Whole.MOMENTS),
    ],
)
def test_days_and_hours_begin_where_those_of_utc_do_or_sums_over_them_are_not_taken(
    since: str, until: str, zone: str, whole: Whole
) -> None:
    """M1, 2.3: at both ends, and on every day between, whatever clocks do meanwhile."""
    assert whole_in_utc(Period(datetime.fromisoformat(since), datetime.fromisoformat(until), zone)) is whole
