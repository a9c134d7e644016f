"""Which fields of `ReportMetrics` a viewer's column list takes out of his schema (RC3, RC6).

What a column needs is said by its binding; a list is no part of a visibility, as it is a person's and not a shape's.
So it narrows the view of a visibility, and people with equal visibilities and lists share that view.
"""

from __future__ import annotations

import hashlib

from sightline.authz.reports.catalogue import CATALOGUE
from sightline.authz.reports.lenses import MEASURED
from sightline.authz.reports.lists import Reader, usable
from sightline.authz.visibility import Visibility
from sightline.schema.bindings import InReports
from sightline.schema.names import camel

METRICS = "ReportMetrics"


def withheld_by(listed: frozenset[str], visibility: Visibility) -> frozenset[str]:
    """The coordinates that this visibility has, and a list takes away."""
    if not InReports().exists_for(visibility):
        return frozenset()
    beyond = CATALOGUE.columns.keys() - usable(CATALOGUE, Reader(listed, frozenset(MEASURED)))
    return frozenset(f"{METRICS}.{camel(key)}" for key in beyond if InReports(key).exists_for(visibility))


def narrowed_key(key: str, withheld: frozenset[str]) -> str:
    """The name of a view without these; of the whole one where there are none."""
    if not withheld:
        return key
    return hashlib.sha256(f"{key} without {' '.join(sorted(withheld))}".encode()).hexdigest()
