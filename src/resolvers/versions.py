"""What the version of a row counts, and for whom: what not everybody on the row sees is counted apart (AC11).

Whoever sees what is counted apart is told the sum of both counters; everybody else is told `version` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Apart:
    """A second counter of an entity's rows, from 1 on; it counts for whoever does `verb` on what `reference` names."""

    counter: str
    reference: str
    verb: str


APART: Final[Mapping[str, Apart]] = {
    # Who edits an account and has no access to its company does not learn that it is another one now (L1).
    "affiliate_account": Apart("company_version", "company_id", "company:act_for"),
}
"""The second counters, by entity."""


def columns_of(entity: str) -> tuple[str, ...]:
    """The columns that say what version of a row somebody is told."""
    apart = APART.get(entity)
    return ("version",) if apart is None else ("version", apart.counter, apart.reference)
