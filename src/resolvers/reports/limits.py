"""What an operator limits of reports."""

from __future__ import annotations

from dataclasses import dataclass

MOST_EXPORTS = 20


@dataclass(frozen=True, slots=True)
class ReportLimits:
    """The limits of an installation.

    `smallest_group` is the number of conversions that a figure is at least over, for whoever reads no conversions as
    rows; below 2 there is none. `most_exports` is how many exports one person may have waiting or running.
    """

    smallest_group: int = 0
    most_exports: int = MOST_EXPORTS


NO_LIMITS = ReportLimits()
